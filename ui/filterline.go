package ui

import "strconv"

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
	l := s.Theme.line().to(s.margin())
	if f.Typing || f.Text != "" {
		l.strong(inkAccent, "/ ")
		s.typedText(l, f.Text, f.Cursor, f.Typing, max(end-l.at-width(right)-2, 8))
	}
	if f.Problem != "" && l.at+2 < end {
		l.to(l.at+2).put(inkDead, fit(Clean(f.Problem, rowText), end-l.at))
		return l.String()
	}
	if l.at+2+width(right) <= end {
		l.right(end, inkSecondary, regular, right)
	}
	return l.String()
}

// typedText draws what somebody types, with the cursor while it goes on, at most
// w cells wide. What is left of the cursor wins.
func (s *Screen) typedText(l *line, text string, cursor int, typing bool, w int) {
	if !typing {
		l.put(inkText, fit(Clean(text, rowText), w))
		return
	}
	value := []rune(text)
	at := min(max(cursor, 0), len(value))
	end := l.at + w
	before := fitLeft(Clean(string(value[:at]), rowText), w-2)
	l.put(inkText, before).put(inkAccent, "▏")
	l.put(inkText, fit(Clean(string(value[at:]), rowText), end-l.at))
}
