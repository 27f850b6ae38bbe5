package filter

import (
	"bytes"
	"strconv"
	"unicode"
	"unicode/utf8"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// Match reports whether the credential, with what it means at the instant, is
// one of those to show.
func (f Filter) Match(c *poolstate.Credential, a poolstate.Assessment) bool {
	if f.IsZero() {
		return true
	}
	var t texts
	return f.match(&t, c, a.Availability)
}

// match is Match with room for texts that many credentials share.
func (f Filter) match(t *texts, c *poolstate.Credential, a poolstate.Availability) bool {
	t.take(c)
	for i := range f.terms {
		if f.terms[i].matches(t, a) == f.terms[i].negated {
			return false
		}
	}
	return true
}

func (t *filterTerm) matches(of *texts, a poolstate.Availability) bool {
	for i := range t.values {
		if t.key.matches(&t.values[i], of, a) {
			return true
		}
	}
	return false
}

func (k filterKey) matches(v *filterValue, t *texts, a poolstate.Availability) bool {
	switch k {
	case keyProvider:
		return t.contain(textProvider, v.text)
	case keyState:
		return v.states&(1<<a) != 0
	case keyCode:
		code, ok := t.c.ErrorCode.Get()
		return ok && codeMatches(code, v.text)
	case keyStreak:
		n, known := t.c.Streak.Known()
		if v.unknown || !known {
			return v.unknown && !known
		}
		return v.from <= n && n <= v.to
	case keySource:
		return t.contain(textSource, v.text)
	case keyID:
		return t.contain(textID, v.text)
	case keyLabel:
		return t.contain(textName, v.text)
	}
	return t.matchFree(v)
}

// codeDigits is how many digits an HTTP status code has.
const codeDigits = 3

// codeMatches compares digit by digit; x is any of them. A pattern with fewer
// digits than a code is the beginning of one.
func codeMatches(code int, pattern []byte) bool {
	var room [20]byte
	digits := strconv.AppendInt(room[:0], int64(code), 10)
	if len(pattern) > len(digits) || len(pattern) < len(digits) && len(pattern) >= codeDigits {
		return false
	}
	for i := range len(pattern) {
		if pattern[i] != digits[i] && (pattern[i] != 'x' || digits[i] == '-') {
			return false
		}
	}
	return true
}

// textKind is one of the texts of a credential.
type textKind uint8

const (
	textName textKind = iota
	textProvider
	textID
	textSource
	textReason
	textMessage
	textKinds
)

// texts are what a credential says, cleaned and folded when they are first
// asked for, in memory that the next credential uses again.
type texts struct {
	c     *poolstate.Credential
	buf   []byte
	spans [textKinds]struct{ from, to int }
	known [textKinds]bool
}

// take turns to another credential.
func (t *texts) take(c *poolstate.Credential) {
	t.c, t.buf, t.known = c, t.buf[:0], [textKinds]bool{}
}

func (t *texts) of(k textKind) []byte {
	span := &t.spans[k]
	if !t.known[k] {
		t.known[k] = true
		span.from = len(t.buf)
		t.read(k)
		span.to = len(t.buf)
	}
	return t.buf[span.from:span.to]
}

func (t *texts) read(k textKind) {
	switch c := t.c; k {
	case textName:
		t.buf = appendFolded(t.buf, text.CredentialName(c))
	case textProvider:
		t.buf = appendFolded(t.buf, text.Clean(c.Provider, text.RowLimit))
	case textID:
		t.buf = appendFolded(t.buf, text.Clean(c.ID, text.RowLimit))
	case textSource:
		t.buf = appendFolded(t.buf, text.Clean(c.Source, text.RowLimit))
	case textReason:
		t.readReason()
	case textMessage:
		t.buf = appendFolded(t.buf, text.Clean(c.ErrorMessage, text.RowLimit))
	}
}

// readReason takes the reason as the file has it and, behind a line break, which
// no filter can contain, what a row says in its place: "429 usage limit".
func (t *texts) readReason() {
	from := len(t.buf)
	t.buf = appendFolded(t.buf, text.Clean(t.c.ErrorReason, text.RowLimit))
	to := len(t.buf)
	t.buf = append(t.buf, '\n')
	code, coded := t.c.ErrorCode.Get()
	if coded {
		t.buf = strconv.AppendInt(t.buf, int64(code), 10)
		t.buf = append(t.buf, ' ')
	}
	words, known := text.Reasons[t.c.ErrorReason]
	if coded && from == to {
		words, known = text.CodeWords[code]
	}
	if known {
		t.buf = append(t.buf, words...)
		return
	}
	for _, b := range t.buf[from:to] {
		if b == '_' {
			b = ' '
		}
		t.buf = append(t.buf, b)
	}
}

func (t *texts) contain(k textKind, part []byte) bool {
	return bytes.Contains(t.of(k), part)
}

func (t *texts) matchFree(v *filterValue) bool {
	match := hasLetters
	if v.literal {
		match = bytes.Contains
	}
	if match(t.of(textName), v.text) {
		return true
	}
	for k := textProvider; k < textKinds; k++ {
		if t.contain(k, v.text) {
			return true
		}
	}
	return false
}

// hasLetters reports whether text has the letters of pattern in their order.
func hasLetters(text, pattern []byte) bool {
	for _, r := range string(pattern) {
		i := bytes.IndexRune(text, r)
		if i < 0 {
			return false
		}
		text = text[i+utf8.RuneLen(r):]
	}
	return true
}

func appendFolded(b []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf {
			return appendFoldedRunes(b, s[i:])
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		b = append(b, c)
	}
	return b
}

func appendFoldedRunes(b []byte, s string) []byte {
	for _, r := range s {
		b = utf8.AppendRune(b, fold(r))
	}
	return b
}

// fold makes the cases of a letter one. Some letters have more than two, such as
// the sigmas, which only their capital brings together.
func fold(r rune) rune {
	switch {
	case 'A' <= r && r <= 'Z':
		return r + 'a' - 'A'
	case r < utf8.RuneSelf:
		return r
	}
	return unicode.ToLower(unicode.ToUpper(r))
}
