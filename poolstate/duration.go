package poolstate

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ErrDuration is the error for a duration or an end of a hold that cannot be
// parsed or is out of range.
var ErrDuration = errors.New("not a duration; try 45m, 2h30m, 1d, until 18:00 or until tomorrow 9:00")

// maxHold bounds a hold. A longer one is taken for a typing error.
const maxHold = 366 * 24 * time.Hour

// ParseHold parses a duration as [ParseDuration] does, or the word until and an
// instant as [ParseUntil] does. Only For or Until of the result is set.
func ParseHold(s string, now time.Time) (Hold, error) {
	if rest, ok := strings.CutPrefix(normalized(s), "until "); ok {
		until, err := ParseUntil(rest, now)
		return Hold{Until: until}, err
	}
	d, err := ParseDuration(s)
	return Hold{For: d}, err
}

// normalized returns s in lower case with single spaces.
func normalized(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// durationForm has no sign and each unit at most once, the longest first.
var durationForm = regexp.MustCompile(`^(?:(\d+) ?d ?)?((?:\d+(?:\.\d+)? ?h ?)?(?:\d+(?:\.\d+)? ?m ?)?(?:\d+(?:\.\d+)? ?s)?)$`)

// ParseDuration parses a duration such as 45m, 2h30m or 1d 12h, with the units
// d, h, m and s. It returns [ErrDuration] unless the duration is positive and at
// most 366 days.
func ParseDuration(s string) (time.Duration, error) {
	form := durationForm.FindStringSubmatch(normalized(s))
	if form == nil {
		return 0, ErrDuration
	}
	var days int
	var rest time.Duration
	var errDays, errRest error
	if form[1] != "" {
		days, errDays = strconv.Atoi(form[1])
	}
	if clock := strings.ReplaceAll(form[2], " ", ""); clock != "" {
		rest, errRest = time.ParseDuration(clock)
	}
	if errDays != nil || errRest != nil || days > 366 || rest > maxHold {
		return 0, ErrDuration
	}
	total := time.Duration(days)*24*time.Hour + rest
	if total <= 0 || total > maxHold {
		return 0, ErrDuration
	}
	return total, nil
}

// ParseUntil parses an instant: 18:00, tomorrow 9:00, mon 9:00, 2026-12-24 18:00
// or RFC 3339. A time of day is the next one after now, in now's location. It
// returns [ErrDuration] unless the instant is after now and at most 366 days
// ahead.
func ParseUntil(s string, now time.Time) (time.Time, error) {
	s = normalized(s)
	t, ok := parseDate(s, now.Location())
	if !ok {
		t, ok = nextTimeOfDay(s, now)
	}
	if !ok || !t.After(now) || t.Sub(now) > maxHold {
		return time.Time{}, ErrDuration
	}
	return t, nil
}

func parseDate(s string, loc *time.Location) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04", "2006-01-02T15:04", time.DateTime} {
		if t, err := time.ParseInLocation(layout, strings.ToUpper(s), loc); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func nextTimeOfDay(s string, now time.Time) (time.Time, bool) {
	day, clock, found := strings.Cut(s, " ")
	if !found {
		day, clock = "", s
	}
	at, err := time.Parse("15:04", clock)
	if err != nil {
		return time.Time{}, false
	}
	for ahead := 0; ahead <= 8; ahead++ {
		y, m, d := now.Date()
		t := time.Date(y, m, d+ahead, at.Hour(), at.Minute(), 0, 0, now.Location())
		if isDay(day, t, ahead) && t.After(now) {
			return t, true
		}
	}
	return time.Time{}, false
}

// isDay reports whether a word names the day of t, which is some days ahead.
func isDay(word string, t time.Time, ahead int) bool {
	switch word {
	case "":
		return true
	case "today":
		return ahead == 0
	case "tomorrow":
		return ahead == 1
	}
	return len(word) >= 3 && strings.HasPrefix(strings.ToLower(t.Weekday().String()), word)
}
