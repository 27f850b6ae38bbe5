package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"pooltop/cli/config"
	"pooltop/cli/internal/jsonout"
	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui"
	"pooltop/ui/text"
)

// actionRun is one invocation of a command that writes.
type actionRun struct {
	cmd                 *cobra.Command
	verb                poolstate.Verb
	dryRun, asJSON, yes bool
	wholeProvider       string // the provider, if it was given without targets

	cfg      *config.Config
	log      *slog.Logger
	snap     snapshot
	operator *journal.Operator
}

// bindAction makes cmd run act. It adds the flags shared by all commands that write, and
// returns the configuration flags.
func bindAction(cmd *cobra.Command, verb poolstate.Verb, act func(r *actionRun, args []string) error) *config.Flags {
	r := &actionRun{cmd: cmd, verb: verb}
	settings := config.Bind(cmd.Flags(), config.Store|config.Policy|config.Clock|config.Journal)
	cmd.Flags().BoolVar(&r.dryRun, "dry-run", false, "print what would change, without changing it")
	cmd.Flags().BoolVar(&r.asJSON, "json", false, "print JSON with stable field names")
	cmd.Flags().BoolVar(&r.yes, "yes", false, "do not ask for confirmation")
	cmd.RunE = configured(settings, func(_ *cobra.Command, args []string, cfg *config.Config, log *slog.Logger) error {
		r.cfg, r.log = cfg, log
		return act(r, args)
	})
	return settings
}

// open reads the store and fails early if it cannot be written.
func (r *actionRun) open() (err error) {
	cfg := r.cfg
	if r.snap, err = loadSnapshot(cfg, r.log); err != nil {
		return err
	}
	clock := time.Now
	if !cfg.Now.IsZero() {
		clock = func() time.Time { return r.snap.now } // a fixed time
	}
	store := poolstate.Open(r.snap.path, poolstate.WithClock(clock))
	if err := store.Writable(); err != nil && !r.dryRun {
		return &codedError{exitRefused, err}
	}
	r.operator = newOperator(store, cfg.Journal, r.log)
	return nil
}

// openTargets reads the store and returns the credentials that the arguments
// select.
func (r *actionRun) openTargets(args []string) ([]poolstate.Credential, error) {
	if err := r.open(); err != nil {
		return nil, err
	}
	return r.snap.targets(args)
}

// execute performs a task, after asking for confirmation if needed. For a dry run, it
// only prints a preview.
func (r *actionRun) execute(t journal.Task) error {
	t.Verb, t.Policy = r.verb, r.snap.policy
	plan, err := r.operator.Plan(t)
	if err != nil {
		return r.explain(err)
	}
	for _, w := range []string{ui.SoonerWords(plan.Changed, t.Policy, r.snap.now), ui.LongHoldWords(plan.Changed, r.snap.now)} {
		if w != "" {
			r.note(w)
		}
	}
	if r.dryRun {
		for _, st := range r.snap.pool.LastReady(plan, r.snap.policy) {
			r.note(ui.LastReadyWords(&st, r.snap.now))
		}
		return r.report(&plan)
	}
	if err := r.confirm(plan); err != nil {
		return err
	}
	var once sync.Once
	done, err := r.operator.Run(r.cmd.Context(), t, func(holder string) {
		once.Do(func() {
			r.note(fmt.Sprintf("waiting up to %s for the lock held by %s", text.Span(poolstate.LockPatience), holder))
		})
	})
	if err != nil {
		return r.explain(err)
	}
	if done.Warning != nil {
		r.note("done; warning: " + done.Warning.Error())
	}
	if done.JournalErr != nil {
		r.note("done; warning: could not write the journal: " + done.JournalErr.Error())
	}
	return r.report(&done.Outcome)
}

// explain converts a store error to one line that also says what to do.
func (r *actionRun) explain(err error) error {
	code := exitCode(err)
	message := explain(r.snap.path, err)
	path, _ := pathOf(err)
	switch {
	case errors.Is(err, context.Canceled):
		message = "interrupted; nothing was written"
	case code == exitLocked:
		message = err.Error() + "; nothing was written; try again"
	case code == exitFailed, isLock(path):
		message = explainWrite(r.snap.path, err)
	}
	return &codedError{code, errors.New(message)}
}

// note prints a line to standard error.
func (r *actionRun) note(message string) {
	_, _ = fmt.Fprintln(r.cmd.ErrOrStderr(), r.cmd.CommandPath()+": "+text.Clean(message, maxErrorText))
}

