package report

import (
	"path/filepath"
	"strconv"

	"pooltop/poolstate"
)

// anonymize removes from the pool and the events everything that could name a
// person or a place: names that are not well known become numbers, free text
// goes. It returns what is left of the store's path.
func (r *Report) anonymize(path string) string {
	var a anonymizer
	r.pool = a.pool(r.pool)
	for i := range r.records {
		r.records[i] = a.record(&r.records[i])
	}
	r.displayPath = ""
	if filepath.Base(path) == "auth.json" { // the name that agents use
		r.displayPath = "auth.json"
	}
	return r.displayPath
}

// anonymizer replaces names by numbers: the same name by the same number. The
// zero value is ready to use.
type anonymizer struct {
	numbers map[numbered]string
	counts  map[string]int // by prefix
}

// numbered is a string, or the identity of a credential, among the names with
// the same prefix.
type numbered struct {
	prefix string
	name   any
}

// identity is what a credential and its events have in common.
type identity struct {
	provider, id, label string
	duplicate           int // the position of a credential with the id of an earlier one
}

func newIdentity(provider, id, label string) identity {
	if id != "" {
		label = ""
	}
	return identity{provider: provider, id: id, label: label}
}

// number returns the name's number, such as c2 with the prefix c.
func (a *anonymizer) number(prefix string, name any) string {
	if a.numbers == nil {
		a.numbers, a.counts = map[numbered]string{}, map[string]int{}
	}
	key := numbered{prefix, name}
	if a.numbers[key] == "" {
		a.counts[prefix]++
		a.numbers[key] = prefix + strconv.Itoa(a.counts[prefix])
	}
	return a.numbers[key]
}

// keep returns a name that is known or empty, and else its number.
func (a *anonymizer) keep(known map[string]bool, prefix, name string) string {
	if known[name] || name == "" {
		return name
	}
	return a.number(prefix, name)
}

func (a *anonymizer) pool(p *poolstate.Pool) *poolstate.Pool {
	out := *p
	out.Providers = make([]poolstate.Provider, 0, len(p.Providers))
	refs := map[poolstate.Ref]poolstate.Ref{}
	for _, prov := range p.Providers {
		creds := make([]poolstate.Credential, 0, len(prov.Credentials))
		for i := range prov.Credentials {
			c := a.credential(&prov.Credentials[i])
			refs[prov.Credentials[i].Ref] = c.Ref
			creds = append(creds, c)
		}
		prov.Name, prov.Credentials = a.keep(knownProviders, "provider-", prov.Name), creds
		out.Providers = append(out.Providers, prov)
	}
	groups := map[*poolstate.Ref][]poolstate.Ref{}
	for c := range out.All() {
		if len(c.Shares) == 0 {
			continue
		}
		first := &c.Shares[0]
		if groups[first] == nil {
			for _, ref := range c.Shares {
				groups[first] = append(groups[first], refs[ref])
			}
		}
		c.Shares = groups[first]
	}
	return &out
}

// credential keeps states, times and counts, and names that are well known.
func (a *anonymizer) credential(c *poolstate.Credential) poolstate.Credential {
	out := *c
	name := newIdentity(c.Provider, c.ID, c.Label)
	if a.numbers[numbered{"c", name}] != "" {
		name.duplicate = c.Position
	}
	out.Ref = poolstate.Ref{Provider: a.keep(knownProviders, "provider-", c.Provider), ID: a.number("c", name), Position: c.Position}
	out.Label, out.Source, out.ErrorMessage, out.BaseURL, out.Fingerprint = "", "", "", "", ""
	out.AuthType = a.keep(knownAuthTypes, "type-", c.AuthType)
	out.StatusText = a.keep(knownStatuses, "status-", c.StatusText)
	out.ErrorReason = a.keep(knownReasons, "reason-", c.ErrorReason)
	out.FailureReason = a.keep(knownReasons, "reason-", c.FailureReason)
	if c.ModelCooldowns != nil {
		out.ModelCooldowns = make([]poolstate.ModelCooldown, 0, len(c.ModelCooldowns))
		for _, m := range c.ModelCooldowns {
			out.ModelCooldowns = append(out.ModelCooldowns, poolstate.ModelCooldown{Model: a.number("m", m.Model), Until: m.Until})
		}
	}
	return out
}

// record is credential for an event, whose credential may no longer be in the
// pool.
func (a *anonymizer) record(r *poolstate.Record) poolstate.Record {
	out := *r
	out.Provider = a.keep(knownProviders, "provider-", r.Provider)
	out.ID, out.Label, out.Source, out.Message = "", "", "", ""
	if !r.Kind.OfFile() {
		out.ID = a.number("c", newIdentity(r.Provider, r.ID, r.Label))
	}
	out.Reason = a.keep(knownReasons, "reason-", r.Reason)
	if r.Kind == poolstate.EventHeld {
		out.Reason = "" // the operator's words
	}
	for _, state := range []*poolstate.State{&out.Before, &out.After} {
		if state.Status != nil {
			state.Status = new(a.keep(knownStatuses, "status-", *state.Status))
		}
	}
	return out
}
