package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pooltop/poolstate"
	"pooltop/ui/filter"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// several reports whether the pool is merged from the pools of several profiles.
func (s *Screen) several() bool { return s.Pool != nil && s.Pool.Profiles != nil }

// byProfile reports whether the groups are profiles.
func (s *Screen) byProfile() bool { return s.ByProfile && s.several() }

// store returns the feed of a profile's store, or nil if only one store is shown.
func (s *Screen) store(profile string) *StoreFeed {
	for i := range s.Stores {
		if s.Stores[i].Profile == profile {
			return &s.Stores[i]
		}
	}
	return nil
}

// pathOf returns the displayed path of a profile's store, or "" if the path is unknown or the
// store is the one at s.Path.
func (s *Screen) pathOf(profile string) string {
	if store := s.store(profile); store != nil {
		return store.Path
	}
	if profile == poolstate.RootProfile {
		return s.RootPath
	}
	return ""
}

// guardOf returns the backoff schedule of the guard running on the store of c, or nil.
func (s *Screen) guardOf(c *poolstate.Credential) *poolstate.Curve {
	if store := s.store(c.Original().Profile); store != nil {
		return store.Guard
	}
	return s.Guard
}

// staleFeed returns the feed of a profile's store if it is stale, or nil.
func (s *Screen) staleFeed(profile string) *Feed {
	if store := s.store(profile); store != nil && store.Feed.State == FeedStale {
		return &store.Feed
	}
	return nil
}

// lineOf returns an empty line for a credential. It is dimmed if the store is stale or if the
// credential repeats a credential of another profile.
func (s *Screen) lineOf(c *poolstate.Credential) *theme.Line {
	if c.Repeated || s.staleFeed(c.Profile) != nil {
		return s.Theme.Dimmed().Line()
	}
	return s.line()
}

// feedCounts counts the stores by the states of their feeds: "13 live, 1 stale". It returns
// "" if all have the same state.
func (s *Screen) feedCounts() (words string, stale bool) {
	var n [FeedStale + 1]int
	for i := range s.Stores {
		n[s.Stores[i].Feed.State]++
	}
	var parts []string
	for _, state := range [...]FeedState{FeedLive, FeedPolling, FeedWaiting, FeedStale} {
		if n[state] > 0 {
			parts = append(parts, strconv.Itoa(n[state])+" "+[...]string{"waiting", "live", "polling", "stale"}[state])
		}
	}
	switch {
	case len(parts) < 2:
		return "", false
	case s.Width < narrowFrom:
		parts = parts[len(parts)-1:]
	}
	return strings.Join(parts, ", "), n[FeedStale] > 0
}

// staleStoresLine names the stale stores. It returns "" if no store or every store is stale.
func (s *Screen) staleStoresLine() string {
	var names []string
	var feed *Feed
	unread := false // a stale store has never been read
	for i := range s.Stores {
		if store := &s.Stores[i]; store.Feed.State == FeedStale {
			names, feed = append(names, clean(store.Profile)), cmp.Or(feed, &store.Feed)
			unread = unread || s.Pool == nil || !slices.Contains(s.Pool.Profiles, store.Profile)
		}
	}
	if feed == nil || s.Feed.State == FeedStale {
		return ""
	}
	room, words := s.inner()-2, names[0]+": "
	if len(names) > 1 {
		state := ": last known state"
		if unread {
			state = ": unreadable"
		}
		words = joinNames(names, room-len(state)) + state
	} else {
		words += staleWords(text.Clean(feed.Reason, text.MessageLimit), room-text.Width(words))
	}
	return s.Theme.Line().To(s.margin()).Bold(theme.Dead, "!").To(s.margin()+2).Write(theme.Dead, text.Fit(words, room)).String()
}

// joinNames joins names in at most w cells. It counts the names that do not fit: "work, cron-1
// and 7 more".
func joinNames(names []string, w int) string {
	words := strings.Join(names, ", ")
	for n := len(names) - 1; n > 0 && text.Width(words) > w; n-- {
		words = fmt.Sprintf("%s and %d more", strings.Join(names[:n], ", "), len(names)-n)
	}
	return words
}

// profileWords names the active profile, or counts the profiles if several are shown.
func (s *Screen) profileWords() string {
	switch {
	case s.Width < narrowFrom:
		return ""
	case len(s.Stores) > 1:
		return text.Plural(len(s.Stores), "profile", "profiles")
	case s.ActiveProfile != "":
		return "active: " + clean(s.ActiveProfile)
	}
	return ""
}

// policyNames returns the policy and its source, or all policies if they differ among the
// stores.
func (s *Screen) policyNames() (policy, source string) {
	var names []string
	for _, name := range s.Pool.Profiles {
		for i := range s.Pool.Providers {
			if part := s.Pool.Providers[i].Of(name); len(part.Credentials) > 0 {
				names = append(names, s.Policy.Of(&part.Credentials[0]).String())
				break
			}
		}
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) > 1 {
		return strings.Join(names, ", "), ""
	}
	return s.Policy.String(), fmt.Sprintf(" (%s)", s.Policy.Source())
}

