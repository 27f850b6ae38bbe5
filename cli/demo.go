package cli

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/model"
	"pooltop/poolstate"
	"pooltop/poolstate/counts"
	"pooltop/poolstate/guard"
	"pooltop/poolstate/journal"
	"pooltop/poolstate/simulate"
)

// The range of --speed: from real time to one day in 1.5 seconds.
const (
	minSpeed = 1
	maxSpeed = 60000
)

func demoCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show a simulated outage (no agent or account needed)",
		Long: "demo runs the dashboard on a temporary file written by a simulated agent.\n" +
			"Providers fail according to a script, in accelerated time. A line below the title explains what is happening.\n" +
			"Some time after the last recovery, the scenario starts over. p stops the clock; + and - change its speed.\n\n" + scenarioHelp(),
		Example: "  pooltop demo\n  pooltop demo --speed 1800 --scenario blackout",
		Args:    noArguments,
	}
	speed := cmd.Flags().Float64("speed", 1200, "run `N` times faster than real time")
	seed := cmd.Flags().Uint64("seed", 1, "random seed `N` for the job times")
	name := cmd.Flags().String("scenario", simulate.Scenarios()[0].Name, "`NAME` of the scenario to run")
	flags := config.Bind(cmd.Flags(), config.Policy|config.Theme|config.Color|config.Columns|config.Dashboard|config.ASCII)
	cmd.RunE = configured(flags, func(cmd *cobra.Command, _ []string, cfg *config.Config, log *slog.Logger) error {
		scenario, err := simulate.Find(*name)
		if err != nil {
			return &codedError{exitUsage, err}
		}
		if !(*speed >= minSpeed && *speed <= maxSpeed) { // this form also rejects NaN
			return usageError("--speed must be between %d and %d, not %g", minSpeed, maxSpeed, *speed)
		}
		return runDemo(cmd.Context(), cfg, log, simulate.New(scenario, demoStart(scenario), *seed), *speed)
	})
	completeFlag(cmd, "scenario", fixed(scenarioWords()...))
	return cmd
}

func scenarioHelp() string {
	text := "Scenarios:"
	for _, s := range simulate.Scenarios() {
		text += fmt.Sprintf("\n  %s: %s", s.Name, s.About)
	}
	return text
}

// demoStart returns the simulated time at which a demo starts, on a Monday.
func demoStart(s simulate.Scenario) time.Time {
	return time.Date(2026, 1, 5, s.Hour, 0, 0, 0, time.Local)
}

// runDemo creates a temporary store, starts a simulated agent on it and shows the
// dashboard.
func runDemo(ctx context.Context, cfg *config.Config, log *slog.Logger, sim simulate.Simulation, speed float64) (err error) {
	if err := needTerminal(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "pooltop-demo-")
	if err != nil {
		return fmt.Errorf("cannot create a temporary directory: %w", err)
	}
	defer func() {
		if rm := os.RemoveAll(dir); rm != nil && err == nil {
			err = fmt.Errorf("cannot remove the temporary directory: %w", rm)
		}
	}()

	clock := simulate.NewClock(sim.Start(), speed, time.Now) //nolint:forbidigo // only durations are measured
	store := poolstate.Open(filepath.Join(dir, "auth.json"), poolstate.WithClock(clock.Now))
	if err := writeStart(store, sim); err != nil {
		return fmt.Errorf("cannot write the pool: %w", err)
	}

	cfg.Guard = false // it would run on the real store
	player := newDemoPlayer(store, sim, clock)
	operator := &journal.Operator{Store: store, Log: log}
	dashboard := demoDashboard(operator, speed, cfg, player)
	if sim.Scenario().Guarded != "" {
		release, err := player.addGuard(&dashboard, filepath.Join(dir, "state"), log)
		if err != nil {
			return err
		}
		defer release()
	}
	ctx, cancel := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		player.play(ctx)
	}()
	// Stop the agent before removing its file.
	defer func() { cancel(); <-stopped }()
	return runDashboard(ctx, cfg, log, dashboard)
}

// demoPlayer plays a scenario on a store in a loop.
type demoPlayer struct {
	store    *poolstate.Store
	sim      atomic.Pointer[simulate.Simulation]
	clock    *simulate.Clock
	guard    *guardian // nil for none
	restarts atomic.Int64
}

func newDemoPlayer(store *poolstate.Store, sim simulate.Simulation, clock *simulate.Clock) *demoPlayer {
	d := &demoPlayer{store: store, clock: clock}
	d.sim.Store(&sim)
	return d
}

