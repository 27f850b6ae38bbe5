package guard

import (
	"slices"
	"time"

	"pooltop/poolstate"
)

const (
	// evidenceAfter is how long a credential must work without a failure before its streak
	// ends. It is also the minimum time between two increases of request_count that show that
	// the credential was used.
	evidenceAfter = 10 * time.Minute
	// suspectAfter is how far in the future a failure may be. A failure further ahead is
	// neither counted nor pinned.
	suspectAfter = 5 * time.Minute
)

// Observe updates the streaks from a snapshot. It returns notes about streaks that were
// forgotten. If the same snapshot is observed again, nothing is counted twice, but streaks
// may end because time has passed.
func (s *State) Observe(pool *poolstate.Pool, rules Rules, at time.Time) []Note {
	if s.outdated(pool) {
		return nil
	}
	if s.Updated = pool.UpdatedAt; s.Updated.Year() > 9999 {
		s.Updated = time.Time{}
	}
	var notes []Note
	seen := map[string]*provider{}
	for i := range pool.Providers {
		p := &pool.Providers[i]
		mem := s.Providers[p.Name]
		if mem == nil {
			mem = &provider{}
		}
		if o := (observer{s, mem, pool, p, rules, at}); o.observe(&notes) {
			seen[p.Name] = mem
		}
	}
	s.Providers = seen
	return notes
}

// observer observes one provider.
type observer struct {
	state *State
	mem   *provider
	pool  *poolstate.Pool
	now   *poolstate.Provider
	rules Rules
	at    time.Time
}

// observe updates the provider's streaks and reports whether there is anything to remember
// about the provider.
func (o observer) observe(notes *[]Note) bool {
	counts := map[string]*count{}
	streaks := false
	present := countable(o.now)
	for _, cr := range present {
		c := o.mem.Credentials[cr.ID]
		if c == nil {
			if !o.failed(cr) {
				continue
			}
			c = &count{Cleared: o.clearedAt(cr), Requests: cr.RequestCount.Or(0)}
		}
		known := c.Streak > 0
		o.reset(c, cr)
		*notes = append(*notes, o.fail(c, cr)...)
		o.succeed(c, cr)
		if c.Streak > 0 && o.at.After(c.Last.Add(o.rules.Curve.Forget())) {
			if n := o.forget(c, cr); known { // otherwise the failure was already old when it was first seen
				*notes = append(*notes, n)
			}
		}
		o.remember(c, cr)
		if c.Streak > 0 || !o.at.After(c.Last.Add(o.rules.Curve.Forget())) || o.failed(cr) {
			counts[cr.ID] = c
		}
		streaks = streaks || c.Streak > 0
	}
	o.mem.keepTotals(present)
	o.mem.Credentials, o.mem.Order = counts, nil
	if streaks {
		o.mem.Order = o.order()
	}
	return len(counts) > 0 || len(o.mem.Totals) > 0 || o.mem.Pins > 0
}

// failed reports whether the file shows a failure that can be counted.
func (o observer) failed(cr *poolstate.Credential) bool {
	return cr.Status == poolstate.StatusExhausted && !cr.Held() && !cr.StatusAt.IsZero() &&
		!cr.StatusAt.After(o.at.Add(suspectAfter)) && !o.rules.Policy.Deadline(cr, o.at).IsZero()
}

// clearedAt returns the time of the last reset, or the zero time if it is too far in the
// future.
func (o observer) clearedAt(cr *poolstate.Credential) time.Time {
	if cr.ClearedAt.After(o.at.Add(suspectAfter)) {
		return time.Time{}
	}
	return cr.ClearedAt
}

// reset ends the streak if an operator reset the credential, or if it has new tokens.
func (o observer) reset(c *count, cr *poolstate.Credential) {
	cleared := o.clearedAt(cr)
	byGuard := !cleared.IsZero() && sameTime(cleared, c.ReleasedAt)
	moved := cleared.After(c.Cleared)
	nulled := c.Status == poolstate.StatusExhausted.String() && cr.Status == poolstate.StatusNone
	renewed := c.Tokens != "" && c.Tokens != cr.TokenMark(o.state.Salt)
	if (moved || nulled) && !byGuard || renewed {
		c.end()
	}
	if moved {
		c.Cleared = cleared
	}
}

