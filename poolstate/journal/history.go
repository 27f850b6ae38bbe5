package journal

import (
	"slices"
	"sort"
	"time"

	"pooltop/poolstate"
)

// of returns the entries about a store, in the order given.
func of(entries []Entry, store *poolstate.Store) []Entry {
	identity, path := store.Identity(), store.Path() // earlier versions recorded the path
	var out []Entry
	for i := range entries {
		if s := entries[i].Store; s == identity || s == path {
			out = append(out, entries[i])
		}
	}
	return out
}

// Records returns the events of a store in order of time. If an action was also
// seen by a watching process, only the action is returned.
func Records(entries []Entry, store *poolstate.Store) []poolstate.Record {
	own := of(entries, store)
	slices.SortStableFunc(own, func(a, b Entry) int { return a.At.Compare(b.At) })
	var records []poolstate.Record
	for i := range own {
		if own[i].Action != "" || !hasAction(own, &own[i].Record) {
			records = append(records, own[i].Record)
		}
	}
	return records
}

// hasAction reports whether one of the entries, which are in order of time, is
// the action that caused a seen event.
func hasAction(entries []Entry, seen *poolstate.Record) bool {
	earliest, latest := seen.At.Add(-poolstate.SameEventWithin), seen.At.Add(poolstate.SameEventWithin)
	first := sort.Search(len(entries), func(i int) bool { return !entries[i].At.Before(earliest) })
	for i := first; i < len(entries) && !entries[i].At.After(latest); i++ {
		if entries[i].Action != "" && entries[i].Same(seen) {
			return true
		}
	}
	return false
}

// History returns the events of a store up to now, oldest first: those in the
// journal, and those that the timestamps of the pool imply.
func (j Journal) History(store *poolstate.Store, pool *poolstate.Pool, policy poolstate.Policy, now time.Time) ([]poolstate.Record, error) {
	entries, err := j.Read()
	if err != nil {
		return nil, err
	}
	type subject struct {
		kind         poolstate.EventKind
		provider, id string
	}
	records := Records(entries, store)
	recorded := map[subject][]poolstate.Record{}
	for _, r := range records {
		s := subject{r.Kind, r.Provider, r.ID}
		recorded[s] = append(recorded[s], r)
	}
	for _, e := range poolstate.History(pool, policy, now) {
		r := poolstate.RecordOf(&e, policy)
		same := func(o poolstate.Record) bool { return o.Same(&r) }
		if !slices.ContainsFunc(recorded[subject{r.Kind, r.Provider, r.ID}], same) {
			records = append(records, r)
		}
	}
	slices.SortStableFunc(records, func(a, b poolstate.Record) int { return a.At.Compare(b.At) })
	return records, nil
}

// last returns the lines of the last action on a store that was not undone, nil
// if there is none.
func last(entries []Entry, store *poolstate.Store) []Entry {
	own := of(entries, store)
	undone := map[string]bool{}
	for i := len(own) - 1; i >= 0; i-- {
		switch e := &own[i]; {
		case e.Undoes != "":
			undone[e.Undoes] = true
		case e.Action != "" && !undone[e.Action]:
			action := e.Action
			return slices.DeleteFunc(own, func(e Entry) bool { return e.Action != action })
		}
	}
	return nil
}
