package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
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
	var once, dryRun, asJSON, sole bool
	var providers []string
	cmd := &cobra.Command{
		Use:   "guard",
		Short: "Make agents without backoff wait longer after repeated failures",
		Long: "guard counts the failures of each credential and writes longer cooldowns into the agent's file: by default, 2, 4\n" +
			"and 8 times the agent's own after the second, third and fourth consecutive failure. Every process that loads the\n" +
			"pool afterwards obeys them. A success, a reset or a day without failures ends the streak. When a credential works\n" +
			"again, guard removes the deadlines that it set on others that failed with the same code.\n\n" +
			"guard never shortens a cooldown and never changes a provider's reset time or a hold. It does not pin a\n" +
			"provider's only credential if the agent waits longer than five minutes (see --sole), or openai-codex after a\n" +
			"429 (the agent asks the provider). Cooldowns of individual models do not count as failures.\n\n" +
			"A process that has already loaded a credential still retries it after its own cooldown. If that succeeds,\n" +
			"builds up to August 2026 leave no trace in the file, and other processes wait for the deadline. Failures that\n" +
			"no build records (5xx, timeouts) are not counted, so they may look like successes.\n\n" +
			"Only one guard runs per store. Its state is in pooltop's state directory, which must persist in a container.",
		Example: "  pooltop guard\n  pooltop guard --once --dry-run\n  */5 * * * * pooltop guard --once",
		Args:    noArguments,
	}
	flags := config.Bind(cmd.Flags(), config.Store|config.Policy|config.Clock|config.Journal)
	cmd.Flags().BoolVar(&once, "once", false, "check the store once and exit, for cron")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "print what would be written, and write nothing")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line, with stable field names")
	cmd.Flags().StringArrayVar(&providers, "provider", nil, "act only on this `PROVIDER` (may be repeated)")
	cmd.Flags().BoolVar(&sole, "sole", false, "also pin a provider's only credential")
	cmd.RunE = configured(flags, func(cmd *cobra.Command, _ []string, cfg *config.Config, log *slog.Logger) error {
		if slices.Contains(providers, "") {
			return usageError("--provider must not be empty")
		}
		g := newGuardian(cfg, log)
		g.only, g.sole, g.dryRun = providers, sole, dryRun
		if once { // a stopped clock, so that --now is exact
			now := instant(cfg.Now)
			g.clock = func() time.Time { return now }
			g.Store = poolstate.Open(cfg.File, poolstate.WithClock(g.clock))
		}
		g.say = func(text string) { printError(cmd.ErrOrStderr(), cmd.CommandPath(), errors.New(text)) }
		g.print = func(n *guard.Note) error { return printNote(cmd.OutOrStdout(), n, g.file, g.clock(), asJSON) }
		if !asJSON && !once {
			g.describe = func(line string) error {
				_, err := fmt.Fprintln(cmd.OutOrStdout(), text.Clean(line, maxErrorText))
				return err
			}
		}
		return g.run(cmd.Context(), once)
	})
	completeFlag(cmd, "provider", completePool(flags, anyKind))
	return cmd
}

// guardian runs guard on one store.
type guardian struct {
	*follower
	only         []string // providers; nil for all
	sole, dryRun bool
	print        func(*guard.Note) error
	describe     func(line string) error // prints a line about a provider at the start; may be nil
	say          func(text string)       // prints a problem

	printed  map[string]bool // decisions of a dry run
	failure  string          // the last problem, to report it once
	failed   error           // its error
	printErr error
}

func newGuardian(cfg *config.Config, log *slog.Logger) *guardian {
	g := &guardian{follower: newFollower(cfg, log, io.Discard, true), printed: map[string]bool{}, say: func(string) {}}
	g.follower.act = g.act
	g.follower.print = func(r *poolstate.Record) error {
		if r.Kind.OfFile() {
			g.say(strings.TrimSuffix(strings.ReplaceAll(r.Kind.String(), "_", " ")+": "+r.Message, ": "))
		}
		return nil
	}
	return g
}

