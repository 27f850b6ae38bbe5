package poolstate

import (
	"context"
	"fmt"
	"time"

	"pooltop/poolstate/internal/atomicfile"
)

// Verb is what an operator does to credentials.
type Verb uint8

// The verbs. VerbUndo names what [Store.Undo] does; it is not valid in an
// [Action].
const (
	VerbReset Verb = iota
	VerbHold
	VerbSync
	VerbUndo
)

// String returns the word used in messages and in the journal.
func (v Verb) String() string {
	return wordOf(v, []string{"reset", "exhaust", "sync", "undo"})
}

// Action is a change that an operator makes to any number of credentials. The
// zero value is a reset.
type Action struct {
	Verb Verb
	// SpareDead excludes dead credentials from a VerbReset.
	SpareDead bool
	// Hold has the details of a VerbHold.
	Hold Hold
	// ClaudeFile is the path of claude_code's own tokens, for a VerbSync.
	ClaudeFile string
}

// AlreadyClear is the reason why a reset does not change a credential without a
// failure.
const AlreadyClear = "already clear"

// Effect is what an action does to one credential.
type Effect struct {
	Before, After Credential
	// Reason is why nothing changes, empty if something does.
	Reason string
	// Refused is true if the credential must not be changed, rather than needing
	// no change.
	Refused bool
	// Undo reverts the effect; nil if that is impossible.
	Undo *Undo

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

// Outcome is what an action does to all its targets.
type Outcome struct {
	// At is the time of the change.
	At time.Time
	// Changed and Unchanged are in the order of the targets.
	Changed, Unchanged []Effect
	// Warning is a problem that occurred after the change was in place, usually
	// nil.
	Warning error
}

func (o *Outcome) add(e Effect) {
	if e.Changes() {
		o.Changed = append(o.Changed, e)
	} else {
		o.Unchanged = append(o.Unchanged, e)
	}
}

// Refusals returns the number of targets that must not be changed.
func (o *Outcome) Refusals() int {
	n := 0
	for i := range o.Unchanged {
		if o.Unchanged[i].Refused {
			n++
		}
	}
	return n
}

// Plan returns what a reset or hold would do to credentials of a snapshot. A sync
// reads files and is planned with [Store.Plan].
func (a Action) Plan(targets []Credential, at time.Time) Outcome {
	out := Outcome{At: at}
	for _, c := range targets {
		out.add(a.effect(c, at, nil))
	}
	return out
}

// effect returns what the action does to c. Sources are needed for a sync only.
func (a Action) effect(c Credential, at time.Time, sources *tokenSources) Effect {
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
	return e
}

// Perform applies an action to credentials as the operator saw them. Under the
// lock it looks each one up again, and refuses those that are gone or whose
// status or tokens have changed.
func (s *Store) Perform(ctx context.Context, a Action, seen []Credential) (Outcome, error) {
	return s.updateWith(ctx, func(d *Draft) Outcome { return d.performAll(a, seen, s) })
}

// Plan returns what [Store.Perform] would do now. It takes no lock and writes
// nothing.
func (s *Store) Plan(a Action, seen []Credential) (Outcome, error) {
	return s.planWith(func(d *Draft) Outcome { return d.performAll(a, seen, s) })
}

func (s *Store) updateWith(ctx context.Context, do func(*Draft) Outcome) (Outcome, error) {
	var out Outcome
	res, err := s.Update(ctx, func(d *Draft) error {
		out = do(d)
		return nil
	})
	if err != nil {
		return Outcome{}, err
	}
	out.Warning = res.Warning
	return out, nil
}

func (s *Store) planWith(do func(*Draft) Outcome) (Outcome, error) {
	file, err := atomicfile.Read(s.fs, s.path)
	if err != nil {
		return Outcome{}, err
	}
	d, err := newDraft(file.Data, s.loc)
	if err != nil {
		return Outcome{}, fmt.Errorf("%s: %w", s.path, err)
	}
	return do(d), nil
}

func (d *Draft) performAll(a Action, seen []Credential, s *Store) Outcome {
	out := Outcome{At: s.now()}
	if a.Verb == VerbHold && a.Hold.Reason != "" { // it is stored in the file and the journal
		a.Hold.Reason = d.doc.scrubberOfAll().Clean(a.Hold.Reason)
	}
	sources, find := d.tokenSources(a, s), d.pool.finder()
	for i := range seen {
		out.add(d.perform(a, &seen[i], find(&seen[i]), out.At, sources))
	}
	return out
}

// perform applies the action to a credential that was seen before and is now in
// the file, or no longer if now is nil.
func (d *Draft) perform(a Action, was, now *Credential, at time.Time, sources *tokenSources) Effect {
	switch {
	case now == nil:
		return refused(was, "no longer in the file")
	case changedSince(was, now):
		return refused(now, "changed since it was displayed")
	case !d.changes[placeOf(now)].IsEmpty():
		return unchanged(now, "duplicate target")
	}
	e := a.effect(*now, at, sources)
	if !e.Changes() {
		return e
	}
	if a.Verb != VerbSync { // an undo must not hold tokens
		e.Undo = d.undoOf(now, e.change)
	}
	d.apply(now, e.change)
	return e
}

// changedSince reports whether status or tokens of an entry have changed. An
// entry without an id must also have the same name, since another one may have
// taken its position.
func changedSince(was, now *Credential) bool {
	return was.Status != now.Status || was.StatusText != now.StatusText ||
		was.Held() != now.Held() || was.Disabled != now.Disabled || newTokens(was, now) ||
		was.ID == "" && fallbackName(was) != fallbackName(now)
}

// newTokens reports whether an entry has other secrets than before. The digest
// Secret also covers borrowed ones.
func newTokens(was, now *Credential) bool {
	return was.Tokens != now.Tokens || was.Secret != now.Secret
}

// fallbackName distinguishes entries without an id.
func fallbackName(c *Credential) string { return c.Label + "\n" + c.Source }

// LastReady is a provider whose last ready credentials an action would take.
type LastReady struct {
	Provider string
	// Credentials are ready now and would not be afterwards.
	Credentials []Credential
	// Others is the number of credentials that the action leaves alone.
	Others int
	// Next is the one of them with the earliest deadline ahead, and NextAt that
	// deadline. They are nil and zero if none has one.
	Next   *Credential
	NextAt time.Time
}

// LastReady returns the providers that have a ready credential now and would
// have none after the outcome.
func (p *Pool) LastReady(out Outcome, policy Policy) []LastReady {
	after := map[Ref]*Credential{}
	for i := range out.Changed {
		after[out.Changed[i].Before.Ref] = &out.Changed[i].After
	}
	var list []LastReady
	for i := range p.Providers {
		last, others := p.Providers[i].lastReady(after, policy, out.At)
		if len(last) > 0 {
			list = append(list, LastReady{p.Providers[i].Name, last, others.Total, others.Next, others.NextAt})
		}
	}
	return list
}

// lastReady returns the credentials that are ready before but not after a change,
// nil if any credential is ready after it, and a summary of the unchanged ones.
func (p *Provider) lastReady(after map[Ref]*Credential, policy Policy, at time.Time) (last []Credential, others Summary) {
	for i := range p.Credentials {
		c := &p.Credentials[i]
		changed := after[c.Ref]
		switch {
		case changed == nil:
			others.add(c, policy, at)
		case policy.Availability(changed, at) == Ready:
			return nil, others
		case policy.Availability(c, at) == Ready:
			last = append(last, *c)
		}
	}
	if others.Ready() > 0 {
		return nil, others
	}
	return last, others
}
