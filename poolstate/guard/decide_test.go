package guard

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
)

// The cooldowns for consecutive failures are 1h, 2h, 4h, 8h and 8h.
func TestDecide_Backoff(t *testing.T) {
	w := newWorld(t, "a", "b")
	w.fail("a").run().wantLog()
	for _, pin := range []string{"2h", "4h", "8h", "8h"} {
		d := w.rules.Policy.Deadline(w.get("a"), w.now)
		w.now = d.At
		w.fail("a").run().wantLog("pinned a " + pin).run().wantLog()
		w.state.Annotate(w.pool)
		if d := w.rules.Policy.Deadline(w.get("a"), w.now); d.Origin != poolstate.OriginGuard {
			t.Errorf("origin %v", d.Origin)
		}
		if own := w.get("a").AgentDeadline.Sub(w.now); own != hour {
			t.Errorf("the agent's own cooldown is %v", own)
		}
	}
}

// A pin changes the reset time and moves the time of the failure by a millisecond. It is not
// written if the credential has changed since the decision.
func TestDecide_Change(t *testing.T) {
	w := newWorld(t, "a", "b").failures(1, "a").after(hour).fail("a")
	d := w.decide()[0]
	if d.Before != 1 || d.Streak != 2 {
		t.Errorf("the streak rises from %d to %d", d.Before, d.Streak)
	}
	before, after := *w.get("a"), d.Change(w.get("a")).After(*w.get("a"))
	if got := after.StatusAt.Sub(before.StatusAt); got != time.Millisecond {
		t.Errorf("last_status_at moves by %v", got)
	}
	if got := d.Change(w.get("a")); got.IsEmpty() || strings.Contains(strings.ReplaceAll(strings.ReplaceAll(
		format(got), "last_status_at", ""), "last_error_reset_at", ""), "_") {
		t.Errorf("%v", got)
	}
	for name, edit := range map[string]func(c *poolstate.Credential){
		"another failure":     func(c *poolstate.Credential) { c.StatusAt = c.StatusAt.Add(time.Second) },
		"cleared":             func(c *poolstate.Credential) { c.Status = poolstate.StatusOK },
		"held":                func(c *poolstate.Credential) { c.ErrorReason = poolstate.HoldReason },
		"already pinned":      func(c *poolstate.Credential) { *c = after },
		"provider reset time": func(c *poolstate.Credential) { c.ResetAt = c.StatusAt.Add(minute) },
	} {
		c := before
		edit(&c)
		if change := d.Change(&c); !change.IsEmpty() {
			t.Errorf("%s: %v", name, change)
		}
	}
}

// Each case changes the credential or the rules after the second failure, before guard
// observes the pool.
func TestDecide_SecondFailure(t *testing.T) {
	for name, tt := range map[string]struct {
		edit func(w *world, c *poolstate.Credential)
		want string
	}{
		"pinned":                 {func(*world, *poolstate.Credential) {}, "pinned a 2h"},
		"reset time":             {func(w *world, c *poolstate.Credential) { c.ResetAt = w.now.Add(minute) }, "kept a"},
		"reset time in the past": {func(w *world, c *poolstate.Credential) { c.ResetAt = w.now.Add(-minute) }, "pinned a 2h"},
		"cap of 1":               {func(w *world, _ *poolstate.Credential) { w.rules.Curve.Cap = 1 }, "skipped a"},
		"shorter base": {func(w *world, _ *poolstate.Credential) {
			w.rules.Curve.Base = map[int]time.Duration{429: 30 * minute}
		}, "kept a"},
		"longer base": {func(w *world, _ *poolstate.Credential) {
			w.rules.Curve.Providers = map[string]poolstate.Schedule{"p": {Base: map[int]time.Duration{429: 2 * hour}}}
		}, "pinned a 4h"},
		"unusable":            {func(_ *world, c *poolstate.Credential) { c.Unusable = true }, "skipped a"},
		"dead":                {func(_ *world, c *poolstate.Credential) { c.Status = poolstate.StatusDead }, ""},
		"held":                {func(_ *world, c *poolstate.Credential) { c.ErrorReason = poolstate.HoldReason }, ""},
		"unverified billing":  {func(_ *world, c *poolstate.Credential) { c.FailureReason = "billing_unverified" }, "skipped a"},
		"only credential":     {func(_ *world, c *poolstate.Credential) { c.Sole = true }, "skipped a"},
		"--sole":              {func(w *world, c *poolstate.Credential) { c.Sole, w.rules.Curve.Sole = true, true }, "pinned a 2h"},
		"other provider only": {func(w *world, _ *poolstate.Credential) { w.rules.Curve.Only = []string{"q"} }, ""},
		"agent counts failures, forced policy": {func(w *world, _ *poolstate.Credential) {
			w.rules.Policy = poolstate.Force(poolstate.Backoff()).Resolve(w.pool, poolstate.NoEvidence)
		}, "standing_down a"},
		"only credential, retried after a minute": {func(w *world, c *poolstate.Credential) {
			c.Sole, w.rules.Policy = true, poolstate.Flat202608()
		}, "pinned a 2m"},
		"only credential, capped": {func(w *world, c *poolstate.Credential) {
			c.Sole, w.rules.Policy, w.rules.Curve.Sole = true, poolstate.Flat202610(), true
		}, "skipped a"},
		"only credential, billing": {func(w *world, c *poolstate.Credential) {
			c.Sole, c.ErrorCode, w.rules.Policy = true, poolstate.Some(402), poolstate.Flat202610()
		}, "skipped a"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "a", "b").failures(1, "a").after(hour).fail("a")
			tt.edit(w, w.get("a"))
			w.run()
			if tt.want == "" {
				w.wantLog()
			} else {
				w.wantLog(tt.want)
			}
			if c := w.state.find(w.get("a")); c != nil && c.Pin != nil && !strings.HasPrefix(tt.want, "pinned") {
				t.Errorf("the state has a pin until %v", c.Pin.Until)
			}
			w.after(time.Second).run().wantLog() // reported once
		})
	}
}

