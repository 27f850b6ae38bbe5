package poolstate

import (
	"strconv"
	"time"
)

// Status is what the file says of a credential, before the clock is asked.
type Status uint8

// The statuses that an agent writes. StatusOther is any other word; such a
// credential is usable, as the agent treats it.
const (
	StatusNone Status = iota
	StatusOK
	StatusExhausted
	StatusDead
	StatusOther
)

// The spellings of last_status in the file.
const (
	wordOK        = "ok"
	wordExhausted = "exhausted"
	wordDead      = "dead"
)

// HoldReason is what last_error_reason says of a credential that an operator
// took out of rotation by hand.
const HoldReason = "operator_hold"

// The HTTP status codes that decide on cooldowns.
const (
	codeUnauthorized    = 401
	codePaymentRequired = 402
	codeTooManyRequests = 429
)

// Ref names one entry of the file. ID is empty for entries without one; then
// Position, the entry's place in the provider's list (from 0), names it, which
// holds only as long as nobody inserts before it.
type Ref struct {
	Provider string
	ID       string
	Position int
}

// String returns provider/id, the name of the entry in messages and JSON.
func (r Ref) String() string {
	if r.ID == "" {
		return r.Provider + "/#" + strconv.Itoa(r.Position+1)
	}
	return r.Provider + "/" + r.ID
}

// Credential is one entry of the pool as it stands in the file. Instants are
// zero, strings empty and optional values absent where the file has no usable
// value. It holds no secret.
type Credential struct {
	Ref
	// Index is the 1-based place in the provider's rotation order.
	Index    int
	Label    string
	AuthType string
	Source   string
	// Priority orders the rotation, lowest first; absent counts as 0.
	Priority     Optional[int]
	RequestCount Optional[int]

	Status Status
	// StatusText is last_status as the file spells it.
	StatusText string
	StatusAt   time.Time
	ErrorCode  Optional[int]
	// ErrorReason, ErrorMessage and FailureReason are the provider's or the
	// operator's words: untrusted text, to be cleaned before it is drawn.
	ErrorReason   string
	ErrorMessage  string
	FailureReason string
	// ResetAt is when the provider said that the limit resets, or the pinned
	// deadline of a hold.
	ResetAt time.Time
	Streak  Streak

	// ModelCooldowns is nil when the file has none.
	ModelCooldowns []ModelCooldown
	// ClearedAt is the last operator reset.
	ClearedAt time.Time
	Disabled  bool

	// ExpiresAt is when the access token expires, apart from any cooldown.
	ExpiresAt   time.Time
	LastRefresh time.Time
	BaseURL     string
	// Fingerprint stands for a borrowed secret: "sha256:" and 16 hex digits.
	Fingerprint string
	// Secret tells equal secrets apart from different ones. Two credentials
	// with the same digest share one quota.
	Secret Digest
	// Tokens covers every secret of the entry; it changes with any of them.
	Tokens Digest

	// borrowed is true for an entry whose secret lies elsewhere: it has a
	// fingerprint and no access token.
	borrowed bool
	// idLeaks and providerLeaks are true if the id, or the provider's name, holds a
	// piece of one of the entry's own secrets.
	idLeaks, providerLeaks bool

	// Sole is true for the only credential of its provider that is not dead.
	Sole bool
	// Shares names the credentials with the same secret, this one among them;
	// nil when it is the only one. They share one quota.
	Shares []Ref
}

// ModelCooldown is the cooldown of a single model; the credential stays usable
// for others. Until is zero where the file has no usable instant.
type ModelCooldown struct {
	Model string
	Until time.Time
}

// Name returns what people call the credential: its label, else its source,
// else its id, else its number.
func (c *Credential) Name() string {
	for _, s := range []string{c.Label, c.Source, c.ID} {
		if s != "" {
			return s
		}
	}
	return "#" + strconv.Itoa(c.Index)
}

// Handle is what reset and exhaust take for the credential: its id, or #Index if
// it has none.
func (c *Credential) Handle() string {
	if c.ID != "" {
		return c.ID
	}
	return "#" + strconv.Itoa(c.Index)
}

// Held reports whether an operator took the credential out of rotation.
func (c *Credential) Held() bool {
	return c.Status == StatusExhausted && c.ErrorReason == HoldReason
}

// Streak is consecutive_failures: the exhaustions since the last real success.
// The zero value is unknown, which is not the same as none; the core counts it
// as 0.
type Streak struct {
	n     int
	known bool
}

// KnownStreak returns a streak of n failures.
func KnownStreak(n int) Streak { return Streak{n: n, known: true} }

// Known returns the number of failures, and false when the file has none.
func (s Streak) Known() (int, bool) { return s.n, s.known }

// Count is the number the core computes with: unknown counts as 0. It may be
// negative in a garbled file, which the core takes for a first failure.
func (s Streak) Count() int { return s.n }

// Next is the streak after one more exhaustion. Unknown and negative count as
// 0; the largest integer stays where it is.
func (s Streak) Next() Streak {
	n := max(s.n, 0)
	if n+1 > n {
		n++
	}
	return KnownStreak(n)
}
