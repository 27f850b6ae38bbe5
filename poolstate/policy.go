package poolstate

import (
	"fmt"
	"time"
)

// Policy is the rule by which an agent computes deadlines. The zero value is
// [Backoff].
type Policy uint8

const (
	// Backoff doubles the cooldown with each failure in a row, up to eightfold.
	Backoff Policy = iota
	// Flat always waits the base TTL, as stock agents did up to July 2026.
	Flat
	// FlatSole is Flat as stock agents apply it since August 2026: a provider's
	// only credential that is not dead waits one minute, unless the failure was
	// one of authentication or billing.
	FlatSole
)

// String returns "backoff", or "flat" for both flat policies.
func (p Policy) String() string {
	if p == Backoff {
		return "backoff"
	}
	return "flat"
}

// Climbs reports whether cooldowns grow with the streak.
func (p Policy) Climbs() bool { return p == Backoff }

// RetriesSole reports whether a provider's only living credential is retried
// after a minute.
func (p Policy) RetriesSole() bool { return p == FlatSole }

// Multiplier returns the factor by which a streak lengthens the base TTL, 1 to
// 8; see [multiplier].
func (p Policy) Multiplier(streak int) int {
	if p.Climbs() {
		return multiplier(streak)
	}
	return 1
}

// base returns the cooldown of a first failure of c with its present code.
func (p Policy) base(c *Credential) time.Duration {
	if p == FlatSole && retriedSoon(c) {
		return soleTTL
	}
	return BaseTTL(c.ErrorCode)
}

// retriedSoon reports whether newer flat builds retry c after a minute.
func retriedSoon(c *Credential) bool {
	switch code := c.ErrorCode.Or(0); {
	case code == codePaymentRequired:
		return false
	case c.FailureReason == "billing_unverified":
		return true
	default:
		return c.Sole && code != codeUnauthorized && c.FailureReason != "billing"
	}
}

// Cooldown returns how long c waits after the failure that raises its streak to
// the given count, if the provider names no reset time.
func (p Policy) Cooldown(c *Credential, streak int) time.Duration {
	return p.base(c) * time.Duration(p.Multiplier(streak))
}

// PolicyChoice is a value of --policy: a policy, or automatic detection. The
// zero value is [PolicyAuto].
type PolicyChoice uint8

// The policy choices.
const (
	PolicyAuto PolicyChoice = iota
	PolicyBackoff
	PolicyFlat
)

// ParsePolicyChoice parses "auto", "backoff" or "flat".
func ParsePolicyChoice(s string) (PolicyChoice, error) {
	switch s {
	case "auto":
		return PolicyAuto, nil
	case "backoff":
		return PolicyBackoff, nil
	case "flat":
		return PolicyFlat, nil
	}
	return PolicyAuto, fmt.Errorf("unknown policy %q: use auto, backoff or flat", s)
}

// Evidence is what an observed failure shows about the agent's policy. It is
// more reliable than the file, whose streaks may come from another build or from
// an operator. The zero value is [NoEvidence].
type Evidence uint8

// The kinds of evidence: none yet, an agent that counts failures, and an agent
// that does not.
const (
	NoEvidence Evidence = iota
	EvidenceCounts
	EvidenceNoCount
)

// EvidenceOf returns what an event shows about the agent: its exhaustion either
// raises the streak or does not. An exhaustion with new tokens is no evidence,
// because a success in between may have reset the streak; nor is one older than
// the event, which an undo or an agent with an outdated pool has restored.
func EvidenceOf(e *Event) Evidence {
	if e.Kind != EventExhausted || e.By != ByAgent || e.Before == nil || e.After == nil || newTokens(e.Before, e.After) {
		return NoEvidence
	}
	if e.After.StatusAt.Before(e.At.Add(-SameEventWithin)) {
		return NoEvidence
	}
	was, is := e.Before.Streak.Count(), e.After.Streak.Count()
	if is > 0 && is != was {
		return EvidenceCounts
	}
	return EvidenceNoCount
}

// Resolve returns the policy to compute p's deadlines with. [PolicyAuto] goes by
// what the agent was seen to do; without evidence it is Backoff if any
// credential of p carries a streak, and flat otherwise. Fields that only builds
// since August 2026 write decide between Flat and FlatSole. A nil pool counts as
// empty.
func (c PolicyChoice) Resolve(p *Pool, seen Evidence) Policy {
	if p == nil {
		p = &Pool{}
	}
	counts := p.carriesStreak && seen == NoEvidence || seen == EvidenceCounts
	switch {
	case c == PolicyBackoff, c == PolicyAuto && counts:
		return Backoff
	case p.newerBuild:
		return FlatSole
	default:
		return Flat
	}
}
