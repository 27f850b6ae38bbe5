package redact

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// MinLeak is how many bytes in a row of a secret count as a leak. Shorter
// secrets are not scrubbed: they would match ordinary words.
const MinLeak = 8

// Scrubber removes secrets from text: providers quote keys in their messages,
// and people paste them into labels. The zero value knows no secret.
type Scrubber struct {
	secrets []string
	seen    [16]uint64 // a Bloom filter of their four-byte sequences, for speed
}

// Add makes a secret known.
func (s *Scrubber) Add(secret string) {
	if len(secret) < MinLeak {
		return
	}
	s.secrets = append(s.secrets, secret)
	for i := 0; i+4 <= len(secret); i++ {
		word, bit := filterBit(secret[i:])
		s.seen[word] |= bit
	}
}

// filterBit returns where the filter has the first four bytes of text.
func filterBit(text string) (word uint32, bit uint64) {
	h := (uint32(text[0]) | uint32(text[1])<<8 | uint32(text[2])<<16 | uint32(text[3])<<24) * 0x9e3779b1
	return h >> 28, 1 << (h >> 22 & 63)
}

func (s *Scrubber) leaksAt(text string) bool {
	if word, bit := filterBit(text); s.seen[word]&bit == 0 {
		return false
	}
	return slices.ContainsFunc(s.secrets, func(secret string) bool { return strings.Contains(secret, text[:MinLeak]) })
}

// Clean returns text with a placeholder for every part that holds [MinLeak] or
// more bytes in a row of a secret. Whole characters are replaced.
func (s *Scrubber) Clean(text string) string {
	if len(s.secrets) == 0 {
		return text
	}
	var b strings.Builder
	end := 0 // end of the last leak; everything before it is in b
	for i := 0; i+MinLeak <= len(text); i++ {
		if !s.leaksAt(text[i:]) {
			continue
		}
		from, to := i, i+MinLeak
		for from > 0 && !utf8.RuneStart(text[from]) {
			from--
		}
		for to < len(text) && !utf8.RuneStart(text[to]) {
			to++
		}
		if from > end || end == 0 { // else it continues the last leak
			b.WriteString(text[end:from])
			b.WriteString(Redacted)
		}
		end = to
	}
	if end == 0 {
		return text
	}
	b.WriteString(text[end:])
	return b.String()
}

// CleanURL is Clean for a URL, in which a secret may be percent-encoded.
func (s *Scrubber) CleanURL(raw string) string {
	clean := s.Clean(raw)
	if plain, err := url.PathUnescape(clean); err == nil && s.Clean(plain) != plain {
		return s.Clean(plain)
	}
	return clean
}

// Endpoint returns the scheme, host and path of a URL, without parts that may hold
// credentials. It is empty for text that is not a URL with a host.
func Endpoint(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
