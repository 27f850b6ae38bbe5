package journal

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/user"
	"slices"
	"strconv"
	"time"

	"pooltop/poolstate"
)

// Operator changes a store and records the changes in a journal. Store is required.
type Operator struct {
	Store   *poolstate.Store
	Journal Journal
	// User and Host are recorded as the author of a change; see [Operator.Sign].
	User, Host string
	// Number returns the identifier of a new action; the default is [NewNumber]. Changes
	// with the same identifier form one action on several stores.
	Number func() string
	// Restore swaps the observed streaks of credentials with their streaks before the last
	// reset. It is called when a reset is undone, and again if the undo fails. It may be nil.
	Restore func(refs []poolstate.Ref)
	// Log receives a message for each action and event. If nil, nothing is logged.
	Log *slog.Logger
}

// Sign sets User and Host to the user and host of the process, if known.
func (o *Operator) Sign() {
	o.Host, _ = os.Hostname()
	if u, err := user.Current(); err == nil {
		o.User = u.Username
	}
}

func (o *Operator) log() *slog.Logger {
	if o.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return o.Log
}

func (o *Operator) number() string {
	if o.Number != nil {
		return o.Number()
	}
	return NewNumber()
}

// NewNumber returns a unique identifier for an action. It consists of the time and a
// random number.
func NewNumber() string {
	return strconv.FormatInt(poolstate.Now().UnixMilli(), 36) + "-" + strconv.FormatUint(rand.Uint64(), 36)
}

// Task is an action on credentials, or the undo of an earlier action.
type Task struct {
	poolstate.Action
	// Seen lists the credentials as the operator saw them.
	Seen []poolstate.Credential
	// Policy computes the deadlines that are recorded in the journal.
	Policy poolstate.Policy
	// Undoes is the identifier of the action that an undo reverts.
	Undoes string
}

// Done is the result of a task.
type Done struct {
	poolstate.Outcome
	// Number is the identifier of the action in the journal.
	Number string
	// Entries are the entries for the journal, one for each changed credential.
	Entries []Entry
	// JournalErr is the error from recording the action. The action itself succeeded, but other
	// processes cannot undo it.
	JournalErr error
}

// Undos returns the undos of the action, or nil if it cannot be undone.
func (d *Done) Undos() []poolstate.Undo {
	var out []poolstate.Undo
	for i := range d.Changed {
		if u := d.Changed[i].Undo; u != nil {
			out = append(out, *u)
		}
	}
	return out
}

// Plan returns what [Operator.Do] would change now. It changes nothing.
func (o *Operator) Plan(t Task) (poolstate.Outcome, error) {
	out, err := o.Store.Plan(t.Action, t.Seen)
	if err == nil {
		o.log().Info("action planned", "verb", t.Verb, "changed", len(out.Changed), "unchanged", len(out.Unchanged))
	}
	return out, err
}

// resets returns the credentials whose reset the task undoes.
func (t *Task) resets() (refs []poolstate.Ref) {
	for _, u := range t.Undos {
		if u.Resets() {
			refs = append(refs, poolstate.Ref{Provider: u.Provider, ID: u.ID, Position: u.Position})
		}
	}
	return refs
}

func (o *Operator) restore(refs []poolstate.Ref) []poolstate.Ref {
	if o.Restore != nil && len(refs) > 0 {
		o.Restore(refs)
	}
	return refs
}

// Do performs a task and records one entry for each credential that changed. It records them
// before it writes the store, so that the action can be undone even if the process is killed.
func (o *Operator) Do(ctx context.Context, t Task) (Done, error) {
	done, prepared := Done{Number: o.number()}, false
	resets := o.restore(t.resets()) // before the write, so that guard does not remove pins that the undo restores
	out, err := o.Store.Perform(ctx, t.Action, t.Seen, func(out *poolstate.Outcome) error {
		done.Entries = o.entries(t, out, done.Number)
		done.JournalErr = o.Journal.begin(done.Entries, o.Store)
		prepared = true
		if errors.Is(done.JournalErr, errTorn) { // the incomplete record would look like an action that was not written
			return errors.New(done.JournalErr.Error() + "; use --no-journal")
		}
		return nil
	})
	o.restore(slices.DeleteFunc(resets, func(ref poolstate.Ref) bool {
		return slices.ContainsFunc(out.Changed, func(e poolstate.Effect) bool { return e.After.Ref == ref })
	}))
	if prepared && (err != nil || done.JournalErr == nil) {
		o.end(done.Number, err)
	}
	if err != nil {
		o.log().Error("action failed", "verb", t.Verb, "error", err)
		return Done{}, err
	}
	done.Outcome = out
	o.log().Info("action done", "verb", t.Verb, "number", done.Number, "changed", len(out.Changed), "unchanged", len(out.Unchanged))
	o.logRecords(done.Entries, done.JournalErr)
	return done, nil
}

