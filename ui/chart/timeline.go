package chart

import (
	"iter"
	"math"
	"slices"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// Timeline is the common scale of the cooldowns that are listed, linear from
// past before now to future after it, so that rows can be compared like those
// of a Gantt chart. As long as nothing but the clock moves, bars stand still
// and now moves through them.
type Timeline struct {
	now          time.Time
	past, future time.Duration
	cells        int
}

// outlierFrom is how many times the median wait lies beyond the scale. A ladder
// spans that much, so what backoff makes of one base is never cut.
const outlierFrom = 8

// Ends of bars that go beyond the scale.
const (
	BeganBefore = "◂"
	EndsBeyond  = "▸"
	nowTick     = "│"
)

// NewTimeline finds the scale for what is listed and waits; nil if nothing
// does. Future time has half of the cells or more: it is what one looks for.
func NewTimeline(credentials iter.Seq[*poolstate.Credential], policy poolstate.Policy, now time.Time, cells int) *Timeline {
	t := &Timeline{now: now, cells: cells}
	var waits []time.Duration
	for c := range credentials {
		a := policy.Assess(c, now)
		if !a.Availability.Returns() || a.Deadline.IsZero() {
			continue
		}
		begin, end := t.span(c, &a)
		waits, t.past = append(waits, end), max(t.past, -begin)
	}
	if len(waits) == 0 || cells <= 0 {
		return nil
	}
	slices.Sort(waits)
	t.future = max(lastInScale(waits), shortest)
	t.past = min(t.past, t.future)
	return t
}

// lastInScale is the longest wait that is no outlier among sorted ones.
func lastInScale(waits []time.Duration) time.Duration {
	median := waits[(len(waits)-1)/2]
	last := median
	for _, w := range waits {
		if w/outlierFrom <= median {
			last = w
		}
	}
	return last
}

// span is when a cooldown begins and ends, counted from now: now or earlier,
// whatever the file says, and no further away than a scale reaches.
func (t *Timeline) span(c *poolstate.Credential, a *poolstate.Assessment) (begin, end time.Duration) {
	end = min(max(a.Deadline.At.Sub(t.now), -century), century)
	if !c.StatusAt.IsZero() {
		begin = max(c.StatusAt.Sub(t.now), -century)
	}
	return min(begin, end, 0), end
}

// half is the half cell in which an instant lies, counted from now.
func (t *Timeline) half(d time.Duration) int {
	share := (float64(d) + float64(t.past)) / (float64(t.past) + float64(t.future))
	return int(math.Floor(share * float64(2*t.cells)))
}

// Draw draws the row of a credential: what has elapsed as a thin line, what is
// left as a thick one, and a tick at now where there is neither.
func (t *Timeline) Draw(l *theme.Line, c *poolstate.Credential, a *poolstate.Assessment) {
	now := t.half(0)
	from, to := now, now
	waits := a.Availability.Returns()
	if (waits || a.Availability == poolstate.Due) && !a.Deadline.IsZero() {
		begin, end := t.span(c, a)
		// While anything is left, something shows; and of what is over, as well.
		from, to = t.half(begin), max(t.half(end), t.half(begin)+1)
		if waits {
			to = max(to, now+1)
		}
	}
	for cell := range t.cells {
		colour, s := theme.Rule, t.cell(2*cell, from, now, to)
		switch {
		case cell == 0 && from < 0:
			s = BeganBefore
		case cell == t.cells-1 && to > 2*t.cells:
			colour, s = theme.StateRole(a.Availability), EndsBeyond
		case s == " " && cell == now/2:
			s = nowTick
		case s == "━" || s == "╺" || s == "╸":
			colour = theme.StateRole(a.Availability)
		}
		if s == " " {
			l.To(l.Col() + 1)
		} else {
			l.Write(colour, s)
		}
	}
}

// cell is the shape of the cell that begins at a half cell. Where thin and
// thick meet in it, the thick half shows.
func (t *Timeline) cell(at, from, now, to int) string {
	const blank, thin, thick = 0, 1, 2
	kind := func(half int) int {
		switch {
		case half < from || half >= to:
			return blank
		case half < now:
			return thin
		}
		return thick
	}
	shapes := [3][3]string{
		blank: {blank: " ", thin: "╶", thick: "╺"},
		thin:  {blank: "╴", thin: "─", thick: "╺"},
		thick: {blank: "╸", thick: "━"},
	}
	return shapes[kind(at)][kind(at+1)]
}

// Title heads the column: now stands over its cell, the time at which the scale
// ends over the last one, and the column's name where it fits.
func (t *Timeline) Title(l *theme.Line) {
	const name, nowWord = "TIMELINE", "now"
	from, end := l.Col(), l.Col()+t.cells
	last := text.Fit(text.Moment(t.now.Add(t.future), t.now), t.cells)
	until := end - text.Width(last) - 1 // what stands before it ends here
	now := from + t.half(0)/2
	fits := now+len(nowWord) <= until
	limit := until
	if fits {
		limit = now - 1
	}
	if from+len(name) <= limit {
		l.Write(theme.Faint, name)
	}
	if fits {
		l.To(now).Write(theme.Faint, nowWord)
		if at := now + len(nowWord) + 1; l.Col() == at-1 && limit < from+len(name) && at+len(name) <= until {
			l.To(at).Write(theme.Faint, name)
		}
	}
	l.Right(end, theme.Faint, theme.Regular, last)
}
