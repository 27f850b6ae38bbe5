package poolstate

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Strategy is how an agent selects a provider's next credential.
type Strategy uint8

// The strategies. FillFirst, the default, takes the first available credential in rotation
// order. RoundRobin does the same and then moves that credential to the end. LeastUsed takes
// the available credential with the smallest request count, and Random takes any available
// credential.
const (
	FillFirst Strategy = iota
	RoundRobin
	LeastUsed
	Random
)

var strategyWords = []string{"fill_first", "round_robin", "least_used", "random"}

// String returns the word in the agent's configuration.
func (s Strategy) String() string { return wordOf(s, strategyWords) }

// ParseStrategy returns the strategy with the given name. Like agents, it ignores case and
// surrounding space, and returns [FillFirst] for an unknown name.
func ParseStrategy(name string) Strategy {
	name = strings.ToLower(strings.TrimSpace(name))
	return Strategy(max(slices.Index(strategyWords, name), 0))
}

// Next returns the credential that an agent with the given strategy selects next, or nil if no
// credential is available or the strategy is [Random]. If the policy has no model (see
// [Policy.ForModel]), the agent does not specify one and skips credentials with a cooldown for
// any model. To find the next credential of a profile in a merged pool, use [Provider.Of].
func (p *Provider) Next(s Strategy, policy Policy, now time.Time) *Credential {
	if s == Random || !readByAgents(p.Name) {
		return nil
	}
	var next *Credential
	for i := range p.Credentials {
		c := &p.Credentials[i]
		switch {
		case !policy.Selectable(c, now):
		case s != LeastUsed:
			return c
		case next == nil || c.RequestCount.Or(0) < next.RequestCount.Or(0):
			next = c
		}
	}
	return next
}

// readByAgents reports whether agents use the provider with the given name. They look names up
// in lower case.
func readByAgents(provider string) bool { return provider == strings.ToLower(provider) }

// noteUpperCase explains why agents do not use a provider.
const noteUpperCase = "the name is not in lower case, so agents never use it"

// Selectable reports whether an agent may select c: it is ready or due, and has no active
// cooldown for the policy's model or, if the policy has none, for any model.
func (p Policy) Selectable(c *Credential, now time.Time) bool {
	a := p.Availability(c, now)
	return (a == Ready || a == Due) && (p.model != "" || c.ModelsOutUntil(now).IsZero())
}

// ModelsOutUntil returns the end of the last active model cooldown, or the zero time if there
// is none. Until then, an agent that does not specify a model does not select c.
func (c *Credential) ModelsOutUntil(now time.Time) (until time.Time) {
	for _, m := range c.ModelCooldowns {
		if end := m.End(now); end.After(now) && end.After(until) {
			until = end
		}
	}
	return until
}

// ForModel returns the policy for requests to a model: its deadlines and availabilities
// include the cooldown of that model. An empty name means no model. Such a policy is only for
// display, because deadlines of models must not be written as deadlines of credentials.
func (p Policy) ForModel(model string) Policy {
	p.model = model
	return p
}

// Model returns the model of [Policy.ForModel], or "".
func (p Policy) Model() string { return p.model }

// modelCooldown returns the active cooldown of c for the policy's model, or the zero value if
// there is none.
func (p Policy) modelCooldown(c *Credential, now time.Time) ModelCooldown {
	for _, m := range c.ModelCooldowns {
		if m.Model == p.model && m.Cooling(now) {
			return m
		}
	}
	return ModelCooldown{}
}

// anthropicRanks lists sources of anthropic credentials, the highest rank first.
var anthropicRanks = []string{"env:ANTHROPIC_TOKEN", "env:CLAUDE_CODE_OAUTH_TOKEN", "hermes_pkce", sourceClaudeCode, "env:ANTHROPIC_API_KEY"}

// compareRotation compares the positions of two credentials of a provider in the rotation
// order: the lowest priority comes first. Agents order anthropic credentials by source, manual
// ones first, and then by priority.
func compareRotation(a, b *Credential) int {
	byPriority := cmp.Compare(a.Priority.Or(0), b.Priority.Or(0))
	if a.Provider != providerClaude {
		return byPriority
	}
	ranked := cmp.Compare(rank(a.Source), rank(b.Source))
	if ranked != 0 || isManual(a.Source) {
		return cmp.Or(ranked, byPriority)
	}
	return cmp.Or(byPriority, cmp.Compare(cmp.Or(a.Label, a.Source), cmp.Or(b.Label, b.Source)))
}

// rank returns the position of a source of anthropic credentials in the rotation order.
func rank(source string) int {
	if isManual(source) {
		return -1
	}
	if i := slices.Index(anthropicRanks, source); i >= 0 {
		return i
	}
	return len(anthropicRanks)
}
