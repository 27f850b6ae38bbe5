package poolstate

import (
	"cmp"
	"math"
	"strconv"
	"time"
)

// Status is last_status as the file has it, whatever the time.
type Status uint8

// The statuses. An agent may select a credential of status StatusOther, which is
// any word that this package does not know.
const (
	StatusNone Status = iota
	StatusOK
	StatusExhausted
	StatusDead
	StatusOther
)

// The values of last_status.
const (
	wordOK        = "ok"
	wordExhausted = "exhausted"
	wordDead      = "dead"
)

// HoldReason is the last_error_reason of a held credential.
const HoldReason = "operator_hold"

// The HTTP status codes that affect cooldowns.
const (
	codeUnauthorized    = 401
	codePaymentRequired = 402
	codeTooManyRequests = 429
)

// Ref identifies an entry of the file by provider and id. If ID is empty, it is
// the entry at Position in the provider's list, counted from 0, which is valid
// only until an entry is inserted before it.
type Ref struct {
	Provider string
	ID       string
	Position int
}

// String returns provider/id, or provider/#n with n counted from 1 for an entry
// without an id.
func (r Ref) String() string {
	if r.ID == "" {
		return r.Provider + "/#" + strconv.Itoa(r.Position+1)
	}
	return r.Provider + "/" + r.ID
}

// Credential is one entry of the pool. Instants are zero, strings empty and
// optional values absent if the file has no usable value. It contains no secret.
type Credential struct {
	Ref
	// Index is the place in the provider's rotation order, counted from 1.
	Index    int
	Label    string
	AuthType string
	Source   string
	// Priority determines the rotation order, lowest first; absent counts as 0.
	Priority     Optional[int]
	RequestCount Optional[int]

	Status Status
	// StatusText is last_status as the file spells it.
	StatusText string
	StatusAt   time.Time
	// ErrorCode is the HTTP status of the last failure.
	ErrorCode Optional[int]
	// ErrorReason, ErrorMessage and FailureReason come from the provider or an
	// operator. They are untrusted text.
	ErrorReason   string
	ErrorMessage  string
	FailureReason string
	// ResetAt is when the limit resets according to the provider, or the end of
	// a hold.
	ResetAt time.Time
	Streak  Streak

	// ModelCooldowns is nil if the file has none.
	ModelCooldowns []ModelCooldown
	// ClearedAt is the time of the last reset by an operator.
	ClearedAt time.Time
	// Disabled is true if the agent's configuration excludes the credential.
	Disabled bool

	// ExpiresAt is when the access token expires, regardless of any cooldown.
	ExpiresAt   time.Time
	LastRefresh time.Time
	BaseURL     string
	// Fingerprint identifies a borrowed secret: "sha256:" and 16 hex digits.
	Fingerprint string
	// Secret is equal for two credentials with the same secret, which then share
	// a quota.
	Secret Digest
	// Tokens covers every secret of the entry and changes with any of them.
	Tokens Digest

	// borrowed is true for an entry with a fingerprint and no access token: its
	// secret is kept elsewhere.
	borrowed bool
	// idLeaks and providerLeaks are true if the id or the provider's name
	// contains part of one of the entry's own secrets.
	idLeaks, providerLeaks bool

	// Sole is true for the only credential of its provider that is not dead.
	Sole bool
	// Shares lists the credentials with the same secret, including this one; nil
	// if there is no other.
	Shares []Ref
}

// ModelCooldown is the cooldown of one model. The credential remains usable for
// others. Until is zero if the file has no usable instant.
type ModelCooldown struct {
	Model string
	Until time.Time
}

// Name returns the label, or else the source, the id, or #n with the
// credential's Index.
func (c *Credential) Name() string {
	if name := cmp.Or(c.Label, c.Source); name != "" {
		return name
	}
	return c.Handle()
}

// Handle returns how to name the credential on the command line: its id, or #n
// with its Index.
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

// Streak is consecutive_failures: the number of exhaustions since the last real
// success. The zero value is an unknown streak, which counts as 0 in
// computations.
type Streak struct {
	n     int
	known bool
}

// KnownStreak returns a streak of n failures.
func KnownStreak(n int) Streak { return Streak{n: n, known: true} }

// Known returns the number of failures, and false if the file has none.
func (s Streak) Known() (int, bool) { return s.n, s.known }

// Count returns the number to compute with, 0 if unknown. It is negative if the
// file says so, which counts as a first failure.
func (s Streak) Count() int { return s.n }

// Next returns the streak after one more exhaustion. Unknown and negative
// streaks count as 0, and the largest integer does not overflow.
func (s Streak) Next() Streak {
	if s.n == math.MaxInt {
		return s
	}
	return KnownStreak(max(s.n, 0) + 1)
}
