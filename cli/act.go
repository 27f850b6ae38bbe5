package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"pooltop/cli/internal/jsonout"
	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui"
)

// actFlags are the flags of every command that writes.
type actFlags struct {
	dryRun, asJSON, yes bool
}

func (f *actFlags) register(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "say what would change, and change nothing")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "print JSON; its fields are stable")
	cmd.Flags().BoolVar(&f.yes, "yes", false, "do not ask before a provider is left with none ready")
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

// deed is one run of a command that writes.
type deed struct {
	cmd      *cobra.Command
	flags    actFlags
	snap     snapshot
	operator *journal.Operator
	verb     poolstate.Verb
}

// newDeed reads the store, and refuses up front where it cannot be written.
func (o *options) newDeed(cmd *cobra.Command, flags actFlags, verb poolstate.Verb) (*deed, error) {
	snap, err := o.load()
	if err != nil {
		return nil, within(verb.String(), err)
	}
	clock := time.Now
	if o.now != "" {
		clock = func() time.Time { return snap.now } // exactly the instant of the snapshot
	}
	store := poolstate.Open(snap.path, poolstate.WithClock(clock))
	if err := store.Writable(); err != nil && !flags.dryRun {
		return nil, within(verb.String(), &codedError{exitRefused, err})
	}
	operator, err := o.newOperator(store)
	if err != nil {
		return nil, err
	}
	return &deed{cmd: cmd, flags: flags, snap: snap, operator: operator, verb: verb}, nil
}

// do performs an action on credentials as they were read, or previews it.
func (d *deed) do(a poolstate.Action, seen []poolstate.Credential) error {
	return d.execute(journal.Task{Action: a, Seen: seen, Policy: d.snap.policy})
}

// execute previews a task for a dry run, and else performs it, asking first
// where that is necessary.
func (d *deed) execute(t journal.Task) error {
	plan, err := d.operator.Plan(t)
	if err != nil {
		return d.failed(err)
	}
	if d.flags.dryRun {
		for _, st := range d.snap.pool.Strands(plan, d.snap.policy) {
			d.say(ui.StrandedWords(&st, d.snap.now)) // it would ask
		}
		return d.report(&plan)
	}
	if err := d.allow(plan); err != nil {
		return err
	}
	said := false
	return d.finish(d.operator.Run(d.cmd.Context(), t, func(holder string) {
		if !said {
			d.say(fmt.Sprintf("%s: waiting up to %s for the lock, which %s holds", d.verb, ui.Span(poolstate.LockPatience), holder))
		}
		said = true
	}))
}

// finish reports what was done.
func (d *deed) finish(done journal.Done, err error) error {
	if err != nil {
		return d.failed(err)
	}
	if done.Doubt != nil {
		d.say(fmt.Sprintf("%s: %v", d.verb, done.Doubt))
	}
	if done.Account != nil {
		d.say("done, but the journal could not be written: " + done.Account.Error())
	}
	return d.report(&done.Outcome)
}

// failed names the command and what to do about the error.
func (d *deed) failed(err error) error {
	code := exitCode(err)
	said := explain(err)
	path, _ := pathOf(err)
	switch {
	case errors.Is(err, context.Canceled):
		said = "interrupted; nothing was written"
	case code == exitLocked:
		said = err.Error() + "; nothing was written, try again"
	case code == exitFailed, path == poolstate.LockPath(d.snap.path):
		said = explainWrite(d.snap.path, err)
	}
	return &codedError{code, fmt.Errorf("%s: %s", d.verb, said)}
}

// say puts a line on standard error.
func (d *deed) say(text string) {
	_, _ = fmt.Fprintln(d.cmd.ErrOrStderr(), "pooltop: "+ui.Clean(text, maxErrorText))
}

// allow asks before a provider is left with none ready; without a terminal to
// ask at, --yes has to say it.
func (d *deed) allow(plan poolstate.Outcome) error {
	strands := d.snap.pool.Strands(plan, d.snap.policy)
	if len(strands) == 0 || d.flags.yes {
		return nil
	}
	for i := range strands {
		warning := ui.StrandedWords(&strands[i], d.snap.now)
		if !interactive() {
			return &codedError{exitRefused, fmt.Errorf("%s: %s; --yes does it all the same", d.verb, warning)}
		}
		d.say(warning)
	}
	if !confirmed(d.cmd.InOrStdin(), d.cmd.ErrOrStderr(), d.verb.String()+" all the same? [y/N] ") {
		return &codedError{exitRefused, fmt.Errorf("%s: not confirmed, nothing was written", d.verb)}
	}
	return nil
}

