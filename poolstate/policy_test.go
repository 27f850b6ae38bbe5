package poolstate

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

func TestCooldown_Rules(t *testing.T) {
	rules := &Rules{Cooldowns: map[int][]time.Duration{429: {time.Second, time.Minute}, 0: {5 * time.Second}}, Sole: 2 * time.Second}
	for _, tt := range []struct {
		policy Policy
		c      Credential
		streak int
		want   time.Duration
	}{
		{Backoff(), Credential{ErrorCode: Some(429)}, 0, time.Second},
		{Backoff(), Credential{ErrorCode: Some(429)}, 3, time.Minute},
		{Backoff(), Credential{ErrorCode: Some(500)}, 3, 20 * time.Second},
		{Backoff(), Credential{}, 1, 5 * time.Second},
		{Flat202608(), Credential{Sole: true}, 1, 2 * time.Second},
		{Flat202608(), Credential{Sole: true, ErrorCode: Some(429)}, 1, time.Second},
	} {
		got := tt.policy.WithRules(rules).Cooldown(&tt.c, tt.streak)
		equal(t, fmt.Sprintf("cooldown of %v, streak %d, under %s", tt.c.ErrorCode, tt.streak, tt.policy), got, tt.want)
	}
}

// A credential is Sole if all others are dead. Cooling and disabled credentials, and
// those with an unknown status, are not dead.
func TestCredential_Sole(t *testing.T) {
	const a, dead = `{"id": "a", "last_status": "exhausted"}`, `{"id": "d", "last_status": "dead"}`
	for _, tt := range []struct {
		name    string
		entries []string
		sole    bool
	}{
		{"alone", []string{a}, true},
		{"other credential dead", []string{dead, a, `{"id": "e", "last_status": "dead"}`}, true},
		{"other credential ready", []string{a, `{"id": "b"}`}, false},
		{"other credential cooling", []string{a, `{"id": "b", "last_status": "exhausted"}`}, false},
		{"other credential disabled", []string{a, `{"id": "b", "enabled": false}`}, false},
		{"other credential of unknown status", []string{a, `{"id": "b", "last_status": "weird"}`}, false},
		{"with invalid entries", []string{a, `"b"`, `null`}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := find(t, poolOf(t, tt.entries...), Ref{Provider: "p", ID: "a"})
			equal(t, "sole", c.Sole, tt.sole)
		})
	}
	p := poolOf(t, dead)
	equal(t, "dead one is sole", p.Providers[0].Credentials[0].Sole, false)
	p = decoded(t, `{"credential_pool": {"p": [{"id": "a"}], "q": [{"id": "b"}]}}`)
	for c := range p.All() {
		equal(t, "sole in its provider: "+c.ID, c.Sole, true)
	}
}

// The policy depends on the keys of the entries, regardless of their values, and on the
// formatting of the file.
func TestResolve_Auto(t *testing.T) {
	for _, tt := range []struct {
		name, data string
		want       Policy
	}{
		{"build with backoff", string(sample(t, "backoff.json")), Backoff()},
		{"the build of July 2026", string(sample(t, "stock-2026-07.json")), Flat()},
		{"the build of September 2026", string(sample(t, "stock-2026-09.json")), Flat202608()},
		{"no pool", `{}`, Flat()},
		{"an empty pool", `{"credential_pool": {}}`, Flat()},
		{"no marker", storeOf(`{"id": "a"}`), Flat()},
		{"one entry with a streak", storeOf(`{"id": "a"}`, `{"id": "b", "consecutive_failures": 0}`), Backoff()},
		{"a streak and newer keys", storeOf(`{"enabled": true}`, `{"consecutive_failures": 2}`), Backoff()},
		{"status_cleared_at", storeOf(`{"status_cleared_at": 1795421599.75}`), Flat()},
		{"model_cooldown_observed_at", storeOf(`{"model_cooldown_observed_at": {}}`), Flat202608()},
		{"September formatting", "{\n  \"credential_pool\": {}\n}", Flat202608()},
		{"July formatting", "{\n  \"credential_pool\": {}\n}\n", Flat()},
		{"the build of October 2026", string(sample(t, "stock-2026-10.json")), Flat202608()},
		{"model_cooldowns", storeOf(`{"id": "a"}`, `{"model_cooldowns": {}}`), Flat202608()},
		{"failure_reason", storeOf(`{"failure_reason": null}`), Flat202608()},
		{"enabled", storeOf(`{"enabled": true}`), Flat()},
		{"markers outside the pool", `{"enabled": true, "consecutive_failures": 3,
			"providers": {"p": {"failure_reason": "x"}}, "credential_pool": {"p": [{"id": "a"}]}}`, Flat()},
		{"nested markers", storeOf(`{"meta": {"consecutive_failures": 3, "enabled": true}}`), Flat()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "policy", PolicyChoice{}.Resolve(decoded(t, tt.data), NoEvidence), tt.want)
		})
	}
}

