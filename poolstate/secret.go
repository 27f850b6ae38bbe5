package poolstate

import (
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

// Secrets returns a function that reports whether a text is the whole secret of
// some credential of the pool, including borrowed ones. It holds digests only.
func (p *Pool) Secrets() func(text string) bool {
	known := make(map[Digest]bool, p.Len())
	for c := range p.All() {
		known[c.Secret] = true
	}
	return func(text string) bool { return text != "" && known[redact.DigestOf(text)] }
}

// addSecrets adds the secrets in a value to the scrubber: the texts at any depth
// below a secret's key, or all texts if the value itself is secret. Values that are
// shadowed by duplicate keys are included.
func addSecrets(s *redact.Scrubber, v *jsonedit.Value, secret bool) {
	if secret {
		text, _ := jsonedit.Text(v.Raw)
		s.Add(text)
	}
	for i := range v.Items {
		addSecrets(s, &v.Items[i], secret)
	}
	for i := range v.Members {
		m := &v.Members[i]
		addSecrets(s, &m.Value, secret || redact.IsSecretKey(m.Key))
	}
}

// scrubberOfAll returns a scrubber of the secrets of every entry.
func (doc *document) scrubberOfAll() *redact.Scrubber {
	s := &redact.Scrubber{}
	for _, list := range doc.lists {
		for i := range list.Items {
			addSecrets(s, &list.Items[i], false)
		}
	}
	return s
}

// scrub cleans the texts of the credential, and records whether its names leak.
func (c *Credential) scrub(s *redact.Scrubber) {
	c.idLeaks, c.providerLeaks = s.Clean(c.ID) != c.ID, s.Clean(c.Provider) != c.Provider
	for _, text := range [...]*string{
		&c.Label, &c.Source, &c.AuthType, &c.StatusText, &c.ErrorReason,
		&c.ErrorMessage, &c.FailureReason, &c.Fingerprint,
	} {
		*text = s.Clean(*text)
	}
	c.BaseURL = s.CleanURL(c.BaseURL)
	for i := range c.ModelCooldowns {
		c.ModelCooldowns[i].Model = s.Clean(c.ModelCooldowns[i].Model)
	}
}

// IDLeaks reports whether the id holds a piece of a secret of its entry. Ids are
// not scrubbed, because they name the entry in the file.
func (c *Credential) IDLeaks() bool { return c.idLeaks }

// NameLeaks reports whether the provider's name, which is not scrubbed either, holds
// a piece of a secret of one of its entries.
func (p *Provider) NameLeaks() bool {
	return slices.ContainsFunc(p.Credentials, func(c Credential) bool { return c.providerLeaks })
}
