package poolstate

import (
	"slices"
	"strings"
	"time"

	"pooltop/poolstate/internal/redact"
)

// pinStep is how far a pin or its removal moves last_status_at. Without it, an agent
// that has the failure in memory overwrites the change with its next write.
const pinStep = time.Millisecond

// SameFailureWithin is the maximum difference between two values of last_status_at for the same
// failure. They can differ because pins move last_status_at.
const SameFailureWithin = 100 * time.Millisecond

// Pinned returns the change that makes agents wait until the given time before they retry
// an exhausted credential.
func Pinned(c Credential, until time.Time) Change {
	var ch Change
	ch.set(keyStatusAt, rawSeconds(c.StatusAt.Add(pinStep)))
	ch.set(keyResetAt, rawSeconds(until))
	return ch
}

// Unpinned returns the change that removes a pin, so that the agent's own cooldown
// applies again.
func Unpinned(c Credential) Change { return Pinned(c, time.Time{}) }

// Released returns the change that makes a pinned credential ready at once. It keeps the
// streak and the cooldowns of models.
func Released(c Credential, at time.Time) Change {
	var ch Change
	ch.set(keyStatus, rawNull())
	ch.clearError()
	if c.FailureReason != "" {
		ch.remove(keyFailureReason)
	}
	ch.set(keyClearedAt, rawSeconds(at))
	return ch
}

// unpinned returns a copy of a pinned credential with the agent's own deadline, or c
// itself if it is not pinned.
func (c *Credential) unpinned() *Credential {
	if !c.Pinned {
		return c
	}
	own := *c
	own.ResetAt, own.Pinned = c.AgentDeadline, false
	return &own
}

// NumericStatusAt reports whether last_status_at is a number. In old files it is text.
func (c *Credential) NumericStatusAt() bool { return c.numericStatusAt }

// QueriedLive reports whether agents query the provider's limits before the deadline of an
// exhausted credential and may therefore use it early.
func (c *Credential) QueriedLive() bool {
	contains := func(text string, words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(strings.ToLower(text), w) })
	}
	return c.Provider == codex && (c.ErrorCode.Or(0) == codeTooManyRequests ||
		contains(c.ErrorReason, "rate_limit", "usage_limit", "quota") || contains(c.ErrorMessage, rateLimitWords...))
}

// SolePinLimit is the longest agent cooldown that a pin may replace for a provider's last live
// credential. Replacing a longer one would block the provider for hours.
const SolePinLimit = 5 * time.Minute

// WhyNotPinned returns why guard must not pin a failure of c, or "" if pinning is allowed. own
// is the agent's own cooldown. If sole is true, pinning a provider's last live credential is
// allowed too.
func (c *Credential) WhyNotPinned(policy Policy, own time.Duration, sole bool) string {
	failed := *c
	failed.Status, failed.StatusAt = StatusExhausted, time.Unix(1, 0) // any time except zero
	switch {
	case c.FailureReason == "billing_unverified":
		return "the agent retries unverified billing failures after a minute"
	case c.QueriedLive():
		return "the agent queries the provider's limits before the deadline"
	case !c.Sole:
		return ""
	case policy.CapsCooldown(&failed):
		return "the agent limits the cooldown of a provider's only credential"
	case own > SolePinLimit && !sole:
		return "it is the provider's only credential (--sole allows pinning it)"
	}
	return ""
}

// TokenMark returns eight hexadecimal digits that change when the tokens of c change.
// They are part of a salted hash, from which the tokens cannot be recovered.
func (c *Credential) TokenMark(salt string) string { return redact.Mark(salt, c.Tokens, c.Secret) }

// Failures returns the streak in the file or, if that is unknown, the streak that pooltop has
// observed.
func (c *Credential) Failures() Streak {
	if n, observed := c.Observed.Get(); observed && !c.Streak.known {
		return KnownStreak(n)
	}
	return c.Streak
}
