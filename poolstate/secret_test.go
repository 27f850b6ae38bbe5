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

	"pooltop/poolstate/internal/redact"
)

// leakOf returns the piece of a secret that text shows, spelled out or as the
// bytes that %x, %d and the like print; empty when there is none. Eight
// characters in a row are a leak.
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

// readings are a text as it stands, and what its numbers say when they are
// taken for bytes, decimal and hexadecimal.
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

func TestLeakOfFindsLeaks(t *testing.T) {
	secret := []string{"SECRET-1-not-a-real-token"}
	for _, verb := range []string{"%s", "%q", "%v", "%x", "%X", "% x", "%#v"} {
		if leakOf(fmt.Sprintf(verb, secret[0]), secret) == "" || leakOf(fmt.Sprintf(verb, []byte(secret[0])), secret) == "" {
			t.Errorf("a leak by %s is not found", verb)
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

// pocket holds a value where fmt calls none of its methods.
type pocket[T any] struct{ value T }

var verbs = []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%t"}

func checkPrintsNoSecret[T any](t *testing.T, v T, secrets []string) {
	t.Helper()
	for _, verb := range verbs {
		for _, shown := range []any{v, &v, []T{v}, map[string]T{"k": v}, pocket[T]{v}, &pocket[T]{v}, pocket[[]T]{[]T{v}}} {
			if leak := leakOf(fmt.Sprintf(verb, shown), secrets); leak != "" {
				t.Errorf("%s of %T shows %q", verb, shown, leak)
			}
		}
	}
}

// Nothing of this package prints a secret: with no verb, not through a pointer,
// not from inside somebody's struct.
func TestNothingPrintsASecret(t *testing.T) {
	for _, name := range sampleNames {
		data := sample(t, name)
		tokens := Tokens{Access: NewSecret("SECRET-fresh-access"), Refresh: NewSecret("SECRET-fresh-refresh")}
		secrets := append(secretsIn(data), "SECRET-fresh-access", "SECRET-fresh-refresh")
		if len(secrets) < 10 {
			t.Fatalf("only %d secrets in %s", len(secrets), name)
		}
		s := newStore(t, string(data))
		snap, err := s.Load()
		if err != nil {
			t.Fatal(err)
		}
		checkPrintsNoSecret(t, *s, secrets)
		checkPrintsNoSecret(t, snap, secrets)
		checkPrintsNoSecret(t, *snap.Pool, secrets)
		for c := range snap.Pool.All() {
			checkPrintsNoSecret(t, *c, secrets)
			checkPrintsNoSecret(t, Succeeded(tokens).After(*c), secrets)
		}
		checkPrintsNoSecret(t, tokens, secrets)
		checkPrintsNoSecret(t, tokens.Access, secrets)
		checkPrintsNoSecret(t, redact.DigestOf("SECRET-fresh-access"), secrets)
		checkPrintsNoSecret(t, Succeeded(tokens), secrets)
		checkPrintsNoSecret(t, Join(Succeeded(tokens), Used(Credential{}, 1)), secrets)
		_, err = s.Update(t.Context(), func(d *Draft) error {
			for c := range d.Pool().All() {
				if err := d.Apply(c.Ref, Succeeded(tokens)); err != nil {
					return err
				}
			}
			checkPrintsNoSecret(t, d, secrets)
			for _, verb := range verbs {
				equal(t, verb+" of a draft", leakOf(fmt.Sprintf(verb, *d), secrets), "")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		// The secrets did arrive where they belong.
		equal(t, "new tokens in the file", strings.Count(readFile(t, s.Path()), `"SECRET-fresh-access"`), snap.Pool.Len())
	}
}

func TestNothingMarshalsASecret(t *testing.T) {
	for _, name := range sampleNames {
		data := sample(t, name)
		pool := decoded(t, string(data))
		values := []any{pool, Snapshot{Pool: pool}, Tokens{Access: NewSecret("SECRET-1-not")}, NewSecret("SECRET-1-not"), redact.DigestOf("SECRET-1-not"), Succeeded(Tokens{Access: NewSecret("SECRET-1-not")})}
		for c := range pool.All() {
			values = append(values, c)
		}
		for _, v := range values {
			out, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			if leak := leakOf(string(out), append(secretsIn(data), "SECRET-1-not")); leak != "" {
				t.Errorf("the JSON of %T shows %q", v, leak)
			}
		}
	}
}

// The error of a corrupt file says where it is corrupt and quotes nothing,
// although a secret may stand at that very place.
func TestErrorsQuoteNothingOfTheFile(t *testing.T) {
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

// Whatever key ends like a secret's is one, also tomorrow's.
func TestSecretsOfUnknownKeysAreKnownByTheirDigestOnly(t *testing.T) {
	c := entryOf(t, `{"id": "a", "tomorrows_token": "SECRET-1-not-a-real-token", "label": "x"}`)
	equal(t, "the entry has tokens", c.Tokens.IsZero(), false)
	equal(t, "and no access token", c.Secret.IsZero(), true)
	checkPrintsNoSecret(t, c, []string{"SECRET-1-not-a-real-token"})
}

func TestTheZeroSecretIsEmpty(t *testing.T) {
	checkFields(t, Join(Succeeded(Tokens{}), reset(entryOf(t, `{"last_status": "dead"}`), pictureAt)), map[string]string{
		"access_token": `""`, "last_status": "null", "last_status_at": "null", "last_error_code": "null",
		"last_error_reason": "null", "last_error_message": "null", "last_error_reset_at": "null",
		"consecutive_failures": "0", "failure_reason": "", "model_cooldowns": "", "status_cleared_at": "1795425600.0",
	})
}

// Names that must stay as they are tell when a secret of their own entry has
// slipped into them.
func TestNamesThatLeak(t *testing.T) {
	for _, c := range []struct {
		name, provider, entry string
		id, prov              bool
	}{
		{"neither", "p", `{"id": "a1b2c3", "access_token": "sk-0123456789"}`, false, false},
		{"the id", "p", `{"id": "sk-0123456789", "access_token": "sk-0123456789"}`, true, false},
		{"the id, of any secret", "p", `{"id": "sk-0123456789", "tomorrows_password": "sk-0123456789"}`, true, false},
		{"the id, of a secret further inside", "p", `{"id": "sk-0123456789", "extra": {"api_key": "sk-0123456789"}}`, true, false},
		{"a piece in the id", "p", `{"id": "key 23456789", "access_token": "sk-0123456789"}`, true, false},
		{"too little of it to matter", "p", `{"id": "key 456789", "access_token": "sk-0123456789"}`, false, false},
		{"the provider", "sk-0123456789", `{"id": "a", "access_token": "sk-0123456789"}`, false, true},
		{"no secret", "sk-0123456789", `{"id": "sk-0123456789"}`, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := decoded(t, `{"credential_pool": {"`+c.provider+`": [{"id": "other"}, `+c.entry+`]}}`).Provider(c.provider)
			equal(t, "the id leaks", p.Credentials[1].IDLeaks(), c.id)
			equal(t, "the id of another leaks", p.Credentials[0].IDLeaks(), false)
			equal(t, "the name leaks", p.NameLeaks(), c.prov)
		})
	}
}

// A text that is the secret of any entry is known as one, also if only its
// fingerprint is there.
func TestSecretsOfThePool(t *testing.T) {
	p := decoded(t, `{"credential_pool": {"p": [{"id": "a", "access_token": "sk-0123456789"}, {"id": "b"}],
		"q": [{"id": "c", "secret_fingerprint": "`+redact.Fingerprint("borrowed-secret")+`"}]}}`)
	secret := p.Secrets()
	for text, want := range map[string]bool{
		"sk-0123456789": true, "borrowed-secret": true, "": false, "a": false, "sk-012345678": false, "key sk-0123456789": false,
	} {
		equal(t, text+" is a secret", secret(text), want)
	}
}