// run runs guard until ctx is done or, if once is true, checks the store once.
func (g *guardian) run(ctx context.Context, once bool) error {
	g.hint = g.say
	release, err := g.begin(once)
	if release == nil {
		return err
	}
	defer release()
	if once {
		snap, err := g.Store.Load()
		if err != nil {
			return &codedError{exitRefused, fmt.Errorf("%s: %s", g.file, explain(g.file, err))}
		}
		found := snapshot{path: g.file, pool: snap.Pool}
		for _, name := range g.only {
			if _, err := found.provider(name); err != nil {
				return err
			}
		}
		g.snapshot = snap
		g.policy = g.choice.Resolve(snap.Pool, poolstate.NoEvidence)
		g.act(ctx, nil)
		if g.failure != "" {
			return &codedError{code: exitCode(g.failed)} // it has been printed
		}
		return g.printErr
	}
	return errors.Join(g.follow(ctx, watch.Start(ctx, g.Store.Path())), g.printErr)
}

// begin checks the state and acquires the guard lock. If guard must not run, it returns no
// release function, and an error unless once is true and another guard is running.
func (g *guardian) begin(once bool) (release func(), err error) {
	release = func() {}
	if g.dryRun {
		err = g.Detach()
	} else if err = g.Check(); err == nil {
		release, err = g.Guard(g.self("guard"))
	}
	busy, running := errors.AsType[*counts.RunningError](err)
	switch {
	case running && once:
		g.say(busy.Error())
		return nil, nil
	case running:
		return nil, &codedError{exitGuarded, busy}
	case err != nil:
		return nil, &codedError{exitFailed, errors.New(noCounts(err))}
	}
	return release, nil
}

// noCounts describes why the failure counts cannot be stored.
func noCounts(err error) string {
	message := "cannot store the failure counts: " + err.Error() + advice(err)
	if errors.Is(err, poolstate.ErrNotFile) {
		message += "; remove or rename it"
	}
	return message
}

// self describes this process.
func (g *guardian) self(command string) counts.Guard {
	host, _ := os.Hostname()
	return counts.Guard{Host: host, PID: os.Getpid(), Command: "pooltop " + command, Only: g.only, Sole: g.sole}
}

// act decides about the latest snapshot and writes the decisions. The notes are about
// streaks that have just ended. It returns when to try again if it fails.
func (g *guardian) act(ctx context.Context, notes []guard.Note) time.Time {
	now, rules := g.clock(), g.rules(g.policy)
	rules.Curve.Only, rules.Curve.Sole = g.only, g.sole
	if describe := g.describe; describe != nil {
		g.describe = nil
		for i := range g.snapshot.Pool.Providers {
			p := &g.snapshot.Pool.Providers[i]
			g.check(describe(fmt.Sprintf("%s: %s", text.ProviderName(p.Name), rules.Plan(p))))
		}
	}
	more, decisions, err := g.Decide(g.snapshot.Pool, rules, now)
	g.happened(append(notes, more...), now)
	if err != nil {
		return g.fail(noCounts(err), err, now)
	}
	if g.dryRun {
		g.preview(decisions)
		return time.Time{}
	}
	written, err := g.write(ctx, decisions)
	for i := range decisions {
		if d := &decisions[i]; !d.Writes() {
			g.check(g.print(&d.Note))
		}
	}
	changes := make([]guard.Note, len(written))
	for i := range written {
		changes[i] = written[i].Note
	}
	g.happened(changes, now)
	switch {
	case ctx.Err() != nil:
		return time.Time{}
	case err != nil:
		return g.fail(explainWrite(g.Store.Path(), err), err, now)
	}
	if len(written) > 0 {
		if err := g.Written(written, now); err != nil {
			return g.fail(noCounts(err), err, now)
		}
	}
	g.failure = ""
	return time.Time{}
}