func TestDecide_Codex(t *testing.T) {
	for name, tt := range map[string]struct {
		failure poolstate.Failure
		want    string
	}{
		"429":          {poolstate.Failure{Code: 429}, "skipped a"},
		"reason":       {poolstate.Failure{Code: 403, Reason: "Usage_Limit_reached"}, "skipped a"},
		"message":      {poolstate.Failure{Code: 403, Message: "Your quota is used up"}, "skipped a"},
		"other words":  {poolstate.Failure{Code: 403, Message: "usage_limit"}, "pinned a 2h"},
		"other reason": {poolstate.Failure{Code: 403, Reason: "rate limit"}, "pinned a 2h"},
	} {
		w := worldOf(t, "openai-codex", `{"id": "a", "access_token": "sk-1"}`, `{"id": "b", "access_token": "sk-2"}`)
		w.failWith(tt.failure, "a").run().after(hour).failWith(tt.failure, "a").run()
		t.Run(name, func(*testing.T) { w.wantLog(tt.want) })
	}
}

// A credential whose last_status_at is an ISO string is skipped.
func TestDecide_TextStatusAt(t *testing.T) {
	w := worldOf(t, "p", `{"id": "a", "access_token": "sk-1"}`, `{"id": "b", "access_token": "sk-2"}`).failures(1, "a")
	w.load(`{"credential_pool": {"p": [{"id": "a", "access_token": "sk-1", "last_status": "exhausted", "last_error_code": 429,
		"last_status_at": "2026-11-23T10:20:00Z"}, {"id": "b", "access_token": "sk-2"}]}}`)
	w.after(hour).run().wantStreak("a", 2).wantLog("skipped a")
}

// A pin that an agent drops is written again at once and then after 1, 5, 15 and 60
// minutes.
func TestDecide_DroppedPin(t *testing.T) {
	w := newWorld(t, "a", "b").failures(4, "a")
	drop := func() { w.get("a").ResetAt = time.Time{} }
	last := w.now
	for _, delay := range []time.Duration{0, minute, 5 * minute, 15 * minute, hour} {
		drop()
		if delay > 0 {
			w.after(delay - 1).run().wantLog()
			if next := w.state.Next(w.pool, w.rules, w.now); !next.Equal(last.Add(delay)) {
				t.Errorf("next is %v after the last write, want %v", next.Sub(last), delay)
			}
			w.after(1)
		}
		w.run()
		if len(w.log) != 1 || !strings.HasPrefix(w.log[0], "repinned a") {
			t.Errorf("after %v: %q", delay, w.log)
		}
		w.log, last = nil, w.now
	}
	drop()
	w.run().wantLog("skipped a").after(2 * hour).run().wantLog()
}

