package poolstate

import (
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
	secrets []string
	// seen has a bit for each piece of a secret, so that a text without any
	// costs one look a character.
	seen [16]uint64
}

func newScrubber(secrets []string) *scrubber {
	s := &scrubber{}
	for _, secret := range secrets {
		if len(secret) < leakLength {
			continue
		}
		s.secrets = append(s.secrets, secret)
		for i := 0; i+leakLength <= len(secret); i++ {
			word, bit := place64(secret[i:])
			s.seen[word] |= bit
		}
	}
	return s
}

// secretsOf returns the secrets of an entry. One that a later duplicate of its
// key shadows is a secret all the same.
func (doc *document) secretsOf(o *object) []string {
	var secrets []string
	for _, m := range o.members {
		if IsSecretKey(m.key) {
			text, _ := textOf(doc.data[m.body.start:m.body.end])
			secrets = append(secrets, text)
		}
	}
	return secrets
}

// place64 is where the bitmap notes the piece with which a text begins.
func place64(text string) (word int, bit uint64) {
	var h uint64
	for i := range leakLength {
		h = h<<8 | uint64(text[i])
	}
	h *= 0x9e3779b97f4a7c15
	return int(h >> 60), 1 << (h >> 54 & 63)
}

// clean returns the text with every piece of a secret that is long enough to
// matter replaced.
func (s *scrubber) clean(text string) string {
	if len(s.secrets) == 0 || len(text) < leakLength {
		return text
	}
	var leaks []bool
	for i := 0; i+leakLength <= len(text); i++ {
		word, bit := place64(text[i:])
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
		if strings.Contains(secret, piece) {
			return true
		}
	}
	return false
}

// scrub cleans every text of the credential that can be shown.
func (c *Credential) scrub(s *scrubber) {
	if len(s.secrets) == 0 {
		return
	}
	for _, text := range []*string{
		&c.Label, &c.Source, &c.AuthType, &c.StatusText, &c.ErrorReason,
		&c.ErrorMessage, &c.FailureReason, &c.BaseURL, &c.Fingerprint,
	} {
		*text = s.clean(*text)
	}
	if plain, err := url.PathUnescape(c.BaseURL); err == nil && s.clean(plain) != plain {
		c.BaseURL = s.clean(plain) // characters beyond ASCII stand there escaped
	}
	for i := range c.ModelCooldowns {
		c.ModelCooldowns[i].Model = s.clean(c.ModelCooldowns[i].Model)
	}
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
