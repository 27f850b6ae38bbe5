package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"pooltop/cli/config"
	"pooltop/poolstate"
	"pooltop/poolstate/counts"
	"pooltop/poolstate/guard"
	"pooltop/ui/text"
	"pooltop/watch"
)

// guardian runs guard on a store.
type guardian struct {
	*follower
	only         []string // providers; nil for all
	sole, dryRun bool
	once         bool // the guard acts only once
	print        func(*guard.Note) error
	describe     func(line string) error // prints what guard does for a provider, at the start; may be nil
	warn         func(problem string)    // prints a problem

	release  func()          // ends the guard; nil if it is not running
	printed  map[string]bool // decisions that a dry run has printed
	failure  string          // the current problem, so that it is reported only once; empty for none
	failed   error           // the cause of failure
	printErr error

	unrecorded bool // the journal could not be written the last time; the warning has been printed
	wrote      bool // the file has been changed
}

func newGuardian(cfg *config.Config, path string, log *slog.Logger) *guardian {
	g := &guardian{follower: newFollower(cfg, path, log), printed: map[string]bool{}, warn: func(string) {}}
	g.follower.act, g.late = g.act, true
	g.follower.print = func(r *poolstate.Record) error {
		if r.Kind.OfFile() {
			g.warn(strings.TrimSuffix(strings.ReplaceAll(r.Kind.String(), "_", " ")+": "+r.Message, ": "))
		}
		return nil
	}
	return g
}

// end releases the guard lock, so that another process can guard the store. If the lock has
// been released, it does nothing.
func (g *guardian) end() {
	if g.release != nil {
		g.release()
		g.release = nil
	}
}

// guard acquires the guard lock and guards the store until ctx is done or changes is closed.
// The error is a [*counts.RunningError] if another process is guarding the store.
func (g *guardian) guard(ctx context.Context, changes <-chan watch.Change) error {
	if err := g.acquire(); err != nil {
		return err
	}
	if err := g.start(ctx); err != nil {
		g.end()
		return err
	}
	return g.run(ctx, changes)
}

// run calls [follower.run] and then ends the guard. It returns an error if a note could not
// be printed.
func (g *guardian) run(ctx context.Context, changes <-chan watch.Change) error {
	defer g.end()
	return cmp.Or(g.follower.run(ctx, changes), g.unprinted())
}

// unprinted returns an error if a note could not be printed.
func (g *guardian) unprinted() error {
	if g.printErr != nil && g.wrote {
		return notReported(g.printErr)
	}
	return g.printErr
}

// acquire checks that failure counts can be stored and acquires the guard lock. In a dry run,
// it only reads the counts. The error is a [*counts.RunningError] if another process is guarding
// the store.
func (g *guardian) acquire() (err error) {
	if g.dryRun {
		err = g.Detach()
	} else if err = g.Check(); err == nil {
		g.release, err = g.Guard(g.self("guard"))
	}
	if _, running := errors.AsType[*counts.RunningError](err); err != nil && !running {
		err = &codedError{exitFailed, errors.New(explainCounts(err))}
	}
	return err
}

// explainCounts describes an error from storing the failure counts, and suggests what to do.
func explainCounts(err error) string {
	message := "cannot store the failure counts: " + err.Error() + advice(err)
	if errors.Is(err, poolstate.ErrNotFile) {
		message += "; remove or rename it"
	}
	return message
}

// self describes this process in the guard lock.
func (g *guardian) self(command string) counts.Guard {
	host, _ := os.Hostname()
	return counts.Guard{Host: host, PID: os.Getpid(), Command: "pooltop " + command, Only: g.only, Sole: g.sole}
}

// act decides which pins to set or remove according to the latest snapshot, and writes the
// changes. notes are about streaks that have just ended. If act fails, it returns when to try
// again.
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
	g.publish(append(notes, more...), now)
	if err != nil {
		return g.fail(explainCounts(err), err, now)
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
	g.publish(changes, now)
	switch {
	case ctx.Err() != nil:
		return time.Time{}
	case err != nil:
		return g.fail(explainWrite(g.Store.Path(), err), err, now)
	}
	if len(written) > 0 {
		g.wrote = true
		if err := g.Written(written, now); err != nil {
			return g.fail(explainCounts(err), err, now)
		}
	}
	g.failure = ""
	return time.Time{}
}

// write writes decisions to the file. It skips decisions that no longer apply to the file's
// content, and returns the others.
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
		g.warn("warning: " + warning.Error())
	}
	return written, nil
}

// publish prints notes about changes and, except in a dry run, records them in the journal.
func (g *guardian) publish(notes []guard.Note, now time.Time) {
	records := make([]poolstate.Record, len(notes))
	for i := range notes {
		g.check(g.print(&notes[i]))
		records[i] = g.recordOf(&notes[i], now)
	}
	if len(notes) == 0 || g.dryRun {
		return
	}
	err := g.RecordSeen(records)
	if err != nil && !g.unrecorded {
		g.warn("warning: could not write the journal: " + err.Error())
	}
	g.unrecorded = err != nil
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

// preview prints the decisions of a dry run. It prints each only once.
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

// fail reports a problem, unless it has just been reported, and returns when to try again.
func (g *guardian) fail(problem string, err error, now time.Time) time.Time {
	g.Log.Error("guard failed", "problem", problem)
	if problem != g.failure {
		g.warn(problem)
	}
	g.failure, g.failed = problem, err
	return now.Add(retryAfter)
}

// check records the first error that occurs while printing. If the guard continues, check reports
// the error at once.
func (g *guardian) check(err error) {
	if g.printErr != nil || err == nil {
		return
	}
	if g.printErr = err; !g.once {
		g.warn("the output could not be printed: " + cause(err) + "; guard continues")
	}
}