// addGuard runs guard after each turn of the agent and shows guard's pins on the dashboard. The
// failure counts are stored in stateDir.
func (d *demoPlayer) addGuard(m *model.Config, stateDir string, log *slog.Logger) (release func(), err error) {
	newCounter := func() *counting {
		return &counting{Counter: counts.New(stateDir, d.store.Identity()), file: d.store.Path(), curve: m.Curve, log: log}
	}
	d.guard = &guardian{
		follower: &follower{
			Operator: &journal.Operator{Store: d.store, Log: log}, choice: m.Policy, clock: d.clock.Now,
			explain: m.Stores[0].ExplainError, hint: func(string) {}, counting: newCounter(),
		},
		only: []string{d.sim.Load().Scenario().Guarded}, warn: func(string) {},
		print: func(*guard.Note) error { return nil },
	}
	d.guard.follower.print = func(*poolstate.Record) error { return nil }
	d.guard.follower.act = d.guard.act
	m.Stores[0].Count = newCounter().forDashboard
	return d.guard.end, d.guard.acquire()
}

// demoDashboard returns the dashboard's configuration for a demo. It ignores the [agent] and
// [backoff] tables, which apply to the real agent on this machine.
func demoDashboard(operator *journal.Operator, speed float64, cfg *config.Config, player *demoPlayer) model.Config {
	choice, _ := poolstate.ParsePolicyChoice(cfg.Policy) // already checked
	return model.Config{
		Stores: []model.Store{{
			Path:         "demo",
			Operator:     operator,
			ExplainError: explainBriefly(operator.Store.Path()),
			ExplainWrite: explainWriteBriefly(operator.Store.Path()),
		}},
		Clock:  model.Clock{Now: player.clock.Now, Rate: speed},
		Policy: choice,
		Curve:  poolstate.DefaultCurve(),
		Demo:   player.controls(),
	}
}

// controls returns the functions that the dashboard calls to control the player.
func (d *demoPlayer) controls() *model.Demo {
	return &model.Demo{
		Narrate: func(v simulate.View) string { return d.sim.Load().Narrate(v) },
		SetRate: func(rate float64) float64 {
			rate = min(max(rate, minSpeed), maxSpeed)
			d.clock.SetRate(rate)
			return rate
		},
		Stop:     d.clock.Stop,
		Restarts: func() int { return int(d.restarts.Load()) },
	}
}

// play takes the agent's turns on schedule until ctx is done. When the scenario ends, it
// starts over. Like a real agent, it continues if it cannot write the file: the user may have
// damaged the file on purpose.
func (d *demoPlayer) play(ctx context.Context) {
	for {
		sim := *d.sim.Load()
		at, end := sim.NextTurn(), sim.End()
		over := !end.IsZero() && end.Before(at)
		if over {
			at = end
		}
		if !d.wait(ctx, at) {
			return
		}
		if over {
			d.startOver(sim.Restart(d.clock.Now()))
		} else {
			d.sim.Store(new(takeTurn(ctx, d.store, sim)))
		}
		if d.guard != nil {
			_ = d.guard.load(ctx) // cannot fail, because this guard prints nothing
		}
	}
}

// wait waits until the given simulated time. It returns false if ctx is done first.
func (d *demoPlayer) wait(ctx context.Context, at time.Time) bool {
	for {
		left, running, changed := d.clock.Until(at)
		var due <-chan time.Time // never, while the clock is stopped
		if running {
			due = time.After(left)
		}
		select {
		case <-ctx.Done():
			return false
		case <-due:
			return true
		case <-changed:
		}
	}
}

// startOver advances the clock to the start of sim and restores the file's initial content.
func (d *demoPlayer) startOver(sim simulate.Simulation) {
	d.clock.Jump(sim.Start())
	d.sim.Store(&sim)
	d.restarts.Add(1)            // before the write, so that the dashboard expects the new file
	_ = writeStart(d.store, sim) // if it fails, the old content remains
}

// writeStart writes the file at the start of a scenario.
func writeStart(store *poolstate.Store, sim simulate.Simulation) error {
	content, err := sim.File()
	if err != nil {
		return err
	}
	next := store.Path() + ".next"
	if err := os.WriteFile(next, content, 0o600); err != nil {
		return err
	}
	return os.Rename(next, store.Path())
}

// takeTurn takes the agent's next turn, writes it to the store, and returns the simulation
// after the turn.
func takeTurn(ctx context.Context, store *poolstate.Store, sim simulate.Simulation) simulate.Simulation {
	after := sim
	_, err := store.Update(ctx, func(d *poolstate.Draft) error {
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
	return after
}
