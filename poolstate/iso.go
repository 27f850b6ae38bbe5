package poolstate

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// parseISO parses an ISO 8601 time in the same way as Python 3.11's datetime.fromisoformat,
// which agents use. Any character may separate date and time, and one more character may
// precede the offset. If there is no offset, the time is in loc.
func parseISO(text string, loc *time.Location) (time.Time, bool) {
	s := strings.ReplaceAll(text, "Z", "+00:00")
	if len(text) < 7 || dateEnd(s) > len(s) {
		return time.Time{}, false
	}
	date, clock := s[:dateEnd(s)], s[dateEnd(s):]
	day, ok := parseDay(date)
	var at [4]int
	if clock != "" {
		_, separator := utf8.DecodeRuneInString(clock)
		clock = clock[separator:]
		sign, rest, valid := strings.IndexAny(clock, "+-"), "", false
		if sign < 0 {
			at, rest, valid = parseClock(clock)
			ok = ok && valid && rest == ""
		} else {
			at, _, valid = parseClock(clock[:sign])
			loc = parseOffset(clock[sign:])
			ok = ok && valid && loc != nil
		}
	}
	if !ok || at[0] > 23 || at[1] > 59 || at[2] > 59 {
		return time.Time{}, false
	}
	y, m, d := day.Date()
	return time.Date(y, m, d, at[0], at[1], at[2], at[3], loc), true
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// dateEnd returns the length of the date at the beginning of t, which must have at least 7
// bytes.
func dateEnd(t string) int {
	switch {
	case len(t) == 7:
		return len(t)
	case t[4] == '-' && t[5] == 'W':
		if len(t) > 9 && t[8] == '-' && (len(t) == 10 || !isDigit(t[10])) {
			return 10
		}
		return 8
	case t[4] == '-':
		return 10
	case t[4] != 'W':
		return 8
	}
	rest := 7
	for rest < len(t) && isDigit(t[rest]) {
		rest++
	}
	if rest < 9 {
		return rest
	}
	// As in Python, any character separates date and time, even a digit; the rest must be an
	// even number of digits.
	return 7 + rest%2
}

var (
	dateForm = regexp.MustCompile(`^(\d{4})(-?)(\d\d)(-?)(\d\d)$`)
	weekForm = regexp.MustCompile(`^(\d{4})(-?)W(\d\d)(?:(-?)(\d))?$`)
	// clockForm may be followed by a fraction, which fractionForm matches.
	clockForm    = regexp.MustCompile(`^(\d\d)(?::(\d\d)(?::(\d\d))?|(\d\d)(\d\d)?)?`)
	fractionForm = regexp.MustCompile(`^(\d{6}|\d+$)\d*`)
)

// parseDay parses YYYY-MM-DD, YYYYMMDD, or a week with or without its day: YYYY-Www-D,
// YYYY-Www, YYYYWwwD or YYYYWww. Weeks begin on Monday.
func parseDay(s string) (time.Time, bool) {
	if m := dateForm.FindStringSubmatch(s); len(m) > 0 && m[2] == m[4] {
		t, err := time.Parse(time.DateOnly, m[1]+"-"+m[3]+"-"+m[5])
		return t, err == nil && t.Year() > 0
	}
	m := weekForm.FindStringSubmatch(s)
	if len(m) == 0 || m[5] != "" && m[2] != m[4] {
		return time.Time{}, false
	}
	year, week, day := number(m[1]), number(m[3]), 1
	if m[5] != "" {
		day = number(m[5])
	}
	fourth := time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC) // January 4 is always in the first week
	monday := fourth.AddDate(0, 0, 7*(week-1)-int(fourth.Weekday()+6)%7)
	isYear, isWeek := monday.ISOWeek()
	return monday.AddDate(0, 0, day-1), year > 0 && isYear == year && isWeek == week && day >= 1 && day <= 7
}

// number returns the value of digits, or 0 if there are none.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// parseClock parses HH[:MM[:SS[.ffffff]]], or the same without colons, to hours, minutes,
// seconds and nanoseconds. It ignores fraction digits after the sixth. It returns the
// remaining text, which Python allows before an offset: one character, or any text after
// six fraction digits.
func parseClock(s string) (c [4]int, rest string, ok bool) {
	m := clockForm.FindStringSubmatch(s)
	if m == nil {
		return c, s, false
	}
	c[0], c[1], c[2] = number(m[1]), number(m[2]+m[4]), number(m[3]+m[5])
	if rest = s[len(m[0]):]; len(rest) < 2 {
		return c, rest, true
	}
	switch {
	case rest[0] == '.' || rest[0] == ',' || rest[0] == ':' && m[3] != "":
		rest = rest[1:]
	case m[5] == "": // only HHMMSS may be followed directly by the fraction
		return c, rest, false
	}
	f := fractionForm.FindStringSubmatch(rest)
	if f == nil {
		return c, rest, false
	}
	c[3] = number((f[1] + "00000000")[:9])
	return c, rest[len(f[0]):], true
}

// parseOffset parses a UTC offset of less than a day. It returns nil if the offset is
// invalid.
func parseOffset(s string) *time.Location {
	o, rest, ok := parseClock(s[1:])
	seconds := o[0]*60*60 + o[1]*60 + o[2]
	if !ok || rest != "" || seconds >= 24*60*60 {
		return nil
	}
	if s[0] == '-' {
		seconds = -seconds
	}
	return time.FixedZone("", seconds)
}
