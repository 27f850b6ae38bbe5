package ui

import (
	"slices"
	"strings"

	"pooltop/poolstate"
	"pooltop/ui/filter"
	"pooltop/ui/text"
)

// strategyOf returns how a profile's agent selects a provider's credentials. profile is ""
// if only one store is shown.
func (s *Screen) strategyOf(profile, provider string) poolstate.Strategy {
	if store := s.store(profile); store != nil {
		return store.Strategies[provider]
	}
	return s.Strategies[provider]
}

// profilesOf returns the profiles with credentials of a provider, or "" if only one store is
// shown.
func profilesOf(p *poolstate.Provider) (names []string) {
	for i := range p.Credentials {
		if name := p.Credentials[i].Profile; i == 0 || name != p.Credentials[i-1].Profile {
			names = append(names, name)
		}
	}
	return names
}

// addNext adds to next the credentials of a provider that agents select next, each with the
// profiles of these agents.
func (s *Screen) addNext(next map[poolstate.Ref][]string, p *poolstate.Provider) {
	for _, profile := range profilesOf(p) {
		part := p.Of(profile)
		if c := part.Next(s.strategyOf(profile, p.Name), s.Policy, s.Now); c != nil {
			next[c.Original()] = append(next[c.Original()], profile)
		}
	}
}

// isNext reports whether an agent selects the credential of a row next. If the groups are
// profiles, only the agent of the row's profile counts.
func (t *table) isNext(c *poolstate.Credential) bool {
	users := t.next[c.Original()]
	return len(users) > 0 && (!t.s.byProfile() || slices.Contains(users, c.Profile))
}

// selectedNext reports whether an agent selects a credential next. If that depends on the
// profile, users names the profiles: "agents of work and 2 more".
func (s *Screen) selectedNext(c *poolstate.Credential) (next bool, users string) {
	p, all := s.Pool.Provider(c.Provider), map[poolstate.Ref][]string{}
	if p == nil {
		return false, ""
	}
	s.addNext(all, p)
	var names []string
	for _, name := range all[c.Original()] {
		names = append(names, clean(name))
	}
	if len(names) > 0 && len(names) < len(profilesOf(p)) {
		users = "agents of " + joinNames(names, 36)
	}
	return len(names) > 0, users
}

// strategyWords names the strategies of a group's providers, except for fill_first, which is the
// default: "least_used", or "least_used in work" if that depends on the profile.
func (s *Screen) strategyWords(g *filter.Group) string {
	var words []string
	for i := range g.Providers {
		p := &g.Providers[i]
		profiles := profilesOf(p)
		mixed := slices.ContainsFunc(profiles, func(name string) bool {
			return s.strategyOf(name, p.Name) != s.strategyOf(profiles[0], p.Name)
		})
		for _, profile := range profiles {
			strategy := s.strategyOf(profile, p.Name)
			switch {
			case strategy == poolstate.FillFirst:
			case g.Profile:
				words = append(words, text.ProviderName(p.Name)+" "+strategy.String())
			case mixed:
				words = append(words, strategy.String()+" in "+clean(profile))
			default:
				words = append(words, strategy.String())
			}
		}
	}
	return strings.Join(slices.Compact(words), ", ")
}
