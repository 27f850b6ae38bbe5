package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"pooltop/cli/internal/jsonout"
	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui"
	"pooltop/watch"
)

func eventsCommand(o *options) *cobra.Command {
	var asJSON bool
	var since string
	cmd := &cobra.Command{
		Use:   "events",
		Short: "Follow what happens to the pool, one line each, until interrupted",
		Long: "events prints one line for everything that happens to the pool, until it is interrupted.\n" +
			"With --since it begins with what the journal and the file tell of the time before.",
		Example: "  pooltop events --since 2h\n  pooltop events --json | jq 'select(.event == \"exhausted\")'",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := o.newFollower(cmd.OutOrStdout(), asJSON)
			if err != nil {
				return err
			}
			f.hint = func(text string) { printError(cmd.ErrOrStderr(), errors.New(text)) }
			if since != "" {
				d, err := poolstate.ParseFor(since)
				if err != nil {
					return usageError("--since %q is no length of time, such as 45m, 2h or 1d", since)
				}
				f.since = f.clock().Add(-d)
			}
			ctx, cancel := context.WithCancel(cmd.Context())
			defer cancel()
			f.print = unlessDone(ctx, f.print)
			return f.follow(ctx, watch.Start(ctx, f.store.Path()))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line; its fields are stable")
	cmd.Flags().StringVar(&since, "since", "", "begin with what happened in that time, such as 2h")
	return cmd
}

// printer prints one event.
type printer func(*poolstate.Record, poolstate.Policy) error

// unlessDone keeps a reader that has stopped reading from holding up the end.
func unlessDone(ctx context.Context, print printer) printer {
	return func(r *poolstate.Record, p poolstate.Policy) error {
		printed := make(chan error, 1)
		go func() { printed <- print(r, p) }()
		select {
		case err := <-printed:
			return err
		case <-ctx.Done():
			return nil
		}
	}
}

// follower prints what happens to a store.
type follower struct {
	store   *poolstate.Store
	journal journal.Journal
	choice  poolstate.PolicyChoice
	clock   func() time.Time
	explain func(error) string
	print   printer
	// hint, if any, says what a person has to know who sees nothing.
	hint func(string)
	// since, if not zero, is from when on the past is told as well.
	since time.Time

	observer poolstate.Observer
	snapshot poolstate.Snapshot
	seen     poolstate.Evidence
	policy   poolstate.Policy
}

func (o *options) newFollower(w io.Writer, asJSON bool) (*follower, error) {
	choice, err := o.policyChoice()
	if err != nil {
		return nil, err
	}
	clock, err := o.clock()
	if err != nil {
		return nil, err
	}
	path, err := o.storePath()
	if err != nil {
		return nil, err
	}
	operator, err := o.newOperator(poolstate.Open(path, poolstate.WithClock(clock)))
	if err != nil {
		return nil, err
	}
	f := &follower{
		store: operator.Store, journal: operator.Journal, choice: choice, clock: clock, explain: explainBriefly(path),
	}
	f.print = func(r *poolstate.Record, _ poolstate.Policy) error { return jsonout.WriteLine(w, jsonout.NewEvent(r)) }
	if !asJSON {
		_, cramped := terminalOf(w)
		theme, w, width := o.printer(w)
		if !cramped { // nothing has to be cut for a file or a pipe
			width = func() int { return maxErrorText }
		}
		f.print = func(r *poolstate.Record, p poolstate.Policy) error {
			_, err := fmt.Fprintln(w, ui.EventLine(theme, r, p, clock(), width()))
			return err
		}
	}
	return f, nil
}

// settle is how long a file that cannot be read gets until that is news: a
// writer in place needs a moment.
const settle = 150 * time.Millisecond

// follow prints until ctx ends.
func (f *follower) follow(ctx context.Context, changes <-chan watch.Change) error {
	if err := f.look(false); err != nil {
		return err
	}
	if f.snapshot.Pool == nil && f.hint != nil {
		f.hint("waiting for " + f.store.Path())
	}
	for {
		timer := time.NewTimer(f.untilNext())
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case _, open := <-changes:
			timer.Stop()
			if !open {
				return nil
			}
			if err := f.look(true); err != nil {
				return err
			}
		case <-timer.C:
			if err := f.tell(f.observer.Tick(f.clock())); err != nil {
				return err
			}
		}
	}
}

// untilNext is how long the clock alone changes nothing.
func (f *follower) untilNext() time.Duration {
	next := f.observer.Next()
	if next.IsZero() {
		return time.Hour
	}
	return max(next.Sub(f.clock()), 0)
}

// look takes a picture and prints what is new in it. patiently looks again at a
// file that cannot be read.
func (f *follower) look(patiently bool) error {
	snapshot, err := f.store.LoadIfChanged(f.snapshot)
	if err != nil && patiently && f.snapshot.Pool != nil {
		<-time.After(settle)
		snapshot, err = f.store.LoadIfChanged(f.snapshot)
	}
	now := f.clock()
	if err != nil {
		events := f.observer.Fail(errors.Is(err, fs.ErrNotExist), now)
		return f.tellOf(events, f.explain(err))
	}
	first := f.snapshot.Pool == nil
	events := f.observer.See(snapshot.Pool, f.choice.ResolveSeen(snapshot.Pool, f.seen), now)
	for i := range events {
		if e := poolstate.EvidenceOf(&events[i]); e != poolstate.NoEvidence {
			f.seen = e
		}
	}
	f.snapshot, f.policy = snapshot, f.choice.ResolveSeen(snapshot.Pool, f.seen)
	f.observer.Under(f.policy, now)
	if first && !f.since.IsZero() {
		if err := f.tellPast(now); err != nil {
			return err
		}
	}
	return f.tell(events)
}

func (f *follower) tell(events []poolstate.Event) error { return f.tellOf(events, "") }

func (f *follower) tellOf(events []poolstate.Event, trouble string) error {
	for i := range events {
		r := poolstate.RecordOf(&events[i], f.policy)
		if r.Kind == poolstate.EventFileUnreadable {
			r.Message = trouble
		}
		if err := f.print(&r, f.policy); err != nil {
			return err
		}
	}
	return nil
}

// tellPast prints what the journal and the file tell of the time since then.
func (f *follower) tellPast(now time.Time) error {
	records, err := f.journal.Past(f.store.Path(), f.snapshot.Pool, f.policy, now)
	if err != nil {
		return err
	}
	for i := range records {
		if records[i].At.Before(f.since) {
			continue
		}
		if err := f.print(&records[i], f.policy); err != nil {
			return err
		}
	}
	return nil
}
