package journal

import (
	"cmp"
	"io"
	"slices"
	"time"

	"pooltop/poolstate"
	"pooltop/poolstate/userfile"
)

// of returns the entries about a store, in the same order. It includes unreadable entries
// that may be about the store.
func of(entries []Entry, store *poolstate.Store) (own []*Entry) {
	identity, path := store.Identity(), store.Path() // earlier versions recorded the path
	for i := range entries {
		e := &entries[i]
		if e.Store == identity || e.Store == path || e.Store == "" && e.unreadable {
			own = append(own, e)
		}
	}
	return own
}

// Records returns the events of a store in chronological order. It omits observed events
// that were caused by a recorded action. It redacts the secrets that the store contains,
// because earlier versions recorded secrets of other credentials.
func Records(entries []Entry, store *poolstate.Store) []poolstate.Record {
	own := of(settled(entries, store), store)
	slices.SortStableFunc(own, func(a, b *Entry) int { return a.At.Compare(b.At) })
	var actions, records []poolstate.Record
	for i := range own {
		if own[i].Action != "" {
			actions = append(actions, own[i].Record)
		}
	}
	for i := range own {
		if own[i].Action != "" || !contains(actions, &own[i].Record) {
			records = append(records, own[i].Record)
		}
	}
	var texts []*string
	for i := range records {
		r := &records[i]
		texts = append(texts, &r.Provider, &r.ID, &r.Label, &r.Source, &r.Reason, &r.Message)
	}
	_ = store.Scrub(texts...) // if the file cannot be read, its secrets are unknown
	return records
}

// contains reports whether records, sorted by time, contain the event of r.
func contains(records []poolstate.Record, r *poolstate.Record) bool {
	first, _ := slices.BinarySearchFunc(records, r.At.Add(-poolstate.SameEventWithin),
		func(o poolstate.Record, t time.Time) int { return o.At.Compare(t) })
	rest := records[first:]
	n, _ := slices.BinarySearchFunc(rest, r.At.Add(poolstate.SameEventWithin),
		func(o poolstate.Record, t time.Time) int { return cmp.Or(o.At.Compare(t), -1) })
	return poolstate.IndexSame(n, func(i int) *poolstate.Record { return &rest[i] }, r) >= 0
}

// History returns the events of a store, oldest first: those in the journal, and others that
// can be inferred from the pool; see [poolstate.History]. If the journal cannot be read,
// History returns only the inferred events and the error.
func (j Journal) History(store *poolstate.Store, pool *poolstate.Pool, policy poolstate.Policy, now time.Time) ([]poolstate.Record, error) {
	entries, err := j.Read()
	recorded := Records(entries, store)
	all := recorded
	for _, e := range poolstate.History(pool, policy, now) {
		if r := poolstate.RecordOf(&e, policy); !contains(recorded, &r) {
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(a, b poolstate.Record) int { return a.At.Compare(b.At) })
	return all, err
}

// withoutKnown returns the entries that are not among the last entries of the file.
func (j Journal) withoutKnown(entries []Entry) []Entry {
	known := map[string][]Entry{} // by store
	for _, e := range j.tail(recent) {
		known[e.Store] = append(known[e.Store], e)
	}
	return slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool {
		own := known[e.Store]
		return poolstate.IndexSame(len(own), func(i int) *poolstate.Record { return &own[i].Record }, &e.Record) >= 0
	})
}

// tail returns the entries in the last bytes of the file.
func (j Journal) tail(size int64) []Entry {
	f, err := userfile.Open(j.path)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.Size() > size {
		// The offset is usually within a line. The rest of that line is ignored.
		if _, err := f.Seek(-size, io.SeekEnd); err != nil {
			return nil
		}
	}
	return assemble(decode(f, int(size)))
}
