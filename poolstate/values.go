package poolstate

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"pooltop/poolstate/internal/jsonedit"
)

// integerOf reads an integer. Floats are truncated, and what does not fit an int
// is clamped. Numbers that are not finite are absent.
func integerOf(raw []byte) Optional[int] {
	// On overflow, Atoi returns the limit that was exceeded.
	if n, err := strconv.Atoi(string(raw)); err == nil || errors.Is(err, strconv.ErrRange) {
		return Some(n)
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

// streakOf reads consecutive_failures as the agent does: integers, floats
// truncated, integers in strings, true as 1. Anything else is unknown.
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

// instantOf reads an instant from a number or a string. It is zero if there is
// none.
func instantOf(raw []byte, loc *time.Location) time.Time {
	if f, ok := jsonedit.Number(raw); ok {
		t, _ := instantFromNumber(f)
		return t
	}
	if s, ok := jsonedit.Text(raw); ok {
		if t, ok := instantFromText(s, loc); ok {
			return t
		}
	}
	return time.Time{}
}

// modelCooldownsOf reads an object of model names and instants. It is nil for
// other values. Of a model that is given twice, the last one counts.
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
			cooldowns = append(cooldowns, ModelCooldown{m.Key, instantOf(m.Value.Raw, f.loc)})
		}
	}
	return cooldowns
}
