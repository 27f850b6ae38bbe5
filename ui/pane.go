package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// paged draws a title, text that can be scrolled, and the footer.
func (s *Screen) paged(lines []string) string {
	height := s.paneHeight()
	offset := clampOffset(s.Offset, len(lines), height)
	out := append(s.paneHead(), lines[offset:min(offset+height, len(lines))]...)
	more := ""
	if offset+height < len(lines) {
		more = "↓ more"
	}
	return s.withBottom(out, more)
}

// paneHead returns the first two lines of a pane.
func (s *Screen) paneHead() []string {
	second := ""
	if s.Feed.State == FeedStale {
		second = s.staleLine()
	}
	return []string{s.title(), second}
}

// withBottom puts the answer, if any, and the footer on the last lines of a
// screen without a table.
func (s *Screen) withBottom(out []string, place string) string {
	s.Targets.begin(s.Height - 1)
	bottom := append(s.answerAtMost(2), s.footer(place))
	room := s.Height - len(bottom)
	return strings.Join(append(filled(out, room)[:room], bottom...), "\n")
}

// answerAtMost returns the first n lines of the answer, none without one.
func (s *Screen) answerAtMost(n int) []string {
	if s.Answer == nil {
		return nil
	}
	lines := s.answerLines()
	return lines[:min(n, len(lines))]
}

// paneHeight returns the number of lines of text that a pane shows.
func (s *Screen) paneHeight() int {
	return max(s.Height-3-len(s.answerAtMost(2)), 1)
}

// PaneLines returns by how many lines the open pane can be scrolled.
func PaneLines(s *Screen) int {
	var lines []string
	switch {
	case s.Pane == PaneHelp:
		lines = s.helpLines()
	case s.Pane == PaneDetail && s.selected() != nil:
		lines = s.detailLines(s.Theme, s.inner())
	case s.Pane == PaneEvents:
		return max(len(s.Events)-s.paneHeight()+1, 0)
	}
	return max(len(lines)-s.paneHeight(), 0)
}

// indented puts lines behind the left margin.
func indented(s *Screen, lines []string) []string { return s.beside(lines, nil, 0) }

// beside puts two columns side by side; the second begins at a cell counted
// from the margin.
func (s *Screen) beside(left, right []string, at int) []string {
	blanks := func(n int) string { return strings.Repeat(" ", max(n, 0)) }
	out := make([]string, max(len(left), len(right)))
	for i := range out {
		out[i] = blanks(s.margin())
		if i < len(left) {
			out[i] += left[i]
		}
		if i < len(right) {
			out[i] += blanks(s.margin()+at-ansi.StringWidth(out[i])) + right[i]
		}
	}
	return out
}

// add writes text behind some blanks if it ends before a cell.
func add(l *theme.Line, gap, end int, role theme.Role, weight theme.Weight, s string) bool {
	if l.Col()+gap+text.Width(s) > end {
		return false
	}
	l.To(l.Col()+gap).Draw(role, weight, s)
	return true
}
