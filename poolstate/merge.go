package poolstate

import (
	"iter"
	"maps"
	"slices"
	"strings"
)

// View is the pool that a profile's agent uses, and the agent's policy.
type View struct {
	Profile string
	Pool    *Pool // own and borrowed credentials; see [Borrow]
	Policy  Policy
}

// Merge combines the pools of several profiles into one. Each provider has the credentials
// of all profiles, in the order of the views. Ref.Profile is set in each credential, and
// the methods of every [Policy] use the policy of the credential's view instead; see
// [Policy.Of]. Merge does not change the pools of the views. If there is only one view and
// it has no profile, Merge returns its pool unchanged.
//
// A borrowed credential is Repeated if the pool also contains the original or if an earlier
// profile borrows it too. Shares and Profiles also list credentials and profiles from other
// views.
func Merge(views []View) *Pool {
	if len(views) == 1 && views[0].Profile == "" {
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
				c.SetProfile(v.Profile, &v.Policy)
				c.Shares, c.SharesSecret = nil, false
				merged.Credentials = append(merged.Credentials, c)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(providers)) {
		p := providers[name]
		p.markRepeated()
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
	first, n := 0, len(p.Credentials)
	for first < n && p.Credentials[first].Profile != profile {
		first++
	}
	end := first
	for end < n && p.Credentials[end].Profile == profile {
		end++
	}
	part := Provider{Name: p.Name, Credentials: p.Credentials[first:end:end]}
	for _, note := range p.Notes {
		if own, ok := strings.CutPrefix(note, profile+": "); ok {
			part.Notes = append(part.Notes, own)
		}
	}
	return part
}

// markRepeated sets Repeated for each borrowed credential that a merged provider also contains
// as the original or through an earlier profile. It adds the borrowing profile to BorrowedBy of
// that original or earlier credential.
func (p *Provider) markRepeated() {
	original := map[Ref]*Credential{}
	for i := range p.Credentials {
		if c := &p.Credentials[i]; c.BorrowedFrom == "" {
			original[c.Ref] = c
		}
	}
	for i := range p.Credentials {
		c := &p.Credentials[i]
		if c.BorrowedFrom == "" {
			continue
		}
		o := original[c.Original()]
		if o == nil {
			original[c.Original()] = c
			continue
		}
		c.Repeated = true
		o.BorrowedBy = append(o.BorrowedBy, c.Profile)
	}
}

// SetProfile sets the profile of a credential and the policy that applies to it; see [Merge].
func (c *Credential) SetProfile(profile string, policy *Policy) {
	c.Profile, c.policy = profile, policy
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
