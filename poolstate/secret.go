package poolstate

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/maphash"
	"io"
	"strings"
)

const redacted = "[secret]"

// Digest tells whether two secrets are the same without holding either. The
// zero value stands for no secret. It is the first half of the fingerprint
// that the agent itself writes for borrowed secrets, so the two compare.
type Digest struct{ sum [8]byte }

// IsZero reports whether there is no secret behind the digest.
func (d Digest) IsZero() bool { return d == Digest{} }

// Format prints nothing of the digest, whatever the verb.
func (d Digest) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText keeps a digest out of JSON and of every other encoding.
func (d Digest) MarshalText() ([]byte, error) { return []byte(redacted), nil }

func digestOf[T string | []byte](secret T) Digest {
	sum := sha256.Sum256([]byte(secret))
	var d Digest
	copy(d.sum[:], sum[:])
	return d
}

var keySeed = maphash.MakeSeed()

// with folds another secret, under its key, into the digest. The order of the
// keys does not matter: an agent may write them in another one.
func (d Digest) with(key string, secret Digest) Digest {
	// The multiplication keeps a secret that moves to another key from cancelling
	// out; it is odd, so that no two secrets become one.
	secret.fold(maphash.String(keySeed, key), 0x9e3779b97f4a7c15)
	d.fold(binary.BigEndian.Uint64(secret.sum[:]), 1)
	return d
}

// fold mixes a number into the digest.
func (d *Digest) fold(n, factor uint64) {
	binary.BigEndian.PutUint64(d.sum[:], (binary.BigEndian.Uint64(d.sum[:])^n)*factor)
}

// fingerprintPrefix names the hash of a fingerprint.
const fingerprintPrefix = "sha256:"

// fingerprintOf returns what the agent writes in place of a borrowed secret.
func fingerprintOf(secret string) string {
	d := digestOf(secret)
	return fingerprintPrefix + hex.EncodeToString(d.sum[:])
}

// digestOfFingerprint reads "sha256:" and 16 hex digits, the agent's stand-in
// for a secret that it borrowed from the environment.
func digestOfFingerprint(s string) Digest {
	var d Digest
	digits, ok := strings.CutPrefix(s, fingerprintPrefix)
	if !ok || len(digits) != hex.EncodedLen(len(d.sum)) {
		return Digest{}
	}
	if _, err := hex.Decode(d.sum[:], []byte(digits)); err != nil {
		return Digest{}
	}
	return d
}

// hidden is text that may be a secret. Inside an unexported field of somebody's
// struct fmt asks no Format method, so a value has to be safe by its shape: fmt
// never looks behind a pointer to a string.
type hidden = *string

func hide(s string) hidden { return &s }

// Secret is a token on its way into the file. It prints as nothing; only the
// store's encoder reads it. Two of the same token are not ==.
type Secret struct{ value hidden }

// NewSecret wraps a token.
func NewSecret(token string) Secret { return Secret{hide(token)} }

func (s Secret) reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// Format prints nothing of the secret, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText keeps a secret out of JSON and of every other encoding.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// secretSuffixes are the endings of keys whose values are secrets, known ones
// and tomorrow's.
var secretSuffixes = []string{"token", "key", "secret", "password"}

// IsSecretKey reports whether a key of an entry holds a secret, by its name.
func IsSecretKey(key string) bool {
	key = strings.ToLower(key)
	for _, s := range secretSuffixes {
		if strings.HasSuffix(key, s) {
			return true
		}
	}
	return false
}
