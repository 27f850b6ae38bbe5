package simulate

import (
	"slices"
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
	if refused := a.Ask(&c, at); refused != nil {
		return poolstate.Exhausted(c, *refused, at), false
	}
	if c.AuthType == "oauth" && !c.ExpiresAt.IsZero() && !at.Before(c.ExpiresAt) {
		change = poolstate.Succeeded(a.Refresh(&c, at))
		c = change.After(c)
	}
	return poolstate.Join(change, poolstate.Used(c, 1)), true
}

// Outage is a period in which a provider refuses all of its credentials or some.
type Outage struct {
	Provider string
	// Only lists the ids that are refused; nil means all.
	Only []string
	// From and To count from the start of the scenario. To is exclusive.
	From, To time.Duration
	// Failure is the answer, without a reset time.
	Failure poolstate.Failure
	// Resets is the time from the failure to the reset that the provider names;
	// zero if it names none.
	Resets time.Duration
}

// Providers answers requests according to a script.
type Providers struct {
	Start  time.Time
	Script []Outage
}

// Ask returns the failure of a request with c, or nil if it is served. Of several
// outages at a time, the first one in the script applies.
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

// Down returns the outage of a whole provider at an instant, the one that ends
// last if there are several, and false if there is none.
func (p Providers) Down(at time.Time) (Outage, bool) {
	since := at.Sub(p.Start)
	var worst Outage
	for _, s := range p.Script {
		if s.Only == nil && s.covers(since) && s.To > worst.To {
			worst = s
		}
	}
	return worst, worst.To > 0
}
