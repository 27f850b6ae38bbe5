package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"pooltop/cli/config"
	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui"
	"pooltop/ui/text"
)

// actionRun is one run of a command that writes.
type actionRun struct {
	cmd                 *cobra.Command
	verb                poolstate.Verb
	dryRun, asJSON, yes bool
	wholeProvider       string // the provider if it was given without targets, otherwise empty

	cfg      *config.Config
	log      *slog.Logger
	sel      *selection
	failures []failure
	lost     bool // the journal could be opened, but an action could not be recorded

	unrecorded bool // the journal could not be written; the warning has been printed
}

// failure records why the action was not performed on a store.
type failure struct {
	store *snapshot
	err   error
}

// bindAction sets up cmd to run act. It adds the flags shared by commands that write, and
// returns the configuration flags.
func bindAction(cmd *cobra.Command, verb poolstate.Verb, act func(r *actionRun, args []string) error) *config.Flags {
	r := &actionRun{cmd: cmd, verb: verb}
	settings := config.Bind(cmd.Flags(), config.Store|config.Stores|config.Policy|config.Clock|config.Journal|config.ASCII)
	cmd.Flags().BoolVar(&r.dryRun, "dry-run", false, "print the changes without making them")
	cmd.Flags().BoolVar(&r.asJSON, "json", false, "print JSON with stable field names")
	cmd.Flags().BoolVar(&r.yes, "yes", false, "do not ask for confirmation")
	cmd.RunE = configured(settings, func(_ *cobra.Command, args []string, cfg *config.Config, log *slog.Logger) error {
		r.cfg, r.log = cfg, log
		return act(r, args)
	})
	return settings
}

// load reads the selected stores.
func (r *actionRun) load() error {
	r.sel = loadSelection(r.cfg, r.log)
	return r.sel.err()
}

// onTargets performs an action on the credentials that args select and for which include
// returns true. It calls task once for each file.
func (r *actionRun) onTargets(args []string, include func(*poolstate.Credential) bool, task func(*part) journal.Task) error {
	if err := r.load(); err != nil {
		return err
	}
	parts, err := r.sel.targets(args)
	if err != nil {
		return err
	}
	for _, p := range parts {
		p.seen = slices.DeleteFunc(p.seen, func(c poolstate.Credential) bool { return !include(&c) })
	}
	for _, snap := range r.sel.stores {
		if snap.err != nil {
			r.fail(snap, &codedError{exitRefused, snap.err})
		}
	}
	return r.execute(slices.DeleteFunc(parts, func(p *part) bool { return len(p.seen) == 0 }), task)
}

// execute performs a task on each part, after asking for confirmation if needed. In a dry
// run, it only prints what would change. If a part fails, execute continues with the others
// and returns the first error.
func (r *actionRun) execute(parts []*part, task func(*part) journal.Task) error {
	if len(parts) == 0 && len(r.failures) == 0 { // finish prints that there is nothing to do
		return r.finish([]*job{{store: r.sel.stores[0]}})
	}
	jobs := r.plan(parts, task)
	for _, j := range jobs {
		for _, w := range []string{ui.ShortHoldWords(j.out.Changed, j.store.policy, j.store.now), ui.LongHoldWords(j.out.Changed, j.store.now)} {
			if w != "" {
				r.note(r.about(j.store, w))
			}
		}
	}
	if r.dryRun {
		for _, warning := range r.outages(jobs) {
			r.note(warning)
		}
		return r.finish(jobs)
	}
	if err := r.confirm(jobs); err != nil {
		return err
	}
	return r.finish(slices.DeleteFunc(jobs, func(j *job) bool { return !r.perform(j) }))
}

// job is a task on one file.
type job struct {
	store    *snapshot
	operator *journal.Operator
	task     journal.Task
	out      poolstate.Outcome // the planned outcome until perform stores the actual outcome
}

// plan returns a job for each part. It omits parts that cannot be planned or whose file is
// not writable, and records them as failed.
func (r *actionRun) plan(parts []*part, task func(*part) journal.Task) (jobs []*job) {
	number := journal.NewNumber() // shared by all jobs, because they are one action in the journal
	for _, p := range parts {
		clock := poolstate.Now
		if !r.cfg.Now.IsZero() {
			clock = func() time.Time { return p.store.now } // a fixed time
		}
		store := poolstate.Open(p.store.path, poolstate.WithClock(clock))
		if err := store.Writable(); err != nil && !r.dryRun {
			r.fail(p.store, &codedError{exitRefused, err})
			continue
		}
		j := &job{store: p.store, operator: newOperator(store, r.cfg.Journal, r.log), task: task(p)}
		j.operator.Number = func() string { return number }
		j.task.Verb, j.task.Seen, j.task.Policy = r.verb, p.seen, p.store.policy
		var err error
		if j.out, err = j.operator.Plan(j.task); err != nil {
			r.fail(p.store, explainAction(p.store.path, err))
			continue
		}
		jobs = append(jobs, j)
	}
	return jobs
}

