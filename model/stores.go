package model

import (
	"slices"
	"time"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui"
)

// Store is one of the stores that a dashboard shows.
type Store struct {
	// Profile is the name of the store's profile.
	Profile string
	// Path is the path as displayed.
	Path string
	// Operator performs actions on the store and records them in the journal. The path
	// that was used to open its store identifies the store to the dashboard.
	Operator *journal.Operator
	// Count counts the failures in a pool and, if isNew, annotates the pool with them. It
	// runs outside Update, one call at a time. If nil, failures are not counted.
	Count func(pool *poolstate.Pool, policy poolstate.Policy, at time.Time, isNew bool) Counted
	// Strategies returns the agent's rotation strategies by provider; the default is
	// fill_first. It is called after each load, even if the store cannot be read, and before
	// each move, possibly concurrently. If nil, all strategies are the default.
	Strategies func() map[string]poolstate.Strategy
	// ExplainError describes an error from reading the store. ExplainWrite describes a
	// failed write, including whether anything was written.
	ExplainError, ExplainWrite func(error) string
	// Hidden is true for a root that is not shown, but lends its credentials to profiles
	// that are shown.
	Hidden bool
}

// StoresChanged reports that stores have been added or removed. Stores lists all current
// stores, as in [Config]. The dashboard keeps the state of the stores that it already shows.
type StoresChanged struct{ Stores []Store }

// store is the state of a store, as of the latest load. It does not depend on whether the
// display is frozen.
type store struct {
	Store
	path       string // identifies the store
	loading    loadState
	known      bool // the first load has ended
	snapshot   poolstate.Snapshot
	missing    bool // there is no file, so all credentials are borrowed; snapshot is then empty
	feed       ui.Feed
	active     string // the agent's active profile, if it is not this one
	strategies map[string]poolstate.Strategy
	corrupt    string // name of an agent's copy of an unreadable store, or ""

	view       *poolstate.Pool // own and borrowed credentials, or nil
	own, lent  *poolstate.Pool // the pools that view consists of
	policy     poolstate.Policy
	guard      *poolstate.Curve // the backoff schedule of the guard running on the store, or nil
	unwritable error            // why the store cannot be written, or nil

	observed   bool // observer has seen the first snapshot
	observer   poolstate.Observer
	outages    poolstate.Outages
	evidence   poolstate.Evidence // latest observation of how the agent handles streaks
	evidenceOf ui.Evidence
}

func (m *Model) newStore(s Store) *store {
	return &store{
		Store: s, path: s.Operator.Store.Path(), feed: ui.Feed{State: ui.FeedWaiting},
		policy: m.cfg.Policy.Resolve(&poolstate.Pool{}, poolstate.NoEvidence),
	}
}

// shown returns the stores that are not hidden.
func shown(stores []*store) []*store {
	return slices.DeleteFunc(slices.Clone(stores), func(st *store) bool { return st.Hidden })
}

// allKnown reports whether each store has been loaded at least once, or has failed to load.
func (m *Model) allKnown() bool {
	return !slices.ContainsFunc(m.stores, func(st *store) bool { return !st.known })
}

// storeAt returns the store that was opened with the given path, or nil.
func (m *Model) storeAt(path string) *store {
	i := slices.IndexFunc(m.stores, func(st *store) bool { return st.path == path })
	if i < 0 {
		return nil
	}
	return m.stores[i]
}

// profileIn returns the profile in the refs of a store's credentials. It is "" if no other
// store is shown.
func (m *Model) profileIn(st *store) string {
	if st.Hidden || m.several {
		return st.Profile
	}
	return ""
}

// storeOf returns the store whose credentials have the given profile in their refs, or nil.
func (m *Model) storeOf(profile string) *store {
	i := slices.IndexFunc(m.stores, func(st *store) bool { return m.profileIn(st) == profile })
	if i < 0 {
		return nil
	}
	return m.stores[i]
}

// rootOf returns the store of the root from which a profile borrows, or nil.
func (m *Model) rootOf(st *store) *store {
	i := slices.IndexFunc(m.stores, func(r *store) bool { return r.Profile == poolstate.RootProfile })
	if i < 0 || m.stores[i] == st {
		return nil
	}
	return m.stores[i]
}

// source returns the store whose state is shown for st: the root's if st has no file or is a
// link to the root's, otherwise st.
func (m *Model) source(st *store) *store {
	if root := m.rootOf(st); root != nil && (st.missing || st.linksTo(root)) {
		return root
	}
	return st
}

func (st *store) linksTo(root *store) bool {
	return st.Operator.Store.Identity() == root.Operator.Store.Identity()
}

