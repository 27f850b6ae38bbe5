// Package filter chooses the credentials to show and sorts them: it parses what an
// operator types, matches credentials against it and groups them by provider.
package filter

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// Filter chooses the credentials to show. The zero value matches everything.
type Filter struct{ terms []filterTerm }

// IsZero reports whether the filter matches everything.
func (f Filter) IsZero() bool { return len(f.terms) == 0 }

// maxFilter is how many bytes a filter may have. Nobody types as much; a whole
// file that was pasted by mistake is refused before it is looked at.
const maxFilter = 256

// Parse reads what a person types: terms between blanks, all of which must
// match. A term is key:value or free text, its values separated by commas are
// alternatives, "-" or "!" before it negates it, and double quotes keep blanks
// and the other signs as they are. Case never matters.
//
//	provider: source: id: label:  a part of it
//	state:   an availability or the beginning of one; out is all but ready
//	code:    429, 4xx, or the beginning of one
//	streak:  3  >2  >=2  <3  <=3  1..3  none, which is unknown
//	work     the letters of it, in their order, in the name; or a part of
//	         provider, source, id, or what is said of the last failure
//
// A quoted "work", or a negated one, has to be a part of the name as it stands.
//
// A term that is not finished, such as state: or streak:>, matches everything,
// so that the table holds still while one types. Errors are one clause for the
// person who types; the filter is then zero.
func Parse(s string) (Filter, error) {
	if len(s) > maxFilter {
		return Filter{}, fmt.Errorf("too long: %d bytes at the most", maxFilter)
	}
	l := lexer{}
	for _, r := range text.Clean(s, maxFilter) {
		l.take(r)
	}
	l.endTerm()
	var f Filter
	for _, raw := range l.terms {
		t, err := raw.parse()
		if err != nil {
			return Filter{}, err
		}
		if len(t.values) > 0 {
			f.terms = append(f.terms, t)
		}
	}
	return f, nil
}

// filterKey is what a term asks about.
type filterKey uint8

const (
	keyProvider filterKey = iota
	keyState
	keyCode
	keyStreak
	keySource
	keyID
	keyLabel
	keyAny // free text
)

// filterKeys are the words for the keys, as they are typed.
var filterKeys = [...]string{"provider", "state", "code", "streak", "source", "id", "label"}

// filterTerm is a condition on a credential: that any of the values matches, or none.
type filterTerm struct {
	key     filterKey
	negated bool
	values  []filterValue
}

// filterValue is one alternative of a term; which fields count depends on the key.
type filterValue struct {
	text     []byte // folded
	literal  bool   // was quoted: no fuzzy matching
	states   uint8  // a bit for each availability
	from, to int    // of streaks, both included
	unknown  bool   // the unknown streak, instead of a range
}

// rawTerm is a term before its values are understood.
type rawTerm struct {
	negated bool
	key     string
	values  []rawValue
}

type rawValue struct {
	text   string
	quoted bool
}

// lexer splits cleaned text into terms.
type lexer struct {
	terms    []rawTerm
	cur      rawTerm
	text     []byte
	begun    bool // anything of the term was seen
	quoted   bool // anything of the value was in quotes
	inQuotes bool
}

func (l *lexer) take(r rune) {
	switch {
	case r == '"':
		l.inQuotes = !l.inQuotes
		l.quoted = true
	case !l.inQuotes && unicode.IsSpace(r):
		l.endTerm()
		return
	case !l.inQuotes && !l.begun && (r == '-' || r == '!'):
		l.cur.negated = true
	case !l.inQuotes && r == ',':
		l.endValue()
	case !l.inQuotes && r == ':' && l.maybeKey():
		l.cur.key, l.text = string(l.text), nil
	default:
		l.text = utf8.AppendRune(l.text, fold(r))
	}
	l.begun = true
}

// maybeKey reports whether what was read of a term can be a key.
func (l *lexer) maybeKey() bool {
	return l.cur.key == "" && len(l.cur.values) == 0 && !l.quoted && len(l.text) > 0
}

func (l *lexer) endValue() {
	if len(l.text) > 0 {
		l.cur.values = append(l.cur.values, rawValue{string(l.text), l.quoted})
	}
	l.text, l.quoted = l.text[:0], false
}

