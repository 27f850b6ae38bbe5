package poolstate

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate/internal/redact"
)

// Credentials are sorted by priority. Those with equal priority keep the order of the
// list.
func TestDecode_Order(t *testing.T) {
	p := decoded(t, `{"credential_pool": {
		"zeta": [{"id": "a", "priority": 2}, {"id": "b"}, {"id": "c", "priority": -1},
			{"id": "d", "priority": 0}, {"id": "e", "priority": "high"}, {"id": "f", "priority": 1.9}, {"id": "h", "priority": 1.2}, {"id": "i", "priority": true}, {"id": "j", "priority": Infinity}],
		"custom:x": [{"id": "g"}],
		"Alpha": []}}`)
	var order []string
	for c := range p.All() {
		order = append(order, fmt.Sprintf("%s#%d@%d", c.Ref, c.Index, c.Position))
	}
	want := []string{"custom:x/g#1@0", "zeta/c#1@2", "zeta/b#2@1", "zeta/d#3@3", "zeta/e#4@4", "zeta/i#5@7", "zeta/h#6@6", "zeta/f#7@5", "zeta/a#8@0", "zeta/j#9@8"}
	if !slices.Equal(order, want) {
		t.Errorf("order is %v, want %v", order, want)
	}
	equal(t, "length", p.Len(), 10)
	equal(t, "providers in order of name", p.Providers[0].Name, "Alpha")
}

// The list is long enough that an unstable sort would change the order.
func TestDecode_StableOrder(t *testing.T) {
	var entries []string
	for i := range 100 {
		entries = append(entries, fmt.Sprintf(`{"id": "%02d", "priority": %d}`, i, i%3))
	}
	last := ""
	for c := range poolOf(t, entries...).All() {
		key := fmt.Sprintf("%v %s", c.Priority.Or(-1), c.ID)
		if key <= last {
			t.Errorf("%s comes after %s", key, last)
		}
		last = key
	}
}

func TestPool_All_Break(t *testing.T) {
	for range poolOf(t, `{}`, `{}`).All() {
		break // the range statement panics if All continues
	}
}

func TestDecode_Fields(t *testing.T) {
	p := decoded(t, string(sample(t, "stock-2026-09.json")))
	c := find(t, p, Ref{Provider: "anthropic", ID: "b27e04"})
	equal(t, "ref", c.Ref, Ref{Provider: "anthropic", ID: "b27e04", Position: 1})
	equal(t, "label", c.Label, "work-oauth")
	equal(t, "auth type", c.AuthType, "oauth")
	equal(t, "source", c.Source, "manual:device_code")
	equal(t, "priority", c.Priority, Some(1.0))
	equal(t, "requests", c.RequestCount, Some(0))
	equal(t, "status", c.Status, StatusExhausted)
	equal(t, "status text", c.StatusText, "exhausted")
	equal(t, "status at", c.StatusAt, time.Unix(1795422713, 0).UTC())
	equal(t, "code", c.ErrorCode, Some(429))
	equal(t, "reason", c.ErrorReason, "rate_limit_error")
	equal(t, "expires", c.ExpiresAt, time.Unix(1795430600, 0).UTC())
	equal(t, "secret", c.Secret, redact.DigestOf("SECRET-b27e04-not-a-real-token"))

	c = find(t, p, Ref{Provider: "anthropic", ID: "a1f3c9"})
	equal(t, "cleared", c.ClearedAt, time.Unix(1795421599, 750000000).UTC())
	equal(t, "base URL", c.BaseURL, "https://api.anthropic.com")
	want := []ModelCooldown{{Model: "claude-opus-5", Until: time.Unix(1795426860, 500000000).UTC()}, {Model: "claude-fable-5-1", Until: time.Unix(1795425570, 0).UTC()}}
	if !slices.Equal(c.ModelCooldowns, want) {
		t.Errorf("model cooldowns are %v, want %v", c.ModelCooldowns, want)
	}
	equal(t, "label beyond the BMP", find(t, p, Ref{Provider: "openrouter", ID: "07aa5d"}).Label, "ключ-отдела 🔑")
	equal(t, "failure reason", find(t, p, Ref{Provider: "openrouter", ID: "07aa5d"}).FailureReason, "billing")
	equal(t, "flagged off", find(t, p, Ref{Provider: "openai-codex", ID: "29cc7f"}).FlaggedOff, true)
}

