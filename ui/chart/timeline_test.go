package chart

import (
	"math"
	"testing"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/internal/uitest"
)

func TestTimeline_Draw(t *testing.T) {
	const m = time.Minute
	scale := &Timeline{now: uitest.Epoch, past: 60 * m, future: 180 * m, cells: 8}  // eight half-hour cells, two of them before now
	midCell := &Timeline{now: uitest.Epoch, past: 45 * m, future: 75 * m, cells: 4} // now is in the middle of a cell
	for _, c := range []struct {
		name       string
		scale      *Timeline
		state      poolstate.Availability
		begin, end time.Duration
		want       string
	}{
		{"whole scale", scale, poolstate.Cooling, -60 * m, 180 * m, "──━━━━━━"},
		{"whole cells", scale, poolstate.Held, -30 * m, 60 * m, " ─━━    "},
		{"half cells", scale, poolstate.Cooling, -45 * m, 45 * m, "╶─━╸    "},
		{"a second left", scale, poolstate.Cooling, -60 * m, time.Second, "──╸     "},
		{"starts in the future", scale, poolstate.Cooling, 30 * m, 60 * m, "  ━━    "},
		{"starts before the scale", scale, poolstate.Cooling, -61 * m, 30 * m, "◂─━     "},
		{"ends after the scale", scale, poolstate.Cooling, -15 * m, 181*m + 14*m, " ╶━━━━━▸"},
		{"starts before and ends after the scale, extreme times", scale, poolstate.Cooling, -math.MaxInt64, math.MaxInt64, "◂─━━━━━▸"},
		{"over", scale, poolstate.Due, -60 * m, -15 * m, "─╴│     "},
		{"ended before the scale", scale, poolstate.Due, -180 * m, -120 * m, "◂ │     "},
		{"ends when it starts", scale, poolstate.Due, -45 * m, -45 * m, "╶ │     "},
		{"thin and thick in one cell", midCell, poolstate.Cooling, -45 * m, 75 * m, "─╺━━"},
		{"empty and thin before thick", midCell, poolstate.Cooling, -15 * m, 75 * m, " ╺━━"},
		{"ready", scale, poolstate.Ready, 0, 0, "  │     "},
	} {
		l, a := plainTheme.Line(), poolstate.Assessment{Availability: c.state}
		if c.state != poolstate.Ready {
			a.Deadline = poolstate.Deadline{At: uitest.Epoch.Add(c.end), Origin: poolstate.OriginComputed}
		}
		c.scale.Draw(l, &poolstate.Credential{StatusAt: uitest.Epoch.Add(c.begin)}, &a)
		uitest.Equal(t, c.name, l.String(), c.want)
		uitest.Equal(t, c.name+", its width", l.Col(), c.scale.cells)
	}
}

func TestNewTimeline(t *testing.T) {
	until := func(label string, d time.Duration) uitest.Entry {
		return uitest.Cooling(label, d).With(uitest.Entry{"last_status_at": uitest.Seconds(0)})
	}
	const h = time.Hour
	for _, c := range []struct {
		name         string
		list         []uitest.Entry
		past, future time.Duration
	}{
		{"one", []uitest.Entry{uitest.Exhausted("a", 15*time.Minute, 3)}, 15 * time.Minute, 3*h + 45*time.Minute},
		{"past takes at most half", []uitest.Entry{uitest.Exhausted("a", 7*h, 4)}, h, h},
		{"a second left", []uitest.Entry{uitest.Exhausted("a", h-time.Second, 1)}, time.Minute, time.Minute},
		{"full backoff schedule", []uitest.Entry{until("a", h), until("b", h), until("c", 8*h)}, 0, 8 * h},
		{"one deadline in days, others in hours", []uitest.Entry{until("a", h), until("b", 2*h), until("c", 150*h)}, 0, 2 * h},
		{"only cooling and held credentials", []uitest.Entry{
			until("a", h), uitest.Exhausted("b", 9*h, 1), uitest.Dead("c"), uitest.Ready("d"),
			until("e", 5*h).With(uitest.Entry{"access_token": nil}),
		}, 0, h},
		{"never", []uitest.Entry{uitest.Exhausted("a", h, 1).With(uitest.Entry{"last_error_reset_at": 9e11})}, h, maxSpan},
	} {
		scale := NewTimeline(uitest.PoolOf(t, uitest.Providers{"p": c.list}).All(), poolstate.Backoff(), uitest.Epoch, 20)
		uitest.Equal(t, c.name+", past", scale.past, c.past)
		uitest.Equal(t, c.name+", future", scale.future, c.future)
	}
}

func TestTimeline_Title(t *testing.T) {
	const h = time.Hour
	for _, c := range []struct {
		name         string
		past, future time.Duration
		cells        int
		want         string
	}{
		{"name, now, end", 4 * h, 4 * h, 24, "TIMELINE    now    13:20"},
		{"now before the name", 5 * h, 14 * h, 19, "     now      23:20"},
		{"name between now and the end", 5 * h, 14 * h, 24, "      now TIMELINE 23:20"},
		{"no room for now", h, h, 10, "     10:20"},
		{"never", h, maxSpan, 18, "now       Oct 2126"},
	} {
		scale := &Timeline{now: uitest.Epoch, past: c.past, future: c.future, cells: c.cells}
		l := plainTheme.Line()
		scale.Title(l)
		uitest.Equal(t, c.name, l.String(), c.want)
		uitest.Equal(t, c.name+", its width", l.Col(), c.cells)
	}
}
