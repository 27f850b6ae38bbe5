package cli

import (
	"fmt"
	"slices"

	"github.com/charmbracelet/x/ansi"
)

// cell is one place of a picture: what stands there and in what it is drawn.
type cell struct {
	text string
	pen  pen
}

// tail stands in the second cell of a wide character.
const tail = "\x00"

// String is the cell's share of its line.
func (c cell) String() string {
	switch c.text {
	case "":
		return " "
	case tail:
		return ""
	}
	return c.text
}

// pen is what a terminal was told last of how to draw. Colours are as in a
// style sheet, and empty for the terminal's own.
type pen struct {
	ink, ground                        string
	bold, faint, italic, line, reverse bool
}

// blank erases cells, which leaves them the ground of the pen.
func (p *picturedTerminal) blank(cells []cell) {
	for i := range cells {
		cells[i] = cell{pen: pen{ground: p.pen.ground}}
	}
}

// sixteen are the colours that a terminal has of its own, as most have them.
var sixteen = [...]string{
	"#282a36", "#e05c5c", "#78be6e", "#deb25a", "#6096e6", "#be78d2", "#56b6c2", "#cdd0dc",
	"#626880", "#ff7878", "#96dc8c", "#fad278", "#82b4ff", "#dc96f0", "#78d7e1", "#f5f6fa",
}

// after is the pen after a sequence that selects how to draw.
func (p pen) after(params ansi.Params) pen {
	if len(params) == 0 {
		return pen{}
	}
	for i := 0; i < len(params); i++ {
		n := params[i].Param(0)
		switch {
		case n == 0:
			p = pen{}
		case n == 1, n == 2, n == 3, n == 4, n == 7:
			*p.switches(n) = true
		case n == 22:
			p.bold, p.faint = false, false
		case n == 23, n == 24, n == 27:
			*p.switches(n - 20) = false
		case 30 <= n && n <= 37:
			p.ink = sixteen[n-30]
		case 90 <= n && n <= 97:
			p.ink = sixteen[n-90+8]
		case 40 <= n && n <= 47:
			p.ground = sixteen[n-40]
		case 100 <= n && n <= 107:
			p.ground = sixteen[n-100+8]
		case n == 38 || n == 48:
			colour, more := colourOf(params[i+1:])
			i += more
			if n == 38 {
				p.ink = colour
			} else {
				p.ground = colour
			}
		case n == 39:
			p.ink = ""
		case n == 49:
			p.ground = ""
		}
	}
	return p
}

func (p *pen) switches(n int) *bool {
	return map[int]*bool{1: &p.bold, 2: &p.faint, 3: &p.italic, 4: &p.line, 7: &p.reverse}[n]
}

// colourOf reads a colour by number or by its parts, and how many parameters
// that took.
func colourOf(params ansi.Params) (colour string, took int) {
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

// numbered is one of the 256 colours: sixteen, a cube of six levels, greys.
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
	grey := 8 + 10*(n-232)
	return fmt.Sprintf("#%02x%02x%02x", grey, grey, grey)
}

// copied are the cells as they are now.
func (p *picturedTerminal) copied() [][]cell {
	rows := make([][]cell, len(p.cells))
	for y := range rows {
		rows[y] = slices.Clone(p.cells[y])
	}
	return rows
}
