// Package filter parses the filter that an operator types, and lists the credentials
// that match it, sorted and grouped by provider.
package filter

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// Filter selects credentials. The zero value matches everything.
type Filter struct {
	terms []term
	model string // folded; "" for none
}

// IsZero reports whether the filter matches everything.
func (f Filter) IsZero() bool { return len(f.terms) == 0 && f.model == "" }

// Match reports whether the filter matches a credential whose availability is a.
func (f Filter) Match(c *poolstate.Credential, a poolstate.Availability) bool {
	return !slices.ContainsFunc(f.terms, func(t term) bool {
		return slices.ContainsFunc(t.any, func(p predicate) bool { return p(c, a) }) == t.negated
	})
}

// Model returns the model to show the availability for, or "" for none. If the pool contains
// the model, its name is spelled as in the pool.
func (f Filter) Model(p *poolstate.Pool) string {
	if f.model == "" || p == nil {
		return f.model
	}
	for c := range p.All() {
		for _, m := range c.ModelCooldowns {
			if clean(m.Model) == f.model {
				return m.Model
			}
		}
	}
	return f.model
}

// MatchEvent reports whether the filter matches an event of a credential, which has
// availability a after the event. Free text that is the word of an event kind, such as
// "exhausted", matches only events of that kind. If the event is about the file, only the
// profile of c is used: the event matches unless a term names other kinds or profiles.
func (f Filter) MatchEvent(kind poolstate.EventKind, c *poolstate.Credential, a poolstate.Availability) bool {
	return !slices.ContainsFunc(f.terms, func(t term) bool {
		switch {
		case len(t.kinds) > 0:
			matches := slices.Contains(t.kinds, kind) ||
				!kind.OfFile() && slices.ContainsFunc(t.other, func(p predicate) bool { return p(c, a) })
			return matches == t.negated
		case kind.OfFile() && !t.profile:
			return false
		}
		return slices.ContainsFunc(t.any, func(p predicate) bool { return p(c, a) }) == t.negated
	})
}

// term is one condition of a filter. It matches if at least one of its predicates
// matches or, if it is negated, if none does.
type term struct {
	negated bool
	profile bool // the field is "profile"
	any     []predicate
	kinds   []poolstate.EventKind // event kinds whose word is the text or begins with it
	other   []predicate           // predicates to use if the text is not exactly the word of a kind
}

type predicate func(*poolstate.Credential, poolstate.Availability) bool

// maxLength is the maximum length of a filter in bytes. Parse rejects anything longer,
// such as a pasted file.
const maxLength = 256

