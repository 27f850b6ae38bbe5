package testkit

import (
	"fmt"
	"image/color"
	"slices"

	"github.com/charmbracelet/x/ansi"
)

// Cell is one position on the screen.
type Cell struct {
	text  string
	style Style
}

// tail is the text in the second cell of a wide character.
const tail = "\x00"

// String returns the text of the cell: a space if the cell is empty, or "" if it is
// the second cell of a wide character.
func (c Cell) String() string {
	switch c.text {
	case "":
		return " "
	case tail:
		return ""
	}
	return c.text
}

// Style holds the colors and attributes of text. Colors are CSS hex values; an empty
// string means the terminal's default color.
type Style struct {
	fore, back                              string
	bold, faint, italic, underline, reverse bool
}

// blank erases cells, which leaves them in the current background color.
func (p *Emulator) blank(cells []Cell) {
	for i := range cells {
		cells[i] = Cell{style: Style{back: p.style.back}}
	}
}

// after returns the style that results from an SGR sequence. It ignores the 16 basic
// colors, which programs do not use on a true-color terminal.
func (p Style) after(params ansi.Params) Style {
	if len(params) == 0 {
		return Style{}
	}
	for i := 0; i < len(params); i++ {
		n := params[i].Param(0)
		switch n {
		case 0:
			p = Style{}
		case 1, 2, 3, 4, 7:
			*p.attribute(n) = true
		case 22:
			p.bold, p.faint = false, false
		case 23, 24, 27:
			*p.attribute(n - 20) = false
		case 38, 48:
			var c color.Color = color.Black
			i += max(ansi.ReadStyleColor(params[i:], &c)-1, 0)
			if n == 38 {
				p.fore = hex(c)
			} else {
				p.back = hex(c)
			}
		case 39:
			p.fore = ""
		case 49:
			p.back = ""
		}
	}
	return p
}

// attribute returns the field that SGR parameter n sets.
func (p *Style) attribute(n int) *bool {
	return map[int]*bool{1: &p.bold, 2: &p.faint, 3: &p.italic, 4: &p.underline, 7: &p.reverse}[n]
}

func hex(c color.Color) string {
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

// Cells returns a copy of the screen.
func (p *Emulator) Cells() [][]Cell {
	rows := make([][]Cell, len(p.cells))
	for y := range rows {
		rows[y] = slices.Clone(p.cells[y])
	}
	return rows
}
