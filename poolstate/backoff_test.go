package poolstate

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"time"
)

// The vectors are values of consecutive_failures with the count that an agent read
// and the cooldown that it computed for each error code.
func TestStreak_Vectors(t *testing.T) {
	type vector struct {
		JSON  string
		Count json.Number // some exceed what a float holds
		S429  int         `json:"seconds_429"`
		S402  int         `json:"seconds_402"`
		S401  int         `json:"seconds_401"`
		SNone int         `json:"seconds_null"`
	}
	for _, v := range vectors[vector](t, "backoff.json") {
		t.Run(v.JSON, func(t *testing.T) {
			for code, seconds := range map[string]int{"429": v.S429, "402": v.S402, "401": v.S401, "null": v.SNone} {
				c := entryOf(t, fmt.Sprintf(`{"id": "a", "last_status": "exhausted", "last_status_at": 1795425600.0,
					"last_error_code": %s, "consecutive_failures": %s}`, code, v.JSON))
				equal(t, "count", fmt.Sprint(c.Streak.Count()), v.Count.String())
				want := time.Duration(seconds) * time.Second
				equal(t, "cooldown at "+code, Backoff.Cooldown(&c, c.Streak.Count()), want)
				equal(t, "deadline at "+code, Backoff.Deadline(&c, sampledAt).At, sampledAt.Add(want))
			}
		})
	}
}

func TestBaseTTL(t *testing.T) {
	for _, code := range []int{429, 402, 500, 400, 0, -1} {
		equal(t, fmt.Sprint(code), BaseTTL(Some(code)), time.Hour)
	}
	equal(t, "no code", BaseTTL(Optional[int]{}), time.Hour)
	equal(t, "401", BaseTTL(Some(401)), 5*time.Minute)
}

// The exponent is streak-1: a first failure costs the base TTL.
func TestMultiplier(t *testing.T) {
	tests := []struct{ streak, multiplier, step int }{
		{math.MinInt, 1, 1},
		{-5, 1, 1},
		{-1, 1, 1},
		{0, 1, 0},
		{1, 1, 1},
		{2, 2, 2},
		{3, 4, 3},
		{4, 8, 4},
		{5, 8, 4},
		{6, 8, 4},
		{10, 8, 4},
		{100, 8, 4},
		{10_000, 8, 4},
		{math.MaxInt, 8, 4},
	}
	for _, tt := range tests {
		what := fmt.Sprintf("of %d failures", tt.streak)
		equal(t, "multiplier "+what, multiplier(tt.streak), tt.multiplier)
		equal(t, "step "+what, Step(tt.streak), tt.step)
		for _, code := range []int{429, 402} {
			c := Credential{ErrorCode: Some(code)}
			equal(t, fmt.Sprintf("cooldown %s with %d", what, code),
				Backoff.Cooldown(&c, tt.streak), time.Duration(tt.multiplier)*time.Hour)
		}
	}
	equal(t, "steps", Steps, 4)
}

// A value that is not a count is an unknown streak, which counts as 0 but differs
// from a known 0.
func TestStreak_Unknown(t *testing.T) {
	tests := []struct {
		json  string
		known bool
		count int
	}{
		{`null`, false, 0},
		{`"not-a-number"`, false, 0},
		{`""`, false, 0},
		{`"3.7"`, false, 0},
		{`"1e3"`, false, 0},
		{`"0x10"`, false, 0},
		{`"+-5"`, false, 0},
		{`"--5"`, false, 0},
		{`"1-2"`, false, 0},
		{`"-"`, false, 0},
		{`[]`, false, 0},
		{`[3]`, false, 0},
		{`{}`, false, 0},
		{`{"n": 3}`, false, 0},
		{`NaN`, false, 0},
		{`Infinity`, false, 0},
		{`-Infinity`, false, 0},
		{`1e400`, false, 0},
		{`-1e400`, false, 0},
		{`0`, true, 0},
		{`-0`, true, 0},
		{`-1`, true, -1},
		{`3.7`, true, 3},
		{`-3.7`, true, -3},
		{`-0.5`, true, 0},
		{`"5"`, true, 5},
		{`"+5"`, true, 5},
		{`"\u0035"`, true, 5},
		{`"\n12\t"`, true, 12},
		{`"007"`, true, 7},
		{`true`, true, 1},
		{`10000`, true, 10_000},
		{`9223372036854775807`, true, math.MaxInt},
		{`-9223372036854775808`, true, math.MinInt},
		// Python's integers are unbounded. They are clamped to an int.
		{`123456789012345678901`, true, math.MaxInt},
		{`-123456789012345678901`, true, math.MinInt},
		{`"123456789012345678901"`, true, math.MaxInt},
		{`1` + zeros(400), true, math.MaxInt},
		{`-1` + zeros(400), true, math.MinInt},
		{`1e300`, true, math.MaxInt},
		{`-1e300`, true, math.MinInt},
	}
	for _, tt := range tests {
		c := entryOf(t, `{"consecutive_failures": `+tt.json+`}`)
		n, known := c.Streak.Known()
		if n != tt.count || known != tt.known {
			t.Errorf("%.40s is (%d, %v), want (%d, %v)", tt.json, n, known, tt.count, tt.known)
		}
	}
	c := entryOf(t, `{"id": "a"}`)
	if _, known := c.Streak.Known(); known {
		t.Error("an entry without the field has a known streak")
	}
}

