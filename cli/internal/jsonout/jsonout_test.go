package jsonout

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
)

var now = time.Date(2026, 11, 23, 9, 20, 0, 0, time.UTC)

// newPool returns the JSON form of a store with one provider, "p", under the backoff
// policy.
func newPool(t *testing.T, entries ...string) Pool {
	t.Helper()
	pool, err := poolstate.Decode([]byte(`{"credential_pool": {"p": [`+strings.Join(entries, ", ")+`]}}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	return NewPool(Source{Profile: "default", Path: "/auth.json", Pool: pool, Policy: poolstate.Backoff(), Now: now})
}

func TestNewPool_Credential(t *testing.T) {
	const cooling = `"last_status": "exhausted", "last_status_at": 1795422723.4`
	for _, c := range []struct{ entry, want string }{
		{`{"access_token": "none"}`, `"id": null, "label": null, "index": 1, "priority": null, "status": null, "availability": "ready", "streak": null, "multiplier": 1, "base_seconds": 3600`},
		{`{"access_token": "none", "id": "", "label": "ключ 🔑", "priority": -3}`, `"id": null, "label": "ключ 🔑", "priority": -3`},
		{`{"consecutive_failures": 3, "last_error_code": 401}`, `"streak": 3, "multiplier": 4, "base_seconds": 300, "next_cooldown_seconds": 2400, "error_code": 401`},
		{`{"access_token": "none", ` + cooling + `}`, `"exhausted_at": "2026-11-23T08:32:03.400Z", "deadline": "2026-11-23T09:32:03.400Z", "deadline_origin": "computed", "cooldown_seconds": 3600, "remaining_seconds": 724`},
		{`{"access_token": "none", ` + cooling + `, "last_error_reset_at": 1795426323}`, `"availability": "cooling", "deadline": "2026-11-23T09:32:03.000Z", "deadline_origin": "provider", "cooldown_seconds": 3600, "remaining_seconds": 723`},
		{`{"access_token": "none", "last_status": "exhausted", "last_error_reset_at": 1795425000}`, `"availability": "due", "exhausted_at": null, "cooldown_seconds": null, "remaining_seconds": 0`},
		{`{"access_token": "none", "last_status": "exhausted"}`, `"availability": "due", "deadline": null, "deadline_origin": null, "cooldown_seconds": null, "remaining_seconds": null`},
		{`{"access_token": "none", ` + cooling + `, "last_error_reason": "operator_hold", "last_error_message": "maintenance"}`, `"availability": "held", "deadline_origin": "operator", "error_reason": "operator_hold", "error_message": "maintenance"`},
		{`{"last_status": "dead", "last_status_at": 1795422723}`, `"status": "dead", "availability": "dead", "exhausted_at": null, "deadline": null`},
		{`{"access_token": "none", "last_status": "dead", "last_status_at": 1795422723}`, `"removed_at": "2026-11-24T08:32:03.000Z"`},
		{`{"access_token": "", "enabled": false}`, `"availability": "unusable", "same_account": [], "token_expires_at": null, "removed_at": null, "suspect": false`},
		{
			`{"access_token": "SECRET-x", ` + cooling + `, "last_error_reset_at": 1e25, "failure_reason": "billing"}`,
			`"deadline": "9999-12-31T23:59:59.999Z", "cooldown_seconds": null, "remaining_seconds": null, "suspect": true, "failure_reason": "billing", "availability": "cooling"`,
		},
		{ // in the year 2603, too far for a time.Duration
			`{"access_token": "none", ` + cooling + `, "last_error_reset_at": 20000000000}`,
			`"deadline": "2603-10-11T11:33:20.000Z", "cooldown_seconds": null, "remaining_seconds": null, "suspect": true`,
		},
		{`{"access_token": "the same", "id": "a", "priority": 1.5, "expires_at": 1795430600}`, `"same_account": ["p/twin"], "priority": 1.5, "token_expires_at": "2026-11-23T10:43:20.000Z"`},
		{`{"model_cooldowns": {"a": 1795426860.5, "b": null}, "status_cleared_at": 1e17}`, `"model_cooldowns": {"a": "2026-11-23T09:41:00.500Z", "b": null}, "status_cleared_at": "9999-12-31T23:59:59.999Z"`},
	} {
		t.Run(c.entry, func(t *testing.T) {
			// Add a ready credential, so that the entry is not the provider's only credential.
			pool := newPool(t, c.entry, `{"access_token": "the same", "id": "twin", "priority": 1000}`)
			got, want := object(t, pool.Providers[0].Credentials[0]), map[string]any{}
			if err := json.Unmarshal([]byte("{"+c.want+"}"), &want); err != nil {
				t.Fatal(err)
			}
			for field, value := range want {
				if g, w := text(t, got[field]), text(t, value); g != w {
					t.Errorf("%s is %s, want %s", field, g, w)
				}
			}
		})
	}
}

// object encodes v as JSON and decodes it.
func object(t *testing.T, v any) (out map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text(t, v)), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func text(t *testing.T, v any) string {
	t.Helper()
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestNewPool_Summary(t *testing.T) {
	const (
		ready   = `{"access_token": "none", "id": "ready"}`
		cooling = `{"access_token": "none", "id": "cooling", "last_status": "exhausted", "last_status_at": 1795425000, "last_error_code": 429}`
		held    = `{"access_token": "none", "priority": -1, "last_status": "exhausted", "last_status_at": 1795425000, "last_error_reason": "operator_hold", "last_error_reset_at": 1795425900}`
		due     = `{"access_token": "none", "id": "due", "last_status": "exhausted", "last_status_at": 1795400000}`
		dead    = `{"access_token": "none", "id": "dead", "last_status": "dead"}`
	)
	sum := text(t, newPool(t, ready, cooling, held, due, dead).Summary)
	const want = `{"credentials":5,"ready":1,"cooling":1,"held":1,"due":1,"dead":1,"disabled":0,"unusable":0,` +
		`"next_ready_at":"2026-11-23T09:25:00.000Z","next_ready":"p/#1","all_ready_at":"2026-11-23T10:10:00.000Z"}`
	if sum != want {
		t.Errorf("got  %s\nwant %s", sum, want)
	}
	sum = text(t, newPool(t, ready, due).Summary)
	if !strings.HasSuffix(sum, `"next_ready_at":null,"next_ready":null,"all_ready_at":null}`) {
		t.Errorf("got %s", sum)
	}
}

func TestSeconds(t *testing.T) {
	for d, want := range map[time.Duration]int64{
		-time.Hour: 0, 0: 0, 1: 1, time.Second: 1, time.Second + 1: 2, math.MaxInt64: math.MaxInt64/int64(time.Second) + 1,
	} {
		if got := Seconds(d); got != want {
			t.Errorf("%v is %d seconds, want %d", d, got, want)
		}
	}
}

func TestTime_MarshalJSON(t *testing.T) {
	for want, at := range map[string]time.Time{
		`null`:                       {},
		`"2026-11-23T09:20:00.250Z"`: now.Add(250*time.Millisecond + 999).In(time.FixedZone("", 3600)),
		`"9999-12-31T23:59:59.999Z"`: time.Unix(1e15, 0),
	} {
		if got := text(t, Time(at)); got != want {
			t.Errorf("%v is %s, want %s", at, got, want)
		}
	}
}

func TestWrite(t *testing.T) {
	v := map[string]string{"label": "<a&b> ключ 🔑 \x1b[31m \u202e \U000e0041"}
	const want = `"label": "<a&b> ключ 🔑 \u001b[31m \u202e \udb40\udc41"`
	var b strings.Builder
	if err := Write(&b, v); err != nil || b.String() != "{\n  "+want+"\n}\n" {
		t.Errorf("Write: %q, %v", b.String(), err)
	}
	b.Reset()
	if err := WriteLine(&b, v); err != nil || b.String() != "{"+strings.Replace(want, ": ", ":", 1)+"}\n" {
		t.Errorf("WriteLine: %q, %v", b.String(), err)
	}
	var back map[string]string
	if err := json.Unmarshal([]byte(b.String()), &back); err != nil || back["label"] != v["label"] {
		t.Errorf("decoded: %q, %v", back["label"], err)
	}
}
