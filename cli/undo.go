package cli

import (
	"cmp"
	"errors"
	"path/filepath"

	"github.com/spf13/cobra"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
)

func undoCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "undo",
		Short: "Undo the last reset, hold or move",
		Long: "undo reverts the last reset, exhaust or order on the store, credential by credential. It skips credentials that have\n" +
			"changed since. A sync cannot be undone. An action on several stores is undone in all of them.",
		Example: "  pooltop undo --dry-run\n  pooltop undo",
		Args:    noArguments,
	}
	bindAction(cmd, poolstate.VerbUndo, func(r *actionRun, _ []string) error {
		if err := r.load(); err != nil {
			return err
		}
		parts, action, err := r.lastAction()
		if err != nil {
			return err
		}
		return r.execute(parts, func(p *part) journal.Task {
			return journal.Task{Action: poolstate.Action{Undos: p.undos}, Undoes: action}
		})
	})
	return cmd
}

// lastAction returns the number of the last action on the selected stores, and a part for
// each file that the action changed. If there is nothing to undo, it returns no parts.
func (r *actionRun) lastAction() (parts []*part, action string, err error) {
	j := journal.Journal{}
	if r.cfg.Journal {
		j = userJournal()
	}
	stores := r.sel.undoable(j)
	others := map[string]*poolstate.Store{} // stores that the action may also have changed
	profiles, _ := poolstate.Location{Home: filepath.Dir(r.cfg.File)}.Profiles()
	for _, p := range profiles {
		s := poolstate.Open(p.Path)
		others[s.Identity()] = s
	}
	last, undos, err := j.LastUndo(stores, others)
	switch {
	case errors.Is(err, poolstate.ErrNothingToUndo):
		return nil, "", nil
	case err != nil:
		return nil, "", &codedError{exitRefused, err}
	}
	for _, u := range undos {
		store := r.sel.loader.load(u.Store.Path())
		err := cmp.Or(u.Err, store.err)
		if err == nil {
			parts = append(parts, &part{store: store, undos: u.Undos})
			continue
		}
		if len(undos) == 1 {
			return nil, "", &codedError{exitRefused, err}
		}
		r.fail(store, &codedError{exitRefused, err})
	}
	return parts, last.Action, nil
}

// undoable returns the stores whose last action may be undone: the selected stores, and the
// root's store if its last action affected credentials that a selected profile borrows.
func (sel *selection) undoable(j journal.Journal) (out []*poolstate.Store) {
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
		last, _, err := j.LastUndo([]*poolstate.Store{poolstate.Open(snap.root.path)}, nil)
		if last.Provider == p.Name || err != nil && !errors.Is(err, poolstate.ErrNothingToUndo) {
			add(snap.root)
		}
	}
	return out
}
