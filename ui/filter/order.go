package filter

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"pooltop/poolstate"
)

// Order is an order of the table. In every order, the credentials of a provider stay
// together, and providers are sorted by their first credentials. Credentials without a
// value to sort by come last. Equal credentials stay in pool order, even if the order is reversed.
type Order uint8

// The orders, each in its natural direction.
const (
	OrderPool Order = iota // providers by name, credentials in rotation order; reversing affects only the credentials
	// OrderWorst begins with the providers that are out. It sorts credentials by urgency (see
	// worstRanks), then by longest wait, because resetting that credential saves the most time.
	OrderWorst
	OrderDeadline // earliest first; past deadlines count, so that rows do not move as time passes
	OrderStreak   // highest first, unknown last
	OrderState    // by availability, ready first
	OrderChange   // most recent first
	OrderRequests // most first
)

// String returns the order's name as shown on screen.
func (o Order) String() string {
	return [...]string{"pool order", "worst first", "deadline", "streak", "state", "last change", "requests"}[o]
}

// Name returns the order's name in the configuration and on the command line.
func (o Order) Name() string {
	return [...]string{"pool", "worst", "deadline", "streak", "state", "change", "requests"}[o]
}

// Orders returns all orders, in the order of their constants.
func Orders() []Order {
	return []Order{OrderPool, OrderWorst, OrderDeadline, OrderStreak, OrderState, OrderChange, OrderRequests}
}

// Next returns the next order; after the last, it returns the first.
func (o Order) Next() Order { return (o + 1) % (OrderRequests + 1) }

// Group is a provider or a profile with the credentials to list.
type Group struct {
	Name string // of the provider or the profile
	// Profile is true for a profile.
	Profile bool
	// Providers contains the provider or, for a profile, the profile's part of each provider
	// that it uses, including credentials that are not listed.
	Providers   []poolstate.Provider
	Notes       []string                // of the providers
	Credentials []*poolstate.Credential // none if the group is collapsed
	first       row                     // set even if the group is collapsed
	out         outage
}

// outage is the extent to which a group is out. A provider is out if it has credentials but
// none is ready.
type outage uint8

const (
	noOutage    outage = iota
	partlyOut          // a provider is out in the profile, or in some of the profiles that use it
	entirelyOut        // the provider is out in every profile that uses it
)

// Total returns the number of credentials of the group, whether or not they are listed. It
// counts repeated credentials only if the group is a profile.
func (g *Group) Total() int {
	n := 0
	for i := range g.Providers {
		for j := range g.Providers[i].Credentials {
			if c := &g.Providers[i].Credentials[j]; g.Profile || !c.Repeated {
				n++
			}
		}
	}
	return n
}

// Borrowed reports whether the group has credentials and borrows all of them.
func (g *Group) Borrowed() bool {
	n := 0
	for i := range g.Providers {
		for j := range g.Providers[i].Credentials {
			if n++; g.Providers[i].Credentials[j].BorrowedFrom == "" {
				return false
			}
		}
	}
	return n > 0
}

// Listed returns an iterator over the credentials of all groups.
func Listed(groups []Group) iter.Seq[*poolstate.Credential] {
	return func(yield func(*poolstate.Credential) bool) {
		for _, g := range groups {
			for _, c := range g.Credentials {
				if !yield(c) {
					return
				}
			}
		}
	}
}

// Groups lists the whole pool in pool order.
func Groups(p *poolstate.Pool) []Group { return (&Listing{}).Groups(p, poolstate.Flat(), time.Time{}) }

// Listing selects and sorts the credentials of a pool. The zero value lists the whole
// pool in pool order.
type Listing struct {
	Filter  Filter
	Order   Order
	Reverse bool
	// OutFirst puts providers that are out before the others, as OrderWorst does.
	OutFirst bool
	// Changed contains times of observed changes. For other credentials, the status time is used.
	Changed map[poolstate.Ref]time.Time
	// Collapsed contains the names of groups that are listed without their credentials.
	Collapsed map[string]bool
	// ByProfile groups the credentials of a merged pool by profile, not by provider. A
	// profile's credentials are sorted by provider unless Order specifies otherwise.
	ByProfile bool
}

// GroupName returns the name of the group in which c is listed.
func (l *Listing) GroupName(c *poolstate.Credential) string {
	if l.ByProfile && c.Profile != "" {
		return c.Profile
	}
	return c.Provider
}

// Groups lists a pool at the given time. If there is a filter, groups without a match are
// omitted. A repeated credential is listed only if its original is not in the same group.
func (l *Listing) Groups(p *poolstate.Pool, policy poolstate.Policy, now time.Time) []Group {
	if p == nil {
		return nil
	}
	var groups []Group
	for _, g := range l.split(p) {
		var rows []row
		for i := range g.Providers {
			rows = l.rows(rows, &g, g.Providers[i].Credentials, policy, now)
		}
		if len(rows) > 0 || l.Filter.IsZero() {
			l.fill(&g, rows)
			groups = append(groups, g)
		}
	}
	slices.SortStableFunc(groups, func(x, y Group) int {
		return cmp.Or(l.compareOut(x.out, y.out), l.compare(x.first, y.first))
	})
	return groups
}