func zeros(n int) string { return fmt.Sprintf("%0*d", n, 0) }

// Unknown and negative streaks count as 0, and the largest integer does not
// overflow.
func TestStreak_Next(t *testing.T) {
	tests := []struct {
		before Streak
		after  int
	}{
		{Streak{}, 1},
		{KnownStreak(0), 1},
		{KnownStreak(2), 3},
		{KnownStreak(-7), 1},
		{KnownStreak(math.MinInt), 1},
		{KnownStreak(math.MaxInt - 1), math.MaxInt},
		{KnownStreak(math.MaxInt), math.MaxInt},
	}
	for _, tt := range tests {
		if n, known := tt.before.Next().Known(); n != tt.after || !known {
			t.Errorf("after %d comes (%d, %v), want %d", tt.before.Count(), n, known, tt.after)
		}
	}
}

// last_error_reset_at takes precedence over a longer or shorter computed cooldown.
func TestDeadline_ProviderReset(t *testing.T) {
	for name, at := range map[string]time.Time{
		"sooner": sampledAt.Add(30 * time.Second),
		"later":  sampledAt.Add(6 * 24 * time.Hour),
	} {
		c := entryOf(t, fmt.Sprintf(`{"last_status": "exhausted", "last_status_at": 1795425600.0, "last_error_code": 429,
			"consecutive_failures": 10, "last_error_reset_at": %d}`, at.Unix()))
		for _, p := range []Policy{Backoff, Flat, FlatSole} {
			d := p.Deadline(&c, sampledAt)
			equal(t, name+": deadline", d.At, at)
			equal(t, name+": origin", d.Origin, OriginProvider)
		}
	}
}

// The streak is in the file only: failures seen by separate processes add up.
func TestExhausted_Reload(t *testing.T) {
	first := newStore(t, storeOf(`{"id": "a", "last_status": null}`, `{"id": "b"}`))
	ref := Ref{Provider: "p", ID: "a"}
	at := sampledAt
	for n, cooldown := range []time.Duration{time.Hour, 2 * time.Hour, 4 * time.Hour} {
		s := openStore(first.Path()) // nothing is cached
		err := update(context.Background(), s, ref, func(c Credential) Change {
			return Exhausted(c, Failure{Code: 429}, at)
		})
		if err != nil {
			t.Fatal(err)
		}
		c := find(t, load(t, openStore(first.Path())), ref)
		if streak, known := c.Streak.Known(); streak != n+1 || !known {
			t.Fatalf("the streak is (%d, %v), want %d", streak, known, n+1)
		}
		d := Backoff.Deadline(c, at)
		equal(t, "deadline", d.At, at.Add(cooldown))

		// The end of a cooldown is not a success.
		at = d.At
		err = update(context.Background(), s, ref, func(c Credential) Change { return CooledDown(c, Backoff, at) })
		if err != nil {
			t.Fatal(err)
		}
		c = find(t, load(t, s), ref)
		equal(t, "status", c.Status, StatusOK)
		equal(t, "streak after running out", c.Streak, KnownStreak(n+1))
	}
}
