package poolstate

import (
	"cmp"
	"time"
)

// Record is the JSON form of an event, used in the journal and in output. It contains
// no secrets. Its strings are untrusted.
type Record struct {
	At       time.Time `json:"at"`
	Kind     EventKind `json:"event"`
	By       Actor     `json:"by"`
	Provider string    `json:"provider"`
	ID       string    `json:"id"`
	Label    string    `json:"label"`
	Before   State     `json:"before"`
	After    State     `json:"after"`
	// Code, Reason and Message describe a failure. For a hold, Reason is the operator's reason.
	// For an unreadable file, Message is the error. For a missing file, Message may describe
	// what happened to the profile. For a command, it is the name and the result.
	Code *int `json:"error_code,omitempty"`
	// Cooldown is the length of the cooldown in seconds, 0 if unknown.
	Cooldown int64  `json:"cooldown_seconds,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Message  string `json:"message,omitempty"`
	Source   string `json:"source,omitempty"`
	// Index is the new position in the rotation order, counted from 1, or 0 if the event does not
	// concern the order.
	Index int `json:"index,omitempty"`
	// Changed is when the credential last failed or was last held or reset, according to the file
	// after the event. It is the zero time if that is unknown.
	Changed time.Time `json:"changed,omitzero"`
	// Profile is the profile of the store, or "" unless several stores are shown together.
	Profile string `json:"-"`
}

// State is the state of a credential before or after an event. A field is nil if it is
// unknown or absent.
type State struct {
	Status   *string    `json:"status"`
	Streak   *int       `json:"streak"`
	Deadline *time.Time `json:"deadline"`
}

// StateOf returns the state of a credential, with the deadline converted by [ToRFC3339].
func StateOf(c *Credential, policy Policy, now time.Time) State {
	s := State{}
	if c.StatusText != "" {
		s.Status = new(c.StatusText) // a pointer into c would keep c in memory
	}
	if n, known := c.Failures().Known(); known {
		s.Streak = &n
	}
	if d := policy.Deadline(c, now); !d.IsZero() {
		s.Deadline = new(ToRFC3339(d.At))
	}
	return s
}

// ToRFC3339 returns t in UTC. A time after the year 9999, which RFC 3339 cannot express,
// becomes the last millisecond of that year.
func ToRFC3339(t time.Time) time.Time {
	if last := time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC); t.After(last) {
		return last
	}
	return t.UTC()
}

// RecordOf returns the record of an event.
func RecordOf(e *Event, policy Policy) Record {
	r := Record{At: e.At, Kind: e.Kind, By: e.By}
	c := e.Credential()
	if c == nil {
		if r.Provider = e.Provider; !e.NextAt.IsZero() {
			r.After.Deadline = new(ToRFC3339(e.NextAt))
		}
		return r
	}
	r.Provider, r.ID, r.Label, r.Source = c.Provider, c.ID, c.Label, c.Source
	if e.Before != nil {
		r.Before = StateOf(e.Before, policy, e.At)
	}
	if e.After != nil {
		r.After = StateOf(e.After, policy, e.At)
		if r.Changed = e.After.StatusAt; e.After.ClearedAt.After(r.Changed) {
			r.Changed = e.After.ClearedAt
		}
		r.Changed = ToRFC3339(r.Changed)
	}
	if e.Kind == EventReordered || e.Kind == EventUndone && e.Before.Index != e.After.Index {
		r.Index = e.After.Index
	}
	switch e.Kind {
	case EventHeld:
		if c.ErrorMessage != defaultHoldReason {
			r.Reason = c.ErrorMessage
		}
	case EventExhausted, EventDead, EventDue, EventPinned:
		r.Reason, r.Message = c.ErrorReason, c.ErrorMessage
	default:
		return r
	}
	if code, ok := c.ErrorCode.Get(); ok {
		r.Code = &code
	}
	r.Cooldown = int64(policy.Assess(c, e.At).Cooldown.Round(time.Second) / time.Second) // pins move StatusAt slightly
	return r
}

// Name returns the first of label, source and id that is not empty, or "#".
func (r *Record) Name() string { return cmp.Or(r.Label, r.Source, r.ID, "#") }

// SameEventWithin is the maximum difference between the times that two processes record
// for the same event.
const SameEventWithin = 5 * time.Second

// Same reports whether two records may describe the same event: a change that led to the same
// state of a credential at about the same time. It does not compare the states in between; see
// [IndexSame]. One record may lack the streak, because not every process that records events
// counts failures. The kinds may differ if one record is an undo, which an observer records as
// another kind of event.
func (r *Record) Same(o *Record) bool {
	return (r.Kind == o.Kind || r.undoneAs(o) || o.undoneAs(r)) && r.At.Sub(o.At).Abs() <= r.sameWithin(o) &&
		r.about(o) && r.Index == o.Index && r.After.equal(o.After) &&
		(r.Changed.IsZero() || o.Changed.IsZero() || r.Changed.Sub(o.Changed).Abs() < SameFailureWithin)
}

// sameWithin returns the maximum difference between the times of two records of the same event.
func (r *Record) sameWithin(o *Record) time.Duration {
	switch k := r.Kind; {
	case k != o.Kind:
	case k.OfFile():
		return time.Second // a file may become unreadable repeatedly within seconds
	case k == EventUndone, k == EventReordered, k == EventCommand, k == EventHookFailed, k == EventJournalFailed:
		return 0 // recorded only by the process that causes it
	}
	return SameEventWithin
}

// about reports whether both records are about the same credential, provider or file.
func (r *Record) about(o *Record) bool {
	return r.Provider == o.Provider && r.ID == o.ID && (r.ID != "" || r.Label == o.Label)
}

// ofStatus reports whether the event changed the status of a credential.
func (r *Record) ofStatus() bool {
	switch r.Kind {
	case EventDue, EventReordered, EventCommand, EventHookFailed, EventJournalFailed:
		return false
	}
	return r.Index == 0 && !r.Kind.OfFile()
}

// IndexSame returns the index of the record that describes the same event as r among n records
// of the same store, or -1. They need not be sorted. An event that changed the status of a
// credential is compared only with the changes just before and after it, because a credential
// that was reset, failed and was reset again was reset twice, no matter how quickly.
func IndexSame(n int, record func(i int) *Record, r *Record) int {
	before, after := r.At.Add(-SameEventWithin), r.At.Add(SameEventWithin)
	if r.ofStatus() {
		for i := range n {
			switch o := record(i); {
			case !o.ofStatus() || !o.about(r):
			case o.At.Before(r.At) && o.At.After(before):
				before = o.At
			case o.At.After(r.At) && o.At.Before(after):
				after = o.At
			}
		}
	}
	index := -1
	for i := range n {
		if o := record(i); !o.At.Before(before) && !o.At.After(after) && o.Same(r) {
			if index = i; o.At.Equal(r.At) {
				break
			}
		}
	}
	return index
}

// undoneAs reports whether r is an undo that an observer may have recorded as o.
func (r *Record) undoneAs(o *Record) bool {
	switch o.Kind {
	case EventExhausted, EventHeld, EventReady, EventReset, EventDead:
		return r.Kind == EventUndone
	}
	return false
}

func (s State) equal(o State) bool {
	return equalPtr(s.Status, o.Status) && (s.Streak == nil || o.Streak == nil || *s.Streak == *o.Streak) &&
		(s.Deadline == nil) == (o.Deadline == nil) && (s.Deadline == nil || s.Deadline.Equal(*o.Deadline))
}

func equalPtr[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// Credential returns the credential after the event, for use by filters. It has only the
// fields that the record contains.
func (r *Record) Credential() Credential {
	c := Credential{
		Ref: Ref{Provider: r.Provider, ID: r.ID, Profile: r.Profile}, Label: r.Label, Source: r.Source,
		ErrorReason: r.Reason, ErrorMessage: r.Message,
	}
	if r.Code != nil {
		c.ErrorCode = Some(*r.Code)
	}
	if r.After.Status != nil {
		c.StatusText = *r.After.Status
		c.Status = statusOf(c.StatusText)
	}
	if r.After.Streak != nil {
		c.Streak = KnownStreak(*r.After.Streak)
	}
	if r.After.Deadline != nil {
		c.ResetAt = *r.After.Deadline
	}
	if r.Kind == EventHeld {
		c.ErrorReason, c.ErrorMessage = HoldReason, r.Reason
	}
	return c
}
