package poolstate

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Verb is a kind of action.
type Verb uint8

// The verbs.
const (
	VerbReset Verb = iota
	VerbHold
	VerbSync
	VerbUndo
	VerbOrder
)

// String returns the word used in messages and in the journal.
func (v Verb) String() string {
	return wordOf(v, []string{"reset", "exhaust", "sync", "undo", "order"})
}

// Action is an operator's change to any number of credentials. The zero value is a
// reset.
type Action struct {
	Verb Verb
	// SpareDead excludes dead credentials from a VerbReset.
	SpareDead bool
	// Hold has the details of a VerbHold.
	Hold Hold
	// ClaudeFile is the path of Claude Code's token file, for a VerbSync.
	ClaudeFile string
	// Move has the details of a VerbOrder, whose targets are all credentials of the
	// provider in rotation order.
	Move Move
	// Undos are the effects that a VerbUndo reverts.
	Undos []Undo
}

// AlreadyClear is the [Effect.Reason] if a reset finds nothing to clear.
const AlreadyClear = "already clear"

// Effect describes what an action does to one credential.
type Effect struct {
	Before, After Credential
	// Reason is why the credential is not changed. It is empty if the credential is changed.
	Reason string
	// Refused is true if the change is not allowed. It is false if the credential is
	// changed or needs no change.
	Refused bool
	// CoolsUntil is the end of the current cooldown if a hold was refused because it would
	// end sooner. Otherwise it is the zero time.
	CoolsUntil time.Time
	// Lost lists the keys that an undo cannot restore because their values contained
	// secrets, which are not stored in the journal.
	Lost []string
	// Undo reverts the effect. It is nil if that is impossible.
	Undo *Undo
	// Wrote describes the changed fields, from which [Store.Wrote] recognizes the effect. For a
	// reset, a hold or a move, it is equal to Undo.
	Wrote *Undo

	change Change
}

// Changes reports whether the effect changes the credential.
func (e *Effect) Changes() bool { return e.Reason == "" }

func unchanged(c *Credential, reason string) Effect {
	return Effect{Before: *c, After: *c, Reason: reason}
}

func refused(c *Credential, reason string) Effect {
	return Effect{Before: *c, After: *c, Reason: reason, Refused: true}
}

// Outcome describes what an action does to all its targets.
type Outcome struct {
	// At is the time of the change.
	At time.Time
	// Changed and Unchanged are in the order of the targets.
	Changed, Unchanged []Effect
	// Warning is a problem that occurred after the file was written. It is usually nil.
	Warning error
}

func (o *Outcome) add(e Effect) {
	if e.Changes() {
		o.Changed = append(o.Changed, e)
	} else {
		o.Unchanged = append(o.Unchanged, e)
	}
}

// Refusals returns the number of targets whose change was refused.
func (o *Outcome) Refusals() (n int) {
	for i := range o.Unchanged {
		if o.Unchanged[i].Refused {
			n++
		}
	}
	return n
}

// Plan returns what a reset or hold would do to the credentials in a snapshot. To
// plan a sync, which reads files, or an undo, use [Store.Plan].
func (a Action) Plan(targets []Credential, at time.Time) Outcome {
	out := Outcome{At: at}
	for _, c := range targets {
		out.add(a.effect(c, at, nil))
	}
	return out
}

// effect returns what the action does to c. Only a sync needs sources.
func (a Action) effect(c Credential, at time.Time, sources tokenSources) Effect {
	e := Effect{Before: c}
	switch {
	case a.Verb == VerbReset:
		if a.SpareDead && c.Status == StatusDead {
			return unchanged(&c, "dead, needs re-authentication")
		}
		if e.change = reset(c, at); e.change.IsEmpty() {
			return unchanged(&c, AlreadyClear)
		}
	case a.Verb == VerbHold:
		if reason := a.Hold.refusal(&c, at); reason != "" {
			return refused(&c, reason)
		}
		until := a.Hold.coolsUntil(&c, at)
		if a.Hold.deadline(&c, at).Before(until) && !a.Hold.Shorten {
			e = refused(&c, a.Hold.tooShort(&c, at, until))
			e.CoolsUntil = until
			return e
		}
		e.change = held(c, a.Hold, at)
	case a.Verb == VerbSync && sources != nil:
		var reason string
		if e.change, reason = sources.adopt(&c); reason != "" {
			return unchanged(&c, reason)
		}
	default:
		return refused(&c, fmt.Sprintf("%s is not possible here", a.Verb))
	}
	e.After = e.change.After(c)
	e.After.Pinned = false
	if _, counted := c.Observed.Get(); counted && a.Verb != VerbHold {
		e.After.Observed, e.After.ObservedSince = Some(0), time.Time{}
	}
	return e
}

