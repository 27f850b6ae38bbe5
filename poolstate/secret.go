package poolstate

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"pooltop/poolstate/internal/jsonedit"
	"pooltop/poolstate/internal/redact"
)

// Digest identifies a secret without containing it. The zero value means no secret.
type Digest = redact.Digest

// Secret is a token to be written to the file. It prints as a placeholder. Code outside
// poolstate cannot read the token.
type Secret = redact.Secret

// NewSecret returns token as a Secret.
func NewSecret(token string) Secret { return redact.NewSecret(token) }

// scrubber returns a scrubber for all secrets in the document. The strings of the pool
// are indexed; other text takes longer to clean.
func (doc *document) scrubber() *redact.Scrubber {
	if doc.scrub == nil {
		doc.scrub = &redact.Scrubber{}
		doc.addSecrets(doc.root, "", kindText)
		if doc.pool != nil {
			doc.addTexts(doc.pool)
		}
	}
	return doc.scrub
}

// Scrub replaces the file's secrets in each string with a placeholder. If the file cannot
// be read, it leaves the strings unchanged.
func (s *Store) Scrub(texts ...*string) error {
	var doc *document
	_, err := s.read(func(data []byte) (err error) {
		doc, err = parse(data)
		return err
	})
	if err != nil {
		return err
	}
	scrubber := doc.scrubber()
	for _, text := range texts {
		scrubber.AddText([]byte(*text))
	}
	for _, text := range texts {
		*text = scrubber.Clean(*text)
	}
	return nil
}

// kind classifies the strings below a key.
type kind uint8

const (
	kindText   kind = iota
	kindHeader      // secret if directly below the key or in a list
	kindSecret      // secret at any depth
)

func kindOf(key string, parent kind) kind {
	switch {
	case parent == kindSecret || redact.IsSecretKey(key):
		return kindSecret
	case redact.IsHeaderKey(key):
		return kindHeader
	}
	return kindText
}

// addSecrets adds the secrets in v to the scrubber. key is the key of v, and k its
// kind. Values of duplicate keys are included.
func (doc *document) addSecrets(v *jsonedit.Value, key string, k kind) {
	if v.Raw[0] == '"' {
		doc.addSecret(unquoted(v.Raw), key, k)
	}
	for i := range v.Items {
		doc.addSecrets(&v.Items[i], key, k)
	}
	for i := range v.Members {
		m := &v.Members[i]
		doc.addSecrets(&m.Value, m.Key, kindOf(m.Key, k))
	}
}

// addSecret adds the secrets in one string. It ignores provider names without digits,
// which people enter as dummy tokens.
func (doc *document) addSecret(text []byte, key string, k kind) {
	switch {
	case k == kindText && key == keyFingerprint:
		doc.scrub.AddFingerprint(string(text))
	case doc.lists[string(text)] == nil || bytes.ContainsAny(text, "0123456789"):
		doc.scrub.AddValue(text, k != kindText)
	}
}

// addTexts adds the strings and unknown keys in v to the strings that the scrubber
// indexes, except for secrets.
func (doc *document) addTexts(v *jsonedit.Value) {
	if v.Raw[0] == '"' {
		doc.scrub.AddText(unquoted(v.Raw))
	}
	for i := range v.Items {
		doc.addTexts(&v.Items[i])
	}
	for i := range v.Members {
		m := &v.Members[i]
		if _, known := setters[m.Key]; !known {
			doc.scrub.AddText([]byte(m.Key))
		}
		if m.Key == keyBaseURL {
			doc.scrub.AddText([]byte(redact.Endpoint(string(unquoted(m.Value.Raw)))))
		}
		if !redact.IsSecretKey(m.Key) {
			doc.addTexts(&m.Value)
		}
	}
}

// unquoted decodes a JSON string. The result shares memory with raw if raw has no escapes.
func unquoted(raw []byte) []byte {
	if len(raw) > 1 && raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	text, _ := jsonedit.Text(raw)
	return []byte(text)
}

// scrub cleans the strings of the credential. It removes an id that contains part of a
// secret.
func (c *Credential) scrub(s *redact.Scrubber) {
	if c.idLeaks = s.Clean(c.ID) != c.ID; c.idLeaks {
		c.ID = ""
	}
	for _, text := range [...]*string{
		&c.Label, &c.Source, &c.AuthType, &c.StatusText, &c.ErrorReason,
		&c.ErrorMessage, &c.FailureReason, &c.Fingerprint, &c.BaseURL,
	} {
		*text = s.Clean(*text)
	}
	for i := range c.ModelCooldowns {
		c.ModelCooldowns[i].Model = s.Clean(c.ModelCooldowns[i].Model)
	}
}

// scrubNames cleans the names of the providers and keeps them distinct.
func (doc *document) scrubNames() {
	for _, name := range slices.Sorted(maps.Keys(doc.lists)) {
		clean := doc.scrubber().Clean(name)
		if clean == name {
			continue
		}
		list := doc.lists[name]
		delete(doc.lists, name)
		unique := clean
		for n := 2; doc.lists[unique] != nil; n++ {
			unique = fmt.Sprintf("%s %d", clean, n)
		}
		doc.lists[unique] = list
	}
}
