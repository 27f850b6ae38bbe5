// Package simulate runs scenarios of provider outages, with an accelerated clock,
// providers that fail according to a script, and an agent that uses the pool like a
// real one. The result depends only on the seed. The package does not access files: it
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
	start    time.Time
	next     time.Time
	random   rand.PCG
	// failed has the number of failed requests of each provider.
	failed map[string]int
}

// The pause between turns is random between these bounds.
const (
	shortestPause = time.Minute
	longestPause  = 3 * time.Minute
)

// New returns a simulation at the start of a scenario.
func New(s Scenario, start time.Time, seed uint64) Simulation {
	sim := Simulation{scenario: s, start: start, random: *rand.NewPCG(seed, seed), failed: map[string]int{}}
	if sim.next = start.Add(sim.pause()); s.Jobs > 0 {
		sim.next = start.Add(time.Duration(sim.intN(int(s.Jobs))))
	}
	return sim
}

// NextTurn returns the time of the next request.
func (s Simulation) NextTurn() time.Time { return s.next }

// Providers returns the providers of the scenario.
func (s Simulation) Providers() Providers {
	return Providers{Start: s.start, Script: s.scenario.Script}
}

// Scenario returns the scenario.
func (s Simulation) Scenario() Scenario { return s.scenario }

// Failed returns the number of failed requests to a provider so far.
func (s Simulation) Failed(provider string) int { return s.failed[provider] }

// Caption describes the state of the providers at the given time. With a guarded
// provider, it compares the numbers of failed requests.
func (s Simulation) Caption(at time.Time) string {
	if s.scenario.Guarded != "" {
		return fmt.Sprintf("failed requests: %s %d, %s %d", unguarded, s.Failed(unguarded), guarded, s.Failed(guarded))
	}
	outage, down := s.Providers().Down(at)
	if !down {
		return "every provider is up"
	}
	minutes := int((outage.To - at.Sub(s.start) + time.Minute - 1) / time.Minute) // rounded up
	if h := minutes / 60; h > 0 {
		return fmt.Sprintf("%s is down for another %dh%02dm", outage.Provider, h, minutes%60)
	}
	return fmt.Sprintf("%s is down for another %dm", outage.Provider, minutes)
}

// Play lets the agent send the next request to a random provider of p. It returns the
// simulation after the request and the changes to the pool. It does not modify the
// pool.
func (s Simulation) Play(p *poolstate.Pool) (Simulation, []Step) {
	at := s.next
	s.failed = maps.Clone(s.failed)
	agent := Agent{Policy: poolstate.Backoff(), Ask: s.ask, Refresh: s.refresh}
	var steps []Step
	switch n := len(p.Providers); {
	case s.scenario.Jobs > 0:
		agent.Policy = poolstate.Flat()
		for i := range p.Providers {
			steps = append(steps, agent.Turn(&p.Providers[i], at)...)
		}
	case n > 0:
		steps = agent.Turn(&p.Providers[s.intN(n)], at)
	}
	s.next = at.Add(s.pause())
	return s, steps
}

// ask asks the providers and counts failures.
func (s Simulation) ask(c *poolstate.Credential, at time.Time) *poolstate.Failure {
	f := s.Providers().Ask(c, at)
	if f != nil {
		s.failed[c.Provider]++
	}
	return f
}

// intN returns a random number below n.
func (s *Simulation) intN(n int) int { return rand.New(&s.random).IntN(n) }

func (s *Simulation) pause() time.Duration {
	if s.scenario.Jobs > 0 {
		return s.scenario.Jobs
	}
	return shortestPause + time.Duration(s.intN(int(longestPause-shortestPause)))
}

// refresh returns new fictitious tokens.
func (s Simulation) refresh(c *poolstate.Credential, at time.Time) poolstate.Tokens {
	token := func(kind string) poolstate.Secret {
		return poolstate.NewSecret(fmt.Sprintf("simulated-%s-%s-%d", kind, c.ID, at.Unix()))
	}
	return poolstate.Tokens{Access: token("access"), Refresh: token("refresh"), ExpiresAt: at.Add(tokenLasts)}
}

// Clock is a clock that starts at Start and runs Rate times as fast as real time. At a
// rate of 600, ten minutes pass in a second. Rate must be positive.
type Clock struct {
	Start time.Time
	Rate  float64
}

// At returns the time on the clock when elapsed real time has passed.
func (c Clock) At(elapsed time.Duration) time.Time {
	return c.Start.Add(time.Duration(float64(elapsed) * c.Rate))
}

// Until returns the real time from the start of the clock until the clock shows t.
func (c Clock) Until(t time.Time) time.Duration {
	return time.Duration(float64(t.Sub(c.Start)) / c.Rate)
}
