package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/cli/internal/jsonout"
	"pooltop/poolstate"
	"pooltop/poolstate/counts"
	"pooltop/poolstate/guard"
	"pooltop/ui/text"
	"pooltop/watch"
)

func guardCommand() *cobra.Command {
	var o guardOptions
	cmd := &cobra.Command{
		Use:   "guard",
		Short: "Make agents without backoff wait longer after repeated failures",
		Long: "guard counts the failures of each credential and pins longer cooldowns in the agent's file: by default, 2, 4 and\n" +
			"8 times the agent's own after the second, third and fourth consecutive failure. All known builds honor them the\n" +
			"next time they load the pool. A streak ends with a success or a reset, or a day after its last deadline. When a\n" +
			"credential works again, guard removes its pins from the provider's other credentials that failed with the same\n" +
			"code.\n\n" +
			"guard never shortens a cooldown and never changes a provider's reset time or a hold. It does not pin a\n" +
			"provider's only credential if the agent waits longer than five minutes (see --sole), or openai-codex\n" +
			"credentials after a 429 (the agent queries their limits). Cooldowns of single models do not count.\n\n" +
			"A process that has already loaded a credential still retries it after its own cooldown. If the retry succeeds,\n" +
			"builds before September 2026 leave no trace in the file, and other processes still wait for the deadline.\n" +
			"Failures that no build records (5xx, timeouts) are not counted, so they may look like successes.\n\n" +
			"Only one guard runs per store. With several stores, guard skips those that another process is guarding.\n" +
			"Credentials that a profile borrows are guarded only in the root's store. With --all-profiles, guard also guards\n" +
			"profiles that are created later. In a container, pooltop's state directory must be persistent.",
		Example: "  pooltop guard\n  pooltop guard --once --dry-run\n  */5 * * * * pooltop guard --once",
		Args:    noArguments,
	}
	flags := config.Bind(cmd.Flags(), config.Store|config.Stores|config.Policy|config.Clock|config.Journal|config.ASCII)
	cmd.Flags().BoolVar(&o.once, "once", false, "check the store once and exit, for cron")
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "print what would be written, and write nothing")
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "print one JSON object per line, with stable field names")
	cmd.Flags().StringArrayVar(&o.providers, "provider", nil, "act only on this `PROVIDER` (may be repeated)")
	cmd.Flags().Lookup("provider").DefValue = "" // otherwise help shows []
	cmd.Flags().BoolVar(&o.sole, "sole", false, "also pin a provider's only credential")
	cmd.RunE = configured(flags, func(cmd *cobra.Command, _ []string, cfg *config.Config, log *slog.Logger) error {
		if slices.Contains(o.providers, "") {
			return usageError("--provider must not be empty")
		}
		w, open := newStoreWatch(cfg, log), o.opener(cmd, cfg, log)
		if o.once {
			return guardOnce(cmd.Context(), w.stores, open)
		}
		warn := func(problem string) { printError(cmd.ErrOrStderr(), cmd.CommandPath(), errors.New(problem)) }
		hooks, err := newHooks(cfg, log, warn)
		if err != nil {
			warn(err.Error())
		}
		defer hooks.close()
		return runGuards(cmd.Context(), w, func(p poolstate.Profile) *guardian {
			g := open(p)
			if hooks != nil {
				g.late = false
				g.handle = func(r *poolstate.Record) { hooks.handle(p.Name, g.Operator, r) }
			}
			return g
		})
	})
	completeFlag(cmd, "provider", completePool(flags, anyKind))
	return cmd
}

// guardOptions holds the values of guard's flags.
type guardOptions struct {
	once, dryRun, asJSON, sole bool
	providers                  []string
}

// opener returns a function that returns the guardian of a store. If there are several
// stores, each printed line names the profile.
func (o *guardOptions) opener(cmd *cobra.Command, cfg *config.Config, log *slog.Logger) func(poolstate.Profile) *guardian {
	var output sync.Mutex
	now := instant(cfg.Now)
	return func(p poolstate.Profile) *guardian {
		g := newGuardian(cfg, p.Path, log)
		g.only, g.sole, g.dryRun, g.once = o.providers, o.sole, o.dryRun, o.once
		if o.once { // use a fixed time, so that --now is exact
			g.clock = func() time.Time { return now }
			g.Store = poolstate.Open(p.Path, poolstate.WithClock(g.clock))
		}
		prefix := ""
		if cfg.Several() {
			prefix = p.Name + ": "
		}
		g.warn = func(text string) {
			output.Lock()
			defer output.Unlock()
			printError(cmd.ErrOrStderr(), cmd.CommandPath(), errors.New(prefix+text))
		}
		g.print = func(n *guard.Note) error {
			output.Lock()
			defer output.Unlock()
			return printNote(cmd.OutOrStdout(), n, p.Name, prefix, g.clock(), o.asJSON)
		}
		if !o.asJSON && !o.once {
			g.describe = func(line string) error {
				output.Lock()
				defer output.Unlock()
				_, err := fmt.Fprintln(cmd.OutOrStdout(), text.Clean(prefix+line, maxErrorText))
				return err
			}
		}
		return g
	}
}