func interactive() bool {
	return term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd()))
}

// confirmed asks a question whose answer is no unless it says yes.
func confirmed(in io.Reader, out io.Writer, question string) bool {
	_, _ = fmt.Fprint(out, question)
	answer, _ := bufio.NewReader(in).ReadString('\n') // no answer is no
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return true
	}
	return false
}

// report prints an outcome, for people or as JSON. A command all of whose
// targets were refused has failed.
func (d *deed) report(out *poolstate.Outcome) error {
	w := d.cmd.OutOrStdout()
	if d.flags.asJSON {
		if err := jsonout.Write(w, d.json(out)); err != nil {
			return err
		}
	} else if err := d.printOutcome(w, out); err != nil {
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
		err := fmt.Errorf("%s %s: refused: %s", d.verb, first.Before.Ref, first.Why)
		if n > 1 {
			err = fmt.Errorf("%w (and %d more)", err, n-1)
		}
		return &codedError{exitRefused, err}
	}
	return nil
}

func (d *deed) printOutcome(w io.Writer, out *poolstate.Outcome) error {
	var lines []string
	for i := range out.Changed {
		e := &out.Changed[i]
		line := ui.Clean(e.Before.Provider, maxErrorText) + "/" + ui.EffectWords(e, d.snap.policy, out.At.In(d.snap.now.Location()))
		if d.verb == poolstate.VerbReset && e.Before.Status == poolstate.StatusDead {
			line += ui.DeadReset
		}
		lines = append(lines, line)
	}
	for i := range out.Unchanged {
		if e := &out.Unchanged[i]; !e.Refused {
			lines = append(lines, ui.Clean(e.Before.Provider, maxErrorText)+"/"+ui.CredentialName(&e.Before)+": unchanged, "+ui.Clean(e.Why, maxErrorText))
		}
	}
	switch {
	case d.flags.dryRun:
		lines = append(lines, "dry run: nothing was written")
	case len(out.Changed) > 0:
		lines = append(lines, "written; a running agent sees it at its next pool load")
	case out.Refusals() == 0:
		lines = append(lines, d.nothing(out))
	}
	if len(lines) == 0 {
		return nil
	}
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

// nothing says that there was nothing to do, and why where no target has said
// so.
func (d *deed) nothing(out *poolstate.Outcome) string {
	switch {
	case d.verb == poolstate.VerbUndo && len(out.Unchanged) == 0:
		return "nothing to undo"
	case d.verb == poolstate.VerbSync && len(out.Unchanged) == 0:
		return "nothing to adopt: no authority on this machine has tokens of these credentials"
	case d.verb == poolstate.VerbSync:
		return "nothing to adopt"
	}
	return "nothing to change"
}

func (d *deed) json(out *poolstate.Outcome) outcomeJSON {
	j := outcomeJSON{Changed: []changedJSON{}, Unchanged: []unchangedJSON{}, DryRun: d.flags.dryRun}
	for i := range out.Changed {
		e := &out.Changed[i]
		j.Changed = append(j.Changed, changedJSON{
			targetOf(&e.Before), d.state(&e.Before, out.At), d.state(&e.After, out.At),
		})
	}
	for i := range out.Unchanged {
		e := &out.Unchanged[i]
		j.Unchanged = append(j.Unchanged, unchangedJSON{targetOf(&e.Before), e.Why, e.Refused})
	}
	return j
}

func targetOf(c *poolstate.Credential) targetJSON {
	return targetJSON{c.Provider, jsonout.Text(c.ID), jsonout.Text(c.Label)}
}

func (d *deed) state(c *poolstate.Credential, now time.Time) stateJSON {
	s := poolstate.StateOf(c, d.snap.policy, now)
	out := stateJSON{Status: s.Status, Streak: s.Streak}
	if s.Deadline != nil {
		out.Deadline = jsonout.Time(*s.Deadline)
	}
	return out
}
