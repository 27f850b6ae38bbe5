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

	"pooltop/cli/config"
	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/poolstate/simulate"
)

// testDemo is a demo without a dashboard, in a synctest bubble.
type testDemo struct {
	t      *testing.T
	file   string
	store  *poolstate.Store
	clock  *simulate.Clock
	start  time.Time           // simulated time
	sim    simulate.Simulation // the initial state
	player *demoPlayer
	cancel context.CancelFunc
	ended  chan struct{} // closed when the agent has ended
}

// startDemo starts the default demo, at testSpeed. It ends with the test.
func startDemo(t *testing.T) *testDemo { return startScenario(t, "outage") }

func startScenario(t *testing.T, name string) *testDemo {
	t.Helper()
	scenario, err := simulate.Find(name)
	must(t, err)
	s := &testDemo{
		t: t, file: filepath.Join(t.TempDir(), "auth.json"), ended: make(chan struct{}),
		start: time.Date(2026, 1, 5, scenario.Hour, 0, 0, 0, time.UTC),
	}
	s.clock = simulate.NewClock(s.start, testSpeed, time.Now)
	s.sim = simulate.New(scenario, s.start, 1)
	s.store = poolstate.Open(s.file, poolstate.WithClock(func() time.Time { return s.start }))
	must(t, writeStart(s.store, s.sim))
	ctx, cancel := context.WithCancel(t.Context())
	s.cancel = cancel
	t.Cleanup(func() { cancel(); <-s.ended })
	s.player = newDemoPlayer(s.store, s.sim, s.clock)
	if scenario.Guarded != "" {
		m := demoDashboard(&journal.Operator{Store: s.store}, testSpeed, config.Default(), s.player)
		release, err := s.player.addGuard(&m, t.TempDir(), noLog)
		must(t, err)
		t.Cleanup(release)
	}
	go func() {
		defer close(s.ended)
		s.player.play(ctx)
	}()
	synctest.Wait()
	return s
}

const testSpeed = 1200

// runUntil waits until the simulated time is d after the start.
func (s *testDemo) runUntil(d time.Duration) {
	s.t.Helper()
	if left, _, _ := s.clock.Until(s.start.Add(d)); left > 0 {
		<-time.After(left)
	}
	synctest.Wait()
}

func (s *testDemo) content() string { return string(readFile(s.t, s.file)) }

func (s *testDemo) requests() int {
	s.t.Helper()
	snapshot, err := s.store.Load()
	must(s.t, err)
	n := 0
	for c := range snapshot.Pool.All() {
		n += c.RequestCount.Or(0)
	}
	return n
}

// TestDemoPlayer_Turns checks that the player has taken exactly the turns that are due.
func TestDemoPlayer_Turns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startDemo(t)
		const elapsed = 90 * time.Minute
		before := s.content()
		s.runUntil(s.sim.NextTurn().Sub(s.start) - time.Second)
		equal(t, "the file before the first turn", s.content(), before)
		s.runUntil(elapsed)

		other := poolstate.Open(filepath.Join(t.TempDir(), "auth.json"), poolstate.WithClock(func() time.Time { return s.start }))
		must(t, writeStart(other, s.sim))
		start := string(readFile(t, other.Path()))
		for sim := s.sim; !sim.NextTurn().After(s.start.Add(elapsed)); {
			sim = takeTurn(t.Context(), other, sim)
		}
		equal(t, "file", s.content(), string(readFile(t, other.Path())))
		equal(t, "the file is unchanged", s.content() == start, false)
	})
}

func TestDemoPlayer_Stop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startDemo(t)
		s.runUntil(30 * time.Minute)
		s.cancel()
		synctest.Wait()
		select {
		case <-s.ended:
		default:
			t.Fatal("the agent is still running")
		}
		before := s.content()
		s.runUntil(2 * time.Hour)
		equal(t, "the file afterwards", s.content(), before)
		equal(t, "names in the directory", strings.Join(namesIn(t, filepath.Dir(s.file)), " "), "auth.json auth.lock")
	})
}

// TestDemoPlayer_BrokenFile checks that the agent does not write a file that is missing or not
// a pool, and that it continues when the file is restored.
func TestDemoPlayer_BrokenFile(t *testing.T) {
	const deleted = "deleted"
	for _, content := range []string{deleted, "", "{", `{"credential_pool": []}`, `{"credential_pool": {}}`, `{"credential_pool": {"anthropic": 7}}`} {
		t.Run(content, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := startDemo(t)
				s.runUntil(10 * time.Minute)
				whole := readFile(t, s.file)
				writeFile(t, s.file, []byte(content))
				if content == deleted {
					must(t, os.Remove(s.file))
				}
				s.runUntil(40 * time.Minute)
				if _, err := os.Stat(s.file); content == deleted && !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("the file was recreated: %v", err)
				} else if content != deleted {
					equal(t, "the file", s.content(), content)
				}
				writeFile(t, s.file, whole)
				before := s.requests()
				s.runUntil(90 * time.Minute)
				if s.requests() <= before {
					t.Error("no request since the file was restored")
				}
			})
		})
	}
}

