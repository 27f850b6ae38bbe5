package chart

import (
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// axis maps times to columns on a linear scale that starts now. If the last step is so far
// away that all others would crowd together next to now, the linear part ends at the
// second-to-last step, and a gap follows.
type axis struct {
	now   time.Time
	width int
	span  time.Duration // from now to the last step of the linear part
	end   int           // column after the linear part; if less than width, the column of the gap
	far   time.Duration // from now to the step after the gap
}

const (
	minSpan    = time.Minute          // keeps steps from moving too fast during the last seconds
	maxSpan    = 100 * 365 * text.Day // steps beyond this distance are drawn at it
	breakBelow = 0.1                  // insert a gap if all steps but the last fit into this fraction of the axis
)

func newAxis(f *poolstate.Forecast, width int) axis {
	a := axis{now: f.Now, width: width, end: width, span: minSpan}
	last := len(f.Steps) - 1
	if last > 0 && lastIsOutlier(f) {
		a.end = width - min(max(width/5, 5), 14)
		a.far = f.Steps[last].At.Sub(f.Now)
		last--
	}
	if last >= 0 {
		a.span = min(max(f.Steps[last].At.Sub(f.Now), minSpan), maxSpan)
	}
	return a
}

// lastIsOutlier reports whether a gap separates the last step from the others. It measures
// from the last failure rather than from now, so that the result stays the same until only
// one step is left.
func lastIsOutlier(f *poolstate.Forecast) bool {
	last := len(f.Steps) - 1
	before := f.Steps[last-1].At.Sub(f.LastFailure)
	return before > 0 && float64(before) <= breakBelow*float64(f.Steps[last].At.Sub(f.LastFailure))
}

func (a *axis) broken() bool { return a.end < a.width }

// column returns the column for the time of a step. It never returns the first column,
// which shows the current state, or a column of the gap.
func (a *axis) column(t time.Time) int {
	d := t.Sub(a.now)
	if a.broken() && d >= a.far {
		return a.end + 2 // skip the gap and one column that shows the height before the step
	}
	return min(max(a.linear(min(d, maxSpan)), 1), a.end-1)
}

// linear returns the column for the distance d from now. The column may be beyond the
// linear part.
func (a *axis) linear(d time.Duration) int {
	tail := min(max(a.end/10, 1), 6) // columns after the last step
	return int(float64(d) / float64(a.span) * float64(a.end-tail))
}

// intervals are the possible distances between ticks, in minutes, up to two weeks.
var intervals = []time.Duration{1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440, 2 * 1440, 7 * 1440, 14 * 1440}

const (
	clockLayout   = "15:04"
	weekdayLayout = "Mon 15:04"
	dateLayout    = "2 Jan"
)

// ticks returns labels for round times on the linear part, as close together as their text
// allows. It returns none if the linear part is too long for the largest interval.
func (a *axis) ticks() []label {
	for _, minutes := range intervals {
		every, layout := minutes*time.Minute, dateLayout
		switch { // no label may be ambiguous
		case every < text.Day && a.span <= text.Day:
			layout = clockLayout
		case a.span <= 6*text.Day:
			layout = weekdayLayout
		case every < text.Day:
			continue
		}
		if float64(every)/float64(a.span)*float64(a.end) >= float64(max(len(layout)+2, 9)) {
			return a.ticksEvery(every, layout)
		}
	}
	return nil
}

// ticksEvery returns the ticks at a given interval. It uses calendar arithmetic, so times stay
// round across daylight saving changes.
func (a *axis) ticksEvery(every time.Duration, layout string) (all []label) {
	y, m, d := a.now.Date()
	if every%(7*text.Day) == 0 { // weeks begin on Monday
		d -= (int(a.now.Weekday()) + 6) % 7
	}
	for minute := 0; ; minute += int(every / time.Minute) {
		t := time.Date(y, m, d, 0, minute, 0, 0, a.now.Location())
		col, skipped := a.linear(t.Sub(a.now)), t.Hour()*60+t.Minute() != minute%(24*60)
		switch {
		case col >= a.end:
			return all
		case skipped || !t.After(a.now):
		case layout == clockLayout && t.Hour() == 0 && t.Minute() == 0:
			all = append(all, label{col, t.Format(weekdayLayout), theme.Faint, 0})
		default:
			all = append(all, label{col, t.Format(layout), theme.Faint, 0})
		}
	}
}
