package poolstate

import (
	"testing"
	"time"
)

// Since October 2026, a reset after the failure makes a credential usable.
func TestAvailability_Cleared(t *testing.T) {
	for _, tt := range []struct {
		name, entry string
		july, oct   Availability
	}{
		{"exhausted", `{"last_status": "exhausted", "last_status_at": 1795425500, "status_cleared_at": 1795425501}`, Cooling, Ready},
		{"dead", `{"last_status": "dead", "last_status_at": 1795425500, "status_cleared_at": 1795425501}`, Dead, Ready},
		{"held", `{"last_status": "exhausted", "last_status_at": 1795425500, "status_cleared_at": 1795425501, "last_error_reason": "operator_hold"}`, Held, Ready},
		{"exhausted at the same time", `{"last_status": "exhausted", "last_status_at": 1795425500, "status_cleared_at": 1795425500}`, Cooling, Cooling},
		{"died later", `{"last_status": "dead", "last_status_at": 1795425502, "status_cleared_at": 1795425501}`, Dead, Dead},
		{"without a token", `{"access_token": "", "last_status": "dead", "last_status_at": 1795425500, "status_cleared_at": 1795425501}`, Dead, Unusable},
	} {
		c := entryOf(t, tt.entry)
		equal(t, tt.name+", before", Flat202608().Availability(&c, sampledAt), tt.july)
		equal(t, tt.name+", since October", Flat202610().Availability(&c, sampledAt), tt.oct)
		equal(t, tt.name+", deadline", Flat202610().Deadline(&c, sampledAt).IsZero(), tt.oct != Cooling)
	}
}

func TestRemovedAt(t *testing.T) {
	const dead = `"last_status": "dead", "last_status_at": 1795425600`
	at := sampledAt.Add(24 * time.Hour)
	for entry, want := range map[string]time.Time{
		`{"source": "manual", ` + dead + `}`:              at,
		`{"source": " Manual:device_code", ` + dead + `}`: at,
		`{` + dead + `}`: at,
		`{"source": "device_code", ` + dead + `}`:                             {},
		`{"source": "manually", ` + dead + `}`:                                {},
		`{"source": "manual", "access_token": "", ` + dead + `}`:              {},
		`{"source": "manual", "last_status": "dead"}`:                         {},
		`{"source": "manual", "last_status": "ok", "last_status_at": 1}`:      {},
		`{"source": "manual", "status_cleared_at": 1795425601, ` + dead + `}`: at,
	} {
		c := entryOf(t, entry)
		equal(t, entry, Flat202608().RemovedAt(&c), want)
	}
	c := entryOf(t, `{"source": "manual", "status_cleared_at": 1795425601, `+dead+`}`)
	equal(t, "reset, since October", Flat202610().RemovedAt(&c), time.Time{})
}

func TestModelCooldown_End(t *testing.T) {
	for raw, want := range map[string]time.Time{
		`1795425700`:    sampledAt.Add(100 * time.Second),
		`1798017600`:    sampledAt.Add(30 * 24 * time.Hour),
		`1798017601`:    sampledAt.Add(48 * time.Hour),
		`1795425700000`: sampledAt.Add(48 * time.Hour), // model cooldowns are never in milliseconds
		`Infinity`:      sampledAt.Add(48 * time.Hour),
		`"1795425700"`:  {},
	} {
		c := entryOf(t, `{"model_cooldowns": {"m": `+raw+`}}`)
		equal(t, raw, c.ModelCooldowns[0].End(sampledAt), want)
	}
	c := entryOf(t, `{"status_cleared_at": 1795425600, "model_cooldowns": {"old": 1795429000, "new": 1795429000, "unknown": 1795429000},
		"model_cooldown_observed_at": {"old": 1795425600, "new": 1795425601}}`)
	names := ""
	for _, m := range c.ModelCooldowns {
		names += m.Model + " "
	}
	equal(t, "after a reset", names, "new unknown ")
}

// TestPolicy_Assess_ForModel checks that the cooldown of a model counts only for that model, and that the
// later of two deadlines counts.
func TestPolicy_Assess_ForModel(t *testing.T) {
	const models = `"model_cooldowns": {"big": 1795427400}, "model_cooldown_observed_at": {"big": 1795423800}`
	ready := entryOf(t, `{`+models+`}`)
	a := Flat().ForModel("big").Assess(&ready, sampledAt)
	equal(t, "deadline", a.Deadline, Deadline{At: sampledAt.Add(30 * time.Minute), Origin: OriginModel})
	equal(t, "availability", a.Availability, Cooling)
	equal(t, "length", a.Cooldown, time.Hour)
	equal(t, "another model", Flat().ForModel("small").Availability(&ready, sampledAt), Ready)
	failed := entryOf(t, `{"last_status": "exhausted", "last_status_at": 1795425600, `+models+`}`)
	equal(t, "later deadline", Flat().ForModel("big").Deadline(&failed, sampledAt).Origin, OriginComputed)
}

func TestModelCooldown_NotInPlan(t *testing.T) {
	for raw, want := range map[string]bool{
		`{"model_cooldowns": {"m": 1795512000}, "model_cooldown_observed_at": {"m": 1795339200}}`: true,
		`{"model_cooldowns": {"m": 1795512000}, "model_cooldown_observed_at": {"m": 1795339260}}`: false,
		`{"model_cooldowns": {"m": 1795512000}}`:                                                  false,
		`{"model_cooldowns": {"m": 1805512000}}`:                                                  true,
	} {
		c := entryOf(t, raw)
		equal(t, raw, c.ModelCooldowns[0].NotInPlan(sampledAt), want)
	}
}
