package poolstate

import (
	"fmt"
	"time"
)

// Policy is the rule by which an agent turns failures into deadlines. The zero
// value is [Backoff].
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

// String returns the word of the header and of the JSON: backoff or flat.
func (p Policy) String() string {
	if p == Backoff {
		return "backoff"
	}
	return "flat"
}

// Climbs reports whether a streak makes cooldowns longer.
func (p Policy) Climbs() bool { return p == Backoff }

// RetriesSole reports whether a provider's only living credential is retried
// after a minute.
func (p Policy) RetriesSole() bool { return p == FlatSole }

// Multiplier is what the policy multiplies the base TTL with.
func (p Policy) Multiplier(streak int) int {
	if p.Climbs() {
		return Multiplier(streak)
	}
	return 1
}

// base is the cooldown of a first failure of c with its present code.
func (p Policy) base(c *Credential) time.Duration {
	ttl := BaseTTL(c.ErrorCode)
	if p != FlatSole {
		return ttl
	}
	code := c.ErrorCode.Or(0)
	if c.FailureReason == "billing_unverified" && code != codePaymentRequired {
		return soleTTL
	}
	billing := code == codePaymentRequired || c.FailureReason == "billing"
	if c.Sole && code != codeUnauthorized && !billing {
		return soleTTL
	}
	return ttl
}

// Cooldown is how long c waits after a failure that brings its streak to the
// given count, without a word from the provider.
func (p Policy) Cooldown(c *Credential, streak int) time.Duration {
	return p.base(c) * time.Duration(p.Multiplier(streak))
}

// PolicyChoice is what a person asked for: a policy, or to go by the file.
type PolicyChoice uint8

// The values of --policy.
const (
	PolicyAuto PolicyChoice = iota
	PolicyBackoff
	PolicyFlat
)

// ParsePolicyChoice reads auto, backoff or flat.
func ParsePolicyChoice(s string) (PolicyChoice, error) {
	switch s {
	case "auto":
		return PolicyAuto, nil
	case "backoff":
		return PolicyBackoff, nil
	case "flat":
		return PolicyFlat, nil
	}
	return PolicyAuto, fmt.Errorf("no policy %q: use auto, backoff or flat", s)
}

// Evidence is what an agent was seen to do with a streak. It says more than the
// file, in which streaks may be left over from another build, or set by an
// operator's hand alone.
type Evidence uint8

// What can be seen: nothing yet, an agent that counts failures, and one that
// does not.
const (
	NoEvidence Evidence = iota
	EvidenceCounts
	EvidenceNoCount
)

// EvidenceOf returns what an event tells: an exhaustion by the agent raises the
// streak, or it does not. New tokens at the same time may have reset it in
// between, which tells nothing; nor does an older exhaustion that an undo, or an
// agent with an old picture, put back.
func EvidenceOf(e *Event) Evidence {
	if e.Kind != EventExhausted || e.By != ByAgent || e.Before == nil || e.After == nil || newTokens(e.Before, e.After) {
		return NoEvidence
	}
	if e.After.StatusAt.Before(e.At.Add(-SameEventWithin)) {
		return NoEvidence
	}
	was, is := e.Before.Streak.Count(), e.After.Streak.Count()
	if _, known := e.After.Streak.Known(); known && is > 0 && is != was {
		return EvidenceCounts
	}
	return EvidenceNoCount
}

// Resolve returns the policy to compute p's deadlines with. PolicyAuto goes by
// what the agent was seen to do; without evidence it is Backoff if any
// credential of p carries a streak, else flat. Keys that only newer builds write
// decide between Flat and FlatSole. A nil pool is an empty one.
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