// split returns the groups of a pool. Their credentials to list are not set yet. Profiles that
// borrow all their credentials come after the others.
func (l *Listing) split(p *poolstate.Pool) []Group {
	var groups []Group
	if !l.ByProfile || p.Profiles == nil {
		for i := range p.Providers {
			groups = append(groups, Group{Name: p.Providers[i].Name, Providers: p.Providers[i : i+1], Notes: p.Providers[i].Notes})
		}
		return groups
	}
	for _, name := range p.Profiles {
		g := Group{Name: name, Profile: true}
		for i := range p.Providers {
			part := p.Providers[i].Of(name)
			if len(part.Credentials) > 0 {
				g.Providers = append(g.Providers, part)
			}
			for _, note := range part.Notes {
				g.Notes = append(g.Notes, part.Name+": "+note)
			}
		}
		groups = append(groups, g)
	}
	slices.SortStableFunc(groups, func(x, y Group) int {
		switch a, b := x.Borrowed(), y.Borrowed(); {
		case a == b:
			return 0
		case b:
			return -1
		}
		return 1
	})
	return groups
}

// rows adds the rows of a provider's credentials that match the filter, and records in g
// whether the provider is out.
func (l *Listing) rows(rows []row, g *Group, credentials []poolstate.Credential, policy poolstate.Policy, now time.Time) []row {
	listed, ready, parts, readyParts := len(rows), false, 0, 0
	for i := range credentials {
		c := &credentials[i]
		a := policy.Assess(c, now)
		if i == 0 || c.Profile != credentials[i-1].Profile {
			parts, ready = parts+1, false
		}
		if a.Availability == poolstate.Ready && !ready {
			readyParts, ready = readyParts+1, true
		}
		if l.Filter.Match(c, a.Availability) {
			rows = append(rows, l.row(c, &a))
		}
	}
	switch {
	case readyParts == parts:
	case g.Profile && credentials[0].BorrowedFrom != "": // this outage counts only in the owner's group
	case readyParts == 0 && !g.Profile:
		g.out = entirelyOut
	default:
		g.out = partlyOut
	}
	added := rows[listed:]
	if l.Order == OrderPool && l.Reverse {
		slices.Reverse(added)
	}
	if !g.Profile {
		added = withoutRepeated(added)
	}
	return rows[:listed+len(added)]
}

// withoutRepeated removes repeated credentials whose originals are among the rows.
func withoutRepeated(rows []row) []row {
	if !slices.ContainsFunc(rows, func(r row) bool { return r.credential.Repeated }) {
		return rows
	}
	originals := map[poolstate.Ref]bool{}
	for _, r := range rows {
		if c := r.credential; !c.Repeated {
			originals[c.Original()] = true
		}
	}
	return slices.DeleteFunc(rows, func(r row) bool { return r.credential.Repeated && originals[r.credential.Original()] })
}

// compareOut compares groups by their outages, if the order depends on outages.
func (l *Listing) compareOut(x, y outage) int {
	switch {
	case l.Order != OrderWorst && !l.OutFirst:
		return 0
	case l.Reverse:
		return cmp.Compare(x, y)
	}
	return cmp.Compare(y, x)
}

// fill sorts the rows of a group and, unless it is collapsed, lists them.
func (l *Listing) fill(g *Group, rows []row) {
	g.first = row{missing: 2}
	slices.SortStableFunc(rows, l.compare)
	if len(rows) > 0 {
		g.first = rows[0]
	}
	if l.Collapsed[g.Name] {
		return
	}
	for _, r := range rows {
		g.Credentials = append(g.Credentials, r.credential)
	}
}

// row is a credential and its sort keys, smallest first.
type row struct {
	credential *poolstate.Credential
	missing    int // 1 for a credential without a value, 2 for a group without credentials
	rank       int
	at         time.Time
}

func (l *Listing) compare(x, y row) int {
	if l.Order == OrderPool {
		return 0
	}
	if x.missing != y.missing {
		return cmp.Compare(x.missing, y.missing)
	}
	if l.Reverse {
		x, y = y, x
	}
	if l.Order == OrderDeadline {
		return x.at.Compare(y.at)
	}
	return cmp.Or(cmp.Compare(x.rank, y.rank), y.at.Compare(x.at))
}

// worstRanks ranks availabilities for OrderWorst. Dead credentials are first because
// they do not recover on their own. Due credentials rank low because the agent is about
// to retry them, and unusable credentials because the agent never selects them.
var worstRanks = [...]int{
	poolstate.Dead: 0, poolstate.Cooling: 1, poolstate.Held: 1,
	poolstate.Due: 2, poolstate.Unusable: 3, poolstate.Ready: 4,
}

func (l *Listing) row(c *poolstate.Credential, a *poolstate.Assessment) row {
	r := row{credential: c}
	exists := true
	switch l.Order {
	case OrderWorst:
		r.rank = worstRanks[a.Availability]
		if a.Availability.Returns() {
			r.at = a.Deadline.At
		}
	case OrderDeadline:
		r.at = a.Deadline.At
		exists = !a.Deadline.IsZero() && a.Availability != poolstate.Unusable
	case OrderStreak:
		r.rank, exists = c.Failures().Known()
		r.rank = ^r.rank // highest first; unlike negation, ^ cannot overflow
	case OrderState:
		r.rank = int(a.Availability)
	case OrderChange:
		var seen bool
		if r.at, seen = l.Changed[c.Ref]; !seen {
			r.at = c.StatusAt
		}
		exists = !r.at.IsZero()
	case OrderRequests:
		r.rank, exists = c.RequestCount.Get()
		r.rank = ^r.rank
	}
	if !exists {
		return row{credential: c, missing: 1}
	}
	return r
}
