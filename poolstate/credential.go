package poolstate

import (
	"cmp"
	"math"
	"strconv"
	"time"
)

// Status is last_status as stored in the file. It does not change when a deadline
// passes.
type Status uint8

// The statuses. StatusOther is any other value; agents may still select the credential.
const (
	StatusNone Status = iota
	StatusOK
	StatusExhausted
	StatusDead
	StatusOther
)

// String returns the value of last_status, or "other".
func (s Status) String() string {
	return wordOf(s, []string{"", wordOK, wordExhausted, wordDead, "other"})
}

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

// Ref identifies an entry of the file by provider and id or, if it has no id, by Position.
// Position is the index in the provider's list. It changes when an entry is inserted
// before this one. Profile is set only in merged pools; see [Merge].
type Ref struct {
	Provider string
	ID       string
	Position int
	Profile  string
}

// String returns provider/id or, if there is no id, provider/#n with n counted from 1.
func (r Ref) String() string {
	if r.ID == "" {
		return r.Provider + "/#" + strconv.Itoa(r.Position+1)
	}
	return r.Provider + "/" + r.ID
}

// Credential is one entry of the pool, without its secrets. A field is zero if the
// file has no valid value for it.
type Credential struct {
	Ref
	// Index is the position in the provider's rotation order, counted from 1.
	Index    int
	Label    string
	AuthType string
	Source   string
	// Priority determines the rotation order, lowest first. If absent, it is treated
	// as 0. Agents write only integers.
	Priority     Optional[float64]
	RequestCount Optional[int]

	Status Status
	// StatusText is last_status exactly as stored in the file.
	StatusText string
	StatusAt   time.Time
	// ErrorCode is the HTTP status of the last failure.
	ErrorCode Optional[int]
	// ErrorReason, ErrorMessage and FailureReason come from the provider or an
	// operator. They are untrusted text.
	ErrorReason, ErrorMessage, FailureReason string
	// ResetAt is when the limit resets according to the provider, or the end of a hold.
	ResetAt        time.Time
	Streak         Streak
	ModelCooldowns []ModelCooldown
	// ClearedAt is the time of the last reset by an operator.
	ClearedAt time.Time
	// FlaggedOff is true if the entry's "enabled" is false. Stock agents ignore the key.
	FlaggedOff bool
	// Unusable is true for an entry without a token, which agents never select.
	Unusable bool

	// ExpiresAt is when the access token expires, regardless of any cooldown.
	ExpiresAt   time.Time
	LastRefresh time.Time
	BaseURL     string
	// Fingerprint identifies a referenced secret. It is "sha256:" and 16 hex digits.
	Fingerprint string
	// Secret is equal for credentials with the same secret, and zero if there is none.
	Secret Digest
	// Tokens is a digest of all secrets of the entry.
	Tokens Digest

	// Observed is the number of failures that pooltop has counted, and ObservedSince the
	// time of the first. They are absent unless guard.State.Annotate has set them.
	Observed      Optional[int]
	ObservedSince time.Time
	// Exhaustions counts the observed failures by error code, including those of earlier
	// streaks. The key 0 is for codes that are not counted separately. It is nil unless
	// guard.State.Annotate has set it.
	Exhaustions map[int]int
	// Pinned is true if guard wrote ResetAt. AgentDeadline is then the agent's own
	// deadline, which the pin replaced.
	Pinned        bool
	AgentDeadline time.Time
	// ReleasedAt is when guard last released the credential. It equals ClearedAt until an
	// operator resets the credential.
	ReleasedAt time.Time

	// numericStatusAt is true if last_status_at is a number.
	numericStatusAt bool
	// hasStreak is true if the entry has the key consecutive_failures, and
	// countsStreaks if any entry in the file has it.
	hasStreak, countsStreaks bool
	// referenced is true for an entry with a fingerprint and no access token.
	referenced bool
	// idLeaks is true if the id is not used because it contains a secret.
	idLeaks bool
	// accounts identifies the accounts that the tokens belong to.
	accounts []Digest

	// Sole is true for the last live credential of a provider: all others are dead.
	Sole bool
	// Shares lists the credentials for the same account, including this one. They
	// share a quota. It is nil if there are no others. SharesSecret is true if all
	// of them have the same secret.
	Shares       []Ref
	SharesSecret bool

	// BorrowedFrom is the profile that owns the entry, if another profile borrows it; see
	// [Borrow]. Otherwise it is empty.
	BorrowedFrom string
	// Copy describes whether a profile's entry is a copy of one of the root's entries.
	Copy Copy
	// Profiles are the profiles with credentials for the same account, including this
	// one; see [MarkProfiles]. It is nil if there are no others.
	Profiles []string
	// Repeated is true for a borrowed credential that the merged pool also contains as the
	// original or through an earlier profile; see [Merge]. Counts and forecasts skip it.
	Repeated bool
	// BorrowedBy are the profiles that borrow this credential in a merged pool.
	BorrowedBy []string

	policy *Policy // policy of the credential's profile; nil unless the pool is merged
}

