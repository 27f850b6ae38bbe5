package simulate

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
)

// cooldowns returns the cooldowns of a credential up to the given time after the start.
func cooldowns(s *run, provider, id string, after time.Duration) []cooldown {
	s.t.Helper()
	var out []cooldown
	var last time.Time
	for !s.sim.NextTurn().After(start.Add(after)) {
		at := s.turn()
		c := s.credential(provider, id)
		if c.Status != poolstate.StatusExhausted || c.StatusAt.Equal(last) {
			continue
		}
		last = c.StatusAt
		a := poolstate.Backoff().Assess(c, at)
		out = append(out, cooldown{at, c.Streak.Count(), a.Cooldown, a.Deadline.At})
	}
	return out
}

type cooldown struct {
	at     time.Time
	streak int
	length time.Duration
	ends   time.Time
}

// While anthropic is down, its cooldowns are 1h, 2h, 4h and 8h. Each starts within an hour
// after the previous one has ended.
func TestOutage_Backoff(t *testing.T) {
	for seed := range uint64(10) {
		for _, id := range []string{"a1f3c9", "b27e04", "c90d1a"} {
			t.Run(fmt.Sprint("seed ", seed, " ", id), func(t *testing.T) {
				list := cooldowns(play(t, "outage", seed), "anthropic", id, 18*time.Hour)
				var steps []string
				for _, c := range list {
					steps = append(steps, fmt.Sprintf("%d:%s", c.streak, c.length))
				}
				equal(t, "cooldowns", strings.Join(steps, " "), "1:1h0m0s 2:2h0m0s 3:4h0m0s 4:8h0m0s")

				down := start.Add(40 * time.Minute)
				for i, c := range list {
					if wait := c.at.Sub(down); wait < 0 || wait > time.Hour {
						t.Errorf("cooldown %d begins %v after the previous one has ended", i+1, wait)
					}
					down = c.ends
				}
				if last := list[len(list)-1]; !last.at.Before(start.Add(11*time.Hour)) || last.ends.Before(start.Add(16*time.Hour)) {
					t.Errorf("the last step is from %v to %v; the provider is up after 11h", last.at.Sub(start), last.ends.Sub(start))
				}
			})
		}
	}
}

// After the outage, all credentials work. New tokens clear the streak of an OAuth
// credential. The streak of an API key does not change.
func TestOutage_Recovery(t *testing.T) {
	s := play(t, "outage", 1)
	s.until(11 * time.Hour)
	for _, id := range []string{"a1f3c9", "b27e04", "c90d1a"} {
		equal(t, "the streak of "+id+" in the outage", s.credential("anthropic", id).Streak.Count(), 4)
		equal(t, "its availability", poolstate.Backoff().Availability(s.credential("anthropic", id), start.Add(11*time.Hour)), poolstate.Cooling)
	}
	tokens := s.credential("anthropic", "a1f3c9").Tokens
	s.until(18 * time.Hour)

	seat := s.credential("anthropic", "a1f3c9")
	equal(t, "streak of the OAuth credential", seat.Streak, poolstate.KnownStreak(0))
	equal(t, "its status", seat.Status, poolstate.StatusOK)
	equal(t, "the tokens are unchanged", seat.Tokens == tokens, false)
	equal(t, "the new token is valid", seat.ExpiresAt.After(start.Add(11*time.Hour)), true)
	key := s.credential("anthropic", "c90d1a")
	equal(t, "streak of the API key", key.Streak, poolstate.KnownStreak(4))
	equal(t, "its status", key.Status, poolstate.StatusOK)
}

// The provider's reset time applies regardless of the streak.
func TestOutage_ResetTime(t *testing.T) {
	for _, c := range cooldowns(play(t, "outage", 2), "openai-codex", "18bb6e", 18*time.Hour) {
		equal(t, fmt.Sprint("the cooldown at streak ", c.streak), c.length, 5*time.Hour)
	}
}

func TestPlay_Blackout(t *testing.T) {
	s := play(t, "blackout", 1)
	dark := false
	for !s.sim.NextTurn().After(start.Add(10 * time.Hour)) {
		sum := s.pool.Summarize(poolstate.Backoff(), s.turn())
		dark = dark || sum.Out()
	}
	equal(t, "no credential was ready at some point", dark, true)
	s.until(30 * time.Hour)
	sum := s.pool.Summarize(poolstate.Backoff(), start.Add(30*time.Hour))
	equal(t, "ready after the blackout", sum.Ready(), sum.Total-1) // all except the dead credential
	equal(t, "dead", sum.Count[poolstate.Dead], 1)
}
