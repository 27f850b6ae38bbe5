package poolstate

import "pooltop/poolstate/internal/redact"

// Digest identifies a secret without holding it: equal secrets have equal
// digests. The zero value means no secret. It prints as a placeholder.
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