// A pin is not removed if the credential has changed since the decision.
func TestDecision_Change_Release(t *testing.T) {
	for name, ready := range map[string]bool{"ready": true, "own cooldown is not over": false} {
		w := newWorld(t, "a").fail("a")
		pinned := poolstate.Pinned(*w.get("a"), w.now.Add(4*hour)).After(*w.get("a"))
		d := Decision{Note: Note{Kind: Released, Credential: pinned}, until: pinned.ResetAt, ready: ready, at: w.now}
		if d.Change(&pinned).IsEmpty() {
			t.Errorf("%s: no change", name)
		}
		for what, edit := range map[string]func(c *poolstate.Credential){
			"provider reset time": func(c *poolstate.Credential) { c.ResetAt = c.ResetAt.Add(minute) },
			"no reset time":       func(c *poolstate.Credential) { c.ResetAt = time.Time{} },
			"another failure":     func(c *poolstate.Credential) { c.StatusAt = c.StatusAt.Add(time.Second) },
			"held":                func(c *poolstate.Credential) { c.ErrorReason = poolstate.HoldReason },
		} {
			c := pinned
			edit(&c)
			if change := d.Change(&c); !change.IsEmpty() {
				t.Errorf("%s, %s: %v", name, what, change)
			}
		}
	}
}

// A pin whose deadline has passed is neither written nor rewritten.
func TestDecide_TooLate(t *testing.T) {
	w := newWorld(t, "a", "b").failures(1, "a").after(hour).fail("a").after(2*hour).run().wantLog().wantStreak("a", 2)
	if p := w.state.find(w.get("a")).Pin; p != nil {
		t.Errorf("the state has a pin until %v", p.Until)
	}
	w = newWorld(t, "a", "b").failures(2, "a")
	w.get("a").ResetAt = time.Time{}
	w.after(2 * hour).run().wantLog()
}

// A failure is not pinned during a hold. After the hold is undone, the pin is written, or
// recognized if it was written before.
func TestDecide_Held(t *testing.T) {
	w := newWorld(t, "a", "b").failures(1, "a").after(hour).fail("a")
	w.decide()
	hold := func() (undo func()) {
		before := *w.get("a")
		w.get("a").ErrorReason = poolstate.HoldReason
		return func() { *w.get("a") = before }
	}
	undo := hold()
	w.wantLog("pinned a 2h").run().wantLog()
	undo()
	w.run().wantLog("pinned a 2h")
	undo = hold()
	w.after(minute).run().wantLog()
	if w.state.Annotate(w.pool); w.get("a").Pinned {
		t.Error("a hold is shown as a pin")
	}
	undo()
	w.run().wantLog()
	if w.state.Annotate(w.pool); !w.get("a").Pinned {
		t.Error("the pin is not recognized after the hold")
	}
}

// When a credential works again, only pins on failures with the same code are removed.
func TestDecide_ReleaseSameCode(t *testing.T) {
	for code, want := range map[int][]string{429: {"released b"}, 402: nil} {
		w := newWorld(t, "a", "b").fail("a").failWith(poolstate.Failure{Code: code}, "b").run()
		w.after(hour).fail("a").run().after(hour).failWith(poolstate.Failure{Code: code}, "b").run().wantLog("pinned a 2h", "pinned b 2h")
		w.after(hour).selects().run().after(10 * minute).run()
		t.Run(fmt.Sprint(code), func(*testing.T) { w.wantLog(want...).wantStreak("a", 0) })
	}
}

// While the pin is in the file, guard has nothing to do until the streak is forgotten.
func TestState_Next_Pinned(t *testing.T) {
	w := newWorld(t, "a", "b").failures(2, "a")
	until := w.get("a").ResetAt
	w.get("a").ResetAt = time.Time{}
	w.run()
	if next := w.state.Next(w.pool, w.rules, w.now); !next.Equal(until.Add(24 * hour)) {
		t.Errorf("next is %v after the end of the pin", next.Sub(until))
	}
}

// Each time guard keeps the agent's deadline, it reports the decision.
func TestDecide_KeptRepeatedly(t *testing.T) {
	w := newWorld(t, "a", "b").failures(1, "a")
	for range 2 {
		w.after(hour).failWith(poolstate.Failure{Code: 429, ResetAt: w.now.Add(minute)}, "a").run().wantLog("kept a")
	}
}

