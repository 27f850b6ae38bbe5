package poolstate

// entryReader makes the credentials of one document, one after the other, and
// keeps between them what the next one can use.
type entryReader struct {
	doc    *document
	pool   *Pool // which learns of unknown keys
	values values
	// members and secrets are those of the present entry, and scrub knows its
	// secrets.
	members, secrets []member
	scrub            scrubber
	// seen are the traits of all keys so far.
	seen traits
}

func (r *entryReader) provider(l *listing) Provider {
	prov := Provider{Name: l.name}
	if !l.isList {
		prov.Notes = []string{"not a list, left as it is"}
		return prov
	}
	prov.Credentials = make([]Credential, 0, len(l.items))
	ids := make(map[string]bool, len(l.items))
	for i := range l.items {
		if !l.items[i].isEntry {
			prov.note("entry %d is no object, left as it is", i+1)
			continue
		}
		n := len(prov.Credentials)
		prov.Credentials = prov.Credentials[:n+1] // made in place, since it is large
		c := &prov.Credentials[n]
		c.Ref = Ref{Provider: l.name, Position: i}
		r.credential(c, &l.items[i])
		switch {
		case c.ID == "":
			prov.note("entry %d has no id", i+1)
		case ids[c.ID]:
			prov.note("entry %d has the id of an earlier one", i+1)
		}
		ids[c.ID] = true
	}
	prov.order()
	return prov
}

// credential fills a credential with what its entry says.
func (r *entryReader) credential(c *Credential, it *item) {
	r.members = membersAt(r.doc.data, it.start, r.members)
	r.scrub.reset()
	r.secrets = r.secrets[:0]
	for i := range r.members {
		m := &r.members[i]
		r.scrub.addMember(r.doc.data, m)
		if r.seen |= m.traits; m.traits&traitSecret != 0 {
			r.secrets = append(r.secrets, *m)
			continue
		}
		c.set(m.key, r.doc.data[m.body.start:m.body.end], &r.values)
	}
	r.addSecrets(c)
	c.scrub(&r.scrub)
	if c.Secret.IsZero() {
		c.Secret = digestOfFingerprint(c.Fingerprint)
		c.borrowed = !c.Secret.IsZero()
	}
	for i := range r.members {
		if m := &r.members[i]; m.traits&traitKnown == 0 {
			r.pool.noteUnknown(m.key, &r.scrub)
		}
	}
}

// addSecrets gives the credential the last secret of each key: they add up, and
// none may count twice.
func (r *entryReader) addSecrets(c *Credential) {
	var done map[string]bool
	if len(r.secrets) > 1 {
		done = map[string]bool{}
	}
	for i := len(r.secrets) - 1; i >= 0; i-- {
		m := &r.secrets[i]
		if done[m.key] {
			continue
		}
		if done != nil {
			done[m.key] = true
		}
		secret, _ := unquoted(r.doc.data[m.body.start:m.body.end])
		c.addSecret(m.key, secret)
	}
}
