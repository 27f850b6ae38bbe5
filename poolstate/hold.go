package poolstate

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Hold takes a credential out of rotation until a deadline. Without For and
// Until the deadline is that of a real failure under [Backoff].
type Hold struct {
	// Code is the error code to record, 100 to 599; see [HoldCode].
	Code int
	// For is the length of the hold, from the moment it is written.
	For time.Duration
	// Until is the end of the hold. It is ignored if For is set.
	Until time.Time
	// Reason is free text, stored in last_error_message.
	Reason string
}

// defaultHoldReason is stored if the operator gives no reason.
const defaultHoldReason = "held by operator"

// codex is a provider whose limits agents query live.
const codex = "openai-codex"

// HoldCode returns an error code with which agents respect a hold of every given
// credential: 402 if they would retry one early after a 429, else 429. They do so
// on openai-codex, where they query the limits, and newer agents also retry the
// only living credential of a provider unless the failure is one of billing.
func HoldCode(credentials []Credential) int {
	if slices.ContainsFunc(credentials, func(c Credential) bool { return c.Provider == codex || c.Sole }) {
		return codePaymentRequired
	}
	return codeTooManyRequests
}

// rateLimitWords mark a rate limit in the reason or message of an openai-codex
// credential, which agents then retry early.
var rateLimitWords = []string{"rate_limit", "usage_limit", "quota"}

// refusal returns why the hold must not be written to c, empty if it may.
func (h Hold) refusal(c *Credential, at time.Time) string {
	switch {
	case c.Status == StatusDead:
		return "dead, needs re-authentication"
	case h.For < 0, !h.deadline(c, at).After(at):
		return "the deadline is not in the future"
	case h.Code < 100 || h.Code > 599:
		return fmt.Sprintf("error code %d is not between 100 and 599", h.Code)
	case c.Provider != codex:
		return ""
	}
	for _, w := range rateLimitWords {
		if strings.Contains(strings.ToLower(h.Reason), w) {
			return fmt.Sprintf("on %s, agents end a hold early if its reason contains %q", codex, w)
		}
	}
	return ""
}

// Warning returns why agents may end the hold of c early, empty if they do not.
func (h Hold) Warning(c *Credential) string {
	switch {
	case c.Provider == codex && h.Code == codeTooManyRequests:
		return "agents end a 429 on openai-codex once the provider has capacity; 402 lasts"
	case c.Sole && h.Code != codePaymentRequired:
		return "newer agents retry a provider's only living credential after 60s; 402 lasts"
	}
	return ""
}

// deadline returns when the hold ends if it is written at the given instant.
func (h Hold) deadline(c *Credential, at time.Time) time.Time {
	switch {
	case h.For > 0:
		return at.Add(h.For)
	case !h.Until.IsZero():
		return h.Until
	}
	multiplier := multiplier(c.Streak.Next().Count())
	return at.Add(BaseTTL(Some(h.Code)) * time.Duration(multiplier))
}

// held returns the change for a credential that an operator holds. Like a failure
// it raises the streak. The deadline is stored as the provider's reset time,
// which every build of the agent obeys.
func held(c Credential, h Hold, at time.Time) Change {
	reason := h.Reason
	if reason == "" {
		reason = defaultHoldReason
	}
	return Exhausted(c, Failure{
		Code: h.Code, Reason: HoldReason, Message: reason, ResetAt: h.deadline(&c, at),
	}, at)
}
