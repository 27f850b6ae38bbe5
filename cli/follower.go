package cli

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"time"

	"pooltop/cli/config"
	"pooltop/poolstate"
	"pooltop/poolstate/guard"
	"pooltop/poolstate/journal"
	"pooltop/watch"
)

// follower observes a store and prints its events.
type follower struct {
	*journal.Operator
	choice  poolstate.PolicyChoice
	clock   func() time.Time
	explain func(error) string
	print   func(*poolstate.Record) error
	handle  func(*poolstate.Record) // runs the hooks for an event; nil if there are none
	hint    func(string)            // prints messages that are not events
	since   time.Time               // start of the history to print; zero for no history
	*counting
	// act is called after each load, with notes about streaks that have ended. It returns
	// when to call it again, or the zero time. It is nil if the follower only prints events.
	act func(context.Context, []guard.Note) time.Time
	// late is true if events for deadlines may wait for the next load.
	late bool

	observer poolstate.Observer
	outages  poolstate.Outages
	waiting  bool // whether no snapshot has been loaded yet
	snapshot poolstate.Snapshot
	evidence poolstate.Evidence
	policy   poolstate.Policy
	recount  time.Time // when to load the store even if it has not changed
}

func newFollower(cfg *config.Config, path string, log *slog.Logger) *follower {
	clock := newClock(cfg.Now)
	operator := newOperator(poolstate.Open(path, poolstate.WithClock(clock)), cfg.Journal, log)
	return &follower{
		Operator: operator, choice: policyChoice(cfg), clock: clock, explain: explainLogged(path, log),
		print: func(*poolstate.Record) error { return nil }, hint: func(string) {}, counting: newCounting(cfg, path, log),
	}
}

const (
	// settleTime is how long a file must be unreadable before an event is printed. A file
	// that is being written in place is incomplete for a moment.
	settleTime = 150 * time.Millisecond
	// maxWait is the maximum time that run sleeps before it reads the clock again. While
	// the machine is suspended, the wall clock advances, but timers do not.
	maxWait = time.Second
)

// start loads the first snapshot.
func (f *follower) start(ctx context.Context) error {
	err := f.load(ctx)
	if f.waiting = f.snapshot.Pool == nil; f.waiting && err == nil {
		f.hint("waiting for " + f.Store.Path())
	}
	return err
}

// runNew calls start and run. It prints a hint when the store has been found.
func (f *follower) runNew(ctx context.Context, changes <-chan watch.Change) error {
	f.waiting = true
	if err := f.start(ctx); err != nil {
		return err
	}
	return f.run(ctx, changes)
}

// run prints events until ctx is done or changes is closed. When changes is closed, run loads
// the store a last time. Call start first.
func (f *follower) run(ctx context.Context, changes <-chan watch.Change) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case _, open := <-changes:
			if !open {
				return f.load(ctx)
			}
			if err := f.load(ctx); err != nil {
				return err
			}
		case <-time.After(f.untilNext()):
			if err := f.tick(ctx); err != nil {
				return err
			}
		}
	}
}

// tick loads the store if it is time to count its failures again. Otherwise, unless late is
// set, it prints events for deadlines that have passed.
func (f *follower) tick(ctx context.Context) error {
	now := f.clock()
	if !f.recount.IsZero() && !now.Before(f.recount) {
		return f.load(ctx)
	}
	if f.late {
		return nil
	}
	events := f.observer.Tick(now)
	if len(events) == 0 && !f.outages.Due(now) {
		return nil
	}
	return f.printAll(f.withOutages(events, now), "")
}

// withOutages appends the events about providers and the whole pool.
func (f *follower) withOutages(events []poolstate.Event, now time.Time) []poolstate.Event {
	return append(events, f.outages.Observe(f.snapshot.Pool, f.policy, events, now)...)
}

// untilNext returns how long to sleep before reading the clock again.
func (f *follower) untilNext() time.Duration {
	now, next := f.clock(), f.recount
	for _, due := range []time.Time{f.observer.Next(), f.outages.Next()} {
		if f.late || due.IsZero() {
			continue
		}
		if next.IsZero() || due.Before(next) {
			next = due
		}
	}
	if next.IsZero() {
		return time.Hour // only a change to the file can cause an event
	}
	// Sleep until a whole second, so that the timers of all stores fire together.
	return min(max(next.Sub(now), 0), now.Truncate(maxWait).Add(maxWait).Sub(now))
}

// load takes a snapshot and prints the events since the previous one. If the file is
// unreadable, load tries once more after settleTime, except for the first snapshot.
func (f *follower) load(ctx context.Context) error {
	last := f.snapshot
	if !f.recount.IsZero() && !f.clock().Before(f.recount) {
		last = poolstate.Snapshot{} // force a load, so that even an unchanged pool is annotated again
	}
	snapshot, err := f.Store.LoadIfChanged(last)
	if err != nil && f.snapshot.Pool != nil && !waitFor(ctx.Done(), settleTime) {
		snapshot, err = f.Store.LoadIfChanged(last)
	}
	now := f.clock()
	if err != nil {
		f.recount = time.Time{}
		return f.printAll(f.observer.Fail(errors.Is(err, fs.ErrNotExist), now), f.explain(err))
	}
	first := f.snapshot.Pool == nil
	policy := f.choice.Resolve(snapshot.Pool, f.evidence)
	var notes []guard.Note
	if snapshot.Pool != f.snapshot.Pool {
		notes = f.observe(snapshot.Pool, policy, now)
	}
	events := append(f.observer.Observe(snapshot.Pool, policy, now), eventsOf(notes, now)...)
	for i := range events {
		if e := poolstate.EvidenceOf(&events[i]); e != poolstate.NoEvidence {
			f.evidence = e
		}
	}
	if f.waiting {
		f.waiting = false
		f.hint("found " + f.Store.Path())
	}
	f.snapshot, f.policy = snapshot, f.choice.Resolve(snapshot.Pool, f.evidence)
	f.observer.SetPolicy(f.policy, now)
	var again time.Time
	if f.act != nil {
		again = f.act(ctx, notes)
	}
	f.recount = f.next(snapshot.Pool, f.policy, now)
	if !again.IsZero() && (f.recount.IsZero() || again.Before(f.recount)) {
		f.recount = again
	}
	if first && !f.since.IsZero() {
		if err := f.printHistory(now); err != nil {
			return err
		}
	}
	return f.printAll(f.withOutages(events, now), "")
}

// printAll prints events and runs the hooks. The reason becomes the message of a file_unreadable event.
func (f *follower) printAll(events []poolstate.Event, reason string) error {
	for i := range events {
		r := poolstate.RecordOf(&events[i], f.policy)
		if r.Kind == poolstate.EventFileUnreadable {
			r.Message = reason
		}
		f.Log.Debug("event", "kind", r.Kind, "by", r.By, "at", r.At)
		if f.handle != nil {
			f.handle(&r)
		}
		if err := f.print(&r); err != nil {
			return err
		}
	}
	return nil
}

// printHistory prints the events since f.since from the journal and the file.
func (f *follower) printHistory(now time.Time) error {
	records, err := f.Journal.History(f.Store, f.snapshot.Pool, f.policy, now)
	if err != nil {
		f.hint("warning: cannot read the journal: " + err.Error())
	}
	for i := range records {
		if records[i].At.Before(f.since) {
			continue
		}
		if err := f.print(&records[i]); err != nil {
			return err
		}
	}
	return nil
}