// write writes decisions to the file and returns those that still applied.
func (g *guardian) write(ctx context.Context, decisions []guard.Decision) (written []guard.Decision, err error) {
	writes := false
	for i := range decisions {
		writes = writes || decisions[i].Writes()
	}
	if !writes {
		return nil, nil
	}
	warning, err := g.Store.Update(ctx, func(d *poolstate.Draft) error {
		written = nil
		for _, decision := range decisions {
			c := d.Pool().Find(decision.Credential.Ref)
			if c == nil {
				continue
			}
			if change := decision.Change(c); !change.IsEmpty() {
				if err := d.Apply(c.Ref, change); err != nil {
					return err
				}
				written = append(written, decision)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if warning != nil {
		g.say("warning: " + warning.Error())
	}
	return written, nil
}

// happened prints notes about changes and records them in the journal.
func (g *guardian) happened(notes []guard.Note, now time.Time) {
	records := make([]poolstate.Record, len(notes))
	for i := range notes {
		g.check(g.print(&notes[i]))
		records[i] = g.recordOf(&notes[i], now)
	}
	if len(notes) == 0 || g.dryRun {
		return
	}
	if err := g.RecordSeen(records); err != nil {
		g.say("warning: " + err.Error())
	}
}

// recordOf returns the journal record of a note about a change.
func (g *guardian) recordOf(n *guard.Note, now time.Time) poolstate.Record {
	e := eventOf(n, now)
	switch {
	case n.Kind == guard.Pinned, n.Kind == guard.Repinned:
		e.After.ResetAt, e.After.Pinned = n.Deadline, true
	case n.Kind == guard.Released && n.Deadline.IsZero():
		*e.After = poolstate.Released(*e.After, now).After(*e.After)
	case n.Kind == guard.Released:
		*e.After = poolstate.Unpinned(*e.After).After(*e.After)
	}
	return poolstate.RecordOf(&e, g.policy)
}

// preview prints the decisions of a dry run, each only once.
func (g *guardian) preview(decisions []guard.Decision) {
	for i := range decisions {
		n := &decisions[i].Note
		if key := fmt.Sprint(n.Credential.Ref, n.Kind, n.Deadline); !g.printed[key] {
			g.printed[key] = true
			g.check(g.print(n))
		}
	}
}

// retryAfter is how long guard waits after a failure.
const retryAfter = time.Minute

// fail reports a problem, unless it is the same as before, and returns when to try again.
func (g *guardian) fail(problem string, err error, now time.Time) time.Time {
	g.Log.Error("guard failed", "problem", problem)
	if problem != g.failure {
		g.say(problem)
	}
	g.failure, g.failed = problem, err
	return now.Add(retryAfter)
}

// check keeps the first error from printing.
func (g *guardian) check(err error) {
	if g.printErr == nil {
		g.printErr = err
	}
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

// printNote prints one line about a credential of the store.
func printNote(w io.Writer, n *guard.Note, store string, now time.Time, asJSON bool) error {
	c := &n.Credential
	if asJSON {
		return jsonout.WriteLine(w, guardLine{
			jsonout.Time(now), poolstate.ProfileOf(store), c.Provider, c.ID, jsonout.Text(c.Label),
			n.Kind, n.Streak, jsonout.Time(n.Own), jsonout.Time(n.Deadline), n.Reason,
		})
	}
	line := fmt.Sprintf("%s  %s %s/%s", now.Format("15:04:05"), strings.ReplaceAll(string(n.Kind), "_", " "),
		text.ProviderName(c.Provider), text.CredentialName(c))
	if !n.Deadline.IsZero() {
		line += " until " + text.Moment(n.Deadline, now)
	}
	_, err := fmt.Fprintln(w, text.Clean(line+": "+n.Reason, maxErrorText))
	return err
}
