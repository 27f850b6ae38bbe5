package poolstate

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pooltop/poolstate/internal/redact"
)

// leakOf returns the first eight consecutive bytes of a secret that it finds in text, or
// an empty string. It also finds bytes that are printed as numbers by %x or %d.
func leakOf(text string, secrets []string) string {
	const enough = 8
	pieces := map[string]bool{}
	for _, secret := range secrets {
		for i := 0; i+enough <= len(secret); i++ {
			pieces[secret[i:i+enough]] = true
		}
	}
	for _, reading := range readings(text) {
		for i := 0; i+enough <= len(reading); i++ {
			if pieces[reading[i:i+enough]] {
				return reading[i : i+enough]
			}
		}
	}
	return ""
}

// readings returns the text itself and the bytes that its decimal and hexadecimal numbers
// encode.
func readings(text string) []string {
	var decimal, hexadecimal []byte
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if n, err := strconv.ParseUint(word, 10, 8); err == nil {
			decimal = append(decimal, byte(n))
		}
		if digits, err := hex.DecodeString(strings.TrimPrefix(word, "0x")); err == nil {
			hexadecimal = append(hexadecimal, digits...)
		}
	}
	return []string{text, string(decimal), string(hexadecimal)}
}

func TestLeakOf(t *testing.T) {
	secret := []string{"SECRET-1-not-a-real-token"}
	for _, verb := range []string{"%s", "%q", "%v", "%x", "%X", "% x", "%#v"} {
		if leakOf(fmt.Sprintf(verb, secret[0]), secret) == "" || leakOf(fmt.Sprintf(verb, []byte(secret[0])), secret) == "" {
			t.Errorf("a leak with %s was not found", verb)
		}
	}
	equal(t, "leak", leakOf("SECRET, SECRE7-1", secret), "")
}

var secretValue = regexp.MustCompile(`"(SECRET-[^"]*)"`)

func secretsIn(data []byte) []string {
	var found []string
	for _, m := range secretValue.FindAllStringSubmatch(string(data), -1) {
		found = append(found, m[1])
	}
	return found
}

// checkPrintsNoSecret formats a value with every verb: alone, in collections, and in unexported
// fields, where fmt does not call methods.
func checkPrintsNoSecret[T any](t *testing.T, v T, secrets []string) {
	t.Helper()
	type wrapper[T any] struct{ value T }
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%t"} {
		for _, shown := range []any{v, &v, []T{v}, map[string]T{"k": v}, wrapper[T]{v}, &wrapper[T]{v}, wrapper[[]T]{[]T{v}}} {
			if leak := leakOf(fmt.Sprintf(verb, shown), secrets); leak != "" {
				t.Errorf("%s of %T shows %q", verb, shown, leak)
			}
		}
	}
}

// Formatting and marshaling values of this package reveals no secrets.
func TestFormat_NoSecrets(t *testing.T) {
	const access, refresh = "SECRET-fresh-access", "SECRET-fresh-refresh"
	tokens := Tokens{Access: NewSecret(access), Refresh: NewSecret(refresh)}
	for _, name := range []string{"backoff.json", "stock-2026-10.json"} {
		data := sample(t, name)
		secrets := append(secretsIn(data), access, refresh)
		if len(secrets) < 10 {
			t.Fatalf("only %d secrets in %s", len(secrets), name)
		}
		s := newStore(t, string(data))
		snap, err := s.Load()
		wantErr(t, err, nil)
		checkPrintsNoSecret(t, *s, secrets)
		checkPrintsNoSecret(t, snap, secrets)
		checkPrintsNoSecret(t, *snap.Pool, secrets)
		checkPrintsNoSecret(t, tokens, secrets)
		checkPrintsNoSecret(t, Join(Succeeded(tokens), Used(Credential{}, 1)), secrets)
		values := []any{snap, tokens, Succeeded(tokens)}
		for c := range snap.Pool.All() {
			checkPrintsNoSecret(t, *c, secrets)
			checkPrintsNoSecret(t, Succeeded(tokens).After(*c), secrets)
			values = append(values, c)
		}
		for _, v := range values {
			out, err := json.Marshal(v)
			wantErr(t, err, nil)
			if leak := leakOf(string(out), secrets); leak != "" {
				t.Errorf("the JSON of %T shows %q", v, leak)
			}
		}
		_, err = s.Update(t.Context(), func(d *Draft) error {
			checkPrintsNoSecret(t, d, secrets)
			equal(t, "leak of a draft", leakOf(fmt.Sprintf("%v %+v %#v %s", *d, *d, *d, *d), secrets), "")
			for c := range d.Pool().All() {
				wantErr(t, d.Apply(c.Ref, Succeeded(tokens)), nil)
			}
			return nil
		})
		wantErr(t, err, nil)
		equal(t, "new tokens in the file", strings.Count(readFile(t, s.Path()), `"`+access+`"`), snap.Pool.Len())
	}
}