func TestPolicy_String(t *testing.T) {
	for p, want := range map[Policy]string{Backoff(): "backoff", Flat(): "flat", Flat202608(): "flat-2026-08", Flat202610(): "flat-2026-10"} {
		equal(t, "word", p.String(), want)
		equal(t, want+" climbs", p.Climbs(), want == "backoff")
		equal(t, want+" retries a sole credential", p.RetriesSole(), strings.HasPrefix(want, "flat-"))
	}
	for word, want := range map[string]PolicyChoice{"auto": {}, "backoff": Force(Backoff()), "flat": Force(Flat())} {
		got, err := ParsePolicyChoice(word)
		if err != nil || got != want {
			t.Errorf("%s is (%v, %v), want %v", word, got, err, want)
		}
	}
	for _, word := range []string{"", "Auto", "exponential", " flat"} {
		if _, err := ParsePolicyChoice(word); err == nil {
			t.Errorf("%q was parsed as a policy", word)
		}
	}
}

// Each vector contains a value of consecutive_failures, the number that an agent decoded
// from it, and the cooldowns that the agent computed for several error codes.
func TestStreak_Vectors(t *testing.T) {
	type vector struct {
		JSON  string
		Count json.Number // some are too large for a float64
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
				equal(t, "cooldown at "+code, Backoff().Cooldown(&c, c.Streak.Count()), want)
				equal(t, "deadline at "+code, Backoff().Deadline(&c, sampledAt).At, sampledAt.Add(want))
			}
		})
	}
}

// The exponent is streak-1, so the multiplier for a first failure is 1.
func TestMultiplier(t *testing.T) {
	tests := []struct{ streak, multiplier, step int }{
		{math.MinInt, 1, 1}, {-1, 1, 1}, {0, 1, 0}, {1, 1, 1}, {2, 2, 2}, {3, 4, 3}, {4, 8, 4}, {5, 8, 4}, {math.MaxInt, 8, 4},
	}
	for _, tt := range tests {
		what := fmt.Sprintf("of %d failures", tt.streak)
		equal(t, "multiplier "+what, Backoff().Multiplier(tt.streak), tt.multiplier)
		equal(t, "step "+what, Step(tt.streak), tt.step)
		for _, code := range []int{429, 402} {
			c := Credential{ErrorCode: Some(code)}
			equal(t, fmt.Sprintf("cooldown %s with %d", what, code),
				Backoff().Cooldown(&c, tt.streak), time.Duration(tt.multiplier)*time.Hour)
		}
	}
	equal(t, "steps", Steps, 4)
}

// An invalid value is an unknown streak. Its count is 0, but it differs from a known 0.
func TestStreak_Unknown(t *testing.T) {
	for want, spellings := range map[Streak][]string{
		{}: {
			`null`, `"not-a-number"`, `""`, `"3.7"`, `"1e3"`, `"0x10"`, `"+-5"`, `"--5"`, `"1-2"`, `"-"`, `[]`, `[3]`, `{}`, `{"n": 3}`,
			`NaN`, `Infinity`, `-Infinity`, `1e400`, `-1e400`,
		},
		KnownStreak(0):  {`0`, `-0`, `-0.5`, `false`},
		KnownStreak(1):  {`1`, `true`},
		KnownStreak(-1): {`-1`},
		KnownStreak(3):  {`3.7`},
		KnownStreak(-3): {`-3.7`},
		KnownStreak(5):  {`"5"`, `"+5"`, `"\u0035"`, `"\n5\t"`, `"005"`},
		// Python's integers are unbounded. Here they are clamped to an int.
		KnownStreak(math.MaxInt): {`9223372036854775807`, `123456789012345678901`, `"123456789012345678901"`, `1` + zeros(400), `1e300`},
		KnownStreak(math.MinInt): {`-9223372036854775808`, `-123456789012345678901`, `-1` + zeros(400), `-1e300`},
	} {
		for _, json := range spellings {
			equal(t, fmt.Sprintf("streak %.40s", json), entryOf(t, `{"consecutive_failures": `+json+`}`).Streak, want)
		}
	}
	equal(t, "streak of an entry without the field", entryOf(t, `{}`).Streak, Streak{})
}

