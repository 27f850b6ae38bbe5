package ui

import (
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
)

// TestTimelineRow draws rows on a scale of an hour before and three after now:
// eight cells, of half an hour each.
func TestTimelineRow(t *testing.T) {
	scale := &timeline{now: epoch, past: time.Hour, future: 3 * time.Hour, cells: 8}
	const m = time.Minute
	for _, c := range []struct {
		name       string
		state      poolstate.Availability
		begin, end time.Duration
		want       string
	}{
		{"all of the scale", poolstate.Cooling, -60 * m, 180 * m, "──━━━━━━"},
		{"whole cells", poolstate.Held, -30 * m, 60 * m, " ─━━    "},
		{"half cells", poolstate.Cooling, -45 * m, 45 * m, "╶─━╸    "},
		{"less than a half cell", poolstate.Cooling, -46 * m, 44 * m, "──━     "},
		{"a second left", poolstate.Cooling, -60 * m, time.Second, "──╸     "},
		{"just begun", poolstate.Cooling, 0, 180 * m, "  ━━━━━━"},
		{"begun in the future", poolstate.Cooling, 30 * m, 60 * m, "  ━━    "},
		{"begun before the scale", poolstate.Cooling, -61 * m, 30 * m, "◂─━     "},
		{"ends beyond it", poolstate.Cooling, -15 * m, 181*m + 14*m, " ╶━━━━━▸"},
		{"both", poolstate.Cooling, -longest, longest, "◂─━━━━━▸"},
		{"over", poolstate.Due, -60 * m, -15 * m, "─╴│     "},
		{"over this very instant", poolstate.Due, -60 * m, 0, "──│     "},
		{"over before the scale", poolstate.Due, -180 * m, -120 * m, "◂ │     "},
		{"over in the year one", poolstate.Due, -longest, -longest, "◂ │     "},
		{"over at once", poolstate.Due, -45 * m, -45 * m, "╶ │     "},
		{"disabled", poolstate.Disabled, -60 * m, 60 * m, "  │     "},
		{"ready", poolstate.Ready, 0, 0, "  │     "},
	} {
		l, a := plainTheme.line(), poolstate.Assessment{Availability: c.state}
		if c.state != poolstate.Ready {
			a.Deadline = poolstate.Deadline{At: epoch.Add(c.end), Origin: poolstate.OriginComputed}
		}
		scale.draw(l, &poolstate.Credential{StatusAt: epoch.Add(c.begin)}, &a)
		equal(t, c.name, l.String(), c.want)
		equal(t, c.name+", its width", l.at, scale.cells)
	}
}

// TestTimelineJoint has now within a cell, where thin meets thick.
func TestTimelineJoint(t *testing.T) {
	scale := &timeline{now: epoch, past: 45 * time.Minute, future: 75 * time.Minute, cells: 4}
	for begin, want := range map[time.Duration]string{
		-45 * time.Minute: "─╺━━",
		-15 * time.Minute: " ╺━━",
	} {
		l := plainTheme.line()
		scale.draw(l, &poolstate.Credential{StatusAt: epoch.Add(begin)}, &poolstate.Assessment{
			Availability: poolstate.Cooling,
			Deadline:     poolstate.Deadline{At: epoch.Add(scale.future), Origin: poolstate.OriginComputed},
		})
		equal(t, "row", l.String(), want)
	}
}

// TestTimelineStandsStill moves the clock alone: ends stay in their cells, and
// only what is left of now turns thin.
func TestTimelineStandsStill(t *testing.T) {
	groups := Groups(poolOf(t, providers{"p": []entry{
		exhaustedEntry("long", time.Hour, 4), exhaustedEntry("short", 30*time.Minute, 3),
	}}))
	for after := time.Duration(0); after < 3*time.Hour; after += 7 * time.Minute {
		now := epoch.Add(after)
		scale := newTimeline(groups, poolstate.Backoff, now, 16)
		l := plainTheme.line()
		c := groups[0].Credentials[1]
		a := poolstate.Backoff.Assess(c, now)
		scale.draw(l, c, &a)
		equal(t, "blanks before", strings.IndexAny(l.String(), "─╺━╸"), 1)
		equal(t, "blanks after", len([]rune(l.String()))-len([]rune(strings.TrimRight(l.String(), " "))), 7)
	}
}

