// Package filter chooses the credentials to list and sorts them: it parses what an
// operator types, matches credentials against it, and groups them by provider.
package filter

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

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

// maxLength is the longest filter, in bytes, so that a pasted file is refused
// before it is parsed.
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
	for _, raw := range split(fold(text.Clean(s, maxLength))) {
		t, err := raw.parse()
		if err != nil {
			return Filter{}, err
		}
		if len(t.any) > 0 {
			f.terms = append(f.terms, t)
		}
	}
	return f, nil
}

// rawTerm is a term whose values are not parsed yet.
type rawTerm struct {
	negated bool
	field   string // "" for free text
	values  []rawValue
}

type rawValue struct {
	text   string
	quoted bool // at least in part
}

// split splits cleaned text into terms.
func split(s string) []rawTerm {
	var (
		terms           []rawTerm
		term            rawTerm
		value           rawValue
		begun, inQuotes bool
	)
	endValue := func() {
		if value.text != "" {
			term.values = append(term.values, value)
		}
		value = rawValue{}
	}
	endTerm := func() {
		endValue()
		terms = append(terms, term)
		term, begun = rawTerm{}, false
	}
	for _, r := range s {
		isField := term.field == "" && len(term.values) == 0 && value.text != ""
		switch {
		case r == '"':
			inQuotes, value.quoted = !inQuotes, true
		case inQuotes:
			value.text += string(r)
		case unicode.IsSpace(r):
			endTerm()
			continue
		case !begun && (r == '-' || r == '!'):
			term.negated = true
		case r == ',':
			endValue()
		case r == ':' && isField:
			term.field, value.text = value.text, ""
		default:
			value.text += string(r)
		}
		begun = true
	}
	endTerm()
	return terms
}

func (raw *rawTerm) parse() (term, error) {
	t := term{negated: raw.negated}
	if raw.field == "" {
		for _, v := range raw.values {
			// A negated word hides what contains it, not what merely has its letters.
			t.any = append(t.any, freeText(v.text, v.quoted || raw.negated))
		}
		return t, nil
	}
	var fields []string
	for _, p := range parsers {
		if fields = append(fields, p.field); p.field != raw.field {
			continue
		}
		for _, v := range raw.values {
			predicate, err := p.parse(v.text)
			if err != nil {
				return t, err
			}
			if predicate != nil {
				t.any = append(t.any, predicate)
			}
		}
		return t, nil
	}
	name := text.Fit(text.Clean(raw.field, text.RowLimit), 20)
	return t, fmt.Errorf(`no field "%s"; fields are %s`, name, joinWords(fields, "and"))
}

// joinWords joins words as a sentence does.
func joinWords(words []string, conjunction string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " " + conjunction + " " + words[last]
}
