package cli

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// table is a Markdown table that can be read before it is rendered as well: its
// columns are aligned, and a column without anything in it is left out. Cells
// are safe already.
type table struct {
	head []string
	rows [][]string
}

func newTable(head ...string) *table { return &table{head: head} }

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// String writes the table.
func (t *table) String() string {
	widths := make([]int, len(t.head))
	for _, row := range t.rows {
		for i, cell := range row {
			widths[i] = max(widths[i], ansi.StringWidth(cell))
		}
	}
	rule := make([]string, len(t.head))
	for i := range widths {
		if widths[i] > 0 {
			widths[i] = max(widths[i], ansi.StringWidth(t.head[i]))
			rule[i] = strings.Repeat("-", widths[i])
		}
	}
	var b strings.Builder
	for _, row := range append([][]string{t.head, rule}, t.rows...) {
		for i, cell := range row {
			if widths[i] == 0 {
				continue
			}
			b.WriteString("| " + cell + strings.Repeat(" ", widths[i]-ansi.StringWidth(cell)+1))
		}
		b.WriteString("|\n")
	}
	return b.String()
}
