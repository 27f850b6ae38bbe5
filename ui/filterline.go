package ui

import (
	"fmt"

	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// FilterLine is the filter and the order of the table, and what they result in.
type FilterLine struct {
	// Text is the filter as typed, Cursor the place in it in characters.
	Text   string
	Cursor int
	Typing bool
	// Problem is why the filter is invalid; the one before it is still in force.
	Problem string
	// Shown of Total credentials pass the filter.
	Shown, Total int
	// Order names the order, "" for that of the pool.
	Order string
}

// filterLine draws the filter on the left, its result on the right.
func (s *Screen) filterLine() string {
	f, end := s.Filter, s.Width-s.margin()
	l, filtered, result := s.Theme.Line().To(s.margin()), f.Typing || f.Text != "", ""
	if filtered {
		result = fmt.Sprintf("%d of %d shown", f.Shown, f.Total)
	}
	if f.Order != "" {
		if result != "" {
			result += ", "
		}
		result += "order: " + f.Order
	}
	if filtered {
		l.Bold(theme.Accent, "/ ")
		drawInput(l, f.Text, f.Cursor, f.Typing, max(end-l.Col()-text.Width(result)-2, 8))
	}
	if f.Problem != "" && l.Col()+2 < end {
		return l.To(l.Col()+2).Write(theme.Dead, text.Fit(text.Clean(f.Problem, text.RowLimit), end-l.Col())).String()
	}
	if l.Col()+2+text.Width(result) <= end {
		l.Right(end, theme.Secondary, theme.Regular, result)
	}
	return l.String()
}

// drawInput draws typed text, and the cursor while typing, in at most w cells.
// Without room for all, the text before the cursor is cut last, on its left.
func drawInput(l *theme.Line, typed string, cursor int, typing bool, w int) {
	if !typing {
		l.Write(theme.Text, text.Fit(text.Clean(typed, text.RowLimit), w))
		return
	}
	value, end := []rune(typed), l.Col()+w
	at := min(max(cursor, 0), len(value))
	before := text.FitLeft(text.Clean(string(value[:at]), text.RowLimit), w-2)
	l.Write(theme.Text, before).Write(theme.Accent, "▏")
	l.Write(theme.Text, text.Fit(text.Clean(string(value[at:]), text.RowLimit), end-l.Col()))
}
