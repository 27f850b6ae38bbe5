package guard

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"pooltop/poolstate"
)

// State holds what guard remembers about a store between snapshots. The zero value is the
// state of a store that was never observed.
type State struct {
	// Salt makes token marks useless outside this state. It must be random.
	Salt      string               `json:"salt"`
	Updated   time.Time            `json:"updated,omitzero"` // when the latest snapshot was written
	Providers map[string]*provider `json:"providers,omitempty"`
}

// provider holds what guard remembers about one provider of the pool.
type provider struct {
	// Order is the rotation order in the last snapshot. It is nil if no credential has a
	// streak.
	Order       []slot            `json:"order,omitempty"`
	Credentials map[string]*count `json:"credentials"`
	// Totals counts failures by credential id and error code. Unlike a streak, a total never
	// decreases while the credential is in the file. Codes outside the range 100 to 599, and a
	// credential's codes beyond the first maxCodes, are counted as 0.
	Totals map[string]map[int]int `json:"totals,omitempty"`
	Pins   int                    `json:"pins,omitempty"` // writes of pins, including repeated ones
}

// maxCodes is the maximum number of error codes that are counted separately for a credential.
const maxCodes = 8

// failed adds a failure of a credential to the totals.
func (p *provider) failed(id string, code int) {
	old := p.Totals[id] // annotated credentials refer to it
	if _, known := old[code]; code < 100 || code > 599 || !known && len(old) >= maxCodes {
		code = 0
	}
	totals := map[int]int{code: old[code] + 1}
	for other, n := range old {
		if other != code {
			totals[other] = n
		}
	}
	p.setTotals(id, totals)
}

// keepTotals removes the totals of all credentials that are not present.
func (p *provider) keepTotals(present []*poolstate.Credential) {
	all := p.Totals
	p.Totals = nil
	for _, cr := range present {
		if t := all[cr.ID]; t != nil {
			p.setTotals(cr.ID, t)
		}
	}
}

func (p *provider) setTotals(id string, totals map[int]int) {
	if p.Totals == nil {
		p.Totals = map[string]map[int]int{}
	}
	p.Totals[id] = totals
}

// Raise raises the totals of a pool's credentials and providers to those of an earlier state,
// which may have seen failures that s has not.
func (s *State) Raise(pool *poolstate.Pool, earlier *State) {
	for i := range pool.Providers {
		name := pool.Providers[i].Name
		before, p := earlier.Providers[name], s.Providers[name]
		if before == nil || before == p {
			continue
		}
		if p == nil {
			if s.Providers == nil {
				s.Providers = map[string]*provider{}
			}
			p = &provider{}
			s.Providers[name] = p
		}
		p.Pins = max(p.Pins, before.Pins)
		for _, cr := range countable(&pool.Providers[i]) {
			if before.Totals[cr.ID] == nil {
				continue
			}
			totals := maps.Clone(before.Totals[cr.ID])
			for code, n := range p.Totals[cr.ID] {
				totals[code] = max(totals[code], n)
			}
			p.setTotals(cr.ID, totals)
		}
	}
}

// slot is a position in the rotation order.
type slot struct {
	ID string `json:"id"`
	// From is when the agent can select the credential. The zero time means immediately.
	From time.Time `json:"from,omitzero"`
	// Never is true if the agent cannot select the credential at all.
	Never bool `json:"never,omitempty"`
}