// Errors and notes about invalid files do not quote the file, because that could reveal a
// secret.
func TestDecode_ErrorsOmitContent(t *testing.T) {
	data := sample(t, "stock-2026-09.json")
	secrets := secretsIn(data)
	for at := 0; at < len(data)-1; at += 13 {
		for _, garbage := range []string{"\x00", "\"", "}", "SECRET"} {
			broken := string(data[:at]) + garbage + string(data[at+1:])
			if _, err := Decode([]byte(broken), time.UTC); err != nil {
				if leak := leakOf(fmt.Sprintf("%v %+v %q", err, err, err), secrets); leak != "" {
					t.Fatalf("%q at byte %d: the error shows %q", garbage, at, leak)
				}
			}
		}
	}
	for _, list := range []string{`"SECRET-1-not-a-real-token"`, `["SECRET-1-not-a-real-token"]`, `[{"access_token": "SECRET-1-not-a-real-token"}]`} {
		p := decoded(t, `{"credential_pool": {"p": `+list+`}}`)
		equal(t, "leak in the notes", leakOf(fmt.Sprint(p.Providers[0].Notes), []string{"SECRET-1-not-a-real-token"}), "")
	}
}

// An unknown key with the suffix of a secret's key is treated as a secret.
func TestDecode_UnknownSecretKey(t *testing.T) {
	c := entryOf(t, `{"id": "a", "access_token": "", "future_token": "SECRET-1-not-a-real-token", "label": "x"}`)
	equal(t, "has tokens", c.Tokens.IsZero(), false)
	equal(t, "has no access token", c.Secret.IsZero(), true)
	checkPrintsNoSecret(t, c, []string{"SECRET-1-not-a-real-token"})
}

func TestSucceeded_ZeroSecret(t *testing.T) {
	equal(t, "token", fields(Succeeded(Tokens{}))["access_token"], `""`)
}

const someSecret = "sk-or-v1-7d0c2a55e1f94b"

// textsOf returns all strings of a credential that may be displayed.
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

// Parts of an entry's secrets are removed from all of its strings.
func TestDecode_ScrubsStrings(t *testing.T) {
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
			equal(t, "strings", len(textsOf(&c)), 10)
			for _, shown := range textsOf(&c) {
				if leak := leakOf(shown, []string{secret}); leak != "" || !utf8.ValidString(shown) || shown == "" {
					t.Errorf("%q appears in %q", piece, shown)
				}
			}
		}
	}
	for _, name := range sampleNames { // the samples quote no secret
		for c := range decoded(t, string(sample(t, name))).All() {
			equal(t, "scrubbed", strings.Contains(strings.Join(textsOf(c), " "), redact.Redacted), false)
		}
	}
}

// All strings below the key of a secret are secrets, at any depth, even if the key is
// repeated.
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