func zeros(n int) string { return fmt.Sprintf("%0*d", n, 0) }

// Unknown and negative streaks are treated as 0, and the largest integer does not
// overflow.
func TestStreak_Next(t *testing.T) {
	equal(t, "streak after an unknown one", Streak{}.Next(), KnownStreak(1))
	for before, after := range map[int]int{0: 1, 2: 3, -7: 1, math.MinInt: 1, math.MaxInt - 1: math.MaxInt, math.MaxInt: math.MaxInt} {
		equal(t, fmt.Sprintf("streak after %d", before), KnownStreak(before).Next(), KnownStreak(after))
	}
}

// Each vector contains an entry, the deadline that an agent computed for it, and the
// agent's description of the entry.
func TestDeadline_Vectors(t *testing.T) {
	type vector struct {
		Entry    json.RawMessage
		Now      float64
		Deadline *float64
		Says     string `json:"hermes_auth_list_says"`
	}
	for _, v := range vectors[vector](t, "deadlines.json") {
		t.Run(string(v.Entry), func(t *testing.T) {
			now := time.Unix(int64(v.Now), 0)
			c := entryOf(t, string(v.Entry))
			d := Backoff().Deadline(&c, now)
			if v.Deadline == nil {
				equal(t, "no deadline", d, Deadline{})
			} else {
				equal(t, "deadline", d.At, time.Unix(int64(*v.Deadline), 0).UTC())
			}
			want := Ready
			switch {
			case c.Status == StatusDead:
				want = Dead
			case c.Status != StatusExhausted:
			case strings.Contains(v.Says, " left)"), strings.Contains(v.Says, "re-auth"):
				want = Cooling
			default:
				want = Due
			}
			equal(t, "availability", Backoff().Availability(&c, now), want)
		})
	}
}

// The agent's function that computed the vectors ignores status_cleared_at, so the test
// clears it.
func TestDeadline_FlatVectors(t *testing.T) {
	type vector struct {
		Entries  json.RawMessage
		Deadline map[string]*float64
	}
	policies := map[string]Policy{"2026-07": Flat(), "2026-08": Flat202608(), "2026-10": Flat202610()}
	checked := 0
	for i, v := range vectors[vector](t, "flat.json") {
		p := decoded(t, `{"credential_pool": {"p": `+string(v.Entries)+`}}`)
		c := p.Find(Ref{Provider: "p", ID: "c0"})
		c.ClearedAt = time.Time{}
		for build, want := range v.Deadline {
			checked++
			got := policies[build].Deadline(c, sampledAt)
			if got.IsZero() != (want == nil) || want != nil && !got.At.Equal(instantFromSeconds(*want)) {
				t.Errorf("case %d, build %s: deadline is %v, want %v, for %s", i, build, got.At, want, v.Entries)
			}
		}
	}
	equal(t, "deadlines checked", checked, 720)
	sole := Credential{Status: StatusExhausted, Sole: true, ResetAt: sampledAt.Add(time.Hour)}
	equal(t, "deadline without status time", Flat202610().Deadline(&sole, sampledAt).At, sampledAt.Add(time.Minute))
}