// Perform applies an action to credentials as the operator saw them. After taking the lock, it
// looks up each credential again. It refuses credentials that have been removed, and those with
// a different status or different tokens. An undo ignores seen and reverts a.Undos, except for
// credentials that have changed since the action. If any credential will change, Perform calls
// prepare, which may be nil, before it writes the file. If prepare fails, nothing is written.
func (s *Store) Perform(ctx context.Context, a Action, seen []Credential, prepare func(*Outcome) error) (Outcome, error) {
	var out Outcome
	warning, err := s.Update(ctx, func(d *Draft) error {
		if out = d.performAll(a, seen, s); prepare == nil || len(out.Changed) == 0 {
			return nil
		}
		return prepare(&out)
	})
	if err != nil {
		return Outcome{}, err
	}
	out.Warning = warning
	return out, nil
}

// Plan returns what [Store.Perform] would do now. It takes no lock and writes
// nothing.
func (s *Store) Plan(a Action, seen []Credential) (Outcome, error) {
	var d *Draft
	_, err := s.read(func(data []byte) (err error) {
		d, err = newDraft(data, s.loc)
		return err
	})
	if err != nil {
		return Outcome{}, err
	}
	return d.performAll(a, seen, s), nil
}

func (d *Draft) performAll(a Action, seen []Credential, s *Store) Outcome {
	out := Outcome{At: s.now()}
	switch a.Verb {
	case VerbUndo:
		d.undoAll(a.Undos, s, &out)
		return out
	case VerbOrder:
		d.reorder(a.Move, seen, &out)
		return out
	}
	if a.Verb == VerbHold && a.Hold.Reason != "" { // the reason is stored in the file and the journal
		a.Hold.Reason = d.doc.scrubber().Clean(a.Hold.Reason)
	}
	sources, find := d.tokenSources(a, s), d.pool.finder()
	for i := range seen {
		out.add(d.perform(a, &seen[i], find(&seen[i]), out.At, sources))
	}
	return out
}

// perform applies the action to one credential. seen is the credential as the operator saw it,
// and current is its state in the file, or nil if it has been removed.
func (d *Draft) perform(a Action, seen, current *Credential, at time.Time, sources tokenSources) Effect {
	switch {
	case current == nil:
		return refused(seen, "no longer in the file")
	case changedSince(seen, current):
		return refused(current, "changed since it was displayed")
	case !d.changes[current].IsEmpty():
		return unchanged(current, "duplicate target")
	}
	c := *current
	c.Observed, c.ObservedSince = seen.Observed, seen.ObservedSince // these are not in the file
	e := a.effect(c, at, sources)
	if !e.Changes() {
		return e
	}
	if e.Wrote = d.undoOf(current, e.change); a.Verb != VerbSync { // the previous tokens are not in it
		e.Undo = e.Wrote
	}
	d.apply(current, e.change)
	return e
}

// changedSince reports whether an entry's status or tokens have changed. For an entry
// without an id it also compares the names, because another entry may have taken its
// position.
func changedSince(was, now *Credential) bool {
	return was.StatusText != now.StatusText ||
		was.Held() != now.Held() || newTokens(was, now) ||
		was.ID == "" && fallbackName(was) != fallbackName(now)
}

// newTokens reports whether the secrets of an entry have changed, including referenced
// ones.
func newTokens(was, now *Credential) bool {
	return was.Tokens != now.Tokens || was.Secret != now.Secret
}

// fallbackName returns text that distinguishes entries without an id.
func fallbackName(c *Credential) string { return c.Label + "\n" + c.Source }

// ErrNothingToUndo is returned by an undo when there is no action to undo.
var ErrNothingToUndo = errors.New("nothing to undo in this user's journal")