// If an agent reports a failure again with the provider's reset time, guard keeps that time.
func TestDecide_RepeatedReportWithResetTime(t *testing.T) {
	w := newWorld(t, "a", "b").failures(2, "a").after(30 * minute)
	w.failWith(poolstate.Failure{Code: 429, ResetAt: w.now.Add(minute)}, "a").run().wantLog("kept a").wantStreak("a", 2)
}

// The provider's reset time is not removed, even if it equals the deadline of a removed pin.
func TestDecide_ResetTimeEqualsRemovedPin(t *testing.T) {
	w := newWorld(t, "a", "b").failures(2, "a")
	until := w.get("a").ResetAt
	w.after(minute).reset("a").run()
	w.rules.Policy = poolstate.Flat202610()
	w.after(10*minute).failWith(poolstate.Failure{Code: 429, ResetAt: until}, "a").run().wantLog().wantStreak("a", 1)
}

// If the agent counts failures, the decision has the streak from the file.
func TestDecide_StandsDown(t *testing.T) {
	w := newWorld(t, "a", "b").failures(1, "a").after(hour).fail("a")
	w.get("a").Streak = poolstate.KnownStreak(7)
	w.rules.Policy = poolstate.Force(poolstate.Backoff()).Resolve(w.pool, poolstate.NoEvidence)
	if d := w.decide(); len(d) != 1 || d[0].Kind != StandingDown || d[0].Streak != 7 {
		t.Errorf("decisions %+v", d)
	}
}

// A counted failure is not pinned while the clock is set back so far that the failure seems
// to be in the future.
func TestDecide_ClockSetBack(t *testing.T) {
	w := newWorld(t, "a", "b").failures(1, "a").after(hour).fail("a")
	w.decide()
	w.wantLog("pinned a 2h").after(-6 * minute).run().wantLog()
	w.after(2 * minute).run().wantLog("pinned a 2h4m")
}

// Credentials that share a secret count once, unless the secret is a placeholder.
// Credentials that agents cannot use do not count.
func TestDecider_Secrets(t *testing.T) {
	w := worldOf(t, "p", `{"id": "a", "access_token": "sk-1"}`, `{"id": "b", "access_token": "sk-1"}`,
		`{"id": "c", "access_token": "sk-2"}`, `{"id": "d", "access_token": "sk-3", "last_status": "dead"}`,
		`{"id": "unusable", "auth_type": "api_key", "access_token": ""}`,
		`{"id": "e", "access_token": "none"}`, `{"id": "f", "access_token": "none"}`)
	if n := (decider{provider: &w.pool.Providers[0]}).secrets(); n != 4 {
		t.Errorf("%d secrets, want 4", n)
	}
}

// Deadlines that have passed are ignored.
func TestDecider_Siblings(t *testing.T) {
	w := newWorld(t, "a", "b", "c").fail("b").after(30 * minute).fail("c").after(30 * minute)
	d := decider{state: w.state, provider: &w.pool.Providers[0], rules: w.rules, at: w.now}
	if got := d.siblings(w.get("a")); len(got) != 1 || got[0].Sub(w.now) != 30*minute {
		t.Errorf("siblings %v", got)
	}
}

// If an agent reports a failure again, its report overwrites the pin. Guard writes the same pin
// again, unless the agent's new deadline is later.
func TestDecide_RepeatedReport(t *testing.T) {
	w := newWorld(t, "a", "b").failures(1, "a").after(hour).fail("a").run().wantLog("pinned a 2h")
	w.after(30*minute).fail("a").run().wantLog("repinned a 1h30m").wantStreak("a", 2)
	w.after(29*minute).fail("a").run().wantLog("repinned a 1h1m").wantStreak("a", 2)
	w2 := newWorld(t, "a", "b")
	w2.rules.Curve.Factor = 1.25
	w2.failures(1, "a").after(hour).fail("a").run().wantLog("pinned a 1h15m")
	w2.after(30*minute).fail("a").run().wantLog("kept a").wantStreak("a", 2)
}

// If guard is killed after it has stored a pin in its state, the next run writes the pin
// unless it is already in the file.
func TestDecide_Interrupted(t *testing.T) {
	for name, written := range map[string]bool{"before the write": false, "after the write": true} {
		w := newWorld(t, "a", "b").failures(1, "a").after(hour).fail("a")
		for _, d := range w.decide() {
			if c := w.get("a"); written {
				*c = d.Change(c).After(*c)
			}
		}
		w.log = nil
		data, err := w.state.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if w.state, err = Decode(data); err != nil {
			t.Fatal(err)
		}
		w.after(minute).run()
		t.Run(name, func(*testing.T) {
			if written {
				w.wantLog()
			} else {
				w.wantLog("pinned a 1h59m")
			}
			w.after(minute).run().wantLog()
			w.get("a").ResetAt = time.Time{} // an agent drops the pin
			w.run().wantLog("repinned a 1h58m")
		})
	}
}

