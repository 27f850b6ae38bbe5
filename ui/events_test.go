package ui

import (
	"fmt"
	"strings"
	"testing"

	"pooltop/poolstate"
)

func TestRecordName(t *testing.T) {
	for _, tt := range []struct {
		provider, name string
		w              int
		want           string
	}{
		{"openrouter", "key", 30, "openrouter/key"},
		{"openai-codex", "seat-2@example.com", 30, "openai-cod…/seat-2@example.com"},
		{"openrouter", "a-name-that-is-longer-than-the-column", 30, "openrouter/a-name-that-is-lon…"},
		{"a-provider-with-a-long-name", "a-name-that-is-longer-than-the-column", 30, "a-provide…/a-name-that-is-lon…"},
		{"openrouter", "a-name-that-is-long", 20, "openr…/a-name-that-…"},
		{"openrouter", "a-name-that-is-long", 12, "a-name-that…"},
	} {
		r := &poolstate.Record{Provider: tt.provider, Label: tt.name}
		equal(t, fmt.Sprint(tt.provider, " ", tt.name, " in ", tt.w), recordName(r, tt.w), tt.want)
	}
}

// TestScrollEvents checks that the event at the cursor is visible and is the only marked one.
func TestScrollEvents(t *testing.T) {
	s := backoffScreen(t, func(s *Screen) { s.Pane, s.Events = PaneEvents, everyKind() })
	for _, size := range [][2]int{{120, 36}, {80, 24}, {50, 15}, {30, 6}, {20, 5}} {
		for s.Cursor = range s.Events {
			for _, s.Offset = range []int{0, 3, len(s.Events)} {
				drawn := Render(s.sizedAt(size[0], size[1]))
				name := fmt.Sprint("event ", s.Cursor, " from ", s.Offset, " at ", size)
				equal(t, name+": marked rows", selectedRows(drawn), 1)
				at := eventTime(s.Events[len(s.Events)-1-s.Cursor].At, s.Now, false)
				equal(t, name+" is marked", strings.Contains(plain(drawn), "▌"+at), true)
			}
		}
	}
}

func TestEventsPane_Targets(t *testing.T) {
	s := backoffScreen(t, func(s *Screen) { s.Pane, s.Events, s.Cursor = PaneEvents, everyKind(), 4 })
	s.Targets = &Targets{}
	for y, line := range strings.Split(plain(Render(s.sizedAt(80, 12))), "\n") {
		if target := s.Targets.At(40, y); target.Kind == TargetEvent {
			at := eventTime(s.Events[len(s.Events)-1-target.Event].At, s.Now, false)
			equal(t, fmt.Sprintf("line %d, %q, has the time of its event", y, line), strings.Contains(line, at), true)
		} else {
			equal(t, fmt.Sprint("line ", y, " is an event"), strings.Contains(line, ":"), y == 0)
		}
	}
}

func TestForecastPane_NamesTarget(t *testing.T) {
	s := backoffScreen(t, func(s *Screen) { s.Pane = PaneForecast })
	for _, c := range credentials(s) {
		s.Selected = &c.Ref
		for _, size := range [][2]int{{120, 36}, {80, 24}, {50, 15}, {30, 7}, {20, 5}} {
			drawn := plain(Render(s.sizedAt(size[0], size[1])))
			equal(t, fmt.Sprint(c.Ref, " is named at ", size), strings.Contains(drawn, "▲ "+c.Provider[:6]), true)
		}
	}
}

func TestEventLine_Undone(t *testing.T) {
	exhausted, two := "exhausted", 2
	for _, tt := range []struct {
		before, after poolstate.State
		want          string
	}{
		{poolstate.State{Status: &exhausted}, poolstate.State{}, "undone      the hold, ready again"},
		{poolstate.State{}, poolstate.State{Status: &exhausted, Streak: &two}, "undone      the reset, out again"},
	} {
		r := poolstate.Record{At: epoch, Kind: poolstate.EventUndone, By: poolstate.ByOperator, Provider: "p", ID: "a", Before: tt.before, After: tt.after}
		for _, w := range []int{78, 120} {
			line := strings.Replace(plain(EventLine(plainTheme, &r, epoch, w, false)), "operator  ", "", 1) // a column
			equal(t, fmt.Sprintf("%q has %q", line, tt.want), strings.Contains(line, tt.want), true)
		}
	}
}
