package ui

import (
	"strings"
	"testing"

	"pooltop/ui/text"
	"pooltop/ui/theme"
)

func TestHelp_NothingIsCut(t *testing.T) {
	s := screenOf(sample(t, "backoff.json"))
	s.Pane = PaneHelp
	for w := 40; w <= 200; w++ {
		sized := s.sizedAt(w, 60)
		for _, line := range sized.helpLines() {
			if strings.Contains(line, text.Ellipsis) {
				t.Fatalf("at %d columns: %q", w, plain(line))
			}
		}
	}
}

func TestHelp_ExplainsEveryMark(t *testing.T) {
	s := screenOf(sample(t, "backoff.json")).sizedAt(120, 60)
	s.Pane = PaneHelp
	help := plain(Render(s))
	for _, mark := range []string{theme.MarkShared, theme.MarkExpiry, theme.MarkProvider, theme.MarkComputed, theme.MarkOperator, theme.MarkSuspect, "–", "✓"} {
		equal(t, "width of "+mark, text.Width(mark), 1)
		if !strings.Contains(help, "  "+mark+"   ") {
			t.Errorf("help does not explain %s", mark)
		}
	}
}
