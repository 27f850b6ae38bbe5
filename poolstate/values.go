package poolstate

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"pooltop/poolstate/internal/jsonedit"
)

// integerOf decodes an integer. It truncates floats and clamps numbers that do not fit
// an int. Infinities and NaN are treated as absent.
func integerOf(raw []byte) Optional[int] {
	if n, err := strconv.Atoi(string(raw)); err == nil || errors.Is(err, strconv.ErrRange) {
		return Some(n) // n is clamped on overflow
	}
	f, ok := jsonedit.Number(raw)
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

// priorityOf decodes a number or, like Python, a Boolean as 0 or 1. Anything else is
// treated as absent.
func priorityOf(raw []byte) Optional[float64] {
	f, ok := jsonedit.Number(raw)
	switch string(raw) {
	case "true":
		f, ok = 1, true
	case "false":
		f, ok = 0, true
	}
	if !ok {
		return Optional[float64]{}
	}
	return Some(min(max(f, -math.MaxFloat64), math.MaxFloat64)) // JSON has no infinity
}

// streakOf decodes consecutive_failures as the agent does. It accepts integers (even in
// strings), floats (truncated) and Booleans (0 or 1). Anything else is an unknown streak.
func streakOf(raw []byte) Streak {
	switch string(raw) {
	case "true":
		return KnownStreak(1)
	case "false":
		return KnownStreak(0)
	}
	if s, ok := jsonedit.Text(raw); ok {
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

// instantOf decodes a time from a number or a string. Anything else is the zero time.
func instantOf(raw []byte, loc *time.Location) time.Time {
	if f, ok := jsonedit.Number(raw); ok {
		return instantFromNumber(f)
	}
	s, _ := jsonedit.Text(raw)
	return instantFromText(s, loc)
}

// modelCooldownsOf decodes an object that maps model names to epoch seconds. It returns
// nil if the value is not an object. If a model is repeated, the last one wins.
func modelCooldownsOf(f field) []ModelCooldown {
	object, err := jsonedit.Parse(f.raw)
	if err != nil || !object.IsObject() {
		return nil
	}
	cooldowns := make([]ModelCooldown, 0, len(object.Members))
	last := make(map[string]int, len(object.Members))
	for i := range object.Members {
		last[object.Members[i].Key] = i
	}
	for i := range object.Members {
		if m := &object.Members[i]; last[m.Key] == i {
			seconds, _ := jsonedit.Number(m.Value.Raw)
			cooldowns = append(cooldowns, ModelCooldown{Model: m.Key, Until: instantFromSeconds(seconds)})
		}
	}
	return cooldowns
}

const (
	maxEpochSeconds   = 1e12    // larger numbers are milliseconds since 1970
	maxInstantSeconds = 1 << 60 // time.Time arithmetic and comparisons are safe up to this
)

// never is the time for numbers that are too large, such as 1e25 and infinity.
var never = time.Unix(maxInstantSeconds, 0).UTC()

// instantFromNumber converts seconds since 1970, or milliseconds if the number is too
// large for seconds. Zero, negative numbers and NaN become the zero time.
func instantFromNumber(f float64) time.Time {
	if f > maxEpochSeconds {
		f /= 1000
	}
	return instantFromSeconds(f)
}

func instantFromSeconds(f float64) time.Time {
	switch {
	case math.IsNaN(f) || f <= 0:
		return time.Time{}
	case f >= maxInstantSeconds:
		return never
	}
	sec, frac := math.Modf(f)
	// A float64 stores current epoch seconds to about a quarter of a microsecond.
	micros := int64(math.Round(frac * 1e6))
	return time.Unix(int64(sec), micros*1000).UTC()
}

// instantFromText parses a decimal number or an ISO 8601 time. An ISO time without an
// offset is in loc.
func instantFromText(s string, loc *time.Location) time.Time {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 64 {
		return time.Time{}
	}
	number := joinDigits(s)
	if strings.Trim(number, "0123456789+-.eE") == "" { // ParseFloat also accepts hexadecimal and Inf
		if f, err := strconv.ParseFloat(number, 64); err == nil {
			return instantFromNumber(f)
		}
	}
	if t, ok := parseISO(s, loc); ok && t.Unix() > 0 {
		return t.UTC()
	}
	return time.Time{}
}

// joinDigits removes single underscores between digits, which Python's float accepts.
func joinDigits(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if s[i] != '_' || i == 0 || i+1 == len(s) || !isDigit(s[i-1]) || !isDigit(s[i+1]) {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// The raw functions encode values as Python's json.dumps does, so that edited
// entries look like their neighbors.

func rawNull() []byte { return []byte("null") }

func rawInt(n int) []byte { return strconv.AppendInt(nil, int64(n), 10) }

// rawSeconds encodes a time as epoch seconds, in the shortest form of a float. The zero
// time is null.
func rawSeconds(t time.Time) []byte {
	if t.IsZero() {
		return rawNull()
	}
	f := float64(t.Unix())
	if t.Year() < 10000 { // later microseconds could overflow
		f = float64(t.UnixMicro()) / 1e6
	}
	b := strconv.AppendFloat(nil, f, 'f', -1, 64)
	if f == math.Trunc(f) {
		b = append(b, ".0"...)
	}
	return b
}

func rawText(s string) []byte { return jsonedit.Quote(s) }

// rawTextOrNull encodes an empty string as null.
func rawTextOrNull(s string) []byte {
	if s == "" {
		return rawNull()
	}
	return rawText(s)
}

// rawUpdatedAt encodes updated_at: UTC with microseconds.
func rawUpdatedAt(t time.Time) []byte {
	return rawText(t.UTC().Format("2006-01-02T15:04:05.000000-07:00"))
}