// count holds what guard remembers about one credential.
type count struct {
	Streak int       `json:"streak"`
	Since  time.Time `json:"since,omitzero"` // when the streak began
	// At is the time of the last counted failure, and Seen the time of the latest report of
	// that failure in the file.
	At   time.Time `json:"at,omitzero"`
	Seen time.Time `json:"seen,omitzero"`
	Code int       `json:"code,omitempty"`
	// Own is the agent's own deadline for the last counted failure. It is zero after the
	// streak has ended.
	Own time.Time `json:"own,omitzero"`
	// Last is the later of the agent's own deadline and the deadline of the pin.
	Last time.Time `json:"last,omitzero"`
	Pin  *pin      `json:"pin,omitempty"`
	// Prior is the previous streak, for Restore. It is nil after a new failure.
	Prior *streak `json:"prior,omitempty"`
	// Noted is the kind of the last decision that wrote nothing for the failure.
	Noted Kind `json:"noted,omitempty"`

	// The remaining fields are compared with the next snapshot.
	Status     string    `json:"status,omitempty"`
	Cleared    time.Time `json:"cleared,omitzero"`
	ReleasedAt time.Time `json:"released_at,omitzero"`
	Tokens     string    `json:"tokens,omitempty"`
	// Requests is the highest known request_count. Rose is when the count first rose after
	// the failure.
	Requests int       `json:"requests,omitempty"`
	Rose     time.Time `json:"rose,omitzero"`
	// Used is the time of the first snapshot that showed a use of the credential.
	Used time.Time `json:"used,omitzero"`
}

// streak holds the fields of a count that [State.Restore] brings back.
type streak struct {
	Streak int       `json:"streak"`
	Since  time.Time `json:"since,omitzero"`
	Own    time.Time `json:"own,omitzero"`
	Pin    *pin      `json:"pin,omitempty"`
}

// pin is a deadline that guard wrote or is about to write.
type pin struct {
	Until time.Time `json:"until"`
	// Removed is true if guard has removed the pin from the file or must remove it.
	Removed bool `json:"removed,omitempty"`
	// Writes counts how often the pin was written or, if Removed, removed. Wrote is the
	// time of the last write.
	Writes int       `json:"writes,omitempty"`
	Wrote  time.Time `json:"wrote,omitzero"`
}

func (p *pin) invalid() bool { return p != nil && p.Writes < 0 }

// retryDelays lists the minimum delay before each write of a pin. If agents undo the first
// write, guard repeats it up to five times.
var retryDelays = []time.Duration{0, 0, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// next returns the earliest time of the next write of the pin, or false if it was already
// written too often.
func (p *pin) next() (time.Time, bool) {
	if p.Writes >= len(retryDelays) {
		return time.Time{}, false
	}
	return p.Wrote.Add(retryDelays[p.Writes]), true
}

// removePin marks the pin for removal from the file.
func (c *count) removePin() {
	if c.Pin != nil && !c.Pin.Removed {
		c.Pin = &pin{Until: c.Pin.Until, Removed: true}
	}
}

// pinnedUntil returns the deadline of the current pin, or the zero time.
func (c *count) pinnedUntil() time.Time {
	if c.Pin == nil || c.Pin.Removed {
		return time.Time{}
	}
	return c.Pin.Until
}

// hasPin reports whether the pin is in the credential's entry in the file.
func (c *count) hasPin(cr *poolstate.Credential) bool {
	return c.Pin != nil && cr.Status == poolstate.StatusExhausted && !cr.Held() && sameTime(cr.ResetAt, c.Pin.Until)
}

// end ends the streak and marks the pin for removal.
func (c *count) end() {
	if c.Streak > 0 {
		c.Prior = &streak{c.Streak, c.Since, c.Own, c.Pin}
	}
	c.removePin()
	c.Streak, c.Since, c.Own, c.Noted = 0, time.Time{}, time.Time{}, ""
	c.Used, c.Rose = time.Time{}, time.Time{}
}

// Restore swaps the current streak of each credential with its previous streak. It is called
// when the reset that ended the previous streak is undone. A second call reverts the first.
func (s *State) Restore(refs []poolstate.Ref) {
	for _, ref := range refs {
		if c := s.find(&poolstate.Credential{Ref: ref}); c != nil && c.Prior != nil {
			now := streak{c.Streak, c.Since, c.Own, c.Pin}
			c.Streak, c.Since, c.Own, c.Pin = c.Prior.Streak, c.Prior.Since, c.Prior.Own, c.Prior.Pin
			c.Prior = &now
		}
	}
}

// Decode decodes a stored state.
func Decode(data []byte) (*State, error) {
	var s State
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, err
	}
	for name, p := range s.Providers {
		if p == nil {
			return nil, fmt.Errorf("provider %q is null", name)
		}
		for id, totals := range p.Totals {
			for _, n := range totals {
				if n < 0 {
					return nil, fmt.Errorf("invalid totals of credential %q of provider %q", id, name)
				}
			}
		}
		for id, c := range p.Credentials {
			if c == nil || c.Streak < 0 || c.Pin.invalid() || c.Prior != nil && (c.Prior.Streak < 0 || c.Prior.Pin.invalid()) {
				return nil, fmt.Errorf("invalid credential %q of provider %q", id, name)
			}
		}
	}
	return &s, nil
}

