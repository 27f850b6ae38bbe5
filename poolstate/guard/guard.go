// Package guard decides how to impose exponential backoff on agents that lack it. It
// counts the failures of each credential across snapshots of a store and decides which
// deadlines to pin into the file, and which pins to remove.
//
// All functions are pure: a snapshot, a [State], the [Rules] and a time determine the new
// state and what to write. The caller stores the state and applies the decisions:
//
//	notes := state.Observe(pool, rules, now)
//	decisions := state.Decide(pool, rules, now)
//	// save the state, then apply the decisions to the file
//	state.Written(decision, now)
//
// Several processes may observe a store with one stored state. Only one of them may
// decide.
package guard

import (
	"time"

	"pooltop/poolstate"
)

// Rules holds what decisions depend on besides the state and the snapshot.
type Rules struct {
	// Policy computes the cooldowns of the agents themselves.
	Policy poolstate.Policy
	Curve  poolstate.Curve
	// Strategies maps providers to their rotation strategies. The default is fill_first.
	Strategies map[string]string
}

// StandsDown reports whether pins are unnecessary because an agent counts failures itself.
func (r Rules) StandsDown() bool { return r.Policy.Counts() }

// Kind classifies what guard does, or does not do, to a credential.
type Kind string

// The kinds, as in the output of the guard command.
const (
	Pinned       Kind = "pinned"        // a longer deadline was written
	Repinned     Kind = "repinned"      // it was written again because an agent dropped it
	Released     Kind = "released"      // a pin was removed
	Kept         Kind = "kept"          // the agent already waits long enough
	Skipped      Kind = "skipped"       // a rule forbids a pin
	Forgotten    Kind = "forgotten"     // the streak ended because of a long quiet time
	StandingDown Kind = "standing_down" // the agent counts failures itself
)

// Note reports what happened to one credential.
type Note struct {
	Kind       Kind
	Credential poolstate.Credential
	// Streak is the number of failures after the note, and Before the number before it.
	Streak, Before int
	// Own is the agent's own deadline, and Deadline the one that applies. Either may be
	// zero.
	Own, Deadline time.Time
	// Reason says why, for people.
	Reason string
}

// Decision is a note with a change to write to the file.
type Decision struct {
	Note
	// until is the pin to write or to remove.
	until time.Time
	// ready is true for a release that makes the credential ready.
	ready bool
	at    time.Time
}

// Writes reports whether the decision is to be written to the file.
func (d *Decision) Writes() bool { return !d.until.IsZero() }

// Change returns the edit for the current state of the credential in the file. It is
// empty if the decision no longer applies to it.
func (d *Decision) Change(c *poolstate.Credential) poolstate.Change {
	if !d.Writes() {
		return poolstate.Change{}
	}
	switch has := sameTime(c.ResetAt, d.until); {
	case !sameFailure(c.StatusAt, d.Credential.StatusAt), c.Status != poolstate.StatusExhausted, c.Held():
	case d.Kind != Released && !has && (c.ResetAt.IsZero() || !c.ResetAt.After(c.StatusAt)):
		return poolstate.Pinned(*c, d.until)
	case d.Kind == Released && has && d.ready:
		return poolstate.Released(*c, d.at)
	case d.Kind == Released && has:
		return poolstate.Unpinned(*c)
	}
	return poolstate.Change{}
}

// sameFailure reports whether two values of last_status_at mark the same failure.
func sameFailure(a, b time.Time) bool {
	return !a.IsZero() && !b.IsZero() && a.Sub(b).Abs() < poolstate.SameFailureWithin
}

// sameTime reports whether two times are equal except for the rounding in the file.
func sameTime(a, b time.Time) bool { return a.Sub(b).Abs() < time.Millisecond }
