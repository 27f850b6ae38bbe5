package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/cli/internal/jsonout"
	"pooltop/poolstate"
	"pooltop/poolstate/guard"
	"pooltop/poolstate/journal"
	"pooltop/ui"
	"pooltop/ui/text"
	"pooltop/watch"
)

func eventsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "events [--exec COMMAND [ARGUMENT...]]",
		Short: "Print pool events, one per line, until interrupted",
		Long: "events prints one line per pool event until it is interrupted.\n" +
			"With --since, it starts with earlier events recorded in the journal or the file. With --all-profiles, it also\n" +
			"prints the events of profiles that are created later.\n\n" +
			"With --exec, a command runs for each event. It gets the event on standard input, in the format of --json. It runs\n" +
			"without a shell, for at most 30 seconds, and once at a time; if more than 1000 events are waiting, the oldest are\n" +
			"dropped. Events from before the start run nothing. The [[hook]] tables of the configuration do the same for\n" +
			"events, guard and the dashboard; see pooltop config --help.\n\n" +
			"Events of credentials: exhausted, held, due, ready, reset, undone, refreshed, dead, added, removed, reordered,\n" +
			"pinned, released, forgotten. Of providers: provider_out (no credential is ready), provider_back, and all_back (all\n" +
			"credentials that can recover are ready), each at most once a minute. Of the file: file_missing, file_unreadable,\n" +
			"file_recovered.",
		Example: "  pooltop events --since 2h\n  pooltop events --json | jq 'select(.event == \"exhausted\")'\n" +
			"  pooltop events --on provider_out,dead --exec notify-send 'pooltop: provider out or credential dead'",
	}
	asJSON := cmd.Flags().Bool("json", false, "print one JSON object per line, with stable field names")
	since := cmd.Flags().String("since", "", "start with events from the last `DURATION`, such as 2h")
	on := cmd.Flags().StringSlice("on", nil, "only events of these `KINDS`, such as provider_out,dead")
	cmd.Flags().Lookup("on").DefValue = "" // otherwise help shows []
	exec := cmd.Flags().Bool("exec", false, "run the command that follows for each event")
	cmd.Flags().SetInterspersed(false) // everything after --exec is the command
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		switch {
		case !*exec:
			return noArguments(cmd, args)
		case len(args) == 0 || args[0] == "":
			return usageError("--exec must be followed by a command")
		}
		return nil
	}
	flags := config.Bind(cmd.Flags(), config.Store|config.Stores|config.Policy|config.Clock|config.Journal|config.Theme|config.Color)
	cmd.RunE = configured(flags, func(cmd *cobra.Command, args []string, cfg *config.Config, log *slog.Logger) error {
		kinds := poolstate.EventKinds()
		if cmd.Flags().Changed("on") {
			var err error
			if kinds, err = config.ParseKinds(*on); err != nil {
				return usageError("--on: %w", err)
			}
		}
		clock, from := newClock(cfg.Now), time.Time{}
		if *since != "" {
			d, err := poolstate.ParseDuration(*since)
			switch {
			case errors.Is(err, poolstate.ErrTooLong):
				return usageError("--since: %q is %w", *since, err)
			case err != nil:
				return usageError("--since: invalid duration %q (try 45m, 2h or 1d)", *since)
			}
			from = clock().Add(-d)
		}
		ctx, cancel := context.WithCancel(cmd.Context())
		defer cancel()
		hint := func(text string) { printError(cmd.ErrOrStderr(), cmd.CommandPath(), errors.New(text)) }
		var command []config.Hook
		if *exec {
			command = []config.Hook{{On: kinds, Run: args}}
		}
		hooks, err := newHooks(cfg, log, hint, command...)
		if err != nil {
			hint(err.Error())
		}
		defer hooks.close()
		print := newEventPrinter(cfg, clock, cmd.OutOrStdout(), *asJSON)
		return followEvents(ctx, newStoreWatch(cfg, log), func(p poolstate.Profile) *follower {
			f := newFollower(cfg, p.Path, log)
			f.since = from
			f.handle = func(r *poolstate.Record) { hooks.handle(p.Name, f.Operator, r) }
			f.print = func(r *poolstate.Record) error { // returns when ctx is done, even if the output is blocked
				if !slices.Contains(kinds, r.Kind) {
					return nil
				}
				printed := make(chan error, 1)
				go func() { printed <- print(p.Name, r) }()
				select {
				case err := <-printed:
					return err
				case <-ctx.Done():
					return nil
				}
			}
			f.hint = hint
			return f
		})
	})
	return cmd
}

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

