package guard

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
)

const hour, minute = time.Hour, time.Minute

// Each case specifies a series of events and the resulting streak of credential a.
func TestObserve(t *testing.T) {
	for name, tt := range map[string]struct {
		run  func(w *world)
		want int
	}{
		"healthy":             {func(w *world) { w.look() }, 0},
		"first failure":       {func(w *world) { w.fail("a").look() }, 1},
		"observed twice":      {func(w *world) { w.fail("a").look().after(minute).look() }, 1},
		"after its deadline":  {func(w *world) { w.fail("a").look().after(hour).fail("a").look() }, 2},
		"before its deadline": {func(w *world) { w.fail("a").look().after(59 * minute).fail("a").look() }, 1},
		"many reports":        {func(w *world) { w.fail("a").look().after(minute).fail("a").look().after(minute).fail("a").look() }, 1},
		"a report does not move the deadline": {func(w *world) {
			w.fail("a").look().after(50 * minute).fail("a").look().after(10 * minute).fail("a").look()
		}, 2},
		"cooldown has ended":     {func(w *world) { w.fail("a", "b").look().after(2 * hour).selects().look() }, 1},
		"several failures":       {func(w *world) { w.failures(4, "a") }, 4},
		"a hold":                 {func(w *world) { w.failWith(poolstate.Failure{Code: 429, Reason: poolstate.HoldReason}, "a").look() }, 0},
		"in the future":          {func(w *world) { w.after(6 * minute).fail("a").after(-6 * minute).look() }, 0},
		"slightly in the future": {func(w *world) { w.after(4 * minute).fail("a").after(-4 * minute).look() }, 1},
		"provider's reset time": {func(w *world) {
			w.failWith(poolstate.Failure{Code: 429, ResetAt: w.now.Add(3 * hour)}, "a").look().after(2 * hour).fail("a").look()
		}, 1},
		"reset time in the past": {func(w *world) {
			w.failWith(poolstate.Failure{Code: 429, ResetAt: w.now.Add(-hour)}, "a").look().after(hour).fail("a").look()
		}, 2},
		"cooldown of a 401": {func(w *world) {
			w.failWith(poolstate.Failure{Code: 401}, "a").look().after(5 * minute).fail("a").look()
		}, 2},

		"operator's reset": {func(w *world) { w.failures(3, "a").reset("a").look() }, 0},
		"failure after a reset": {func(w *world) {
			w.failures(3, "a").after(minute).reset("a").look().after(minute).fail("a").look()
		}, 1},
		"reset and failure between two observations": {func(w *world) {
			w.failures(3, "a").after(minute).reset("a").after(minute).fail("a").look()
		}, 1},
		"an agent restores the failure after a reset": {func(w *world) {
			w.failures(3, "a").after(minute)
			old := *w.get("a")
			w.reset("a").look()
			cleared := w.get("a").ClearedAt
			*w.get("a") = old
			w.get("a").ClearedAt = cleared
			w.look()
		}, 0},
		"the agent's own reset": {func(w *world) {
			w.failures(3, "a").after(minute)
			c := w.get("a")
			c.Status, c.StatusText, c.StatusAt, c.ResetAt = poolstate.StatusNone, "", time.Time{}, time.Time{}
			w.look()
		}, 0},
		"an agent restores a pin on the latest report": {func(w *world) {
			w.failures(2, "a").after(30 * minute).fail("a").look()
			pinned := *w.get("a")
			c := w.get("a")
			c.Status, c.StatusText, c.StatusAt, c.ResetAt = poolstate.StatusNone, "", time.Time{}, time.Time{} // the agent's own reset
			w.look()
			*w.get("a") = pinned
			w.look()
		}, 0},
		"an agent restores a report between the first and the latest": {func(w *world) {
			w.fail("a").look().after(minute).fail("a").look()
			between := *w.get("a")
			w.after(minute).fail("a").look()
			c := w.get("a")
			c.Status, c.StatusText, c.StatusAt = poolstate.StatusNone, "", time.Time{}
			w.look()
			*w.get("a") = between
			w.look()
		}, 0},
		"again before the deadline, after a reset time in the past": {func(w *world) {
			w.failWith(poolstate.Failure{Code: 429, ResetAt: w.now.Add(-hour)}, "a").look().after(30 * minute).fail("a").look()
		}, 1},
		"reset in the future": {func(w *world) {
			w.get("a").ClearedAt = w.now.Add(hour)
			w.fail("a").look()
		}, 1},
		"reset before the first observation": {func(w *world) {
			w.fail("a").after(minute).get("a").ClearedAt = w.now
			w.look()
		}, 0},
		"an earlier reset does not end later streaks": {func(w *world) {
			w.failures(1, "a").after(minute).reset("a").look().after(minute).failures(2, "a").look()
		}, 2},
		"an agent writes the first report again": {func(w *world) {
			w.fail("a").look().after(minute)
			first := *w.get("a")
			w.fail("a").look()
			*w.get("a") = first
			w.look().after(hour - 2*minute).fail("a").look()
		}, 1},
		"an agent writes the latest report again after the deadline": {func(w *world) {
			w.fail("a").look().after(59 * minute).fail("a").look()
			late := *w.get("a")
			w.after(2 * minute).selects().look()
			*w.get("a") = late
			w.look()
		}, 1},
		"new tokens": {func(w *world) {
			w.failures(3, "a")
			w.get("a").Tokens = poolstate.Digest{}
			w.look()
		}, 0},
		"removed and added again": {func(w *world) {
			w.failures(3, "a")
			full := w.pool
			w.load(`{"credential_pool": {"p": []}}`)
			w.look()
			w.pool = full
			w.look()
		}, 1},

		"quiet for a day":           {func(w *world) { w.fail("a").look().after(26 * hour).fail("a").look() }, 1},
		"quiet for less than a day": {func(w *world) { w.fail("a").look().after(24 * hour).fail("a").look() }, 2},
		"quiet after a pin":         {func(w *world) { w.failures(2, "a").after(25*hour + 30*minute).fail("a").look() }, 3},
		"a day passes":              {func(w *world) { w.fail("a").look().after(25*hour + 1).look() }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "a", "b")
			tt.run(w)
			w.streak("a", tt.want)
		})
	}
}

