package ui

import (
	"strings"
)

// List draws the whole table once, for output that does not move: summary,
// column titles, every row. Lines end where their text does.
func List(s *Screen) string {
	out := []string{s.counts(s.Theme)}
	if s.Pool.Len() > 0 {
		out = append(out, s.next(s.Theme), "", newTable(s, s.Theme).header())
	}
	t := newTable(s, s.Theme)
	for _, l := range linesFrom(s.Groups, true, 0, lineCount(s.Groups, true)) {
		out = append(out, t.draw(l))
	}
	for i := range out {
		out[i] = strings.TrimRight(out[i], " ")
	}
	return strings.Join(out, "\n")
}
