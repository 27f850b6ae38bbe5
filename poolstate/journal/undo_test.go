package journal

import (
	"fmt"
	"strings"
	"testing"

	"pooltop/poolstate"
)

// fleet returns three operators that share a journal, and their stores by identity.
func fleet(t *testing.T) (all []*Operator, others map[string]*poolstate.Store) {
	t.Helper()
	others = map[string]*poolstate.Store{}
	for range 3 {
		o := newOperator(t, pool)
		if len(all) > 0 {
			o.Journal = all[0].Journal
		}
		all, others[o.Store.Identity()] = append(all, o), o.Store
	}
	return all, others
}

// actAll performs an action on several stores.
func actAll(t *testing.T, number string, a poolstate.Action, operators ...*Operator) {
	t.Helper()
	for _, o := range operators {
		o.Number = func() string { return number }
		do(t, o, a, "primary")
	}
}

// An action on several stores is undone in all of them, even if only one is selected.
func TestJournal_LastUndo(t *testing.T) {
	all, others := fleet(t)
	one, two, three := all[0], all[1], all[2]
	// last returns the last action and, for each store that it changed, the number of undos
	// or the error.
	last := func(operators ...*Operator) string {
		t.Helper()
		var stores []*poolstate.Store
		for _, o := range operators {
			stores = append(stores, o.Store)
		}
		action, undos, err := one.Journal.LastUndo(stores, others)
		if err != nil {
			return err.Error()
		}
		text := action.Action
		for _, u := range undos {
			for i, o := range all {
				if o.Store.Identity() == u.Store.Identity() {
					text += fmt.Sprintf(", %d: %d", i+1, len(u.Undos))
				}
			}
			if u.Err != nil {
				text += " " + u.Err.Error()
			}
		}
		return text
	}
	equal(t, "no action", last(one, two), poolstate.ErrNothingToUndo.Error())
	actAll(t, "a", hold, one, two)
	equal(t, "both selected", last(one, two), "a, 1: 1, 2: 1")
	equal(t, "one selected", last(two), "a, 2: 1, 1: 1")
	equal(t, "another selected", last(three), poolstate.ErrNothingToUndo.Error())
	equal(t, "all selected", last(three, two, one), "a, 2: 1, 1: 1")

	actAll(t, "b", reset, two, three)
	equal(t, "b is later than a", last(one, two), "b, 2: 1")
	equal(t, "the latest, in another order", last(two, one), "b, 2: 1")
	equal(t, "a later action on store 2", last(one), "a, 1: 1, 2: 0 "+ErrLaterAction.Error())
	doTask(t, two, lastUndo(t, two))
	equal(t, "b undone in store 2", last(one, two), "a, 1: 1, 2: 1")
	doTask(t, one, lastUndo(t, one))
	equal(t, "a undone in store 1", last(one, two), "a, 2: 1")

	before := readFile(t, two.Store.Path())
	actAll(t, "c", hold, one, two) // killed before store 2 was written
	writeFile(t, two.Store.Path(), before)
	lines := strings.SplitAfter(readFile(t, one.Journal.path), "\n")
	writeFile(t, one.Journal.path, strings.Join(lines[:len(lines)-2], ""))
	equal(t, "only written to store 1", last(one, two), "c, 1: 1")
	equal(t, "store 2", last(two), "a, 2: 1")
}

// An action that is recorded later does not change a frozen journal.
func TestJournal_Frozen(t *testing.T) {
	o := newOperator(t, pool)
	do(t, o, reset, "backup")
	frozen := o.Journal.Frozen()
	doTask(t, o, verbs(t, o)["order"]()) // leaves no trace in the store
	for j, want := range map[*Journal]string{&o.Journal: "n2", &frozen: "n1"} {
		action, _, err := j.LastUndo([]*poolstate.Store{o.Store}, nil)
		wantErr(t, err, nil)
		equal(t, "the last action", action.Action, want)
	}
}