// fail counts a new failure. A failure before the agent's own deadline is another report of the
// last failure and is not counted.
func (o observer) fail(c *count, cr *poolstate.Credential) (notes []Note) {
	if !o.failed(cr) || sameFailure(cr.StatusAt, c.At) || sameFailure(cr.StatusAt, c.Seen) {
		return nil
	}
	if c.Streak == 0 && (!cr.StatusAt.After(c.Seen) || !cr.StatusAt.After(c.Cleared)) {
		return nil // an agent restored a failure from its memory
	}
	c.Used, c.Rose = time.Time{}, time.Time{}
	if c.Streak > 0 && cr.StatusAt.Before(c.Own) {
		if cr.StatusAt.After(c.Seen) {
			c.Seen = cr.StatusAt
		}
		return nil
	}
	if c.Streak > 0 && cr.StatusAt.After(c.Last.Add(o.rules.Curve.Forget())) {
		notes = append(notes, o.forget(c, cr))
	}
	if c.Streak++; c.Streak == 1 {
		c.Since = cr.StatusAt
	}
	o.mem.failed(cr.ID, cr.ErrorCode.Or(0))
	c.At, c.Seen, c.Code = cr.StatusAt, cr.StatusAt, cr.ErrorCode.Or(0)
	c.Pin, c.Prior, c.Noted = nil, nil, ""
	c.Own = ownDeadline(c, cr, o.rules.Policy, o.at)
	c.Last = c.Own
	return notes
}

// ownDeadline returns the deadline that a failed credential would have without a pin. It
// ignores a reset time that is not later than the failure.
func ownDeadline(c *count, cr *poolstate.Credential, policy poolstate.Policy, at time.Time) time.Time {
	own := *cr
	if c.hasPin(cr) || !own.ResetAt.After(own.StatusAt) {
		own.ResetAt = time.Time{}
	}
	return poolstate.ToRFC3339(policy.Deadline(&own, at).At)
}

func (o observer) forget(c *count, cr *poolstate.Credential) Note {
	n := Note{Kind: Forgotten, Credential: *cr, Before: c.Streak, Reason: "no failure for a long time"}
	c.end()
	return n
}

// succeed ends the streak if the credential has been used for a while without a failure.
func (o observer) succeed(c *count, cr *poolstate.Credential) {
	requests := cr.RequestCount.Or(0)
	rose := requests > c.Requests
	c.Requests = max(c.Requests, requests)
	if c.Streak == 0 || o.failed(cr) || cr.Held() {
		return
	}
	switch {
	case rose && c.Rose.IsZero():
		c.Rose = o.at
	case rose && c.Used.IsZero() && o.at.Sub(c.Rose) >= evidenceAfter:
		c.Used = o.at
	}
	if c.Used.IsZero() && o.selected(c, cr) {
		c.Used = o.at
	}
	if !c.Used.IsZero() && o.at.Sub(c.Used) >= evidenceAfter {
		o.release(c, cr)
		c.end()
	}
}

// selected reports whether an agent has just ended the cooldown of a credential by using
// it. A selection clears all expired cooldowns, but uses only one credential.
func (o observer) selected(c *count, cr *poolstate.Credential) bool {
	if c.Status != poolstate.StatusExhausted.String() || cr.Status != poolstate.StatusOK || o.at.Before(c.Own) {
		return false
	}
	at := o.at // the latest possible time of the selection
	if written := o.pool.UpdatedAt; written.After(c.Own) && written.Before(at) {
		at = written
	}
	var available []string
	for _, s := range o.mem.Order {
		if s.ID == cr.ID || !s.Never && !s.From.After(at) {
			available = append(available, s.ID)
		}
	}
	strategy := o.rules.Strategies[o.now.Name]
	ordered := strategy == poolstate.FillFirst || strategy == poolstate.RoundRobin
	return len(available) == 1 || ordered && len(available) > 0 && available[0] == cr.ID
}

// release marks the pins of other credentials for removal if they failed with the same code as
// the credential that works again.
func (o observer) release(c *count, working *poolstate.Credential) {
	for id, sibling := range o.mem.Credentials {
		if id != working.ID && sibling.Streak > 0 && sibling.Code == c.Code {
			sibling.removePin()
		}
	}
}

// remember records the fields to compare with the next snapshot.
func (o observer) remember(c *count, cr *poolstate.Credential) {
	c.Status, c.Tokens = cr.Status.String(), cr.TokenMark(o.state.Salt)
	if c.hasPin(cr) && !c.Pin.Removed && c.Pin.Writes == 0 { // guard was killed after it wrote the pin
		c.Pin.Writes, c.Pin.Wrote = 1, o.at
		o.mem.Pins++
	}
}

// order returns the rotation order and when the agent can select each credential.
func (o observer) order() []slot {
	out := make([]slot, 0, len(o.now.Credentials))
	for i := range o.now.Credentials {
		cr := &o.now.Credentials[i]
		s := slot{ID: cr.ID}
		switch availability := o.rules.Policy.Availability(cr, o.at); {
		case availability.Returns():
			s.From = poolstate.ToRFC3339(o.rules.Policy.Deadline(cr, o.at).At)
		default:
			s.Never = availability == poolstate.Dead || availability == poolstate.Unusable
		}
		out = append(out, s)
	}
	return slices.Clip(out)
}
