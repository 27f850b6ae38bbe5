package poolstate

// IDLeaks reports whether the id holds a piece of one of the entry's own
// secrets. An id is no text that could be cleaned, since it names the entry in
// the file; who offers it unasked has to know.
func (c *Credential) IDLeaks() bool { return c.idLeaks }

// NameLeaks reports whether the provider's name holds a piece of a secret of one
// of its own entries. It is left as it is for the same reason as an id.
func (p *Provider) NameLeaks() bool {
	for i := range p.Credentials {
		if p.Credentials[i].providerLeaks {
			return true
		}
	}
	return false
}

// Secrets returns what tells whether a text is, as a whole, the secret of some
// credential of the pool, be it a borrowed one. It holds digests only.
func (p *Pool) Secrets() func(text string) bool {
	known := make(map[Digest]bool, p.Len())
	for c := range p.All() {
		known[c.Secret] = true
	}
	return func(text string) bool { return text != "" && known[digestOf(text)] }
}
