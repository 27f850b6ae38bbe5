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

var eventWords = []string{
	"exhausted", "held", "due", "ready", "reset", "refreshed",
	"dead", "added", "removed", "disabled", "enabled",
	"file_missing", "file_unreadable", "file_recovered",
}

// String returns the word used on screen and in JSON.
func (k EventKind) String() string { return wordOf(k, eventWords) }

// OfFile reports whether the event concerns the file and not one credential.
func (k EventKind) OfFile() bool { return k >= EventFileMissing }

// MarshalText implements [encoding.TextMarshaler].
func (k EventKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]. An unknown word is an
// error.
func (k *EventKind) UnmarshalText(text []byte) error { return parseWord(k, eventWords, text) }

// Actor is who did it.
type Actor uint8

// The actors.
const (
	ByAgent Actor = iota
	ByOperator
	ByClock
)

var actorWords = []string{"agent", "operator", "clock"}

// String returns the word used on screen and in JSON.
func (a Actor) String() string { return wordOf(a, actorWords) }

// MarshalText implements [encoding.TextMarshaler].
func (a Actor) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]. An unknown word is an
// error.
func (a *Actor) UnmarshalText(text []byte) error { return parseWord(a, actorWords, text) }

// wordOf returns the word of a value, and its type and number if it has none.
func wordOf[T ~uint8](v T, words []string) string {
	if int(v) < len(words) {
		return words[v]
	}
	return fmt.Sprintf("%T(%d)", v, uint8(v))
}

func parseWord[T ~uint8](v *T, words []string, text []byte) error {
	i := slices.Index(words, string(text))
	if i < 0 {
		return fmt.Errorf("unknown %T %q", *v, text)
	}
	*v = T(i)
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

// diff returns what changed between two snapshots of a pool, in the order of the
// pool, removed credentials last. A real success shows in new tokens, an
// operator's reset in its time stamp or in a streak that fell without new tokens.
func diff(before, after *Pool, at time.Time) []Event {
	var out []Event
	was := before.finder()
	for c := range after.All() {
		old := was(c)
		if old == nil {
			out = append(out, Event{At: at, Kind: EventAdded, After: c})
			continue
		}
		if kind, by, changed := change(old, c); changed {
			out = append(out, Event{At: at, Kind: kind, By: by, Before: old, After: c})
		}
	}
	is := after.finder()
	for c := range before.All() {
		if is(c) == nil {
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
