package poolstate

import (
	"fmt"
	"slices"
	"time"
)

// EventKind is what happened to a credential or to the file.
type EventKind uint8

// The event kinds. The last three concern the file.
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

// OfFile reports whether the event concerns the file rather than a credential.
func (k EventKind) OfFile() bool { return k >= EventFileMissing }

// MarshalText implements [encoding.TextMarshaler].
func (k EventKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]. It returns an error for an
// unknown word.
func (k *EventKind) UnmarshalText(text []byte) error { return parseWord(k, eventWords, text) }

// Actor is the cause of an event.
type Actor uint8

// The actors: an agent, an operator, and the clock, which makes credentials due.
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

// UnmarshalText implements [encoding.TextUnmarshaler]. It returns an error for an
// unknown word.
func (a *Actor) UnmarshalText(text []byte) error { return parseWord(a, actorWords, text) }

// wordOf returns the word of a value, or its type and number if it has none.
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

// Event is one change of a credential or of the file.
type Event struct {
	At   time.Time
	Kind EventKind
	By   Actor
	// Before is nil for an added credential, After for a removed one, and both
	// for an event of the file.
	Before, After *Credential
}

// Credential returns the credential after the event, or before it if it was
// removed. It is nil for an event of the file.
func (e *Event) Credential() *Credential {
	if e.After != nil {
		return e.After
	}
	return e.Before
}

// diff returns what changed between two snapshots in the order of the pool, with
// removed credentials last.
func diff(before, after *Pool, at time.Time) []Event {
	var out []Event
	was := before.finder()
	for c := range after.All() {
		old := was(c)
		if old == nil {
			out = append(out, Event{At: at, Kind: EventAdded, After: c})
			continue
		}
		if kind, changed := kindOfChange(old, c); changed {
			e := Event{At: at, Kind: kind, Before: old, After: c}
			if kind == EventHeld || kind == EventReset {
				e.By = ByOperator
			}
			out = append(out, e)
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

// kindOfChange compares two states of a credential. New tokens indicate a real
// success; a new status_cleared_at, or a streak that became zero without new
// tokens, indicates a reset by an operator.
func kindOfChange(was, is *Credential) (kind EventKind, changed bool) {
	failed, fails := was.Status == StatusExhausted, is.Status == StatusExhausted
	died, dead := was.Status == StatusDead, is.Status == StatusDead
	cleared := was.Streak.Count() > 0 && is.Streak.Count() == 0
	switch {
	case was.Disabled != is.Disabled && is.Disabled:
		return EventDisabled, true
	case was.Disabled != is.Disabled:
		return EventEnabled, true
	case dead && !died:
		return EventDead, true
	case is.Held() && (!was.Held() || !was.StatusAt.Equal(is.StatusAt)):
		return EventHeld, true
	case fails:
		return EventExhausted, !failed || is.StatusAt.After(was.StatusAt)
	case newTokens(was, is) && (cleared || failed || died):
		return EventRefreshed, true
	case cleared, is.ClearedAt.After(was.ClearedAt):
		return EventReset, true
	}
	return EventReady, failed || died && !dead
}
