package ui

import (
	"testing"
	"time"
)

// TestPaceOf_NothingChangesSooner draws each scene 59 seconds later. The chart
// of the forecast moves all the time, and a frozen screen has no clock.
func TestPaceOf_NothingChangesSooner(t *testing.T) {
	for _, sc := range scenes(t) {
		s := sc.screen.sizedAt(120, 36)
		s.Pace = PaceOf(s)
		if s.Pace != time.Minute || s.Pane == PaneForecast || s.Paused {
			continue
		}
		before := Render(s)
		s.Now = s.Now.Add(59 * time.Second)
		if got := Render(s); got != before {
			t.Errorf("%s changes within the minute:\n%s\n%s", sc.name, plain(before), plain(got))
		}
	}
}
