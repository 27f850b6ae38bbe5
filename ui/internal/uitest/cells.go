package uitest

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Plain removes escape sequences and trailing spaces from drawn text.
func Plain(drawn string) string {
	lines := strings.Split(ansi.Strip(drawn), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \u00a0")
	}
	return strings.Join(lines, "\n")
}

// Cells splits a drawn line into terminal cells. A wide character is in its first cell,
// and its second cell is "".
func Cells(line string) []string {
	var out []string
	for text := ansi.Strip(line); text != ""; {
		cluster, w := ansi.FirstGraphemeCluster(text, ansi.WcWidth)
		text = text[len(cluster):]
		if w == 0 && len(out) > 0 {
			out[len(out)-1] += cluster
			continue
		}
		out = append(out, cluster)
		for range w - 1 {
			out = append(out, "")
		}
	}
	return out
}
