package poolstate

import (
	"iter"
	"maps"
	"slices"
	"strings"
)

// View is the pool that the agent of a profile sees, and the policy of that agent.
type View struct {
	Profile string
	Pool    *Pool // own and borrowed credentials; see [Borrow]
	Policy  Policy
}

// Merge combines the pools of several profiles into one. Each provider has the credentials
// of all profiles, in the order of the views. Ref.Profile is set in each credential, and
// the methods of every [Policy] use the policy of the credential's view instead; see
// [Policy.Of]. Merge does not change the pools of the views. If there is only one view, it
// returns its pool unchanged.
//
// A borrowed credential is Repeated if its owner's view is among the views. Shares and
// Profiles also list credentials and profiles from other views.
func Merge(views []View) *Pool {
	if len(views) == 1 {
		return views[0].Pool
	}
	out := &Pool{}
	providers := map[string]*Provider{}
	for _, v := range views {
		out.Profiles = append(out.Profiles, v.Profile)
	}
	for i := range views {
		v := &views[i]
		out.HasPool = out.HasPool || v.Pool.HasPool
		out.carriesStreak, out.newerBuild = out.carriesStreak || v.Pool.carriesStreak, out.newerBuild || v.Pool.newerBuild
		for _, p := range v.Pool.Providers {
			merged := providers[p.Name]
			if merged == nil {
				merged = &Provider{Name: p.Name}
				providers[p.Name] = merged
			}
			for _, note := range p.Notes {
				if len(p.Credentials) > 0 && slices.Contains(out.Profiles, p.Credentials[0].BorrowedFrom) {
					break // the owner's view has the note too
				}
				merged.Notes = append(merged.Notes, v.Profile+": "+note)
			}
			for _, c := range p.Credentials {
				c.Profile, c.policy, c.Shares, c.SharesSecret = v.Profile, &v.Policy, nil, false
				merged.Credentials = append(merged.Credentials, c)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(providers)) {
		p := providers[name]
		p.markRepeated(out.Profiles)
		out.Providers = append(out.Providers, *p)
	}
	for _, group := range byAccount(out.counted()) {
		markGroup(group)
		markProfiles(group, func(c *Credential) string { return c.Profile })
	}
	return out
}

// Of returns the part of a merged provider that belongs to a profile. It shares the
// credentials of p.
func (p *Provider) Of(profile string) Provider {
	part := Provider{Name: p.Name}
	first := slices.IndexFunc(p.Credentials, func(c Credential) bool { return c.Profile == profile })
	if first >= 0 {
		end := first
		for end < len(p.Credentials) && p.Credentials[end].Profile == profile {
			end++
		}
		part.Credentials = p.Credentials[first:end:end]
	}
	for _, note := range p.Notes {
		if own, ok := strings.CutPrefix(note, profile+": "); ok {
			part.Notes = append(part.Notes, own)
		}
	}
	return part
}

// markRepeated sets Repeated for the credentials of a merged provider that are borrowed from
// one of the profiles, and BorrowedBy for their originals.
func (p *Provider) markRepeated(profiles []string) {
	original := map[Ref]*Credential{}
	for i := range p.Credentials {
		if c := &p.Credentials[i]; c.BorrowedFrom == "" {
			original[c.Ref] = c
		}
	}
	for i := range p.Credentials {
		c := &p.Credentials[i]
		if c.BorrowedFrom == "" || !slices.Contains(profiles, c.BorrowedFrom) {
			continue
		}
		c.Repeated = true
		if o := original[c.Original()]; o != nil {
			o.BorrowedBy = append(o.BorrowedBy, c.Profile)
		}
	}
}

// Original returns the ref of the owner's credential if c is borrowed in a merged pool.
// Otherwise it returns the ref of c.
func (c *Credential) Original() Ref {
	ref := c.Ref
	if c.BorrowedFrom != "" {
		ref.Profile = c.BorrowedFrom
	}
	return ref
}

// counted returns an iterator over the credentials that are not Repeated.
func (p *Pool) counted() iter.Seq[*Credential] {
	return func(yield func(*Credential) bool) {
		for c := range p.All() {
			if !c.Repeated && !yield(c) {
				return
			}
		}
	}
}
