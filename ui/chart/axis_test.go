package chart

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"pooltop/poolstate"
	"pooltop/ui/internal/uitest"
	"pooltop/ui/text"
)

const (
	minute = time.Minute
	hour   = time.Hour
	year   = 365 * text.Day
)

// stepsIn returns steps at the given distances from uitest.Epoch.
func stepsIn(distances ...time.Duration) []poolstate.ForecastStep {
	steps := make([]poolstate.ForecastStep, len(distances))
	for i, d := range distances {
		steps[i] = poolstate.ForecastStep{At: uitest.Epoch.Add(d), Ready: i + 1}
	}
	return steps
}

func TestNewAxis(t *testing.T) {
	for _, c := range []struct {
		name   string
		steps  []poolstate.ForecastStep
		span   time.Duration
		broken bool
	}{
		{"no steps", nil, minute, false},
		{"seconds", stepsIn(4 * time.Second), minute, false},
		{"backoff schedule", stepsIn(hour, 2*hour, 4*hour, 8*hour), 8 * hour, false},
		{"several waits", stepsIn(12*minute, 56*minute, 2*hour, 4*hour), 4 * hour, false},
		{"just more than a tenth", stepsIn(61*minute, 10*hour), 10 * hour, false},
		{"exactly a tenth", stepsIn(hour, 10*hour), hour, true},
		{"two outliers", stepsIn(hour, 2*hour, 5*text.Day, 6*text.Day), 6 * text.Day, false},
		{"centuries only", stepsIn(200 * year), maxSpan, false},
	} {
		a := newAxis(uitest.Epoch, c.steps, 60)
		uitest.Equal(t, c.name+": span", a.span, c.span)
		uitest.Equal(t, c.name+": broken", a.broken(), c.broken)
	}
}

// TestNewAxis_TimePasses checks that a gap neither appears nor disappears before the
// second-to-last step.
func TestNewAxis_TimePasses(t *testing.T) {
	for name, steps := range map[string][]poolstate.ForecastStep{
		"straight": stepsIn(20*minute, hour, 8*hour),
		"broken":   stepsIn(20*minute, hour, 6*text.Day),
	} {
		steps[0].Back = []*poolstate.Credential{{StatusAt: uitest.Epoch}, {StatusAt: uitest.Epoch.Add(-hour)}}
		steps[1].Back = []*poolstate.Credential{{StatusAt: uitest.Epoch.Add(-hour)}}
		for passed := time.Duration(0); passed < hour; passed += minute {
			a := newAxis(uitest.Epoch.Add(passed), steps, 60)
			uitest.Equal(t, name+" after "+passed.String()+": broken", a.broken(), name == "broken")
		}
	}
}

// TestAxis_Column checks at every width that steps are in order, and that none is in
// the first column, in the gap or directly after the gap.
func TestAxis_Column(t *testing.T) {
	never := poolstate.ForecastStep{At: time.Unix(1<<60, 0)}
	for _, steps := range [][]poolstate.ForecastStep{
		stepsIn(time.Second, minute, hour, text.Day),
		stepsIn(hour, 6*text.Day, 7*text.Day),
		append(stepsIn(hour, 90*year), never),
	} {
		for w := minPlotWidth; w <= 200; w++ {
			a := newAxis(uitest.Epoch, steps, w)
			before := 1
			for i := range steps {
				col := a.column(steps[i].At)
				if col < before || col >= w || a.broken() && (col == a.end) != (col == a.end+1) {
					t.Fatalf("step %d of %d is in column %d of %d, after %d, gap %d", i+1, len(steps), col, w, before, a.end)
				}
				before = col
			}
		}
	}
}

func TestAxis_Ticks(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	spring, autumn := time.Date(2027, 3, 27, 22, 30, 0, 0, berlin), time.Date(2027, 10, 30, 22, 30, 0, 0, berlin)
	india := time.Date(2027, 5, 1, 12, 10, 0, 0, time.FixedZone("", 19800))
	for _, c := range []struct {
		now   time.Time
		ahead time.Duration
		width int
		want  string
	}{
		{uitest.Epoch, 10 * time.Second, 60, "09:21"},
		{uitest.Epoch, 4 * minute, 60, "09:21 09:22 09:23 09:24"},
		{uitest.Epoch, 40 * minute, 60, "09:30 09:40 09:50 10:00"},
		{uitest.Epoch, 40 * minute, 30, "09:30 09:45 10:00"},
		{uitest.Epoch, 8 * hour, 60, "10:00 12:00 14:00 16:00 18:00"},
		{uitest.Epoch, text.Day, 60, "12:00 16:00 20:00 Tue 00:00 04:00 08:00"},
		{uitest.Epoch, 3 * text.Day, 80, "Mon 12:00 Tue 00:00 Tue 12:00 Wed 00:00 Wed 12:00 Thu 00:00 Thu 12:00"},
		{uitest.Epoch, 5 * text.Day, 30, "Wed 00:00 Fri 00:00"},
		{uitest.Epoch, 7 * text.Day, 150, "24 Nov 25 Nov 26 Nov 27 Nov 28 Nov 29 Nov 30 Nov"},
		{uitest.Epoch, 12 * text.Day, 60, "25 Nov 27 Nov 29 Nov 1 Dec 3 Dec 5 Dec"},
		{uitest.Epoch, 30 * text.Day, 60, "30 Nov 7 Dec 14 Dec 21 Dec"},
		{uitest.Epoch, 200 * text.Day, 60, ""},
		// The clocks change during this night.
		{spring, 6 * hour, 60, "23:00 Sun 00:00 01:00 03:00 04:00 05:00 06:00"},
		{spring, 3 * text.Day, 40, "Sun 00:00 Mon 00:00 Tue 00:00 Wed 00:00"},
		{autumn, 6 * hour, 60, "23:00 Sun 00:00 01:00 02:00 03:00 04:00"},
		{india, 3 * hour, 40, "13:00 14:00 15:00"},
	} {
		a := newAxis(c.now, []poolstate.ForecastStep{{At: c.now.Add(c.ahead)}}, c.width)
		var all []string
		for _, k := range a.ticks() {
			all = append(all, k.text)
		}
		uitest.Equal(t, "ticks of "+text.Span(c.ahead)+" from "+c.now.String(), strings.Join(all, " "), c.want)
	}
}
