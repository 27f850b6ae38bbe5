package poolstate

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// The vectors are entries with the deadline that an agent computed and the state
// that its own listing shows.
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
			d := Backoff.Deadline(&c, now)
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
			equal(t, "availability", Backoff.Availability(&c, now), want)
		})
	}
}

func TestAvailability(t *testing.T) {
	const ahead, passed = `, "last_error_reset_at": 1795425601`, `, "last_error_reset_at": 1795425599`
	const held = `, "last_error_reason": "operator_hold"`
	tests := []struct {
		name  string
		entry string
		want  Availability
	}{
		{"no status", `{}`, Ready},
		{"null", `{"last_status": null}`, Ready},
		{"ok", `{"last_status": "ok"}`, Ready},
		{"unknown word", `{"last_status": "weird"` + ahead + `}`, Ready},
		{"not a word", `{"last_status": 7` + ahead + `}`, Ready},
		{"another case", `{"last_status": "Exhausted"` + ahead + `}`, Ready},
		{"ok with a deadline left over", `{"last_status": "ok"` + ahead + `}`, Ready},
		{"exhausted, deadline ahead", `{"last_status": "exhausted"` + ahead + `}`, Cooling},
		{"exhausted, deadline passed", `{"last_status": "exhausted"` + passed + `}`, Due},
		{"exhausted, exactly at the deadline", `{"last_status": "exhausted", "last_error_reset_at": 1795425600}`, Due},
		{"exhausted a microsecond before it", `{"last_status": "exhausted", "last_error_reset_at": 1795425600.000001}`, Cooling},
		{"exhausted, no instant to count from", `{"last_status": "exhausted"}`, Due},
		{"exhausted, instant zero", `{"last_status": "exhausted", "last_status_at": 0, "consecutive_failures": 4}`, Due},
		{"held", `{"last_status": "exhausted"` + held + ahead + `}`, Held},
		{"a hold whose deadline passed", `{"last_status": "exhausted"` + held + passed + `}`, Due},
		{"a hold without a deadline", `{"last_status": "exhausted"` + held + `}`, Due},
		{"hold reason without exhaustion", `{"last_status": "ok"` + held + ahead + `}`, Ready},
		{"dead", `{"last_status": "dead"` + ahead + `}`, Dead},
		{"dead with a passed deadline", `{"last_status": "dead"` + passed + `}`, Dead},
		{"disabled", `{"enabled": false}`, Disabled},
		{"disabled and cooling", `{"enabled": false, "last_status": "exhausted"` + ahead + `}`, Disabled},
		{"disabled and dead", `{"enabled": false, "last_status": "dead"}`, Disabled},
		{"enabled", `{"enabled": true}`, Ready},
		{"only false disables", `{"enabled": 0}`, Ready},
		{"null does not disable", `{"enabled": null}`, Ready},
		{"cooldown of one model", `{"model_cooldowns": {"m": 1795429999}}`, Ready},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := entryOf(t, tt.entry)
			for _, p := range []Policy{Backoff, Flat, FlatSole} {
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
	tests := []struct {
		name    string
		entry   string
		origin  Origin
		suspect bool
	}{
		{"ready", `{"last_error_reset_at": 1795429200}`, OriginNone, false},
		{"dead", `{"last_status": "dead", "last_error_reset_at": 1795429200}`, OriginNone, false},
		{"no instant", `{` + exhausted + `"last_error_code": 429}`, OriginNone, false},
		{"computed", `{` + exhausted + `"last_status_at": 1795425000}`, OriginComputed, false},
		{"provider", `{` + exhausted + `"last_status_at": 1795425000, "last_error_reset_at": 1795429200}`, OriginProvider, false},
		{"provider without an exhaustion", `{` + exhausted + `"last_error_reset_at": 1795429200}`, OriginProvider, false},
		{"garbled reset falls back to computed", `{` + exhausted + `"last_status_at": 1795425000, "last_error_reset_at": "soon"}`, OriginComputed, false},
		{"operator", `{` + exhausted + `"last_error_reason": "operator_hold", "last_status_at": 1795425000, "last_error_reset_at": 1795429200}`, OriginOperator, false},
		{"operator, not pinned", `{` + exhausted + `"last_error_reason": "operator_hold", "last_status_at": 1795425000}`, OriginOperator, false},
		{"31 days ahead", `{` + exhausted + `"last_error_reset_at": "` + day31 + `"}`, OriginProvider, false},
		{"more than 31 days ahead", `{` + exhausted + `"last_error_reset_at": "` + after + `"}`, OriginProvider, true},
		{"an operator's, more than 31 days ahead", `{` + exhausted + `"last_error_reason": "operator_hold", "last_error_reset_at": "` + after + `"}`, OriginOperator, true},
		{"before its own exhaustion", `{` + exhausted + `"last_status_at": 1795425000, "last_error_reset_at": 1795424999}`, OriginProvider, true},
		{"at its own exhaustion", `{` + exhausted + `"last_status_at": 1795425000, "last_error_reset_at": 1795425000}`, OriginProvider, false},
		{"exhausted in the far future", `{` + exhausted + `"last_status_at": 1805425000}`, OriginComputed, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := entryOf(t, tt.entry)
			d := Backoff.Deadline(&c, sampledAt)
			equal(t, "origin", d.Origin, tt.origin)
			equal(t, "suspect", d.Suspect, tt.suspect)
			equal(t, "is none", d.IsZero(), tt.origin == OriginNone)
			equal(t, "instant is none", d.At.IsZero(), tt.origin == OriginNone)
		})
	}
}

func TestAssess(t *testing.T) {
	const exhausted = `"last_status": "exhausted", "last_status_at": 1795425000, `
	const hour = time.Hour
	tests := []struct {
		name   string
		policy Policy
		entry  string
		want   Assessment // without availability and deadline
	}{
		{"ready, unknown streak", Backoff, `{}`, Assessment{Base: hour, Multiplier: 1, Next: hour}},
		{"ready after two failures", Backoff, `{"consecutive_failures": 2}`, Assessment{Base: hour, Multiplier: 2, Next: 4 * hour}},
		{
			"third failure", Backoff, `{` + exhausted + `"last_error_code": 429, "consecutive_failures": 3}`,
			Assessment{Remaining: 4*hour - 10*time.Minute, Base: hour, Multiplier: 4, Cooldown: 4 * hour, Next: 8 * hour},
		},
		{
			"at the top of the ladder", Backoff, `{` + exhausted + `"last_error_code": 401, "consecutive_failures": 9}`,
			Assessment{Remaining: 30 * time.Minute, Base: 5 * time.Minute, Multiplier: 8, Cooldown: 40 * time.Minute, Next: 40 * time.Minute},
		},
		{
			"flat", Flat, `{` + exhausted + `"last_error_code": 429, "consecutive_failures": 3}`,
			Assessment{Remaining: 50 * time.Minute, Base: hour, Multiplier: 1, Cooldown: hour, Next: hour},
		},
		{
			"the provider's instant", Backoff, `{` + exhausted + `"last_error_reset_at": 1795432200, "consecutive_failures": 1}`,
			Assessment{Remaining: 110 * time.Minute, Base: hour, Multiplier: 1, Cooldown: 2 * hour, Next: 2 * hour},
		},
		{
			"due: nothing remains", Backoff, `{"last_status": "exhausted", "last_status_at": 1795400000, "last_error_code": 429}`,
			Assessment{Base: hour, Multiplier: 1, Cooldown: hour, Next: hour},
		},
		{
			"a reset before its exhaustion", Backoff, `{` + exhausted + `"last_error_reset_at": 1795424000}`,
			Assessment{Base: hour, Multiplier: 1, Next: hour},
		},
		{
			"no exhaustion to count from", Backoff, `{"last_status": "exhausted", "last_error_reset_at": 1795429200}`,
			Assessment{Remaining: hour, Base: hour, Multiplier: 1, Next: hour},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := entryOf(t, tt.entry)
			got := tt.policy.Assess(&c, sampledAt)
			equal(t, "deadline", got.Deadline, tt.policy.Deadline(&c, sampledAt))
			got.Availability, got.Deadline = 0, Deadline{}
			equal(t, "assessment", got, tt.want)
		})
	}
}

func TestAvailability_String(t *testing.T) {
	var words []string
	for i, a := range Availabilities() {
		equal(t, "place", int(a), i)
		words = append(words, a.String())
		equal(t, a.String()+" comes back by itself", a.Returns(), a == Cooling || a == Held)
	}
	equal(t, "availabilities", strings.Join(words, " "), "ready cooling held due dead disabled")
	for o, want := range map[Origin]string{OriginNone: "", OriginProvider: "provider", OriginComputed: "computed", OriginOperator: "operator"} {
		equal(t, "origin", o.String(), want)
	}
}
