package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"pooltop/ui/theme"
)

// OutputLine is a line in the pane for the output of a command. Its text has passed through
// [pooltop/ui/text.Clean]. Own is true for the command line and the result, which the command has
// not printed.
type OutputLine struct {
	Text string
	Own  bool
}

// outputLines draws the output of a command. It wraps lines without changing the spaces in them.
func (s *Screen) outputLines() []string {
	var out []string
	for _, line := range s.Output {
		for part := range strings.SplitSeq(ansi.HardwrapWc(line.Text, s.inner(), true), "\n") {
			l := s.Theme.Line()
			if line.Own {
				l.Bold(theme.Accent, part)
			} else {
				l.Write(theme.Text, part)
			}
			out = append(out, l.String())
		}
	}
	return s.indented(out)
}
