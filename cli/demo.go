package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"pooltop/model"
	"pooltop/poolstate"
	"pooltop/poolstate/simulate"
)

// The range of --speed: from real time to a day in a second and a half.
const (
	minSpeed = 1
	maxSpeed = 60000
)

func demoCommand(o *options) *cobra.Command {
	var speed float64
	var seed uint64
	var name string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Play an outage on a simulated pool; needs no agent and no account",
		Long: "demo runs the dashboard on a private temporary file that a simulated agent writes.\n" +
			"Its providers go down by a script, on a clock that is faster than ours.\n\n" + scenarioHelp(),
		Example: "  pooltop demo\n  pooltop demo --speed 1800 --scenario blackout",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			scenario, err := simulate.Find(name)
			if err != nil {
				return &codedError{exitUsage, err}
			}
			if !(speed >= minSpeed && speed <= maxSpeed) { // which NaN is not either
				return usageError("--speed %g is out of range: from %d to %d", speed, minSpeed, maxSpeed)
			}
			for _, flag := range []string{"file", "home", "profile"} {
				if cmd.Flags().Changed(flag) {
					return usageError("demo: it plays on a private file of its own; leave --%s out", flag)
				}
			}
			return runDemo(cmd.Context(), o, scenario, speed, seed)
		},
	}
	registerDashboard(cmd, o)
	cmd.Flags().Float64Var(&speed, "speed", 600, "how many times faster than real time")
	cmd.Flags().Uint64Var(&seed, "seed", 1, "the same seed plays the same story")
	cmd.Flags().StringVar(&name, "scenario", simulate.Scenarios()[0].Name, "the story to play")
	return cmd
}

func scenarioHelp() string {
	text := "Scenarios:"
	for _, s := range simulate.Scenarios() {
		text += fmt.Sprintf("\n%s: %s", s.Name, s.About)
	}
	return text
}

// demoStart is when every story begins: a Monday morning.
func demoStart() time.Time { return time.Date(2026, 1, 5, 9, 0, 0, 0, time.Local) }

// runDemo writes a private store, lets a simulated agent work it through the
// store, and shows the dashboard on it.
func runDemo(ctx context.Context, o *options, scenario simulate.Scenario, speed float64, seed uint64) (err error) {
	if err := needTerminal(); err != nil {
		return err
	}
	choice, err := o.policyChoice()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "pooltop-demo-")
	if err != nil {
		return fmt.Errorf("make a place for the demo: %w", err)
	}
	defer func() {
		if rm := os.RemoveAll(dir); rm != nil && err == nil {
			err = fmt.Errorf("clean up after the demo: %w", rm)
		}
	}()

	started := time.Now()
	clock := simulate.Clock{Start: demoStart(), Rate: speed}
	now := func() time.Time { return clock.At(time.Since(started)) }
	sim := simulate.New(scenario, clock.Start, seed)
	store := poolstate.Open(filepath.Join(dir, "auth.json"), poolstate.WithClock(now))
	content, err := sim.File()
	if err != nil {
		return err
	}
	switch err := store.Create(ctx, content); {
	case err != nil && ctx.Err() != nil:
		return nil // a signal ended it before it began
	case err != nil:
		return fmt.Errorf("write the demo's pool: %w", err)
	}

	ctx, cancel := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		playDemo(ctx, store, sim, func(t time.Time) time.Duration { return clock.Until(t) - time.Since(started) })
	}()
	// The agent has to be gone before its file is.
	defer func() { cancel(); <-stopped }()

	return runDashboard(ctx, o, demoDashboard(store, model.Clock{Now: now, Rate: speed}, choice, sim))
}

// demoDashboard is what the dashboard on a demo's store needs to know.
func demoDashboard(store *poolstate.Store, clock model.Clock, choice poolstate.PolicyChoice, sim simulate.Simulation) model.Config {
	return model.Config{
		// What happens in a demo is nobody's account.
		Operator:     onlooker(store),
		Clock:        clock,
		Policy:       choice,
		Path:         fmt.Sprintf("demo ×%g", clock.Rate),
		Caption:      sim.Caption,
		ExplainError: explainBriefly(store.Path()),
		ExplainWrite: explainWriteBriefly(store.Path()),
	}
}

// playDemo takes the agent's turns, one after the other, when the clock reaches
// them. A turn that cannot be written is left out, as an agent would: somebody
// may be trying what happens when the file breaks.
func playDemo(ctx context.Context, store *poolstate.Store, sim simulate.Simulation, until func(time.Time) time.Duration) {
	for {
		timer := time.NewTimer(until(sim.NextTurn()))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		after := sim
		err := store.Update(ctx, func(d *poolstate.Draft) error {
			var steps []simulate.Step
			after, steps = sim.Play(d.Pool())
			for _, s := range steps {
				if err := d.Apply(s.Ref, s.Change); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			after, _ = sim.Play(&poolstate.Pool{})
		}
		sim = after
	}
}
