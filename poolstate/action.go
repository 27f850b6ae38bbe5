package poolstate

import (
	"context"
	"fmt"
	"time"

	"pooltop/poolstate/internal/atomicfile"
)

// Verb is what an operator does to credentials.
type Verb uint8

// The verbs.
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

// Action is one thing that an operator does, to any number of credentials.
type Action struct {
	Verb Verb
	// SpareDead leaves dead credentials alone, for a VerbReset that points at no
	// single one.
	SpareDead bool
	// Hold says how, for VerbHold.
	Hold Hold
	// ClaudeFile is where claude_code keeps its tokens, for VerbSync.
	ClaudeFile string
}

// AlreadyClear is the reason why a reset does not change a credential without a
// failure.
const AlreadyClear = "already clear"

// Effect is what an action does, or did, to one credential.
type Effect struct {
	Before, After Credential
	// Reason says in one clause why nothing changes; it is empty when something
	// does.
	Reason string
	// Refused tells a credential that must not be changed from one that needs
	// no change.
	Refused bool

	change Change
	// Undo takes the effect back; it is nil when that is not possible.
	Undo *Undo
}

// Changes reports whether the effect changes anything.
func (e *Effect) Changes() bool { return e.Reason == "" }

// Outcome is what an action does, or did, to all its targets.
type Outcome struct {
	// At is the instant of the change.
	At time.Time
	// Changed and Unchanged are in the order of the targets.
	Changed, Unchanged []Effect
	// Warning is what went wrong after the change was in place. It is nil as a
	// rule.
	Warning error
}

func (o *Outcome) add(e Effect) {
	if e.Changes() {
		o.Changed = append(o.Changed, e)
	} else {
		o.Unchanged = append(o.Unchanged, e)
	}
}

// Refusals counts the targets that must not be changed.
func (o *Outcome) Refusals() int {
	n := 0
	for i := range o.Unchanged {
		if o.Unchanged[i].Refused {
			n++
		}
	}
	return n
}

// Plan tells what the action would do to credentials of a pool, without doing
// it. For VerbSync it reads the authorities' files through the store, so it is
// planned with [Store.Plan].
func (a Action) Plan(targets []Credential, at time.Time) Outcome {
	out := Outcome{At: at}
	for _, c := range targets {
		out.add(a.effect(c, at, nil))
	}
	return out
}

// effect decides what the action does to one credential. The authorities are
// asked for VerbSync only.
func (a Action) effect(c Credential, at time.Time, sources *tokenSources) Effect {
	e := Effect{Before: c, After: c}
	switch a.Verb {
	case VerbReset:
		if a.SpareDead && c.Status == StatusDead {
			e.Reason = "dead, needs re-authentication"
			return e
		}
		e.change = reset(c, at)
		if e.change.IsEmpty() {
			e.Reason = AlreadyClear
		}
	case VerbHold:
		if e.Reason = a.Hold.refusal(&c, at); e.Reason != "" {
			e.Refused = true
			return e
		}
		e.change = held(c, a.Hold, at)
	case VerbSync:
		if sources == nil {
			e.Reason, e.Refused = "a sync has to be planned with the store", true
			return e
		}
		e.change, e.Reason = sources.adopt(&c)
	default: // VerbUndo is done by Store.Undo
		e.Reason, e.Refused = fmt.Sprintf("%s is no change of a credential", a.Verb), true
		return e
	}
	e.After = e.change.After(c)
	return e
}

// Perform does the action to credentials as the operator saw them. Under the
// lock each one is looked up anew; one that is gone, or whose status or tokens
// are no longer what the operator saw, is left alone and reported as refused.
func (s *Store) Perform(ctx context.Context, a Action, seen []Credential) (Outcome, error) {
	var out Outcome
	res, err := s.Update(ctx, func(d *Draft) error {
		out = d.performAll(a, seen, s)
		return nil
	})
	if err != nil {
		return Outcome{}, err
	}
	out.Warning = res.Warning
	return out, nil
}

// Plan is what Perform would do now. It locks and writes nothing.
func (s *Store) Plan(a Action, seen []Credential) (Outcome, error) {
	d, err := s.look()
	if err != nil {
		return Outcome{}, err
	}
	return d.performAll(a, seen, s), nil
}

