package cli

import (
	"path/filepath"
	"strconv"
	"strings"

	"pooltop/poolstate"
)

// hide takes everything out of a report that could name a person or a place.
// What is left of it is numbered, the same thing with the same number.
func (r *report) hide() {
	v := newVeil()
	r.pool = v.pool(r.pool)
	for i := range r.events {
		r.events[i] = v.record(&r.events[i])
	}
	name := filepath.Base(r.path)
	if name != usualName {
		name = ""
	}
	r.trouble = strings.ReplaceAll(r.trouble, r.path, "the file") // a system's error may quote it
	r.path, r.file.path = name, name
}

// usualName is what every agent calls its store; another name is somebody's
// choice.
const usualName = "auth.json"

// veil gives things numbers.
type veil struct {
	customs, providers, models numbers
	// credentials are numbered by every name under which an event may know them.
	credentials map[string]string
	count       int
}

func newVeil() *veil {
	return &veil{
		customs: numbers{prefix: "custom:"}, providers: numbers{prefix: "provider:"}, models: numbers{prefix: "m"},
		credentials: map[string]string{},
	}
}

// numbers are the numbers of things of one sort.
type numbers struct {
	prefix string
	known  map[string]string
}

func (n *numbers) of(name string) string {
	if n.known == nil {
		n.known = map[string]string{}
	}
	if n.known[name] == "" {
		n.known[name] = n.prefix + strconv.Itoa(len(n.known)+1)
	}
	return n.known[name]
}

// provider keeps the name of a public service. An endpoint of one's own, and
// whatever does not look like the name of a service, gets a number.
func (v *veil) provider(name string) string {
	switch {
	case isWord(strings.ReplaceAll(name, "-", "_")), name == "":
		return name
	case strings.HasPrefix(name, "custom:"):
		return v.customs.of(name)
	}
	return v.providers.of(name)
}

// next returns a number for one more credential.
func (v *veil) next() string {
	v.count++
	return "c" + strconv.Itoa(v.count)
}

// nameOf is how an event knows a credential: by its id, else by its label.
func nameOf(provider, id, label string) string {
	if id != "" {
		label = ""
	}
	return strings.Join([]string{provider, id, label}, "\x00")
}

func (v *veil) pool(p *poolstate.Pool) *poolstate.Pool {
	hidden := *p
	hidden.Providers = make([]poolstate.Provider, 0, len(p.Providers))
	groups := map[*poolstate.Ref][]poolstate.Ref{}
	for _, prov := range p.Providers {
		creds := make([]poolstate.Credential, 0, len(prov.Credentials))
		for i := range prov.Credentials {
			creds = append(creds, v.credential(&prov.Credentials[i]))
		}
		prov.Name, prov.Credentials = v.provider(prov.Name), creds
		hidden.Providers = append(hidden.Providers, prov)
	}
	for c := range hidden.All() {
		if len(c.Shares) > 0 {
			first := &c.Shares[0]
			groups[first] = append(groups[first], c.Ref)
			c.Shares = c.Shares[:1:1] // tells the group until all of it is known
		}
	}
	for c := range hidden.All() {
		if len(c.Shares) > 0 {
			c.Shares = groups[&c.Shares[0]]
		}
	}
	return &hidden
}

// credential keeps states and times, and of words those of a program.
func (v *veil) credential(c *poolstate.Credential) poolstate.Credential {
	hidden := *c
	hidden.Ref = poolstate.Ref{Provider: v.provider(c.Provider), ID: v.next(), Position: c.Position}
	if name := nameOf(c.Provider, c.ID, c.Label); v.credentials[name] == "" {
		v.credentials[name] = hidden.ID
	}
	hidden.Label, hidden.Source, hidden.ErrorMessage, hidden.BaseURL, hidden.Fingerprint = "", "", "", "", ""
	for _, text := range []*string{&hidden.AuthType, &hidden.StatusText, &hidden.ErrorReason, &hidden.FailureReason} {
		*text = wordOf(*text)
	}
	if c.ModelCooldowns != nil {
		hidden.ModelCooldowns = make([]poolstate.ModelCooldown, 0, len(c.ModelCooldowns))
		for _, m := range c.ModelCooldowns {
			hidden.ModelCooldowns = append(hidden.ModelCooldowns, poolstate.ModelCooldown{Model: v.models.of(m.Model), Until: m.Until})
		}
	}
	return hidden
}

// record is credential for an event. What is no longer in the pool gets a
// number of its own.
func (v *veil) record(r *poolstate.Record) poolstate.Record {
	hidden := *r
	hidden.Provider, hidden.ID, hidden.Label, hidden.Source, hidden.Message = v.provider(r.Provider), "", "", "", ""
	if !r.Kind.OfFile() {
		name := nameOf(r.Provider, r.ID, r.Label)
		if v.credentials[name] == "" {
			v.credentials[name] = v.next()
		}
		hidden.ID = v.credentials[name]
	}
	hidden.Reason = wordOf(r.Reason)
	if r.Kind == poolstate.EventHeld {
		hidden.Reason = "" // the operator's words
	}
	hidden.Before.Status, hidden.After.Status = wordIn(r.Before.Status), wordIn(r.After.Status)
	return hidden
}

// wordOf keeps a word of a program's language, and nothing else.
func wordOf(s string) string {
	if isWord(s) {
		return s
	}
	return ""
}

func wordIn(s *string) *string {
	if s == nil || !isWord(*s) {
		return nil
	}
	return s
}
