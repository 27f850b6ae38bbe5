package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pooltop/poolstate"
	"pooltop/poolstate/simulate"
)

// stage is a demo that is being played, on a clock that moves when a test waits.
type stage struct {
	t      *testing.T
	file   string
	store  *poolstate.Store
	clock  simulate.Clock
	sim    simulate.Simulation // at its start
	cancel context.CancelFunc
	gone   chan struct{} // closed when the agent has gone
	began  time.Time
}

// play starts a demo at 600 times real time. It has to be called in a bubble of
// synctest.
func play(t *testing.T) *stage {
	t.Helper()
	scenario, err := simulate.Find("outage")
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{
		t: t, file: filepath.Join(t.TempDir(), "auth.json"), gone: make(chan struct{}), began: time.Now(),
		clock: simulate.Clock{Start: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), Rate: 600},
	}
	s.sim = simulate.New(scenario, s.clock.Start, 1)
	s.store = poolstate.Open(s.file, poolstate.WithClock(func() time.Time { return s.clock.Start }))
	content, err := s.sim.File()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.store.Create(t.Context(), content); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	s.cancel = cancel
	go func() {
		defer close(s.gone)
		playDemo(ctx, s.store, s.sim, func(at time.Time) time.Duration { return s.clock.Until(at) - time.Since(s.began) })
	}()
	synctest.Wait()
	return s
}

// until lets the story run until that much of its own time has passed since its
// start.
func (s *stage) until(told time.Duration) {
	s.t.Helper()
	if wait := s.clock.Until(s.clock.Start.Add(told)) - time.Since(s.began); wait > 0 {
		<-time.After(wait)
	}
	synctest.Wait()
}

// stop ends the demo and waits for the agent to go.
func (s *stage) stop() {
	s.cancel()
	<-s.gone
}

func (s *stage) content() string { return string(readFile(s.t, s.file)) }

func (s *stage) credential(provider, id string) *poolstate.Credential {
	s.t.Helper()
	snapshot, err := s.store.Load()
	if err != nil {
		s.t.Fatal(err)
	}
	c := snapshot.Pool.Find(poolstate.Ref{Provider: provider, ID: id})
	if c == nil {
		s.t.Fatalf("no %s/%s in the pool", provider, id)
	}
	return c
}

func (s *stage) requests() int {
	s.t.Helper()
	snapshot, err := s.store.Load()
	if err != nil {
		s.t.Fatal(err)
	}
	n := 0
	for c := range snapshot.Pool.All() {
		n += c.RequestCount.Or(0)
	}
	return n
}

// The agent takes its turns when the demo's clock reaches them, each of them
// and no other: the file is the one that the turns until then leave.
func TestPlayDemoTakesEachTurnInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t)
		defer s.stop()
		const told = 90 * time.Minute
		s.until(told)

		other := poolstate.Open(filepath.Join(t.TempDir(), "auth.json"), poolstate.WithClock(func() time.Time { return s.clock.Start }))
		content, err := s.sim.File()
		if err != nil {
			t.Fatal(err)
		}
		if err := other.Create(t.Context(), content); err != nil {
			t.Fatal(err)
		}
		for sim := s.sim; !sim.NextTurn().After(s.clock.Start.Add(told)); {
			sim = takeTurn(t, other, sim)
		}
		equal(t, "the file", s.content(), string(readFile(t, other.Path())))
		if s.content() == string(content) {
			t.Error("the file is as it was at the start")
		}
	})
}

func takeTurn(t *testing.T, store *poolstate.Store, sim simulate.Simulation) simulate.Simulation {
	t.Helper()
	err := store.Update(t.Context(), func(d *poolstate.Draft) error {
		var steps []simulate.Step
		sim, steps = sim.Play(d.Pool())
		for _, step := range steps {
			if err := d.Apply(step.Ref, step.Change); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sim
}

func TestPlayDemoTakesNoTurnAheadOfTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t)
		defer s.stop()
		before := s.content()
		s.until(s.sim.NextTurn().Sub(s.clock.Start) - time.Second)
		equal(t, "the file before the first turn", s.content(), before)
	})
}

func TestPlayDemoStopsWhenItIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t)
		s.until(30 * time.Minute)
		s.cancel()
		synctest.Wait()
		select {
		case <-s.gone:
		default:
			t.Fatal("the agent is still there")
		}
		before := s.content()
		s.until(2 * time.Hour)
		equal(t, "the file afterwards", s.content(), before)
	})
}

// Somebody tries what happens when the file goes away: the agent does not bring
// it back, and goes on when somebody else does.
func TestPlayDemoSurvivesThatTheFileIsDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t)
		defer s.stop()
		s.until(10 * time.Minute)
		content := readFile(t, s.file)
		if err := os.Remove(s.file); err != nil {
			t.Fatal(err)
		}
		s.until(15 * time.Minute)
		if _, err := os.Stat(s.file); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the file is back: %v", err)
		}
		writeFile(t, s.file, content)
		before := s.requests()
		s.until(90 * time.Minute)
		if s.requests() <= before {
			t.Error("no request was sent since the file is back")
		}
		equal(t, "the streak in the outage", s.credential("anthropic", "a1f3c9").Streak.Count() > 0, true)
	})
}

// A file that is no pool is nothing that the agent would overwrite.
func TestPlayDemoSurvivesThatTheFileIsCorrupt(t *testing.T) {
	for _, garbage := range []string{"", "{", `{"credential_pool": []}`, `{"credential_pool": {}}`, `{"credential_pool": {"anthropic": 7}}`} {
		t.Run(garbage, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(t)
				defer s.stop()
				s.until(10 * time.Minute)
				content := readFile(t, s.file)
				writeFile(t, s.file, []byte(garbage))
				s.until(40 * time.Minute)
				equal(t, "the file", s.content(), garbage)
				writeFile(t, s.file, content)
				before := s.requests()
				s.until(90 * time.Minute)
				if s.requests() <= before {
					t.Error("no request was sent since the file is whole again")
				}
			})
		})
	}
}

// A turn for which the lock cannot be had is left out; the next ones come.
func TestPlayDemoSurvivesThatTheLockIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t)
		defer s.stop()
		release, held := make(chan struct{}), make(chan error)
		go func() {
			held <- s.store.Update(t.Context(), func(*poolstate.Draft) error { <-release; return nil })
		}()
		before := s.content()
		s.until(5 * time.Hour) // half a minute of ours, twice the patience of a writer
		equal(t, "the file under a foreign lock", s.content(), before)
		close(release)
		if err := <-held; err != nil {
			t.Fatal(err)
		}
		s.until(8 * time.Hour)
		if s.content() == before {
			t.Error("no turn was taken since the lock is free")
		}
	})
}

// The lock is all that the agent leaves beside the file.
func TestPlayDemoLeavesNoTemporaryFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t)
		s.until(time.Hour)
		s.stop()
		equal(t, "what is there", strings.Join(namesIn(t, filepath.Dir(s.file)), " "), "auth.json auth.lock")
	})
}

func TestTheDemoStartsOnAMonday(t *testing.T) {
	equal(t, "the day", demoStart().Weekday(), time.Monday)
}
