package journal

import (
	"slices"
	"time"

	"pooltop/poolstate"
)

// Past returns the events of a store up to now, oldest first: those in the
// journal, and those that the pool's own timestamps imply.
func (j Journal) Past(store string, pool *poolstate.Pool, policy poolstate.Policy, now time.Time) ([]poolstate.Record, error) {
	entries, err := j.Read()
	if err != nil {
		return nil, err
	}
	type subject struct {
		kind         poolstate.EventKind
		provider, id string
	}
	records := Records(entries, store)
	noted := map[subject][]poolstate.Record{}
	for _, r := range records {
		s := subject{r.Kind, r.Provider, r.ID}
		noted[s] = append(noted[s], r)
	}
	for _, e := range poolstate.History(pool, policy, now) {
		r := poolstate.RecordOf(&e, policy)
		same := func(o poolstate.Record) bool { return o.Same(&r) }
		if !slices.ContainsFunc(noted[subject{r.Kind, r.Provider, r.ID}], same) {
			records = append(records, r)
		}
	}
	slices.SortStableFunc(records, func(a, b poolstate.Record) int { return a.At.Compare(b.At) })
	return records, nil
}
