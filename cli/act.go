package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
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

// actFlags are the flags of every command that writes.
type actFlags struct {
	dryRun, asJSON, yes bool
}

func (f *actFlags) register(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "print what would change, without changing it")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "print JSON; its fields are stable")
	cmd.Flags().BoolVar(&f.yes, "yes", false, "do not ask for confirmation")
}

// The JSON of the commands that write.
type (
	outcomeJSON struct {
		Changed   []changedJSON   `json:"changed"`
		Unchanged []unchangedJSON `json:"unchanged"`
		DryRun    bool            `json:"dry_run"`
	}
	targetJSON struct {
		Provider string  `json:"provider"`
		ID       *string `json:"id"`
		Label    *string `json:"label"`
	}
	changedJSON struct {
		targetJSON
		Before stateJSON `json:"before"`
		After  stateJSON `json:"after"`
	}
	unchangedJSON struct {
		targetJSON
		Reason  string `json:"reason"`
		Refused bool   `json:"refused"`
	}
	stateJSON struct {
		Status   *string      `json:"status"`
		Streak   *int         `json:"streak"`
		Deadline jsonout.Time `json:"deadline"`
	}
)

// actScope is the scope of the flags of every command that writes.
const actScope = config.Store | config.Policy | config.Clock | config.Journal

// actionRun is one run of a command that writes.
type actionRun struct {
	cmd      *cobra.Command
	flags    actFlags
	snap     snapshot
	operator *journal.Operator
	verb     poolstate.Verb
}

// newActionRun reads the store and fails early if it cannot be written.
func newActionRun(cmd *cobra.Command, cfg *config.Config, log *slog.Logger, flags actFlags, verb poolstate.Verb) (*actionRun, error) {
	snap, err := loadSnapshot(cfg, log)
	if err != nil {
		return nil, err
	}
	clock := time.Now
	if !cfg.Now.IsZero() {
		clock = func() time.Time { return snap.now } // the instant itself, not one that advances
	}
	store := poolstate.Open(snap.path, poolstate.WithClock(clock))
	if err := store.Writable(); err != nil && !flags.dryRun {
		return nil, &codedError{exitRefused, err}
	}
	operator, err := newOperator(store, cfg.Journal, log)
	if err != nil {
		return nil, err
	}
	return &actionRun{cmd: cmd, flags: flags, snap: snap, operator: operator, verb: verb}, nil
}

// perform performs an action on credentials as they were read, or previews it.
func (r *actionRun) perform(a poolstate.Action, seen []poolstate.Credential) error {
	return r.execute(journal.Task{Action: a, Seen: seen, Policy: r.snap.policy})
}

// execute performs a task, after a confirmation where one is needed, or previews
// it for a dry run.
func (r *actionRun) execute(t journal.Task) error {
	plan, err := r.operator.Plan(t)
	if err != nil {
		return r.explain(err)
	}
	if r.flags.dryRun {
		for _, st := range r.snap.pool.LastReady(plan, r.snap.policy) {
			r.note(ui.LastReadyWords(&st, r.snap.now))
		}
		return r.report(&plan)
	}
	if err := r.confirm(plan); err != nil {
		return err
	}
	said := false
	return r.finish(r.operator.Run(r.cmd.Context(), t, func(holder string) {
		if !said {
			r.note(fmt.Sprintf("waiting up to %s for the lock, which %s holds", text.Span(poolstate.LockPatience), holder))
		}
		said = true
	}))
}

