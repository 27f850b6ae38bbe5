// Package guard decides how to impose exponential backoff on agents that lack it. It
// counts the failures of each credential across snapshots of a store and decides which
// deadlines to pin in the file and which pins to remove.
//
// All functions are pure: a snapshot, a [State], the [Rules] and a time determine the new
// state and what to write. The caller stores the state and applies the decisions:
//
//	notes := state.Observe(pool, rules, now)
//	decisions := state.Decide(pool, rules, now)
//	// save the state, then apply the decisions to the file
//	state.Written(decision, now)
//
// Several processes may share a stored state and observe the same store. Only one of them
// may decide.
package guard

import (
	"time"

	"pooltop/poolstate"
)

// Rules holds the inputs of a decision other than the state, the snapshot and the time.
type Rules struct {
	// Policy computes the cooldowns of the agents themselves.
	Policy poolstate.Policy
	Curve  poolstate.Curve
	// Strategies maps providers to their rotation strategies. The default is fill_first.
	Strategies map[string]poolstate.Strategy
}

// StandsDown reports whether pins are unnecessary because an agent counts failures itself.
func (r Rules) StandsDown() bool { return r.Policy.Counts() }

// Kind classifies what guard does, or does not do, to a credential.
type Kind string

// The kinds, as in the output of the guard command.
const (
	Pinned       Kind = "pinned"        // a later deadline was written
	Repinned     Kind = "repinned"      // a pin was written again because an agent removed it
	Released     Kind = "released"      // a pin was removed
	Kept         Kind = "kept"          // the agent already waits long enough
	Skipped      Kind = "skipped"       // a rule forbids a pin
	Forgotten    Kind = "forgotten"     // the streak ended after a long time without a failure
	StandingDown Kind = "standing_down" // the agent counts failures itself
)

// Note reports what happened to one credential.
type Note struct {
	Kind       Kind
	Credential poolstate.Credential
	// Streak and Before are the numbers of consecutive failures after and before the
	// event.
	Streak, Before int
	// Own is the agent's own deadline. Deadline is the deadline after the change, or zero
	// if nothing is written or the credential becomes ready.
	Own, Deadline time.Time
	// Reason is a clause that explains the note to the user.
	Reason string
}

// Decision is a note and an optional change to the file.
type Decision struct {
	Note
	// until is the deadline of the pin to write or remove. It is zero if the decision
	// writes nothing.
	until time.Time
	// ready is true for a release that makes the credential ready.
	ready bool
	at    time.Time
}

// Writes reports whether the decision is to be written to the file.
func (d *Decision) Writes() bool { return !d.until.IsZero() }

// Change returns the change to make to c, the credential's current state in the file. The
// change is empty if the decision writes nothing or no longer applies.
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
