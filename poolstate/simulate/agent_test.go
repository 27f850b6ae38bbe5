package simulate

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
)

// Times of failures whose cooldown of an hour is over or not yet.
const (
	now  = 1795425600
	over = now - 3601
	soon = now - 60
)

// turnOf plays one turn of an agent. The provider refuses the given ids.
func turnOf(t *testing.T, entries string, refused ...string) (asked, refreshed []string, after *poolstate.Provider) {
	t.Helper()
	at := time.Unix(now, 0).UTC()
	agent := Agent{
		Policy: poolstate.Backoff,
		Ask: func(c *poolstate.Credential, when time.Time) *poolstate.Failure {
			equal(t, "the instant of the request", when, at)
			asked = append(asked, c.ID)
			for _, id := range refused {
				if c.ID == id {
					return &poolstate.Failure{Code: 429, Reason: "rate_limit_error"}
				}
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
			t.Errorf("a step changes nothing of %s", step.Ref)
		}
		seen[step.Ref] = true
		c := p.Find(step.Ref)
		*c = step.Change.After(*c)
	}
	return asked, refreshed, p.Provider("p")
}

// After each turn, credentials are given as id, status, streak and requests.
func TestTurn(t *testing.T) {
	entry := func(id, more string) string { return fmt.Sprintf(`{"id": %q, %s}`, id, more) }
	exhausted := func(id string, at, streak int) string {
		return entry(id, fmt.Sprintf(`"last_status": "exhausted", "last_status_at": %d, "last_error_code": 429, "consecutive_failures": %d`, at, streak))
	}
	oauth := func(id string, expires, streak int) string {
		return entry(id, fmt.Sprintf(`"auth_type": "oauth", "expires_at_ms": %d000, "consecutive_failures": %d`, expires, streak))
	}
	for _, c := range []struct {
		name             string
		entries, refused []string
		asked, refreshed string
		after            string
	}{
		{"the first serves", []string{entry("a", `"request_count": 7`), entry("b", `"request_count": 0`)}, nil, "a", "", "a::-:8 b::-:0"},
		{
			"the lowest priority is first",
			[]string{entry("a", `"priority": 2`), entry("b", `"priority": 1`), entry("c", `"priority": 3`)},
			nil,
			"b", "", "b::-:1 a::-:0 c::-:0",
		},
		{
			"of one priority the first in the file",
			[]string{entry("a", `"priority": 1`), entry("b", `"priority": 1`)},
			nil,
			"a", "", "a::-:1 b::-:0",
		},
		{
			"refused, the next one serves",
			[]string{entry("a", `"consecutive_failures": 0`), entry("b", `"consecutive_failures": 0`)},
			[]string{"a"},
			"a b", "", "a:exhausted:1:0 b::0:1",
		},
		{"an unknown streak counts from none", []string{entry("a", `"label": "x"`)}, []string{"a"}, "a", "", "a:exhausted:1:0"},
		{
			"all are refused",
			[]string{entry("a", `"consecutive_failures": 2`), entry("b", `"consecutive_failures": 9`)},
			[]string{"a", "b"},
			"a b", "", "a:exhausted:3:0 b:exhausted:10:0",
		},
		{"no credential", nil, nil, "", "", ""},

		{"cooling", []string{exhausted("a", soon, 1), entry("b", `"priority": 1`)}, nil, "b", "", "a:exhausted:1:0 b::-:1"},
		{"dead", []string{entry("a", `"last_status": "dead"`), entry("b", `"priority": 1`)}, nil, "b", "", "a:dead:-:0 b::-:1"},
		{"disabled", []string{entry("a", `"enabled": false`), entry("b", `"priority": 1`)}, nil, "b", "", "a::-:0 b::-:1"},
		{
			"held",
			[]string{entry("a", fmt.Sprintf(`"last_status": "exhausted", "last_status_at": %d, "last_error_reason": "operator_hold", "last_error_reset_at": %d`, over, now+60)), entry("b", `"priority": 1`)},
			nil, "b", "", "a:exhausted:-:0 b::-:1",
		},
		{
			"none ready",
			[]string{exhausted("a", soon, 1), entry("b", `"last_status": "dead"`), entry("c", `"enabled": false`)},
			nil,
			"", "", "a:exhausted:1:0 b:dead:-:0 c::-:0",
		},
		{"unknown status", []string{entry("a", `"last_status": "resting"`)}, nil, "a", "", "a:resting:-:1"},

		{"a due one is cleared and serves", []string{exhausted("a", over, 1)}, nil, "a", "", "a:ok:1:1"},
		{
			"a due one is refused again",
			[]string{exhausted("a", over, 1), entry("b", `"priority": 1`)},
			[]string{"a"},
			"a b", "", "a:exhausted:2:0 b::-:1",
		},
		{
			"every due one is cleared, also one that is not asked",
			[]string{entry("a", `"priority": 0`), exhausted("b", over, 1), exhausted("c", soon, 1)},
			nil,
			"a", "", "a::-:1 b:ok:1:0 c:exhausted:1:0",
		},
		{
			"a due one that is disabled stays as it is",
			[]string{entry("a", fmt.Sprintf(`"enabled": false, "last_status": "exhausted", "last_status_at": %d`, over)), entry("b", `"priority": 1`)},
			nil,
			"b", "", "a:exhausted:-:0 b::-:1",
		},
		{"a longer streak is not due yet", []string{exhausted("a", over, 2), entry("b", `"priority": 1`)}, nil, "b", "", "a:exhausted:2:0 b::-:1"},
		{
			"a hold that is over",
			[]string{entry("a", fmt.Sprintf(`"last_status": "exhausted", "last_status_at": %d, "last_error_reason": "operator_hold", "last_error_reset_at": %d, "consecutive_failures": 1`, over, now))},
			nil,
			"a", "", "a:ok:1:1",
		},
		{"without an instant it is due", []string{entry("a", `"last_status": "exhausted", "consecutive_failures": 3`)}, nil, "a", "", "a:ok:3:1"},

		{"expired token", []string{oauth("a", now-1, 4)}, nil, "a", "a", "a:ok:0:1"},
		{"token expires now", []string{oauth("a", now, 4)}, nil, "a", "a", "a:ok:0:1"},
		{"valid token", []string{oauth("a", now+1, 4)}, nil, "a", "", "a::4:1"},
		{
			"an API key does not expire",
			[]string{entry("a", fmt.Sprintf(`"auth_type": "api_key", "expires_at_ms": %d000, "consecutive_failures": 4`, now-1))},
			nil,
			"a", "", "a::4:1",
		},
		{"only the one in use is refreshed", []string{oauth("a", now-1, 1), oauth("b", now-1, 1)}, nil, "a", "a", "a:ok:0:1 b::1:0"},
		{"no refresh without success", []string{oauth("a", now-1, 1)}, []string{"a"}, "a", "", "a:exhausted:2:0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked, refreshed, after := turnOf(t, strings.Join(c.entries, ", "), c.refused...)
			equal(t, "the requests", strings.Join(asked, " "), c.asked)
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
			equal(t, "the credentials afterwards", strings.Join(got, " "), c.after)
		})
	}
}
