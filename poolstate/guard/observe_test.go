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
		"healthy":                     {func(w *world) { w.run() }, 0},
		"first failure":               {func(w *world) { w.fail("a").run() }, 1},
		"observed twice":              {func(w *world) { w.fail("a").run().after(minute).run() }, 1},
		"failure after the deadline":  {func(w *world) { w.fail("a").run().after(hour).fail("a").run() }, 2},
		"failure before the deadline": {func(w *world) { w.fail("a").run().after(59 * minute).fail("a").run() }, 1},
		"many reports":                {func(w *world) { w.fail("a").run().after(minute).fail("a").run().after(minute).fail("a").run() }, 1},
		"a report does not move the deadline": {func(w *world) {
			w.fail("a").run().after(50 * minute).fail("a").run().after(10 * minute).fail("a").run()
		}, 2},
		"cooldown has ended":             {func(w *world) { w.fail("a", "b").run().after(2 * hour).selects().run() }, 1},
		"several failures":               {func(w *world) { w.failures(4, "a") }, 4},
		"a hold":                         {func(w *world) { w.failWith(poolstate.Failure{Code: 429, Reason: poolstate.HoldReason}, "a").run() }, 0},
		"failure in the future":          {func(w *world) { w.after(6 * minute).fail("a").after(-6 * minute).run() }, 0},
		"failure slightly in the future": {func(w *world) { w.after(4 * minute).fail("a").after(-4 * minute).run() }, 1},
		"provider's reset time": {func(w *world) {
			w.failWith(poolstate.Failure{Code: 429, ResetAt: w.now.Add(3 * hour)}, "a").run().after(2 * hour).fail("a").run()
		}, 1},
		"reset time in the past": {func(w *world) {
			w.failWith(poolstate.Failure{Code: 429, ResetAt: w.now.Add(-hour)}, "a").run().after(hour).fail("a").run()
		}, 2},
		"cooldown of a 401": {func(w *world) {
			w.failWith(poolstate.Failure{Code: 401}, "a").run().after(5 * minute).fail("a").run()
		}, 2},

		"operator's reset": {func(w *world) { w.failures(3, "a").reset("a").run() }, 0},
		"failure after a reset": {func(w *world) {
			w.failures(3, "a").after(minute).reset("a").run().after(minute).fail("a").run()
		}, 1},
		"reset and failure between two observations": {func(w *world) {
			w.failures(3, "a").after(minute).reset("a").after(minute).fail("a").run()
		}, 1},
		"an agent restores the failure after a reset": {func(w *world) {
			w.failures(3, "a").after(minute)
			old := *w.get("a")
			w.reset("a").run()
			cleared := w.get("a").ClearedAt
			*w.get("a") = old
			w.get("a").ClearedAt = cleared
			w.run()
		}, 0},
		"an agent clears the status": {func(w *world) {
			w.failures(3, "a").after(minute)
			c := w.get("a")
			c.Status, c.StatusText, c.StatusAt, c.ResetAt = poolstate.StatusNone, "", time.Time{}, time.Time{}
			w.run()
		}, 0},
		"an agent restores a pin on the latest report": {func(w *world) {
			w.failures(2, "a").after(30 * minute).fail("a").run()
			pinned := *w.get("a")
			c := w.get("a")
			c.Status, c.StatusText, c.StatusAt, c.ResetAt = poolstate.StatusNone, "", time.Time{}, time.Time{} // an agent clears the status
			w.run()
			*w.get("a") = pinned
			w.run()
		}, 0},
		"an agent restores a report between the first and the latest": {func(w *world) {
			w.fail("a").run().after(minute).fail("a").run()
			between := *w.get("a")
			w.after(minute).fail("a").run()
			c := w.get("a")
			c.Status, c.StatusText, c.StatusAt = poolstate.StatusNone, "", time.Time{}
			w.run()
			*w.get("a") = between
			w.run()
		}, 0},
		"failure before the deadline, with a reset time in the past": {func(w *world) {
			w.failWith(poolstate.Failure{Code: 429, ResetAt: w.now.Add(-hour)}, "a").run().after(30 * minute).fail("a").run()
		}, 1},
		"reset in the future": {func(w *world) {
			w.get("a").ClearedAt = w.now.Add(hour)
			w.fail("a").run()
		}, 1},
		"reset before the first observation": {func(w *world) {
			w.fail("a").after(minute).get("a").ClearedAt = w.now
			w.run()
		}, 0},
		"an earlier reset does not end later streaks": {func(w *world) {
			w.failures(1, "a").after(minute).reset("a").run().after(minute).failures(2, "a").run()
		}, 2},
		"an agent writes the first report again": {func(w *world) {
			w.fail("a").run().after(minute)
			first := *w.get("a")
			w.fail("a").run()
			*w.get("a") = first
			w.run().after(hour - 2*minute).fail("a").run()
		}, 1},
		"an agent writes the latest report again after the deadline": {func(w *world) {
			w.fail("a").run().after(59 * minute).fail("a").run()
			late := *w.get("a")
			w.after(2 * minute).selects().run()
			*w.get("a") = late
			w.run()
		}, 1},
		"new tokens": {func(w *world) {
			w.failures(3, "a")
			w.get("a").Tokens = poolstate.Digest{}
			w.run()
		}, 0},
		"entry removed and added again": {func(w *world) {
			w.failures(3, "a")
			full := w.pool
			w.load(`{"credential_pool": {"p": []}}`)
			w.run()
			w.pool = full
			w.run()
		}, 1},

		"quiet for a day":           {func(w *world) { w.fail("a").run().after(26 * hour).fail("a").run() }, 1},
		"quiet for less than a day": {func(w *world) { w.fail("a").run().after(24 * hour).fail("a").run() }, 2},
		"quiet after a pin":         {func(w *world) { w.failures(2, "a").after(25*hour + 30*minute).fail("a").run() }, 3},
		"a day passes":              {func(w *world) { w.fail("a").run().after(25*hour + 1).run() }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "a", "b")
			tt.run(w)
			w.wantStreak("a", tt.want)
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
	w.run()
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
		"first in the order":          {func(w *world) {}, true},
		"round robin":                 {func(w *world) { w.rules.Strategies = map[string]poolstate.Strategy{"p": poolstate.RoundRobin} }, true},
		"least used":                  {func(w *world) { w.rules.Strategies = map[string]poolstate.Strategy{"p": poolstate.LeastUsed} }, false},
		"random":                      {func(w *world) { w.rules.Strategies = map[string]poolstate.Strategy{"p": poolstate.Random} }, false},
		"another credential is first": {func(w *world) { w.swap() }, false},
		"random, but nothing else is available": {func(w *world) {
			w.rules.Strategies = map[string]poolstate.Strategy{"p": poolstate.Random}
			w.failWith(poolstate.Failure{Code: 429, ResetAt: w.now.Add(48 * hour)}, "b").run()
		}, true},
		"another credential is first, but it is cooling": {func(w *world) {
			w.swap().failWith(poolstate.Failure{Code: 429, ResetAt: w.now.Add(48 * hour)}, "b").run()
		}, true},
		"another credential is first, but it is dead": {func(w *world) {
			w.swap().get("b").Status = poolstate.StatusDead
			w.run()
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "a", "b").failures(2, "a")
			tt.run(w)
			w.run().after(3*hour).selects().run().wantStreak("a", 2)
			w.after(10*minute-1).run().wantStreak("a", 2)
			if w.after(1).run(); tt.ends {
				w.wantStreak("a", 0)
			} else {
				w.wantStreak("a", 2)
			}
		})
	}
}

