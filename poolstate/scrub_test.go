package poolstate

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pooltop/poolstate/internal/redact"
)

// textsOf are all texts of a credential that can be shown.
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

func quoted(s string) string {
	data, _ := json.Marshal(s) // strings marshal
	return string(data)
}

// quotingEntry is an entry that shows a text in each of its fields.
func quotingEntry(secrets map[string]string, text string) string {
	var b strings.Builder
	b.WriteString(`{"id": "a"`)
	for key, secret := range secrets {
		fmt.Fprintf(&b, `, %q: %s`, key, quoted(secret))
	}
	for _, key := range []string{"label", "auth_type", "source", "last_status", "last_error_reason", "last_error_message", "failure_reason"} {
		fmt.Fprintf(&b, `, %q: %s`, key, quoted(text))
	}
	fmt.Fprintf(&b, `, "base_url": %s, "model_cooldowns": {%s: 1795429000.0}}`, quoted("https://host/v1/"+text), quoted(text))
	return b.String()
}

// Eight characters in a row of any secret of the entry vanish from every text of
// it, wherever they stand, and what an undo keeps shows none either.
func TestPiecesOfSecretsVanish(t *testing.T) {
	secrets := map[string]string{
		"access_token":  "sk-or-v1-7d0c2a55e1f94b",
		"refresh_token": "rt_QWERTZUIOPASDFGH",
		"client_secret": "eight8ch",
		"agent_key":     "ключ-и-замок",
	}
	var all []string
	for _, s := range secrets {
		all = append(all, s)
	}
	for key, secret := range secrets {
		for from := 0; from+redact.MinLeak <= len(secret); from++ {
			for _, to := range []int{from + redact.MinLeak, len(secret)} {
				piece := strings.ToValidUTF8(secret[from:to], "")
				for _, text := range []string{piece, "Incorrect key provided: " + piece + ".", "é" + piece + piece + "é"} {
					c := entryOf(t, quotingEntry(secrets, text))
					for _, shown := range textsOf(&c) {
						if leak := leakOf(shown, all); leak != "" || !utf8.ValidString(shown) {
							t.Errorf("%q of %s is shown in %q", leak, key, shown)
						}
					}
				}
			}
		}
	}
}

// A secret that a duplicate of its key shadows is no less a secret.
func TestAShadowedSecretVanishesToo(t *testing.T) {
	c := entryOf(t, `{"id": "a", "label": "was sk-or-v1-7d0c2a55", "access_token": "sk-or-v1-7d0c2a55e1f94b", "access_token": ""}`)
	equal(t, "label", c.Label, "was [secret]")
}

// A secret further inside is one as well, and so is all that stands below its
// key; what stands elsewhere is not.
func TestNestedSecretsVanish(t *testing.T) {
	const secret = "sk-or-v1-7d0c2a55e1f94b"
	for _, inside := range []string{
		`"extra": {"api_key": "` + secret + `"}`,
		`"extra": [1, {"x": {"proxy_password" : ["a", {"b": "` + secret + `"}]}}]`,
		`"access_token": {"value": "` + secret + `"}`,
		`"tokens_key": [[["` + secret + `"]]]`,
		`"extra": {"key": {"a": 1}, "token": "` + secret + `"}`,
	} {
		c := entryOf(t, `{"id": "a", "label": "was `+secret+`!", `+inside+`}`)
		equal(t, "label beside "+inside, c.Label, "was [secret]!")
	}
	for _, inside := range []string{
		`"extra": {"note": "` + secret + `"}`,
		`"extra": {"key": 5, "note": "` + secret + `"}`,
		`"extra": {"` + secret + `": "key"}`,
	} {
		c := entryOf(t, `{"id": "a", "label": "was `+secret+`!", `+inside+`}`)
		equal(t, "label beside "+inside, c.Label, "was "+secret+"!")
	}
}

// The samples quote no secret, so nothing of them is taken for one.
func TestSamplesAreNotScrubbed(t *testing.T) {
	for _, name := range sampleNames {
		for c := range decoded(t, string(sample(t, name))).All() {
			for _, text := range textsOf(c) {
				if strings.Contains(text, redact.Redacted) {
					t.Errorf("%s of %s: %q", c.Ref, name, text)
				}
			}
		}
	}
}

// An undo keeps what was there before, except for pieces of a secret, however
// deep they stand and however they are spelled.
func TestUndoKeepsNoSecret(t *testing.T) {
	const secret = "sk-or-v1-7d0c2a55e1f94b"
	for before, want := range map[string]string{
		`"plain"`:                             `"plain"`,
		`"bad sk-or-v1-7d0c2a55e1f94b"`:       `"bad [secret]"`,
		`"bad \u0073k-or-v1-7d0c2a55e1f94b"`:  `"bad [secret]"`,
		`{"sk-or-v1-7d0c2a55e1f94b" :  1}`:    `{"[secret]" :  1}`,
		`{"m": [1.50, "x sk-or-v1-7d0c2a"]}`:  `{"m": [1.50, "x [secret]"]}`,
		`{"a\"sk-or-v1-7d0c2a": "\\"}`:        `{"a\"[secret]": "\\"}`,
		`{ "m" : 1E5 , "\u00e9" : "\ud83d" }`: `{ "m" : 1E5 , "\u00e9" : "\ud83d" }`,
		`[]`:                                  `[]`,
		`-0.0`:                                `-0.0`,
	} {
		s := newStore(t, storeOf(`{"id": "a", "last_status": "dead", "access_token": "`+secret+`", "failure_reason": `+before+`}`))
		out := perform(t, s, resetAction, smallRef)
		for _, f := range out.Changed[0].Undo.Fields {
			if f.Key == "failure_reason" {
				equal(t, before, *f.Before, want)
			}
		}
		takeBack(t, s, undosOf(out))
		equal(t, "restored", rawAt(t, s, smallRef, "failure_reason"), want)
	}
}

// A key may be a secret that somebody pasted in the wrong place. What stood behind
// it is put back all the same.
func TestUndoKeepsNoSecretOfAKey(t *testing.T) {
	const secret = "sk-or-v1-7d0c2a55e1f94b"
	s := newStore(t, storeOf(`{"id": "a", "access_token": "`+secret+`", "`+secret+`": 1, "failure_reason": "x", "last_status": "dead"}`))
	undos := undosOf(perform(t, s, resetAction, smallRef))
	equal(t, "undo", leakOf(fmt.Sprintf("%+v", undos), []string{secret}), "")
	takeBack(t, s, undos)
	equal(t, "restored", rawAt(t, s, smallRef, "failure_reason"), `"x"`)
}

// An operator's words lose the secret of whichever entry they quote, in the file
// as well: it would stand there for everybody to read.
func TestAnOperatorsWordsLoseSecrets(t *testing.T) {
	s := newStore(t, storeOf(`{"id": "a", "access_token": "sk-or-v1-7d0c2a55e1f94b"}`, `{"id": "b", "agent_key": "rt_QWERTZUIOPASDFGH"}`))
	words := "sk-or-v1-7d0c2a55e1f94b leaked, and QWERTZUIOP"
	out := perform(t, s, Action{Verb: VerbHold, Hold: Hold{Code: 402, Reason: words}})
	for i := range out.Changed {
		equal(t, "message", out.Changed[i].After.ErrorMessage, "[secret] leaked, and [secret]")
		equal(t, "in the file", rawAt(t, s, out.Changed[i].After.Ref, "last_error_message"), `"[secret] leaked, and [secret]"`)
	}
	equal(t, "taken back", len(takeBack(t, s, throughJSON(t, undosOf(out))).Changed), 2)
}
