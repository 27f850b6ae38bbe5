package poolstate

import (
	"slices"
	"time"
)

// Observer derives events from what is seen of a store over time: snapshots,
// failures to load one, and the passing of deadlines. The zero value has seen
// nothing. An Observer keeps the latest snapshot only.
type Observer struct {
	pool   *Pool
	policy Policy
	// seenAt is the time of the latest snapshot, checkedAt the instant up to
	// which deadlines were checked, and next the first deadline after it.
	seenAt, checkedAt, next time.Time
	// failure is the kind of the latest failure, valid while failed is true.
	failed  bool
	failure EventKind
}

// Observe adds a snapshot and returns what happened since the previous one. The
// first snapshot produces no events; see [History].
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
			e.At = o.timeOf(&e, pool, at)
			out = append(out, e)
		}
	}
	o.pool, o.seenAt = pool, at
	o.SetPolicy(policy, at)
	return out
}

// SetPolicy changes the policy by which deadlines after at are computed.
func (o *Observer) SetPolicy(policy Policy, at time.Time) {
	o.policy, o.checkedAt, o.next = policy, at, nextDeadline(o.pool, policy, at)
}

// timeOf returns when an event happened according to the file, so that all
// observers agree. A time after this snapshot or before the previous one is
// impossible, and at is used instead.
func (o *Observer) timeOf(e *Event, pool *Pool, at time.Time) time.Time {
	var recorded time.Time
	switch e.Kind {
	case EventExhausted, EventHeld, EventDead:
		recorded = e.After.StatusAt
	case EventReset:
		recorded = e.After.ClearedAt
	}
	// The write follows the event and may have just missed the previous snapshot.
	earliest := o.seenAt.Add(-SameEventWithin)
	for _, t := range []time.Time{recorded, pool.UpdatedAt} {
		if !t.After(at) && !t.Before(earliest) {
			return t
		}
	}
	return at
}

// Fail records that the file could not be loaded because it is missing or
// unreadable. It returns an event if that is new. A file that was never there is
// not reported as missing.
func (o *Observer) Fail(missing bool, at time.Time) []Event {
	kind := EventFileUnreadable
	if missing {
		kind = EventFileMissing
	}
	if o.failed && o.failure == kind || o.pool == nil && missing {
		return nil
	}
	o.failed, o.failure = true, kind
	return []Event{{At: at, Kind: kind}}
}

// Tick returns the credentials that became due until at, in order of their
// deadlines. It takes constant time unless a deadline has passed.
func (o *Observer) Tick(at time.Time) []Event {
	if o.next.IsZero() || at.Before(o.next) {
		return nil
	}
	var out []Event
	for c := range o.pool.All() {
		d := o.policy.Deadline(c, at)
		if availability(c, d, at) == Due && !d.IsZero() && d.At.After(o.checkedAt) {
			out = append(out, Event{At: d.At, Kind: EventDue, By: ByClock, Before: c, After: c})
		}
	}
	o.checkedAt, o.next = at, nextDeadline(o.pool, o.policy, at)
	sortByTime(out)
	return out
}

func sortByTime(events []Event) {
	slices.SortStableFunc(events, func(a, b Event) int { return a.At.Compare(b.At) })
}

// Next returns when Tick will return the next event, zero for never.
func (o *Observer) Next() time.Time { return o.next }

// nextDeadline returns the first deadline after an instant, zero if there is
// none.
func nextDeadline(p *Pool, policy Policy, at time.Time) time.Time {
	if p == nil {
		return time.Time{}
	}
	return p.Summarize(policy, at).NextAt
}

// History returns the events before now that a snapshot implies, oldest first:
// the latest failure, hold or reset of each credential, and deadlines that have
// passed since.
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
	sortByTime(out)
	return out
}
