package simulate

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
)

// expired and recent are the times of two failures with a cooldown of one hour. At now, only
// the first cooldown is over.
const (
	now     = 1795425600
	expired = now - 3601
	recent  = now - 60
)

// turnOf runs one turn of an agent. The provider refuses the given ids.
func turnOf(t *testing.T, entries string, refused ...string) (asked, refreshed []string, after *poolstate.Provider) {
	t.Helper()
	at := time.Unix(now, 0).UTC()
	agent := Agent{
		Policy: poolstate.Backoff(),
		Ask: func(c *poolstate.Credential, when time.Time) *poolstate.Failure {
			equal(t, "time of the request", when, at)
			asked = append(asked, c.ID)
			if slices.Contains(refused, c.ID) {
				return &poolstate.Failure{Code: 429, Reason: "rate_limit_error"}
			}
			return nil
		},
		Refresh: func(c *poolstate.Credential, _ time.Time) poolstate.Tokens {
			refreshed = append(refreshed, c.ID)
			return poolstate.Tokens{Access: poolstate.NewSecret("new"), ExpiresAt: at.Add(time.Hour)}
		},
	}
	p := decoded(t, []byte(`{"credential_pool": {"p": [`+entries+`]}}`))
	seen := map[poolstate.Ref]bool{}
	for _, step := range agent.Turn(p.Provider("p"), at) {
		if seen[step.Ref] {
			t.Errorf("two steps change %s", step.Ref)
		}
		if step.Change.IsEmpty() {
			t.Errorf("the step for %s is empty", step.Ref)
		}
		seen[step.Ref] = true
		c := p.Find(step.Ref)
		*c = step.Change.After(*c)
	}
	return asked, refreshed, p.Provider("p")
}

// Each case lists the id, status, streak and requests of the credentials after the
// turn.
func TestTurn(t *testing.T) {
	entry := func(id, more string) string { return fmt.Sprintf(`{"access_token": "none", "id": %q, %s}`, id, more) }
	exhausted := func(id string, at, streak int) string {
		return entry(id, fmt.Sprintf(`"last_status": "exhausted", "last_status_at": %d, "last_error_code": 429, "consecutive_failures": %d`, at, streak))
	}
	oauth := func(id string, expires, streak int) string {
		return entry(id, fmt.Sprintf(`"auth_type": "oauth", "expires_at_ms": %d000, "consecutive_failures": %d`, expires, streak))
	}
	held := func(until int) string {
		return fmt.Sprintf(`"last_status": "exhausted", "last_status_at": %d, "last_error_reason": "operator_hold", "last_error_reset_at": %d`, expired, until)
	}
	idle, next := entry("b", `"priority": 0`), entry("b", `"priority": 1`)
	for _, c := range []struct {
		name             string
		entries, refused []string
		asked, refreshed string
		after            string
	}{
		{"first credential is served", []string{entry("a", `"request_count": 7`), idle}, nil, "a", "", "a::-:8 b::-:0"},
		{"lowest priority first", []string{entry("a", `"priority": 2`), next}, nil, "b", "", "b::-:1 a::-:0"},
		{"next credential after a refusal", []string{entry("a", `"consecutive_failures": 0`), idle}, []string{"a"}, "a b", "", "a:exhausted:1:0 b::-:1"},
		{"unknown streak becomes 1", []string{entry("a", `"label": "x"`)}, []string{"a"}, "a", "", "a:exhausted:1:0"},
		{"all credentials refused", []string{entry("a", `"consecutive_failures": 9`), idle}, []string{"a", "b"}, "a b", "", "a:exhausted:10:0 b:exhausted:1:0"},
		{"no credentials", nil, nil, "", "", ""},

		{"cooling", []string{exhausted("a", recent, 1), next}, nil, "b", "", "a:exhausted:1:0 b::-:1"},
		{"dead", []string{entry("a", `"last_status": "dead"`), next}, nil, "b", "", "a:dead:-:0 b::-:1"},
		{"unusable", []string{entry("a", `"access_token": ""`), next}, nil, "b", "", "a::-:0 b::-:1"},
		{"held", []string{entry("a", held(now+60)), next}, nil, "b", "", "a:exhausted:-:0 b::-:1"},
		{"none ready", []string{exhausted("a", recent, 1), entry("b", `"last_status": "dead"`)}, nil, "", "", "a:exhausted:1:0 b:dead:-:0"},
		{"unknown status", []string{entry("a", `"last_status": "resting"`)}, nil, "a", "", "a:resting:-:1"},

		{"due, cleared and served", []string{exhausted("a", expired, 1)}, nil, "a", "", "a:ok:1:1"},
		{"due, refused again", []string{exhausted("a", expired, 1), next}, []string{"a"}, "a b", "", "a:exhausted:2:0 b::-:1"},
		{"due, cleared without a request", []string{idle, exhausted("c", expired, 1)}, nil, "b", "", "b::-:1 c:ok:1:0"},
		{"due but unusable", []string{entry("a", held(expired)+`, "access_token": ""`), next}, nil, "b", "", "a:exhausted:-:0 b::-:1"},
		{"not yet due, longer streak", []string{exhausted("a", expired, 2), next}, nil, "b", "", "a:exhausted:2:0 b::-:1"},
		{"hold has ended", []string{entry("a", held(now))}, nil, "a", "", "a:ok:-:1"},
		{"due, no failure time", []string{entry("a", `"last_status": "exhausted", "consecutive_failures": 3`)}, nil, "a", "", "a:ok:3:1"},

		{"expired token", []string{oauth("a", now-1, 4)}, nil, "a", "a", "a:ok:0:1"},
		{"token expires now", []string{oauth("a", now, 4)}, nil, "a", "a", "a:ok:0:1"},
		{"valid token", []string{oauth("a", now+1, 4)}, nil, "a", "", "a::4:1"},
		{"API key does not expire", []string{strings.Replace(oauth("a", now-1, 4), "oauth", "api_key", 1)}, nil, "a", "", "a::4:1"},
		{"only the credential in use is refreshed", []string{oauth("a", now-1, 1), oauth("b", now-1, 1)}, nil, "a", "a", "a:ok:0:1 b::1:0"},
		{"no refresh without success", []string{oauth("a", now-1, 1)}, []string{"a"}, "a", "", "a:exhausted:2:0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked, refreshed, after := turnOf(t, strings.Join(c.entries, ", "), c.refused...)
			equal(t, "requests", strings.Join(asked, " "), c.asked)
			equal(t, "refreshes", strings.Join(refreshed, " "), c.refreshed)
			var got []string
			for i := range after.Credentials {
				cr := &after.Credentials[i]
				streak := "-"
				if n, known := cr.Streak.Known(); known {
					streak = fmt.Sprint(n)
				}
				got = append(got, fmt.Sprintf("%s:%s:%s:%d", cr.ID, cr.StatusText, streak, cr.RequestCount.Or(0)))
			}
			equal(t, "credentials after the turn", strings.Join(got, " "), c.after)
		})
	}
}

