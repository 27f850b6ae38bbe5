package poolstate

import "time"

// EventKind is what happened to a credential.
type EventKind uint8

// The kinds, named as in the journal and in JSON.
const (
	EventExhausted EventKind = iota
	EventHeld
	EventDue
	EventReady
	EventReset
	EventRefreshed
	EventDead
	EventAdded
	EventRemoved
	EventDisabled
	EventEnabled
)

// String returns the word for it on screen and in JSON.
func (k EventKind) String() string {
	return [...]string{
		"exhausted", "held", "due", "ready", "reset", "refreshed",
		"dead", "added", "removed", "disabled", "enabled",
	}[k]
}

// Actor is who did it.
type Actor uint8

// The actors.
const (
	ByAgent Actor = iota
	ByOperator
	ByClock
)

// String returns the word for it on screen and in JSON.
func (a Actor) String() string { return [...]string{"agent", "operator", "clock"}[a] }

// Event is one change of one credential, seen between two pictures of a pool.
type Event struct {
	At            time.Time
	Kind          EventKind
	By            Actor
	Before, After *Credential // nil before it was added, after it was removed
}

// Credential is the credential after the event, or before it when it is gone.
func (e *Event) Credential() *Credential {
	if e.After != nil {
		return e.After
	}
	return e.Before
}

// Diff returns what changed from one picture of a pool to the next, in the order
// of the pool. A real success shows in new tokens, an operator's reset in its
// time stamp or in a streak that fell without one.
func Diff(before, after *Pool, at time.Time) []Event {
	var out []Event
	for c := range after.All() {
		was := before.Find(c.Ref)
		if was == nil {
			out = append(out, Event{At: at, Kind: EventAdded, After: c})
			continue
		}
		if kind, by, changed := change(was, c); changed {
			out = append(out, Event{At: at, Kind: kind, By: by, Before: was, After: c})
		}
	}
	for c := range before.All() {
		if after.Find(c.Ref) == nil {
			out = append(out, Event{At: at, Kind: EventRemoved, Before: c})
		}
	}
	return out
}

func change(was, is *Credential) (kind EventKind, by Actor, changed bool) {
	fell := was.Streak.Count() > 0 && is.Streak.Count() == 0
	cleared := is.ClearedAt.After(was.ClearedAt)
	failing := is.Status == StatusExhausted
	switch {
	case was.Disabled != is.Disabled && is.Disabled:
		return EventDisabled, ByAgent, true
	case was.Disabled != is.Disabled:
		return EventEnabled, ByAgent, true
	case is.Status == StatusDead && was.Status != StatusDead:
		return EventDead, ByAgent, true
	case failing && is.Held() && (!was.Held() || !was.StatusAt.Equal(is.StatusAt)):
		return EventHeld, ByOperator, true
	case failing && (was.Status != StatusExhausted || is.StatusAt.After(was.StatusAt)):
		return EventExhausted, ByAgent, true
	case failing:
		return 0, ByAgent, false
	case newTokens(was, is) && (fell || was.Status == StatusExhausted || was.Status == StatusDead):
		return EventRefreshed, ByAgent, true
	case cleared, fell:
		return EventReset, ByOperator, true
	case was.Status == StatusExhausted || was.Status == StatusDead && is.Status != StatusDead:
		return EventReady, ByAgent, true
	}
	return 0, ByAgent, false
}
