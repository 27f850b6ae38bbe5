package poolstate

import (
	"errors"
	"strings"
	"time"
)

// holdWords lists the words that [ParseHold] accepts. A word that cannot come last is followed
// by an example of a duration or time.
var holdWords = [...]string{
	"until 1h", "today 23:59", "tomorrow 9:00", "monday 9:00", "tuesday 9:00", "wednesday 9:00", "thursday 9:00",
	"friday 9:00", "saturday 9:00", "sunday 9:00", "days", "hours", "hrs", "minutes", "mins", "seconds", "secs",
}

// holdEndings lists strings that complete a partial time of day or UTC offset.
var holdEndings = [...]string{"", "9", "59", ":59", "3:59", "9:59", "z", "9z", "59z", ":59z", "0", "00", ":00", "01:00"}

// BeginsHold reports whether [ParseHold] accepts s or could accept it with more text
// appended, as for "3", "18:" or "tom". A hold that is too long counts as accepted.
func BeginsHold(s string, now time.Time) bool {
	s = normalized(s)
	valid := func(text string) bool {
		_, err := ParseHold(text, now)
		return !errors.Is(err, ErrDuration)
	}
	for _, ending := range holdEndings {
		if valid(s + ending) {
			return true
		}
	}
	for _, word := range holdWords {
		for i := range word {
			if valid(s + word[i:]) {
				return true
			}
		}
	}
	date := strings.TrimPrefix(s, "until ")
	for days := range 367 {
		if date != "" && strings.HasPrefix(now.AddDate(0, 0, days).Format(time.DateOnly), date) {
			return true
		}
	}
	return false
}
