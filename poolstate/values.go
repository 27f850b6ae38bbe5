package poolstate

import (
	"errors"
	"hash/maphash"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// values reads the values of entries. What entries have in common, the words of
// a provider and its address, it makes once.
type values struct {
	loc *time.Location
	// texts are those that were read lately, the last four of each hash: one that
	// comes again and again is found, and a pool in which each is another costs
	// no memory that grows with it.
	texts [64][4]string
	// url is the address that was read last, and place what is kept of it.
	url, place string
}

var textSeed = maphash.MakeSeed()

// text returns the string behind a raw JSON value, empty if it is none.
func (v *values) text(raw []byte) string {
	b, _ := unquoted(raw)
	known := &v.texts[maphash.Bytes(textSeed, b)%uint64(len(v.texts))]
	for i := range known {
		if known[i] == string(b) {
			return known[i]
		}
	}
	copy(known[1:], known[:])
	known[0] = string(b)
	return known[0]
}

// endpoint returns what is kept of the URL behind a raw JSON value.
func (v *values) endpoint(raw []byte) string {
	if b, _ := unquoted(raw); v.url != string(b) {
		v.url = string(b)
		v.place = endpointOf(v.url)
	}
	return v.place
}

// textOf returns the string behind a raw JSON value. Unpaired surrogates and
// invalid UTF-8 become replacement characters.
func textOf(raw []byte) (string, bool) {
	b, ok := unquoted(raw)
	return string(b), ok
}

// unquoted is textOf for somebody who does not keep the text: it may be a piece
// of raw.
func unquoted(raw []byte) ([]byte, bool) {
	if len(raw) < 2 || raw[0] != '"' {
		return nil, false
	}
	if inner := raw[1 : len(raw)-1]; isPlain(inner) {
		return inner, true
	}
	b, _ := jsontext.AppendUnquote(nil, raw) // the error only says that something was replaced
	return b, true
}

// isPlain reports whether the inside of a JSON string means itself.
func isPlain(b []byte) bool {
	for _, c := range b {
		if c == '\\' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// numberOf returns the number behind a raw JSON value; huge ones are infinite.
func numberOf(raw []byte) (float64, bool) {
	if len(raw) == 0 || raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	return f, err == nil || math.IsInf(f, 0)
}

// integerOf reads an integer; a float truncates, and what does not fit an int
// stops at its largest value. Not finite is absent.
func integerOf(raw []byte) Optional[int] {
	// Out of range, Atoi returns the limit that was exceeded.
	if n, err := strconv.Atoi(string(raw)); err == nil || errors.Is(err, strconv.ErrRange) {
		return Some(n)
	}
	f, ok := numberOf(raw)
	switch {
	case !ok, math.IsInf(f, 0), math.IsNaN(f):
		return Optional[int]{}
	case f >= math.MaxInt:
		return Some(math.MaxInt)
	case f <= math.MinInt:
		return Some(math.MinInt)
	}
	return Some(int(f))
}

// streakOf reads consecutive_failures as the agent does: integers, floats
// truncated, integers in strings, true as 1. Anything else is unknown.
func streakOf(raw []byte) Streak {
	switch string(raw) {
	case "true":
		return KnownStreak(1)
	case "false":
		return KnownStreak(0)
	}
	if s, ok := textOf(raw); ok {
		raw = []byte(strings.TrimSpace(s))
		if strings.Trim(string(raw), "0123456789+-") != "" {
			return Streak{}
		}
	}
	if n, ok := integerOf(raw).Get(); ok {
		return KnownStreak(n)
	}
	return Streak{}
}

// instantOf reads an instant from a number or a string; zero when there is none.
func instantOf(raw []byte, loc *time.Location) time.Time {
	if f, ok := numberOf(raw); ok {
		t, _ := instantFromNumber(f)
		return t
	}
	if s, ok := textOf(raw); ok {
		if t, ok := instantFromText(s, loc); ok {
			return t
		}
	}
	return time.Time{}
}

// modelCooldownsOf reads an object of model names and instants; nil when it is
// no object.
func modelCooldownsOf(raw []byte, loc *time.Location) []ModelCooldown {
	if len(raw) == 0 || raw[0] != '{' {
		return nil
	}
	members := membersOf(raw)
	last := make(map[string]int, len(members)) // of a model given twice the last one counts
	for i, m := range members {
		last[m.key] = i
	}
	cooldowns := make([]ModelCooldown, 0, len(last))
	for i, m := range members {
		if last[m.key] == i {
			cooldowns = append(cooldowns, ModelCooldown{m.key, instantOf(raw[m.body.start:m.body.end], loc)})
		}
	}
	return cooldowns
}