// Parse parses terms separated by spaces, all of which must match. A term is either
// field:value or free text. Values separated by commas are alternatives, and "-" or "!"
// before a term negates it. Inside double quotes, spaces, commas, colons and signs have
// no special meaning. Case is ignored.
//
//	profile: provider: source: id: label:  a part of the field's text
//	state:   an availability or a prefix of one; out means all but ready
//	code:    429, 4xx, or a prefix of either
//	streak:  3  >2  >=2  <3  <=3  1..3, or none for an unknown streak;
//	         an observed streak counts if the file has none
//	model:   no condition: the availability is shown for this model; see [Filter.Model]
//	work     these letters in this order in the name; or part of the profile, provider,
//	         source, id, or the last failure's reason or message
//
// Quoted or negated free text must occur literally in the name or in one of these
// other fields.
//
// For the events, free text may also be the word of an event kind; see [Filter.MatchEvent].
//
// An incomplete term, such as state: or streak:>, matches everything, so that the table
// does not change while the operator types. On error, Parse returns the zero filter. It
// cleans any part of s that it quotes in the error.
func Parse(s string) (Filter, error) {
	if len(s) > maxLength {
		return Filter{}, fmt.Errorf("filter too long (at most %d bytes)", maxLength)
	}
	var f Filter
	for _, m := range termForm.FindAllStringSubmatch(fold(text.Clean(s, maxLength)), -1) {
		if m[2] == modelField {
			if m[1] != "" || len(valueForm.FindAllString(m[3], -1)) > 1 {
				return Filter{}, errors.New("model must be the name of one model")
			}
			f.model = strings.ReplaceAll(m[3], `"`, "")
			continue
		}
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

// ForModel returns the text of a filter that shows the availability for a model.
func ForModel(model string) string {
	model = strings.ReplaceAll(model, `"`, "")
	if strings.ContainsFunc(model, func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
		model = `"` + model + `"`
	}
	return modelField + ":" + model
}

var (
	// termForm matches an optional sign, an optional field and values. The last quoted
	// value may lack its closing quote.
	termForm  = regexp.MustCompile(`([-!]?),*(?:([^\p{Z}",:]+):)?((?:"[^"]*"?|[^\p{Z}"])*)`)
	valueForm = regexp.MustCompile(`(?:"[^"]*"?|[^,"])+`)
)

func parseTerm(negated bool, field, values string) (term, error) {
	t := term{negated: negated, profile: field == profileField}
	parse := parsers[field]
	if field != "" && parse == nil {
		name := text.Fit(text.Clean(field, text.RowLimit), 20)
		return t, fmt.Errorf(`no field "%s"; fields are profile, provider, state, code, streak, model, source, id and label`, name)
	}
	for _, v := range valueForm.FindAllString(values, -1) {
		plain := strings.ReplaceAll(v, `"`, "")
		if plain == "" {
			continue
		}
		if field == "" {
			// Negated text must match literally, or it would hide too much.
			p := freeText(plain, negated || plain != v)
			t.any = append(t.any, p)
			kinds, exact := eventKinds(v)
			t.kinds = append(t.kinds, kinds...)
			if !exact {
				t.other = append(t.other, p)
			}
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

// profileField and modelField are fields with special rules.
const profileField, modelField = "profile", "model"

// parsers maps each field to a parser for its values. A parser returns nil for an
// incomplete value.
var parsers = map[string]func(value string) (predicate, error){
	profileField: contains(func(c *poolstate.Credential) string { return c.Profile }),
	"provider":   contains(func(c *poolstate.Credential) string { return c.Provider }),
	"state":      parseState,
	"code":       parseCode,
	"streak":     parseStreak,
	"source":     contains(func(c *poolstate.Credential) string { return c.Source }),
	"id":         contains(func(c *poolstate.Credential) string { return c.ID }),
	"label":      contains(text.CredentialName),
}

// fold removes case distinctions. It converts to upper case first because some letters,
// such as sigma, have two lower-case forms.
func fold(s string) string { return strings.ToLower(strings.ToUpper(s)) }

// clean prepares text from the file, so that filters match what is on screen.
func clean(s string) string { return fold(text.Clean(s, text.RowLimit)) }

// contains returns a parser for values that must occur in a field's text.
func contains(field func(*poolstate.Credential) string) func(string) (predicate, error) {
	return func(part string) (predicate, error) {
		return func(c *poolstate.Credential, _ poolstate.Availability) bool {
			return strings.Contains(clean(field(c)), part)
		}, nil
	}
}

// freeText returns a predicate that searches a credential's text fields for part.
// Unless literal is set, a name also matches if it contains the letters of part in
// order.
func freeText(part string, literal bool) predicate {
	inName := hasLetters
	if literal {
		inName = strings.Contains
	}
	return func(c *poolstate.Credential, _ poolstate.Availability) bool {
		texts := []string{c.Profile, c.Provider, c.ID, c.Source, c.ErrorReason, text.Failure(c), c.ErrorMessage}
		return inName(fold(text.CredentialName(c)), part) ||
			slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(clean(s), part) })
	}
}

// eventKinds returns the kind of event with the given word, or the kinds whose words begin
// with it, so that a word matches while it is being typed. The prefix "file_", which the
// screen omits, is optional.
func eventKinds(word string) (kinds []poolstate.EventKind, exact bool) {
	for _, k := range poolstate.EventKinds() {
		for _, name := range []string{k.String(), strings.TrimPrefix(k.String(), "file_")} {
			switch {
			case name == word:
				return []poolstate.EventKind{k}, true
			case len(word) >= len("due") && strings.HasPrefix(name, word):
				kinds = append(kinds, k)
			}
		}
	}
	return kinds, false
}

// hasLetters reports whether s contains the letters in the given order.
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

// parseState parses a prefix of an availability or of "out", which means all but ready.
// An ambiguous prefix matches every state that it could mean.
func parseState(prefix string) (predicate, error) {
	const out = "out"
	var states []poolstate.Availability
	for _, a := range poolstate.Availabilities() {
		if strings.HasPrefix(a.String(), prefix) || a != poolstate.Ready && strings.HasPrefix(out, prefix) {
			states = append(states, a)
		}
	}
	if states == nil {
		return nil, errors.New("state must be ready, cooling, held, due, dead, unusable or out")
	}
	return func(_ *poolstate.Credential, a poolstate.Availability) bool { return slices.Contains(states, a) }, nil
}

// parseCode parses an HTTP status code in which x matches any digit. A value of fewer
// than three digits is a prefix.
func parseCode(value string) (predicate, error) {
	if strings.Trim(value, "0123456789x") != "" {
		return nil, errors.New("code must look like 429 or 4xx")
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

// streakForm matches a number, a comparison or a range, even if it is incomplete.
var streakForm = regexp.MustCompile(`^([<>]?=?)(-?\d{0,9})(\.(?:\.(-?\d{0,9}))?)?$`)

// parseStreak parses a number, a comparison, a range in either direction, or "none" for
// an unknown streak. A range without one of its bounds is open at that end.
func parseStreak(s string) (predicate, error) {
	const unknown = "none"
	if strings.HasPrefix(unknown, s) {
		return func(c *poolstate.Credential, _ poolstate.Availability) bool {
			_, known := c.Failures().Known()
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
	operator, low, high := cmp.Or(m[1], "="), bound(m[2], math.MinInt), bound(m[4], math.MaxInt)
	return func(c *poolstate.Credential, _ poolstate.Availability) bool {
		n, known := c.Failures().Known()
		if m[3] != "" { // a range
			return known && min(low, high) <= n && n <= max(low, high)
		}
		return known && strings.ContainsRune(operator, rune("<=>"[cmp.Compare(n, low)+1]))
	}, nil
}

// bound parses a bound of a range. It returns fallback if the bound is missing or incomplete.
func bound(s string, fallback int) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return fallback
}
