package poolstate

import (
	"bytes"
	"cmp"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"time"

	"pooltop/poolstate/internal/jsonedit"
	"pooltop/poolstate/internal/redact"
)

// Pool is the credential pool of a file.
type Pool struct {
	// Providers are sorted by name.
	Providers []Provider
	// HasPool is false for a file without a credential_pool.
	HasPool bool
	// Profiles are the profiles of a merged pool, in order; see [Merge]. Otherwise it is nil.
	Profiles []string
	// UpdatedAt is updated_at, or the zero time if the file has none.
	UpdatedAt time.Time
	// UnknownKeys lists up to 100 unknown keys of entries, sorted.
	UnknownKeys []string

	// carriesStreak is true if any entry has a streak. newerBuild is true if the file was
	// written by a build from August 2026 or later.
	carriesStreak, newerBuild bool
}

// Provider is a provider and its credentials.
type Provider struct {
	Name string
	// Credentials are in the agent's rotation order.
	Credentials []Credential
	// Pins is how often guard has written a pin. It is zero unless guard.State.Annotate has
	// set it.
	Pins int
	// Notes describes problems with the list, such as entries that cannot be decoded.
	Notes []string
}

// Decode decodes the content of a store. ISO times without an offset are in loc, or in
// [time.Local] if loc is nil. It returns a [*SyntaxError] or [ErrNotPool] on error.
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
		p.addProvider(name, doc.lists[name], doc.scrubber(), loc)
	}
	p.UpdatedAt = instantOf(doc.root.RawOf(keyUpdatedAt), loc)
	p.newerBuild = p.newerBuild || hasSeptemberFormat(doc.data)
	for c := range p.All() {
		c.countsStreaks = p.carriesStreak
	}
	p.markShared()
	return p
}

// hasSeptemberFormat reports whether data has the format that agents have written since
// September 2026: indented, as before, but without a newline at the end.
func hasSeptemberFormat(data []byte) bool {
	return bytes.HasPrefix(data, []byte("{\n  \"")) && bytes.HasSuffix(data, []byte("\n}"))
}

func (p *Pool) addProvider(name string, list *jsonedit.Value, scrub *redact.Scrubber, loc *time.Location) {
	p.Providers = append(p.Providers, Provider{Name: name})
	prov := &p.Providers[len(p.Providers)-1]
	if !readByAgents(name) {
		prov.note(noteUpperCase)
	}
	if !list.IsArray() {
		prov.note("not a list, left unchanged")
		return
	}
	prov.Credentials = make([]Credential, 0, len(list.Items))
	ids := make(map[string]bool, len(list.Items))
	for i := range list.Items {
		if !list.Items[i].IsObject() {
			prov.note("entry %d is not an object, left unchanged", i+1)
			continue
		}
		prov.Credentials = append(prov.Credentials, Credential{Ref: Ref{Provider: name, Position: i}})
		c := &prov.Credentials[len(prov.Credentials)-1]
		c.decode(&list.Items[i], p, scrub, loc)
		switch {
		case c.idLeaks:
			prov.note("the id of entry %d contains a secret and is not used", i+1)
		case c.ID == "":
			prov.note("entry %d has no id", i+1)
		case ids[c.ID]:
			prov.note("entry %d has a duplicate id", i+1)
		}
		ids[c.ID] = true
		switch n, ok := c.Priority.Get(); {
		case !ok && list.Items[i].Find(keyPriority) != nil:
			prov.note("the priority of entry %d is not a number: the agent fails to load it", i+1)
		case n != math.Trunc(n):
			prov.note("the priority of entry %d is not an integer", i+1)
		}
	}
	prov.order()
}

// maxUnknown and maxNotes limit what is reported about a malformed file.
const (
	maxUnknown = 100
	maxNotes   = 3
)

// noteUnknown records an unknown key. The caller must have scrubbed it.
func (p *Pool) noteUnknown(key string) {
	if len(p.UnknownKeys) == maxUnknown {
		return
	}
	if i, found := slices.BinarySearch(p.UnknownKeys, key); !found {
		p.UnknownKeys = slices.Insert(p.UnknownKeys, i, key)
	}
}

func (p *Provider) note(format string, args ...any) {
	switch n := len(p.Notes); {
	case n < maxNotes:
		p.Notes = append(p.Notes, fmt.Sprintf(format, args...))
	case n == maxNotes:
		p.Notes = append(p.Notes, "and more")
	}
}

// order sorts the credentials in rotation order and sets Index and Sole.
func (p *Provider) order() {
	slices.SortStableFunc(p.Credentials, func(a, b Credential) int { return compareRotation(&a, &b) })
	alive, last := 0, 0
	for i := range p.Credentials {
		p.Credentials[i].Index = i + 1
		if p.Credentials[i].Status != StatusDead {
			alive, last = alive+1, i
		}
	}
	if alive == 1 {
		p.Credentials[last].Sole = true
	}
}

// markShared sets Shares and SharesSecret. The credentials of a group share one slice,
// because memory use would otherwise be quadratic.
func (p *Pool) markShared() {
	for _, group := range byAccount(p.All()) {
		markGroup(group)
	}
}

func markGroup(group []*Credential) {
	if len(group) < 2 {
		return
	}
	refs, sameSecret := make([]Ref, len(group)), true
	for i, c := range group {
		refs[i], sameSecret = c.Ref, sameSecret && c.Secret == group[0].Secret
	}
	for _, c := range group {
		c.Shares, c.SharesSecret = refs, sameSecret
	}
}

// All returns an iterator over the credentials of all providers, in order.
func (p *Pool) All() iter.Seq[*Credential] {
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

// Len returns the number of credentials.
func (p *Pool) Len() int {
	n := 0
	for i := range p.Providers {
		n += len(p.Providers[i].Credentials)
	}
	return n
}

// Provider returns the provider with the given name, or nil.
func (p *Pool) Provider(name string) *Provider {
	i, ok := slices.BinarySearchFunc(p.Providers, name, func(a Provider, n string) int { return cmp.Compare(a.Name, n) })
	if !ok {
		return nil
	}
	return &p.Providers[i]
}

// Find returns the credential that ref identifies, or nil. If several credentials have the same
// id, it returns the one at ref's position or, if there is none, the first.
func (p *Pool) Find(ref Ref) *Credential {
	prov := p.Provider(ref.Provider)
	if prov == nil {
		return nil
	}
	var first *Credential
	for i := range prov.Credentials {
		switch c := &prov.Credentials[i]; {
		case c.Ref == ref:
			return c
		case c.ID == ref.ID && ref.ID != "" && c.Profile == ref.Profile && first == nil:
			first = c
		}
	}
	return first
}

// finder returns a function that finds credentials as Find does, but in constant time.
func (p *Pool) finder() func(*Credential) *Credential {
	const anyPosition = -1 // the position in the key of the first credential with a given id
	index := make(map[Ref]*Credential, 2*p.Len())
	for c := range p.All() {
		index[c.Ref] = c
		first := Ref{c.Provider, c.ID, anyPosition, c.Profile}
		if c.ID != "" && index[first] == nil {
			index[first] = c
		}
	}
	return func(c *Credential) *Credential {
		return cmp.Or(index[c.Ref], index[Ref{c.Provider, c.ID, anyPosition, c.Profile}])
	}
}
