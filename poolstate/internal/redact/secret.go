package redact

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
)

// Redacted is printed in the place of a secret.
const Redacted = "[secret]"

// Digest identifies a secret without holding it: equal secrets have equal
// digests. The zero value means no secret. It is the first half of the SHA-256
// sum, as in the fingerprint that an agent writes for a borrowed secret.
type Digest struct{ sum [8]byte }

// DigestOf returns the digest of a secret.
func DigestOf(secret string) Digest {
	sum := sha256.Sum256([]byte(secret))
	return Digest{[8]byte(sum[:8])}
}

// IsZero reports whether the digest is the zero value.
func (d Digest) IsZero() bool { return d == Digest{} }

// Format prints a placeholder, whatever the verb.
func (d Digest) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Redacted) }

// MarshalText returns a placeholder, for JSON and every other encoding.
func (d Digest) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// Combine adds the secret under a key to the digest of several secrets. The
// order in which keys are added does not matter; each may be added once.
func Combine(d Digest, key, secret string) Digest {
	for i, b := range DigestOf(key + "\x00" + secret).sum {
		d.sum[i] ^= b
	}
	return d
}

const fingerprintPrefix = "sha256:"

// Fingerprint returns what an agent writes in place of a borrowed secret:
// "sha256:" and 16 hex digits.
func Fingerprint(secret string) string {
	d := DigestOf(secret)
	return fingerprintPrefix + hex.EncodeToString(d.sum[:])
}

// DigestOfFingerprint returns the digest of the secret that has a fingerprint.
// It is zero for text that is not a fingerprint.
func DigestOfFingerprint(s string) Digest {
	digits, ok := strings.CutPrefix(s, fingerprintPrefix)
	sum, err := hex.DecodeString(digits)
	if !ok || err != nil || len(sum) != len(Digest{}.sum) {
		return Digest{}
	}
	return Digest{[8]byte(sum)}
}

// Secret is a token. It prints as a placeholder and has no method that returns
// the token, so only this module's store can read it, with [Reveal]. Secrets are
// not comparable with ==: two of the same token differ.
type Secret struct {
	// token is a pointer because fmt calls no Format method on unexported fields
	// of other structs, but never follows a nested pointer to a string.
	token *string
}

// NewSecret returns the secret of a token.
func NewSecret(token string) Secret { return Secret{&token} }

// Reveal returns the token of a secret, empty for the zero value.
func Reveal(s Secret) string {
	if s.token == nil {
		return ""
	}
	return *s.token
}

// Format prints a placeholder, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Redacted) }

// MarshalText returns a placeholder, for JSON and every other encoding.
func (s Secret) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// IsSecretKey reports whether the value under a key is a secret, judged by the
// end of the key, so that keys of future versions are covered.
func IsSecretKey(key string) bool {
	for _, suffix := range []string{"token", "key", "secret", "password"} {
		if n := len(key) - len(suffix); n >= 0 && strings.EqualFold(key[n:], suffix) {
			return true
		}
	}
	return false
}
