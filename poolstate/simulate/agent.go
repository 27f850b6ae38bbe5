package simulate

import (
	"slices"
	"time"

	"pooltop/poolstate"
)

// Step is a change that the agent makes to one credential.
type Step struct {
	Ref    poolstate.Ref
	Change poolstate.Change
}

// Agent uses a pool as an LLM agent does. All fields are required.
type Agent struct {
	// Policy determines the cooldowns. The agent counts failures if they grow.
	Policy poolstate.Policy
	// Ask sends a request and returns its failure, or nil if the request is served.
	Ask func(c *poolstate.Credential, at time.Time) *poolstate.Failure
	// Refresh obtains new tokens for an OAuth credential.
	Refresh func(c *poolstate.Credential, at time.Time) poolstate.Tokens
}

// Turn sends one request to a provider and returns the changes to the provider's
// credentials. The agent first clears the cooldowns that have ended. It then tries the
// ready credentials in rotation order until the provider serves the request.
// Credentials that the provider refuses become exhausted. An expired token is refreshed
// only if the provider serves the request, so that new tokens always indicate a
// success.
func (a Agent) Turn(p *poolstate.Provider, at time.Time) []Step {
	var steps []Step
	served := false
	for _, c := range p.Credentials {
		change := poolstate.CooledDown(c, a.Policy, at)
		if c = change.After(c); !served && a.Policy.Availability(&c, at) == poolstate.Ready {
			var used poolstate.Change
			used, served = a.use(c, at)
			change = poolstate.Join(change, used)
		}
		if !change.IsEmpty() {
			steps = append(steps, Step{c.Ref, change})
		}
	}
	return steps
}

// use sends one request with a ready credential.
func (a Agent) use(c poolstate.Credential, at time.Time) (change poolstate.Change, served bool) {
	if failure := a.Ask(&c, at); failure != nil {
		return refused(a.Policy, c, *failure, at), false
	}
	if c.AuthType == "oauth" && !c.ExpiresAt.IsZero() && !at.Before(c.ExpiresAt) {
		change = poolstate.Succeeded(a.Refresh(&c, at))
		c = change.After(c)
	}
	return poolstate.Join(change, poolstate.Used(c, 1)), true
}

// refused returns the change that an agent makes when a provider refuses a credential.
// Only agents with backoff record the streak.
func refused(policy poolstate.Policy, c poolstate.Credential, f poolstate.Failure, at time.Time) poolstate.Change {
	if policy.Climbs() {
		return poolstate.Exhausted(c, f, at)
	}
	return poolstate.Failed(f, at)
}

// Outage is a period when a provider refuses some or all of its credentials.
type Outage struct {
	Provider string
	// Only lists the ids that are refused; nil means all.
	Only []string
	// From and To are relative to the start of the scenario. To is exclusive.
	From, To time.Duration
	// Failure is the provider's answer, without a reset time.
	Failure poolstate.Failure
	// Resets is the time from the failure to the reset time in the answer. If it is zero,
	// the answer contains no reset time.
	Resets time.Duration
}

// Providers answers requests according to a script.
type Providers struct {
	Start  time.Time
	Script []Outage
}

// Ask returns the failure of a request with c, or nil if the request is served. If
// several outages overlap, the first one in the script applies.
func (p Providers) Ask(c *poolstate.Credential, at time.Time) *poolstate.Failure {
	for _, s := range p.Script {
		if s.covers(at.Sub(p.Start)) && s.Provider == c.Provider && (s.Only == nil || slices.Contains(s.Only, c.ID)) {
			f := s.Failure
			if s.Resets > 0 {
				f.ResetAt = at.Add(s.Resets)
			}
			return &f
		}
	}
	return nil
}

func (s Outage) covers(since time.Duration) bool { return since >= s.From && since < s.To }
