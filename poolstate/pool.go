package poolstate

import (
	"cmp"
	"fmt"
	"maps"
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

// Decode reads the bytes of a store. ISO instants without an offset are in loc,
// or in [time.Local] if loc is nil. Errors: *SyntaxError, ErrNotPool.
func Decode(data []byte, loc *time.Location) (*Pool, error) {
	doc, err := parse(data)
	if err != nil {
		return nil, err
	}
	return doc.toPool(loc), nil
}

func (doc *document) toPool(loc *time.Location) *Pool {
	if loc == nil {
		loc = time.Local
	}
	p := &Pool{HasPool: doc.pool != nil, Providers: make([]Provider, 0, len(doc.lists))}
	for _, name := range slices.Sorted(maps.Keys(doc.lists)) {
		p.addProvider(name, doc.lists[name], loc)
	}
	if v := doc.root.Find(keyUpdatedAt); v != nil {
		p.UpdatedAt = instantOf(v.Raw, loc)
	}
	p.markShared()
	return p
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
	p.sort()
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

// sort leaves credentials alone that are in order, as an agent writes them.
// Others it moves once each: they are large.
func (p *Provider) sort() {
	type place struct{ priority, was int }
	sorted := true
	places := make([]place, len(p.Credentials))
	for i := range p.Credentials {
		places[i] = place{p.Credentials[i].Priority.Or(0), i}
		sorted = sorted && (i == 0 || places[i-1].priority <= places[i].priority)
	}
	if sorted {
		return
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.priority, b.priority), cmp.Compare(a.was, b.was))
	})
	ordered := make([]Credential, len(places))
	for i, at := range places {
		ordered[i] = p.Credentials[at.was]
	}
	p.Credentials = ordered
}

// markShared gives credentials with one secret the list of them all. It is one
// list for the group: ten thousand copies of a key would need a hundred million
// references otherwise.
func (p *Pool) markShared() {
	first := make(map[Digest]*Credential, p.Len())
	groups := map[Digest][]Ref{}
	for c := range p.All() {
		if c.Secret.IsZero() {
			continue
		}
		one, again := first[c.Secret]
		if !again {
			first[c.Secret] = c
			continue
		}
		if groups[c.Secret] == nil {
			groups[c.Secret] = []Ref{one.Ref}
		}
		groups[c.Secret] = append(groups[c.Secret], c.Ref)
	}
	if len(groups) == 0 {
		return
	}
	for c := range p.All() {
		c.Shares = groups[c.Secret]
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

// Find returns the credential that ref names, or nil. Of several credentials with
// one id it is the one at ref's position, else the first.
func (p *Pool) Find(ref Ref) *Credential {
	prov := p.Provider(ref.Provider)
	if prov == nil {
		return nil
	}
	var first *Credential
	for i := range prov.Credentials {
		c := &prov.Credentials[i]
		if c.ID != ref.ID {
			continue
		}
		if c.Position == ref.Position {
			return c
		}
		if first == nil && ref.ID != "" {
			first = c
		}
	}
	return first
}

// finder returns a function that finds credentials of another snapshot, as Find
// would. It looks where the credential was, and builds an index as soon as one is
// elsewhere: many lookups have to stay linear in the pool.
func (p *Pool) finder() func(*Credential) *Credential {
	var index map[Ref]*Credential
	return func(c *Credential) *Credential {
		prov := p.Provider(c.Provider)
		if prov == nil {
			return nil
		}
		if i := c.Index - 1; i >= 0 && i < len(prov.Credentials) && prov.Credentials[i].Ref == c.Ref {
			return &prov.Credentials[i]
		}
		if index == nil {
			index = p.index()
		}
		if found := index[c.Ref]; found != nil {
			return found
		}
		return index[Ref{c.Provider, c.ID, anyPosition}]
	}
}

// anyPosition is the position under which an index has the first credential of
// an id.
const anyPosition = -1

func (p *Pool) index() map[Ref]*Credential {
	index := make(map[Ref]*Credential, 2*p.Len())
	for c := range p.All() {
		index[c.Ref] = c
		first := Ref{c.Provider, c.ID, anyPosition}
		if c.ID != "" && index[first] == nil {
			index[first] = c
		}
	}
	return index
}