func TestAvailability(t *testing.T) {
	const ahead, passed = `, "last_error_reset_at": 1795425601`, `, "last_error_reset_at": 1795425599`
	const held = `, "last_error_reason": "operator_hold"`
	for _, tt := range []struct {
		name  string
		entry string
		want  Availability
	}{
		{"no status", `{}`, Ready},
		{"unknown status", `{"last_status": "weird"` + ahead + `}`, Ready},
		{"status is not a string", `{"last_status": 7` + ahead + `}`, Ready},
		{"ok, future deadline", `{"last_status": "ok"` + ahead + `}`, Ready},
		{"exhausted, future deadline", `{"last_status": "exhausted"` + ahead + `}`, Cooling},
		{"exhausted, deadline passed", `{"last_status": "exhausted"` + passed + `}`, Due},
		{"exhausted, exactly at the deadline", `{"last_status": "exhausted", "last_error_reset_at": 1795425600}`, Due},
		{"exhausted, a microsecond before the deadline", `{"last_status": "exhausted", "last_error_reset_at": 1795425600.000001}`, Cooling},
		{"exhausted, time unknown", `{"last_status": "exhausted"}`, Due},
		{"held", `{"last_status": "exhausted"` + held + ahead + `}`, Held},
		{"held, deadline passed", `{"last_status": "exhausted"` + held + passed + `}`, Due},
		{"hold reason, not exhausted", `{"last_status": "ok"` + held + ahead + `}`, Ready},
		{"dead", `{"last_status": "dead"` + ahead + `}`, Dead},
		{"unusable", `{"access_token": ""}`, Unusable},
		{"unusable and cooling", `{"access_token": "", "last_status": "exhausted"` + ahead + `}`, Unusable},
		{"an OAuth entry with a blank token", `{"auth_type": "oauth", "access_token": " "}`, Unusable},
		{"blank API key", `{"auth_type": "api_key", "access_token": " "}`, Ready},
		{"another type without a token", `{"auth_type": "vendor", "access_token": ""}`, Ready},
		{"token is not a string", `{"access_token": null}`, Unusable},
		{"source is not a reference", `{"access_token": "", "source": "manual:device_code"}`, Unusable},
		{"a referenced token", `{"access_token": "", "source": "env:KEY_2"}`, Ready},
		{"a fingerprint", `{"access_token": "", "secret_fingerprint": "sha256:12ab34cd56ef7890"}`, Ready},
		{"an agent key", `{"access_token": "", "agent_key": "x"}`, Ready},
		{"a placeholder", `{"access_token": "none"}`, Ready},
		{"dead without a token", `{"access_token": "", "last_status": "dead"}`, Dead},
		{"enabled is false", `{"enabled": false}`, Ready},
		{"deadline after the year 9999", `{"last_status": "exhausted", "last_error_reset_at": Infinity}`, Cooling},
		{"cooldown of one model", `{"model_cooldowns": {"m": 1795429999}}`, Ready},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := entryOf(t, tt.entry)
			for _, p := range []Policy{Backoff(), Flat(), Flat202608()} {
				equal(t, "availability", p.Availability(&c, sampledAt), tt.want)
				equal(t, "assessed availability", p.Assess(&c, sampledAt).Availability, tt.want)
			}
		})
	}
}

