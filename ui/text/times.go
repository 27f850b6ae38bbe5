package text

import (
	"fmt"
	"strconv"
	"time"
)

// Day is 24 hours.
const Day = 24 * time.Hour

// ceilSeconds rounds up, so that a countdown shows 1s until it is over.
func ceilSeconds(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}

// maxDays is the longest that a countdown shows. Longer ones are garbage.
const maxDays = 999

// within clamps d to 0 … maxDays+1 days, so that rounding up cannot overflow.
func within(d time.Duration) time.Duration { return min(max(d, 0), (maxDays+1)*Day) }

// Countdown formats the time left: 42s, 12m03s, 3h12m05s, and from one day on
// days and hours, 6d05h.
func Countdown(d time.Duration) string {
	d = ceilSeconds(within(d))
	h, m, s := int(d/time.Hour), int(d/time.Minute)%60, int(d/time.Second)%60
	switch {
	case d >= (maxDays+1)*Day:
		return ">" + strconv.Itoa(maxDays) + "d"
	case d >= Day:
		return fmt.Sprintf("%dd%02dh", h/24, h%24)
	case h > 0:
		return fmt.Sprintf("%dh%02dm%02ds", h, m, s)
	case m > 0:
		return fmt.Sprintf("%dm%02ds", m, s)
	default:
		return fmt.Sprintf("%ds", s)
	}
}

// Span formats a duration in at most two units: 45s, 20m, 4h, 2h30m, 6d6h.
func Span(d time.Duration) string {
	d = within(d)
	if s := ceilSeconds(d); s < time.Minute {
		return fmt.Sprintf("%ds", s/time.Second)
	}
	d = (d + 30*time.Second).Truncate(time.Minute)
	units := []struct {
		name string
		size time.Duration
	}{{"d", Day}, {"h", time.Hour}, {"m", time.Minute}}
	if d >= Day {
		d = (d + 30*time.Minute).Truncate(time.Hour)
	}
	if d >= (maxDays+1)*Day {
		return ">" + strconv.Itoa(maxDays) + "d"
	}
	out := ""
	for _, u := range units {
		if n := d / u.size; n > 0 {
			out += strconv.Itoa(int(n)) + u.name
			d -= n * u.size
		}
	}
	return out
}

// Moment formats an instant relative to now, in now's location: 17:14 today, Sun
// 14:20 within a week either way, 29 Nov within the year, otherwise Nov 2031.
func Moment(t, now time.Time) string {
	t = t.In(now.Location())
	if t.Year() > 9999 {
		return "never"
	}
	switch days := CivilDays(t) - CivilDays(now); {
	case days == 0:
		return t.Format("15:04")
	case days > -7 && days < 7:
		return t.Format("Mon 15:04")
	case t.Year() == now.Year():
		return t.Format("2 Jan")
	default:
		return t.Format("Jan 2006")
	}
}

// CivilDays numbers calendar days, so that they can be compared and subtracted
// across a change of the clocks.
func CivilDays(t time.Time) int {
	y, m, d := t.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / int64(Day/time.Second))
}

// Stamp formats an instant in full, to the second, in now's location.
func Stamp(t, now time.Time) string {
	t = t.In(now.Location())
	if t.Year() > 9999 {
		return "after the year 9999"
	}
	if CivilDays(t) == CivilDays(now) {
		return t.Format("15:04:05")
	}
	if t.Year() == now.Year() {
		return t.Format("Mon 2 Jan 15:04:05")
	}
	return t.Format("2 Jan 2006 15:04:05")
}

// Plural formats a number with its noun.
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
