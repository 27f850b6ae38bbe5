package ui

import (
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/chart"
)

// TestHeading_Outage draws headings of providers whose credentials failed
// together, or not.
func TestHeading_Outage(t *testing.T) {
	code := func(n int) entry { return entry{"last_error_code": n} }
	held := entry{"last_error_reason": poolstate.HoldReason}
	for _, c := range []struct {
		name string
		list []entry
		want string // "" for none
	}{
		{"at once", []entry{exhaustedEntry("a", time.Minute, 1), exhaustedEntry("b", time.Minute, 1)}, "looks like an outage at the provider, not 2 bad credentials"},
		{"within five minutes", []entry{exhaustedEntry("a", time.Minute, 1), exhaustedEntry("b", 6*time.Minute, 1)}, "not 2 bad credentials"},
		{"more than five minutes apart", []entry{exhaustedEntry("a", 59*time.Second, 1), exhaustedEntry("b", 6*time.Minute, 1)}, ""},
		{"different codes", []entry{exhaustedEntry("a", time.Minute, 1), exhaustedEntry("b", time.Minute, 1).With(code(402))}, ""},
		{"one of two", []entry{exhaustedEntry("a", time.Minute, 1), readyEntry("b")}, ""},
		{"one held", []entry{exhaustedEntry("a", time.Minute, 1), exhaustedEntry("b", time.Minute, 1).With(held)}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := screenOf(poolOf(t, providers{"p": c.list})).sizedAt(120, 20)
			heading := plain(newTable(s).heading(&s.Groups[0]))
			if strings.Contains(heading, "outage") != (c.want != "") || !strings.Contains(heading, c.want) {
				t.Errorf("got %q, want %q in it", heading, c.want)
			}
		})
	}
}

// TestTable_NoTimeline lists nothing that waits: the bars stay as they are.
func TestTable_NoTimeline(t *testing.T) {
	for _, list := range [][]entry{nil, {readyEntry("a")}, {deadEntry("a"), exhaustedEntry("b", 9*time.Hour, 1)}} {
		p := poolOf(t, providers{"p": list})
		equal(t, "a timeline", chart.NewTimeline(p.All(), poolstate.Backoff, epoch, 20) != nil, false)
		s := screenOf(p).sizedAt(120, 36)
		with := *s
		with.Timeline = true
		equal(t, "the screen", Render(&with), Render(s))
	}
}

// TestTable_TimelineFits draws every scene with a timeline.
func TestTable_TimelineFits(t *testing.T) {
	for salt, sc := range scenes(t) {
		for _, size := range sizes(salt)[20:40] {
			if size[0] < mediumFrom {
				continue
			}
			s := sc.screen.sizedAt(size[0], size[1])
			s.Timeline = true
			if problem := flaw(Render(s), size[0], size[1]); problem != "" {
				t.Fatalf("%s at %d×%d %s", sc.name, size[0], size[1], problem)
			}
		}
	}
}
