package simulate

import (
	"time"

	"pooltop/poolstate"
)

// Step is a change of one credential by the agent.
type Step struct {
	Ref    poolstate.Ref
	Change poolstate.Change
}

// Agent uses a pool as an LLM agent does. All fields are required.
type Agent struct {
	// Policy determines its cooldowns.
	Policy poolstate.Policy
	// Ask sends a request and returns the failure, or nil if it is served.
	Ask func(c *poolstate.Credential, at time.Time) *poolstate.Failure
	// Refresh obtains new tokens for an OAuth credential.
	Refresh func(c *poolstate.Credential, at time.Time) poolstate.Tokens
}

// Turn sends one request to a provider and returns the changes of its credentials.
// The agent first clears the cooldowns that are over. It then tries the ready
// credentials in rotation order until one is served; those that are refused become
// exhausted. An expired token is refreshed only if the provider serves the request,
// so that new tokens always indicate a success.
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
	refused := a.Ask(&c, at)
	if refused == nil && c.AuthType == "oauth" && !c.ExpiresAt.IsZero() && !at.Before(c.ExpiresAt) {
		change = poolstate.Succeeded(a.Refresh(&c, at))
		c = change.After(c)
	}
	if refused != nil {
		return poolstate.Exhausted(c, *refused, at), false
	}
	return poolstate.Join(change, poolstate.Used(c, 1)), true
}
