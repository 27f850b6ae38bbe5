package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"golang.org/x/term"

	"pooltop/cli/config"
	"pooltop/model"
	"pooltop/poolstate"
	"pooltop/poolstate/counts"
	"pooltop/poolstate/guard"
	"pooltop/ui"
	"pooltop/ui/text"
	"pooltop/watch"
)

// storeDashboard returns the dashboard's configuration for the configured store.
func storeDashboard(cfg *config.Config, log *slog.Logger, readOnlyFlag bool) model.Config {
	clock, path, readOnly := newClock(cfg.Now), cfg.File, ""
	if readOnlyFlag {
		readOnly = "pooltop was started with --read-only"
	}
	return model.Config{
		Stores: []model.Store{{
			Profile:      poolstate.ProfileOf(path),
			Path:         displayPath(path),
			Operator:     newOperator(poolstate.Open(path, poolstate.WithClock(clock)), cfg.Journal, log),
			Count:        newCounting(cfg, path, log).forDashboard,
			ExplainError: explainLogged(path, log),
			ExplainWrite: explainWriteBriefly(path),
		}},
		ClaudeFile: claudeFile(),
		Clock:      model.Clock{Now: clock, Rate: 1},
		Policy:     policyChoice(cfg),
		Curve:      cfg.Curve(),
		ReadOnly:   readOnly,
	}
}

// runDashboard runs the dashboard until the user quits or ctx is done. It watches the store's
// file and notifies the dashboard of changes.
func runDashboard(ctx context.Context, cfg *config.Config, log *slog.Logger, m model.Config) error {
	if err := needTerminal(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	m.Notify, m.Notifications = cfg.Notify, ui.NotificationFormOf(os.Getenv)
	m.Scheme, m.Without, m.Keys = cfg.Scheme(), cfg.Hidden(), cfg.Keys
	m.Order, m.Descending = cfg.Order()
	gone := func(err error) { cancel(fmt.Errorf("the terminal is gone: %w", err)) }
	out := newOutput(os.Stdout, gone)
	defer out.drain()
	out.saveTitle()
	defer out.restoreTitle()
	reduceIdleCost()
	job := newJobSignals(out)
	opts := []tea.ProgramOption{
		tea.WithoutSignalHandler(), tea.WithFilter(job.filter), tea.WithOutput(out), tea.WithFPS(cfg.FrameRate),
	}
	if term.IsTerminal(int(os.Stdin.Fd())) { // otherwise Bubble Tea opens the terminal itself
		opts = append(opts, tea.WithInput(keyboard{os.Stdin, gone}))
	}
	if cfg.NoColor {
		opts = append(opts, tea.WithColorProfile(colorprofile.ASCII))
	}
	program := tea.NewProgram(model.New(m), opts...)
	// Use Quit rather than canceling the program's context: Quit restores the
	// terminal first, but canceling closes the input while it is being read.
	defer context.AfterFunc(ctx, program.Quit)()
	defer job.start(program)()
	out.redraw = func() { program.Send(tea.ClearScreen()) }

	changes := watch.Start(ctx, m.Stores[0].Operator.Store.Path()).Changes()
	if cfg.Guard {
		defer startGuard(ctx, cfg, log, func(problem string) { program.Send(model.Warning("guard: " + problem)) })()
	}
	go func() {
		for c := range changes {
			logChange(log, c)
			program.Send(model.FileChanged{Polling: c.Polled != "", Interval: watch.Interval, Reason: c.Polled})
		}
	}()

	last, err := program.Run()
	if final, ok := last.(model.Model); ok && !errors.Is(err, tea.ErrProgramPanic) {
		if failed := printLastResult(final, out); failed != nil && err == nil {
			return failed
		}
	}
	if cause := context.Cause(ctx); err == nil && !errors.Is(cause, context.Canceled) {
		return cause // the terminal is gone; a signal is not an error
	}
	return err
}

// startGuard starts guard on the configured store and returns a function that stops it. If
// guard fails or another process is already guarding the store, it tries again every minute.
// It passes problems to warn.
func startGuard(ctx context.Context, cfg *config.Config, log *slog.Logger, warn func(problem string)) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		last := ""
		for ctx.Err() == nil {
			g := newGuardian(cfg, cfg.File, log)
			g.warn, g.print = warn, func(*guard.Note) error { return nil }
			err := runGuards(ctx, []*guardian{g}, false)
			if _, running := errors.AsType[*counts.RunningError](err); err != nil && !running && err.Error() != last {
				last = err.Error()
				warn(last)
			}
			waitFor(ctx.Done(), retryAfter)
		}
	}()
	return func() { cancel(); <-ended }
}

// printLastResult prints the result of an action that was still running when the dashboard
// ended. It writes to out because, unlike os.Stdout, out never blocks for long.
func printLastResult(m model.Model, out io.Writer) error {
	result, err := m.Leave()
	if err != nil {
		printError(out, "pooltop", err)
		return &codedError{code: exitCode(err)}
	}
	if result != "" {
		_, _ = fmt.Fprintln(out, text.Clean(result, maxErrorText)) // an error means that the terminal is gone
	}
	return nil
}

// reduceIdleCost limits the program to one processor, so that a timer wakes only one thread,
// and keeps its heap small. GOMAXPROCS and GOGC in the environment take precedence.
func reduceIdleCost() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(1)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
}

// needTerminal returns an error if standard output cannot show the dashboard.
func needTerminal() error {
	switch {
	case !term.IsTerminal(int(os.Stdout.Fd())):
		return usageError("the dashboard needs a terminal; use pooltop list for a one-off listing")
	case os.Getenv("TERM") == "dumb":
		return usageError("this terminal (TERM=dumb) cannot show the dashboard; use pooltop list for a one-off listing")
	}
	return nil
}
