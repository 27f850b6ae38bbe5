package redact

import (
	"encoding/json"
	"fmt"
	"testing"
)

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// No verb and no encoder prints a secret or a digest.
func TestFormat(t *testing.T) {
	for _, v := range []any{NewSecret("SECRET-1"), Secret{}, DigestOf("SECRET-1"), Digest{}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%t"} {
			equal(t, fmt.Sprintf("%s of %T", verb, v), fmt.Sprintf(verb, v), "[secret]")
		}
		out, err := json.Marshal(map[string]any{"k": v})
		equal(t, fmt.Sprintf("JSON of %T", v), string(out), `{"k":"[secret]"}`)
		equal(t, "error", err, nil)
	}
}

func TestReveal(t *testing.T) {
	equal(t, "token", Reveal(NewSecret("SECRET-1")), "SECRET-1")
	equal(t, "token of the zero value", Reveal(Secret{}), "")
}

// The fingerprints were computed by Python's hashlib.
func TestFingerprint(t *testing.T) {
	equal(t, "fingerprint", Fingerprint("SECRET-shared"), "sha256:2cc6ddbd5e685dd5")
	equal(t, "same digest", DigestOfFingerprint("sha256:2cc6ddbd5e685dd5") == DigestOf("SECRET-shared"), true)
	for _, s := range []string{"", "sha256:", "sha256:2cc6", "sha256:2cc6ddbd5e685dxx", "2cc6ddbd5e685dd5", "sha256:2cc6ddbd5e685dd500"} {
		equal(t, "digest of "+s, DigestOfFingerprint(s), Digest{})
	}
}

func TestCombine(t *testing.T) {
	a := Combine(Combine(Digest{}, "a", "1"), "b", "2")
	equal(t, "in another order", Combine(Combine(Digest{}, "b", "2"), "a", "1") == a, true)
	for name, other := range map[string]Digest{
		"swapped":         Combine(Combine(Digest{}, "a", "2"), "b", "1"),
		"only one secret": Combine(Digest{}, "a", "1"),
		"none":            {},
		"another secret":  Combine(Combine(Digest{}, "a", "1"), "b", "3"),
		"equal secrets":   Combine(Combine(Digest{}, "a", "1"), "b", "1"),
	} {
		equal(t, name+" is the same", other == a, false)
	}
	equal(t, "equal secrets cancel out", Combine(Combine(Digest{}, "a", "1"), "b", "1").IsZero(), false)
}

func TestIsSecretKey(t *testing.T) {
	for _, key := range []string{
		"access_token", "refresh_token", "agent_key", "api_key", "apiKey", "API_KEY", "key", "token", "id_token",
		"client_secret", "password", "db_PassWord",
	} {
		equal(t, key, IsSecretKey(key), true)
	}
	for _, key := range []string{
		"id", "label", "secret_fingerprint", "secret_source", "token_type", "key_id", "password_hint", "last_status", "base_url", "",
	} {
		equal(t, key, IsSecretKey(key), false)
	}
}
