package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/cli/internal/jsonout"
	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/text"
)

func eventsCommand() *cobra.Command {
	var o eventOptions
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
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "print one JSON object per line, with stable field names")
	cmd.Flags().StringVar(&o.since, "since", "", "start with events from the last `DURATION`, such as 2h")
	cmd.Flags().StringSliceVar(&o.on, "on", nil, "only events of these `KINDS`, such as provider_out,dead")
	cmd.Flags().Lookup("on").DefValue = "" // otherwise help shows []
	cmd.Flags().BoolVar(&o.exec, "exec", false, "for each event, run the command that follows")
	cmd.Flags().SetInterspersed(false) // everything after --exec is the command
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		switch {
		case !o.exec:
			return noArguments(cmd, args)
		case len(args) == 0 || args[0] == "":
			return usageError("--exec must be followed by a command")
		}
		return nil
	}
	flags := config.Bind(cmd.Flags(), config.Store|config.Stores|config.Policy|config.Clock|config.Journal|config.Theme|config.Color|config.ASCII)
	cmd.RunE = configured(flags, o.run)
	completeFlag(cmd, "on", offer(func(_ *cobra.Command, _ []string, prefix string) []cobra.Completion {
		return extended(listHead(prefix), config.HookKinds())
	}))
	return cmd
}

// eventOptions holds the values of the flags of events.
type eventOptions struct {
	asJSON, exec bool
	since        string
	on           []string
}

// kinds returns the kinds of events to print and to run the command for.
func (o *eventOptions) kinds() ([]poolstate.EventKind, error) {
	if o.on == nil {
		return poolstate.EventKinds(), nil
	}
	if len(o.on) == 0 {
		return nil, usageError("--on must not be empty")
	}
	kinds, err := config.ParseKinds(o.on)
	if err != nil {
		return nil, usageError("--on: %w", err)
	}
	return kinds, nil
}

// start returns the time of the first event to print, or the zero time for only new events.
func (o *eventOptions) start(now time.Time) (time.Time, error) {
	if o.since == "" {
		return time.Time{}, nil
	}
	d, err := poolstate.ParseDuration(o.since)
	switch {
	case errors.Is(err, poolstate.ErrTooLong):
		return time.Time{}, usageError("--since: %q is %w", o.since, err)
	case err != nil:
		return time.Time{}, usageError("--since: invalid duration %q (try 45m, 2h or 1d)", o.since)
	}
	return now.Add(-d), nil
}

// run prints events and, with --exec, runs the command in args for each.
func (o *eventOptions) run(cmd *cobra.Command, args []string, cfg *config.Config, log *slog.Logger) error {
	clock := newClock(cfg.Now)
	kinds, err := o.kinds()
	if err != nil {
		return err
	}
	from, err := o.start(clock())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(cmd.Context())
	defer cancel()
	hint := func(text string) { printError(cmd.ErrOrStderr(), cmd.CommandPath(), errors.New(text)) }
	var command []config.Hook
	if o.exec {
		command = []config.Hook{{On: kinds, Run: args}}
	}
	hooks, err := newHooks(cfg, log, hint, command...)
	if err != nil {
		hint(err.Error())
	}
	defer hooks.close()
	print := newEventPrinter(cfg, clock, cmd.OutOrStdout(), o.asJSON)
	return followEvents(ctx, newStoreWatch(cfg, log), func(p poolstate.Profile) *follower {
		f := newFollower(cfg, p.Path, log)
		f.since, f.hint = from, hint
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
		return f
	})
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