// These changes look as if an agent had used the credential, but no agent has.
func TestObserve_NotUsed(t *testing.T) {
	for name, run := range map[string]func(w *world){
		"status restored from an agent's memory before the deadline": func(w *world) {
			w.get("a").Status = poolstate.StatusOK
			w.after(30 * minute).run()
		},
		"first in the order, but only after the selection": func(w *world) {
			w.swap().run().after(3 * hour).selects().run().after(minute).swap().run().after(minute).run()
		},
	} {
		w := newWorld(t, "a", "b").failures(2, "a")
		run(w)
		w.after(11 * minute).run()
		t.Run(name, func(*testing.T) { w.wantStreak("a", 2) })
	}
}

// The time of a selection is when the file was written, not when guard observes it.
func TestObserve_SelectionTime(t *testing.T) {
	w := newWorld(t, "a", "b").failures(2, "a")
	w.rules.Strategies = map[string]poolstate.Strategy{"p": poolstate.Random}
	w.failWith(poolstate.Failure{Code: 429, ResetAt: w.now.Add(4 * hour)}, "b").run()
	w.after(3*hour).selects().after(2*hour).run().wantStreak("a", 2)
	if next := w.state.Next(w.pool, w.rules, w.now); next.Sub(w.now) != evidenceAfter {
		t.Errorf("the next time is in %v", next.Sub(w.now))
	}
	w.after(10*minute).run().wantStreak("a", 0)
}

