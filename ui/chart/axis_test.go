package chart

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
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

// forecastIn returns a forecast with steps at the given times after uitest.Epoch, which is
// also the time of the last failure.
func forecastIn(distances ...time.Duration) *poolstate.Forecast {
	f := &poolstate.Forecast{Now: uitest.Epoch, LastFailure: uitest.Epoch, Total: len(distances)}
	for i, d := range distances {
		f.Steps = append(f.Steps, poolstate.ForecastStep{At: uitest.Epoch.Add(d), Ready: i + 1, Back: []*poolstate.Credential{{}}})
	}
	return f
}

func TestNewAxis(t *testing.T) {
	failed := func(ago time.Duration, f *poolstate.Forecast) *poolstate.Forecast {
		f.LastFailure = f.Now.Add(-ago)
		return f
	}
	for _, c := range []struct {
		name     string
		forecast *poolstate.Forecast
		span     time.Duration
		broken   bool
	}{
		{"no steps", forecastIn(), minute, false},
		{"seconds", forecastIn(4 * time.Second), minute, false},
		{"backoff schedule", forecastIn(hour, 2*hour, 4*hour, 8*hour), 8 * hour, false},
		{"unequal waits", forecastIn(12*minute, 56*minute, 119*minute, 4*hour), 4 * hour, false},
		{"just more than a tenth", forecastIn(61*minute, 10*hour), 10 * hour, false},
		{"exactly a tenth", forecastIn(hour, 10*hour), hour, true},
		{"exactly a tenth, measured from the last failure", failed(hour, forecastIn(hour, 19*hour)), hour, true},
		{"more than a tenth, measured from the last failure", failed(hour, forecastIn(minute, 9*hour)), 9 * hour, false},
		{"last failure in the future", failed(-2*hour, forecastIn(hour, 10*hour)), 10 * hour, false},
		{"last failure unknown", failed(1e5*text.Day, forecastIn(hour, 10*hour)), 10 * hour, false},
		{"two outliers", forecastIn(hour, 2*hour, 5*text.Day, 6*text.Day), 6 * text.Day, false},
		{"one step, centuries away", forecastIn(200 * year), maxSpan, false},
	} {
		a := newAxis(c.forecast, 60)
		uitest.Equal(t, c.name+": span", a.span, c.span)
		uitest.Equal(t, c.name+": broken", a.broken(), c.broken)
	}
}

// randomPool returns a pool of up to 20 credentials with random states and times.
func randomPool(t *testing.T, r *rand.Rand) *poolstate.Pool {
	list := make([]uitest.Entry, 1+r.IntN(20))
	for i := range list {
		// Most distances are similar, some are very different.
		distance := func() time.Duration {
			return time.Duration(math.Exp(r.Float64()*[]float64{10, 10, 10, 15}[r.IntN(4)]) * float64(time.Second))
		}
		failed := uitest.Entry{"last_status_at": uitest.Seconds(-distance())}
		switch label := fmt.Sprintf([]string{"key-%d", "鍵-%d"}[i%2], i); r.IntN(6) {
		case 0:
			list[i] = uitest.Ready(label)
		case 1:
			list[i] = uitest.Held(label, distance()).With(failed)
		case 2, 3:
			list[i] = uitest.Exhausted(label, distance(), 1+r.IntN(4))
		default:
			list[i] = uitest.Cooling(label, distance()).With(failed)
		}
	}
	return uitest.PoolOf(t, uitest.Providers{"p": list})
}

// TestNewAxis_TimePasses checks that no gap appears as time passes, and that an axis has a
// gap only if all steps but the last would fit into a tenth of the axis.
func TestNewAxis_TimePasses(t *testing.T) {
	r, broken, closed := rand.New(rand.NewPCG(1, 2)), 0, 0
	for range 500 {
		pool := randomPool(t, r)
		start := pool.Forecast(poolstate.Backoff(), uitest.Epoch)
		instants := []time.Time{uitest.Epoch}
		for _, s := range start.Steps {
			wait := s.At.Sub(uitest.Epoch)
			instants = append(instants, s.At.Add(-1), s.At, uitest.Epoch.Add(time.Duration(r.Int64N(int64(wait)))))
		}
		slices.SortFunc(instants, time.Time.Compare)
		before := true
		for i, now := range instants {
			f := pool.Forecast(poolstate.Backoff(), now)
			a := newAxis(&f, minPlotWidth+r.IntN(200))
			if a.broken() && !before {
				t.Fatalf("a gap appears after %v", now.Sub(uitest.Epoch))
			}
			if a.broken() {
				broken++
				last := len(f.Steps) - 1
				if share := float64(f.Steps[last-1].At.Sub(now)) / float64(f.Steps[last].At.Sub(now)); share > 0.1 {
					t.Fatalf("the axis has a gap although the other steps need %.2f of it", share)
				}
			} else if before && i > 0 {
				closed++
			}
			before = a.broken()
		}
	}
	if broken < 100 || closed < 20 {
		t.Errorf("only %d broken axes, of which %d lost the gap", broken, closed)
	}
}

// TestAxis_Column checks at every width that steps are in order, and that no step is in
// the first column, in the gap or directly after the gap.
func TestAxis_Column(t *testing.T) {
	never := poolstate.ForecastStep{At: time.Unix(1<<60, 0)}
	centuries := forecastIn(hour, 90*year)
	centuries.Steps = append(centuries.Steps, never)
	for _, f := range []*poolstate.Forecast{
		forecastIn(time.Second, minute, hour, text.Day),
		forecastIn(hour, 6*text.Day, 7*text.Day),
		centuries,
	} {
		for w := minPlotWidth; w <= 200; w++ {
			a := newAxis(f, w)
			before := 1
			for i := range f.Steps {
				col := a.column(f.Steps[i].At)
				if col < before || col >= w || a.broken() && (col == a.end) != (col == a.end+1) {
					t.Fatalf("step %d of %d is in column %d of %d, after %d, gap %d", i+1, len(f.Steps), col, w, before, a.end)
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
		a := newAxis(&poolstate.Forecast{Now: c.now, Steps: []poolstate.ForecastStep{{At: c.now.Add(c.ahead)}}}, c.width)
		var all []string
		for _, k := range a.ticks() {
			all = append(all, k.text)
		}
		uitest.Equal(t, "ticks of "+text.Span(c.ahead)+" from "+c.now.String(), strings.Join(all, " "), c.want)
	}
}
