package chart

import (
	"iter"
	"math"
	"slices"
	"strings"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// Timeline draws cooldowns on one linear scale, like a Gantt chart.
type Timeline struct {
	now          time.Time
	past, future time.Duration // extent of the scale before and after now
	cells        int
}

// outlierFrom is the longest wait on the scale, as a multiple of the median wait. The
// backoff schedule spans 8×, so cooldowns with the same base always fit.
const outlierFrom = 8

// Marks at the ends of a bar that extends beyond the scale.
const (
	BeganBefore = "◂"
	EndsBeyond  = "▸"
)

// NewTimeline returns a scale for the credentials that are cooling or held, or nil if
// there are none. At least half of the scale is in the future.
func NewTimeline(credentials iter.Seq[*poolstate.Credential], policy poolstate.Policy, now time.Time, cells int) *Timeline {
	t := &Timeline{now: now, cells: cells}
	var waits []time.Duration
	for c := range credentials {
		a := policy.Assess(c, now)
		if !a.Availability.Returns() || a.Deadline.IsZero() {
			continue
		}
		begin, end := t.bounds(c, &a)
		waits, t.past = append(waits, end), max(t.past, -begin)
	}
	if len(waits) == 0 || cells <= 0 {
		return nil
	}
	slices.Sort(waits)
	median := waits[(len(waits)-1)/2]
	for _, w := range waits {
		if w/outlierFrom <= median {
			t.future = max(w, minSpan)
		}
	}
	t.past = min(t.past, t.future)
	return t
}

// bounds returns the start and end of a cooldown, relative to now. It moves a start in
// the future to now.
func (t *Timeline) bounds(c *poolstate.Credential, a *poolstate.Assessment) (begin, end time.Duration) {
	end = min(max(a.Deadline.At.Sub(t.now), -maxSpan), maxSpan)
	if !c.StatusAt.IsZero() {
		begin = max(c.StatusAt.Sub(t.now), -maxSpan)
	}
	return min(begin, end, 0), end
}

// half returns the index of the half cell at distance d from now.
func (t *Timeline) half(d time.Duration) int {
	share := (float64(d) + float64(t.past)) / (float64(t.past) + float64(t.future))
	return int(math.Floor(share * float64(2*t.cells)))
}

// Draw draws a credential's cooldown: a thin line for the elapsed time, and a thick
// line for the remaining time. If neither line covers the current time, it draws a tick at that time.
func (t *Timeline) Draw(l *theme.Line, c *poolstate.Credential, a *poolstate.Assessment) {
	now := t.half(0)
	from, to, returns := now, now, a.Availability.Returns()
	if (returns || a.Availability == poolstate.Due) && !a.Deadline.IsZero() {
		begin, end := t.bounds(c, a)
		from, to = t.half(begin), max(t.half(end), t.half(begin)+1) // at least half a cell
		if returns {
			to = max(to, now+1) // and at least half a cell remaining
		}
	}
	start := l.Col()
	for cell := range t.cells {
		role, s := theme.Rule, barCell(2*cell, from, now, to)
		switch {
		case cell == 0 && from < 0:
			s = BeganBefore
		case cell == t.cells-1 && to > 2*t.cells:
			role, s = theme.StateRole(a.Availability), EndsBeyond
		case s == "" && cell == now/2:
			s = "│"
		case s == "━" || s == "╺" || s == "╸":
			role = theme.StateRole(a.Availability)
		}
		l.To(start+cell).Write(role, s)
	}
	l.To(start + t.cells)
}

// barShapes contains the character for a cell, indexed by its left and right half:
// empty, thin or thick. A cell with a thin and a thick half shows only the thick half.
var barShapes = [3][3]string{{"", "╶", "╺"}, {"╴", "─", "╺"}, {"╸", "", "━"}}

// barCell returns the character for a cell; at is the index of its left half.
func barCell(at, from, now, to int) string {
	kind := func(half int) int {
		switch {
		case half < from || half >= to:
			return 0
		case half < now:
			return 1
		}
		return 2
	}
	return barShapes[kind(at)][kind(at+1)]
}

// Title draws the column title: "now" above its cell, the end of the scale above the
// last cell, and the column name if there is room.
func (t *Timeline) Title(l *theme.Line) {
	const name, nowLabel = "TIMELINE", "now"
	last := text.Fit(text.Moment(t.now.Add(t.future), t.now), t.cells)
	room, end := t.cells-text.Width(last)-1, l.Col()+t.cells
	now := t.half(0) / 2
	title := strings.Repeat(" ", now) + nowLabel
	switch {
	case len(title) > room:
		title = name
	case len(name) < now:
		title = name + title[len(name):]
	case len(title)+1+len(name) <= room:
		title += " " + name
	}
	if len(title) <= room {
		l.Write(theme.Faint, title)
	}
	l.Right(end, theme.Faint, theme.Regular, last)
}
