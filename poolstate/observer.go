package poolstate

import (
	"slices"
	"time"
)

// Observer turns what is seen of a store in the course of time into events:
// pictures, failures to take one, and the clock. The zero value has seen
// nothing. It keeps the last picture and no other.
type Observer struct {
	pool   *Pool
	policy Policy
	// seen is when the last picture was taken, clock the instant up to which
	// deadlines have been looked at, and next the first one after it.
	seen, clock, next time.Time
	// trouble is what is wrong with the file, while failed is true.
	failed  bool
	trouble EventKind
}

// Observe takes the next picture and returns what happened since the one before.
// The first picture has no past: see [History].
func (o *Observer) Observe(pool *Pool, policy Policy, at time.Time) []Event {
	var out []Event
	if o.failed {
		out = append(out, Event{At: at, Kind: EventFileRecovered})
		o.failed = false
	}
	if o.pool != nil {
		out = append(out, o.Tick(at)...)
	}
	if o.pool != nil && o.pool != pool {
		for _, e := range diff(o.pool, pool, at) {
			e.At = o.happened(&e, pool, at)
			out = append(out, e)
		}
	}
	o.pool, o.seen = pool, at
	o.SetPolicy(policy, at)
	return out
}

// SetPolicy goes on with another policy, by which deadlines are computed from an
// instant on.
func (o *Observer) SetPolicy(policy Policy, at time.Time) {
	o.policy, o.clock, o.next = policy, at, nextDeadline(o.pool, policy, at)
}

// happened is when an event happened, by the file's own word where that can be
// true: not after this picture, and not before the last one. Then each pooltop
// that watches gives an event the same time.
func (o *Observer) happened(e *Event, pool *Pool, at time.Time) time.Time {
	said := []time.Time{pool.UpdatedAt}
	if e.After != nil {
		switch e.Kind {
		case EventExhausted, EventHeld, EventDead:
			said = []time.Time{e.After.StatusAt, pool.UpdatedAt}
		case EventReset:
			said = []time.Time{e.After.ClearedAt, pool.UpdatedAt}
		}
	}
	// What is written a moment after it happened may just have missed the last
	// picture.
	earliest := o.seen.Add(-SameEventWithin)
	for _, t := range said {
		if !t.After(at) && !t.Before(earliest) {
			return t
		}
	}
	return at
}

// Fail notes that no picture could be taken, since the file is not there or
// cannot be read. It returns an event when that is new.
func (o *Observer) Fail(missing bool, at time.Time) []Event {
	kind := EventFileUnreadable
	if missing {
		kind = EventFileMissing
	}
	if o.failed && o.trouble == kind || o.pool == nil && missing {
		return nil // waiting for a first file is no trouble
	}
	o.failed, o.trouble = true, kind
	return []Event{{At: at, Kind: kind}}
}

// Tick returns the credentials that became due up to an instant. It costs
// nothing while no deadline passes.
func (o *Observer) Tick(at time.Time) []Event {
	if o.next.IsZero() || at.Before(o.next) {
		return nil
	}
	var out []Event
	for c := range o.pool.All() {
		d := o.policy.Deadline(c, at)
		if availability(c, d, at) == Due && !d.IsZero() && d.At.After(o.clock) {
			out = append(out, Event{At: d.At, Kind: EventDue, By: ByClock, Before: c, After: c})
		}
	}
	o.clock, o.next = at, nextDeadline(o.pool, o.policy, at)
	slices.SortStableFunc(out, byTime)
	return out
}

func byTime(a, b Event) int { return a.At.Compare(b.At) }

// Next is when the clock alone makes the next event; zero for never.
func (o *Observer) Next() time.Time { return o.next }

// nextDeadline is the first deadline after an instant, zero without one.
func nextDeadline(p *Pool, policy Policy, at time.Time) time.Time {
	if p == nil {
		return time.Time{}
	}
	return p.Summarize(policy, at).NextAt
}

// History returns what a picture tells of the time before it, oldest first: who
// failed, was held or reset, and when, and whose deadline has passed since.
func History(p *Pool, policy Policy, now time.Time) []Event {
	var out []Event
	add := func(e Event) {
		if !e.At.IsZero() && !e.At.After(now) {
			out = append(out, e)
		}
	}
	for c := range p.All() {
		switch {
		case c.Status == StatusDead:
			add(Event{At: c.StatusAt, Kind: EventDead, After: c})
		case c.Held():
			add(Event{At: c.StatusAt, Kind: EventHeld, By: ByOperator, After: c})
		case c.Status == StatusExhausted:
			add(Event{At: c.StatusAt, Kind: EventExhausted, After: c})
		default:
			add(Event{At: c.ClearedAt, Kind: EventReset, By: ByOperator, After: c})
		}
		if d := policy.Deadline(c, now); availability(c, d, now) == Due {
			add(Event{At: d.At, Kind: EventDue, By: ByClock, Before: c, After: c})
		}
	}
	slices.SortStableFunc(out, byTime)
	return out
}
