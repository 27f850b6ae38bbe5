package poolstate

import (
	"cmp"
	"time"
)

// QuietPeriod is the minimum time between two events of the same kind from an [Outages]
// about the same provider.
const QuietPeriod = time.Minute

// Outages derives [EventProviderOut], [EventProviderBack] and [EventAllBack] from the
// snapshots of one store. If a provider goes out and comes back repeatedly, changes within
// [QuietPeriod] are reported afterwards, if they have lasted. The zero value is ready to
// use.
type Outages struct {
	out  map[string]bool // whether each provider was last reported as out; nil before the first snapshot
	some bool            // whether the pool was last reported as not completely ready
	sent map[Event]time.Time
	next time.Time
}

// Observe adds a snapshot and returns the events since the previous one. The first snapshot
// of a provider produces none. The events of the snapshot's credentials determine by whom
// and when the change was made.
func (o *Outages) Observe(pool *Pool, policy Policy, events []Event, now time.Time) []Event {
	first, out := o.out == nil, make(map[string]bool, len(pool.Providers))
	if first {
		o.sent = map[Event]time.Time{}
	}
	var found []Event
	o.next = time.Time{}
	for i := range pool.Providers {
		p := &pool.Providers[i]
		sum := p.Summarize(policy, now)
		if sum.Total == 0 {
			continue
		}
		was, known := o.out[p.Name]
		is := sum.Out()
		if out[p.Name] = is; !known || is == was {
			continue
		}
		e := Event{Kind: EventProviderBack, Provider: p.Name}
		if is {
			e.Kind = EventProviderOut
		}
		if !o.allow(e, now) {
			out[p.Name] = was
			continue
		}
		if is {
			e.NextAt = sum.NextAt
		}
		found = append(found, e.causedBy(events, now))
	}
	sum := pool.Summarize(policy, now)
	some := sum.Ready() == 0 || sum.Ready() < sum.Total-sum.Never
	if e := (Event{Kind: EventAllBack}); !first && o.some && !some {
		if some = !o.allow(e, now); !some {
			found = append(found, e.causedBy(events, now))
		}
	}
	o.out, o.some = out, some
	return found
}

// allow reports whether an event may be reported now. If not, it sets next.
func (o *Outages) allow(e Event, now time.Time) bool {
	if last, sent := o.sent[e]; sent && now.Sub(last).Abs() < QuietPeriod {
		if again := last.Add(QuietPeriod); o.next.IsZero() || again.Before(o.next) {
			o.next = again
		}
		return false
	}
	o.sent[e] = now
	return true
}

// Next returns when to call Observe again although the snapshot has not changed, or the
// zero time.
func (o *Outages) Next() time.Time { return o.next }

// Due reports whether to call Observe again now although the snapshot has not changed.
func (o *Outages) Due(now time.Time) bool {
	left := o.next.Sub(now)
	return !o.next.IsZero() && (left <= 0 || left > QuietPeriod) // the clock may have been set back
}

// causedBy returns e with the actor and the time of the last of the events about the
// provider or, if e has no provider, about any credential. The default is an agent, now.
func (e Event) causedBy(events []Event, now time.Time) Event {
	e.At = now
	for i := range events {
		if c := events[i].Credential(); c != nil && c.Provider == cmp.Or(e.Provider, c.Provider) {
			e.At, e.By = events[i].At, events[i].By
		}
	}
	return e
}