// confirm asks for confirmation before an action that leaves a provider with no
// credential ready, or that changes several credentials because no target was
// given. Without a terminal, such an action is refused unless --yes is given.
func (r *actionRun) confirm(plan poolstate.Outcome) error {
	var warnings []string
	if n := len(plan.Changed); n > 1 && r.wholeProvider != "" {
		warnings = append(warnings, fmt.Sprintf("no target was specified: %d credentials of %s would change", n, r.wholeProvider))
	}
	for _, st := range r.snap.pool.LastReady(plan, r.snap.policy) {
		warnings = append(warnings, ui.LastReadyWords(&st, r.snap.now))
	}
	if len(warnings) == 0 || r.yes {
		return nil
	}
	if !term.IsTerminal(int(os.Stdin.Fd())) || !term.IsTerminal(int(os.Stderr.Fd())) {
		return &codedError{exitRefused, fmt.Errorf("%s; use --yes to proceed anyway", warnings[0])}
	}
	for _, w := range warnings {
		r.note(w)
	}
	_, _ = fmt.Fprint(r.cmd.ErrOrStderr(), titled(r.verb.String())+" anyway? [y/N] ")
	answer, _ := bufio.NewReader(r.cmd.InOrStdin()).ReadString('\n') // EOF means no
	if !slices.Contains([]string{"y", "yes"}, strings.ToLower(strings.TrimSpace(answer))) {
		return &codedError{exitRefused, errors.New("not confirmed; nothing was written")}
	}
	return nil
}

// titled returns s with its first letter capitalized.
func titled(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// report prints an outcome as text or JSON. It returns an error if any target was
// refused.
func (r *actionRun) report(out *poolstate.Outcome) (err error) {
	if w := r.cmd.OutOrStdout(); r.asJSON {
		err = jsonout.Write(w, r.json(out))
	} else {
		err = r.printOutcome(w, out)
	}
	if err != nil {
		return err
	}
	if n := out.Refusals(); n > 0 {
		first := out.Unchanged[slices.IndexFunc(out.Unchanged, func(e poolstate.Effect) bool { return e.Refused })]
		err := fmt.Errorf("%s: refused: %s", first.Before.Ref, first.Reason)
		if !first.CoolsUntil.IsZero() {
			err = fmt.Errorf("%w; use --yes to proceed anyway", err)
		}
		if n > 1 {
			err = fmt.Errorf("%w (and %d more)", err, n-1)
		}
		return &codedError{exitRefused, err}
	}
	return nil
}

func (r *actionRun) printOutcome(w io.Writer, out *poolstate.Outcome) error {
	var lines []string
	for i := range out.Changed {
		e := &out.Changed[i]
		line := text.Clean(e.Before.Provider, maxErrorText) + "/" + ui.EffectWords(e, r.snap.policy, out.At.In(r.snap.now.Location()))
		if r.verb == poolstate.VerbReset && e.Before.Status == poolstate.StatusDead {
			line += ui.DeadReset
		}
		lines = append(lines, line)
	}
	for i := range out.Unchanged {
		if e := &out.Unchanged[i]; !e.Refused {
			name := text.Clean(e.Before.Provider, maxErrorText) + "/" + text.CredentialName(&e.Before)
			lines = append(lines, name+": unchanged, "+text.Clean(e.Reason, maxErrorText))
		}
	}
	nothing := len(lines) == 0
	switch {
	case r.dryRun:
		lines = append(lines, "dry run: nothing was written")
	case len(out.Changed) > 0:
		lines = append(lines, "written; "+ui.ReloadNote(r.verb, r.snap.policy))
	case out.Refusals() > 0:
	case r.verb == poolstate.VerbUndo && nothing:
		lines = append(lines, "nothing to undo")
	case r.verb == poolstate.VerbSync && nothing:
		lines = append(lines, "nothing to sync: no local token source for these credentials")
	case r.verb == poolstate.VerbSync:
		lines = append(lines, "nothing to sync")
	default:
		lines = append(lines, "nothing to change")
	}
	if len(lines) == 0 {
		return nil
	}
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

// outcomeJSON is the JSON output of the commands that write.
type outcomeJSON struct {
	Changed   []effectJSON `json:"changed"`
	Unchanged []effectJSON `json:"unchanged"`
	DryRun    bool         `json:"dry_run"`
}

// effectJSON is the effect on one credential: its state before and after, or the reason
// that it is unchanged.
type effectJSON struct {
	Provider string         `json:"provider"`
	ID       *string        `json:"id"`
	Label    *string        `json:"label"`
	Before   *jsonout.State `json:"before,omitempty"`
	After    *jsonout.State `json:"after,omitempty"`
	Reason   *string        `json:"reason,omitempty"`
	Refused  *bool          `json:"refused,omitempty"`
}

func (r *actionRun) json(out *poolstate.Outcome) outcomeJSON {
	state := func(c *poolstate.Credential) *jsonout.State {
		return new(jsonout.NewState(poolstate.StateOf(c, r.snap.policy, out.At)))
	}
	effects := func(from []poolstate.Effect) []effectJSON {
		all := []effectJSON{}
		for i := range from {
			e := &from[i]
			j := effectJSON{Provider: e.Before.Provider, ID: jsonout.Text(e.Before.ID), Label: jsonout.Text(e.Before.Label)}
			if e.Changes() {
				j.Before, j.After = state(&e.Before), state(&e.After)
			} else {
				j.Reason, j.Refused = &e.Reason, &e.Refused
			}
			all = append(all, j)
		}
		return all
	}
	return outcomeJSON{effects(out.Changed), effects(out.Unchanged), r.dryRun}
}
