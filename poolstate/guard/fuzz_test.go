package guard

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"pooltop/poolstate"
)

// FuzzObserve runs guard on arbitrary states and files. Each byte of steps selects an
// event for one credential, the options of guard, and the time that passes.
func FuzzObserve(f *testing.F) {
	file := `{"credential_pool": {"p": [{"id": "a", "access_token": "sk-1", "last_status": "exhausted", "last_error_code": 429,
		"last_status_at": 1795425600}, {"id": "b", "access_token": "sk-2", "request_count": 3}]}}`
	w := newWorld(&testing.T{}, "a", "b").failures(4, "a").failures(2, "b")
	state, err := w.state.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{}`), []byte(file), []byte{0, 64, 8, 72, 16, 0, 64})
	f.Add(state, []byte(file), []byte{24, 200, 96, 33, 7, 250})
	f.Add([]byte(`{"providers": {"p": {"credentials": {"a": {"streak": 1, "at": "2026-11-23T08:20:00Z", "pin": {"until": "2026-11-23T11:20:00Z", "removed": true}}}}}}`),
		[]byte(file), []byte{40, 255, 255, 48, 255, 0})
	f.Fuzz(func(t *testing.T, state, file, steps []byte) {
		pool, err := poolstate.Decode(file, time.UTC)
		s, stateErr := Decode(state)
		if err != nil || stateErr != nil || pool.Len() == 0 || len(steps) > 64 {
			return
		}
		w := newWorld(t)
		w.pool, w.state = pool, s
		var all []*poolstate.Credential
		for c := range pool.All() {
			all = append(all, c)
		}
		for i, step := range steps {
			w.rules.Curve.Stagger, w.rules.Curve.Sole = step&1 != 0, step&2 != 0
			w.step(all[i%len(all)], step>>3&7)
			w.now = w.now.Add(time.Duration(step>>6) * 31 * minute)
			w.fuzzOnce()
		}
	})
}

// step simulates an event of the given kind. Most kinds affect only the given credential.
func (w *world) step(c *poolstate.Credential, kind byte) {
	switch kind {
	case 0, 1:
		*c = poolstate.Exhausted(*c, poolstate.Failure{Code: 429 - 28*int(kind)}, w.now).After(*c)
		c.Streak = poolstate.Streak{}
	case 2:
		w.selects()
	case 3:
		for _, e := range (poolstate.Action{}.Plan([]poolstate.Credential{*c}, w.now)).Changed {
			*c = e.After
		}
	case 4:
		c.ResetAt = time.Time{} // an agent drops a pin
	case 5:
		c.RequestCount = poolstate.Some(c.RequestCount.Or(0) + 1)
	case 6:
		w.rules.Policy = poolstate.Flat202610()
	}
}

// fuzzOnce makes decisions, carries them out, and checks the invariants that hold for any
// state and file.
func (w *world) fuzzOnce() {
	decisions := w.decide()
	for i := range decisions {
		d := &decisions[i]
		if d.Kind == Pinned || d.Kind == Repinned {
			if d.Deadline.Before(d.Own) || !d.Deadline.After(w.now) {
				w.t.Fatalf("%s until %v, which is before the agent's own deadline %v or not after %v", d.Kind, d.Deadline, d.Own, w.now)
			}
			if d.Credential.Status != poolstate.StatusExhausted || d.Credential.Held() {
				w.t.Fatalf("%s is pinned, but neither cooling nor due", d.Credential.Ref)
			}
		}
		w.carryOut(*d)
	}
	for _, d := range w.decide() {
		w.t.Fatalf("a second run at the same time returns a decision: %s %s: %s", d.Kind, d.Credential.Ref, d.Reason)
	}
	data, err := w.state.Encode()
	if err != nil {
		w.t.Fatal(err)
	}
	s, err := Decode(data)
	if err != nil {
		w.t.Fatal(err, fmt.Sprintf("%q", data))
	}
	if again, err := s.Encode(); err != nil || !bytes.Equal(again, data) {
		w.t.Fatalf("the state changes from %s to %s when it is stored (%v)", data, again, err)
	}
	w.state, w.log = s, nil
	w.state.Next(w.pool, w.rules, w.now)
}
