package poolstate

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Pool is the credential pool as it stands in the file.
type Pool struct {
	// Providers are in order of name.
	Providers []Provider
	// HasPool is false for a file without a credential_pool.
	HasPool bool
	// UpdatedAt is when the file says that it was written last; zero when it
	// does not say.
	UpdatedAt time.Time
	// UnknownKeys name what entries have and pooltop does not know, sorted, each
	// once, a hundred at the most; never what stands there.
	UnknownKeys []string

	carriesStreak bool
	newerBuild    bool
}

// Provider is one list of the pool.
type Provider struct {
	Name string
	// Credentials are in the order in which the agent rotates through them.
	Credentials []Credential
	// Notes say, each in one clause, what of this provider could not be
	// understood. It is left in the file as it is.
	Notes []string
}

// Decode reads the bytes of a store. ISO instants without an offset are local
// time, for which loc stands. Errors: *SyntaxError, ErrNotPool.
func Decode(data []byte, loc *time.Location) (*Pool, error) {
	doc, err := parse(data)
	if err != nil {
		return nil, err
	}
	return doc.pool(loc), nil
}

func (doc *document) pool(loc *time.Location) *Pool {
	p := &Pool{HasPool: doc.hasPool, Providers: make([]Provider, 0, len(doc.providers))}
	for i := range doc.providers {
		p.Providers = append(p.Providers, doc.provider(&doc.providers[i], p, loc))
	}
	if m, found := doc.top.find(keyUpdatedAt); found {
		p.UpdatedAt = instantOf(doc.data[m.body.start:m.body.end], loc)
	}
	slices.SortFunc(p.Providers, func(a, b Provider) int { return cmp.Compare(a.Name, b.Name) })
	p.markShared()
	return p
}

func (doc *document) provider(l *listing, p *Pool, loc *time.Location) Provider {
	prov := Provider{Name: l.name}
	if !l.isList {
		prov.Notes = []string{"not a list, left as it is"}
		return prov
	}
	prov.Credentials = make([]Credential, 0, len(l.items))
	ids := make(map[string]bool, len(l.items))
	for i := range l.items {
		it := &l.items[i]
		if !it.isEntry {
			prov.note("entry %d is no object, left as it is", i+1)
			continue
		}
		c := doc.credential(l, i, loc)
		for _, m := range it.members {
			if !m.known {
				p.noteUnknown(m.key, doc, &it.object)
				continue
			}
			p.noteBuild(m.key)
		}
		switch {
		case c.ID == "":
			prov.note("entry %d has no id", i+1)
		case ids[c.ID]:
			prov.note("entry %d has the id of an earlier one", i+1)
		}
		ids[c.ID] = true
		prov.Credentials = append(prov.Credentials, c)
	}
	prov.order()
	return prov
}

// credential reads the i-th item of a listing, which has to be an entry.
func (doc *document) credential(l *listing, i int, loc *time.Location) Credential {
	c := Credential{Ref: Ref{Provider: l.name, Position: i}}
	o := &l.items[i].object
	secrets := map[string]span{} // the last one of each key: they add up, and none may count twice
	for _, m := range o.members {
		if IsSecretKey(m.key) {
			secrets[m.key] = m.body
			continue
		}
		c.set(m.key, doc.data[m.body.start:m.body.end], loc)
	}
	for key, s := range secrets {
		c.set(key, doc.data[s.start:s.end], loc)
	}
	c.scrub(newScrubber(doc.secretsOf(o)))
	if c.Secret.IsZero() {
		c.Secret = digestOfFingerprint(c.Fingerprint)
		c.borrowed = !c.Secret.IsZero()
	}
	return c
}

// noteBuild remembers keys that tell which build of the agent writes the file.
func (p *Pool) noteBuild(key string) {
	switch key {
	case keyStreak:
		p.carriesStreak = true
	case keyClearedAt, keyModelCooldowns, keyFailureReason, keyEnabled:
		p.newerBuild = true
	}
}

// maxNotes bounds the notes of one provider; a garbled list of ten thousand
// entries needs no ten thousand sentences.
const maxNotes = 3

func (p *Provider) note(format string, args ...any) {
	switch n := len(p.Notes); {
	case n < maxNotes:
		p.Notes = append(p.Notes, fmt.Sprintf(format, args...))
	case n == maxNotes:
		p.Notes = append(p.Notes, "and more")
	}
}

// order sorts the credentials as the agent rotates: by priority, ascending and
// stable. It numbers them and finds the one that is the only living one.
func (p *Provider) order() {
	slices.SortStableFunc(p.Credentials, func(a, b Credential) int {
		return cmp.Compare(a.Priority.Or(0), b.Priority.Or(0))
	})
	living, last := 0, 0
	for i := range p.Credentials {
		p.Credentials[i].Index = i + 1
		if p.Credentials[i].Status != StatusDead {
			living, last = living+1, i
		}
	}
	if living == 1 {
		p.Credentials[last].Sole = true
	}
}

// markShared gives credentials with one secret the list of them all. It is one
// list for the group: ten thousand copies of a key would need a hundred million
// references otherwise.
func (p *Pool) markShared() {
	groups := map[Digest][]Ref{}
	for c := range p.All() {
		if !c.Secret.IsZero() {
			groups[c.Secret] = append(groups[c.Secret], c.Ref)
		}
	}
	for c := range p.All() {
		if same := groups[c.Secret]; len(same) > 1 {
			c.Shares = same
		}
	}
}

// All yields every credential in the default order.
func (p *Pool) All() func(yield func(*Credential) bool) {
	return func(yield func(*Credential) bool) {
		for i := range p.Providers {
			creds := p.Providers[i].Credentials
			for j := range creds {
				if !yield(&creds[j]) {
					return
				}
			}
		}
	}
}

// Len is the number of credentials.
func (p *Pool) Len() int {
	n := 0
	for i := range p.Providers {
		n += len(p.Providers[i].Credentials)
	}
	return n
}

// Provider returns the provider of that name, or nil.
func (p *Pool) Provider(name string) *Provider {
	i, ok := slices.BinarySearchFunc(p.Providers, name, func(a Provider, n string) int { return cmp.Compare(a.Name, n) })
	if !ok {
		return nil
	}
	return &p.Providers[i]
}

// Find returns the credential that ref names, or nil. An id that is given twice
// is the one at ref's position, if either is.
func (p *Pool) Find(ref Ref) *Credential {
	prov := p.Provider(ref.Provider)
	if prov == nil {
		return nil
	}
	var found *Credential
	for i := range prov.Credentials {
		c := &prov.Credentials[i]
		if c.ID != ref.ID {
			continue
		}
		if c.Position == ref.Position {
			return c
		}
		if found == nil && ref.ID != "" {
			found = c
		}
	}
	return found
}

// near is Find for a credential of another picture of the pool. It looks first
// where the credential stood there, which is where it nearly always is.
func (p *Pool) near(c *Credential) *Credential {
	prov := p.Provider(c.Provider)
	if prov == nil {
		return nil
	}
	if i := c.Index - 1; i >= 0 && i < len(prov.Credentials) && prov.Credentials[i].Ref == c.Ref {
		return &prov.Credentials[i]
	}
	return p.Find(c.Ref)
}