// If a key is repeated, the last one wins.
func TestDecode_DuplicateKeys(t *testing.T) {
	c := entryOf(t, `{"id": "x", "id": "a", "label": "old", "label": null, "last_status": "dead", "last_status": "ok",
		"access_token": "SECRET-one", "access_token": null, "agent_key": "SECRET-k", "agent_key": "SECRET-k",
		"enabled": false, "enabled": true, "model_cooldowns": {"m": 5, "n": 6, "m": 7}}`)
	equal(t, "id", c.ID, "a")
	equal(t, "label", c.Label, "")
	equal(t, "status", c.Status, StatusOK)
	equal(t, "no secret is left", c.Secret.IsZero(), true)
	equal(t, "tokens", c.Tokens, entryOf(t, `{"agent_key": "SECRET-k", "access_token": ""}`).Tokens)
	equal(t, "flagged off", c.FlaggedOff, false)
	if want := []ModelCooldown{{Model: "n", Until: time.Unix(6, 0).UTC()}, {Model: "m", Until: time.Unix(7, 0).UTC()}}; !slices.Equal(c.ModelCooldowns, want) {
		t.Errorf("model cooldowns are %v, want %v", c.ModelCooldowns, want)
	}

	p := decoded(t, `{"credential_pool": {"p": [{"id": "lost"}]}, "credential_pool": {"q": [{"id": "old"}], "p": [{"id": "kept"}], "q": [{"id": "new"}, {"id": "er"}]}}`)
	var ids []string
	for c := range p.All() {
		ids = append(ids, c.String())
	}
	if want := []string{"p/kept", "q/new", "q/er"}; !slices.Equal(ids, want) {
		t.Errorf("the pool contains %v, want %v", ids, want)
	}
	equal(t, "the last pool is used", decoded(t, `{"credential_pool": [], "credential_pool": {}}`).HasPool, true)
	if _, err := Decode([]byte(`{"credential_pool": {}, "credential_pool": []}`), time.UTC); !errors.Is(err, ErrNotPool) {
		t.Errorf("the error is %v, want %v", err, ErrNotPool)
	}
}

// Entries that cannot be decoded are listed in Notes, and the others are decoded.
func TestDecode_Notes(t *testing.T) {
	for _, tt := range []struct {
		name, list string
		ids        string
		notes      []string
	}{
		{"no notes", `[{"id": "a"}]`, "a", nil},
		{"not a list", `{"id": "a"}`, "", []string{"not a list, left unchanged"}},
		{"null", `null`, "", []string{"not a list, left unchanged"}},
		{"text", `"SECRET-1"`, "", []string{"not a list, left unchanged"}},
		{"entry is not an object", `[{"id": "a"}, "SECRET-2", {"id": "b"}]`, "a b", []string{"entry 2 is not an object, left unchanged"}},
		{"no id", `[{"id": "a"}, {"label": "b"}]`, "a ", []string{"entry 2 has no id"}},
		{"id is not a string", `[{"id": 7}]`, "", []string{"entry 1 has no id"}},
		{"duplicate id", `[{"id": "a"}, {"id": "a"}]`, "a a", []string{"entry 2 has a duplicate id"}},
		{"priorities", `[{"id": "a", "priority": 1.5}, {"id": "b", "priority": null}, {"id": "c", "priority": "1"}, {"id": "d", "priority": 2.0}]`, "b c a d", []string{
			"the priority of entry 1 is not an integer", "the priority of entry 2 is not a number: the agent fails to load it",
			"the priority of entry 3 is not a number: the agent fails to load it",
		}},
		{"many notes", `[1, 2, 3, 4, 5, {}]`, "", []string{
			"entry 1 is not an object, left unchanged", "entry 2 is not an object, left unchanged",
			"entry 3 is not an object, left unchanged", "and more",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := decoded(t, `{"credential_pool": {"p": `+tt.list+`, "q": [{"id": "z"}]}}`)
			prov := p.Provider("p")
			if !slices.Equal(prov.Notes, tt.notes) {
				t.Errorf("notes are %q, want %q", prov.Notes, tt.notes)
			}
			var ids []string
			for _, c := range prov.Credentials {
				ids = append(ids, c.ID)
			}
			equal(t, "ids", strings.Join(ids, " "), tt.ids)
			equal(t, "the other provider", len(p.Provider("q").Credentials), 1)
		})
	}
}