// runGuards guards stores until ctx is done. It skips stores that another process is
// guarding.
func runGuards(ctx context.Context, w *storeWatch, open func(poolstate.Profile) *guardian) error {
	first, running, err := beginGuards(w.stores, open, len(w.stores) > 1)
	defer endGuards(first)
	switch {
	case err != nil:
		return err
	case len(first) == 0 && len(w.stores) > 1:
		return &codedError{exitGuarded, errors.New("other guards are already running on all of these stores")}
	case len(first) == 0:
		return &codedError{exitGuarded, running}
	}
	started := map[string]*guardian{} // by path; nil if another process is guarding the store
	for _, p := range w.stores {
		started[p.Path] = nil
	}
	for _, g := range first {
		started[g.file] = g
		if len(w.stores) == 1 { // with several stores, some files are often missing
			g.hint = g.warn
		}
		if err := g.start(ctx); err != nil {
			return err
		}
	}
	return w.follow(ctx, func(p poolstate.Profile) storeRun {
		g, isFirst := started[p.Path]
		delete(started, p.Path)
		switch {
		case g != nil:
			return g.run
		case isFirst:
			return nil
		}
		g = open(p)
		return func(ctx context.Context, changes <-chan watch.Change) error {
			err := g.guard(ctx, changes)
			if _, running := errors.AsType[*counts.RunningError](err); running {
				g.warn(err.Error())
				return nil
			}
			return err
		}
	})
}

// guardOnce checks each store once. It skips stores that another process is guarding.
func guardOnce(ctx context.Context, stores []poolstate.Profile, open func(poolstate.Profile) *guardian) error {
	guards, _, err := beginGuards(stores, open, true)
	defer endGuards(guards)
	if err != nil || len(guards) == 0 {
		return err
	}
	return checkOnce(ctx, guards)
}

// beginGuards begins to guard stores. If another process is guarding a store, it skips the
// store and returns the error as running. If warn is true, it also prints that error. The
// caller must end the returned guards, even if err is not nil.
func beginGuards(stores []poolstate.Profile, open func(poolstate.Profile) *guardian, warn bool) (guards []*guardian, running, err error) {
	for _, p := range stores {
		g := open(p)
		err := g.acquire()
		if _, other := errors.AsType[*counts.RunningError](err); other {
			if running = err; warn {
				g.warn(err.Error())
			}
			continue
		}
		if err != nil {
			return guards, nil, err
		}
		guards = append(guards, g)
	}
	return guards, running, nil
}

func endGuards(guards []*guardian) {
	for _, g := range guards {
		g.end()
	}
}

// checkOnce checks each store once and returns the first error.
func checkOnce(ctx context.Context, guards []*guardian) (first error) {
	sel := &selection{several: len(guards) > 1}
	for _, g := range guards {
		snap := &snapshot{path: g.file, identity: g.Store.Identity()}
		loaded, err := g.Store.Load()
		if g.snapshot, snap.pool = loaded, loaded.Pool; err != nil {
			snap.err = &readError{g.file, err}
		}
		sel.stores = append(sel.stores, snap)
	}
	if err := sel.err(); err != nil {
		return err
	}
	for _, name := range guards[0].only {
		if err := sel.checkProvider(name); err != nil {
			return err
		}
	}
	for i, g := range guards {
		switch err := sel.stores[i].err; {
		case errors.Is(err, fs.ErrNotExist): // the profile uses the root's credentials, which are guarded in the root's store
		case err != nil:
			g.warn(err.Error())
		default:
			g.policy = g.choice.Resolve(g.snapshot.Pool, poolstate.NoEvidence)
			g.act(ctx, nil)
		}
		if g.failure != "" && first == nil {
			first = &codedError{code: exitCode(g.failed)} // already printed
		}
		first = cmp.Or(first, g.unprinted())
	}
	return first
}

// guardLine is one line of the output of guard --json.
type guardLine struct {
	At       jsonout.Time `json:"at"`
	Profile  string       `json:"profile"`
	Provider string       `json:"provider"`
	ID       string       `json:"id"`
	Label    *string      `json:"label"`
	Action   guard.Kind   `json:"action"`
	Streak   int          `json:"streak"`
	Own      jsonout.Time `json:"agent_deadline"`
	Deadline jsonout.Time `json:"deadline"`
	Reason   string       `json:"reason"`
}

// printNote prints one line about a credential, as text or JSON. In the text, the prefix comes
// after the time.
func printNote(w io.Writer, n *guard.Note, profile, prefix string, now time.Time, asJSON bool) error {
	c := &n.Credential
	if asJSON {
		return jsonout.WriteLine(w, guardLine{
			jsonout.Time(now), profile, c.Provider, c.ID, jsonout.Text(c.Label),
			n.Kind, n.Streak, jsonout.Time(n.Own), jsonout.Time(n.Deadline), n.Reason,
		})
	}
	line := fmt.Sprintf("%s  %s%s %s/%s", now.Format("15:04:05"), prefix, strings.ReplaceAll(string(n.Kind), "_", " "),
		text.ProviderName(c.Provider), text.CredentialName(c))
	if !n.Deadline.IsZero() {
		line += " until " + text.Moment(n.Deadline, now)
	}
	_, err := fmt.Fprintln(w, text.Clean(line+": "+n.Reason, maxErrorText))
	return err
}
