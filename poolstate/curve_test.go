package poolstate

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestCurve_Cooldown(t *testing.T) {
	steep := Curve{
		Schedule: Schedule{Factor: 3, Base: map[int]time.Duration{429: 30 * time.Minute, 402: 2 * time.Hour}},
		Providers: map[string]Schedule{
			"capped": {Cap: 4, Base: map[int]time.Duration{429: 15 * time.Minute}}, "decimal": {Factor: 1.5}, "off": {Cap: 1},
		},
	}
	year := Curve{Schedule: Schedule{Cap: 100, Base: map[int]time.Duration{429: 300 * 24 * time.Hour}}}
	minutes := Flat().WithRules(&Rules{Cooldowns: map[int][]time.Duration{0: {time.Minute}}})
	for _, tt := range []struct {
		name   string
		curve  Curve
		cred   Credential
		policy Policy
		want   string // for streaks of 0 to 5
	}{
		{"zero", Curve{}, failedBy("p", 429), Flat(), "1h 1h 2h 4h 8h 8h"},
		{"default", DefaultCurve(), failedBy("p", 401), Flat(), "5m 5m 10m 20m 40m 40m"},
		{"agent's base", DefaultCurve(), failedBy("p", 402), minutes, "1m 1m 2m 4m 8m 8m"},
		{"sole", DefaultCurve(), Credential{ErrorCode: Some(429), Sole: true}, Flat202608(), "1m 1m 2m 4m 8m 8m"},
		{"backoff is not multiplied twice", DefaultCurve(), failedBy("p", 429), Backoff(), "1h 1h 2h 4h 8h 8h"},
		{"configured", steep, failedBy("p", 429), Flat(), "30m 30m 1h30m 4h 4h 4h"},
		{"provider's base", steep, failedBy("capped", 429), Flat(), "15m 15m 45m 1h 1h 1h"},
		{"global base of another code", steep, failedBy("capped", 402), Flat(), "2h 2h 6h 8h 8h 8h"},
		{"code without a base", steep, failedBy("capped", 401), Flat(), "5m 5m 15m 20m 20m 20m"},
		{"unknown code", steep, Credential{}, Flat(), "1h 1h 3h 8h 8h 8h"},
		{"decimal factor", steep, failedBy("decimal", 402), Flat(), "2h 2h 3h 4h30m 6h45m 10h7m30s"},
		{"cap of 1", steep, failedBy("off", 402), Flat(), "2h 2h 2h 2h 2h 2h"},
		{"at most a year", year, failedBy("p", 429), Flat(), "7200h 7200h 8784h 8784h 8784h 8784h"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			checkSteps(t, tt.want, func(n int) time.Duration { return tt.curve.Cooldown(&tt.cred, tt.policy, n) })
		})
	}
}

// The agent's own cooldown applies after a first failure, if the cap is 1, or if it is longer
// than the curve's.
func TestCurve_NextCooldown(t *testing.T) {
	short := Curve{Schedule: Schedule{Base: map[int]time.Duration{429: 15 * time.Minute}}}
	long := Curve{Schedule: Schedule{Base: map[int]time.Duration{429: 3 * time.Hour}}, Providers: map[string]Schedule{"capped": {Cap: 1}}}
	for _, tt := range []struct {
		name     string
		curve    Curve
		provider string
		policy   Policy
		want     string // for streaks of 0 to 5
	}{
		{"flat", DefaultCurve(), "p", Flat(), "1h 2h 4h 8h 8h 8h"},
		{"backoff", DefaultCurve(), "p", Backoff(), "1h 2h 4h 8h 8h 8h"},
		{"base shorter than flat", short, "p", Flat(), "1h 1h 1h 2h 2h 2h"},
		{"base shorter than backoff", short, "p", Backoff(), "1h 2h 4h 8h 8h 8h"},
		{"base longer than flat", long, "p", Flat(), "1h 6h 12h 24h 24h 24h"},
		{"cap of 1", long, "capped", Flat(), "1h 1h 1h 1h 1h 1h"},
		{"cap of 1, backoff", long, "capped", Backoff(), "1h 2h 4h 8h 8h 8h"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cred := failedBy(tt.provider, 429)
			checkSteps(t, tt.want, func(n int) time.Duration {
				cred.Streak = KnownStreak(n)
				return tt.curve.NextCooldown(&cred, tt.policy)
			})
		})
	}
	observed := failedBy("p", 429)
	equal(t, "unknown streak", DefaultCurve().NextCooldown(&observed, Flat()), time.Hour)
	observed.Observed = Some(2)
	equal(t, "observed streak", DefaultCurve().NextCooldown(&observed, Flat()), 4*time.Hour)
	// The agent's own cooldown ignores failures that only pooltop has counted.
	equal(t, "observed streak and cap of 1", long.NextCooldown(&Credential{Ref: Ref{Provider: "capped"}, Observed: Some(2)}, Backoff()), time.Hour)
}

// The agent's own cooldown applies to failures that guard does not pin.
func TestCurve_NextCooldown_NotPinned(t *testing.T) {
	for name, tt := range map[string]struct {
		edit   func(*Credential)
		policy Policy
		want   time.Duration
	}{
		"pinned":                       {func(*Credential) {}, Flat(), 4 * time.Hour},
		"only credential":              {func(c *Credential) { c.Sole = true }, Flat(), time.Hour},
		"only credential, short":       {func(c *Credential) { c.Sole = true }, Flat202608(), 4 * time.Minute},
		"only credential, capped":      {func(c *Credential) { c.Sole = true }, Flat202610(), time.Minute},
		"unverified billing":           {func(c *Credential) { c.FailureReason = "billing_unverified" }, Flat(), time.Hour},
		"the agent queries limits":     {func(c *Credential) { c.Provider = codex }, Flat(), time.Hour},
		"only credential, not failing": {func(c *Credential) { c.Sole, c.StatusAt, c.Status = true, time.Time{}, StatusOK }, Flat202610(), time.Minute},
	} {
		cred := failedBy("p", 429)
		cred.Status, cred.StatusAt, cred.Observed = StatusExhausted, noon, Some(2)
		tt.edit(&cred)
		equal(t, name, DefaultCurve().NextCooldown(&cred, tt.policy), tt.want)
	}
}

func failedBy(provider string, code int) Credential {
	return Credential{Ref: Ref{Provider: provider, ID: "a"}, ErrorCode: Some(code)}
}

// checkSteps compares durations for streaks of 0 to 5.
func checkSteps(t *testing.T, want string, cooldown func(streak int) time.Duration) {
	t.Helper()
	for n, text := range strings.Fields(want) {
		d, err := time.ParseDuration(text)
		wantErr(t, err, nil)
		equal(t, "streak "+strconv.Itoa(n), cooldown(n), d)
	}
}
