package simulate

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"pooltop/poolstate"
)

// turns is enough to run any scenario past its end.
const turns = 500

// The seed determines every change to the pool.
func TestPlay_Seed(t *testing.T) {
	for _, s := range Scenarios() {
		t.Run(s.Name, func(t *testing.T) {
			one, two, other := play(t, s.Name, 7), play(t, s.Name, 7), play(t, s.Name, 8)
			same := true
			for range turns {
				a, b := one.turn(), two.turn()
				if !a.Equal(b) {
					t.Fatalf("the same turn is at %v and at %v", a, b)
				}
				same = other.turn().Equal(a) && same
			}
			equal(t, "the pools are equal", reflect.DeepEqual(one.pool, two.pool), true)
			equal(t, "the turns with another seed are at the same times", same, false)
		})
	}
}

// Play changes neither the simulation nor the pool, so a second call returns the same
// result.
func TestPlay_Repeat(t *testing.T) {
	s := play(t, "blackout", 3)
	untouched := decoded(t, file(t, s.sim))
	for range 100 {
		after, steps := s.sim.Play(s.pool)
		again, sameSteps := s.sim.Play(s.pool)
		if !reflect.DeepEqual(after, again) || !reflect.DeepEqual(steps, sameSteps) {
			t.Fatal("the second call returns a different result")
		}
		s.sim = after
	}
	if !reflect.DeepEqual(s.pool, untouched) {
		t.Error("the pool has changed")
	}
}

// The seed determines the time of the first job. The others follow at fixed intervals.
func TestPlay_Interval(t *testing.T) {
	s := play(t, "outage", 4)
	if first := s.turn(); first.Before(start) || !first.Before(start.Add(s.sim.scenario.Jobs)) {
		t.Errorf("the first job is at %v", first)
	}
	at := s.turn()
	equal(t, "the interval", s.sim.NextTurn().Sub(at), s.sim.scenario.Jobs)
}

// After every outage, all credentials recover, and the scenario starts over one to two days
// later. The default scenario takes at most a minute at 1200 times real time.
func TestEnd(t *testing.T) {
	for _, scenario := range Scenarios() {
		for seed := range uint64(20) {
			s := play(t, scenario.Name, seed)
			last := time.Duration(0)
			for _, o := range scenario.Script {
				last = max(last, o.To)
			}
			for s.sim.End().IsZero() && s.sim.NextTurn().Before(start.Add(48*time.Hour)) {
				s.turn()
			}
			lasts := s.sim.End().Sub(start)
			if lasts < last+epilogue || lasts > 48*time.Hour || scenario.Name == "outage" && lasts > 20*time.Hour {
				t.Errorf("%s with seed %d ends after %v", scenario.Name, seed, lasts)
			}
			again := s.sim.Restart(s.sim.End())
			equal(t, "the hour of the restart", again.Start().Hour(), scenario.Hour)
			if wait := again.Start().Sub(s.sim.End()); wait < 24*time.Hour || wait > 48*time.Hour {
				t.Errorf("%s starts over %v after its end", scenario.Name, wait)
			}
			equal(t, "the first job", again.NextTurn().Sub(again.Start()), New(scenario, start, seed).NextTurn().Sub(start))
		}
	}
}

// A hold does not keep the scenario from ending, but a failure does.
func TestEnd_Held(t *testing.T) {
	for status, ends := range map[string]bool{
		`"last_status": "ok"`: true,
		`"last_status": "exhausted", "last_status_at": 1767600000, "last_error_reset_at": 1777600000`:                                       false,
		`"last_status": "exhausted", "last_status_at": 1767600000, "last_error_reset_at": 1777600000, "last_error_reason": "operator_hold"`: true,
	} {
		s := play(t, "outage", 1)
		s.pool = decoded(t, []byte(`{"credential_pool": {"p": [{"id": "x", "access_token": "none", `+status+`}]}}`))
		s.until(12 * time.Hour)
		equal(t, "the scenario ends with "+status, !s.sim.End().IsZero(), ends)
	}
}

// Play accepts a pool that is empty or contains providers that are not in the scenario.
func TestPlay_UnknownPool(t *testing.T) {
	s := play(t, "outage", 1)
	after, steps := s.sim.Play(&poolstate.Pool{})
	equal(t, "the steps", len(steps), 0)
	equal(t, "the time advances", after.NextTurn().After(s.sim.NextTurn()), true)
	s.pool = decoded(t, []byte(`{"credential_pool": {"elsewhere": [{"id": "x", "access_token": "none"}], "empty": [], "garbled": 7}}`))
	s.until(2 * time.Hour)
	c := s.credential("elsewhere", "x")
	equal(t, "its status", c.Status, poolstate.StatusNone)
	if c.RequestCount.Or(0) == 0 {
		t.Error("no request was sent to the unknown provider")
	}
}

// When the turns are applied to a store, as in the demo, the file stays valid and
// keeps unknown keys.
func TestPlay_Store(t *testing.T) {
	sim := New(scenario(t, "outage"), start, 5)
	const mine = `"plugin_meta": {"n": 1.50}`
	content := bytes.ReplaceAll(file(t, sim), []byte(`"source":`), []byte(mine+`, "source":`))
	store := newStore(t, content)
	inMemory := run{t, sim, decoded(t, content)}
	for sim.NextTurn().Before(start.Add(17 * time.Hour)) {
		_, err := store.Update(t.Context(), func(d *poolstate.Draft) error {
			var steps []Step
			sim, steps = sim.Play(d.Pool())
			for _, s := range steps {
				if err := d.Apply(s.Ref, s.Change); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		inMemory.turn()
		snapshot, err := store.Load()
		if err != nil {
			t.Fatalf("after the turn before %v: %v", sim.NextTurn(), err)
		}
		for c := range snapshot.Pool.All() {
			want := inMemory.credential(c.Provider, c.ID)
			if got, want := poolstate.Backoff().Assess(c, sim.NextTurn()), poolstate.Backoff().Assess(want, sim.NextTurn()); got != want {
				t.Fatalf("%s is %+v in the file, %+v in memory", c.Ref, got, want)
			}
		}
	}
	equal(t, "the unknown keys", bytes.Count(readFile(t, store.Path()), []byte(mine)), bytes.Count(content, []byte(mine)))
	equal(t, "the streak of the key", inMemory.credential("anthropic", "c90d1a").Streak, poolstate.KnownStreak(4))
}
