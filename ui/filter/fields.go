package filter

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// parsers parse a value of each field. They return nil for an incomplete value.
var parsers = []struct {
	field string
	parse func(value string) (predicate, error)
}{
	{"provider", contains(func(c *poolstate.Credential) string { return c.Provider })},
	{"state", parseState},
	{"code", parseCode},
	{"streak", parseStreak},
	{"source", contains(func(c *poolstate.Credential) string { return c.Source })},
	{"id", contains(func(c *poolstate.Credential) string { return c.ID })},
	{"label", contains(text.CredentialName)},
}

// fold makes the cases of each letter equal. Some letters have more than two, such
// as the sigmas, which only share their capital.
func fold(s string) string { return strings.ToLower(strings.ToUpper(s)) }

// clean prepares a text of the file for matching: it compares as it is shown.
func clean(s string) string { return fold(text.Clean(s, text.RowLimit)) }

// contains returns a parser for values that must be a part of a text of the
// credential.
func contains(of func(*poolstate.Credential) string) func(string) (predicate, error) {
	return func(part string) (predicate, error) {
		return func(c *poolstate.Credential, _ poolstate.Availability) bool {
			return strings.Contains(clean(of(c)), part)
		}, nil
	}
}

// freeText matches a part of any text of the credential; in the name, unless it is
// literal, also the letters of the part in their order.
func freeText(part string, literal bool) predicate {
	inName := hasLetters
	if literal {
		inName = strings.Contains
	}
	return func(c *poolstate.Credential, _ poolstate.Availability) bool {
		if inName(fold(text.CredentialName(c)), part) {
			return true
		}
		for _, s := range [...]string{c.Provider, c.ID, c.Source, c.ErrorReason, text.Failure(c), c.ErrorMessage} {
			if strings.Contains(clean(s), part) {
				return true
			}
		}
		return false
	}
}

// hasLetters reports whether s has the letters in their order.
func hasLetters(s, letters string) bool {
	for _, r := range letters {
		_, after, found := strings.Cut(s, string(r))
		if !found {
			return false
		}
		s = after
	}
	return true
}

// outWord is the word for all availabilities but ready.
const outWord = "out"

// parseState parses the prefix of an availability. One that fits several matches
// all of them, because it is incomplete.
func parseState(prefix string) (predicate, error) {
	var words []string
	var states []poolstate.Availability
	for _, a := range poolstate.Availabilities() {
		words = append(words, a.String())
		if strings.HasPrefix(a.String(), prefix) || a != poolstate.Ready && strings.HasPrefix(outWord, prefix) {
			states = append(states, a)
		}
	}
	if states == nil {
		return nil, fmt.Errorf("state must be %s", joinWords(append(words, outWord), "or"))
	}
	return func(_ *poolstate.Credential, a poolstate.Availability) bool { return slices.Contains(states, a) }, nil
}

// parseCode parses an HTTP status code in which x matches any digit. With fewer
// digits than a code it is a prefix.
func parseCode(pattern string) (predicate, error) {
	if strings.Trim(pattern, "0123456789x") != "" {
		return nil, errors.New("code must be a number such as 429 or 4xx")
	}
	return func(c *poolstate.Credential, _ poolstate.Availability) bool {
		code, ok := c.ErrorCode.Get()
		digits := strconv.Itoa(code)
		isPrefix := len(pattern) < len("429") && len(pattern) < len(digits)
		if !ok || len(pattern) != len(digits) && !isPrefix {
			return false
		}
		for i := range pattern {
			if pattern[i] != digits[i] && (pattern[i] != 'x' || digits[i] == '-') {
				return false
			}
		}
		return true
	}, nil
}

// streakForm is a comparison or, from the first dot on, a range.
var streakForm = regexp.MustCompile(`^([<>]?=?)(-?\d{0,9})(\.(?:\.(-?\d{0,9}))?)?$`)

// parseStreak parses a number, a comparison, a range in either direction, or none,
// the unknown streak. A range without an end is open there.
func parseStreak(s string) (predicate, error) {
	const unknown = "none"
	if strings.HasPrefix(unknown, s) {
		return func(c *poolstate.Credential, _ poolstate.Availability) bool {
			_, known := c.Streak.Known()
			return !known
		}, nil
	}
	m := streakForm.FindStringSubmatch(s)
	if len(m) == 0 || m[1] != "" && m[3] != "" {
		return nil, errors.New("streak must be a number such as 2, >2 or 1..3")
	}
	if !strings.ContainsAny(s, "0123456789") {
		return nil, nil
	}
	low, high := bound(m[2], math.MinInt64), bound(m[4], math.MaxInt64)
	if m[3] == "" {
		high = low
	}
	switch m[1] {
	case ">=":
		high = math.MaxInt64
	case "<=":
		low = math.MinInt64
	case ">":
		low, high = low+1, math.MaxInt64
	case "<":
		low, high = math.MinInt64, high-1
	}
	low, high = min(low, high), max(low, high)
	return func(c *poolstate.Credential, _ poolstate.Availability) bool {
		n, known := c.Streak.Known()
		return known && low <= int64(n) && int64(n) <= high
	}, nil
}

// bound parses a bound of a range. One that is not typed yet is open.
func bound(s string, open int64) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return open
	}
	return n
}