// newEventPrinter returns a function that prints an event of a profile. The function may be
// called concurrently. If several profiles were requested, each line begins with the profile's
// name.
func newEventPrinter(cfg *config.Config, clock func() time.Time, w io.Writer, asJSON bool) func(profile string, r *poolstate.Record) error {
	var mu sync.Mutex
	if asJSON {
		return func(profile string, r *poolstate.Record) error {
			mu.Lock()
			defer mu.Unlock()
			return jsonout.WriteLine(w, jsonout.NewEvent(profile, r))
		}
	}
	_, isTerminal := terminalOf(w)
	theme, w, width := styleFor(w, cfg.Scheme(), cfg.NoColor)
	if !isTerminal {
		width = func() int { return maxErrorText }
	}
	column := 0
	for _, p := range cfg.Stores {
		column = max(column, profileWidth(p.Name))
	}
	return func(profile string, r *poolstate.Record) error {
		mu.Lock()
		defer mu.Unlock()
		name := ""
		if cfg.Several() {
			column = max(column, profileWidth(profile)) // the profile may be newer than cfg.Stores
			name = padded(text.Fit(text.Clean(profile, maxErrorText), column), column) + "  "
		}
		_, err := fmt.Fprintln(w, name+ui.EventLine(theme, r, clock(), max(width()-text.Width(name), 1), false))
		return err
	}
}

// profileWidth returns the width of a profile's name in a column of names.
func profileWidth(name string) int {
	const widest = 16
	return min(text.Width(text.Clean(name, maxErrorText)), widest)
}

// followEvents prints the events of stores until ctx is done or printing fails. It first
// prints the past events of all stores, sorted by time.
func followEvents(ctx context.Context, w *storeWatch, open func(poolstate.Profile) *follower) error {
	type early struct {
		*poolstate.Record
		print func(*poolstate.Record) error
	}
	var earlier []early
	started := map[string]*follower{} // by path
	for i, p := range w.stores {
		f := open(p)
		if started[p.Path] = f; i > 0 { // only the first store prints hints
			f.hint = func(string) {}
		}
		print := f.print
		f.print = func(r *poolstate.Record) error {
			earlier = append(earlier, early{r, print})
			return nil
		}
		if err := f.start(ctx); err != nil {
			return err
		}
		f.print = print
	}
	slices.SortStableFunc(earlier, func(a, b early) int { return a.At.Compare(b.At) })
	for _, e := range earlier {
		if err := e.print(e.Record); err != nil {
			return err
		}
	}
	return w.follow(ctx, func(p poolstate.Profile) storeRun {
		if f := started[p.Path]; f != nil {
			delete(started, p.Path)
			return f.run
		}
		f := open(p)
		f.since = time.Time{}
		return f.runNew
	})
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
	events, next := f.observer.Tick(now), f.outages.Next()
	if len(events) == 0 && (next.IsZero() || now.Before(next)) {
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
	now, next, longest := f.clock(), f.recount, time.Minute
	for _, due := range []time.Time{f.observer.Next(), f.outages.Next()} {
		if f.late || due.IsZero() {
			continue
		}
		longest = maxWait
		if next.IsZero() || due.Before(next) {
			next = due
		}
	}
	if next.IsZero() {
		return time.Hour // only a change to the file can cause an event
	}
	// Sleep until a whole second or minute, so that the timers of all stores fire together.
	return min(max(next.Sub(now), 0), now.Truncate(longest).Add(longest).Sub(now))
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
