package simulate

import (
	"bytes"
	"fmt"
	"reflect"
	"testing"
	"time"

	"pooltop/poolstate"
)

// turns is a number of turns that runs any scenario past its end.
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

// Turns are one to three minutes apart.
func TestPlay_Pauses(t *testing.T) {
	for seed := range uint64(5) {
		s := play(t, "outage", seed)
		last, shortest, longest := start, longestPause, shortestPause
		for range turns {
			pause := s.sim.NextTurn().Sub(last)
			shortest, longest = min(shortest, pause), max(longest, pause)
			last = s.turn()
		}
		if shortest < time.Minute || shortest > 70*time.Second || longest < 170*time.Second || longest >= 3*time.Minute {
			t.Errorf("pauses last from %v to %v", shortest, longest)
		}
	}
}

// The pool may be empty or contain providers that are not in the scenario.
func TestPlay_OtherPool(t *testing.T) {
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

func TestCaption(t *testing.T) {
	for _, c := range []struct {
		scenario string
		after    time.Duration
		want     string
	}{
		{"outage", 20*time.Minute - 1, "every provider is up"},
		{"outage", 20 * time.Minute, "anthropic is down for another 12h40m"},
		{"outage", 20*time.Minute + time.Second, "anthropic is down for another 12h40m"},
		{"outage", 6*time.Hour + time.Minute, "anthropic is down for another 6h59m"}, // nous is back earlier
		{"outage", 12*time.Hour + time.Minute, "anthropic is down for another 59m"},
		{"outage", 13*time.Hour - time.Second, "anthropic is down for another 1m"},
		{"outage", 13 * time.Hour, "every provider is up"},
		{"blackout", 2 * time.Hour, "anthropic is down for another 8h00m"},
		{"billing", 3 * time.Hour, "every provider is up"}, // some keys are refused, but no provider is down
	} {
		t.Run(fmt.Sprint(c.scenario, " ", c.after), func(t *testing.T) {
			equal(t, "the caption", New(scenario(t, c.scenario), start, 1).Caption(start.Add(c.after)), c.want)
		})
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
