package poolstate

import (
	"pooltop/poolstate/internal/jsonedit"
	"pooltop/poolstate/internal/redact"
)

// addSecrets makes every text known to the scrubber that a value holds below the
// key of a secret, at any depth, and all of it if the value itself is secret. A
// value that a later duplicate of its key shadows is a secret too.
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

// scrub cleans every text of the credential that can be shown, and records
// which of those that cannot be changed hold a secret.
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

// IDLeaks reports whether the id holds a piece of one of the entry's own
// secrets. Ids are not scrubbed, because they name the entry in the file.
func (c *Credential) IDLeaks() bool { return c.idLeaks }

// NameLeaks reports whether the provider's name holds a piece of a secret of one
// of its own entries. Like an id, it is not scrubbed.
func (p *Provider) NameLeaks() bool {
	for i := range p.Credentials {
		if p.Credentials[i].providerLeaks {
			return true
		}
	}
	return false
}