func TestDeadline_Origin(t *testing.T) {
	const exhausted = `"last_status": "exhausted", `
	day31 := sampledAt.Add(31 * 24 * time.Hour).Format(time.RFC3339)
	after := sampledAt.Add(31*24*time.Hour + time.Second).Format(time.RFC3339)
	year := sampledAt.Add(maxHold).Format(time.RFC3339)
	operatorUntil := func(at string) string {
		return `{` + exhausted + `"last_error_reason": "operator_hold", "last_error_reset_at": "` + at + `"}`
	}
	for _, tt := range []struct {
		name    string
		entry   string
		origin  Origin
		suspect bool
	}{
		{"ready", `{"last_error_reset_at": 1795429200}`, OriginNone, false},
		{"dead", `{"last_status": "dead", "last_error_reset_at": 1795429200}`, OriginNone, false},
		{"no time", `{` + exhausted + `"last_error_code": 429}`, OriginNone, false},
		{"computed", `{` + exhausted + `"last_status_at": 1795425000}`, OriginComputed, false},
		{"provider", `{` + exhausted + `"last_status_at": 1795425000, "last_error_reset_at": 1795429200}`, OriginProvider, false},
		{"provider, time of failure unknown", `{` + exhausted + `"last_error_reset_at": 1795429200}`, OriginProvider, false},
		{"invalid reset time", `{` + exhausted + `"last_status_at": 1795425000, "last_error_reset_at": "soon"}`, OriginComputed, false},
		{"operator", `{` + exhausted + `"last_error_reason": "operator_hold", "last_status_at": 1795425000, "last_error_reset_at": 1795429200}`, OriginOperator, false},
		{"operator, no reset time", `{` + exhausted + `"last_error_reason": "operator_hold", "last_status_at": 1795425000}`, OriginOperator, false},
		{"31 days ahead", `{` + exhausted + `"last_error_reset_at": "` + day31 + `"}`, OriginProvider, false},
		{"more than 31 days ahead", `{` + exhausted + `"last_error_reset_at": "` + after + `"}`, OriginProvider, true},
		{"operator, more than 31 days ahead", operatorUntil(after), OriginOperator, false},
		{"operator, a year ahead", operatorUntil(year), OriginOperator, false},
		{"operator, more than a year ahead", operatorUntil("2100-01-01T00:00:00Z"), OriginOperator, true},
		{"before the failure", `{` + exhausted + `"last_status_at": 1795425000, "last_error_reset_at": 1795424999}`, OriginProvider, true},
		{"at the time of the failure", `{` + exhausted + `"last_status_at": 1795425000, "last_error_reset_at": 1795425000}`, OriginProvider, false},
		{"failure 59 seconds in the future", `{` + exhausted + `"last_status_at": 1795425659}`, OriginComputed, false},
		{"failure 61 seconds in the future", `{` + exhausted + `"last_status_at": 1795425661}`, OriginComputed, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := entryOf(t, tt.entry)
			d := Backoff().Deadline(&c, sampledAt)
			equal(t, "origin", d.Origin, tt.origin)
			equal(t, "suspect", d.Suspect, tt.suspect)
			equal(t, "no deadline", d.IsZero(), tt.origin == OriginNone)
			equal(t, "no time", d.At.IsZero(), tt.origin == OriginNone)
		})
	}
}

func TestAssess(t *testing.T) {
	const exhausted = `"last_status": "exhausted", "last_status_at": 1795425000, `
	const hour = time.Hour
	for _, tt := range []struct {
		name   string
		policy Policy
		entry  string
		want   Assessment // without availability and deadline
	}{
		{"ready, unknown streak", Backoff(), `{}`, Assessment{Base: hour, Multiplier: 1, Next: hour}},
		{"ready after two failures", Backoff(), `{"consecutive_failures": 2}`, Assessment{Base: hour, Multiplier: 2, Next: 4 * hour}},
		{
			"last step of the schedule", Backoff(), `{` + exhausted + `"last_error_code": 401, "consecutive_failures": 9}`,
			Assessment{Remaining: 30 * time.Minute, Base: 5 * time.Minute, Multiplier: 8, Cooldown: 40 * time.Minute, Next: 40 * time.Minute},
		},
		{
			"flat", Flat(), `{` + exhausted + `"last_error_code": 429, "consecutive_failures": 3}`,
			Assessment{Remaining: 50 * time.Minute, Base: hour, Multiplier: 1, Cooldown: hour, Next: hour},
		},
		{
			"reset time of the provider", Backoff(), `{` + exhausted + `"last_error_reset_at": 1795432200, "consecutive_failures": 1}`,
			Assessment{Remaining: 110 * time.Minute, Base: hour, Multiplier: 1, Cooldown: 2 * hour, Next: 2 * hour},
		},
		{
			"due", Backoff(), `{"last_status": "exhausted", "last_status_at": 1795400000, "last_error_code": 429}`,
			Assessment{Base: hour, Multiplier: 1, Cooldown: hour, Next: hour},
		},
		{
			"reset time before the failure", Backoff(), `{` + exhausted + `"last_error_reset_at": 1795424000}`,
			Assessment{Base: hour, Multiplier: 1, Next: hour},
		},
		{
			"time of the failure unknown", Backoff(), `{"last_status": "exhausted", "last_error_reset_at": 1795429200}`,
			Assessment{Remaining: hour, Base: hour, Multiplier: 1, Next: hour},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := entryOf(t, tt.entry)
			got := tt.policy.Assess(&c, sampledAt)
			equal(t, "deadline", got.Deadline, tt.policy.Deadline(&c, sampledAt))
			got.Availability, got.Deadline = 0, Deadline{}
			equal(t, "assessment", got, tt.want)
		})
	}
}