// refresh updates the store's view and policy.
func (m *Model) refresh(st *store) {
	own, lent, root := st.snapshot.Pool, (*poolstate.Pool)(nil), m.rootOf(st)
	if root != nil {
		lent = root.snapshot.Pool
	}
	borrowsAll := m.source(st) != st
	if borrowsAll {
		own = nil
	}
	switch {
	case own == nil && (!borrowsAll || lent == nil):
		st.view = nil
	case lent == nil:
		st.view = own
	case st.view == nil || st.own != own || st.lent != lent:
		st.view = poolstate.Borrow(own, lent)
	}
	st.own, st.lent = own, lent
	policy := st.policy
	switch {
	case borrowsAll:
		policy = root.policy
	case st.view != nil:
		policy = m.cfg.Policy.Resolve(st.view, st.evidence)
	}
	if policy != st.policy {
		st.policy = policy
		st.observer.SetPolicy(policy, m.cfg.Clock.Now())
	}
}

// assembled holds the combined pool of all shown stores.
type assembled struct {
	pool   *poolstate.Pool // nil before the first snapshot
	policy poolstate.Policy
}

// assemble combines the stores' views into m.latest. It reports whether m.latest has
// changed.
func (m *Model) assemble() (changed bool) {
	var views []poolstate.View
	for _, st := range shown(m.stores) {
		if m.refresh(st); st.view != nil {
			views = append(views, poolstate.View{Profile: m.profileIn(st), Pool: st.view, Policy: st.policy})
		}
	}
	if slices.Equal(views, m.views) {
		return false
	}
	m.views = views
	m.latest = assembled{policy: m.latest.policy}
	if len(views) > 0 {
		m.latest = assembled{poolstate.Merge(views), views[0].Policy}
	}
	return true
}

// update combines the stores' views. If the result has changed, update shows it unless the
// display is frozen.
func (m *Model) update() {
	if m.assemble() && !m.paused.on {
		m.show()
	}
}

// show shows the latest state of all stores.
func (m *Model) show() {
	m.assembled = m.latest
	if m.pool == nil {
		m.groups, m.selected = nil, nil
		return
	}
	m.watchOutages()
	m.arrange()
	if !m.settled { // stores that load later may insert rows above the selected one
		m.selectAt(0)
	}
	if m.dialog != nil && m.pool.Len() == 0 { // an empty screen has no room for a dialog
		m.cancelDialog(": " + m.whyNoSelection())
	}
}

// lends reports whether a hidden root lends its credentials of a provider to a profile that is
// shown.
func (m *Model) lends(provider string) bool {
	if m.latest.pool == nil {
		return false
	}
	p := m.latest.pool.Provider(provider)
	return p != nil && slices.ContainsFunc(p.Credentials, func(c poolstate.Credential) bool { return c.BorrowedFrom != "" })
}

// eventsOf prepares events of a store's observer for the dashboard: credentials get the
// profile of their store, and events of credentials that are not shown are omitted.
func (m *Model) eventsOf(st *store, events []poolstate.Event) []poolstate.Event {
	profile := m.profileIn(st)
	if profile == "" {
		return events
	}
	if st.Hidden {
		events = slices.DeleteFunc(events, func(e poolstate.Event) bool {
			return e.Credential() != nil && !m.lends(e.Credential().Provider) || e.Provider != "" && !m.lends(e.Provider)
		})
	}
	for i := range events {
		for _, c := range []**poolstate.Credential{&events[i].Before, &events[i].After} {
			if *c != nil {
				named := **c
				named.SetProfile(profile, &st.policy)
				*c = &named
			}
		}
	}
	return events
}

// feed returns the combined feed of all shown stores. It is stale only if all of them are.
func (m *Model) feed() ui.Feed {
	var best ui.Feed // FeedWaiting
	rank := map[ui.FeedState]int{ui.FeedStale: 1, ui.FeedLive: 2, ui.FeedPolling: 3}
	for _, st := range shown(m.stores) {
		if feed := m.source(st).feed; rank[feed.State] > rank[best.State] {
			best = feed
		}
	}
	return best
}

// addStores adds the state of the stores to the screen.
func (m *Model) addStores(s *ui.Screen) {
	all := shown(m.stores)
	first := all[0]
	s.Path, s.Profile, s.ActiveProfile, s.CorruptCopy, s.Guard, s.Feed = first.Path, first.Profile, first.active, first.corrupt, m.source(first).guard, m.feed()
	s.Strategies = first.strategies
	if i := slices.IndexFunc(m.stores, func(st *store) bool { return st.Hidden }); i >= 0 {
		s.RootPath = m.stores[i].Path
	}
	evidence := m.source(first)
	if m.several {
		s.Path, s.Profile, s.CorruptCopy, s.Guard, s.ByProfile = m.cfg.Home, "", "", nil, m.arrangement.byProfile
		for _, st := range all {
			if st.Profile == s.ActiveProfile {
				s.ActiveProfile = ""
			}
			source := m.source(st)
			s.Stores = append(s.Stores, ui.StoreFeed{Profile: st.Profile, Path: st.Path, Feed: source.feed, Guard: source.guard, Strategies: st.strategies})
		}
		evidence = nil
		if m.selected != nil {
			if st := m.storeOf(m.selected.Profile); st != nil {
				evidence = m.source(st)
			}
		}
	}
	if evidence != nil && evidence.evidence != poolstate.NoEvidence && !m.cfg.Policy.Forced() {
		s.Evidence = &evidence.evidenceOf
	}
}
