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

// leakOf returns a piece of a secret that text shows, as text or as the numbers
// that %x and %d print; empty if there is none. Eight bytes in a row are a leak.
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

// readings returns a text, and its decimal and hexadecimal numbers read as bytes.
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

// checkPrintsNoSecret formats a value with every verb, on its own and inside of
// others, where fmt calls none of its methods.
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

// No value of this package prints or marshals a secret.
func TestFormat_NoSecrets(t *testing.T) {
	const access, refresh = "SECRET-fresh-access", "SECRET-fresh-refresh"
	tokens := Tokens{Access: NewSecret(access), Refresh: NewSecret(refresh)}
	for _, name := range sampleNames {
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

// The error of an invalid file says where it is invalid and quotes nothing,
// although a secret may be at that very place. Notes quote nothing either.
func TestDecode_ErrorsQuoteNothing(t *testing.T) {
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

// An unknown key that ends like a secret's holds one.
func TestDecode_UnknownSecretKey(t *testing.T) {
	c := entryOf(t, `{"id": "a", "future_token": "SECRET-1-not-a-real-token", "label": "x"}`)
	equal(t, "has tokens", c.Tokens.IsZero(), false)
	equal(t, "has no access token", c.Secret.IsZero(), true)
	checkPrintsNoSecret(t, c, []string{"SECRET-1-not-a-real-token"})
}

func TestSucceeded_ZeroSecret(t *testing.T) {
	equal(t, "token", fields(Succeeded(Tokens{}))["access_token"], `""`)
}

func TestPoolSecrets(t *testing.T) {
	p := decoded(t, `{"credential_pool": {"p": [{"id": "a", "access_token": "sk-0123456789"}, {"id": "b"}],
		"q": [{"id": "c", "secret_fingerprint": "`+redact.Fingerprint("borrowed-secret")+`"}]}}`)
	secret := p.Secrets()
	for text, want := range map[string]bool{
		"sk-0123456789": true, "borrowed-secret": true, "": false, "a": false, "sk-012345678": false, "key sk-0123456789": false,
	} {
		equal(t, text+" is a secret", secret(text), want)
	}
}