// perform runs a job and reports whether it succeeded.
func (r *actionRun) perform(j *job) bool {
	var once sync.Once
	done, err := j.operator.Run(r.cmd.Context(), j.task, func(holder string) {
		once.Do(func() {
			r.note(r.about(j.store, fmt.Sprintf("waiting up to %s for the lock held by %s", text.Span(poolstate.LockTimeout), holder)))
		})
	})
	if errors.Is(err, context.Canceled) {
		err = context.Cause(r.cmd.Context()) // names the signal
	}
	if err != nil {
		r.fail(j.store, explainAction(j.store.path, err))
		return false
	}
	if done.Warning != nil {
		r.note(r.about(j.store, "done; warning: "+done.Warning.Error()))
	}
	if err := done.JournalErr; err != nil {
		if !r.unrecorded { // all stores have the same journal
			r.note("done, but it cannot be undone; could not write the journal: " + err.Error())
		}
		r.unrecorded = true
		r.lost = r.lost || isLost(err)
	}
	j.out = done.Outcome
	return true
}

// isLost reports whether a record could not be written to a journal that had been opened, for
// example because the disk is full. It is false if the journal could not be opened.
func isLost(err error) bool {
	failed, system := errors.AsType[*fs.PathError](err)
	return system && !slices.Contains([]string{"open", "mkdir", "create"}, failed.Op)
}

// finish prints the outcomes and returns the first error. fail has already printed the
// other errors.
func (r *actionRun) finish(jobs []*job) error {
	var err error
	if len(r.failures) > 0 {
		first := r.failures[0]
		err = &codedError{exitCode(first.err), errors.New(r.about(first.store, first.err.Error()))}
	}
	if len(jobs) == 0 {
		return err
	}
	if err = cmp.Or(err, refusal(jobs)); err == nil && r.lost { // perform has already printed why
		err = &codedError{exitFailed, nil}
	}
	if failed := r.print(jobs); failed != nil {
		if err != nil {
			r.note(err.Error())
		}
		return failed
	}
	return err
}

// fail records that the action failed on a store. It prints the error, unless it is the
// first, which the command returns.
func (r *actionRun) fail(store *snapshot, err error) {
	if r.failures = append(r.failures, failure{store, err}); len(r.failures) > 1 {
		r.note(r.about(store, err.Error()))
	}
}

// about prefixes a message about a store with the store's profile, unless the user selected
// only that store.
func (r *actionRun) about(store *snapshot, words string) string {
	if !r.sel.several && store.path == r.cfg.File {
		return words
	}
	return store.profile + ": " + words
}

// explainAction converts an error from an action on a store to a one-line message that also
// suggests what to do.
func explainAction(store string, err error) error {
	code := exitCode(err)
	message := explain(store, err)
	path, _ := pathOf(err)
	switch {
	case errors.Is(err, context.Canceled):
		message = "interrupted; nothing was written"
	case code == exitLocked:
		message = err.Error() + "; nothing was written; try again"
	case code == exitFailed, isLock(path):
		message = explainWrite(store, err)
	}
	return &codedError{code, errors.New(message)}
}

// note prints a line to standard error.
func (r *actionRun) note(message string) {
	_, _ = fmt.Fprintln(r.cmd.ErrOrStderr(), r.cmd.CommandPath()+": "+text.Clean(message, maxErrorText))
}

// outages returns warnings about providers that the jobs would leave with no credential
// ready.
func (r *actionRun) outages(jobs []*job) (warnings []string) {
	for _, j := range jobs {
		for _, st := range j.store.pool.LastReady(j.out, j.store.policy) {
			warnings = append(warnings, r.about(j.store, ui.LastReadyWords(&st, j.store.now)))
		}
	}
	return warnings
}

// confirm asks for confirmation if an action would leave a provider with no credential ready,
// or would change several credentials because no target was given. Without a terminal, such
// an action is refused unless --yes is given.
func (r *actionRun) confirm(jobs []*job) error {
	var warnings []string
	changes, files := 0, 0
	for _, j := range jobs {
		if n := len(j.out.Changed); n > 0 {
			changes, files = changes+n, files+1
		}
	}
	if changes > 1 && r.wholeProvider != "" {
		warning := fmt.Sprintf("no target was specified: %d credentials of %s would change", changes, r.wholeProvider)
		if files > 1 {
			warning += fmt.Sprintf(" in %d files", files)
		}
		warnings = append(warnings, warning)
	}
	warnings = append(warnings, r.outages(jobs)...)
	if len(warnings) == 0 || r.yes {
		return nil
	}
	if !term.IsTerminal(int(os.Stdin.Fd())) || !term.IsTerminal(int(os.Stderr.Fd())) {
		return &codedError{exitRefused, fmt.Errorf("%s; use --yes to proceed anyway", warnings[0])}
	}
	for _, w := range warnings {
		r.note(w)
	}
	_, _ = fmt.Fprint(r.cmd.ErrOrStderr(), capitalized(r.verb.String())+" anyway? [y/N] ")
	answer, err := readLine(r.cmd.Context(), r.cmd.InOrStdin())
	if err != nil {
		_, _ = fmt.Fprintln(r.cmd.ErrOrStderr()) // end the line of the question
		return &codedError{exitCode(err), fmt.Errorf("%w; nothing was written", err)}
	}
	if !slices.Contains([]string{"y", "yes"}, strings.ToLower(strings.TrimSpace(answer))) {
		return &codedError{exitRefused, errors.New("not confirmed; nothing was written")}
	}
	return nil
}

// readLine reads a line, which may end at EOF. If ctx is done, readLine returns its cause at once,
// although a goroutine is still reading.
func readLine(ctx context.Context, r io.Reader) (string, error) {
	line := make(chan string, 1)
	go func() {
		s, _ := bufio.NewReader(r).ReadString('\n')
		line <- s
	}()
	select {
	case s := <-line:
		return s, context.Cause(ctx)
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// capitalized returns s with its first letter capitalized.
func capitalized(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
