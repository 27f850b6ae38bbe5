package chart

import (
	"math"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// scale puts instants into columns. The near zone begins now and is linear. If
// some deadlines lie so far beyond the others that these would crowd beside
// now, the axis is broken: the near zone keeps most of the width, and the far
// zone, linear too, shows the rest behind a gap.
type scale struct {
	now   time.Time
	width int
	near  stretch
	far   stretch // without columns when the axis is not broken
	gap   int     // first column of the gap, which is gapWidth wide
}

// stretch is a linear part of a scale: span of time from its column on.
type stretch struct {
	from, to time.Duration // from now
	col      int
	cols     int // to lies this many columns after from
}

const (
	gapWidth = 1
	// shortest keeps the last seconds before a deadline from racing.
	shortest = time.Minute
	// century is more than an axis can show: what lies beyond it is beyond the
	// gap, at the end. Longer than three of them no Duration is.
	century = 100 * 365 * text.Day
	// breakFrom is how many times as far as its predecessor a deadline has to
	// lie for the axis to be broken before it.
	breakFrom = 4
	// apart is how many columns make two steps readable as two; more do not
	// count for where the axis is broken.
	apart = 4
)

func (z *stretch) column(d time.Duration) int {
	if z.to <= z.from {
		return z.col
	}
	share := float64(d-z.from) / float64(z.to-z.from)
	// Rounding must not move what lies at a border to the column before it.
	return z.col + int(math.Floor(share*float64(z.cols)+1e-9))
}

// column is where an instant is drawn. Only now is in the first one, and
// nothing is in the gap.
func (s *scale) column(t time.Time) int {
	d := t.Sub(s.now)
	if s.broken() && d >= s.far.from {
		return min(s.far.column(d), s.width-1)
	}
	return min(max(s.near.column(d), 1), s.nearEnd()-1)
}

func (s *scale) broken() bool { return s.gap > 0 }

// nearEnd is the column after the near zone.
func (s *scale) nearEnd() int {
	if s.broken() {
		return s.gap
	}
	return s.width
}

// newScale chooses the scale for steps after now: linear up to the last one, or
// broken where that keeps more of the steps apart.
func newScale(now time.Time, steps []poolstate.ForecastStep, width int) scale {
	best := linearScale(now, steps, width)
	never := len(steps) > 0 && steps[len(steps)-1].At.Sub(now) > century
	most := -1
	if !never {
		most = best.clarity(steps)
	}
	before := time.Duration(0)
	for i := range steps {
		d := steps[i].At.Sub(now)
		if d > century || before > 0 && d/breakFrom >= before {
			s := brokenScale(now, steps, i, width)
			if n := s.clarity(steps); n > most {
				best, most = s, n
			}
		}
		if d > century {
			break
		}
		before = d
	}
	return best
}

// clarity counts the columns by which steps are apart.
func (s *scale) clarity(steps []poolstate.ForecastStep) int {
	sum, before := 0, 0
	for i := range steps {
		col := s.column(steps[i].At)
		sum += min(col-before, apart)
		before = col
	}
	return sum
}

// tail is how many columns of a zone show what comes of its last step.
func tail(width int) int { return min(max(width/10, 1), 6) }

func linearScale(now time.Time, steps []poolstate.ForecastStep, width int) scale {
	to := shortest
	if n := len(steps); n > 0 {
		to = max(steps[n-1].At.Sub(now), to)
	}
	return scale{now: now, width: width, near: stretch{to: to, cols: width - tail(width)}}
}

// brokenScale has the steps from i on in its far zone, which begins with a
// column that shows how it was before.
func brokenScale(now time.Time, steps []poolstate.ForecastStep, i, width int) scale {
	const before = 1
	room := min(max(width/5, 5), 14)
	if i < len(steps)-1 {
		room = min(max(width/4, 6), 40)
	}
	s := scale{now: now, width: width, gap: width - room - gapWidth}
	s.near.cols = s.gap - tail(s.gap)
	if i > 0 {
		s.near.to = max(steps[i-1].At.Sub(now), shortest)
	}
	s.far = stretch{
		from: steps[i].At.Sub(now), to: steps[len(steps)-1].At.Sub(now),
		col: s.gap + gapWidth + before, cols: room - before - tail(room) - 1,
	}
	return s
}

// unit is a distance of round times at which labels stand.
type unit struct {
	minutes, days, months int // one of them
	layout                string
	room                  int // columns that a label needs
}

// The layouts of labels; a clock time at midnight is a weekday.
const (
	clockLayout   = "15:04"
	weekdayLayout = "Mon 15:04"
	dateLayout    = "2 Jan"
	monthLayout   = "Jan 2006"
	yearLayout    = "2006"
)

// units are in order of length.
var units = func() []unit {
	var all []unit
	for _, n := range []int{1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720} {
		all = append(all, unit{minutes: n, layout: clockLayout, room: 9})
	}
	for _, n := range []int{1, 2} {
		all = append(all, unit{days: n, layout: weekdayLayout, room: 10})
	}
	for _, n := range []int{1, 2, 7, 14} {
		all = append(all, unit{days: n, layout: dateLayout, room: 9})
	}
	for _, n := range []int{1, 3, 6} {
		all = append(all, unit{months: n, layout: monthLayout, room: 11})
	}
	for _, n := range []int{12, 24, 60, 120, 240, 600} {
		all = append(all, unit{months: n, layout: yearLayout, room: 8})
	}
	return all
}()

// length is about how long a unit is.
func (u *unit) length() time.Duration {
	return time.Duration(u.minutes)*time.Minute + time.Duration(u.days)*text.Day + time.Duration(u.months)*30*text.Day
}

// tick is a round time on the axis.
type tick struct {
	col  int
	text string
	// major is true for the midnight among clock times.
	major bool
}

// weekFits is how long an axis may be for weekdays to say which one is meant.
const weekFits = 6 * text.Day

// ticks are the round times of the near zone, as close to each other as their
// labels allow.
func (s *scale) ticks() []tick {
	if s.near.to == 0 {
		return nil // nothing happens there
	}
	for i := range units {
		u := &units[i]
		if u.layout == weekdayLayout && s.near.to > weekFits {
			continue
		}
		if float64(u.length())/float64(s.near.to)*float64(s.near.cols) >= float64(u.room) {
			return s.ticksOf(u)
		}
	}
	return nil
}

// ticksOf lists the round times of a unit. They are counted on the calendar,
// not by adding hours, so that they stay round when the clocks change.
func (s *scale) ticksOf(u *unit) []tick {
	var all []tick
	before := s.now
	for n := range s.width {
		t := u.after(s.now, n)
		if !t.After(before) {
			continue
		}
		before = t
		col := s.near.column(t.Sub(s.now))
		if col >= s.nearEnd() {
			break
		}
		minute := t.Hour()*60 + t.Minute()
		if u.minutes > 0 && minute%u.minutes != 0 || u.minutes == 0 && minute != 0 {
			continue // a time that the clocks skip on this day, and what stands for it
		}
		k := tick{col: col, text: t.Format(u.layout)}
		if u.minutes > 0 && minute == 0 {
			k.text, k.major = t.Format(weekdayLayout), true
		}
		all = append(all, k)
	}
	return all
}

// after is the n-th round time, counted from the one at or before now.
func (u *unit) after(now time.Time, n int) time.Time {
	y, m, d := now.Date()
	loc := now.Location()
	switch {
	case u.minutes > 0:
		first := (now.Hour()*60 + now.Minute()) / u.minutes
		return time.Date(y, m, d, 0, (first+n)*u.minutes, 0, 0, loc)
	case u.days%7 == 0 && u.days > 0: // weeks begin on Monday
		monday := d - (int(now.Weekday())+6)%7
		return time.Date(y, m, monday+n*u.days, 0, 0, 0, 0, loc)
	case u.days > 0:
		return time.Date(y, m, d+n*u.days, 0, 0, 0, 0, loc)
	default:
		month := y*12 + int(m) - 1
		return time.Date(0, time.Month((month/u.months+n)*u.months+1), 1, 0, 0, 0, 0, loc)
	}
}
