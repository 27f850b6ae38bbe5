package journal

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"pooltop/poolstate"
)

// ErrNotUndoable is returned when the last action was a sync, which cannot be undone.
var ErrNotUndoable = errors.New("a sync cannot be undone: the old tokens are gone")

// ErrUnrecorded is returned when the last action is missing from the journal or
// incomplete. Earlier actions must not be undone instead.
var ErrUnrecorded = errors.New("the last action is missing from this user's journal or incomplete, so it cannot be undone; earlier actions were left alone")

// ErrLaterAction is returned for a store that a later action has changed.
var ErrLaterAction = errors.New("this store was changed by a later action; undo that action first")

// StoreUndo describes how to undo an action in one store.
type StoreUndo struct {
	Store *poolstate.Store
	Undos []poolstate.Undo
	// Err is why the action cannot be undone in this store, or nil.
	Err error
}

// Frozen returns a copy of the journal whose LastUndo uses the present entries, so that calling it
// repeatedly does not read the file each time.
func (j Journal) Frozen() Journal {
	j.entries, j.err = j.readAll()
	return j
}

// LastUndo finds the last action on any of the stores, ignoring undone actions and those in passed,
// which contains identifiers. It returns the first entry of the action, and how to undo the action
// in each store that it changed. If stores does not contain a changed store, LastUndo looks up its
// identity in others. The errors include [poolstate.ErrNothingToUndo], [ErrUnrecorded] and, with
// the entry of the action, [ErrNotUndoable].
func (j Journal) LastUndo(stores []*poolstate.Store, others map[string]*poolstate.Store, passed ...string) (action Entry, undos []StoreUndo, err error) {
	if j.entries == nil {
		j = j.Frozen()
	}
	if j.err != nil {
		return Entry{}, nil, j.err
	}
	entries := j.entries
	for _, s := range slices.Concat(stores, slices.Collect(maps.Values(others))) {
		entries = settled(entries, s)
	}
	newest := -1 // the index of the action's last entry
	for _, s := range stores {
		lines, err := lastIn(entries, s, passed)
		switch {
		case err != nil && len(stores) > 1:
			return Entry{}, nil, fmt.Errorf("%s: %w", s.Path(), err)
		case err != nil:
			return Entry{}, nil, err
		case len(lines) == 0:
			continue
		}
		i := len(entries) - 1
		for entries[i].Action != lines[0].Action {
			i--
		}
		if i > newest {
			newest, action = i, *lines[0]
		}
	}
	if newest < 0 {
		return Entry{}, nil, poolstate.ErrNothingToUndo
	}
	for _, s := range append(slices.Clip(stores), storesOf(entries, action.Action, stores, others)...) {
		own := of(entries, s)
		if !slices.ContainsFunc(own, func(e *Entry) bool { return e.Action == action.Action }) ||
			slices.ContainsFunc(own, func(e *Entry) bool { return e.Undoes == action.Action }) {
			continue
		}
		lines, err := lastIn(entries, s, passed)
		if err == nil && lines[0].Action != action.Action {
			err = ErrLaterAction
		}
		u := StoreUndo{Store: s, Err: err}
		if err == nil {
			u.Undos, u.Err = undosOf(lines)
		}
		if undos = append(undos, u); errors.Is(u.Err, ErrNotUndoable) {
			return action, nil, u.Err
		}
	}
	return action, undos, nil
}

// storesOf returns the stores that an action changed, except those in known.
func storesOf(entries []Entry, action string, known []*poolstate.Store, others map[string]*poolstate.Store) (out []*poolstate.Store) {
	for i := range entries {
		e := &entries[i]
		s := others[e.Store]
		if e.Action == action && s != nil && !slices.Contains(out, s) &&
			!slices.ContainsFunc(known, func(k *poolstate.Store) bool { return k.Identity() == s.Identity() }) {
			out = append(out, s)
		}
	}
	return out
}

