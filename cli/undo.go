package cli

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui"
)

func undoCommand() *cobra.Command {
	var next bool
	cmd := &cobra.Command{
		Use:   "undo",
		Short: "Undo your last reset, hold or move",
		Long: "undo reverts your last reset, exhaust or order on the store, credential by credential. It skips credentials that have\n" +
			"changed since. An action on several stores is undone in all of them. If all of its credentials have changed, or if the\n" +
			"last action was a sync, it cannot be undone; --next then passes over it, says so, and reverts the action before it.\n" +
			"Each user has a journal. Actions of other users are not in yours, and undo does not revert them. If another user has\n" +
			"held or reset a credential since your last action, undo refuses.",
		Example: "  pooltop undo --dry-run\n  pooltop undo\n  pooltop undo --next",
		Args:    noArguments,
	}
	bindAction(cmd, poolstate.VerbUndo, func(r *actionRun, _ []string) error {
		if err := r.load(); err != nil {
			return err
		}
		return r.undo(next)
	})
	cmd.Flags().BoolVar(&next, "next", false, "pass over actions that cannot be undone")
	return cmd
}

// undoable is an action in the journal, and how to undo it in each file.
type undoable struct {
	action   journal.Entry
	parts    []*part   // one for each file in which it can be undone
	failures []failure // one for each other file
	err      error     // why it cannot be undone at all
}

// undo reverts the last action. If that is impossible and next is set, it reverts the last action
// that can be undone. If next is not set, it suggests that in the error.
func (r *actionRun) undo(next bool) error {
	j := journal.Journal{}
	if r.cfg.Journal {
		j = userJournal().Frozen()
	}
	var first *undoable // the last action, if it cannot be undone
	var passed []string
	for {
		last, err := r.lastAction(j, passed)
		known := last.action.Action != ""
		switch why := r.whyNotUndoable(last); {
		case first != nil && err != nil:
			return r.revert(first)
		case err != nil:
			return err
		case !known && first == nil:
			return r.revert(last) // prints that there is nothing to undo
		case !known:
			return r.revert(first)
		case why == "" && first != nil && !next:
			if err := r.revert(first); err != nil {
				return fmt.Errorf("%w; use --next to undo %s instead", err, r.actionWords(last))
			}
			return nil // it can be undone by now
		case why == "":
			return r.revert(last)
		case next:
			r.note(fmt.Sprintf("passed over %s: %s", r.actionWords(last), why))
		}
		if first == nil {
			first = last
		}
		passed = append(passed, last.action.Action)
	}
}

// actionWords describes an action: "the hold of 11:58 by ada@engine".
func (r *actionRun) actionWords(u *undoable) string {
	a := &u.action
	return ui.ActionWords(a.Verb, a.At, a.User, a.Host, instant(r.cfg.Now))
}

// whyNotUndoable returns why no part of an action can be undone, or "".
func (r *actionRun) whyNotUndoable(u *undoable) string {
	if u.err != nil {
		return u.err.Error()
	}
	why := ""
	for _, p := range u.parts {
		out, err := poolstate.Open(p.store.path).Plan(poolstate.Action{Verb: poolstate.VerbUndo, Undos: p.undos}, nil)
		if err != nil || len(out.Changed) > 0 {
			return "" // revert reports an error
		}
		for _, e := range out.Unchanged {
			why = cmp.Or(why, e.Before.String()+": "+e.Reason)
		}
	}
	return why
}

// revert undoes an action.
func (r *actionRun) revert(u *undoable) error {
	if u.err != nil {
		return u.err
	}
	for _, f := range u.failures {
		r.fail(f.store, f.err)
	}
	return r.execute(u.parts, func(p *part) journal.Task {
		return journal.Task{Action: poolstate.Action{Undos: p.undos}, Undoes: u.action.Action}
	})
}

// lastAction returns the last action in j on the selected stores, ignoring those in passed. If there is
// nothing to undo, it returns no action.
func (r *actionRun) lastAction(j journal.Journal, passed []string) (*undoable, error) {
	others := map[string]*poolstate.Store{} // stores that the action may also have changed
	profiles, _ := poolstate.Location{Home: filepath.Dir(r.cfg.File)}.Profiles()
	for _, p := range profiles {
		s := poolstate.Open(p.Path)
		others[s.Identity()] = s
	}
	last, undos, err := j.LastUndo(r.sel.undoable(j, passed), others, passed...)
	u := &undoable{action: last}
	switch {
	case errors.Is(err, poolstate.ErrNothingToUndo):
		return u, nil
	case err != nil && last.Action != "":
		u.err = &codedError{exitRefused, err}
		return u, nil
	case err != nil:
		return u, &codedError{exitRefused, err}
	}
	for _, in := range undos {
		store := r.sel.loader.load(in.Store.Path())
		if err := cmp.Or(in.Err, store.err); err != nil {
			u.failures = append(u.failures, failure{store, &codedError{exitRefused, err}})
		} else {
			u.parts = append(u.parts, &part{store: store, undos: in.Undos})
		}
	}
	if len(u.failures) == 1 && len(undos) == 1 {
		u.err = u.failures[0].err
	}
	return u, nil
}

// undoable returns the stores whose last action may be undone: the selected stores, and the
// root's store if its last action affected credentials that a selected profile borrows.
func (sel *selection) undoable(j journal.Journal, passed []string) (out []*poolstate.Store) {
	added := map[string]bool{}
	add := func(snap *snapshot) {
		if !added[snap.identity] {
			added[snap.identity], out = true, append(out, poolstate.Open(snap.path))
		}
	}
	for snap := range sel.readable {
		if !snap.missing {
			add(snap)
		}
	}
	for snap, p := range sel.providers {
		if len(p.Credentials) == 0 || p.Credentials[0].BorrowedFrom == "" {
			continue
		}
		last, _, err := j.LastUndo([]*poolstate.Store{poolstate.Open(snap.root.path)}, nil, passed...)
		if last.Provider == p.Name || err != nil && !errors.Is(err, poolstate.ErrNothingToUndo) {
			add(snap.root)
		}
	}
	return out
}