// finish prints the result of a task.
func (r *actionRun) finish(done journal.Done, err error) error {
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

// explain returns an error of the store as one sentence that names the command and
// what to do.
func (r *actionRun) explain(err error) error {
	code := exitCode(err)
	said := explain(err)
	path, _ := pathOf(err)
	switch {
	case errors.Is(err, context.Canceled):
		said = "interrupted; nothing was written"
	case code == exitLocked:
		said = err.Error() + "; nothing was written, try again"
	case code == exitFailed, path == poolstate.LockPath(r.snap.path):
		said = explainWrite(r.snap.path, err)
	}
	return &codedError{code, errors.New(said)}
}

// note prints a line on standard error.
func (r *actionRun) note(message string) {
	_, _ = fmt.Fprintln(r.cmd.ErrOrStderr(), r.cmd.CommandPath()+": "+text.Clean(message, maxErrorText))
}

// confirm asks before an action leaves a provider with no credential ready. Without
// a terminal, the action is refused unless --yes is given.
func (r *actionRun) confirm(plan poolstate.Outcome) error {
	last := r.snap.pool.LastReady(plan, r.snap.policy)
	if len(last) == 0 || r.flags.yes {
		return nil
	}
	for i := range last {
		warning := ui.LastReadyWords(&last[i], r.snap.now)
		if !interactive() {
			return &codedError{exitRefused, fmt.Errorf("%s; use --yes to proceed anyway", warning)}
		}
		r.note(warning)
	}
	if !confirmed(r.cmd.InOrStdin(), r.cmd.ErrOrStderr(), titled(r.verb.String())+" anyway? [y/N] ") {
		return &codedError{exitRefused, errors.New("not confirmed; nothing was written")}
	}
	return nil
}

// titled returns s with a capital first letter.
func titled(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func interactive() bool {
	return term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd()))
}

// confirmed asks a question. Any answer but y or yes is no.
func confirmed(in io.Reader, out io.Writer, question string) bool {
	_, _ = fmt.Fprint(out, question)
	answer, _ := bufio.NewReader(in).ReadString('\n') // at the end of the input, the answer is no
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return true
	}
	return false
}

// report prints an outcome as text or JSON. It returns an error if any target was
// refused.
func (r *actionRun) report(out *poolstate.Outcome) error {
	w := r.cmd.OutOrStdout()
	if r.flags.asJSON {
		if err := jsonout.Write(w, r.json(out)); err != nil {
			return err
		}
	} else if err := r.printOutcome(w, out); err != nil {
		return err
	}
	if n := out.Refusals(); n > 0 {
		first := out.Unchanged[0]
		for _, e := range out.Unchanged {
			if e.Refused {
				first = e
				break
			}
		}
		err := fmt.Errorf("%s: refused: %s", first.Before.Ref, first.Reason)
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
			lines = append(lines, text.Clean(e.Before.Provider, maxErrorText)+"/"+text.CredentialName(&e.Before)+": unchanged, "+text.Clean(e.Reason, maxErrorText))
		}
	}
	switch {
	case r.flags.dryRun:
		lines = append(lines, "dry run: nothing was written")
	case len(out.Changed) > 0:
		lines = append(lines, "written; running agents notice at their next reload")
	case out.Refusals() == 0:
		lines = append(lines, r.nothing(out))
	}
	if len(lines) == 0 {
		return nil
	}
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

// nothing returns the line for an outcome without changes.
func (r *actionRun) nothing(out *poolstate.Outcome) string {
	switch {
	case r.verb == poolstate.VerbUndo && len(out.Unchanged) == 0:
		return "nothing to undo"
	case r.verb == poolstate.VerbSync && len(out.Unchanged) == 0:
		return "nothing to sync: no local token source for these credentials"
	case r.verb == poolstate.VerbSync:
		return "nothing to sync"
	}
	return "nothing to change"
}

func (r *actionRun) json(out *poolstate.Outcome) outcomeJSON {
	j := outcomeJSON{Changed: []changedJSON{}, Unchanged: []unchangedJSON{}, DryRun: r.flags.dryRun}
	for i := range out.Changed {
		e := &out.Changed[i]
		j.Changed = append(j.Changed, changedJSON{
			targetOf(&e.Before), r.state(&e.Before, out.At), r.state(&e.After, out.At),
		})
	}
	for i := range out.Unchanged {
		e := &out.Unchanged[i]
		j.Unchanged = append(j.Unchanged, unchangedJSON{targetOf(&e.Before), e.Reason, e.Refused})
	}
	return j
}

func targetOf(c *poolstate.Credential) targetJSON {
	return targetJSON{c.Provider, jsonout.Text(c.ID), jsonout.Text(c.Label)}
}

func (r *actionRun) state(c *poolstate.Credential, now time.Time) stateJSON {
	s := poolstate.StateOf(c, r.snap.policy, now)
	out := stateJSON{Status: s.Status, Streak: s.Streak}
	if s.Deadline != nil {
		out.Deadline = jsonout.Time(*s.Deadline)
	}
	return out
}
