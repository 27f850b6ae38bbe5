package theme

import (
	"strings"

	"pooltop/ui/text"
)

// Line builds a row of the screen from left to right. Text must be clean: see
// [text.Clean].
type Line struct {
	// Selected draws subsequent text on the background of the selected row.
	Selected bool
	Theme    *Theme

	b      strings.Builder
	col    int
	spaces int // trailing spaces that have not been written yet
	style  sgr // style of the last text
}

// Line returns an empty line.
func (t *Theme) Line() *Line { return &Line{Theme: t} }

// Col returns the column of the next text.
func (l *Line) Col() int { return l.col }

// Write adds text at the next cell.
func (l *Line) Write(r Role, s string) *Line { return l.Draw(r, Regular, s) }

// Bold adds bold text at the next cell.
func (l *Line) Bold(r Role, s string) *Line { return l.Draw(r, Bold, s) }

// Draw adds text of the given weight at the next cell. Adjacent text in the same style
// shares its escape sequences.
func (l *Line) Draw(r Role, w Weight, s string) *Line {
	if l.Selected {
		return l.draw(r, w, groundSelected, s)
	}
	return l.draw(r, w, groundNone, s)
}

// OnFill adds text on the background of a chart's fill. A hatched fill has no background.
func (l *Line) OnFill(r Role, s string) *Line { return l.draw(r, Regular, groundFill, s) }

func (l *Line) draw(r Role, w Weight, ground int, s string) *Line {
	if s == "" {
		return l
	}
	style, spaces := l.Theme.styles[r][w][ground], strings.Repeat(" ", l.spaces)
	if style == l.style {
		l.b.WriteString(spaces)
	} else {
		l.b.WriteString(l.style.end + spaces + style.open)
	}
	l.b.WriteString(s)
	l.style, l.spaces = style, 0
	l.col += text.Width(s)
	return l
}

// To adds spaces up to a column. It never moves back.
func (l *Line) To(col int) *Line {
	n := max(col-l.col, 0)
	if l.Selected {
		return l.Draw(Text, Regular, strings.Repeat(" ", n))
	}
	l.spaces += n
	l.col += n
	return l
}

// Right adds text so that it ends just before a column.
func (l *Line) Right(end int, r Role, w Weight, s string) *Line {
	return l.To(end-text.Width(s)).Draw(r, w, s)
}

// Rule adds a horizontal line up to a column.
func (l *Line) Rule(end int) *Line { return l.Write(Rule, strings.Repeat("─", max(end-l.col, 0))) }

// String returns the line, with all styles closed.
func (l *Line) String() string { return l.b.String() + l.style.end + strings.Repeat(" ", l.spaces) }
