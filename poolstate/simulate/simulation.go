package simulate

import (
	"fmt"
	"math/rand/v2"
	"time"

	"pooltop/poolstate"
)

// Simulation is a story at a point of its telling. Playing a turn returns the
// simulation after it; the one before can be played again.
type Simulation struct {
	scenario Scenario
	start    time.Time
	next     time.Time
	random   rand.PCG
}

// Turns come at random, between these two lengths apart.
const (
	shortestPause = time.Minute
	longestPause  = 3 * time.Minute
)

// New returns a story at its start.
func New(s Scenario, start time.Time, seed uint64) Simulation {
	sim := Simulation{scenario: s, start: start, random: *rand.NewPCG(seed, seed)}
	sim.next = start.Add(sim.pause())
	return sim
}

// NextTurn is when the agent asks a provider next.
func (s Simulation) NextTurn() time.Time { return s.next }

// Providers returns the story's providers.
func (s Simulation) Providers() Providers {
	return Providers{Start: s.start, Script: s.scenario.Script}
}

// Caption says what the providers are doing at an instant.
func (s Simulation) Caption(at time.Time) string {
	spell, down := s.Providers().Down(at)
	if !down {
		return "every provider is up"
	}
	left := spell.To - at.Sub(s.start)
	return fmt.Sprintf("%s is down for another %s", spell.Provider, roundUp(left))
}

func roundUp(d time.Duration) string {
	minutes := int((d + time.Minute - 1) / time.Minute)
	if h := minutes / 60; h > 0 {
		return fmt.Sprintf("%dh%02dm", h, minutes%60)
	}
	return fmt.Sprintf("%dm", minutes)
}

// Play lets the agent take the turn that is next, on the pool as it stands then,
// and returns the story after it and what the turn changes.
func (s Simulation) Play(p *poolstate.Pool) (Simulation, []Step) {
	at := s.next
	agent := Agent{Policy: poolstate.Backoff, Ask: s.Providers().Ask, Refresh: s.refresh}
	var steps []Step
	if n := len(p.Providers); n > 0 {
		steps = agent.Turn(&p.Providers[s.roll(n)], at)
	}
	s.next = at.Add(s.pause())
	return s, steps
}

// roll returns a number below n and moves the story's chance on.
func (s *Simulation) roll(n int) int { return rand.New(&s.random).IntN(n) }

func (s *Simulation) pause() time.Duration {
	return shortestPause + time.Duration(s.roll(int(longestPause-shortestPause)))
}

// refresh is the authority that issues new tokens, made up and different each
// time.
func (s Simulation) refresh(c *poolstate.Credential, at time.Time) poolstate.Tokens {
	made := func(kind string) poolstate.Secret {
		return poolstate.NewSecret(fmt.Sprintf("simulated-%s-%s-%d", kind, c.ID, at.Unix()))
	}
	return poolstate.Tokens{Access: made("access"), Refresh: made("refresh"), ExpiresAt: at.Add(tokenLasts)}
}