// When a credential works again, guard removes the pins on failures with the same code. It
// keeps pins on failures with another code and the provider's reset times.
func TestDecide_Release(t *testing.T) {
	w := newWorld(t, "a", "b", "c", "other", "named")
	w.failures(3, "a").failures(4, "b")
	w.failWith(poolstate.Failure{Code: 402}, "other").run().after(hour).failWith(poolstate.Failure{Code: 402}, "other").run()
	w.after(minute).selects().failWith(poolstate.Failure{Code: 429, ResetAt: w.now.Add(9 * hour)}, "named")
	w.fail("c").run()
	w.log = nil
	if got := w.get("a").Status; got != poolstate.StatusOK {
		t.Fatalf("a is %v", got)
	}
	other := *w.get("other")
	w.after(10 * minute).run()
	w.wantLog("released b").wantStreak("a", 0)
	if got := *w.get("other"); got.ResetAt != other.ResetAt {
		t.Error("the pin of a failure with another code is gone")
	}
	if w.get("named").ResetAt.IsZero() {
		t.Error("the provider's reset time is gone")
	}
}

// A released credential is ready if the agent's own cooldown is over. Otherwise, that
// cooldown applies again.
func TestDecide_ReleaseKinds(t *testing.T) {
	for name, tt := range map[string]struct {
		since time.Duration // from b's last failure to a's success
		ready bool
	}{
		"own cooldown is over":     {2 * hour, true},
		"own cooldown is not over": {30 * minute, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "a", "b").failures(4, "a").failures(4, "b")
			w.now = w.get("a").ResetAt.Add(minute)
			if d := w.rules.Policy.Deadline(w.get("b"), w.now); !d.At.After(w.now) {
				w.fail("b").run()
			}
			w.log = nil
			w.get("b").StatusAt = w.now.Add(10*minute - tt.since) // b failed tt.since before the decision below
			c := w.state.find(w.get("b"))
			c.At, c.Seen, c.Own = w.get("b").StatusAt, w.get("b").StatusAt, w.get("b").StatusAt.Add(hour)
			streak := c.Streak
			w.selects().run().swap().after(10 * minute)
			for _, d := range w.decide() {
				if want := c.Own; !tt.ready && !d.Deadline.Equal(want) {
					t.Errorf("the note has the deadline %v, want %v", d.Deadline, want)
				}
				w.carryOut(d)
			}
			w.run().wantLog("released b").wantStreak("b", streak)
			b := w.get("b")
			if ready := b.Status == poolstate.StatusNone; ready != tt.ready {
				t.Errorf("ready: %v", ready)
			}
			if !b.ResetAt.IsZero() {
				t.Error("the pin is still there")
			}
			w.after(minute).run().after(11*minute).run().wantLog().wantStreak("b", streak)
		})
	}
}

// A pin that an agent restores after an operator's reset is removed again, with growing
// delays.
func TestDecide_RestoredPin(t *testing.T) {
	w := newWorld(t, "a", "b").failures(4, "a").after(minute)
	pinned := *w.get("a")
	w.reset("a").run().wantLog().wantStreak("a", 0)
	cleared := w.get("a").ClearedAt
	restore := func() {
		*w.get("a") = pinned
		w.get("a").ClearedAt = cleared
	}
	restore()
	w.run().wantLog("released a")
	restore()
	w.run().wantLog("released a")
	restore()
	w.run().wantLog().after(minute).run().wantLog("released a").wantStreak("a", 0)
	restore()
	w.reset("a").run() // a reset does not restart the delays
	restore()
	w.run().wantLog()
	for _, delay := range []time.Duration{5 * minute, 15 * minute, hour} {
		w.after(delay).run()
		restore()
	}
	w.wantLog("released a", "released a", "released a").run().wantLog("skipped a").after(2 * hour).run().wantLog()
}

