package filter

import (
	"cmp"
	"slices"
	"time"

	"pooltop/poolstate"
)

// Order is how the table is sorted. Providers stay together in every order: they
// are placed by the credential that comes first among theirs. What is equal
// keeps its place in the pool, in both directions, and what has no value to sort
// by comes last in both.
type Order uint8

// The orders, each in its own direction.
const (
	// OrderPool is the pool's own: providers by name, credentials as the agent
	// rotates through them. Turned round, the providers stay where they are.
	OrderPool Order = iota
	// OrderWorst is by how much a person is needed: dead credentials, which
	// never come back by themselves; cooling and held ones, the longest wait
	// first, which is where a reset or a top-up gains most; due ones, which the
	// agent is about to retry; disabled ones, which are somebody's decision;
	// ready ones.
	OrderWorst
	// OrderDeadline is by deadline, soonest first; one that has passed is
	// sooner than all others. It does not change as time passes. A disabled
	// credential has none.
	OrderDeadline
	// OrderStreak is by streak, highest first; an unknown one is none.
	OrderStreak
	// OrderState is by availability, ready first.
	OrderState
	// OrderChange is by the last change, most recent first.
	OrderChange
	// OrderRequests is by the number of requests, most first.
	OrderRequests
)

var orderWords = [...]string{"pool order", "worst first", "deadline", "streak", "state", "last change", "requests"}

// String returns the words for it on screen.
func (o Order) String() string { return orderWords[o] }

// orderNames are what the orders are called where a word has to do.
var orderNames = [...]string{"pool", "worst", "deadline", "streak", "state", "change", "requests"}

// Name is what a person writes to choose it: in the configuration, on the
// command line.
func (o Order) Name() string { return orderNames[o] }

// Orders are all of them, in the order in which they are offered.
func Orders() []Order {
	return []Order{OrderPool, OrderWorst, OrderDeadline, OrderStreak, OrderState, OrderChange, OrderRequests}
}

// Next is the order after it, in a ring.
func (o Order) Next() Order { return (o + 1) % Order(len(orderWords)) }

// Arrange lists the credentials that match the filter, sorted; descending turns
// the order round. Providers without a match are left out, those without any
// credential only when there is a filter. Changed says when a credential last
// changed; where it is nil or says zero, the instant of the status counts.
// Providers in collapsed, by name, keep their place and heading, and none of
// their credentials.
func Arrange(p *poolstate.Pool, policy poolstate.Policy, now time.Time, f Filter, o Order, descending bool,
	changed func(poolstate.Ref) time.Time, collapsed map[string]bool,
) []Group {
	if p == nil {
		return nil
	}
	a := arranger{policy: policy, now: now, filter: f, order: o, descending: descending, changed: changed}
	if f.IsZero() {
		a.listed = make([]*poolstate.Credential, 0, p.Len())
	}
	for i := range p.Providers {
		a.add(&p.Providers[i], collapsed[p.Providers[i].Name])
	}
	if o != OrderPool {
		slices.SortStableFunc(a.heads, func(x, y head) int { return a.compare(&x.first, &y.first) })
	}
	groups := make([]Group, len(a.heads))
	for i, h := range a.heads {
		groups[i] = Group{Provider: h.provider, Credentials: a.listed[h.from:h.to:h.to]}
	}
	return groups
}

// arranger is the work of one Arrange.
type arranger struct {
	policy     poolstate.Policy
	now        time.Time
	filter     Filter
	order      Order
	descending bool
	changed    func(poolstate.Ref) time.Time

	texts  texts
	places []place // of one provider at a time
	heads  []head
	listed []*poolstate.Credential // of all providers, one after the other
}

// head is a provider to list, with its part of what is listed.
type head struct {
	provider *poolstate.Provider
	first    place
	from, to int
}

// place is what decides where a credential stands, smallest first.
type place struct {
	c *poolstate.Credential
	// lacks is above zero for what has nothing to sort by.
	lacks lack
	// rank, value and fraction are compared in turn.
	rank     uint8
	fraction int32
	value    int64
	// at is the place in the provider's rotation.
	at int
}

type lack uint8

const (
	lacksValue lack = iota + 1
	lacksCredentials
)