// script contains an outage of the provider p, an overlapping outage of two of its credentials
// with a reset time, and an outage of q that affects no credential.
var script = Providers{
	Start: start,
	Script: []Outage{
		{Provider: "p", From: time.Hour, To: 2 * time.Hour, Failure: poolstate.Failure{Code: 429, Reason: "all"}},
		{Provider: "p", Only: []string{"a", "b"}, From: 30 * time.Minute, To: 3 * time.Hour, Failure: poolstate.Failure{Code: 402, Reason: "some"}, Resets: 5 * time.Hour},
		{Provider: "q", Only: []string{}, From: 0, To: time.Hour, Failure: poolstate.Failure{Code: 500}},
	},
}

func TestAsk(t *testing.T) {
	for _, c := range []struct {
		name         string
		provider, id string
		after        time.Duration
		code         int           // 0 if the request is served
		resets       time.Duration // relative to the request; 0 for none
	}{
		{"before all outages", "p", "a", 0, 0, 0},
		{"just before the partial outage", "p", "a", 30*time.Minute - 1, 0, 0},
		{"start of the partial outage", "p", "a", 30 * time.Minute, 402, 5 * time.Hour},
		{"another listed id", "p", "b", 30 * time.Minute, 402, 5 * time.Hour},
		{"an id that is not listed", "p", "c", 30 * time.Minute, 0, 0},
		{"just before the full outage", "p", "c", time.Hour - 1, 0, 0},
		{"start of the full outage", "p", "c", time.Hour, 429, 0},
		{"overlapping outages", "p", "a", time.Hour, 429, 0},
		{"just before the end of the full outage", "p", "c", 2*time.Hour - 1, 429, 0},
		{"end of the full outage", "p", "c", 2 * time.Hour, 0, 0},
		{"only the partial outage is left", "p", "a", 2 * time.Hour, 402, 5 * time.Hour},
		{"just before the end of the partial outage", "p", "a", 3*time.Hour - 1, 402, 5 * time.Hour},
		{"end of the partial outage", "p", "a", 3 * time.Hour, 0, 0},
		{"another provider", "other", "a", time.Hour, 0, 0},
		{"an outage without ids", "q", "a", time.Minute, 0, 0},
		{"before the start", "p", "a", -time.Hour, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := start.Add(c.after)
			f := script.Ask(&poolstate.Credential{Ref: poolstate.Ref{Provider: c.provider, ID: c.id}}, at)
			if f == nil {
				equal(t, "the code", 0, c.code)
				return
			}
			equal(t, "the code", f.Code, c.code)
			want := time.Time{}
			if c.resets > 0 {
				want = at.Add(c.resets)
			}
			equal(t, "the reset time", f.ResetAt, want)
		})
	}
}

// Modifying a failure that Ask returned does not modify the script.
func TestAsk_Copy(t *testing.T) {
	c := &poolstate.Credential{Ref: poolstate.Ref{Provider: "p", ID: "a"}}
	script.Ask(c, start.Add(30*time.Minute)).Code = 1
	equal(t, "the code", script.Ask(c, start.Add(30*time.Minute)).Code, 402)
	equal(t, "the reset time of the script", script.Script[1].Failure.ResetAt.IsZero(), true)
}