// reset resets a credential as an operator does.
func (w *world) reset(id string) *world {
	w.t.Helper()
	out := poolstate.Action{}.Plan([]poolstate.Credential{*w.get(id)}, w.now)
	for _, e := range out.Changed {
		*w.get(id) = e.After
	}
	return w
}

// A credential's failures are not counted if it has no id or shares its id with another
// credential.
func TestObserve_Uncountable(t *testing.T) {
	w := worldOf(t, "p", `{"access_token": "sk-1", "last_status": "exhausted", "last_status_at": 1795425600}`,
		`{"id": "twice", "access_token": "sk-2", "last_status": "exhausted", "last_status_at": 1795425600}`, `{"id": "twice", "access_token": "sk-3"}`,
		`{"id": "once", "access_token": "sk-4", "last_status": "exhausted", "last_status_at": 1795425600}`)
	w.look()
	w.state.Annotate(w.pool)
	for _, c := range w.pool.Providers[0].Credentials {
		if n, counted := c.Observed.Get(); counted != (c.ID == "once") || counted && n != 1 {
			t.Errorf("%s: counted %v, %d", c.Ref, counted, n)
		}
	}
}

// Each case specifies whether a streak of two ends ten minutes after an agent has cleared
// expired cooldowns.
func TestObserve_Used(t *testing.T) {
	for name, tt := range map[string]struct {
		run  func(w *world)
		ends bool
	}{
		"first in the order":   {func(w *world) {}, true},
		"round robin":          {func(w *world) { w.rules.Strategies = map[string]string{"p": "round_robin"} }, true},
		"least used":           {func(w *world) { w.rules.Strategies = map[string]string{"p": "least_used"} }, false},
		"random":               {func(w *world) { w.rules.Strategies = map[string]string{"p": "random"} }, false},
		"another one is first": {func(w *world) { w.swap() }, false},
		"random, but nothing else is available": {func(w *world) {
			w.rules.Strategies = map[string]string{"p": "random"}
			w.failWith(poolstate.Failure{Code: 429, ResetAt: w.now.Add(48 * hour)}, "b").look()
		}, true},
		"another one is first, but it is cooling": {func(w *world) {
			w.swap().failWith(poolstate.Failure{Code: 429, ResetAt: w.now.Add(48 * hour)}, "b").look()
		}, true},
		"another one is first, but it is dead": {func(w *world) {
			w.swap().get("b").Status = poolstate.StatusDead
			w.look()
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "a", "b").failures(2, "a")
			tt.run(w)
			w.look().after(3*hour).selects().look().streak("a", 2)
			w.after(10*minute-1).look().streak("a", 2)
			if w.after(1).look(); tt.ends {
				w.streak("a", 0)
			} else {
				w.streak("a", 2)
			}
		})
	}
}

// These changes look as if an agent had used the credential, but no agent has.
func TestObserve_NotUsed(t *testing.T) {
	for name, run := range map[string]func(w *world){
		"status restored from an agent's memory before the deadline": func(w *world) {
			w.get("a").Status = poolstate.StatusOK
			w.after(30 * minute).look()
		},
		"first in the order, but only after the selection": func(w *world) {
			w.swap().look().after(3 * hour).selects().look().after(minute).swap().look().after(minute).look()
		},
	} {
		w := newWorld(t, "a", "b").failures(2, "a")
		run(w)
		w.after(11 * minute).look()
		t.Run(name, func(*testing.T) { w.streak("a", 2) })
	}
}

