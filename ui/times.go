package ui

import (
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// timeForm is how times are written: as clock times or as the time left, and to
// the minute only while the terminal has no focus, so that the screen need not
// be drawn each second.
type timeForm struct{ clock, coarse bool }

func (s *Screen) timeForm() timeForm { return timeForm{s.Clock, s.Coarse} }

// countdown writes the time left. Like seconds, minutes are rounded up: nothing
// is back earlier than the screen says.
func (f timeForm) countdown(d time.Duration) string {
	if !f.coarse || d >= text.Day {
		return text.Countdown(d)
	}
	return text.Span((max(d, 1) + time.Minute - 1).Truncate(time.Minute))
}

// whenBack writes an instant ahead, alone and for use in a sentence: "14:14"
// and "at 14:14", or "12m03s" and "in 12m03s".
func whenBack(t, now time.Time, form timeForm) (when, phrase string) {
	if !form.clock {
		when = form.countdown(t.Sub(now))
		return when, "in " + when
	}
	when = text.Moment(t, now)
	if t.Year() > 9999 {
		return when, when
	}
	return when, "at " + when
}

// backIn returns the time left, or the word that takes its place.
func backIn(a poolstate.Assessment, form timeForm) string {
	switch a.Availability {
	case poolstate.Cooling, poolstate.Held:
		return form.countdown(a.Remaining)
	case poolstate.Due:
		return "now"
	case poolstate.Dead:
		return "re-auth"
	}
	return ""
}

// times returns the text of both columns of times: the one that is always
// there, and AT.
func (t *table) times(a poolstate.Assessment) (back, at string) {
	back = backIn(a, t.form)
	due := a.Availability == poolstate.Due
	if a.Deadline.IsZero() || !due && !a.Availability.Returns() {
		return back, ""
	}
	at = text.Moment(a.Deadline.At, t.s.Now)
	if alone := !t.cols.shows(ColumnAt); !t.form.clock || due && alone {
		return back, at // "now" says more than when that was
	}
	return at, back
}

// stamp writes an instant to the second. In the detail pane, which has room, it
// adds the distance: "13:14:32 (48m ago)", "17:14:32 (in 3h12m05s)".
func (s *Screen) stamp(t time.Time) string {
	words := text.Stamp(t, s.Now)
	switch d := t.Sub(s.Now); {
	case s.Pane != PaneDetail || t.Year() > 9999:
		return words
	case d > 0:
		return words + " (in " + s.timeForm().countdown(d) + ")"
	case d > -time.Second:
		return words + " (now)"
	default:
		return words + " (" + text.Span(-d) + " ago)"
	}
}
