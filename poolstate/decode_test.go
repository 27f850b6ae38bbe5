package poolstate

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"
)

// garbage lists values that are invalid in most fields.
var garbage = []string{
	`null`, `true`, `false`, `0`, `-1`, `1e400`, `-1e400`, `1.5`, `""`, `"x"`, `[]`, `{}`, `NaN`, `Infinity`, `-Infinity`,
	`123456789012345678901`, `"\ud800"`, `"\udc00\ud800"`, `[{"id": "z"}]`, `{"id": [null]}`, `"\u0000"`,
}

// An entry with an invalid field can be assessed and edited, and it does not affect other
// entries.
func TestDecode_AnyValue(t *testing.T) {
	unknown := []string{"agent_key", "client_secret", "password", "unheard_of", "", "shares"}
	for _, key := range append(unknown, slices.Collect(maps.Keys(setters))...) {
		for _, value := range garbage {
			data := storeOf(fmt.Sprintf(`{"marker_1": 1, %q: %s}`, key, value), `{"id": "b", "label": "other"}`)
			p := decoded(t, data)
			equal(t, "length with "+key+": "+value, p.Len(), 2)
			equal(t, "the other entry", find(t, p, Ref{Provider: "p", ID: "b"}).Label, "other")
			for c := range p.All() {
				for _, policy := range []Policy{Backoff(), Flat(), Flat202608()} {
					policy.Assess(c, sampledAt)
				}
			}
			p.Summarize(Backoff(), sampledAt)
			p.Providers[0].Outage(Backoff(), sampledAt)
			for c := range p.All() {
				if c.Position == 0 {
					checkEdit(t, []byte(data), c, operations[0])
				}
			}
		}
	}
}

// A value of the wrong type is treated as absent.
func TestDecode_WrongType(t *testing.T) {
	text := []string{"label", "auth_type", "source", "last_error_reason", "last_error_message", "failure_reason", "base_url", "secret_fingerprint", "id", "last_status", "access_token", "agent_key"}
	number := []string{"request_count", "last_error_code", "consecutive_failures"}
	rank := []string{"priority"}
	instant := []string{"last_status_at", "last_error_reset_at", "status_cleared_at", "expires_at", "expires_at_ms", "last_refresh"}
	never := []string{`null`, `[]`, `{}`, `[{"id": "z"}]`, `{"a": 1}`, `NaN`, `-Infinity`}
	for _, c := range []struct{ keys, values []string }{
		{rank, []string{`"x"`, `"1"`, `null`, `[]`, `{}`, `NaN`}},
		{text, append([]string{`true`, `false`, `0`, `-1`, `1.5`, `1e400`, `Infinity`, `123456789012345678901`}, never...)},
		{number, append([]string{`Infinity`, `1e400`, `-1e400`, `"x"`, `""`, `"\ud800"`}, never...)},
		{instant, append([]string{`true`, `false`, `0`, `-1`, `"x"`, `""`, `"\ud800"`}, never...)},
		{[]string{"enabled"}, []string{`null`, `true`, `0`, `-1`, `1.5`, `""`, `"x"`, `"false"`, `[]`, `{}`, `NaN`}},
		{[]string{"model_cooldowns"}, []string{`null`, `true`, `0`, `1.5`, `"x"`, `[]`, `[1]`, `NaN`}},
		{[]string{"unheard_of", ""}, append([]string{`"x"`, `1`, `true`}, never...)},
	} {
		for _, key := range c.keys {
			for _, value := range c.values {
				absent := entryOf(t, `{}`)
				if key == "access_token" {
					absent = entryOf(t, `{"access_token": ""}`)
				}
				got := entryOf(t, fmt.Sprintf(`{%q: %s}`, key, value))
				got.hasStreak, got.countsStreaks, got.numericStatusAt = false, false, false // set even for invalid values
				if !reflect.DeepEqual(got, absent) {
					t.Errorf("%s: %s: got %+v, want the field to be absent", key, value, got)
				}
			}
		}
	}
}

// A model is listed even if its time is invalid.
func TestDecode_ModelCooldowns(t *testing.T) {
	c := entryOf(t, `{"model_cooldowns": {"a": "soon", "b": 1795426860.5, "c": null, "\u0064": "2026-11-23T09:20:00Z", "e": NaN}}`)
	want := []ModelCooldown{
		{Model: "a"},
		{Model: "b", Until: time.Unix(1795426860, 500000000).UTC()},
		{Model: "c"},
		{Model: "d"},
		{Model: "e"},
	}
	if !slices.Equal(c.ModelCooldowns, want) {
		t.Errorf("model cooldowns are %v, want %v", c.ModelCooldowns, want)
	}
	if c := entryOf(t, `{"model_cooldowns": {}}`); c.ModelCooldowns == nil || len(c.ModelCooldowns) > 0 {
		t.Errorf("model cooldowns are %v, want empty but not nil", c.ModelCooldowns)
	}
}

// If only one of expires_at_ms and expires_at is valid, it is used.
func TestDecode_ExpiresAt(t *testing.T) {
	want := time.Unix(1795430600, 0).UTC()
	for _, entry := range []string{
		`{"expires_at_ms": 1795430600000}`,
		`{"expires_at": "2026-11-23T10:43:20Z"}`,
		`{"expires_at": 1795430600, "expires_at_ms": null}`,
		`{"expires_at_ms": 1795430600000, "expires_at": "never"}`,
	} {
		equal(t, entry, entryOf(t, entry).ExpiresAt, want)
	}
}
