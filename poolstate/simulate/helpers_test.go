package simulate

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"pooltop/poolstate"
)

// start is when the stories of these tests begin.
var start = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

func scenario(t *testing.T, name string) Scenario {
	t.Helper()
	s, err := Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func file(t *testing.T, s Simulation) []byte {
	t.Helper()
	content, err := s.File()
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func decoded(t *testing.T, content []byte) *poolstate.Pool {
	t.Helper()
	p, err := poolstate.Decode(content, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// story is a simulation that is told in memory, with the pool as the turns so
// far leave it.
type story struct {
	t    *testing.T
	sim  Simulation
	pool *poolstate.Pool
	// changes are all steps so far, put together for each entry.
	changes map[poolstate.Ref]poolstate.Change
}

func tell(t *testing.T, name string, seed uint64) *story {
	t.Helper()
	sim := New(scenario(t, name), start, seed)
	return &story{t, sim, decoded(t, file(t, sim)), map[poolstate.Ref]poolstate.Change{}}
}

// turn takes the next turn and returns its instant.
func (s *story) turn() time.Time {
	s.t.Helper()
	at := s.sim.NextTurn()
	var steps []Step
	s.sim, steps = s.sim.Play(s.pool)
	for _, step := range steps {
		c := s.pool.Find(step.Ref)
		if c == nil {
			s.t.Fatalf("a step changes %s, which is not there", step.Ref)
		}
		*c = step.Change.After(*c)
		s.changes[step.Ref] = poolstate.Join(s.changes[step.Ref], step.Change)
	}
	return at
}

// until takes every turn up to that much time after the start.
func (s *story) until(told time.Duration) {
	s.t.Helper()
	for !s.sim.NextTurn().After(start.Add(told)) {
		s.turn()
	}
}

func (s *story) credential(provider, id string) *poolstate.Credential {
	s.t.Helper()
	c := s.pool.Find(poolstate.Ref{Provider: provider, ID: id})
	if c == nil {
		s.t.Fatalf("no %s/%s in the pool", provider, id)
	}
	return c
}

// written is the file that the turns so far make of the one at the start.
func (s *story) written() string {
	s.t.Helper()
	store := newStore(s.t, file(s.t, New(s.sim.scenario, start, 0)))
	_, err := store.Update(s.t.Context(), func(d *poolstate.Draft) error {
		for ref, ch := range s.changes {
			if err := d.Apply(ref, ch); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return string(readFile(s.t, store.Path()))
}

// newStore creates a store of its own with the given content.
func newStore(t *testing.T, content []byte) *poolstate.Store {
	t.Helper()
	store := poolstate.Open(filepath.Join(t.TempDir(), "auth.json"),
		poolstate.WithClock(func() time.Time { return start }))
	if _, err := store.Create(t.Context(), content); err != nil {
		t.Fatal(err)
	}
	return store
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}
