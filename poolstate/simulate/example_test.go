package simulate_test

import (
	"fmt"
	"time"

	"pooltop/poolstate"
	"pooltop/poolstate/simulate"
)

// The provider is down for three hours. Each failure doubles the cooldown. A served
// request does not clear the streak.
func ExampleAgent_Turn() {
	start := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	providers := simulate.Providers{Start: start, Script: []simulate.Outage{{
		Provider: "anthropic", To: 3 * time.Hour, Failure: poolstate.Failure{Code: 429},
	}}}
	agent := simulate.Agent{
		Policy: poolstate.Backoff(), Ask: providers.Ask,
		Refresh: func(*poolstate.Credential, time.Time) poolstate.Tokens { return poolstate.Tokens{} },
	}
	pool := poolstate.Provider{Name: "anthropic", Credentials: []poolstate.Credential{
		{Ref: poolstate.Ref{Provider: "anthropic", ID: "a1f3c9"}, Streak: poolstate.KnownStreak(0)},
	}}

	for at := start; at.Before(start.Add(4 * time.Hour)); at = at.Add(time.Hour) {
		for _, step := range agent.Turn(&pool, at) {
			pool.Credentials[0] = step.Change.After(pool.Credentials[0])
		}
		a := poolstate.Backoff().Assess(&pool.Credentials[0], at)
		fmt.Printf("%s %s, streak %d, %v left\n", at.Format("15:04"), a.Availability, pool.Credentials[0].Streak.Count(), a.Remaining)
	}
	// Output:
	// 09:00 cooling, streak 1, 1h0m0s left
	// 10:00 cooling, streak 2, 2h0m0s left
	// 11:00 cooling, streak 2, 1h0m0s left
	// 12:00 ready, streak 2, 0s left
}

// The same seed produces the same simulation.
func ExampleNew() {
	scenario, err := simulate.Find("outage")
	if err != nil {
		fmt.Println(err)
		return
	}
	start := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	one, other := simulate.New(scenario, start, 7), simulate.New(scenario, start, 7)
	fmt.Println(one.NextTurn().Equal(other.NextTurn()))
	// Output:
	// true
}
