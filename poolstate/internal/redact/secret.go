// Package redact keeps secrets out of everything that is printed, logged or encoded.
package redact

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Redacted is printed in place of a secret.
const Redacted = "[secret]"

// Digest identifies a secret without containing it. The zero value means no secret. It
// is the first 8 bytes of the SHA-256 sum, as in an agent's fingerprint of a referenced
// secret.
type Digest struct{ sum [8]byte }

// DigestOf returns the digest of a secret.
func DigestOf(secret string) Digest {
	sum := sha256.Sum256([]byte(secret))
	return Digest{[8]byte(sum[:8])}
}

// IsZero reports whether the digest is the zero value.
func (d Digest) IsZero() bool { return d == Digest{} }

// Format prints a placeholder, regardless of the verb.
func (d Digest) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Redacted) }

// MarshalText returns a placeholder, for JSON and every other encoding.
func (d Digest) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// Combine adds a secret and its key to a digest of several secrets. The order does not
// matter. A key must not be added twice.
func Combine(d Digest, key, secret string) Digest {
	for i, b := range DigestOf(key + "\x00" + secret).sum {
		d.sum[i] ^= b
	}
	return d
}

// Mark returns eight hexadecimal digits of a salted hash of digests. It shows whether
// secrets have changed, and is too short to identify one.
func Mark(salt string, digests ...Digest) string {
	h := sha256.New()
	_, _ = io.WriteString(h, salt)
	for _, d := range digests {
		_, _ = h.Write(d.sum[:])
	}
	return hex.EncodeToString(h.Sum(nil)[:4])
}

const fingerprintPrefix = "sha256:"

// Fingerprint returns the string that an agent writes in place of a referenced secret.
func Fingerprint(secret string) string {
	d := DigestOf(secret)
	return fingerprintPrefix + hex.EncodeToString(d.sum[:])
}

// DigestOfFingerprint returns the digest of the secret with the given fingerprint. It is
// zero if s is not a fingerprint.
func DigestOfFingerprint(s string) Digest {
	digits, ok := strings.CutPrefix(s, fingerprintPrefix)
	sum, err := hex.DecodeString(digits)
	if !ok || err != nil || len(sum) != len(Digest{}.sum) {
		return Digest{}
	}
	return Digest{[8]byte(sum)}
}

// Secret is a token that prints as a placeholder. Only [Reveal] returns the token. Secrets
// with the same token do not compare equal.
type Secret struct {
	// token is a pointer because fmt does not call Format for unexported fields, but
	// does not follow nested pointers either.
	token *string
}

// NewSecret returns token as a Secret.
func NewSecret(token string) Secret { return Secret{&token} }

// Reveal returns the token of a secret. It is empty for the zero value.
func Reveal(s Secret) string {
	if s.token == nil {
		return ""
	}
	return *s.token
}

// Format prints a placeholder, regardless of the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Redacted) }

// MarshalText returns a placeholder, for JSON and every other encoding.
func (s Secret) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// IsSecretKey reports whether the value of a key is a secret. It checks the suffix of
// the key, so that it also recognizes keys of future versions.
func IsSecretKey(key string) bool {
	return slices.ContainsFunc([]string{"token", "key", "secret", "password"}, func(suffix string) bool {
		n := len(key) - len(suffix)
		return n >= 0 && strings.EqualFold(key[n:], suffix)
	})
}