// entries returns the entries for the changes of an action.
func (o *Operator) entries(t Task, out *poolstate.Outcome, number string) (entries []Entry) {
	for i := range out.Changed {
		eff := &out.Changed[i]
		e := Entry{
			Record: poolstate.RecordOf(&poolstate.Event{
				At: out.At, Kind: kindOf(t.Verb, &eff.After), By: poolstate.ByOperator, Before: &eff.Before, After: &eff.After,
			}, t.Policy),
			Store: o.Store.Identity(), Action: number, Verb: t.Verb.String(), User: o.User, Host: o.Host,
			Undo: eff.Undo, Undoes: t.Undoes,
		}
		if e.Undo == nil {
			e.Wrote = eff.Wrote
		}
		entries = append(entries, e)
	}
	return entries
}

// end records the result of an action that has been recorded. If that fails, the store shows the
// result, so the error is only logged.
func (o *Operator) end(number string, err error) {
	if _, damaged := errors.AsType[*poolstate.DamagedError](err); damaged || o.Journal.IsZero() {
		return // a damaged file may still get the new content
	}
	e := Entry{Store: o.Store.Identity(), Done: number}
	if err != nil {
		e.Done, e.Failed = "", number
	}
	if err := o.Journal.Append(e); err != nil {
		o.log().Warn("cannot record the result of an action", "number", number, "error", err)
	}
}

// RecordSeen records events that this process observed but did not cause. It omits
// events that another process has already recorded.
func (o *Operator) RecordSeen(events []poolstate.Record) error {
	entries, identity := make([]Entry, len(events)), o.Store.Identity()
	for i := range events {
		entries[i] = Entry{Record: events[i], Store: identity}
	}
	err := o.Journal.write(entries, writing{seen: true})
	o.logRecords(entries, err)
	return err
}

// logRecords logs entries and, if they could not be written to the journal, err.
func (o *Operator) logRecords(entries []Entry, err error) {
	for i := range entries {
		e, id := &entries[i], "-"
		if 0 < len(entries[i].ID) && len(entries[i].ID) < 8 { // a longer id may contain part of a secret
			id = entries[i].ID
		}
		o.log().Debug("event", "kind", e.Kind, "by", e.By, "at", e.At, "credential", id)
	}
	if err != nil {
		o.log().Error("cannot write journal", "error", err)
	}
}

// kindOf returns the kind of event that an action causes for a credential.
func kindOf(verb poolstate.Verb, after *poolstate.Credential) poolstate.EventKind {
	switch {
	case verb == poolstate.VerbUndo:
		return poolstate.EventUndone
	case verb == poolstate.VerbOrder:
		return poolstate.EventReordered
	case after.Status == poolstate.StatusDead:
		return poolstate.EventDead
	case after.Held():
		return poolstate.EventHeld
	case after.Status == poolstate.StatusExhausted:
		return poolstate.EventExhausted
	case verb == poolstate.VerbSync:
		return poolstate.EventRefreshed
	case verb == poolstate.VerbReset:
		return poolstate.EventReset
	}
	return poolstate.EventReady
}

// noticeEvery is how often Run reports that it is waiting for the lock. It is also the
// delay before the first report.
const noticeEvery = 200 * time.Millisecond

// Run is like [Operator.Do], but reports that it is waiting for the lock. While another
// process holds the lock, it calls waiting every 200 ms with a description of that
// process, from a goroutine that ends before Run returns. Canceling ctx ends the wait.
func (o *Operator) Run(ctx context.Context, t Task, waiting func(holder string)) (Done, error) {
	var stop, stopped chan struct{}
	return o.Do(poolstate.TraceLock(ctx, func(lock string) {
		if lock == "" {
			close(stop)
			<-stopped
			return
		}
		stop, stopped = make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			tick := time.NewTicker(noticeEvery)
			defer tick.Stop()
			for {
				select {
				case <-stop:
					return
				case <-tick.C:
					waiting(cmp.Or(poolstate.LockHolder(lock), "a running agent or another pooltop"))
				}
			}
		}()
	}), t)
}
