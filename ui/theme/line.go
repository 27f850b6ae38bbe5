package theme

import (
	"strings"

	"pooltop/ui/text"
)

// Line is a row of the screen under construction. Text is added from left to
// right, each piece in its role, and must be clean: see [text.Clean].
type Line struct {
	// Selected gives all further text the background of the selected row.
	Selected bool
	Theme    *Theme

	b      strings.Builder
	col    int
	blanks int // at the end, not yet written
	style  sgr // of what was written last
}

// Line returns an empty line.
func (t *Theme) Line() *Line { return &Line{Theme: t} }

// Col returns the cell where the next text begins, which is also the width of the
// line so far.
func (l *Line) Col() int { return l.col }

// Write adds text at the next cell.
func (l *Line) Write(r Role, s string) *Line { return l.Draw(r, Regular, s) }

// Bold adds bold text at the next cell.
func (l *Line) Bold(r Role, s string) *Line { return l.Draw(r, Bold, s) }

// Draw adds text of a weight at the next cell. Neighboring pieces of one style
// share their escape sequences.
func (l *Line) Draw(r Role, w Weight, s string) *Line {
	if s == "" {
		return l
	}
	selected := 0
	if l.Selected {
		selected = 1
	}
	if style := l.Theme.styles[r][w][selected]; style != l.style {
		l.b.WriteString(l.style.end)
		l.writeBlanks()
		l.b.WriteString(style.open)
		l.style = style
	}
	l.writeBlanks()
	l.b.WriteString(s)
	l.col += text.Width(s)
	return l
}

func (l *Line) writeBlanks() {
	for ; l.blanks > 0; l.blanks-- {
		l.b.WriteByte(' ')
	}
}

// To moves on to a cell; it never moves back.
func (l *Line) To(col int) *Line {
	n := max(col-l.col, 0)
	if l.Selected {
		return l.Draw(Text, Regular, strings.Repeat(" ", n))
	}
	l.blanks += n
	l.col += n
	return l
}

// Right adds text so that it ends before a cell.
func (l *Line) Right(end int, r Role, w Weight, s string) *Line {
	return l.To(end-text.Width(s)).Draw(r, w, s)
}

// Rule adds a horizontal line up to a cell.
func (l *Line) Rule(end int) *Line {
	return l.Write(Rule, strings.Repeat("─", max(end-l.col, 0)))
}

// String returns the line with its escape sequences, all of them closed.
func (l *Line) String() string {
	return l.b.String() + l.style.end + strings.Repeat(" ", l.blanks)
}