// The time of a selection is when the file was written, not when guard observes it.
func TestObserve_SelectionTime(t *testing.T) {
	w := newWorld(t, "a", "b").failures(2, "a")
	w.rules.Strategies = map[string]string{"p": "random"}
	w.failWith(poolstate.Failure{Code: 429, ResetAt: w.now.Add(4 * hour)}, "b").look()
	w.after(3*hour).selects().after(2*hour).look().streak("a", 2)
	if next := w.state.Next(w.pool, w.rules, w.now); next.Sub(w.now) != evidenceAfter {
		t.Errorf("the next time is in %v", next.Sub(w.now))
	}
	w.after(10*minute).look().streak("a", 0)
}

// swap exchanges the first two credentials in the rotation order.
func (w *world) swap() *world {
	list := w.pool.Providers[0].Credentials
	list[0], list[1] = list[1], list[0]
	return w
}

// The streak does not end if the credential fails or is held within ten minutes after it was
// used.
func TestObserve_FailureAfterUse(t *testing.T) {
	w := newWorld(t, "a").failures(1, "a")
	w.after(hour).selects().look().after(9*minute).fail("a").look().streak("a", 2)
	w.after(hour).selects().look().streak("a", 2)
	w.get("a").Status, w.get("a").ErrorReason = poolstate.StatusExhausted, poolstate.HoldReason // a hold
	w.after(11*minute).look().streak("a", 2)
}

// Requests count as a success if request_count has increased at two times at least ten
// minutes apart and no failure follows for another ten minutes.
func TestObserve_Requests(t *testing.T) {
	requests := func(w *world, n int) *world {
		w.get("a").RequestCount = poolstate.Some(n)
		return w.look()
	}
	w := newWorld(t, "a", "b").swap()
	requests(w.failures(2, "a"), 14)
	w.after(3 * hour).selects().look()
	requests(w, 15).after(9 * minute)
	requests(w, 16).after(time.Hour)
	requests(w, 11) // another process writes its own number
	requests(w, 16).streak("a", 2).after(5 * minute)
	requests(w, 17).after(10*minute-1).look().streak("a", 2)
	w.after(1).look().streak("a", 0)
}

func TestObserve_Forgotten(t *testing.T) {
	newWorld(t, "a").fail("a").after(26*hour).look().took().streak("a", 0) // it was never counted
	w := newWorld(t, "a").fail("a").look().took()
	w.after(25*hour).look().took().streak("a", 1)
	w.after(time.Second).look().took("forgotten a").look().took().streak("a", 0)
	w.fail("a").look().took().after(25*hour+time.Second).fail("a").look().took("forgotten a").streak("a", 1)
}

// A snapshot slightly older than the last one, as from a slow process, is ignored. A much
// older one is not, because the clock must have been set back.
func TestObserve_Outdated(t *testing.T) {
	w := newWorld(t, "a").selects().look()
	old := *w.pool
	old.Providers = []poolstate.Provider{{Name: "p", Credentials: slices.Clone(w.pool.Providers[0].Credentials)}}
	w.after(time.Second).fail("a")
	w.pool.UpdatedAt = w.now
	now := w.look().pool
	w.pool = &old
	w.look()
	w.pool = now
	w.look().streak("a", 1)
	old.UpdatedAt = w.now.Add(-maxOutdated) // the clock was set back
	w.pool = &old
	w.look().streak("a", 0)
}

// Observing a snapshot twice does not count its failures twice.
func TestObserve_Idempotent(t *testing.T) {
	w := newWorld(t, "a", "b")
	for range 3 {
		w.fail("a").look().look().after(hour).look()
	}
	w.streak("a", 3)
}

// Restore brings back the streak and the pin that a reset ended. A second call reverts
// the first.
func TestRestore(t *testing.T) {
	w := newWorld(t, "a", "b").failures(3, "a").after(minute)
	before := *w.get("a")
	w.reset("a").look().took().streak("a", 0)
	ref := []poolstate.Ref{w.get("a").Ref, {Provider: "q", ID: "none"}}
	w.state.Restore(ref)
	w.look().took().streak("a", 3)
	w.state.Restore(ref)
	w.look().took().streak("a", 0)
	w.state.Restore(ref)
	*w.get("a") = before
	w.look().took().streak("a", 3)
	if !w.get("a").Pinned {
		t.Error("the pin is not recognized")
	}
	w.get("a").ResetAt = time.Time{}
	w.look().streak("a", 3) // an agent dropped the pin
	if len(w.log) != 1 || !strings.HasPrefix(w.log[0], "repinned a") {
		t.Errorf("got %q", w.log)
	}
}
