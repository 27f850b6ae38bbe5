package poolstate

import (
	"cmp"
	"math"
	"strconv"
	"time"
)

// Status is last_status as the file has it, whatever the time.
type Status uint8

// The statuses. StatusOther is any unknown word; an agent may select such a credential.
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

// Ref identifies an entry of the file by provider and id. Without an id, Position
// identifies it: its index in the provider's list, which changes when an entry is
// inserted before it.
type Ref struct {
	Provider string
	ID       string
	Position int
}

// String returns provider/id, or provider/#n with n counted from 1 without an id.
func (r Ref) String() string {
	if r.ID == "" {
		return r.Provider + "/#" + strconv.Itoa(r.Position+1)
	}
	return r.Provider + "/" + r.ID
}

// Credential is one entry of the pool, without its secrets. A field is zero if the
// file has no usable value.
type Credential struct {
	Ref
	// Index is the place in the provider's rotation order, counted from 1.
	Index    int
	Label    string
	AuthType string
	Source   string
	// Priority determines the rotation order, lowest first; absent counts as 0.
	// Agents write integers only.
	Priority     Optional[float64]
	RequestCount Optional[int]

	Status Status
	// StatusText is last_status as the file spells it.
	StatusText string
	StatusAt   time.Time
	// ErrorCode is the HTTP status of the last failure.
	ErrorCode Optional[int]
	// These come from the provider or an operator. They are untrusted text.
	ErrorReason, ErrorMessage, FailureReason string
	// ResetAt is when the limit resets according to the provider, or the end of a hold.
	ResetAt        time.Time
	Streak         Streak
	ModelCooldowns []ModelCooldown
	// ClearedAt is the time of the last reset by an operator.
	ClearedAt time.Time
	// FlaggedOff is true if "enabled" is false. Stock agents ignore that.
	FlaggedOff bool
	// Unusable is true for an entry without a token, which agents never select.
	Unusable bool

	// ExpiresAt is when the access token expires, regardless of any cooldown.
	ExpiresAt   time.Time
	LastRefresh time.Time
	BaseURL     string
	// Fingerprint identifies a borrowed secret: "sha256:" and 16 hex digits.
	Fingerprint string
	// Secret is equal for credentials with the same secret. It is zero without one.
	Secret Digest
	// Tokens covers every secret of the entry and changes with any of them.
	Tokens Digest

	// hasStreak is true if the entry has the key of a streak, and countsStreaks if any
	// entry of the file has.
	hasStreak, countsStreaks bool
	// borrowed is true for an entry with a fingerprint and no access token.
	borrowed bool
	// idLeaks is true for an entry whose id is not used because it contains a secret.
	idLeaks bool
	// accounts identify the accounts of the tokens while a pool is decoded.
	accounts []Digest

	// Sole is true for the only credential of its provider that is not dead.
	Sole bool
	// Shares lists the credentials of the same account, this one included; nil if
	// there is no other. They share a quota. SharesSecret is true if all of them
	// have the same secret.
	Shares       []Ref
	SharesSecret bool
}

// ModelCooldown is the cooldown of one model. The credential remains usable for others.
type ModelCooldown struct {
	Model string
	// Until is the end as the file has it.
	Until time.Time
}

// End returns when the cooldown ends. Agents cut one of more than 30 days, which
// older builds wrote, to two days from the time when they read it.
func (m ModelCooldown) End(now time.Time) time.Time {
	if m.Until.Sub(now) > 30*24*time.Hour {
		return now.Add(2 * 24 * time.Hour)
	}
	return m.Until
}

// Name returns the label, or else the source or the handle.
func (c *Credential) Name() string { return cmp.Or(c.Label, c.Source, c.Handle()) }

// Handle returns the name for the command line: the id, or #n with the Index.
func (c *Credential) Handle() string { return cmp.Or(c.ID, "#"+strconv.Itoa(c.Index)) }

// Held reports whether an operator took the credential out of rotation.
func (c *Credential) Held() bool {
	return c.Status == StatusExhausted && c.ErrorReason == HoldReason
}

// FromFuture reports whether the status was set more than a minute after now, which
// is implausible.
func (c *Credential) FromFuture(now time.Time) bool { return c.StatusAt.After(now.Add(time.Minute)) }

// Streak is consecutive_failures: the number of exhaustions since the last real
// success. The zero value is an unknown streak.
type Streak struct {
	n     int
	known bool
}

// KnownStreak returns a streak of n failures.
func KnownStreak(n int) Streak { return Streak{n: n, known: true} }

// Known returns the number of failures, and false if the file has none.
func (s Streak) Known() (int, bool) { return s.n, s.known }

// Count returns the number to compute with: 0 if unknown. It is negative if the
// file's is.
func (s Streak) Count() int { return s.n }

// Next returns the streak after one more exhaustion, without overflow. Unknown and
// negative streaks count as 0.
func (s Streak) Next() Streak { return KnownStreak(max(min(s.n, math.MaxInt-1), 0) + 1) }

// Optional is a value that the file may lack. The zero value is absent.
type Optional[T any] struct {
	value   T
	present bool
}

// Some returns a present value.
func Some[T any](v T) Optional[T] { return Optional[T]{value: v, present: true} }

// Get returns the value, and whether it is present.
func (o Optional[T]) Get() (T, bool) { return o.value, o.present }

// Or returns the value, or def if it is absent.
func (o Optional[T]) Or(def T) T {
	if o.present {
		return o.value
	}
	return def
}
