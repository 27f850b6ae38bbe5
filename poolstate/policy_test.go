package poolstate

import (
	"fmt"
	"testing"
	"time"
)

// Builds since August 2026 retry the only living credential of a provider after a
// minute, except after failures of authentication or billing.
func TestCooldown_Flat(t *testing.T) {
	const hour, minute, five = time.Hour, time.Minute, 5 * time.Minute
	tests := []struct {
		name         string
		code         string
		reason       string // failure_reason
		sole         bool
		older, newer time.Duration
	}{
		{name: "one of several, 429", code: "429", older: hour, newer: hour},
		{name: "one of several, 402", code: "402", older: hour, newer: hour},
		{name: "one of several, 401", code: "401", older: five, newer: five},
		{name: "one of several, no code", code: "null", older: hour, newer: hour},
		{name: "sole, 429", code: "429", sole: true, older: hour, newer: minute},
		{name: "sole, 500", code: "500", sole: true, older: hour, newer: minute},
		{name: "sole, no code", code: "null", sole: true, older: hour, newer: minute},
		{name: "sole, 429 for another cause", code: "429", reason: "rate_limit", sole: true, older: hour, newer: minute},
		{name: "sole, 401: authentication", code: "401", sole: true, older: five, newer: five},
		{name: "sole, 402: billing", code: "402", sole: true, older: hour, newer: hour},
		{name: "sole, cause billing", code: "429", reason: "billing", sole: true, older: hour, newer: hour},
		{name: "sole, cause billing without a code", code: "null", reason: "billing", sole: true, older: hour, newer: hour},
		{name: "billing unverified, one of several", code: "429", reason: "billing_unverified", older: hour, newer: minute},
		{name: "billing unverified, sole", code: "429", reason: "billing_unverified", sole: true, older: hour, newer: minute},
		{name: "billing unverified, no code", code: "null", reason: "billing_unverified", older: hour, newer: minute},
		{name: "billing unverified, 402", code: "402", reason: "billing_unverified", older: hour, newer: hour},
		{name: "billing unverified, 402, sole", code: "402", reason: "billing_unverified", sole: true, older: hour, newer: hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			entry := fmt.Sprintf(`{"id": "a", "last_status": "exhausted", "last_status_at": 1795425600.0,
				"last_error_code": %s, "failure_reason": %q, "consecutive_failures": 3}`, tt.code, tt.reason)
			companion := `{"id": "b"}`
			if tt.sole {
				companion = `{"id": "b", "last_status": "dead"}`
			}
			c := find(t, poolOf(t, entry, companion), Ref{"p", "a", 0})
			equal(t, "sole", c.Sole, tt.sole)
			equal(t, "older builds: deadline", Flat.Deadline(c, sampledAt).At, sampledAt.Add(tt.older))
			equal(t, "newer builds: deadline", FlatSole.Deadline(c, sampledAt).At, sampledAt.Add(tt.newer))
			// One more failure costs the same again: nothing climbs.
			equal(t, "older builds: next", Flat.Assess(c, sampledAt).Next, tt.older)
			equal(t, "newer builds: next", FlatSole.Assess(c, sampledAt).Next, tt.newer)
			equal(t, "multiplier", FlatSole.Assess(c, sampledAt).Multiplier, 1)
		})
	}
}

// Cooling and disabled credentials, and those of unknown status, count as living.
func TestCredential_Sole(t *testing.T) {
	const a, dead = `{"id": "a", "last_status": "exhausted"}`, `{"id": "d", "last_status": "dead"}`
	tests := []struct {
		name    string
		entries []string
		sole    bool
	}{
		{"alone", []string{a}, true},
		{"beside a dead one", []string{dead, a, `{"id": "e", "last_status": "dead"}`}, true},
		{"beside a ready one", []string{a, `{"id": "b"}`}, false},
		{"beside one that cools down", []string{a, `{"id": "b", "last_status": "exhausted"}`}, false},
		{"beside a disabled one", []string{a, `{"id": "b", "enabled": false}`}, false},
		{"beside one of unknown status", []string{a, `{"id": "b", "last_status": "weird"}`}, false},
		{"beside items that are not entries", []string{a, `"b"`, `null`}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := find(t, poolOf(t, tt.entries...), Ref{Provider: "p", ID: "a"})
			equal(t, "sole", c.Sole, tt.sole)
		})
	}
	p := poolOf(t, dead)
	equal(t, "a dead one is sole", p.Providers[0].Credentials[0].Sole, false)
	p = decoded(t, `{"credential_pool": {"p": [{"id": "a"}], "q": [{"id": "b"}]}}`)
	for c := range p.All() {
		equal(t, "sole of its own provider: "+c.ID, c.Sole, true)
	}
}

