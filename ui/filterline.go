package ui

import (
	"strconv"

	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// FilterLine says what of the pool is listed, and how.
type FilterLine struct {
	// Text is the filter as it was typed, Cursor where typing goes.
	Text   string
	Cursor int
	Typing bool
	// Problem says why the filter cannot be read; the list is the one before.
	Problem string
	// Shown of Total credentials are listed.
	Shown, Total int
	// Order names the order, empty for the pool's own.
	Order string
}

// filterLine draws the filter: what was typed on the left, what it comes to on
// the right.
func (s *Screen) filterLine() string {
	f, end := s.Filter, s.Width-s.margin()
	right := ""
	if f.Typing || f.Text != "" {
		right = strconv.Itoa(f.Shown) + " of " + strconv.Itoa(f.Total) + " shown"
	}
	if f.Order != "" {
		if right != "" {
			right += ", "
		}
		right += "order: " + f.Order
	}
	l := s.Theme.Line().To(s.margin())
	if f.Typing || f.Text != "" {
		l.Bold(theme.Accent, "/ ")
		s.typedText(l, f.Text, f.Cursor, f.Typing, max(end-l.Col()-text.Width(right)-2, 8))
	}
	if f.Problem != "" && l.Col()+2 < end {
		l.To(l.Col()+2).Write(theme.Dead, text.Fit(text.Clean(f.Problem, text.RowLimit), end-l.Col()))
		return l.String()
	}
	if l.Col()+2+text.Width(right) <= end {
		l.Right(end, theme.Secondary, theme.Regular, right)
	}
	return l.String()
}

// typedText draws what somebody types, with the cursor while it goes on, at most
// w cells wide. What is left of the cursor wins.
func (s *Screen) typedText(l *theme.Line, words string, cursor int, typing bool, w int) {
	if !typing {
		l.Write(theme.Text, text.Fit(text.Clean(words, text.RowLimit), w))
		return
	}
	value := []rune(words)
	at := min(max(cursor, 0), len(value))
	end := l.Col() + w
	before := text.FitLeft(text.Clean(string(value[:at]), text.RowLimit), w-2)
	l.Write(theme.Text, before).Write(theme.Accent, "▏")
	l.Write(theme.Text, text.Fit(text.Clean(string(value[at:]), text.RowLimit), end-l.Col()))
}
