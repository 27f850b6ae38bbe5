package poolstate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Policy is the rule that a build of the agent uses to compute deadlines. Policies can be
// compared with ==. The zero value is [Backoff].
type Policy struct {
	kind   policyKind
	source PolicySource
	rules  *Rules // nil for the stock cooldowns of the kind
	model  string // see ForModel
}

type policyKind uint8

const (
	kindBackoff policyKind = iota
	kindFlat
	kindFlat202608
	kindFlat202610
)

// policyNames lists the names of the kinds, which are the values of --policy.
var policyNames = []string{"backoff", "flat", "flat-2026-08", "flat-2026-10"}

// Backoff returns the policy that doubles the cooldown with each consecutive failure,
// up to eight times the base TTL.
func Backoff() Policy { return Policy{kind: kindBackoff} }

// Flat returns the policy of stock agents up to July 2026: every cooldown is the base
// TTL.
func Flat() Policy { return Policy{kind: kindFlat} }

// Flat202608 returns the policy of stock agents since August 2026. It is like [Flat], but a
// provider's last live credential cools down for one minute, unless the failure concerned
// authentication or billing.
func Flat202608() Policy { return Policy{kind: kindFlat202608} }

// Flat202610 returns the policy of stock agents since October 2026. It is like [Flat202608],
// but the cooldown of a provider's last live credential also caps the provider's reset time,
// and an operator's reset after the failure makes a credential usable at once.
func Flat202610() Policy { return Policy{kind: kindFlat202610} }

// Rules holds cooldowns that replace the stock ones. They are measured or configured.
type Rules struct {
	// Cooldowns maps an error code to the cooldowns for streaks of 1, 2 and so on. The
	// last one applies to all longer streaks. If there is only one, it is multiplied by
	// the policy's multiplier. Code 0 applies to all codes that are not in the map.
	Cooldowns map[int][]time.Duration
	// Sole is the cooldown for a provider's last live credential. Zero means one minute.
	Sole time.Duration
}

// PolicySource is how a policy was chosen.
type PolicySource uint8

// The sources of a policy: the fields of the file, an observed failure, the
// installed agent's code, and the user.
const (
	PolicyFromFile PolicySource = iota
	PolicySeen
	PolicyMeasured
	PolicyForced
)

// String returns the word used in JSON.
func (s PolicySource) String() string {
	return wordOf(s, []string{"file", "seen", "measured", "forced"})
}

// String returns the name, such as "backoff" or "flat-2026-08".
func (p Policy) String() string { return p.kind.String() }

func (k policyKind) String() string { return wordOf(k, policyNames) }

// Source returns how the policy was chosen.
func (p Policy) Source() PolicySource { return p.source }

// Climbs reports whether cooldowns grow with the streak.
func (p Policy) Climbs() bool { return p.kind == kindBackoff }

// Counts reports whether the agent is known to count failures itself. A streak in the file
// does not prove this.
func (p Policy) Counts() bool { return p.Climbs() && p.Source() != PolicyFromFile }

// RetriesSole reports whether agents retry a provider's last live credential after a minute.
func (p Policy) RetriesSole() bool { return p.kind >= kindFlat202608 }

// WithRules returns the policy with the cooldowns of r.
func (p Policy) WithRules(r *Rules) Policy {
	p.rules = r
	return p
}

// Multiplier returns the factor for the base TTL at a streak. Under [Backoff] it is
// min(2^(streak-1), 8), or 1 if the streak is not positive. Under other policies it is 1.
func (p Policy) Multiplier(streak int) int {
	if p.Climbs() {
		return 1 << max(Step(streak)-1, 0)
	}
	return 1
}

// Of returns the policy for c: its profile's policy if c is in a merged pool, otherwise p. See
// [Merge]. The model of p applies in both cases.
func (p Policy) Of(c *Credential) Policy {
	if c.policy != nil {
		return c.policy.ForModel(p.model)
	}
	return p
}

// base returns the cooldown after a first failure of c with its current error code.
func (p Policy) base(c *Credential) time.Duration { return p.Cooldown(c, 1) }

// Cooldown returns the cooldown of c after a failure that raises its streak to the
// given number, if the provider returns no reset time.
func (p Policy) Cooldown(c *Credential, streak int) time.Duration {
	p = p.Of(c)
	code, known := c.ErrorCode.Get()
	base := BaseTTL(c.ErrorCode)
	factor, sole := time.Duration(p.Multiplier(streak)), soleTTL
	if p.rules != nil {
		sole = cmp.Or(p.rules.Sole, sole)
		steps, named := p.rules.Cooldowns[code]
		if !named || !known {
			steps = p.rules.Cooldowns[0]
		}
		if len(steps) == 1 {
			base = steps[0]
		} else if len(steps) > 1 {
			base, factor = steps[min(max(streak, 1), len(steps))-1], 1
		}
	}
	if p.RetriesSole() && retriedSoon(c) {
		return min(base, sole)
	}
	return base * factor
}

// retriedSoon reports whether flat builds since August 2026 retry c after a minute.
func retriedSoon(c *Credential) bool {
	switch code := c.ErrorCode.Or(0); {
	case code == codePaymentRequired, code == codeUnauthorized:
		return false
	case c.FailureReason == "billing_unverified":
		return true
	}
	return c.Sole && c.FailureReason != "billing"
}