// Encode encodes the state for storage. It contains no secrets.
func (s *State) Encode() ([]byte, error) {
	data, err := json.Marshal(s)
	return append(data, '\n'), err
}

// An outdated snapshot is older than the latest one by less than maxOutdated. A greater
// difference means that the clock was set back.
const maxOutdated = time.Minute

// outdated reports whether a pool is slightly older than the latest observed pool, because a
// slow process observes it late.
func (s *State) outdated(pool *poolstate.Pool) bool {
	age := s.Updated.Sub(pool.UpdatedAt)
	return age > 0 && age < maxOutdated
}

// find returns the count of a credential, or nil if there is none.
func (s *State) find(c *poolstate.Credential) *count {
	if p := s.Providers[c.Provider]; p != nil {
		return p.Credentials[c.ID]
	}
	return nil
}

// countable returns the credentials of a provider whose failures can be counted: those
// with a unique id.
func countable(p *poolstate.Provider) []*poolstate.Credential {
	ids := map[string]int{}
	for i := range p.Credentials {
		ids[p.Credentials[i].ID]++
	}
	out := make([]*poolstate.Credential, 0, len(p.Credentials))
	for i := range p.Credentials {
		if c := &p.Credentials[i]; c.ID != "" && ids[c.ID] == 1 {
			out = append(out, c)
		}
	}
	return out
}

// Annotate sets the fields of the pool's credentials that depend on the state. The state
// must have observed the pool.
func (s *State) Annotate(pool *poolstate.Pool) {
	for i := range pool.Providers {
		mem := s.Providers[pool.Providers[i].Name]
		if mem == nil {
			mem = &provider{}
		}
		pool.Providers[i].Pins = mem.Pins
		for _, cr := range countable(&pool.Providers[i]) {
			c := mem.Credentials[cr.ID]
			if c == nil {
				c = &count{}
			}
			cr.Exhaustions = mem.Totals[cr.ID]
			cr.Observed, cr.ObservedSince, cr.ReleasedAt = poolstate.Some(c.Streak), c.Since, c.ReleasedAt
			if cr.Pinned = c.hasPin(cr); cr.Pinned {
				cr.AgentDeadline = c.Own
			}
		}
	}
}

// Next returns the earliest time when an unchanged snapshot can produce a note or a decision,
// or the zero time if it cannot.
func (s *State) Next(pool *poolstate.Pool, rules Rules, at time.Time) time.Time {
	var next time.Time
	soonest := func(t time.Time) {
		if t.After(at) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	for i := range pool.Providers {
		for _, cr := range countable(&pool.Providers[i]) {
			c := s.find(cr)
			if c == nil {
				continue
			}
			if !c.Used.IsZero() {
				soonest(c.Used.Add(evidenceAfter))
			}
			if c.Streak > 0 {
				soonest(c.Last.Add(rules.Curve.Forget()))
			}
			if c.Pin != nil && c.Pin.Removed == c.hasPin(cr) {
				if again, more := c.Pin.next(); more {
					soonest(again)
				}
			}
		}
	}
	return next
}
