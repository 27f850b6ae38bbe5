// Package simulate runs scenarios of provider outages, with an accelerated clock,
// providers that fail according to a script, and an agent that uses the pool as a real
// agent would. The result depends only on the seed. The package does not access files: it
// returns the agent's changes, which the caller applies to a store.
package simulate

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"time"

	"pooltop/poolstate"
)

// Simulation is the state of a scenario at one time. It is immutable: [Simulation.Play]
// returns the state after a turn, and calling it again returns the same state.
type Simulation struct {
	scenario Scenario
	seed     uint64
	start    time.Time
	next     time.Time
	again    bool // the scenario has been played before
	// failed counts the failed requests to each provider.
	failed map[string]int
	// recovered is when a job first found that the pool had recovered from the last outage,
	// or the zero time.
	recovered time.Time
}

// epilogue is the time from the recovery until the scenario starts over.
const epilogue = 90 * time.Minute

// New returns a simulation at the start of a scenario. The seed determines the time of the
// first job.
func New(s Scenario, start time.Time, seed uint64) Simulation {
	first := time.Duration(rand.New(rand.NewPCG(seed, seed)).Int64N(int64(s.Jobs)))
	return Simulation{scenario: s, seed: seed, start: start, next: start.Add(first), failed: map[string]int{}}
}

// Restart returns the simulation at the start of its scenario, at least a day after the
// given time, so that guard has forgotten all failures.
func (s Simulation) Restart(at time.Time) Simulation {
	y, m, d := at.Date()
	start := time.Date(y, m, d+1, s.scenario.Hour, 0, 0, 0, at.Location())
	if start.Before(at.AddDate(0, 0, 1)) {
		start = start.AddDate(0, 0, 1)
	}
	again := New(s.scenario, start, s.seed)
	again.again = true
	return again
}

// Start returns the start time of the scenario.
func (s Simulation) Start() time.Time { return s.start }

// End returns the time when the scenario starts over, or the zero time if the pool has not
// recovered from the last outage yet.
func (s Simulation) End() time.Time {
	if s.recovered.IsZero() {
		return time.Time{}
	}
	return s.recovered.Add(epilogue)
}

// NextTurn returns the time of the next job.
func (s Simulation) NextTurn() time.Time { return s.next }

// Providers returns the providers of the scenario.
func (s Simulation) Providers() Providers {
	return Providers{Start: s.start, Script: s.scenario.Script}
}

// Scenario returns the scenario.
func (s Simulation) Scenario() Scenario { return s.scenario }

// Failed returns the number of failed requests to a provider so far.
func (s Simulation) Failed(provider string) int { return s.failed[provider] }

// Play runs the next job, which sends a request to each provider of p. It returns the
// simulation after the job and the changes to the pool. It does not modify the pool.
func (s Simulation) Play(p *poolstate.Pool) (Simulation, []Step) {
	at := s.next
	s.failed = maps.Clone(s.failed)
	switch over := s.isOver(p, at); {
	case !over:
		s.recovered = time.Time{}
	case s.recovered.IsZero():
		s.recovered = at
	}
	agent := Agent{Policy: s.scenario.policy(), Ask: s.ask, Refresh: s.refresh}
	var steps []Step
	for i := range p.Providers {
		steps = append(steps, agent.Turn(&p.Providers[i], at)...)
	}
	s.next = at.Add(s.scenario.Jobs)
	return s, steps
}

// isOver reports whether all outages have ended and the pool has recovered. It ignores
// credentials that are held or dead.
func (s Simulation) isOver(p *poolstate.Pool, at time.Time) bool {
	for _, outage := range s.scenario.Script {
		if at.Sub(s.start) < outage.To {
			return false
		}
	}
	for c := range p.All() {
		if c.Status == poolstate.StatusExhausted && !c.Held() {
			return false
		}
	}
	return p.Len() > 0
}

// ask sends a request and counts it if it fails.
func (s Simulation) ask(c *poolstate.Credential, at time.Time) *poolstate.Failure {
	f := s.Providers().Ask(c, at)
	if f != nil {
		s.failed[c.Provider]++
	}
	return f
}

// refresh returns new fictitious tokens.
func (s Simulation) refresh(c *poolstate.Credential, at time.Time) poolstate.Tokens {
	token := func(kind string) poolstate.Secret {
		return poolstate.NewSecret(fmt.Sprintf("simulated-%s-%s-%d", kind, c.ID, at.Unix()))
	}
	return poolstate.Tokens{Access: token("access"), Refresh: token("refresh"), ExpiresAt: at.Add(tokenLasts)}
}
