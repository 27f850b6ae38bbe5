package poolstate

import (
	"fmt"
	"strings"
	"time"
)

// Hold is what an operator asks for when taking a credential out of rotation.
// Without For and Until the deadline is the one of a real failure.
type Hold struct {
	// Code is the error code to record; see [DefaultHoldCode].
	Code int
	// For is how long the hold lasts, from the moment it is written.
	For time.Duration
	// Until is when the hold ends. It counts only without For.
	Until time.Time
	// Reason are the operator's own, for whoever looks at it later.
	Reason string
}

// heldWords stand where an operator gave no words.
const heldWords = "held by operator"

// codex is the provider whose limits an agent asks about, live.
const codex = "openai-codex"

// holdCode is the code with which a hold of the credential lasts: 402
// where an agent would lift a 429 by itself, on openai-codex because it asks
// the provider about those, and for the only living credential of a provider,
// which the newest builds retry after a minute unless the cause is billing.
func holdCode(c *Credential) int {
	if c.Provider == codex || c.Sole {
		return codePaymentRequired
	}
	return codeTooManyRequests
}

// HoldCode is the code with which one hold of several credentials lasts for
// each of them.
func HoldCode(of []Credential) int {
	for i := range of {
		if code := holdCode(&of[i]); code != codeTooManyRequests {
			return code
		}
	}
	return codeTooManyRequests
}

// liftingWords are what an agent takes for a rate limit when it stands in the
// reason or message of an openai-codex entry.
var liftingWords = []string{"rate_limit", "usage_limit", "quota"}

// refusal returns why the hold must not be written to the credential, or an
// empty string: a dead credential cannot be held, and words that would make an
// agent lift the hold are no words for it.
func (h Hold) refusal(c *Credential, at time.Time) string {
	switch {
	case c.Status == StatusDead:
		return "it is dead: no agent uses it before a re-auth"
	case h.For < 0, !h.deadline(c, at).After(at):
		return "the deadline is not in the future"
	case h.Code < 100 || h.Code > 599:
		return fmt.Sprintf("%d is no error code: use 100 to 599", h.Code)
	}
	if c.Provider != codex {
		return ""
	}
	for _, w := range liftingWords {
		if strings.Contains(strings.ToLower(h.Reason), w) {
			return fmt.Sprintf("on %s the word %q in the reason lets an agent lift the hold", codex, w)
		}
	}
	return ""
}

// Warning returns what may undo the hold all the same, or an empty string.
func (h Hold) Warning(c *Credential) string {
	switch {
	case c.Provider == codex && h.Code == codeTooManyRequests:
		return "an agent lifts a 429 on openai-codex as soon as the provider has capacity; 402 lasts"
	case c.Sole && h.Code != codePaymentRequired:
		return "the newest agents retry a provider's only living credential after 60s; 402 lasts"
	}
	return ""
}

// deadline is when the hold would end if it were written at an instant: the
// operator's own, or base TTL times the multiplier of the new streak.
func (h Hold) deadline(c *Credential, at time.Time) time.Time {
	switch {
	case h.For > 0:
		return at.Add(h.For)
	case !h.Until.IsZero():
		return h.Until
	}
	multiplier := Multiplier(c.Streak.Next().Count())
	return at.Add(BaseTTL(Some(h.Code)) * time.Duration(multiplier))
}

// held is the transition of a credential that an operator takes out
// of rotation: as a real failure, the streak counts on, and the deadline is
// pinned into the field for the provider's own, which every build of the agent
// honours.
func held(c Credential, h Hold, at time.Time) Change {
	words := h.Reason
	if words == "" {
		words = heldWords
	}
	return Exhausted(c, Failure{
		Code: h.Code, Reason: HoldReason, Message: words, ResetAt: h.deadline(&c, at),
	}, at)
}
