package poolstate

import (
	"strings"
	"time"
)

// parseISO parses an ISO 8601 time in the same way as datetime.fromisoformat of Python
// 3.11, which agents use. Any character may separate date and time, and one more may
// precede the offset. If there is no offset, the time is in loc.
func parseISO(text string, loc *time.Location) (time.Time, bool) {
	s := isoScanner{text: strings.ReplaceAll(text, "Z", "+00:00"), invalid: len(text) < 7}
	end := s.dateEnd()
	day := s.date(end)
	var at isoClock
	if end < len(s.text) {
		for s.pos = end + 1; s.peek()&0xc0 == 0x80; { // the separator may take several bytes
			s.pos++
		}
		sign := strings.IndexAny(s.text[min(s.pos, len(s.text)):], "+-")
		if sign < 0 {
			at = s.clock(len(s.text))
			s.invalid = s.invalid || at.rest
		} else {
			sign += s.pos
			at = s.clock(sign)
			loc = s.offset(sign)
		}
	}
	if s.invalid || at.hour > 23 || at.minute > 59 || at.second > 59 {
		return time.Time{}, false
	}
	y, m, d := day.Date()
	return time.Date(y, m, d, at.hour, at.minute, at.second, at.nanos, loc), true
}

// isoScanner reads the parts of a time from left to right.
type isoScanner struct {
	text    string
	pos     int
	invalid bool
}

// peek returns the next byte, or 0 at the end.
func (s *isoScanner) peek() byte {
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

func (s *isoScanner) digits(n int) (value int) {
	for range n {
		if s.invalid = s.invalid || !isDigit(s.peek()); s.invalid {
			return 0
		}
		value = 10*value + int(s.peek()-'0')
		s.pos++
	}
	return value
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// skip reads a byte that must be b.
func (s *isoScanner) skip(b byte) {
	s.invalid = s.invalid || s.peek() != b
	s.pos++
}

// dateEnd returns the end of the date: YYYY-MM-DD, YYYYMMDD, or a week with or
// without its day such as YYYY-Www-D, YYYY-Www, YYYYWwwD and YYYYWww.
func (s *isoScanner) dateEnd() int {
	rest, t := 0, s.text
	if s.invalid || len(t) == 7 {
		return len(t)
	}
	switch {
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
	for rest = 7; rest < len(t) && isDigit(t[rest]); {
		rest++
	}
	if rest < 9 {
		return rest
	}
	return 7 + rest%2 // digits of the time come in pairs
}

// date reads the date, which must end at end.
func (s *isoScanner) date(end int) time.Time {
	year := s.digits(4)
	dashes := s.peek() == '-'
	if dashes {
		s.pos++
	}
	s.invalid = s.invalid || year == 0
	if s.peek() == 'W' {
		s.pos++
		return s.week(year, end, dashes)
	}
	month := s.digits(2)
	if dashes {
		s.skip('-')
	}
	day := s.digits(2)
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	s.invalid = s.invalid || s.pos != end || t.Month() != time.Month(month) || t.Day() != day
	return t
}

// week reads the number of a week and the day, which is Monday by default.
func (s *isoScanner) week(year, end int, dashes bool) time.Time {
	week, day := s.digits(2), 1
	if s.pos < end {
		if dashes {
			s.skip('-')
		}
		day = s.digits(1)
	}
	fourth := time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC) // always in the first week
	monday := fourth.AddDate(0, 0, 7*(week-1)-int(fourth.Weekday()+6)%7)
	isYear, isWeek := monday.ISOWeek()
	s.invalid = s.invalid || isYear != year || isWeek != week || day < 1 || day > 7
	return monday.AddDate(0, 0, day-1)
}

// isoClock is a time of day or an offset. rest is true if more text follows.
type isoClock struct {
	hour, minute, second, nanos int
	rest                        bool
}

// clock reads HH[:MM[:SS[.ffffff]]], or the same without colons, up to end.
func (s *isoScanner) clock(end int) (c isoClock) {
	colons := false
	for i, part := range []*int{&c.hour, &c.minute, &c.second} {
		*part = s.digits(2)
		next := s.peek()
		if i == 0 {
			colons = next == ':'
		}
		if s.invalid || s.pos >= end-1 {
			c.rest = next != 0
			return c
		}
		switch {
		case next == '.', next == ',':
			s.pos++
			c.fraction(s, end)
			return c
		case colons:
			s.skip(':')
		}
	}
	c.fraction(s, end)
	return c
}

// fraction reads the fraction of a second. It ignores digits after the sixth.
func (c *isoClock) fraction(s *isoScanner, end int) {
	n := min(end-s.pos, 6)
	c.nanos = s.digits(n)
	for range 9 - n {
		c.nanos *= 10
	}
	for isDigit(s.peek()) {
		s.pos++
	}
	c.rest = s.peek() != 0
}

// offset reads the UTC offset after the sign at pos. It must be less than a day.
func (s *isoScanner) offset(pos int) *time.Location {
	s.pos = pos + 1
	o := s.clock(len(s.text))
	seconds := o.hour*60*60 + o.minute*60 + o.second
	s.invalid = s.invalid || o.rest || seconds >= 24*60*60
	if s.text[pos] == '-' {
		seconds = -seconds
	}
	return time.FixedZone("", seconds)
}
