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

// risesAt are steps at distances from uitest.Epoch.
func risesAt(in ...time.Duration) []poolstate.ForecastStep {
	steps := make([]poolstate.ForecastStep, len(in))
	for i, d := range in {
		steps[i] = poolstate.ForecastStep{At: uitest.Epoch.Add(d), Ready: i + 1}
	}
	return steps
}

// The axis is broken only where that keeps more steps apart.
func TestWhereTheAxisIsBroken(t *testing.T) {
	const m, h = time.Minute, time.Hour
	tests := []struct {
		name  string
		width int
		steps []poolstate.ForecastStep
		near  time.Duration // what the near zone reaches to
		far   time.Duration // what the far zone begins with; 0 without one
	}{
		{"nothing", 60, nil, m, 0},
		{"one", 60, risesAt(4 * h), 4 * h, 0},
		{"seconds do not race", 60, risesAt(4 * time.Second), m, 0},
		{"evenly", 60, risesAt(h, 2*h, 3*h, 4*h), 4 * h, 0},
		{"twice as far", 60, risesAt(h, 2*h, 4*h), 4 * h, 0},
		{"far enough apart on a wide axis", 60, risesAt(h, 2*h, 10*h), 10 * h, 0},
		{"not so on a narrow one", 20, risesAt(h, 2*h, 10*h), 2 * h, 10 * h},
		{"hours and days", 60, risesAt(h, 2*h, 4*h, 6*text.Day), 4 * h, 6 * text.Day},
		{"one hour and days", 60, risesAt(4*h, 6*text.Day), 4 * h, 6 * text.Day},
		{"several beyond", 60, risesAt(h, 2*h, 5*text.Day, 6*text.Day), 2 * h, 5 * text.Day},
		{"three clusters: where most are kept apart", 60, risesAt(m, h, 2*h, 3*h, 9*text.Day), 3 * h, 9 * text.Day},
		{"centuries", 60, risesAt(h, 200*365*text.Day), h, 200 * 365 * text.Day},
		{"centuries only", 60, risesAt(200 * 365 * text.Day), 0, 200 * 365 * text.Day},
		{"just more than a century after nearly one", 60, risesAt(99*365*text.Day, 101*365*text.Day), 99 * 365 * text.Day, 101 * 365 * text.Day},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newScale(uitest.Epoch, tt.steps, tt.width)
			uitest.Equal(t, "broken", s.broken(), tt.far > 0)
			uitest.Equal(t, "near zone", s.near.to, tt.near)
			uitest.Equal(t, "far zone", s.far.from, tt.far)
		})
	}
}

// In every scale of every width the columns are in order, now is alone in the
// first one, nothing is in the gap, and the last step has a column for what
// comes of it.
func TestColumnsAreInOrder(t *testing.T) {
	never := poolstate.ForecastStep{At: time.Unix(1<<60, 0)}
	for _, steps := range [][]poolstate.ForecastStep{
		risesAt(1), risesAt(time.Second, time.Minute, time.Hour, text.Day), risesAt(time.Hour, 6*text.Day, 7*text.Day),
		risesAt(time.Hour, 2*time.Hour, 3*time.Hour),
		{never},
		append(risesAt(time.Hour, 90*365*text.Day), never),
	} {
		for w := plotMinWidth; w <= 200; w++ {
			s := newScale(uitest.Epoch, steps, w)
			before := 1
			for i := range steps {
				col := s.column(steps[i].At)
				if col < before || col >= w || s.broken() && col == s.gap {
					t.Fatalf("step %d of %d is in column %d of %d, after %d, gap %d", i+1, len(steps), col, w, before, s.gap)
				}
				before = col
			}
		}
	}
}

// labelsOf are the ticks of an axis that reaches some way ahead.
func labelsOf(now time.Time, ahead time.Duration, w int) string {
	steps := []poolstate.ForecastStep{{At: now.Add(ahead)}}
	s := newScale(now, steps, w)
	var all []string
	for _, k := range s.ticks() {
		all = append(all, k.text)
	}
	return strings.Join(all, " ")
}

func TestLabelsAreRoundTimes(t *testing.T) {
	const m, h = time.Minute, time.Hour
	tests := []struct {
		ahead time.Duration
		width int
		want  string
	}{
		{10 * time.Second, 60, "09:21"},
		{4 * m, 60, "09:21 09:22 09:23 09:24"},
		{10 * m, 60, "09:22 09:24 09:26 09:28 09:30"},
		{40 * m, 60, "09:30 09:40 09:50 10:00"},
		{40 * m, 30, "09:30 09:45 10:00"},
		{8 * h, 60, "10:00 12:00 14:00 16:00 18:00"},
		{24 * h, 60, "12:00 16:00 20:00 Tue 00:00 04:00 08:00"},
		{3 * text.Day, 60, "12:00 Tue 00:00 12:00 Wed 00:00 12:00 Thu 00:00 12:00"},
		{5 * text.Day, 60, "Tue 00:00 Wed 00:00 Thu 00:00 Fri 00:00 Sat 00:00"},
		{5 * text.Day, 30, "Wed 00:00 Fri 00:00"},
		{12 * text.Day, 60, "25 Nov 27 Nov 29 Nov 1 Dec 3 Dec 5 Dec"},
		{30 * text.Day, 60, "30 Nov 7 Dec 14 Dec 21 Dec"},
		{200 * text.Day, 60, "Jan 2027 Apr 2027 Jul 2027"},
		{10 * 365 * text.Day, 60, "2028 2030 2032 2034 2036"},
		{99 * 365 * text.Day, 20, "2050 2100"},
	}
	for _, tt := range tests {
		uitest.Equal(t, "labels for "+text.Span(tt.ahead), labelsOf(uitest.Epoch, tt.ahead, tt.width), tt.want)
	}
}

// Times are those of now's location, round on the day when clocks change too,
// and a time that they skip has no label.
func TestLabelsWhenTheClocksChange(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	spring := time.Date(2027, 3, 27, 22, 30, 0, 0, berlin)
	uitest.Equal(t, "spring", labelsOf(spring, 6*time.Hour, 60), "23:00 Sun 00:00 01:00 03:00 04:00 05:00 06:00")
	uitest.Equal(t, "spring, days", labelsOf(spring, 3*text.Day, 40), "Sun 00:00 Mon 00:00 Tue 00:00 Wed 00:00")
	autumn := time.Date(2027, 10, 30, 22, 30, 0, 0, berlin)
	uitest.Equal(t, "autumn", labelsOf(autumn, 6*time.Hour, 60), "23:00 Sun 00:00 01:00 02:00 03:00 04:00")
	uitest.Equal(t, "half an hour off", labelsOf(time.Date(2027, 5, 1, 12, 10, 0, 0, time.FixedZone("", 19800)), 3*time.Hour, 40), "13:00 14:00 15:00")
}

// Ticks never come closer than their labels need.
func TestTicksAreApart(t *testing.T) {
	for ahead := time.Minute; ahead < 150*365*text.Day; ahead += ahead/3 + time.Second {
		for w := plotMinWidth; w <= 200; w += 3 {
			s := newScale(uitest.Epoch, []poolstate.ForecastStep{{At: uitest.Epoch.Add(ahead)}}, w)
			before := -6
			for _, k := range s.ticks() {
				if k.col-before < 6 || k.col >= s.nearEnd() {
					t.Fatalf("%s in %d columns: %q in %d, after %d", text.Span(ahead), w, k.text, k.col, before)
				}
				before = k.col
			}
		}
	}
}
