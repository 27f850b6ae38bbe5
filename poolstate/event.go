package poolstate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// EventKind is a kind of change to a credential, a provider or the file.
type EventKind uint8

// The event kinds.
const (
	EventExhausted EventKind = iota
	EventHeld
	EventDue
	EventReady
	EventReset
	EventUndone // an action on the credential was undone
	EventRefreshed
	EventDead
	EventAdded
	EventRemoved
	EventPinned
	EventReleased
	EventForgotten
	EventReordered    // an operator moved the credential in the rotation order
	EventProviderOut  // no credential of the provider is ready anymore
	EventProviderBack // a credential of the provider is ready again
	EventAllBack      // all credentials that can recover on their own are ready again
	EventFileMissing
	EventFileUnreadable
	EventFileRecovered
	EventHookFailed // a command that handles events failed
	EventCommand    // an operator ran a configured command on the credential
	EventJournalFailed
)

var eventWords = []string{
	"exhausted", "held", "due", "ready", "reset", "undone", "refreshed",
	"dead", "added", "removed", "pinned", "released", "forgotten", "reordered",
	"provider_out", "provider_back", "all_back", "file_missing", "file_unreadable", "file_recovered", "hook_failed", "command",
	"journal_failed",
}

// EventKinds returns all kinds of events.
func EventKinds() []EventKind {
	kinds := make([]EventKind, len(eventWords))
	for i := range kinds {
		kinds[i] = EventKind(i)
	}
	return kinds
}

// String returns the word used on screen and in JSON.
func (k EventKind) String() string { return wordOf(k, eventWords) }

// OfFile reports whether the event concerns the file.
func (k EventKind) OfFile() bool { return k >= EventFileMissing && k <= EventFileRecovered }

// OfCredential reports whether the event concerns a single credential.
func (k EventKind) OfCredential() bool { return k < EventProviderOut || k == EventCommand }

// MarshalText implements [encoding.TextMarshaler].
func (k EventKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]. It returns an
// error for unknown values.
func (k *EventKind) UnmarshalText(text []byte) error { return parseWord(k, eventWords, text) }

// Actor is who or what caused an event.
type Actor uint8

// The actors. The clock makes credentials due.
const (
	ByAgent Actor = iota
	ByOperator
	ByClock
	ByGuard
)

var actorWords = []string{"agent", "operator", "clock", "guard"}

// String returns the word used on screen and in JSON.
func (a Actor) String() string { return wordOf(a, actorWords) }

// MarshalText implements [encoding.TextMarshaler].
func (a Actor) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]. It returns an
// error for unknown values.
func (a *Actor) UnmarshalText(text []byte) error { return parseWord(a, actorWords, text) }

// wordOf returns the word for v, or its type and number if there is none.
func wordOf[T ~uint8](v T, words []string) string {
	if int(v) < len(words) {
		return words[v]
	}
	return fmt.Sprintf("%T(%d)", v, uint8(v))
}

// parseWord sets v to the value that the word in text represents. An unknown value is an error.
func parseWord[T ~uint8](v *T, words []string, text []byte) error {
	i := slices.Index(words, string(text))
	if i < 0 {
		return fmt.Errorf("unknown value %q (want one of %s)", text, strings.Join(words, ", "))
	}
	*v = T(i)
	return nil
}

// Event is one change to a credential, a provider or the file.
type Event struct {
	At   time.Time
	Kind EventKind
	By   Actor
	// Before is nil if the credential was added, and After if it was removed. Both
	// are nil if the event does not concern a single credential.
	Before, After *Credential
	// Provider is the name of a provider that is out or back. NextAt is when the first
	// credential of a provider that is out is due, or the zero time if that is unknown.
	Provider string
	NextAt   time.Time
}

// Credential returns the credential after the event, or before it if it was
// removed. It is nil if the event does not concern a single credential.
func (e *Event) Credential() *Credential { return cmp.Or(e.After, e.Before) }

// diff returns the changes between two snapshots, in pool order with removed
// credentials last.
func diff(before, after *Pool, at time.Time) []Event {
	var out []Event
	was, is := before.finder(), after.finder()
	for c := range after.All() {
		old := was(c)
		if old == nil {
			out = append(out, Event{At: at, Kind: EventAdded, After: c})
		} else if kind, changed := kindOfChange(old, c); changed {
			e := Event{At: at, Kind: kind, Before: old, After: c}
			switch kind {
			case EventHeld, EventReset:
				e.By = ByOperator
			case EventPinned, EventReleased:
				e.By = ByGuard
			}
			if kind == EventExhausted && c.Pinned && c.StatusAt.After(before.UpdatedAt) { // the credential failed and was then pinned
				e.After = c.unpinned()
				out = append(out, e)
				e = Event{At: at, Kind: EventPinned, By: ByGuard, Before: e.After, After: c}
			}
			out = append(out, e)
		}
	}
	for c := range before.All() {
		if is(c) == nil {
			out = append(out, Event{At: at, Kind: EventRemoved, Before: c})
		}
	}
	return out
}