func TestStagger(t *testing.T) {
	at := start
	for name, tt := range map[string]struct {
		length, own time.Duration
		n           int
		siblings    []time.Duration
		want        time.Duration
	}{
		"alone":                               {2 * hour, hour, 1, nil, 2 * hour},
		"no sibling is cooling":               {2 * hour, hour, 3, nil, 2 * hour},
		"a sibling at the end":                {2 * hour, hour, 2, []time.Duration{2 * hour}, hour},
		"siblings at both ends":               {2 * hour, hour, 2, []time.Duration{hour, 2 * hour}, 90 * minute},
		"far siblings do not count":           {2 * hour, hour, 4, []time.Duration{hour}, 2 * hour},
		"not before the agent's own deadline": {2 * hour, 100 * minute, 2, []time.Duration{2 * hour}, 100 * minute},
	} {
		var siblings []time.Time
		for _, s := range tt.siblings {
			siblings = append(siblings, at.Add(s))
		}
		if got := stagger(at, tt.length, at.Add(tt.own), tt.n, siblings, at).Sub(at); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
	// Even if guard starts late, the deadline is in the future.
	late := at.Add(2 * hour)
	siblings := []time.Time{at.Add(150 * minute), at.Add(200 * minute), at.Add(4 * hour)}
	if got := stagger(at, 4*hour, at.Add(hour), 4, siblings, late); !got.After(late) {
		t.Errorf("%v is in the past", got.Sub(at))
	}
}

// Credentials that fail together get different deadlines.
func TestDecide_Staggered(t *testing.T) {
	w := newWorld(t, "a", "b", "c")
	w.rules.Curve.Stagger = true
	w.fail("a", "b", "c").run().wantLog()
	w.after(hour).fail("a", "b", "c").run()
	var ends []time.Duration
	for _, id := range []string{"a", "b", "c"} {
		ends = append(ends, w.rules.Policy.Deadline(w.get(id), w.now).At.Sub(w.now).Round(minute))
	}
	slices.Sort(ends)
	if ends[0] < hour || ends[1]-ends[0] < 20*minute || ends[2]-ends[1] < 20*minute || ends[2] != 2*hour {
		t.Errorf("the cooldowns are %v", ends)
	}
}

// Invariants of pins and streaks hold for random sequences of events.
func TestDecide_Properties(t *testing.T) {
	for seed := range uint64(120) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		w := newWorld(t, "a", "b", "c")
		w.rules.Curve.Stagger = seed%2 == 0
		w.rules.Policy = []poolstate.Policy{poolstate.Flat(), poolstate.Flat202608(), poolstate.Flat202610()}[seed%3]
		stale := map[string]poolstate.Credential{}
		for range 200 {
			w.after(time.Duration(rnd.IntN(int(90 * minute))))
			id := []string{"a", "b", "c"}[rnd.IntN(3)]
			before := w.count(id)
			reports := 0
			switch rnd.IntN(10) {
			case 0, 1, 2:
				for reports = range 1 + rnd.IntN(3) {
					w.fail(id).run().after(time.Second)
				}
			case 3, 4, 5:
				w.selects()
			case 6:
				if w.get(id).Status != poolstate.StatusNone {
					w.reset(id)
				}
			case 7:
				stale[id] = *w.get(id)
			case 8:
				if old, known := stale[id]; known {
					*w.get(id) = old
				}
			}
			w.run()
			if after := w.count(id); after > before+1 {
				t.Fatalf("seed %d: %d reports of a failure raised the streak from %d to %d", seed, reports+1, before, after)
			}
			checkPins(t, w, seed)
		}
	}
}

func checkPins(t *testing.T, w *world, seed uint64) {
	t.Helper()
	if again := w.decide(); len(again) > 0 {
		t.Fatalf("seed %d: a second run returns the decisions %v", seed, again)
	}
	for c := range w.pool.All() {
		if !c.Pinned {
			continue
		}
		if c.ResetAt.Before(c.AgentDeadline) {
			t.Fatalf("seed %d: the pin is before the agent's own deadline", seed)
		}
		if length := c.ResetAt.Sub(c.StatusAt); length > 8*hour+time.Second {
			t.Fatalf("seed %d: the pin is %v after the failure", seed, length)
		}
		if c.Status != poolstate.StatusExhausted {
			t.Fatalf("seed %d: a healthy credential is pinned", seed)
		}
	}
}

// format formats a change as a list of edits.
func format(c poolstate.Change) string { return strings.TrimPrefix(fmt.Sprint(c), "change to ") }
