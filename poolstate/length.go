package poolstate

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ErrDuration is the error of a hold's length that cannot be read.
var ErrDuration = errors.New("no length of time; such as 45m, 2h30m, 1d, until 18:00, until tomorrow 9:00")

// maxHold bounds how long a hold may be: what is longer is a slip of the hand.
const maxHold = 366 * 24 * time.Hour

// ParseHold reads how long a hold shall last: a length such as 45m, 2h30m or
// 1d, or an instant behind the word until. Instants without a date are the
// next ones of that name from now on, in now's location.
func ParseHold(s string, now time.Time) (Hold, error) {
	s = strings.ToLower(strings.Join(strings.Fields(s), " "))
	if rest, ok := strings.CutPrefix(s, "until "); ok {
		until, err := ParseUntil(rest, now)
		return Hold{Until: until}, err
	}
	d, err := ParseDuration(s)
	return Hold{For: d}, err
}

// lengthForm is what a length of time looks like: no sign, no other units than
// ours, each at most once and the longest first.
var lengthForm = regexp.MustCompile(`^(?:\d+ ?d ?)?(?:\d+(?:\.\d+)? ?h ?)?(?:\d+(?:\.\d+)? ?m ?)?(?:\d+(?:\.\d+)? ?s)?$`)

// ParseDuration reads a length of time: numbers with the units d, h, m and s.
func ParseDuration(s string) (time.Duration, error) {
	s = strings.ToLower(strings.Join(strings.Fields(s), " "))
	if !lengthForm.MatchString(s) {
		return 0, ErrDuration
	}
	s = strings.ReplaceAll(s, " ", "")
	var total time.Duration
	if days, rest, ok := strings.Cut(s, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n > 366 {
			return 0, ErrDuration
		}
		total, s = time.Duration(n)*24*time.Hour, rest
	}
	if s != "" {
		d, err := time.ParseDuration(s)
		if err != nil {
			return 0, ErrDuration
		}
		total += d
	}
	if total <= 0 || total > maxHold {
		return 0, ErrDuration
	}
	return total, nil
}

// ParseUntil reads an instant: 18:00, tomorrow 9:00, mon 9:00, a date with a
// time, or RFC 3339. It is always ahead of now, and within a year.
func ParseUntil(s string, now time.Time) (time.Time, error) {
	s = strings.ToLower(strings.Join(strings.Fields(s), " "))
	t, ok := parseUntil(s, now)
	if !ok || !t.After(now) || t.Sub(now) > maxHold {
		return time.Time{}, ErrDuration
	}
	return t, nil
}

func parseUntil(s string, now time.Time) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04", "2006-01-02t15:04", "2006-01-02 15:04:05"} {
		if t, err := time.ParseInLocation(layout, strings.ToUpper(s), now.Location()); err == nil {
			return t, true
		}
		if t, err := time.ParseInLocation(layout, s, now.Location()); err == nil {
			return t, true
		}
	}
	day, clock := "", s
	if before, after, two := strings.Cut(s, " "); two {
		day, clock = before, after
	}
	at, err := time.Parse("15:04", clock)
	if err != nil {
		return time.Time{}, false
	}
	for ahead := 0; ahead <= 8; ahead++ {
		y, m, d := now.Date()
		t := time.Date(y, m, d+ahead, at.Hour(), at.Minute(), 0, 0, now.Location())
		if named(day, t, ahead) && t.After(now) {
			return t, true
		}
	}
	return time.Time{}, false
}

// named reports whether a word means the day of t, which lies some days ahead.
func named(day string, t time.Time, ahead int) bool {
	switch day {
	case "":
		return true
	case "today":
		return ahead == 0
	case "tomorrow":
		return ahead == 1
	}
	weekday := strings.ToLower(t.Weekday().String())
	return len(day) >= 3 && strings.HasPrefix(weekday, day)
}
