package poolstate

import (
	"fmt"
	"slices"
	"time"
)

// EventKind is what happened to a credential, or to the file.
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
	EventFileMissing
	EventFileUnreadable
	EventFileRecovered
)

var eventWords = [...]string{
	"exhausted", "held", "due", "ready", "reset", "refreshed",
	"dead", "added", "removed", "disabled", "enabled",
	"file_missing", "file_unreadable", "file_recovered",
}

// String returns the word for it on screen and in JSON.
func (k EventKind) String() string { return eventWords[k] }

// OfFile reports whether it is the file that something happened to.
func (k EventKind) OfFile() bool { return k >= EventFileMissing }

// MarshalText writes the word.
func (k EventKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the word. One that is not known is an error.
func (k *EventKind) UnmarshalText(text []byte) error {
	i := slices.Index(eventWords[:], string(text))
	if i < 0 {
		return fmt.Errorf("no kind of event %q", text)
	}
	*k = EventKind(i)
	return nil
}

// Actor is who did it.
type Actor uint8

// The actors.
const (
	ByAgent Actor = iota
	ByOperator
	ByClock
)

var actorWords = [...]string{"agent", "operator", "clock"}

// String returns the word for it on screen and in JSON.
func (a Actor) String() string { return actorWords[a] }

// MarshalText writes the word.
func (a Actor) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads the word. One that is not known is an error.
func (a *Actor) UnmarshalText(text []byte) error {
	i := slices.Index(actorWords[:], string(text))
	if i < 0 {
		return fmt.Errorf("no actor %q", text)
	}
	*a = Actor(i)
	return nil
}

// Event is one change of one credential, or of the file.
type Event struct {
	At   time.Time
	Kind EventKind
	By   Actor
	// Before is nil for one that was added, After for one that was removed, and
	// both for what happened to the file.
	Before, After *Credential
}

// Credential is the credential after the event, or before it when it is gone;
// nil for what happened to the file.
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
		was := before.near(c)
		if was == nil {
			out = append(out, Event{At: at, Kind: EventAdded, After: c})
			continue
		}
		if kind, by, changed := change(was, c); changed {
			out = append(out, Event{At: at, Kind: kind, By: by, Before: was, After: c})
		}
	}
	for c := range before.All() {
		if after.near(c) == nil {
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