// kindOfChange returns the kind of event that turned was into is, and whether there was one.
// New tokens indicate a real success; a new status_cleared_at, or a streak that became zero
// without new tokens, indicates a reset by an operator. If the time of a failure moves by
// less than SameFailureWithin, guard has pinned or released the credential.
func kindOfChange(was, is *Credential) (kind EventKind, changed bool) {
	failed, fails := was.Status == StatusExhausted, is.Status == StatusExhausted
	died, dead := was.Status == StatusDead, is.Status == StatusDead
	cleared := was.Streak.Count() > 0 && is.Streak.Count() == 0
	switch {
	case dead && !died:
		return EventDead, true
	case is.Held() && (!was.Held() || !was.StatusAt.Equal(is.StatusAt)):
		return EventHeld, true
	case fails && failed && !was.Held() && is.StatusAt.Sub(was.StatusAt).Abs() < SameFailureWithin:
		if is.ResetAt.IsZero() {
			kind = EventReleased
		} else {
			kind = EventPinned
		}
		return kind, !is.ResetAt.Equal(was.ResetAt) && !is.StatusAt.Equal(was.StatusAt)
	case fails:
		return EventExhausted, !failed || is.StatusAt.After(was.StatusAt)
	case failed && !is.ReleasedAt.IsZero() && is.ClearedAt.Sub(is.ReleasedAt).Abs() < time.Millisecond:
		return EventReleased, is.ClearedAt.After(was.ClearedAt)
	case newTokens(was, is) && (cleared || failed || died):
		return EventRefreshed, true
	case cleared, is.ClearedAt.After(was.ClearedAt):
		return EventReset, true
	}
	return EventReady, failed || died && !dead
}

// Observer derives events from a store over time: from its snapshots, from failures
// to load it, and from deadlines that pass. It keeps only the latest snapshot. The
// zero value is ready to use.
type Observer struct {
	pool   *Pool
	policy Policy
	// seenAt is the time of the latest snapshot. Deadlines up to checkedAt have been
	// reported, and next is the first deadline after checkedAt.
	seenAt, checkedAt, next time.Time
	// failure is EventFileMissing or EventFileUnreadable, or 0 if the file was loaded.
	failure EventKind
}

// Observe adds a snapshot and returns what happened since the previous one. The
// first snapshot produces no events; see [History].
func (o *Observer) Observe(pool *Pool, policy Policy, at time.Time) []Event {
	var out []Event
	if o.failure != 0 {
		out = append(out, Event{At: at, Kind: EventFileRecovered})
		o.failure = 0
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

// SetPolicy sets the policy for deadlines after the given time.
func (o *Observer) SetPolicy(policy Policy, at time.Time) {
	o.policy, o.checkedAt, o.next = policy, at, time.Time{}
	if o.pool != nil {
		o.next = o.pool.Summarize(policy, at).NextAt
	}
}

// timeOf returns the time of an event according to the file, so that all observers
// agree. It returns the time of the observation instead if the file's time is not between
// the two snapshots.
func (o *Observer) timeOf(e *Event, pool *Pool, at time.Time) time.Time {
	var recorded time.Time
	switch e.Kind {
	case EventExhausted, EventHeld, EventDead:
		recorded = e.After.StatusAt
	case EventReset:
		recorded = e.After.ClearedAt
	}
	// The file is written shortly after the event, so the event may precede the previous
	// snapshot.
	earliest := o.seenAt.Add(-SameEventWithin)
	for _, t := range []time.Time{recorded, pool.UpdatedAt} {
		if !t.After(at) && !t.Before(earliest) {
			return t
		}
	}
	return at
}

// Fail records that the file could not be loaded because it is missing or
// unreadable. It returns an event if the failure is new. A file that was never loaded
// is not reported as missing.
func (o *Observer) Fail(missing bool, at time.Time) []Event {
	kind := EventFileUnreadable
	if missing {
		kind = EventFileMissing
	}
	if o.failure == kind || o.pool == nil && missing {
		return nil
	}
	o.failure = kind
	return []Event{{At: at, Kind: kind}}
}

// Tick returns an event for each deadline up to the given time that has not been reported,
// in chronological order. It takes constant time if there is none.
func (o *Observer) Tick(at time.Time) []Event {
	if o.checkedAt.Sub(at) > QuietPeriod { // the clock has been set back, so deadlines may be ahead again
		o.SetPolicy(o.policy, at)
	}
	if o.next.IsZero() || at.Before(o.next) {
		return nil
	}
	var out []Event
	for c := range o.pool.All() {
		d := o.policy.Deadline(c, at)
		if o.policy.availability(c, d, at) == Due && !d.IsZero() && d.At.After(o.checkedAt) {
			out = append(out, Event{At: d.At, Kind: EventDue, By: ByClock, Before: c, After: c})
		}
	}
	o.SetPolicy(o.policy, at)
	sortByTime(out)
	return out
}

func sortByTime(events []Event) {
	slices.SortStableFunc(events, func(a, b Event) int { return a.At.Compare(b.At) })
}

// Next returns the time of the next event that Tick will return, or the zero time if
// there is none.
func (o *Observer) Next() time.Time { return o.next }

// History returns the events up to now that can be inferred from a snapshot, oldest
// first: the latest failure, hold or reset of each credential, and deadlines that have
// passed since.
func History(p *Pool, policy Policy, now time.Time) []Event {
	var out []Event
	for c := range p.All() {
		e := Event{At: c.StatusAt, After: c}
		switch {
		case c.Status == StatusDead:
			e.Kind = EventDead
		case c.Held():
			e.Kind, e.By = EventHeld, ByOperator
		case c.Status == StatusExhausted:
			e.Kind, e.After = EventExhausted, c.unpinned()
		default:
			e.At, e.Kind, e.By = c.ClearedAt, EventReset, ByOperator
		}
		out = append(out, e)
		if d := policy.Deadline(c, now); policy.availability(c, d, now) == Due {
			out = append(out, Event{At: d.At, Kind: EventDue, By: ByClock, Before: c, After: c})
		}
	}
	out = slices.DeleteFunc(out, func(e Event) bool { return e.At.IsZero() || e.At.After(now) })
	sortByTime(out)
	return out
}