// lastIn returns the entries of the last action on a store, ignoring undone actions and those in
// passed, or nil if there is none.
func lastIn(entries []Entry, store *poolstate.Store, passed []string) (lines []*Entry, err error) {
	snap, err := store.Load()
	if err != nil {
		return nil, err
	}
	own := of(entries, store)
	if lines, err = last(own); err != nil {
		return nil, err
	}
	if !recorded(snap.Pool, own, lines) {
		return nil, ErrUnrecorded
	}
	return last(own, passed...)
}

// undosOf returns the undos of the entries of an action.
func undosOf(lines []*Entry) (undos []poolstate.Undo, err error) {
	for _, e := range lines {
		switch {
		case e.Undo == nil && e.Verb == poolstate.VerbSync.String():
			return nil, ErrNotUndoable
		case e.Undo == nil:
			return nil, ErrUnrecorded
		}
		undos = append(undos, *e.Undo)
	}
	return undos, nil
}

// last returns the entries of the last action among those of a store, ignoring undone actions and
// those in passed, or nil if there is none. It returns ErrUnrecorded if an unreadable line, which
// may be a later action, follows them.
func last(own []*Entry, passed ...string) (lines []*Entry, err error) {
	ignored := map[string]bool{}
	for _, action := range passed {
		ignored[action] = true
	}
	action := ""
	for _, e := range slices.Backward(own) {
		switch {
		case action != "":
		case e.unreadable && !ignored[e.Lost]: // its own process may have undone a lost action
			return nil, ErrUnrecorded
		case e.Undoes != "":
			ignored[e.Undoes] = true
		case !ignored[e.Action]:
			action = e.Action
		}
		if action != "" && e.Action == action {
			lines = append(lines, e)
		}
	}
	slices.Reverse(lines)
	return lines, nil
}

// clockSlack is greater than the rounding error of times in the store.
const clockSlack = time.Millisecond

// recorded reports whether the entries of a store explain each hold and reset that the pool
// shows. Each of them must match a recorded action that was not undone, match an event that was
// observed before the last action, or be older than all actions. It is not enough that its time
// is before the last action, because clocks can be set back.
func recorded(pool *poolstate.Pool, entries, lastAction []*Entry) bool {
	var known []*Entry
	var oldest time.Time
	before := len(lastAction) > 0
	for _, e := range entries {
		if e.Action != "" && (oldest.IsZero() || e.At.Before(oldest)) {
			oldest = e.At
		}
		before = before && e.Action != lastAction[0].Action
		if e.Undoes != "" {
			known = slices.DeleteFunc(known, func(k *Entry) bool {
				return k.Action == e.Undoes && k.about(e.Provider, e.ID, e.Label, e.Source)
			})
		} else if e.Action != "" || before {
			known = append(known, e)
		}
	}
	explained := func(c *poolstate.Credential, kind poolstate.EventKind, t time.Time) bool {
		return t.IsZero() || t.Before(oldest.Add(-clockSlack)) || slices.ContainsFunc(known, func(e *Entry) bool {
			return e.shows(c, kind, t)
		})
	}
	for c := range pool.All() {
		if !explained(c, poolstate.EventReset, c.ClearedAt) || c.Held() && !explained(c, poolstate.EventHeld, c.StatusAt) {
			return false
		}
	}
	return true
}

// shows reports whether an entry is about an event of a credential at a time.
func (e *Entry) shows(c *poolstate.Credential, kind poolstate.EventKind, t time.Time) bool {
	return e.Kind == kind && e.At.Sub(t).Abs() <= clockSlack && e.about(c.Provider, c.ID, c.Label, c.Source)
}

// about reports whether an entry is about a credential. Label and source are compared
// only if there is no id.
func (e *Entry) about(provider, id, label, source string) bool {
	return e.Provider == provider && e.ID == id && (id != "" || e.Label == label && e.Source == source)
}
