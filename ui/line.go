package ui

import (
	"strings"

	"pooltop/ui/text"
)

// line is one row of the screen under construction: text goes in from left to
// right, each piece in its ink, and the line knows which cell comes next.
type line struct {
	b        strings.Builder
	theme    *Theme
	at       int
	selected bool
}

func (t *Theme) line() *line { return &line{theme: t} }

// put draws text at the next cell.
func (l *line) put(i ink, s string) *line { return l.draw(i, regular, s) }

// strong draws text in bold.
func (l *line) strong(i ink, s string) *line { return l.draw(i, bold, s) }

func (l *line) draw(i ink, weight int, s string) *line {
	if s == "" {
		return l
	}
	sel := 0
	if l.selected {
		sel = 1
	}
	p := l.theme.pens[i][weight][sel]
	l.b.WriteString(p.open)
	l.b.WriteString(s)
	l.b.WriteString(p.end)
	l.at += text.Width(s)
	return l
}

// to moves on to a cell; it never moves back.
func (l *line) to(col int) *line {
	n := col - l.at
	switch {
	case n <= 0:
	case l.selected:
		l.draw(inkText, regular, strings.Repeat(" ", n))
	default: // blanks have no colour
		l.b.WriteString(strings.Repeat(" ", n))
		l.at += n
	}
	return l
}

// right draws text so that it ends before a cell.
func (l *line) right(end int, i ink, weight int, s string) {
	l.to(end-text.Width(s)).draw(i, weight, s)
}

// rule draws a horizontal line up to a cell.
func (l *line) rule(end int) *line {
	if n := end - l.at; n > 0 {
		l.draw(inkLine, regular, strings.Repeat("─", n))
	}
	return l
}

func (l *line) String() string { return l.b.String() }
