package model

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui"
	"pooltop/ui/text"
)

// job is the part of an action that changes one file.
type job struct {
	store    *store
	operator *journal.Operator
	task     journal.Task
	profile  string // of the store; see [Model.profileIn]
	policy   poolstate.Policy
}

// fileResult is the result of a job.
type fileResult struct {
	store *store
	seen  []poolstate.Credential // of the job
	done  journal.Done           // the zero value if the job failed
	err   error
}

// actionDone is the result of an action. It has at least one file.
type actionDone struct {
	verb    poolstate.Verb
	files   []fileResult
	refused []poolstate.Effect // targets in stores that could not be written
}

func (msg *actionDone) undoable() bool {
	return slices.ContainsFunc(msg.files, func(f fileResult) bool { return f.done.Undos() != nil })
}

// numbers returns the identifiers of the action in the journal.
func (msg *actionDone) numbers() (actions []string) {
	for i := range msg.files {
		actions = append(actions, msg.files[i].done.Number)
	}
	return actions
}

// owner returns the store to which changes to a row are written. For a borrowed row, that is the
// root's store. It returns nil if the store has been removed.
func (m *Model) owner(c *poolstate.Credential) *store {
	return m.storeOf(c.Original().Profile)
}

// originals replaces borrowed rows with their originals, and returns each original once.
func (m *Model) originals(rows []*poolstate.Credential) (seen []poolstate.Credential) {
	known := map[poolstate.Ref]bool{}
	for _, c := range rows {
		ref := c.Original()
		if known[ref] {
			continue
		}
		known[ref] = true
		if o := m.pool.Find(ref); o != nil { // credentials of a hidden root are not in the pool
			c = o
		}
		seen = append(seen, *c)
	}
	return seen
}

// writable splits credentials by whether their stores can be written. It returns the rest as
// refused effects.
func (m *Model) writable(all []poolstate.Credential) (seen []poolstate.Credential, refused []poolstate.Effect) {
	for _, c := range all {
		st, why := m.owner(&c), "its profile has been removed"
		if st != nil {
			why = m.whyNoWriteTo(st)
		}
		if why == "" {
			seen = append(seen, c)
		} else {
			refused = append(refused, poolstate.Effect{Before: c, After: c, Reason: why, Refused: true})
		}
	}
	return seen, refused
}

// jobs splits a task into one job for each file, in the order of the stores. The jobs have the
// same action number.
func (m *Model) jobs(t *task) []job {
	jobs := t.jobs
	if t.Verb != poolstate.VerbUndo {
		jobs = nil
		for _, st := range m.stores {
			part := t.Task
			part.Policy, part.Hold.Policy, part.Seen = st.policy, st.policy, nil
			for _, c := range t.Seen {
				if m.owner(&c) == st {
					c.SetProfile("", nil)
					part.Seen = append(part.Seen, c)
				}
			}
			if len(part.Seen) > 0 {
				jobs = append(jobs, m.newJob(st, part))
			}
		}
	}
	if len(jobs) < 2 {
		return jobs
	}
	number := journal.NewNumber()
	for i := range jobs {
		operator := *jobs[i].operator
		operator.Number = func() string { return number }
		jobs[i].operator = &operator
	}
	return jobs
}

func (m *Model) newJob(st *store, t journal.Task) job {
	return job{st, st.Operator, t, m.profileIn(st), st.policy}
}

// planAll returns what the jobs would change now, or the first job that is not possible.
func planAll(jobs []job) (out poolstate.Outcome, failed *fileResult) {
	for _, j := range jobs {
		plan, err := j.plan()
		if err != nil {
			return out, &fileResult{store: j.store, err: err}
		}
		out = joined(out, plan)
	}
	return out, nil
}

func (j *job) plan() (poolstate.Outcome, error) {
	out, err := j.operator.Plan(j.task)
	setProfile(&out, j.profile, &j.policy)
	return out, err
}

// joined returns the combined outcome of two jobs.
func joined(a, b poolstate.Outcome) poolstate.Outcome {
	if a.At.IsZero() {
		return b // avoids a copy
	}
	return poolstate.Outcome{At: b.At, Changed: slices.Concat(a.Changed, b.Changed), Unchanged: slices.Concat(a.Unchanged, b.Unchanged)}
}

// performAll runs the jobs one after another. A job that fails does not affect the others,
// but none is started after ctx is done.
func performAll(ctx context.Context, jobs []job, waiting func(holder string)) []fileResult {
	var files []fileResult
	for _, j := range jobs {
		f := fileResult{store: j.store, seen: j.task.Seen, err: ctx.Err()}
		if len(files) == 0 || f.err == nil {
			if move := &j.task.Move; j.task.Verb == poolstate.VerbOrder && j.store.Strategies != nil {
				move.Strategy = j.store.Strategies()[move.Target.Provider] // may have changed since the last load
			}
			f.done, f.err = j.operator.Run(ctx, j.task, func(holder string) {
				if len(jobs) > 1 {
					holder += " (" + j.store.Path + ")"
				}
				waiting(holder)
			})
		}
		files = append(files, f)
	}
	return files
}