// capFrom returns the start of the agent's own cooldown for c if that cooldown caps the
// provider's reset time. Otherwise it returns the zero time.
func (p Policy) capFrom(c *Credential, now time.Time) time.Time {
	p = p.Of(c)
	switch {
	case p.kind != kindFlat202610, !c.Sole, c.ErrorCode.Or(0) == codePaymentRequired, c.FailureReason == "billing":
		return time.Time{}
	case c.StatusAt.IsZero():
		return now
	}
	return c.StatusAt
}

// cleared reports whether the agent ignores the status of c because an operator reset
// it later.
func (p Policy) cleared(c *Credential) bool {
	return p.Of(c).kind == kindFlat202610 && !c.ClearedAt.IsZero() && c.ClearedAt.After(c.StatusAt)
}

// Evidence describes whether an observed failure raised the streak. It is more reliable than
// streaks in the file, which may come from another build or an operator.
type Evidence uint8

// The kinds of evidence: none yet, an agent that counts failures, and an agent that does not.
const (
	NoEvidence Evidence = iota
	EvidenceCounts
	EvidenceNoCount
)

// EvidenceOf returns evidence from an event about whether the agent counts failures. It ignores
// a failure with new tokens, because a success in between may have cleared the streak. It also
// ignores a failure that is older than the event, because an undo or an agent with an outdated
// pool may have restored it.
func EvidenceOf(e *Event) Evidence {
	if e.Kind != EventExhausted || e.By != ByAgent || e.Before == nil || e.After == nil ||
		newTokens(e.Before, e.After) || e.After.StatusAt.Before(e.At.Add(-SameEventWithin)) {
		return NoEvidence
	}
	if is := e.After.Streak.Count(); is > 0 && is != e.Before.Streak.Count() {
		return EvidenceCounts
	}
	return EvidenceNoCount
}

// PolicyChoice selects the policy for a store. The zero value selects it from the content
// of the file and the observed behavior of the agent.
type PolicyChoice struct {
	forced   bool
	policy   Policy
	rules    *Rules
	measured *Policy
}

// PolicyChoices lists the values of --policy.
func PolicyChoices() []string { return slices.Concat([]string{"auto"}, policyNames) }

// ParsePolicyChoice parses a value of --policy; see [PolicyChoices].
func ParsePolicyChoice(s string) (PolicyChoice, error) {
	if s == "auto" {
		return PolicyChoice{}, nil
	}
	if i := slices.Index(policyNames, s); i >= 0 {
		return Force(Policy{kind: policyKind(i)}), nil
	}
	return PolicyChoice{}, fmt.Errorf("unknown policy %q: use one of %s", s, strings.Join(PolicyChoices(), ", "))
}

// Force returns the choice of p regardless of the file.
func Force(p Policy) PolicyChoice { return PolicyChoice{forced: true, policy: p} }

// Forced reports whether the user chose the policy.
func (c PolicyChoice) Forced() bool { return c.forced }

// WithRules returns the choice with the cooldowns of r, which replace the policy's own.
func (c PolicyChoice) WithRules(r *Rules) PolicyChoice {
	c.rules = r
	return c
}

// WithMeasured returns the choice with a policy that was measured from the installed
// agent. That policy is ignored if the user chose one. Cooldowns set earlier with
// [PolicyChoice.WithRules] override the measured ones for the same error codes.
func (c PolicyChoice) WithMeasured(p Policy) PolicyChoice {
	c.measured = &p
	if c.rules == nil || p.rules == nil || c.forced {
		return c
	}
	merged := Rules{Cooldowns: maps.Clone(c.rules.Cooldowns), Sole: cmp.Or(c.rules.Sole, p.rules.Sole)}
	if _, all := merged.Cooldowns[0]; !all {
		merged.Cooldowns = maps.Clone(p.rules.Cooldowns)
		maps.Copy(merged.Cooldowns, c.rules.Cooldowns)
	}
	return c.WithRules(&merged)
}

// Resolve returns the policy for the deadlines of p: the user's choice or, failing that,
// the measured policy. If there is neither, it returns [Backoff] for an agent that counts
// failures, [Flat202608] if the file has fields or formatting that only builds since
// August 2026 write, and [Flat] otherwise. Without evidence, it assumes that the agent
// counts failures if any credential of p has a streak. A nil pool is treated as empty.
func (c PolicyChoice) Resolve(p *Pool, seen Evidence) Policy {
	policy := c.resolve(p, seen)
	if c.rules != nil {
		policy.rules = c.rules
	}
	return policy
}

func (c PolicyChoice) resolve(p *Pool, seen Evidence) Policy {
	switch {
	case c.forced:
		c.policy.source = PolicyForced
		return c.policy
	case c.measured != nil:
		measured := *c.measured
		measured.source = PolicyMeasured
		return measured
	}
	source := PolicySeen
	if seen == NoEvidence {
		source = PolicyFromFile
	}
	switch {
	case seen == EvidenceCounts, seen == NoEvidence && p != nil && p.carriesStreak:
		return Policy{kind: kindBackoff, source: source}
	case p != nil && p.newerBuild:
		return Policy{kind: kindFlat202608, source: source}
	}
	return Policy{kind: kindFlat, source: source}
}

// CapsCooldown reports whether the agent's own cooldown for c caps any deadline in the
// file, so that a later deadline has no effect.
func (p Policy) CapsCooldown(c *Credential) bool { return !p.capFrom(c, c.StatusAt).IsZero() }

// CapsReset reports whether the cooldown of a provider's last live credential caps the
// provider's reset time.
func (p Policy) CapsReset() bool { return p.kind == kindFlat202610 }

// Rules returns the cooldowns that replace the stock ones, or nil.
func (p Policy) Rules() *Rules { return p.rules }
