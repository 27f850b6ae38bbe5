package testkit

import (
	"fmt"
	"math"
	"strings"
)

// shapeOf returns the path for n equal characters starting at cell (x, y), and its CSS
// classes. A character is drawn as a shape if it looks different in each font or must
// join its neighbors without a gap. For other characters, the path is empty.
func shapeOf(text string, x, y, n int) (path, classes string) {
	if !shaped(text) {
		return "", ""
	}
	left, top := float64(x*cellWidth), float64(y*cellHeight)
	if b, ok := blocks[text]; ok {
		if b.right == 1 && b.left == 0 { // adjacent blocks join
			return box(left, top+b.top*cellHeight, float64(n*cellWidth), (b.bottom-b.top)*cellHeight), b.classes
		}
		return each(n, func(i float64) string {
			return box(left+(i+b.left)*cellWidth, top+b.top*cellHeight, (b.right-b.left)*cellWidth, (b.bottom-b.top)*cellHeight)
		}), b.classes
	}
	if l, ok := lines[text]; ok {
		return l.path(left, top, n), ""
	}
	return each(n, func(i float64) string { return signs[text](left+(i+.5)*cellWidth, top+cellHeight/2) }), ""
}

// shaped reports whether a character is drawn as a shape.
func shaped(text string) bool {
	_, block := blocks[text]
	_, line := lines[text]
	return block || line || signs[text] != nil
}

func each(n int, draw func(i float64) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(draw(float64(i)))
	}
	return b.String()
}

func box(x, y, w, h float64) string {
	return fmt.Sprintf("M%s %sh%sv%sh%sz", number(x), number(y), number(w), number(h), number(-w))
}

// block is a rectangle within a cell, as fractions of its width and height.
type block struct {
	left, top, right, bottom float64
	classes                  string
}

var blocks = func() map[string]block {
	m := map[string]block{
		"░": {0, 0, 1, 1, "k l "}, "▒": {0, 0, 1, 1, "k h "}, "▀": {0, 0, 1, .5, "k "},
	}
	for i, text := range []string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"} {
		m[text] = block{0, 1 - float64(i+1)/8, 1, 1, "k "}
	}
	for i, text := range []string{"▏", "▎", "▍", "▌", "▋", "▊", "▉"} {
		m[text] = block{0, 0, float64(i+1) / 8, 1, "k "}
	}
	return m
}()

// arms holds the thickness of the lines from the center of a cell to its sides. A
// thickness of 0 means no line.
type arms struct{ left, right, up, down float64 }

const (
	thin  = 1.0
	thick = 2.5
)

var lines = map[string]arms{
	"─": {thin, thin, 0, 0}, "━": {thick, thick, 0, 0}, "╺": {0, thick, 0, 0}, "╸": {thick, 0, 0, 0},
	"│": {0, 0, thin, thin}, "┬": {thin, thin, 0, thin},
}

// path draws n equal cells side by side, joining their horizontal lines.
func (a arms) path(left, top float64, n int) string {
	middle, center := top+cellHeight/2, float64(cellWidth)/2
	if a.left == a.right && a.left > 0 {
		across := box(left, middle-a.left/2, float64(n*cellWidth), a.left)
		return across + arms{0, 0, a.up, a.down}.path(left, top, n)
	}
	return each(n, func(i float64) (d string) {
		x := left + i*cellWidth
		if a.left > 0 {
			d += box(x, middle-a.left/2, center, a.left)
		}
		if a.right > 0 {
			d += box(x+center, middle-a.right/2, center, a.right)
		}
		if a.up > 0 {
			d += box(x+center-a.up/2, top, a.up, cellHeight/2)
		}
		if a.down > 0 {
			d += box(x+center-a.down/2, middle, a.down, cellHeight/2)
		}
		return d
	})
}

// signs maps characters to functions that draw them around the center of a cell.
var signs = map[string]func(x, y float64) string{
	"●": func(x, y float64) string { return disc(x, y, 4) },
	"○": ring,
	"◔": func(x, y float64) string { return ring(x, y) + sector(x, y, 90) },
	"◑": func(x, y float64) string { return ring(x, y) + sector(x, y, 180) },
	"◌": func(x, y float64) string {
		return each(8, func(i float64) string {
			sin, cos := math.Sincos(i * math.Pi / 4)
			return disc(x+3.5*cos, y+3.5*sin, .75)
		})
	},
	"✕": func(x, y float64) string {
		return polygon(x, y, -3.4, -2.4, -2.4, -3.4, 0, -1, 2.4, -3.4, 3.4, -2.4, 1, 0, 3.4, 2.4, 2.4, 3.4, 0, 1, -2.4, 3.4, -3.4, 2.4, -1, 0)
	},
	"✓": func(x, y float64) string {
		return polygon(x, y, -4, .6, -3, -.4, -1.2, 1.6, 3.2, -3.8, 4.2, -2.9, -1.2, 3.6)
	},
	"▲": func(x, y float64) string { return polygon(x, y, 0, -3.6, 4, 3.6, -4, 3.6) },
	"▸": func(x, y float64) string { return polygon(x, y, -2.4, -3.2, 3, 0, -2.4, 3.2) },
	"◂": func(x, y float64) string { return polygon(x, y, 2.4, -3.2, -3, 0, 2.4, 3.2) },
	"·": func(x, y float64) string { return disc(x, y, .9) },
	"⋯": func(x, y float64) string { return disc(x-3, y, .8) + disc(x, y, .8) + disc(x+3, y, .8) },
	"╌": func(x, y float64) string { return box(x-4, y-thin/2, 3, thin) + box(x+1, y-thin/2, 3, thin) },
}

func disc(x, y, r float64) string {
	return fmt.Sprintf("M%s %sa%s %[3]s 0 1 1 %[4]s 0a%[3]s %[3]s 0 1 1 %[5]s 0z", number(x-r), number(y), number(r), number(2*r), number(-2*r))
}

// ring returns a disc with a hole: the inner circle is drawn in the opposite direction.
func ring(x, y float64) string {
	const hole = 3.1
	return disc(x, y, 4) + fmt.Sprintf("M%s %sa%s %[3]s 0 1 0 %[4]s 0a%[3]s %[3]s 0 1 0 %[5]s 0z", number(x-hole), number(y), number(hole), number(2*hole), number(-2*hole))
}

// sector returns a pie slice that extends clockwise from the top.
func sector(x, y, degrees float64) string {
	const r = 3.5
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	return fmt.Sprintf("M%s %sv%sa%s %[4]s 0 0 1 %[5]s %[6]sz", number(x), number(y), number(-r), number(r), number(r*sin), number(r-r*cos))
}

// polygon connects corners, which are given relative to the center.
func polygon(x, y float64, corners ...float64) string {
	var b strings.Builder
	for i := 0; i < len(corners); i += 2 {
		fmt.Fprintf(&b, "%c%s %s", "ML"[min(i, 1)], number(x+corners[i]), number(y+corners[i+1]))
	}
	return b.String() + "z"
}