func (a *arranger) add(prov *poolstate.Provider, collapsed bool) {
	h := head{provider: prov, first: place{lacks: lacksCredentials}, from: len(a.listed)}
	a.places = a.places[:0]
	for i := range prov.Credentials {
		c := &prov.Credentials[i]
		state := a.policy.Assess(c, a.now)
		if a.filter.IsZero() || a.filter.match(&a.texts, c, state.Availability) {
			a.places = append(a.places, a.place(c, i, &state))
		}
	}
	switch {
	case len(a.places) > 0:
		h.first = slices.MinFunc(a.places, func(x, y place) int { return a.compare(&x, &y) })
	case !a.filter.IsZero():
		return
	}
	if !collapsed {
		a.list()
	}
	h.to = len(a.listed)
	a.heads = append(a.heads, h)
}

// list sorts the credentials of a provider and lists them.
func (a *arranger) list() {
	switch {
	case a.order != OrderPool:
		slices.SortFunc(a.places, func(x, y place) int {
			return cmp.Or(a.compare(&x, &y), cmp.Compare(x.at, y.at))
		})
	case a.descending:
		slices.Reverse(a.places)
	}
	for i := range a.places {
		a.listed = append(a.listed, a.places[i].c)
	}
}

func (a *arranger) compare(x, y *place) int {
	if x.lacks != y.lacks {
		return cmp.Compare(x.lacks, y.lacks)
	}
	if a.descending {
		x, y = y, x
	}
	switch {
	case x.rank != y.rank:
		return cmp.Compare(x.rank, y.rank)
	case x.value != y.value:
		return cmp.Compare(x.value, y.value)
	}
	return cmp.Compare(x.fraction, y.fraction)
}

// worstRanks place the availabilities in OrderWorst.
var worstRanks = [...]uint8{
	poolstate.Dead: 0, poolstate.Cooling: 1, poolstate.Held: 1,
	poolstate.Due: 2, poolstate.Disabled: 3, poolstate.Ready: 4,
}

func (a *arranger) place(c *poolstate.Credential, at int, state *poolstate.Assessment) place {
	p := place{c: c, at: at}
	switch a.order {
	case OrderWorst:
		p.rank = worstRanks[state.Availability]
		if state.Availability.Returns() {
			p.latest(state.Deadline.At)
		}
	case OrderDeadline:
		if state.Deadline.IsZero() || state.Availability == poolstate.Disabled {
			p.lacks = lacksValue
			break
		}
		p.soonest(state.Deadline.At)
	case OrderStreak:
		n, known := c.Streak.Known()
		p.most(n, known)
	case OrderState:
		p.rank = uint8(state.Availability)
	case OrderChange:
		p.latest(a.change(c))
	case OrderRequests:
		p.most(c.RequestCount.Get())
	}
	return p
}

// change is when the credential last changed, zero if that is not known.
func (a *arranger) change(c *poolstate.Credential) time.Time {
	if a.changed != nil {
		if at := a.changed(c.Ref); !at.IsZero() {
			return at
		}
	}
	return c.StatusAt
}

// soonest places by an instant. Seconds and nanoseconds are apart because an
// instant of a garbled file may lie where nanoseconds cannot be counted.
func (p *place) soonest(t time.Time) {
	p.value, p.fraction = t.Unix(), int32(t.Nanosecond())
}

// latest places by an instant, turned round.
func (p *place) latest(t time.Time) {
	if t.IsZero() {
		p.lacks = lacksValue
		return
	}
	p.soonest(t)
	p.value, p.fraction = ^p.value, ^p.fraction
}

// most places by a number, turned round; the smallest integer has no negative.
func (p *place) most(n int, known bool) {
	if !known {
		p.lacks = lacksValue
		return
	}
	p.value = ^int64(n)
}

// Group is a provider as it is listed: with the credentials to show.
type Group struct {
	Provider    *poolstate.Provider
	Credentials []*poolstate.Credential
}

// Groups lists the whole pool in its own order.
func Groups(p *poolstate.Pool) []Group {
	if p == nil {
		return nil
	}
	groups := make([]Group, len(p.Providers))
	for i := range p.Providers {
		prov := &p.Providers[i]
		groups[i].Provider = prov
		groups[i].Credentials = make([]*poolstate.Credential, len(prov.Credentials))
		for j := range prov.Credentials {
			groups[i].Credentials[j] = &prov.Credentials[j]
		}
	}
	return groups
}