func TestTimelineScale(t *testing.T) {
	until := func(label string, d time.Duration) entry {
		return exhaustedEntry(label, 0, 1).with(entry{"last_error_reset_at": secondsAt(d)})
	}
	const h = time.Hour
	for _, c := range []struct {
		name         string
		list         []entry
		past, future time.Duration
	}{
		{"one", []entry{exhaustedEntry("a", 15*time.Minute, 3)}, 15 * time.Minute, 3*h + 45*time.Minute},
		{"the longest of both", []entry{exhaustedEntry("a", h, 4), exhaustedEntry("b", 0, 4)}, h, 8 * h},
		{"past has half at most", []entry{exhaustedEntry("a", 7*h, 4)}, h, h},
		{"the last second", []entry{exhaustedEntry("a", h-time.Second, 1)}, time.Minute, time.Minute},
		{"a ladder is whole", []entry{until("a", h), until("b", h), until("c", 8*h)}, 0, 8 * h},
		{"days among hours", []entry{until("a", h), until("b", 2*h), until("c", 150*h)}, 0, 2 * h},
		{"two that differ much", []entry{until("a", h), until("b", 150*h)}, 0, h},
		{"hours among minutes", []entry{until("a", 5*time.Minute), until("b", 3*h), until("c", 4*h)}, 0, 4 * h},
		{"only days", []entry{until("a", 150*h), until("b", 140*h)}, 0, 150 * h},
		{"what does not wait", []entry{
			until("a", h), exhaustedEntry("b", 9*h, 1), deadEntry("c"), readyEntry("d"),
			until("e", 5*h).with(entry{"enabled": false}),
		}, 0, h},
		{"never", []entry{exhaustedEntry("a", h, 1).with(entry{"last_error_reset_at": 9e11})}, h, century},
	} {
		scale := newTimeline(Groups(poolOf(t, providers{"p": c.list})), poolstate.Backoff, epoch, 20)
		equal(t, c.name+", past", scale.past, c.past)
		equal(t, c.name+", future", scale.future, c.future)
	}
}

// TestNoTimeline is for lists in which nothing waits: bars are as they were.
func TestNoTimeline(t *testing.T) {
	for _, list := range [][]entry{nil, {readyEntry("a")}, {deadEntry("a"), exhaustedEntry("b", 9*time.Hour, 1)}} {
		p := poolOf(t, providers{"p": list})
		equal(t, "a timeline", newTimeline(Groups(p), poolstate.Backoff, epoch, 20) != nil, false)
		s := screenOf(p).sizedAt(120, 36)
		with := *s
		with.Timeline = true
		equal(t, "the screen", Render(&with), Render(s))
	}
}

func TestTimelineTitle(t *testing.T) {
	const h = time.Hour
	for _, c := range []struct {
		name         string
		past, future time.Duration
		cells        int
		want         string
	}{
		{"name, now, end", 4 * h, 4 * h, 24, "TIMELINE    now    13:20"},
		{"now directly after the name", 9 * h, 15 * h, 24, "TIMELINE now   Tue 00:20"},
		{"now before the name", 5 * h, 14 * h, 19, "     now      23:20"},
		{"the name between", 5 * h, 14 * h, 24, "      now TIMELINE 23:20"},
		{"no room for now", h, h, 10, "     10:20"},
		{"days", 5 * 24 * h, 6 * 24 * h, 24, "TIMELINE  now  Sun 09:20"},
		{"never", h, century, 18, "now       Oct 2126"},
	} {
		scale := &timeline{now: epoch, past: c.past, future: c.future, cells: c.cells}
		l := plainTheme.line()
		scale.title(l)
		equal(t, c.name, l.String(), c.want)
		equal(t, c.name+", its width", l.at, c.cells)
	}
}

// TestTimelineFits draws whatever can be listed on one scale.
func TestTimelineFits(t *testing.T) {
	for salt, sc := range scenes(t) {
		for _, size := range sizes(salt)[:70] {
			if size[0] < mediumFrom {
				continue
			}
			s := sc.screen.sizedAt(size[0], size[1])
			s.Timeline = true
			if said := flaw(Render(s), size[0], size[1]); said != "" {
				t.Fatalf("%s at %d×%d %s", sc.name, size[0], size[1], said)
			}
		}
	}
}