// swap exchanges the first two credentials in the rotation order.
func (w *world) swap() *world {
	list := w.pool.Providers[0].Credentials
	list[0], list[1] = list[1], list[0]
	return w
}

// The streak does not end if the credential fails or is held within ten minutes of being
// used.
func TestObserve_FailureAfterUse(t *testing.T) {
	w := newWorld(t, "a").failures(1, "a")
	w.after(hour).selects().run().after(9*minute).fail("a").run().wantStreak("a", 2)
	w.after(hour).selects().run().wantStreak("a", 2)
	w.get("a").Status, w.get("a").ErrorReason = poolstate.StatusExhausted, poolstate.HoldReason // a hold
	w.after(11*minute).run().wantStreak("a", 2)
}

// Requests count as a success if request_count has increased at two times at least ten
// minutes apart and no failure follows for another ten minutes.
func TestObserve_Requests(t *testing.T) {
	requests := func(w *world, n int) *world {
		w.get("a").RequestCount = poolstate.Some(n)
		return w.run()
	}
	w := newWorld(t, "a", "b").swap()
	requests(w.failures(2, "a"), 14)
	w.after(3 * hour).selects().run()
	requests(w, 15).after(9 * minute)
	requests(w, 16).after(time.Hour)
	requests(w, 11) // another process writes its own request_count
	requests(w, 16).wantStreak("a", 2).after(5 * minute)
	requests(w, 17).after(10*minute-1).run().wantStreak("a", 2)
	w.after(1).run().wantStreak("a", 0)
}

func TestObserve_Forgotten(t *testing.T) {
	newWorld(t, "a").fail("a").after(26*hour).run().wantLog().wantStreak("a", 0) // an old failure that was never counted
	w := newWorld(t, "a").fail("a").run().wantLog()
	w.after(25*hour).run().wantLog().wantStreak("a", 1)
	w.after(time.Second).run().wantLog("forgotten a").run().wantLog().wantStreak("a", 0)
	w.fail("a").run().wantLog().after(25*hour+time.Second).fail("a").run().wantLog("forgotten a").wantStreak("a", 1)
}

// A snapshot slightly older than the last one is ignored, because it comes from a slow process.
// A much older snapshot is not ignored, because the clock must have been set back.
func TestObserve_Outdated(t *testing.T) {
	w := newWorld(t, "a").selects().run()
	old := *w.pool
	old.Providers = []poolstate.Provider{{Name: "p", Credentials: slices.Clone(w.pool.Providers[0].Credentials)}}
	w.after(time.Second).fail("a")
	w.pool.UpdatedAt = w.now
	now := w.run().pool
	w.pool = &old
	w.run()
	w.pool = now
	w.run().wantStreak("a", 1)
	old.UpdatedAt = w.now.Add(-maxOutdated) // the clock was set back
	w.pool = &old
	w.run().wantStreak("a", 0)
}

// Observing a snapshot twice does not count its failures twice.
func TestObserve_Idempotent(t *testing.T) {
	w := newWorld(t, "a", "b")
	for range 3 {
		w.fail("a").run().run().after(hour).run()
	}
	w.wantStreak("a", 3)
}

// Restore brings back the streak and the pin that a reset ended. A second call reverts
// the first.
func TestRestore(t *testing.T) {
	w := newWorld(t, "a", "b").failures(3, "a").after(minute)
	before := *w.get("a")
	w.reset("a").run().wantLog().wantStreak("a", 0)
	ref := []poolstate.Ref{w.get("a").Ref, {Provider: "q", ID: "none"}}
	w.state.Restore(ref)
	w.run().wantLog().wantStreak("a", 3)
	w.state.Restore(ref)
	w.run().wantLog().wantStreak("a", 0)
	w.state.Restore(ref)
	*w.get("a") = before
	w.run().wantLog().wantStreak("a", 3)
	if !w.get("a").Pinned {
		t.Error("the pin is not recognized")
	}
	w.get("a").ResetAt = time.Time{}
	w.run().wantStreak("a", 3) // an agent dropped the pin
	if len(w.log) != 1 || !strings.HasPrefix(w.log[0], "repinned a") {
		t.Errorf("got %q", w.log)
	}
}
