package cli

import (
	"log/slog"
	"time"

	"pooltop/cli/config"
	"pooltop/model"
	"pooltop/poolstate"
	"pooltop/poolstate/counts"
	"pooltop/poolstate/guard"
	"pooltop/poolstate/journal"
)

// counting keeps the failure counts of a store and annotates its pool with them.
type counting struct {
	*counts.Counter
	file       string
	strategies strategyFile
	curve      poolstate.Curve
	log        *slog.Logger
	err        error // from the last attempt to store the counts; already logged
}

// newCounting returns the failure counts of the store at path. If the journal is disabled,
// they are kept only in memory.
func newCounting(cfg *config.Config, path string, log *slog.Logger) *counting {
	c := &counting{Counter: counts.InMemory(), file: path, curve: cfg.Curve(), log: log}
	if dir, err := journal.StateDir(); err == nil && cfg.Journal {
		c.Counter = counts.New(dir, poolstate.Open(path).Identity())
	}
	return c
}

// rules returns the rules for counting, with the rotation strategies of the agent.
func (c *counting) rules(policy poolstate.Policy) guard.Rules {
	return guard.Rules{Policy: policy, Curve: c.curve, Strategies: c.strategies.read(c.file)}
}

// observe counts new failures in a pool and annotates its credentials with the streaks. It
// returns a note about each streak that has ended after a long time without a failure.
func (c *counting) observe(pool *poolstate.Pool, policy poolstate.Policy, at time.Time) []guard.Note {
	notes, err := c.Observe(pool, c.rules(policy), at)
	c.report(err)
	return notes
}

// peek annotates the credentials of a pool without storing anything. It returns the backoff
// schedule of the guard running on the store, or nil if no guard is running.
func (c *counting) peek(pool *poolstate.Pool, policy poolstate.Policy, at time.Time) *poolstate.Curve {
	c.report(c.Peek(pool, c.rules(policy), at))
	return c.running()
}

// running returns the backoff schedule of the guard running on the store, or nil if
// no guard is running.
func (c *counting) running() *poolstate.Curve {
	g, running := c.Running()
	if !running {
		return nil
	}
	return g.Limit(c.curve)
}

// next returns when to observe an unchanged pool again.
func (c *counting) next(pool *poolstate.Pool, policy poolstate.Policy, at time.Time) time.Time {
	return c.Next(pool, guard.Rules{Policy: policy, Curve: c.curve}, at)
}

// forDashboard counts the failures in a pool if the pool is new, and returns the resulting
// events. It is the Count function of a [model.Config].
func (c *counting) forDashboard(pool *poolstate.Pool, policy poolstate.Policy, at time.Time, isNew bool) model.Counted {
	var counted model.Counted
	if isNew {
		before := c.err
		counted.Events = eventsOf(c.observe(pool, policy, at), at)
		if c.err != nil && before == nil {
			counted.Problem = "failures are counted in memory only: " + c.err.Error()
		}
	}
	counted.Again = c.next(pool, policy, at)
	counted.Guard = c.running()
	return counted
}

// report logs an error, unless it is the same as the previous one.
func (c *counting) report(err error) {
	if err != nil && (c.err == nil || c.err.Error() != err.Error()) {
		c.log.Warn("failures are counted in memory only", "error", err)
	}
	c.err = err
}

// eventsOf converts notes about changes to events.
func eventsOf(notes []guard.Note, at time.Time) []poolstate.Event {
	events := make([]poolstate.Event, len(notes))
	for i := range notes {
		events[i] = eventOf(&notes[i], at)
	}
	return events
}

// eventOf converts a note about a change to an event.
func eventOf(n *guard.Note, at time.Time) poolstate.Event {
	before, after := n.Credential, n.Credential
	before.Observed, after.Observed = poolstate.Some(n.Before), poolstate.Some(n.Streak)
	e := poolstate.Event{At: at, By: poolstate.ByGuard, Before: &before, After: &after}
	switch n.Kind {
	case guard.Forgotten:
		e.Kind, e.By = poolstate.EventForgotten, poolstate.ByClock
	case guard.Released:
		e.Kind = poolstate.EventReleased
	default:
		e.Kind = poolstate.EventPinned
	}
	return e
}
