package simulate

import (
	"time"

	"pooltop/poolstate"
)

// Step is a change that the agent makes to one credential.
type Step struct {
	Ref    poolstate.Ref
	Change poolstate.Change
}

// Agent works a pool as an LLM agent does.
type Agent struct {
	// Policy is the rule of its cooldowns.
	Policy poolstate.Policy
	// Ask sends a request with a credential and returns the refusal, or nil.
	Ask func(c *poolstate.Credential, at time.Time) *poolstate.Failure
	// Refresh asks the authority of an OAuth credential for new tokens.
	Refresh func(c *poolstate.Credential, at time.Time) poolstate.Tokens
}

// Turn is one request to a provider. The agent first clears the cooldowns that
// have run out. Then it takes the credentials in the order of rotation and asks;
// a refused credential is exhausted and the next one gets its turn, until one
// serves or none is left. An expired token is renewed once its provider answers
// again, so that new tokens always mean a success. It returns what that changes.
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

// use sends one request with a credential that is ready.
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
