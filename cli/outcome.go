package cli

import (
	"fmt"
	"slices"
	"strings"

	"pooltop/cli/internal/jsonout"
	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/text"
)

// print prints the outcomes of jobs as text or JSON. If that fails, the error says whether
// anything was written.
func (r *actionRun) print(jobs []*job) error {
	err := r.printOutcomes(jobs)
	written := func(j *job) bool { return len(j.out.Changed) > 0 }
	if err != nil && !r.dryRun && slices.ContainsFunc(jobs, written) {
		return notReported(err)
	}
	return err
}

func (r *actionRun) printOutcomes(jobs []*job) error {
	w := r.cmd.OutOrStdout()
	if r.asJSON {
		return jsonout.Write(w, r.json(jobs))
	}
	for _, j := range jobs {
		lines := r.lines(j)
		targets := len(j.out.Changed) + len(j.out.Unchanged)
		if targets > 0 && (r.sel.several || len(jobs) > 1 || j.store.path != r.cfg.File) { // name the file
			lines = append([]string{text.Clean(j.store.profile+": "+displayPath(j.store.path), maxErrorText)}, lines...)
		}
		if len(lines) == 0 {
			continue
		}
		if _, err := fmt.Fprintln(w, strings.Join(lines, "\n")); err != nil {
			return err
		}
	}
	return nil
}

// refusal returns an error if any target was refused.
func refusal(jobs []*job) error {
	var all []poolstate.Effect
	for _, j := range jobs {
		for _, e := range j.out.Unchanged {
			if e.Refused {
				all = append(all, e)
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	err := fmt.Errorf("%s: refused: %s", all[0].Before.Ref, all[0].Reason)
	if !all[0].CoolsUntil.IsZero() {
		err = fmt.Errorf("%w; use --yes to proceed anyway", err)
	}
	if n := len(all); n > 1 {
		err = fmt.Errorf("%w (and %d more)", err, n-1)
	}
	return &codedError{exitRefused, err}
}

// lines describes the outcome of a job.
func (r *actionRun) lines(j *job) (lines []string) {
	out, verb := &j.out, r.verb
	if ui.IsMove(out) {
		verb = poolstate.VerbOrder
	}
	for i := range out.Changed {
		e := &out.Changed[i]
		line := text.ProviderName(e.Before.Provider) + "/" + ui.EffectWords(e, j.store.policy, out.At.In(j.store.now.Location()))
		if r.verb == poolstate.VerbReset && e.Before.Status == poolstate.StatusDead {
			line += ui.DeadReset
		}
		lines = append(lines, line)
		if verb == poolstate.VerbOrder {
			break // the others only moved because of the first
		}
	}
	for i := range out.Unchanged {
		if e := &out.Unchanged[i]; !e.Refused {
			name := text.ProviderName(e.Before.Provider) + "/" + text.CredentialName(&e.Before)
			lines = append(lines, name+": unchanged, "+text.Clean(e.Reason, maxErrorText))
		}
	}
	nothing := len(lines) == 0
	switch {
	case r.dryRun:
		lines = append(lines, "dry run: nothing was written")
	case len(out.Changed) > 0:
		lines = append(lines, "written; "+ui.ReloadNote(verb, j.store.policy))
	case out.Refusals() > 0:
	case r.verb == poolstate.VerbUndo && nothing:
		lines = append(lines, poolstate.ErrNothingToUndo.Error())
	case r.verb == poolstate.VerbSync && nothing:
		lines = append(lines, "nothing to sync: no local token source for these credentials")
	case r.verb == poolstate.VerbSync:
		lines = append(lines, "nothing to sync")
	default:
		lines = append(lines, "nothing to change")
	}
	return lines
}

// outcomeJSON is the JSON output of the commands that write.
type outcomeJSON struct {
	Changed   []effectJSON  `json:"changed"`
	Unchanged []effectJSON  `json:"unchanged"`
	Failed    []failureJSON `json:"failed"`
	DryRun    bool          `json:"dry_run"`
}

// effectJSON is the effect on one credential: its state before and after, or the reason
// that it is unchanged.
type effectJSON struct {
	Profile  string         `json:"profile"` // the profile whose store has the credential
	Path     string         `json:"path"`
	Provider string         `json:"provider"`
	ID       *string        `json:"id"`
	Label    *string        `json:"label"`
	Before   *jsonout.State `json:"before,omitempty"`
	After    *jsonout.State `json:"after,omitempty"`
	Reason   *string        `json:"reason,omitempty"`
	Refused  *bool          `json:"refused,omitempty"`
}

// failureJSON is a store on which the action failed.
type failureJSON struct {
	Profile string `json:"profile"`
	Path    string `json:"path"`
	Error   string `json:"error"`
}

func (r *actionRun) json(jobs []*job) outcomeJSON {
	out := outcomeJSON{[]effectJSON{}, []effectJSON{}, []failureJSON{}, r.dryRun}
	for _, j := range jobs {
		state := func(c *poolstate.Credential) *jsonout.State {
			return new(jsonout.NewState(c, j.store.policy, j.out.At))
		}
		for _, e := range slices.Concat(j.out.Changed, j.out.Unchanged) {
			effect := effectJSON{
				Profile: j.store.profile, Path: j.store.path,
				Provider: e.Before.Provider, ID: jsonout.Text(e.Before.ID), Label: jsonout.Text(e.Before.Label),
			}
			if e.Changes() {
				effect.Before, effect.After = state(&e.Before), state(&e.After)
				out.Changed = append(out.Changed, effect)
			} else {
				effect.Reason, effect.Refused = &e.Reason, &e.Refused
				out.Unchanged = append(out.Unchanged, effect)
			}
		}
	}
	for _, f := range r.failures {
		out.Failed = append(out.Failed, failureJSON{f.store.profile, f.store.path, f.err.Error()})
	}
	return out
}
