package testkit

import (
	"fmt"
	"slices"

	"github.com/charmbracelet/x/ansi"
)

// Cell is one position on the screen.
type Cell struct {
	text  string
	style Style
}

// tail is the text of the second cell of a wide character.
const tail = "\x00"

// String returns the text of the cell: a space if it is empty, "" for a tail.
func (c Cell) String() string {
	switch c.text {
	case "":
		return " "
	case tail:
		return ""
	}
	return c.text
}

// Style is how text is drawn. Colors are CSS hex values; empty means the default
// color of the terminal.
type Style struct {
	fore, back                         string
	bold, faint, italic, line, reverse bool
}

// blank erases cells and gives them the current background.
func (p *Emulator) blank(cells []Cell) {
	for i := range cells {
		cells[i] = Cell{style: Style{back: p.style.back}}
	}
}

// sixteen is a typical palette for the 16 basic colors.
var sixteen = [...]string{
	"#282a36", "#e05c5c", "#78be6e", "#deb25a", "#6096e6", "#be78d2", "#56b6c2", "#cdd0dc",
	"#626880", "#ff7878", "#96dc8c", "#fad278", "#82b4ff", "#dc96f0", "#78d7e1", "#f5f6fa",
}

// after returns the style after an SGR sequence.
func (p Style) after(params ansi.Params) Style {
	if len(params) == 0 {
		return Style{}
	}
	for i := 0; i < len(params); i++ {
		n := params[i].Param(0)
		switch {
		case n == 0:
			p = Style{}
		case n == 1, n == 2, n == 3, n == 4, n == 7:
			*p.switches(n) = true
		case n == 22:
			p.bold, p.faint = false, false
		case n == 23, n == 24, n == 27:
			*p.switches(n - 20) = false
		case 30 <= n && n <= 37:
			p.fore = sixteen[n-30]
		case 90 <= n && n <= 97:
			p.fore = sixteen[n-90+8]
		case 40 <= n && n <= 47:
			p.back = sixteen[n-40]
		case 100 <= n && n <= 107:
			p.back = sixteen[n-100+8]
		case n == 38 || n == 48:
			color, more := colorOf(params[i+1:])
			i += more
			if n == 38 {
				p.fore = color
			} else {
				p.back = color
			}
		case n == 39:
			p.fore = ""
		case n == 49:
			p.back = ""
		}
	}
	return p
}

func (p *Style) switches(n int) *bool {
	return map[int]*bool{1: &p.bold, 2: &p.faint, 3: &p.italic, 4: &p.line, 7: &p.reverse}[n]
}

// colorOf parses an indexed or RGB color and returns how many parameters it used.
func colorOf(params ansi.Params) (color string, took int) {
	at := func(i int) int {
		n, _, _ := params.Param(i, 0)
		return n
	}
	switch at(0) {
	case 5:
		return numbered(at(1)), 2
	case 2:
		return fmt.Sprintf("#%02x%02x%02x", at(1), at(2), at(3)), 4
	}
	return "", 0
}

// numbered returns one of the 256 colors: the 16 basic colors, a 6×6×6 cube, then
// grays.
func numbered(n int) string {
	level := func(v int) int {
		if v == 0 {
			return 0
		}
		return 55 + 40*v
	}
	switch {
	case n < 16:
		return sixteen[n]
	case n < 232:
		n -= 16
		return fmt.Sprintf("#%02x%02x%02x", level(n/36), level(n/6%6), level(n%6))
	}
	gray := 8 + 10*(n-232)
	return fmt.Sprintf("#%02x%02x%02x", gray, gray, gray)
}

// Cells returns a copy of the screen.
func (p *Emulator) Cells() [][]Cell {
	rows := make([][]Cell, len(p.cells))
	for y := range rows {
		rows[y] = slices.Clone(p.cells[y])
	}
	return rows
}
