package poolstate

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"pooltop/poolstate/internal/jsonedit"
	"pooltop/poolstate/internal/redact"
)

// Digest identifies a secret without holding it. The zero value means no secret.
type Digest = redact.Digest

// Secret is a token on its way into the file. It prints as a placeholder, and
// only the store can read it.
type Secret = redact.Secret

// NewSecret returns the secret of a token.
func NewSecret(token string) Secret { return redact.NewSecret(token) }

// scrubber returns a scrubber of all secrets in the document. The texts of the pool
// are added to it; others take longer to clean.
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

// kind classifies the texts below a key.
type kind uint8

const (
	kindText   kind = iota
	kindHeader      // secrets if they are directly below the key or in a list
	kindSecret      // secrets at any depth
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

// addSecrets makes known to the scrubber every text that a value holds below the
// key of a secret, at any depth, and all of it if the value itself is secret.
// Values that duplicate keys shadow count too.
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

// addSecret adds the secrets in one text. The name of a provider is none: it may
// replace a token that is not needed.
func (doc *document) addSecret(text []byte, key string, k kind) {
	switch {
	case k == kindText && key == keyFingerprint:
		doc.scrub.AddFingerprint(string(text))
	case doc.lists[string(text)] == nil || bytes.ContainsAny(text, "0123456789"):
		doc.scrub.AddValue(text, k != kindText)
	}
}

// addTexts announces the strings and the unknown keys of a value that is shown.
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

// unquoted returns the text of a JSON string, in place if it has no escapes.
func unquoted(raw []byte) []byte {
	if len(raw) > 1 && raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	text, _ := jsonedit.Text(raw)
	return []byte(text)
}

// scrub cleans the texts of the credential. An id that holds a part of a secret
// counts as missing.
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

// scrubNames cleans the names of providers, and keeps them distinct.
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