// guardWords describes whether guard is running on the store or, if there are several stores, on
// how many of them.
func (s *Screen) guardWords() string {
	guarded := 0
	for i := range s.Stores {
		if s.Stores[i].Guard != nil {
			guarded++
		}
	}
	switch {
	case guarded > 0 && guarded < len(s.Stores):
		return "guard on " + strconv.Itoa(guarded)
	case guarded > 0 || s.Guard != nil:
		return "guard"
	}
	return ""
}

// outPart is a provider that is out, or the part of a provider that one profile uses.
type outPart struct {
	name  string
	users string // the number of profiles that borrow the part: " +9"
	sum   poolstate.Summary

	borrowed bool
}

func (p outPart) own() bool { return !p.borrowed }

// outParts returns the parts of a merged provider that are out, by profile. It omits parts
// that repeat credentials of another profile.
func (s *Screen) outParts(p *poolstate.Provider) (out []outPart) {
	for _, profile := range s.Pool.Profiles {
		part := p.Of(profile)
		if sum := part.Summarize(s.Policy, s.Now); sum.Out() {
			_, users := profileOf(&part.Credentials[0])
			out = append(out, outPart{name: clean(profile), users: users, sum: sum})
		}
	}
	return out
}

// outProviders returns the providers that are out. A provider that is out only in some
// profiles is named once for each of them, as profile/provider.
func (s *Screen) outProviders() (out []outPart) {
	for i := range s.Pool.Providers {
		p := &s.Pool.Providers[i]
		name := text.ProviderName(p.Name)
		if sum := p.Summarize(s.Policy, s.Now); sum.Out() {
			out = append(out, outPart{name: name, sum: sum})
			continue
		}
		for _, part := range s.outParts(p) {
			out = append(out, outPart{name: part.name + "/" + name, sum: part.sum})
		}
	}
	return out
}

// summaryOf counts the credentials of a group, including borrowed credentials. For a profile,
// it also returns the providers that are out.
func (s *Screen) summaryOf(g *filter.Group) (sum poolstate.Summary, out []outPart) {
	if !g.Profile {
		return g.Providers[0].Summarize(s.Policy, s.Now), nil
	}
	for i := range g.Providers {
		p, own := &g.Providers[i], poolstate.Summary{}
		for j := range p.Credentials {
			sum.Add(&p.Credentials[j], s.Policy, s.Now)
			own.Add(&p.Credentials[j], s.Policy, s.Now)
		}
		if own.Out() {
			out = append(out, outPart{name: text.ProviderName(p.Name), sum: own, borrowed: p.Credentials[0].BorrowedFrom != ""})
		}
	}
	return sum, out
}

// borrowedWords names the profile from which a group borrows all its credentials. It returns ""
// if the group does not borrow all of them.
func borrowedWords(g *filter.Group) string {
	if !g.Borrowed() {
		return ""
	}
	return "all borrowed from " + clean(g.Providers[0].Credentials[0].BorrowedFrom)
}

// relation describes in a few words how a credential relates to a credential of another profile.
func relation(c *poolstate.Credential) string {
	switch {
	case c.Profile == "":
		return ""
	case c.Copy == poolstate.StaleCopy:
		return "outdated copy"
	case c.Copy == poolstate.SameCopy:
		return "copied from " + poolstate.RootProfile
	case c.BorrowedFrom != "":
		return "from " + clean(c.BorrowedFrom)
	}
	return ""
}

// staleSentence explains since when and why the store of c is stale. Only the detail pane has
// room for the advice. If the store is not stale, staleSentence returns "".
func (s *Screen) staleSentence(c *poolstate.Credential) string {
	feed := s.staleFeed(c.Profile)
	if feed == nil {
		return ""
	}
	reason := text.Clean(feed.Reason, text.MessageLimit)
	if s.Pane != PaneDetail {
		reason, _, _ = strings.Cut(reason, "; ")
	}
	return "as of " + text.Span(s.Now.Sub(feed.Since)) + " ago: " + reason
}

// relationRemarks returns remarks on how a credential relates to credentials of other profiles.
func (s *Screen) relationRemarks(c *poolstate.Credential) (out []string) {
	const root = poolstate.RootProfile
	switch copied := "copied from " + root; {
	case c.Copy == poolstate.StaleCopy:
		out = append(out, copied+", which has newer tokens: refreshing this copy fails and can revoke both; remove it to use the original")
	case c.Copy == poolstate.SameCopy && c.AuthType == "oauth":
		out = append(out, copied+": refreshing one of them makes the tokens of the other invalid")
	case c.Copy == poolstate.SameCopy:
		out = append(out, copied)
	}
	if from := clean(c.BorrowedFrom); from != "" {
		words := "borrowed from " + from + ", because " + cmp.Or(clean(c.Profile), "this profile") + " has no credential for " + text.ProviderName(c.Provider)
		if path := s.pathOf(c.BorrowedFrom); path != "" {
			words += "; changes are written to " + clean(path)
		}
		out = append(out, words)
	}
	if len(c.BorrowedBy) > 0 {
		var names []string
		for _, name := range c.BorrowedBy {
			names = append(names, clean(name))
		}
		out = append(out, "also used by "+joinNames(names, 36))
	}
	return out
}