// ModelCooldown is the cooldown of one model. The credential remains usable
// for other models.
type ModelCooldown struct {
	Model string
	// Until is the end as stored in the file.
	Until time.Time
	// SeenAt is when the agent observed the failure, or the zero time if that is unknown.
	SeenAt time.Time
}

// entitlementTTL is how long agents avoid a model that the account's plan does not include.
const entitlementTTL = 2 * 24 * time.Hour

// Cooling reports whether the cooldown has not ended.
func (m ModelCooldown) Cooling(now time.Time) bool { return m.End(now).After(now) }

// NotInPlan reports whether the account's plan does not include the model. The file does not
// say so, but only such a cooldown lasts exactly two days. Older builds wrote a year, which agents
// now shorten. False may also mean that this is unknown.
func (m ModelCooldown) NotInPlan(now time.Time) bool {
	lasts := m.Until.Sub(m.SeenAt)
	return m.End(now) != m.Until || !m.SeenAt.IsZero() && (lasts-entitlementTTL).Abs() < time.Second
}

// End returns the end of the cooldown. Older builds wrote cooldowns of more than 30 days;
// agents treat them as ending two days from now.
func (m ModelCooldown) End(now time.Time) time.Time {
	if m.Until.Sub(now) > 30*24*time.Hour {
		return now.Add(entitlementTTL)
	}
	return m.Until
}

// Name returns the first of label, source and handle that is not empty.
func (c *Credential) Name() string { return cmp.Or(c.Label, c.Source, c.Handle()) }

// Handle identifies the credential on the command line: the id or, if there is none,
// #n, where n is the Index.
func (c *Credential) Handle() string { return cmp.Or(c.ID, "#"+strconv.Itoa(c.Index)) }

// Held reports whether an operator took the credential out of rotation.
func (c *Credential) Held() bool {
	return c.Status == StatusExhausted && c.ErrorReason == HoldReason
}

// FromFuture reports whether StatusAt is more than a minute after now, which is
// implausible.
func (c *Credential) FromFuture(now time.Time) bool { return c.StatusAt.After(now.Add(time.Minute)) }

// Streak is consecutive_failures: the number of failures since the last real success.
// The zero value is an unknown streak.
type Streak struct {
	n     int
	known bool
}

// KnownStreak returns a streak of n failures.
func KnownStreak(n int) Streak { return Streak{n: n, known: true} }

// Known returns the number of failures, and whether the file contains it.
func (s Streak) Known() (int, bool) { return s.n, s.known }

// Count returns the number of failures, or 0 if it is unknown. Files may contain
// negative numbers.
func (s Streak) Count() int { return s.n }

// Next returns the streak after one more failure. It does not overflow. Unknown and
// negative streaks are treated as 0.
func (s Streak) Next() Streak { return KnownStreak(max(min(s.n, math.MaxInt-1), 0) + 1) }

// Optional is a value that may be absent from the file. The zero value is absent.
type Optional[T any] struct {
	value   T
	present bool
}

// Some returns an Optional with the value v.
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