// An id that contains part of a secret is ignored. A provider name that contains part of a
// secret is scrubbed, and the names of providers remain distinct.
func TestDecode_SecretInName(t *testing.T) {
	for _, tt := range []struct{ name, provider, entry, id, prov string }{
		{"none", "p", `{"id": "a1b2c3", "access_token": "sk-0123456789"}`, "a1b2c3", "p"},
		{"id", "p", `{"id": "sk-0123456789", "access_token": "sk-0123456789"}`, "", "p"},
		{"id, unknown secret key", "p", `{"id": "sk-0123456789", "future_password": "sk-0123456789"}`, "", "p"},
		{"id, nested secret", "p", `{"id": "sk-0123456789", "extra": {"api_key": "sk-0123456789"}}`, "", "p"},
		{"id, referenced secret", "p", `{"id": "sk-0123456789", "secret_fingerprint": "` + redact.Fingerprint("sk-0123456789") + `"}`, "", "p"},
		{"part of a secret in the id", "p", `{"id": "key 23456789", "access_token": "sk-0123456789"}`, "", "p"},
		{"short part of a secret in the id", "p", `{"id": "key 456789", "access_token": "sk-0123456789"}`, "key 456789", "p"},
		{"provider", "sk-0123456789", `{"id": "a", "access_token": "sk-0123456789"}`, "a", "[secret]"},
		{"part of the provider", "custom:sk-0123456789", `{"id": "a", "access_token": "sk-0123456789"}`, "a", "custom:[secret]"},
		{"no secret", "sk-0123456789", `{"id": "sk-0123456789"}`, "sk-0123456789", "sk-0123456789"},
		{"placeholder", "placeholder", `{"id": "placeholder", "access_token": "placeholder"}`, "placeholder", "placeholder"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := decoded(t, `{"credential_pool": {"`+tt.provider+`": [`+tt.entry+`]}}`).Providers[0]
			equal(t, "id", p.Credentials[0].ID, tt.id)
			equal(t, "provider", p.Name, tt.prov)
			equal(t, "provider of the credential", p.Credentials[0].Provider, tt.prov)
		})
	}
	notes := decoded(t, storeOf(`{"id": "sk-0123456789", "access_token": "sk-0123456789"}`)).Providers[0].Notes
	equal(t, "notes", fmt.Sprint(notes), "[the id of entry 1 contains a secret and is not used]")
	p := decoded(t, `{"credential_pool": {"sk-0123456789": [{}], "sk-012345678": [{}], "[secret]": [{"token": "sk-0123456789"}]}}`)
	equal(t, "names", fmt.Sprint(p.Providers[0].Name, p.Providers[1].Name, p.Providers[2].Name), "[secret][secret] 2[secret] 3")
}

// The values and keys of an undo are scrubbed. A scrubbed value is lost: the undo does not
// write the placeholder to the file.
func TestUndo_ScrubsSecrets(t *testing.T) {
	for before, want := range map[string]string{ // want is empty if the value is lost
		`"plain"`:                          `"plain"`,
		`"bad ` + someSecret + `"`:         ``,
		`{"` + someSecret + `" :  1}`:      ``,
		`{"m": [1.50, "sk-or-v1-7d0c2a"]}`: ``,
	} {
		s := newStore(t, storeOf(`{"id": "a", "last_status": "dead", "access_token": "`+someSecret+`", "`+someSecret+`": 1, "failure_reason": `+before+`}`))
		undos := undosOf(perform(t, s, resetAction, smallRef))
		data, err := json.Marshal(undos)
		wantErr(t, err, nil)
		equal(t, "leak", leakOf(string(data), []string{someSecret}), "")
		back := undo(t, s, throughJSON(t, undos))
		equal(t, "lost", fmt.Sprint(back.Changed[0].Lost), map[bool]string{true: "[failure_reason]", false: "[]"}[want == ""])
		if want != "" {
			equal(t, "restored", rawAt(t, s, smallRef, "failure_reason"), want)
		}
		equal(t, "placeholder in the file", strings.Contains(readFile(t, s.Path()), "[secret]"), false)
	}
}

// The reason for a hold is scrubbed, because it is stored in the file and the journal.
func TestHold_ScrubsReason(t *testing.T) {
	s := newStore(t, storeOf(`{"id": "a", "access_token": "`+someSecret+`"}`, `{"id": "b", "agent_key": "rt_QWERTZUIOPASDFGH"}`))
	out := perform(t, s, Action{Verb: VerbHold, Hold: Hold{Code: 402, Reason: someSecret + " leaked, and QWERTZUIOP"}})
	equal(t, "held", len(out.Changed), 2)
	for i := range out.Changed {
		equal(t, "message", out.Changed[i].After.ErrorMessage, "[secret] leaked, and [secret]")
		equal(t, "in the file", rawAt(t, s, out.Changed[i].After.Ref, "last_error_message"), `"[secret] leaked, and [secret]"`)
	}
}

func TestStore_Scrub(t *testing.T) {
	s := newStore(t, storeOf(`{"id": "a", "access_token": "`+someSecret+`"}`))
	secret, part, other := someSecret, "x "+someSecret[:len(someSecret)-2], "backup-key"
	must(t, s.Scrub(&secret, &part, &other))
	equal(t, "strings", secret+", "+part+", "+other, "[secret], x [secret], backup-key")
	if err := Open(t.TempDir() + "/auth.json").Scrub(&other); err == nil {
		t.Error("Scrub succeeds without a file")
	}
}
