package redact

import (
	"cmp"
	"encoding/binary"
	"iter"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// MinLeak is the number of consecutive bytes of a secret that are considered a leak.
// Shorter secrets are not scrubbed, because they would match ordinary words.
const MinLeak = 8

// Scrubber removes secrets from text. Providers quote API keys in their messages, and
// people paste them into labels. The zero value has no secrets and is ready to use.
//
// A file has many secrets and many strings, and most strings contain no secret. A Scrubber
// therefore indexes the strings, not the secrets. Add all secrets and fingerprints first and
// then all strings, so that one pass finds all leaks.
type Scrubber struct {
	secrets      [][]byte
	fingerprints map[Digest]bool
	texts        map[string]bool
	pending      []string            // strings that have not been searched yet
	leaks        map[uint64]struct{} // windows that occur both in a searched string and in a secret
}

// AddSecret adds a secret. The Scrubber retains the slice.
func (s *Scrubber) AddSecret(secret []byte) {
	if len(secret) > maxPublic || len(secret) >= MinLeak && !isPublic(string(secret)) {
		s.secrets = append(s.secrets, secret)
	}
}

// AddFingerprint adds a secret that is known only by its fingerprint. A fingerprint can match
// only the whole secret. Once a string contains all of it, parts of the secret are scrubbed too.
func (s *Scrubber) AddFingerprint(fingerprint string) {
	if d := DigestOfFingerprint(fingerprint); !d.IsZero() {
		if s.fingerprints == nil {
			s.fingerprints = map[Digest]bool{}
		}
		s.fingerprints[d] = true
	}
}

// maxText is the maximum length of a string in bytes; Clean cuts longer ones. maxBatch is how
// many bytes are searched at once, which limits memory use.
const maxText, maxBatch = 2 << 20, 1 << 20

// AddText indexes a string that will be cleaned later.
func (s *Scrubber) AddText(text []byte) {
	if len(text) < MinLeak || len(text) > maxText || s.texts[string(text)] {
		return
	}
	if s.texts == nil {
		s.texts = map[string]bool{}
	}
	known := string(text)
	s.texts[known] = true
	s.pending = append(s.pending, known)
}

// windows returns an iterator over the offsets of all substrings of MinLeak bytes, and
// the substrings as numbers, which are faster as map keys.
func windows(text []byte) iter.Seq2[int, uint64] {
	return func(yield func(int, uint64) bool) {
		for i := range len(text) - MinLeak + 1 {
			if !yield(i, binary.LittleEndian.Uint64(text[i:])) {
				return
			}
		}
	}
}

// search finds the leaks in the pending strings.
func (s *Scrubber) search() {
	if s.leaks == nil {
		s.leaks = map[uint64]struct{}{}
	}
	found := map[uint64]struct{}{}
	for len(s.pending) > 0 {
		clear(found)
		for size := 0; size < maxBatch && len(s.pending) > 0; s.pending = s.pending[1:] {
			size += len(s.pending[0])
			for r := range readings(s.pending[0]) {
				s.findFingerprinted(r.text)
				for _, w := range windows([]byte(r.text)) {
					found[w] = struct{}{}
				}
			}
		}
		for _, secret := range s.secrets {
			for _, w := range windows(secret) {
				if _, ok := found[w]; ok {
					s.leaks[w] = struct{}{}
				}
			}
		}
	}
}

// findFingerprinted adds words with a known fingerprint to the secrets.
func (s *Scrubber) findFingerprinted(text string) {
	if len(s.fingerprints) == 0 {
		return
	}
	for word := range words(text) {
		if s.fingerprints[DigestOf(word)] {
			s.AddSecret([]byte(word))
		}
	}
}

// span is a part of a string, in bytes.
type span struct{ from, to int }

// Clean returns text with each part that contains [MinLeak] or more consecutive bytes
// of a secret replaced by a placeholder. It also finds secrets that are encoded for
// URLs, in JSON or in base64. It replaces whole characters.
func (s *Scrubber) Clean(text string) string {
	if len(text) < MinLeak || len(s.secrets)+len(s.fingerprints) == 0 || isPublic(text) {
		return text
	}
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
	}
	if !s.texts[text] {
		s.AddText([]byte(text))
	}
	s.search()
	if len(s.leaks) == 0 {
		return text
	}
	return replace(text, s.leaksIn(text))
}

// leaksIn returns the leaks in a string that was searched, sorted.
func (s *Scrubber) leaksIn(text string) []span {
	var found []span
	for r := range readings(text) {
		for i, w := range windows([]byte(r.text)) {
			if _, ok := s.leaks[w]; ok {
				found = append(found, r.span(i, i+MinLeak))
			}
		}
	}
	slices.SortFunc(found, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	return found
}

// replace replaces spans of text with placeholders. Adjacent spans share a placeholder.
func replace(text string, spans []span) string {
	var b strings.Builder
	end := 0 // end of the last span; everything before it is in b
	for i, s := range spans {
		for s.from > 0 && !utf8.RuneStart(text[s.from]) {
			s.from--
		}
		for s.to < len(text) && !utf8.RuneStart(text[s.to]) {
			s.to++
		}
		if s.from > end || i == 0 {
			b.WriteString(text[end:s.from])
			b.WriteString(Redacted)
		}
		end = max(end, s.to)
	}
	b.WriteString(text[end:])
	return b.String()
}

// Endpoint returns the scheme, host and path of a URL, without the parts that may contain
// credentials. It returns an empty string if raw is not a URL with a host.
func Endpoint(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