func (l *lexer) endTerm() {
	l.endValue()
	if l.cur.key != "" || len(l.cur.values) > 0 {
		l.terms = append(l.terms, l.cur)
	}
	l.cur, l.begun = rawTerm{}, false
}

// parse leaves out values that are not finished.
func (raw *rawTerm) parse() (filterTerm, error) {
	t := filterTerm{key: keyAny, negated: raw.negated}
	if raw.key != "" {
		i := slices.Index(filterKeys[:], raw.key)
		if i < 0 {
			return t, fmt.Errorf("%s: no such key, use %s", text.Fit(text.Clean(raw.key, text.RowLimit), 20), oneOf(filterKeys[:]))
		}
		t.key = filterKey(i)
	}
	for _, v := range raw.values {
		parsed, finished, err := t.key.parse(v)
		if err != nil {
			return t, err
		}
		// A negated word hides what has it, and not what merely has its letters.
		parsed.literal = parsed.literal || t.negated
		if finished {
			t.values = append(t.values, parsed)
		}
	}
	return t, nil
}

// oneOf lists words as a sentence does.
func oneOf(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func (k filterKey) parse(raw rawValue) (v filterValue, finished bool, err error) {
	v = filterValue{text: []byte(raw.text), literal: raw.quoted}
	switch k {
	case keyState:
		v.states = statesFrom(raw.text)
		if v.states == 0 {
			return v, false, errState
		}
	case keyCode:
		if strings.Trim(raw.text, "0123456789x") != "" {
			return v, false, errCode
		}
	case keyStreak:
		return streaksFrom(raw.text)
	}
	return v, true, nil
}

var (
	errState = func() error {
		words := make([]string, 0, len(poolstate.Availabilities)+1)
		for _, a := range poolstate.Availabilities {
			words = append(words, a.String())
		}
		return errors.New("state: needs " + oneOf(append(words, stateOut)))
	}()
	errCode   = errors.New("code: needs a number such as 429 or 4xx")
	errStreak = errors.New("streak: needs a number such as 2, >2 or 1..3")
)

// stateOut is the word for all that is not ready.
const stateOut = "out"

// statesFrom returns the availabilities whose words begin so. One that fits
// several of them is not finished, and fits them all.
func statesFrom(begin string) uint8 {
	var states uint8
	for _, a := range poolstate.Availabilities {
		if strings.HasPrefix(a.String(), begin) || a != poolstate.Ready && strings.HasPrefix(stateOut, begin) {
			states |= 1 << a
		}
	}
	return states
}

// streakNone is the word for the unknown streak.
const streakNone = "none"

// streaksFrom reads a number, a comparison, a range in either direction, or
// none. A range without an end is open there.
func streaksFrom(s string) (v filterValue, finished bool, err error) {
	if strings.HasPrefix(streakNone, s) {
		return filterValue{unknown: true}, true, nil
	}
	if strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "..") {
		s += "." // on the way to 1..3
	}
	first, last, isRange := strings.Cut(s, "..")
	sign := ""
	if !isRange {
		first = strings.TrimLeft(s, "<>=")
		sign, last = s[:len(s)-len(first)], first
	}
	from, begun, err1 := streakBound(first, math.MinInt)
	to, ended, err2 := streakBound(last, math.MaxInt)
	if err1 != nil || err2 != nil {
		return v, false, errStreak
	}
	v.from, v.to = min(from, to), max(from, to)
	switch sign {
	case "", "=":
	case ">=":
		v.to = math.MaxInt
	case "<=":
		v.from = math.MinInt
	case ">":
		v.from, v.to = from+1, math.MaxInt
	case "<":
		v.from, v.to = math.MinInt, to-1
	default:
		return v, false, errStreak
	}
	return v, begun || ended, nil
}

// maxStreak is the largest number that a person may ask for. Such a bound can be
// moved by one; a garbled file may count further.
const maxStreak = math.MaxInt32

// streakBound reads a number; one that is not there yet is open.
func streakBound(s string, open int) (n int, given bool, err error) {
	if s == "" || s == "-" {
		return open, false, nil
	}
	n, err = strconv.Atoi(s)
	if err == nil && (n > maxStreak || n < -maxStreak) {
		err = strconv.ErrRange
	}
	return n, true, err
}