// TestDemoPlayer_LockBusy checks that the agent skips turns while the lock is busy, and
// continues afterwards.
func TestDemoPlayer_LockBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startDemo(t)
		release, held := make(chan struct{}), make(chan error)
		go func() {
			_, err := s.store.Update(t.Context(), func(*poolstate.Draft) error { <-release; return nil })
			held <- err
		}()
		before := s.content()
		s.runUntil(10 * time.Hour) // 30 s of real time, twice the lock timeout
		equal(t, "file while locked", s.content(), before)
		close(release)
		must(t, <-held)
		s.runUntil(14 * time.Hour)
		if s.content() == before {
			t.Error("no turn since the lock was released")
		}
	})
}

// TestDemoPlayer_Night checks that in the night scenario, guarded credentials fail less often
// than unguarded ones in the same outage, and no credential is exhausted at the end. The second
// night must be the same as the first.
func TestDemoPlayer_Night(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startScenario(t, "night")
		s.runUntil(8 * time.Hour)
		end := s.player.sim.Load()
		if stock, guarded := end.Failed("stock"), end.Failed("guarded"); guarded < 6 || guarded*4 > stock*3 {
			t.Errorf("%d failed requests with guard, %d without", guarded, stock)
		}
		s.runUntilEnd()
		snapshot, err := s.store.Load()
		must(t, err)
		for c := range snapshot.Pool.All() {
			if c.Status == poolstate.StatusExhausted {
				t.Errorf("%s is still exhausted", c.Ref)
			}
		}

		left, _, _ := s.clock.Until(s.player.sim.Load().End())
		<-time.After(left)
		synctest.Wait()
		s.runUntil(48*time.Hour + 8*time.Hour)
		again := s.player.sim.Load()
		equal(t, "the start of the second night", again.Start(), s.start.Add(48*time.Hour))
		equal(t, "failed requests with guard in the second night", again.Failed("guarded"), end.Failed("guarded"))
	})
}

// runUntilEnd waits until the end of the scenario is known.
func (s *testDemo) runUntilEnd() {
	s.t.Helper()
	for s.player.sim.Load().End().IsZero() {
		<-time.After(time.Second)
		synctest.Wait()
	}
}

// TestDemoPlayer_StartsOver checks that at the end of the scenario, the clock jumps to a later
// day and the file's initial content is restored. At the default speed, the scenario must take
// less than a minute.
func TestDemoPlayer_StartsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		s := startDemo(t)
		s.runUntilEnd()
		end := s.player.sim.Load().End()
		left, _, _ := s.clock.Until(end)
		<-time.After(left)
		synctest.Wait()
		if took := time.Since(began); took > time.Minute || took < 50*time.Second {
			t.Errorf("the scenario takes %v", took)
		}
		start := s.start.Add(48 * time.Hour)
		equal(t, "the time", s.clock.Now(), start)
		equal(t, "the restarts", s.player.controls().Restarts(), 1)
		content, err := s.sim.Restart(end).File()
		must(t, err)
		equal(t, "the file", s.content(), string(content))
		before := s.requests()
		<-time.After(10 * time.Second)
		synctest.Wait()
		if s.requests() <= before {
			t.Error("no request since the restart")
		}
		equal(t, "names in the directory", strings.Join(namesIn(t, filepath.Dir(s.file)), " "), "auth.json auth.lock")
	})
}

// TestDemoPlayer_Controls checks that the agent takes no turns while the clock is stopped. At
// the slowest speed, the next turn is more than a minute away.
func TestDemoPlayer_Controls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startDemo(t)
		wait := func(d time.Duration) int { <-time.After(d); synctest.Wait(); return s.requests() }
		controls := s.player.controls()
		before := wait(5 * time.Second)
		controls.Stop(true)
		equal(t, "requests while stopped", wait(time.Minute), before)
		controls.Stop(false)
		after := wait(5 * time.Second)
		if after <= before {
			t.Error("no requests afterwards")
		}
		equal(t, "the fastest speed", controls.SetRate(1e9), maxSpeed)
		equal(t, "the slowest speed", controls.SetRate(0.1), minSpeed)
		equal(t, "requests at that speed", wait(time.Minute), after)
	})
}

func TestDemoDashboard_Policy(t *testing.T) {
	cfg, operator := config.Default(), &journal.Operator{Store: poolstate.Open("auth.json")}
	cfg.Agent = config.Agent{Policy: "flat", TTL: map[int]time.Duration{402: time.Minute}}
	for name, want := range map[string]poolstate.PolicyChoice{"auto": {}, "flat": poolstate.Force(poolstate.Flat())} {
		cfg.Policy = name
		equal(t, "policy "+name, demoDashboard(operator, 1, cfg, &demoPlayer{clock: &simulate.Clock{}}).Policy, want)
	}
}
