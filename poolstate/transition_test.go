package poolstate

import (
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"
)

// fields returns a change as key=value pairs, for comparison.
func fields(ch Change) map[string]string {
	m := map[string]string{}
	for _, e := range ch.edits {
		m[e.Key] = ""
		if e.Value != nil {
			m[e.Key] = *e.Value
		}
	}
	return m
}

func checkFields(t *testing.T, ch Change, want map[string]string) {
	t.Helper()
	if got := fields(ch); !reflect.DeepEqual(got, want) {
		t.Errorf("change is\n%q, want\n%q", got, want)
	}
}

// Without a reset time from the provider, the change contains no deadline.
func TestExhausted(t *testing.T) {
	at := time.Unix(1795425600, 250000000)
	checkFields(t, Exhausted(entryOf(t, `{}`), Failure{Code: 402}, at), map[string]string{
		"last_status": `"exhausted"`, "last_status_at": "1795425600.25", "last_error_code": "402",
		"last_error_reason": "null", "last_error_message": "null", "last_error_reset_at": "null", "consecutive_failures": "1",
	})
}

// A reset clears status, error and streak, and removes the newer fields that describe
// the failure.
func TestReset(t *testing.T) {
	want := map[string]string{
		"last_status": "null", "last_status_at": "null", "last_error_code": "null", "last_error_reason": "null",
		"last_error_message": "null", "last_error_reset_at": "null", "failure_reason": "", "model_cooldowns": "",
		"model_cooldown_observed_at": "", "status_cleared_at": "1795425600.0",
	}
	for _, entry := range []string{
		`{"last_status": "exhausted"}`,
		`{"last_status": "exhausted", "consecutive_failures": 0}`,
		`{"last_status": "dead"}`,
		`{"last_status": "weird"}`,
		`{"last_status": "ok", "consecutive_failures": 2}`,
		`{"last_status": "dead", "consecutive_failures": null}`,
		`{"consecutive_failures": -1}`,
		`{"last_error_code": 429}`,
		`{"last_error_reason": "x"}`,
		`{"last_error_message": "x"}`,
		`{"last_error_reset_at": 1795429200}`,
		`{"failure_reason": "billing"}`,
		`{"model_cooldowns": {"m": 1795429200}}`,
	} {
		ch, want := reset(entryOf(t, entry), sampledAt), maps.Clone(want)
		if strings.Contains(entry, "consecutive_failures") { // otherwise no streak is added
			want["consecutive_failures"] = "0"
		}
		t.Run(entry, func(t *testing.T) { checkFields(t, ch, want) })
	}
}

func TestReset_Empty(t *testing.T) {
	for _, entry := range []string{
		`{}`,
		`{"last_status": null, "consecutive_failures": 0}`,
		`{"last_status": "ok", "last_status_at": 1795425600.0}`,
		`{"last_status": "ok", "consecutive_failures": null, "status_cleared_at": 1795421599.75, "model_cooldowns": {}}`,
		`{"access_token": ""}`,
		`{"failure_reason": null, "last_error_reason": "", "last_error_code": null}`,
	} {
		equal(t, "empty: "+entry, reset(entryOf(t, entry), sampledAt).IsEmpty(), true)
	}
}

// The status and error are cleared, but not the streak.
func TestCooledDown(t *testing.T) {
	const due = `{"last_status": "exhausted", "last_status_at": 1795418400.0, "last_error_code": 429, "consecutive_failures": 2}`
	checkFields(t, CooledDown(entryOf(t, due), Backoff(), sampledAt), map[string]string{
		"last_status": `"ok"`, "last_status_at": "null", "last_error_code": "null",
		"last_error_reason": "null", "last_error_message": "null", "last_error_reset_at": "null",
	})
	equal(t, "just too early", CooledDown(entryOf(t, due), Backoff(), sampledAt.Add(-time.Microsecond)).IsEmpty(), true)
	// Without backoff, the same entry is due an hour earlier.
	equal(t, "under flat", CooledDown(entryOf(t, due), Flat(), sampledAt.Add(-time.Hour)).IsEmpty(), false)
	for _, entry := range []string{`{}`, `{"last_status": "ok"}`, `{"last_status": "dead"}`, `{"last_status": "exhausted", "access_token": ""}`} {
		equal(t, "empty: "+entry, CooledDown(entryOf(t, entry), Backoff(), sampledAt).IsEmpty(), true)
	}
}

func TestSucceeded(t *testing.T) {
	checkFields(t, Succeeded(Tokens{Access: NewSecret("SECRET-n\"é"), Refresh: NewSecret("SECRET-r"), ExpiresAt: sampledAt}), map[string]string{
		"access_token": `"SECRET-n\"\u00e9"`, "refresh_token": `"SECRET-r"`, "expires_at_ms": "1795425600000",
		"last_status": `"ok"`, "last_status_at": "null", "last_error_code": "null",
		"last_error_reason": "null", "last_error_message": "null", "last_error_reset_at": "null", "consecutive_failures": "0",
	})
	// A missing refresh token or expiry does not overwrite the old one.
	ch := fields(Succeeded(Tokens{Access: NewSecret("SECRET-n")}))
	if _, set := ch["refresh_token"]; set {
		t.Error("an absent refresh token overwrites the old one")
	}
	if _, set := ch["expires_at_ms"]; set {
		t.Error("an unknown expiry overwrites the old one")
	}
}

func TestUsed(t *testing.T) {
	checkFields(t, Used(entryOf(t, `{"request_count": 41}`), 1), map[string]string{"request_count": "42"})
	equal(t, "empty without a request", Used(entryOf(t, `{}`), 0).IsEmpty(), true)
}

// The last edit of a field wins. It takes the position of the first.
func TestJoin(t *testing.T) {
	c := entryOf(t, `{"request_count": 1}`)
	joined := Join(Used(c, 1), Exhausted(c, Failure{Code: 429}, sampledAt), Used(c, 5), reset(c, sampledAt), Change{})
	want := fields(Exhausted(c, Failure{Code: 429}, sampledAt))
	want["request_count"] = "6"
	checkFields(t, joined, want)
	equal(t, "order", fmt.Sprint(joined), "change to request_count, last_status, last_status_at, last_error_code, "+
		"last_error_reason, last_error_message, last_error_reset_at, consecutive_failures")
	equal(t, "of nothing", Join().IsEmpty(), true)
	checkFields(t, Used(c, 1), map[string]string{"request_count": "2"}) // Join does not modify its arguments
}

// After returns what a reload returns, except for Tokens and fields that depend on other
// entries.
func TestChange_After(t *testing.T) {
	for _, name := range sampleNames {
		data := sample(t, name)
		pool := decoded(t, string(data))
		for c := range pool.All() {
			for _, op := range operations {
				ch, _ := op.change(*c)
				out, err := editInMemory(data, func(d *Draft) error { return d.Apply(c.Ref, ch) })
				must(t, err)
				want := *find(t, decoded(t, string(out)), c.Ref)
				got := ch.After(*c)
				got.countsStreaks = want.countsStreaks // the first streak in a file changes this field
				if op.name == "succeeded" {
					equal(t, "tokens differ", got.Tokens != c.Tokens, true)
					got.Tokens, got.Shares = want.Tokens, want.Shares
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("%s: %s of %s: got\n%+v, but after a reload\n%+v", name, op.name, c.Ref, got, want)
				}
			}
		}
	}
}
