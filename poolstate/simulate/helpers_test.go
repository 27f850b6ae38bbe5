package simulate

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"pooltop/poolstate"
)

// start is the start time of all simulations.
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

// run is an in-memory simulation and the pool after the turns so far.
type run struct {
	t    *testing.T
	sim  Simulation
	pool *poolstate.Pool
}

func play(t *testing.T, name string, seed uint64) *run {
	t.Helper()
	sim := New(scenario(t, name), start, seed)
	return &run{t, sim, decoded(t, file(t, sim))}
}

// turn runs the next turn and returns its time.
func (s *run) turn() time.Time {
	s.t.Helper()
	at := s.sim.NextTurn()
	var steps []Step
	s.sim, steps = s.sim.Play(s.pool)
	for _, step := range steps {
		c := s.credential(step.Ref.Provider, step.Ref.ID)
		*c = step.Change.After(*c)
	}
	return at
}

// until runs all turns up to the given time after the start.
func (s *run) until(after time.Duration) {
	s.t.Helper()
	for !s.sim.NextTurn().After(start.Add(after)) {
		s.turn()
	}
}

func (s *run) credential(provider, id string) *poolstate.Credential {
	s.t.Helper()
	c := s.pool.Find(poolstate.Ref{Provider: provider, ID: id})
	if c == nil {
		s.t.Fatalf("no %s/%s in the pool", provider, id)
	}
	return c
}

// newStore creates a store with the given content.
func newStore(t *testing.T, content []byte) *poolstate.Store {
	t.Helper()
	store := poolstate.Open(filepath.Join(t.TempDir(), "auth.json"),
		poolstate.WithClock(func() time.Time { return start }))
	if err := os.WriteFile(store.Path(), content, 0o600); err != nil {
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
