package ui

import (
	"strings"
)

// List draws the whole table for output to a file or pipe: summary, column
// titles and every row, without trailing blanks.
func List(s *Screen) string {
	out := []string{s.counts(s.Theme)}
	if s.Pool.Len() > 0 {
		out = append(out, s.next(s.Theme), "", newTable(s, s.Theme).header())
	}
	t := newTable(s, s.Theme)
	for _, l := range s.lines(true) {
		out = append(out, t.draw(l))
	}
	for i := range out {
		out[i] = strings.TrimRight(out[i], " ")
	}
	return strings.Join(out, "\n")
}