// setProfile sets the profile and policy of all credentials in an outcome.
func setProfile(out *poolstate.Outcome, profile string, policy *poolstate.Policy) {
	if profile == "" {
		policy = nil
	}
	for _, effects := range [][]poolstate.Effect{out.Changed, out.Unchanged} {
		for i := range effects {
			effects[i].Before.SetProfile(profile, policy)
			effects[i].After.SetProfile(profile, policy)
		}
	}
}

// name sets the profile and policy of the credentials in a result to the store's.
func (f *fileResult) name(m *Model) {
	policy := f.store.policy
	setProfile(&f.done.Outcome, m.profileIn(f.store), &policy)
}

// outcome returns the combined outcome of all files.
func (msg *actionDone) outcome() poolstate.Outcome {
	var out poolstate.Outcome
	for i := range msg.files {
		if f := &msg.files[i]; f.err == nil {
			out = joined(out, f.done.Outcome)
		}
	}
	out.Unchanged = append(slices.Clip(out.Unchanged), msg.refused...)
	return out
}

// failed returns the files in which the action failed.
func (msg *actionDone) failed() []fileResult {
	return slices.DeleteFunc(slices.Clone(msg.files), func(f fileResult) bool { return f.err == nil })
}

// resultWords describes the result of an action: "reset team-seat: cooling → ready" or, if it
// failed in some files, "reset 3 in default; work failed: ...".
func (m *Model) resultWords(msg *actionDone, out *poolstate.Outcome) string {
	failed := msg.failed()
	switch {
	case len(failed) == 0:
		return ui.ChangeWords(msg.verb, out, m.policy, m.now)
	case len(msg.files) == 1 && (m.several || failed[0].store.Hidden):
		return ui.VerbWord(msg.verb) + " in " + failed[0].store.Profile + " " + failed[0].words("")
	case len(msg.files) == 1:
		return ui.VerbWord(msg.verb) + " " + failed[0].words("")
	}
	const most = 2
	words := []string{ui.VerbWord(msg.verb) + ": nothing changed"}
	if len(out.Changed) > 0 {
		words[0] = ui.VerbWord(msg.verb) + " " + msg.counts()
	}
	for i := range failed[:min(len(failed), most)] {
		words = append(words, failed[i].store.Profile+" "+failed[i].words(" there"))
	}
	if more := len(failed) - most; more > 0 {
		words = append(words, fmt.Sprintf("%d more failed", more))
	}
	return strings.Join(words, "; ")
}

// inFiles names the files that a plan changes: " in ~/.hermes/auth.json".
func (m *Model) inFiles(plan *poolstate.Outcome) string {
	var paths, profiles []string
	for i := range plan.Changed {
		if st := m.owner(&plan.Changed[i].Before); st != nil && !slices.Contains(paths, st.Path) {
			paths, profiles = append(paths, st.Path), append(profiles, st.Profile)
		}
	}
	switch n := len(paths); {
	case n == 0:
		return ""
	case n > 2:
		return fmt.Sprintf(" in %d files (%s)", n, shortened(profiles))
	}
	return " in " + strings.Join(paths, " and ")
}

// rowName returns the name of a credential with its provider and, if several stores are shown,
// its profile.
func rowName(c *poolstate.Credential) string {
	if c.Profile == "" {
		return c.Provider + "/" + text.CredentialName(c)
	}
	return text.QualifiedName(c)
}

// fileWords names the files that an action has changed, unless that is clear from the screen or
// from resultWords.
func (m *Model) fileWords(msg *actionDone) string {
	changed := slices.DeleteFunc(slices.Clone(msg.files), func(f fileResult) bool { return len(f.done.Changed) == 0 })
	switch {
	case len(changed) == 0, len(msg.failed()) > 0, !m.several && !changed[0].store.Hidden:
		return ""
	case len(changed) == 1:
		return "; written to " + changed[0].store.Path
	}
	return "; " + msg.counts()
}

// counts returns how many credentials have changed in each file: "3 in default, 2 in work".
func (msg *actionDone) counts() string {
	var counts []string
	for i := range msg.files {
		if f := &msg.files[i]; len(f.done.Changed) > 0 {
			counts = append(counts, fmt.Sprintf("%d in %s", len(f.done.Changed), f.store.Profile))
		}
	}
	return shortened(counts)
}

// errInterrupted replaces the error of an action that was canceled because the program is ending.
var errInterrupted = fmt.Errorf("%w; nothing was written; try again", poolstate.ErrLocked)

// words describes why a file was not changed, such as "failed: the disk is full". If it says that
// nothing was written, it adds place, such as " there".
func (f *fileResult) words(place string) string {
	switch {
	case errors.Is(f.err, context.Canceled):
		return "canceled; nothing was written" + place
	case errors.Is(f.err, errInterrupted):
		return "failed: " + f.err.Error()
	case errors.Is(f.err, poolstate.ErrLocked):
		return fmt.Sprintf("failed: another process has held the lock for %s; nothing was written%s; try again",
			text.Span(poolstate.LockTimeout), place)
	}
	return "failed: " + f.store.ExplainWrite(f.err)
}

// withWarnings puts warnings about an action before its answer, because a narrow screen omits
// later clauses.
func (msg *actionDone) withWarnings(text string) string {
	for i := range msg.files {
		if w := msg.files[i].done.Warning; w != nil {
			text = "warning: " + w.Error() + "; " + text
		}
	}
	return text
}
