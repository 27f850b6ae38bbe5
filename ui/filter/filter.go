// Package filter chooses the credentials to list and sorts them: it parses what an
// operator types, matches credentials against it, and groups them by provider.
package filter

import (
	"errors"
	"fmt"
	"math"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// Filter chooses credentials. The zero value matches everything.
type Filter struct{ terms []term }

// IsZero reports whether the filter matches everything.
func (f Filter) IsZero() bool { return len(f.terms) == 0 }

// Match reports whether to list a credential whose availability is a.
func (f Filter) Match(c *poolstate.Credential, a poolstate.Availability) bool {
	for _, t := range f.terms {
		matches := slices.ContainsFunc(t.any, func(p predicate) bool { return p(c, a) })
		if matches == t.negated {
			return false
		}
	}
	return true
}

// term is a condition: any of its predicates holds or, negated, none.
type term struct {
	negated bool
	any     []predicate
}

type predicate func(*poolstate.Credential, poolstate.Availability) bool

// maxLength is in bytes. A longer text, such as a pasted file, is not parsed.
const maxLength = 256

// Parse parses terms between blanks, all of which must match. A term is
// field:value or free text. Values separated by commas are alternatives, "-" or
// "!" before a term negates it, and double quotes keep blanks and the other signs
// as they are. Case does not matter.
//
//	provider: source: id: label:  a part of it
//	state:   an availability or a prefix of one; out is all but ready
//	code:    429, 4xx, or a prefix of one
//	streak:  3  >2  >=2  <3  <=3  1..3  none, which is unknown
//	work     these letters in this order in the name; or a part of the provider,
//	         source, id, or reason and message of the last failure
//
// Quoted or negated free text has to be a part of the name as it is.
//
// An incomplete term, such as state: or streak:>, matches everything, so that the
// table holds still while the operator types. Errors are one clause for the
// operator; the filter is then zero.
func Parse(s string) (Filter, error) {
	if len(s) > maxLength {
		return Filter{}, fmt.Errorf("filter too long (at most %d bytes)", maxLength)
	}
	var f Filter
	for _, m := range termForm.FindAllStringSubmatch(fold(text.Clean(s, maxLength)), -1) {
		t, err := parseTerm(m[1] != "", m[2], m[3])
		if err != nil {
			return Filter{}, err
		}
		if len(t.any) > 0 {
			f.terms = append(f.terms, t)
		}
	}
	return f, nil
}

var (
	// termForm is a sign, a field and values. The last quote may be open.
	termForm  = regexp.MustCompile(`([-!]?),*(?:([^\p{Z}",:]+):)?((?:"[^"]*"?|[^\p{Z}"])*)`)
	valueForm = regexp.MustCompile(`(?:"[^"]*"?|[^,"])+`)
)

func parseTerm(negated bool, field, values string) (term, error) {
	t := term{negated: negated}
	parse := parsers[field]
	if field != "" && parse == nil {
		name := text.Fit(text.Clean(field, text.RowLimit), 20)
		return t, fmt.Errorf(`no field "%s"; fields are provider, state, code, streak, source, id and label`, name)
	}
	for _, v := range valueForm.FindAllString(values, -1) {
		plain := strings.ReplaceAll(v, `"`, "")
		if plain == "" {
			continue
		}
		if field == "" {
			// A negated word hides what contains it, not what merely has its letters.
			t.any = append(t.any, freeText(plain, negated || plain != v))
			continue
		}
		p, err := parse(plain)
		if err != nil {
			return t, err
		}
		if p != nil {
			t.any = append(t.any, p)
		}
	}
	return t, nil
}

// parsers parse a value of each field. They return nil for an incomplete value.
var parsers = map[string]func(value string) (predicate, error){
	"provider": contains(func(c *poolstate.Credential) string { return c.Provider }),
	"state":    parseState,
	"code":     parseCode,
	"streak":   parseStreak,
	"source":   contains(func(c *poolstate.Credential) string { return c.Source }),
	"id":       contains(func(c *poolstate.Credential) string { return c.ID }),
	"label":    contains(text.CredentialName),
}

// fold makes the cases of each letter equal. Some letters have more than two, such
// as the sigmas, which only share their capital.
func fold(s string) string { return strings.ToLower(strings.ToUpper(s)) }

// clean prepares a text of the file for matching: it compares as it is shown.
func clean(s string) string { return fold(text.Clean(s, text.RowLimit)) }

// contains returns a parser for values that must be a part of a text.
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
		texts := []string{c.Provider, c.ID, c.Source, c.ErrorReason, text.Failure(c), c.ErrorMessage}
		return inName(fold(text.CredentialName(c)), part) ||
			slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(clean(s), part) })
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

// parseState parses the prefix of an availability, or of out: all but ready. One
// that fits several matches all of them, because it is incomplete.
func parseState(prefix string) (predicate, error) {
	const out = "out"
	var states []poolstate.Availability
	for _, a := range poolstate.Availabilities() {
		if strings.HasPrefix(a.String(), prefix) || a != poolstate.Ready && strings.HasPrefix(out, prefix) {
			states = append(states, a)
		}
	}
	if states == nil {
		return nil, errors.New("state must be ready, cooling, held, due, dead, disabled or out")
	}
	return func(_ *poolstate.Credential, a poolstate.Availability) bool { return slices.Contains(states, a) }, nil
}

// parseCode parses an HTTP status code in which x matches any digit. With fewer
// digits than a code it is a prefix.
func parseCode(value string) (predicate, error) {
	if strings.Trim(value, "0123456789x") != "" {
		return nil, errors.New("code must be a number such as 429 or 4xx")
	}
	pattern := strings.ReplaceAll(value, "x", "[0-9]")
	if len(value) < len("429") {
		pattern += "*"
	}
	return func(c *poolstate.Credential, _ poolstate.Availability) bool {
		code, ok := c.ErrorCode.Get()
		matches, _ := path.Match(pattern, strconv.Itoa(code)) // the pattern is valid
		return ok && matches
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
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n
	}
	return open
}
