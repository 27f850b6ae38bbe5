package poolstate

import (
	"bytes"
	"net/url"
	"strings"
	"unicode/utf8"
)

// leakLength is from how many characters on a piece of a secret counts as a
// leak.
const leakLength = len(redacted)

// scrubber takes the secrets of an entry out of its other texts: providers
// quote keys in their messages, and people paste them into labels.
type scrubber struct {
	secrets [][]byte
	// seen has a bit for each four characters in a row of a secret, so that a
	// text without any costs few looks.
	seen [16]uint64
}

const (
	gramLength = 4
	// stride is how far apart to look: whichever eight characters leak, one of
	// the five fours in them begins at a multiple of it.
	stride = leakLength - gramLength + 1
)

// scrubberOf returns what takes the secrets of an entry out of a text.
func (doc *document) scrubberOf(o *object) *scrubber {
	s := &scrubber{}
	for i := range o.members {
		s.addMember(doc.data, &o.members[i])
	}
	return s
}

// addMember adds the value of a member if it is a secret, and what of it is one
// further inside. One that a later duplicate of its key shadows is a secret all
// the same.
func (s *scrubber) addMember(data []byte, m *member) {
	raw, secret := data[m.body.start:m.body.end], m.traits&traitSecret != 0
	switch {
	case raw[0] == '{' || raw[0] == '[':
		s.addNested(raw, secret)
	case secret:
		text, _ := unquoted(raw)
		s.add(text)
	}
}

// addNested adds the texts of an object or array that stand below the key of a
// secret, at any depth; all of them if the whole is one.
func (s *scrubber) addNested(raw []byte, secret bool) {
	until := 0 // where the value of such a key ends
	if secret {
		until = len(raw)
	}
	for at := 0; at < len(raw); {
		if raw[at] != '"' {
			at++
			continue
		}
		end := textEnd(raw, at)
		next := end
		for next < len(raw) && isSpace(raw[next]) {
			next++
		}
		switch isKey := next < len(raw) && raw[next] == ':'; {
		case isKey && at >= until:
			if name, _ := textOf(raw[at:end]); IsSecretKey(name) {
				until = valueEnd(raw, valueStart(raw, end))
			}
		case !isKey && at < until:
			text, _ := unquoted(raw[at:end])
			s.add(text)
		}
		at = end
	}
}

// add adds a secret, which must not be changed afterwards.
func (s *scrubber) add(secret []byte) {
	if len(secret) < leakLength {
		return
	}
	s.secrets = append(s.secrets, secret)
	for i := 0; i+gramLength <= len(secret); i++ {
		word, bit := gramAt(secret, i)
		s.seen[word] |= bit
	}
}

// reset forgets all secrets.
func (s *scrubber) reset() { s.secrets, s.seen = s.secrets[:0], [16]uint64{} }

// gramAt is where the bitmap notes the four characters at a place of a text.
func gramAt[T string | []byte](text T, i int) (word uint32, bit uint64) {
	gram := uint32(text[i]) | uint32(text[i+1])<<8 | uint32(text[i+2])<<16 | uint32(text[i+3])<<24
	h := gram * 0x9e3779b1
	return h >> 28, 1 << (h >> 22 & 63)
}

// suspects reports whether a text may hold a piece of a secret.
func (s *scrubber) suspects(text string) bool {
	for i := 0; i+gramLength <= len(text); i += stride {
		if word, bit := gramAt(text, i); s.seen[word]&bit != 0 {
			return true
		}
	}
	return false
}

// clean returns the text with every piece of a secret that is long enough to
// matter replaced.
func (s *scrubber) clean(text string) string {
	if len(s.secrets) == 0 || len(text) < leakLength || !s.suspects(text) {
		return text
	}
	var leaks []bool
	for i := 0; i+leakLength <= len(text); i++ {
		word, bit := gramAt(text, i)
		if s.seen[word]&bit == 0 || !s.has(text[i:i+leakLength]) {
			continue
		}
		if leaks == nil {
			leaks = make([]bool, len(text))
		}
		from, to := runesAround(text, i, i+leakLength)
		for j := from; j < to; j++ {
			leaks[j] = true
		}
	}
	if leaks == nil {
		return text
	}
	return withoutLeaks(text, leaks)
}

// withoutLeaks returns the text with a word in the place of each run of bytes
// that leak.
func withoutLeaks(text string, leaks []bool) string {
	var b strings.Builder
	for i := range len(text) {
		switch {
		case !leaks[i]:
			b.WriteByte(text[i])
		case i == 0 || !leaks[i-1]:
			b.WriteString(redacted)
		}
	}
	return b.String()
}

// runesAround widens a range of bytes until it cuts no character apart.
func runesAround(text string, from, to int) (int, int) {
	for from > 0 && !utf8.RuneStart(text[from]) {
		from--
	}
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to++
	}
	return from, to
}

func (s *scrubber) has(piece string) bool {
	for _, secret := range s.secrets {
		if bytes.Contains(secret, []byte(piece)) {
			return true
		}
	}
	return false
}

// scrub cleans every text of the credential that can be shown, and notes which
// of those that must stay as they are hold a secret.
func (c *Credential) scrub(s *scrubber) {
	if len(s.secrets) == 0 {
		return
	}
	c.idLeaks, c.providerLeaks = s.clean(c.ID) != c.ID, s.clean(c.Provider) != c.Provider
	for _, text := range [...]*string{
		&c.Label, &c.Source, &c.AuthType, &c.StatusText, &c.ErrorReason,
		&c.ErrorMessage, &c.FailureReason, &c.Fingerprint,
	} {
		*text = s.clean(*text)
	}
	c.BaseURL = s.cleanURL(c.BaseURL)
	for i := range c.ModelCooldowns {
		c.ModelCooldowns[i].Model = s.clean(c.ModelCooldowns[i].Model)
	}
}

// cleanURL is clean for a URL, in which characters beyond ASCII stand escaped.
func (s *scrubber) cleanURL(raw string) string {
	clean := s.clean(raw)
	if clean == raw && strings.IndexByte(raw, '%') < 0 {
		return raw
	}
	if plain, err := url.PathUnescape(clean); err == nil && s.clean(plain) != plain {
		return s.clean(plain)
	}
	return clean
}

// endpointOf keeps of a URL what names the place, and drops what may let one in:
// user, password and query.
func endpointOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
