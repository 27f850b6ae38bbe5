package journal

import (
	"context"
	"errors"
	"os"
	"os/user"

	"pooltop/poolstate"
)

// Operator acts on a store and keeps account of it. Keys and commands act
// through it alike.
type Operator struct {
	Store   *poolstate.Store
	Journal Journal
	// User and Host sign the account.
	User, Host string
	// Number returns a new number for an action. It has to be set.
	Number func() string
}

// Sign fills in who acts, as the system knows them.
func (o *Operator) Sign() {
	o.Host, _ = os.Hostname() // an unsigned line is better than none
	if u, err := user.Current(); err == nil {
		o.User = u.Username
	}
}

// Done is an action that was done.
type Done struct {
	poolstate.Outcome
	// Number names the action in the journal.
	Number string
	// Entries are its lines in the journal.
	Entries []Entry
	// JournalErr is why the journal could not be written; the action stands.
	JournalErr error
}

// Undos returns what it takes to take the action back, and nil when that is
// impossible.
func (d *Done) Undos() []poolstate.Undo {
	var out []poolstate.Undo
	for i := range d.Changed {
		if u := d.Changed[i].Undo; u != nil {
			out = append(out, *u)
		}
	}
	return out
}

// Do performs the action and writes it down.
func (o *Operator) Do(ctx context.Context, a poolstate.Action, policy poolstate.Policy, seen []poolstate.Credential) (Done, error) {
	out, err := o.Store.Perform(ctx, a, seen)
	if err != nil {
		return Done{}, err
	}
	return o.account(out, policy, Entry{Verb: a.Verb.String()}), nil
}

// Undo undoes an action by its number and writes that down.
func (o *Operator) Undo(ctx context.Context, number string, policy poolstate.Policy, undos []poolstate.Undo) (Done, error) {
	out, err := o.Store.Undo(ctx, undos)
	if err != nil {
		return Done{}, err
	}
	return o.account(out, policy, Entry{Verb: poolstate.VerbUndo.String(), Undoes: number}), nil
}

// ErrNotUndoable is the error of a last action that cannot be taken back.
var ErrNotUndoable = errors.New("a sync cannot be taken back: the tokens before it are gone")

// LastUndo returns the last action on the store that can be taken back: its
// lines and what it takes. Errors: poolstate.ErrNothingToUndo, ErrNotUndoable.
func (o *Operator) LastUndo() (number string, undos []poolstate.Undo, err error) {
	entries, err := o.Journal.Read()
	if err != nil {
		return "", nil, err
	}
	last := Last(entries, o.Store.Path())
	if len(last) == 0 {
		return "", nil, poolstate.ErrNothingToUndo
	}
	for _, e := range last {
		if e.Undo == nil {
			return "", nil, ErrNotUndoable
		}
		undos = append(undos, *e.Undo)
	}
	return last[0].Action, undos, nil
}

// account writes one line for each credential that changed.
func (o *Operator) account(out poolstate.Outcome, policy poolstate.Policy, template Entry) Done {
	done := Done{Outcome: out, Number: o.Number()}
	for i := range out.Changed {
		eff := &out.Changed[i]
		e := template
		e.Record = poolstate.RecordOf(&poolstate.Event{
			At: out.At, Kind: kindOf(template.Verb, &eff.After), By: poolstate.ByOperator, Before: &eff.Before, After: &eff.After,
		}, policy)
		e.Action, e.User, e.Host, e.Store = done.Number, o.User, o.Host, o.Store.Path()
		e.Undo = eff.Undo
		done.Entries = append(done.Entries, e)
	}
	done.JournalErr = o.Journal.Append(done.Entries...)
	return done
}

// kindOf is what an action comes to for a credential, in the words of events.
func kindOf(verb string, after *poolstate.Credential) poolstate.EventKind {
	switch {
	case after.Status == poolstate.StatusDead:
		return poolstate.EventDead
	case after.Held():
		return poolstate.EventHeld
	case after.Status == poolstate.StatusExhausted:
		return poolstate.EventExhausted
	case verb == poolstate.VerbSync.String():
		return poolstate.EventRefreshed
	case verb == poolstate.VerbReset.String():
		return poolstate.EventReset
	}
	return poolstate.EventReady
}
