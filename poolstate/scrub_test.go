package poolstate

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"pooltop/poolstate/internal/redact"
)

const someSecret = "sk-or-v1-7d0c2a55e1f94b"

// textsOf returns all texts of a credential that can be shown.
func textsOf(c *Credential) []string {
	texts := []string{
		c.Label, c.AuthType, c.Source, c.StatusText, c.ErrorReason,
		c.ErrorMessage, c.FailureReason, c.BaseURL, c.Fingerprint,
	}
	for _, m := range c.ModelCooldowns {
		texts = append(texts, m.Model)
	}
	return texts
}

// Pieces of every secret of an entry are removed from every text of it.
func TestDecode_ScrubsTexts(t *testing.T) {
	secrets := map[string]string{
		"access_token": someSecret, "refresh_token": "rt_QWERTZUIOPASDFGH", "client_secret": "eight8ch", "agent_key": "ключ-и-замок",
	}
	for _, secret := range secrets {
		for _, piece := range []string{secret, secret[:redact.MinLeak], secret[len(secret)-redact.MinLeak:]} {
			text := "é" + strings.ToValidUTF8(piece, "") + " é"
			entry := map[string]any{"id": "a", "base_url": "https://host/v1/" + text, "model_cooldowns": map[string]any{text: 1795429000.0}}
			for key, s := range secrets {
				entry[key] = s
			}
			for _, key := range []string{"label", "auth_type", "source", "last_status", "last_error_reason", "last_error_message", "failure_reason", "secret_fingerprint"} {
				entry[key] = text
			}
			data, err := json.Marshal(entry)
			wantErr(t, err, nil)
			c := entryOf(t, string(data))
			equal(t, "texts", len(textsOf(&c)), 10)
			for _, shown := range textsOf(&c) {
				if leak := leakOf(shown, []string{secret}); leak != "" || !utf8.ValidString(shown) || shown == "" {
					t.Errorf("%q is shown in %q", piece, shown)
				}
			}
		}
	}
	for _, name := range sampleNames { // they quote no secret
		for c := range decoded(t, string(sample(t, name))).All() {
			equal(t, "scrubbed", strings.Contains(strings.Join(textsOf(c), " "), redact.Redacted), false)
		}
	}
}

// Everything below the key of a secret is a secret, at any depth, also if a
// duplicate of the key comes later.
func TestDecode_NestedSecrets(t *testing.T) {
	for _, inside := range []string{
		`"access_token": "` + someSecret + `", "access_token": ""`,
		`"extra": {"api_key": "` + someSecret + `"}`,
		`"extra": [1, {"x": {"proxy_password" : ["a", {"b": "` + someSecret + `"}]}}]`,
		`"access_token": {"value": "` + someSecret + `"}`,
		`"tokens_key": [[["` + someSecret + `"]]]`,
		`"extra": {"key": {"a": 1}, "token": "` + someSecret + `"}`,
	} {
		c := entryOf(t, `{"id": "a", "label": "was `+someSecret+`!", `+inside+`}`)
		equal(t, "label with "+inside, c.Label, "was [secret]!")
	}
	for _, inside := range []string{
		`"extra": {"note": "` + someSecret + `"}`,
		`"extra": {"key": 5, "note": "` + someSecret + `"}`,
		`"extra": {"` + someSecret + `": "key"}`,
	} {
		c := entryOf(t, `{"id": "a", "label": "was `+someSecret+`!", `+inside+`}`)
		equal(t, "label with "+inside, c.Label, "was "+someSecret+"!")
	}
}

// Ids and provider names are not scrubbed, but leaks in them are reported.
func TestLeaks(t *testing.T) {
	for _, tt := range []struct {
		name, provider, entry string
		id, prov              bool
	}{
		{"none", "p", `{"id": "a1b2c3", "access_token": "sk-0123456789"}`, false, false},
		{"id", "p", `{"id": "sk-0123456789", "access_token": "sk-0123456789"}`, true, false},
		{"id, unknown secret key", "p", `{"id": "sk-0123456789", "future_password": "sk-0123456789"}`, true, false},
		{"id, nested secret", "p", `{"id": "sk-0123456789", "extra": {"api_key": "sk-0123456789"}}`, true, false},
		{"piece in the id", "p", `{"id": "key 23456789", "access_token": "sk-0123456789"}`, true, false},
		{"short piece in the id", "p", `{"id": "key 456789", "access_token": "sk-0123456789"}`, false, false},
		{"provider", "sk-0123456789", `{"id": "a", "access_token": "sk-0123456789"}`, false, true},
		{"no secret", "sk-0123456789", `{"id": "sk-0123456789"}`, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := decoded(t, `{"credential_pool": {"`+tt.provider+`": [{"id": "other"}, `+tt.entry+`]}}`).Provider(tt.provider)
			equal(t, "the id leaks", p.Credentials[1].IDLeaks(), tt.id)
			equal(t, "another id leaks", p.Credentials[0].IDLeaks(), false)
			equal(t, "the name leaks", p.NameLeaks(), tt.prov)
		})
	}
}

// What an undo keeps is scrubbed, keys included, and is restored as it is.
func TestUndo_ScrubsSecrets(t *testing.T) {
	for before, want := range map[string]string{
		`"plain"`:                          `"plain"`,
		`"bad ` + someSecret + `"`:         `"bad [secret]"`,
		`{"` + someSecret + `" :  1}`:      `{"[secret]" :  1}`,
		`{"m": [1.50, "sk-or-v1-7d0c2a"]}`: `{"m": [1.50, "[secret]"]}`,
	} {
		s := newStore(t, storeOf(`{"id": "a", "last_status": "dead", "access_token": "`+someSecret+`", "`+someSecret+`": 1, "failure_reason": `+before+`}`))
		undos := undosOf(perform(t, s, resetAction, smallRef))
		data, err := json.Marshal(undos)
		wantErr(t, err, nil)
		equal(t, "leak", leakOf(string(data), []string{someSecret}), "")
		undo(t, s, throughJSON(t, undos))
		equal(t, "restored", rawAt(t, s, smallRef, "failure_reason"), want)
	}
}

// The operator's reason must not quote a secret of any entry: the file and the
// journal keep it.
func TestHold_ScrubsReason(t *testing.T) {
	s := newStore(t, storeOf(`{"id": "a", "access_token": "`+someSecret+`"}`, `{"id": "b", "agent_key": "rt_QWERTZUIOPASDFGH"}`))
	out := perform(t, s, Action{Verb: VerbHold, Hold: Hold{Code: 402, Reason: someSecret + " leaked, and QWERTZUIOP"}})
	equal(t, "held", len(out.Changed), 2)
	for i := range out.Changed {
		equal(t, "message", out.Changed[i].After.ErrorMessage, "[secret] leaked, and [secret]")
		equal(t, "in the file", rawAt(t, s, out.Changed[i].After.Ref, "last_error_message"), `"[secret] leaked, and [secret]"`)
	}
}
