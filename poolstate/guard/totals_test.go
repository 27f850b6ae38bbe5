package guard

import (
	"fmt"
	"testing"

	"pooltop/poolstate"
)

// wantTotals checks the counted failures of a credential by code.
func (w *world) wantTotals(id string, want map[int]int) {
	w.t.Helper()
	w.state.Annotate(w.pool)
	if got := w.get(id).Exhaustions; fmt.Sprint(got) != fmt.Sprint(want) {
		w.t.Errorf("at %v: totals of %s are %v, want %v", w.now.Sub(start), id, got, want)
	}
}

func TestState_Totals(t *testing.T) {
	w := newWorld(t, "a", "b").failures(2, "a")
	w.wantTotals("a", map[int]int{429: 2})
	w.wantTotals("b", nil)
	before := w.get("a").Exhaustions

	w.after(9*hour).failWith(poolstate.Failure{Code: 402}, "a").run().run()
	w.wantTotals("a", map[int]int{402: 1, 429: 2})
	if len(before) != 1 {
		t.Errorf("the totals of an earlier pool changed to %v", before)
	}

	w.reset("a").run().after(100 * hour).run() // the streak is forgotten, the totals are not
	w.wantTotals("a", map[int]int{402: 1, 429: 2})

	data, err := w.state.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if w.state, err = Decode(data); err != nil {
		t.Fatal(err)
	}
	w.run().wantTotals("a", map[int]int{402: 1, 429: 2})

	removed := *w.get("a")
	w.pool.Providers[0].Credentials = w.pool.Providers[0].Credentials[1:]
	w.run()
	w.pool.Providers[0].Credentials = append(w.pool.Providers[0].Credentials, removed)
	w.run().wantTotals("a", nil)
}

func TestState_Totals_Codes(t *testing.T) {
	w := newWorld(t, "a", "b")
	for code := range 20 {
		w.failWith(poolstate.Failure{Code: 400 + code}, "a").run().after(20 * hour)
	}
	w.failWith(poolstate.Failure{Code: 99}, "b").run().after(20*hour).failWith(poolstate.Failure{Code: 600}, "b").run()
	w.state.Annotate(w.pool)
	totals := w.get("a").Exhaustions
	if len(totals) != maxCodes+1 || totals[0] != 20-maxCodes || totals[400] != 1 {
		t.Errorf("the totals are %v", totals)
	}
	w.wantTotals("b", map[int]int{0: 2})
}

func TestState_Pins(t *testing.T) {
	w := newWorld(t, "a", "b").failures(2, "a") // one pin
	w.state.Annotate(w.pool)
	if n := w.pool.Providers[0].Pins; n != 1 {
		t.Errorf("%d pins, want 1", n)
	}
	w.get("a").ResetAt = poolstate.Credential{}.ResetAt // an agent drops the pin
	w.run().wantLog("repinned a 2h").after(minute).reset("a").run()
	w.state.Annotate(w.pool)
	if n := w.pool.Providers[0].Pins; n != 2 {
		t.Errorf("%d pins, want 2", n)
	}
}

// A pin counts even if guard was killed before it could record the write.
func TestState_Pins_Interrupted(t *testing.T) {
	w := newWorld(t, "a", "b").failures(1, "a").after(hour).fail("a")
	for _, d := range w.decide() {
		*w.get("a") = d.Change(w.get("a")).After(*w.get("a"))
	}
	w.run().run().state.Annotate(w.pool)
	if n := w.pool.Providers[0].Pins; n != 1 {
		t.Errorf("%d pins, want 1", n)
	}
}

func TestState_Raise(t *testing.T) {
	seen, stored := newWorld(t, "a", "b").failures(3, "a"), newWorld(t, "a", "b").failures(1, "a")
	stored.failWith(poolstate.Failure{Code: 402}, "b").run()
	stored.state.Raise(stored.pool, seen.state)
	stored.wantTotals("a", map[int]int{429: 3})
	stored.wantTotals("b", map[int]int{402: 1})
	if n := stored.pool.Providers[0].Pins; n != 2 {
		t.Errorf("%d pins, want 2", n)
	}
	empty := newWorld(t, "a")
	empty.state.Raise(empty.pool, seen.state)
	empty.wantTotals("a", map[int]int{429: 3})
}

func TestDecode_InvalidTotals(t *testing.T) {
	if _, err := Decode([]byte(`{"providers": {"p": {"credentials": {}, "totals": {"a": {"429": -1}}}}}`)); err == nil {
		t.Error("a negative total is accepted")
	}
}