// A key counts whatever its value, in any entry of the pool.
func TestResolve_Auto(t *testing.T) {
	tests := []struct {
		name string
		data string
		want Policy
	}{
		{"a build with the backoff", string(sample(t, "backoff.json")), Backoff},
		{"the build of July 2026", string(sample(t, "stock-2026-07.json")), Flat},
		{"the build of September 2026", string(sample(t, "stock-2026-09.json")), FlatSole},
		{"no pool", `{}`, Flat},
		{"an empty pool", `{"credential_pool": {}}`, Flat},
		{"no marker", storeOf(`{"id": "a"}`), Flat},
		{"one streak among many", storeOf(`{"id": "a"}`, `{"id": "b", "consecutive_failures": 0}`), Backoff},
		{"a streak and newer keys", storeOf(`{"enabled": true}`, `{"consecutive_failures": 2}`), Backoff},
		{"status_cleared_at", storeOf(`{"status_cleared_at": 1795421599.75}`), FlatSole},
		{"model_cooldowns", storeOf(`{"id": "a"}`, `{"model_cooldowns": {}}`), FlatSole},
		{"failure_reason", storeOf(`{"failure_reason": null}`), FlatSole},
		{"enabled", storeOf(`{"enabled": true}`), FlatSole},
		{"markers outside of the pool", `{"enabled": true, "consecutive_failures": 3,
			"providers": {"p": {"failure_reason": "x"}}, "credential_pool": {"p": [{"id": "a"}]}}`, Flat},
		{"markers deeper in an entry", storeOf(`{"meta": {"consecutive_failures": 3, "enabled": true}}`), Flat},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "policy", PolicyAuto.Resolve(decoded(t, tt.data), NoEvidence), tt.want)
		})
	}
}

func TestResolve_Forced(t *testing.T) {
	for _, name := range sampleNames {
		p := decoded(t, string(sample(t, name)))
		equal(t, name+": backoff", PolicyBackoff.Resolve(p, NoEvidence), Backoff)
		// Which flat rule it is, the file decides even then.
		want := Flat
		if name == "stock-2026-09.json" {
			want = FlatSole
		}
		equal(t, name+": flat", PolicyFlat.Resolve(p, NoEvidence), want)
	}
}

func TestPolicy_NoStreak(t *testing.T) {
	for _, code := range []string{"429", "402", "401", "500", "null"} {
		for _, streak := range []string{"", `, "consecutive_failures": 0`, `, "consecutive_failures": null`, `, "consecutive_failures": 1`} {
			c := entryOf(t, `{"last_status": "exhausted", "last_status_at": 1795425600.0, "last_error_code": `+code+streak+`}`)
			if b, f := Backoff.Deadline(&c, sampledAt), Flat.Deadline(&c, sampledAt); b != f {
				t.Errorf("%s%s: %v and %v", code, streak, b, f)
			}
		}
	}
}

func TestPolicy_String(t *testing.T) {
	for p, want := range map[Policy]string{Backoff: "backoff", Flat: "flat", FlatSole: "flat"} {
		equal(t, "word", p.String(), want)
		equal(t, want+" climbs", p.Climbs(), want == "backoff")
		equal(t, want+" retries a sole credential", p.RetriesSole(), p == FlatSole)
	}
	for word, want := range map[string]PolicyChoice{"auto": PolicyAuto, "backoff": PolicyBackoff, "flat": PolicyFlat} {
		got, err := ParsePolicyChoice(word)
		if err != nil || got != want {
			t.Errorf("%s is (%v, %v), want %v", word, got, err, want)
		}
	}
	for _, word := range []string{"", "Auto", "exponential", " flat"} {
		if _, err := ParsePolicyChoice(word); err == nil {
			t.Errorf("%q is a policy", word)
		}
	}
}