// look returns a draft of the store as it stands, which nobody is going to
// write.
func (s *Store) look() (*Draft, error) {
	file, err := atomicfile.Read(s.fs, s.path)
	if err != nil {
		return nil, err
	}
	d, err := newDraft(file.Data, s.loc)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.path, err)
	}
	return d, nil
}

func (d *Draft) performAll(a Action, seen []Credential, s *Store) Outcome {
	out := Outcome{At: s.now()}
	if a.Verb == VerbHold && a.Hold.Reason != "" {
		// They go into the file and the journal, where no secret may be quoted.
		a.Hold.Reason = d.doc.scrubberOfAll().Clean(a.Hold.Reason)
	}
	sources, find := d.tokenSources(a, s), d.pool.finder()
	for _, was := range seen {
		out.add(d.perform(a, was, find(&was), out.At, sources))
	}
	return out
}

// perform does the action to one credential, given as it was seen and as it is
// now, nil if it is no longer there.
func (d *Draft) perform(a Action, was Credential, now *Credential, at time.Time, sources *tokenSources) Effect {
	switch {
	case now == nil:
		return Effect{Before: was, After: was, Refused: true, Reason: "no longer in the file"}
	case changedMeanwhile(&was, now):
		return Effect{Before: *now, After: *now, Refused: true, Reason: "changed since it was displayed"}
	case !d.changes[placeOf(now)].IsEmpty():
		return Effect{Before: *now, After: *now, Reason: "duplicate target"}
	}
	e := a.effect(*now, at, sources)
	if !e.Changes() {
		return e
	}
	if a.Verb != VerbSync {
		e.Undo = d.undoOf(now, e.change)
	}
	d.apply(now, e.change)
	return e
}

// changedMeanwhile reports whether an entry is no longer what the operator saw,
// in the fields that matter for a decision: status and tokens. Without an id it
// has to have its name still, or another entry may have come to stand in its
// place.
func changedMeanwhile(was, now *Credential) bool {
	if was.ID == "" && fallbackName(was) != fallbackName(now) {
		return true
	}
	return was.Status != now.Status || was.StatusText != now.StatusText ||
		was.Held() != now.Held() || was.Disabled != now.Disabled || newTokens(was, now)
}

// newTokens reports whether an entry has other secrets than before, its own or,
// by their fingerprint, borrowed ones.
func newTokens(was, now *Credential) bool {
	return was.Tokens != now.Tokens || was.Secret != now.Secret
}

// fallbackName is what tells entries without an id apart.
func fallbackName(c *Credential) string { return c.Label + "\n" + c.Source }

// LastReady is a provider that an action leaves with none ready.
type LastReady struct {
	Provider string
	// Credentials are the credentials that are ready now and will not be.
	Credentials []Credential
	// Others is how many credentials of the provider the action leaves alone.
	Others int
	// Next is the first of the provider's other credentials to come back, nil
	// when none does.
	Next   *Credential
	NextAt time.Time
}

// LastReady returns the providers of the pool that have a ready credential now
// and would have none after the outcome.
func (p *Pool) LastReady(out Outcome, policy Policy) []LastReady {
	after := map[Ref]*Credential{}
	for i := range out.Changed {
		after[out.Changed[i].Before.Ref] = &out.Changed[i].After
	}
	var strands []LastReady
	for i := range p.Providers {
		if st := p.Providers[i].stranded(after, policy, out.At); st != nil {
			strands = append(strands, *st)
		}
	}
	return strands
}

func (p *Provider) stranded(after map[Ref]*Credential, policy Policy, at time.Time) *LastReady {
	st := LastReady{Provider: p.Name}
	var others Summary
	for i := range p.Credentials {
		c := &p.Credentials[i]
		then, changed := after[c.Ref]
		switch {
		case !changed:
			others.add(c, policy, at)
		case policy.Availability(then, at) == Ready:
			return nil
		case policy.Availability(c, at) == Ready:
			st.Credentials = append(st.Credentials, *c)
		}
	}
	if len(st.Credentials) == 0 || others.Ready() > 0 {
		return nil
	}
	st.Others, st.Next, st.NextAt = others.Total, others.Next, others.NextAt
	return &st
}