func TestDecode_UpperCaseProvider(t *testing.T) {
	for name, want := range map[string]int{"OpenRouter": 1, "custom:Ä": 1, "openrouter": 0, "custom:ä.ai": 0} {
		p := decoded(t, fmt.Sprintf(`{"credential_pool": {%q: [{"id": "a"}]}}`, name))
		equal(t, name, len(p.Providers[0].Notes), want)
	}
}

func TestDecode_NoPool(t *testing.T) {
	for data, want := range map[string]error{
		`{}`:                            nil,
		`{"credential_pool": null}`:     nil,
		`{"credential_pool": []}`:       ErrNotPool,
		`{"credential_pool": "SECRET"}`: ErrNotPool,
	} {
		p, err := Decode([]byte(data), time.UTC)
		wantErr(t, err, want)
		if err == nil {
			equal(t, data+" has a pool", p.HasPool, false)
			equal(t, data+": length", p.Len(), 0)
		}
	}
	equal(t, "empty pool is a pool", decoded(t, `{"credential_pool": {}}`).HasPool, true)
}

// The error contains the position but does not quote the file.
func TestDecode_SyntaxError(t *testing.T) {
	tests := []struct{ data, want string }{
		{"", "the file is empty"},
		{"[]", "the file is not a JSON object"},
		{`"SECRET-1"`, "the file is not a JSON object"},
		{"{\n  \"a\": 1,\n  \"b\": SECRET\n}", "not valid JSON at line 3, column 8"},
		{`{"credential_pool": {"p": [{"access_token": "SECRET-1}]}}`, "not valid JSON at line 1, column 58"},
	}
	for _, tt := range tests {
		_, err := Decode([]byte(tt.data), time.UTC)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%q: error is %v", tt.data, err)
			continue
		}
		equal(t, fmt.Sprintf("error of %q", tt.data), err.Error(), tt.want)
	}
}

// Unknown keys are sorted and listed once.
func TestPool_UnknownKeys(t *testing.T) {
	for _, tt := range []struct {
		name    string
		entries []string
		want    []string
	}{
		{"none", []string{`{"id": "a", "last_status": null, "enabled": false}`}, nil},
		{"no entry", []string{`7`, `["plan"]`, `{}`}, nil},
		{"sorted, without duplicates", []string{`{"zone": 1, "plan": "x"}`, `{"plan": "y", "account": null}`}, []string{"account", "plan", "zone"}},
		{"nested key", []string{`{"meta": {"inner": 1}}`}, []string{"meta"}},
		{"nested list", []string{`{"id": "a"}]}, "other": {"q": [{"invented": 1}`}, nil},
		{"secret keys", []string{`{"plan_key": "SECRET-1-not-a-real-token", "access_token": "x"}`}, []string{"plan_key"}},
		{"keys that the agent writes", []string{`{"agent_key": "x", "agent_key_reused": true, "token_type": "", "scope": "", "client_id": "", "portal_base_url": "",
			"obtained_at": 1, "expires_in": 2, "secret_source": "env", "tls": {}, "model_cooldown_observed_at": {}, "id_token": ""}`}, nil},
		{"known, written with escapes", []string{`{"\u0069d": "a", "l\u0061st_status_at": 1}`}, nil},
		{"unknown, written with escapes", []string{`{"pl\u0061n": 1, "": 2}`}, []string{"", "plan"}},
		{"secret in a key", []string{`{"access_token": "SECRET-1-not-a-real-token", "x-SECRET-1-not": 1}`}, []string{"x-[secret]"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := poolOf(t, tt.entries...).UnknownKeys; !slices.Equal(got, tt.want) {
				t.Errorf("keys are %q, want %q", got, tt.want)
			}
		})
	}
}

func TestPool_UnknownKeys_Limit(t *testing.T) {
	var entries []string
	for i := range 3 * maxUnknown {
		entries = append(entries, fmt.Sprintf(`{"k%03d": 1}`, i))
	}
	keys := poolOf(t, entries...).UnknownKeys
	equal(t, "keys", len(keys), maxUnknown)
	equal(t, "sorted", slices.IsSorted(keys), true)
}
