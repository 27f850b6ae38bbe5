package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"golang.org/x/term"

	"pooltop/model"
	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/watch"
)

// showStore runs the dashboard on the store that the flags name.
func showStore(ctx context.Context, o *options) error {
	cfg, err := o.storeDashboard()
	if err != nil {
		return err
	}
	return runDashboard(ctx, o, cfg)
}

// storeDashboard is what the dashboard on that store needs to know.
func (o *options) storeDashboard() (model.Config, error) {
	choice, err := o.policyChoice()
	if err != nil {
		return model.Config{}, err
	}
	clock, err := o.clock()
	if err != nil {
		return model.Config{}, err
	}
	path, err := o.storePath()
	if err != nil {
		return model.Config{}, err
	}
	store, readOnly := poolstate.Open(path, poolstate.WithClock(clock)), ""
	operator, err := o.newOperator(store)
	if err != nil {
		operator, readOnly = onlooker(store), err.Error()
	}
	if o.readOnly {
		readOnly = "pooltop was started with --read-only"
	}
	return model.Config{
		Operator:     operator,
		ClaudeFile:   claudeFile(),
		Clock:        model.Clock{Now: clock, Rate: 1},
		Policy:       choice,
		Path:         displayPath(path),
		ReadOnly:     readOnly,
		ExplainError: explainBriefly(path),
		ExplainWrite: explainWriteBriefly(path),
	}, nil
}

// runDashboard shows the dashboard until a person or a signal ends it, fed by a
// watcher of the store's file.
func runDashboard(ctx context.Context, o *options, cfg model.Config) error {
	if err := needTerminal(); err != nil {
		return err
	}
	stop, err := profile(o.cpuProfile)
	if err != nil {
		return err
	}
	defer stop()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	cfg.Notify, cfg.Notifications = o.notify, ui.NotificationFormOf(os.Getenv)
	cfg.Scheme, cfg.Without, cfg.Keys = o.scheme(), o.hidden(), o.keys
	cfg.Order, cfg.Descending = o.order()
	// A write is not torn away by the end of the program, nor left out.
	cfg.Pending = &model.Pending{}
	defer cfg.Pending.Finish()
	gone := func(err error) { cancel(fmt.Errorf("the terminal is gone: %w", err)) }
	out := newOutput(os.Stdout, gone)
	defer out.drain()
	restLightly()
	opts := []tea.ProgramOption{tea.WithoutSignalHandler(), tea.WithOutput(out), tea.WithFPS(cmp.Or(o.frameRate, framesPerSecond))}
	if term.IsTerminal(int(os.Stdin.Fd())) { // else the terminal is opened by its name
		opts = append(opts, tea.WithInput(keyboard{os.Stdin, gone}))
	}
	if o.noColor {
		opts = append(opts, tea.WithColorProfile(colorprofile.ASCII))
	}
	program := tea.NewProgram(model.New(cfg), opts...)
	// A program that is asked to quit takes leave of the terminal; one whose
	// context ends closes it under the hands of who still reads.
	defer context.AfterFunc(ctx, program.Quit)()
	out.redraw = func() { program.Send(tea.ClearScreen()) }

	changes := watch.Start(ctx, cfg.Operator.Store.Path())
	go func() {
		for c := range changes {
			program.Send(model.FileChanged{
				Polling: c.Mode == watch.Polling, Interval: watch.Interval, Reason: c.Reason,
			})
		}
	}()

	last, err := program.Run()
	if m, ok := last.(model.Model); ok && err == nil {
		if failed := leave(m, out); failed != nil {
			return failed
		}
	}
	if cause := context.Cause(ctx); err == nil && !errors.Is(cause, context.Canceled) {
		return cause // the terminal is gone; nil and a signal are no error
	}
	return err
}

// leave says what came of an action that was under way at the end. Nothing but
// out is sure not to wait for the terminal.
func leave(m model.Model, out io.Writer) error {
	said, err := m.Leave()
	if err != nil {
		printError(out, err)
		return &codedError{code: exitCode(err)}
	}
	if said != "" {
		_, _ = fmt.Fprintln(out, ui.Clean(said, maxErrorText)) // who cannot be told is gone
	}
	return nil
}

// framesPerSecond is how often the renderer looks whether there is something to
// draw, unless somebody asks for another rate. Each look wakes the machine up,
// also when there is nothing: at 60 that is all a dashboard at rest costs. At 22 a
// change is on the terminal within 46 ms, which nobody takes for a delay.
const framesPerSecond = 22

// restLightly keeps the work on one processor and the heap small, unless the
// environment asks otherwise: a wake-up that has nothing to do then wakes no
// second thread up, and there is little garbage to collect.
func restLightly() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(1)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
}

// profile writes a CPU profile into a file until stop is called, if one is named.
func profile(path string) (stop func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(fmt.Errorf("profile: %w", err), f.Close())
	}
	return func() {
		pprof.StopCPUProfile()
		_ = f.Close() // a profile that is torn is no loss to the dashboard
	}, nil
}

// needTerminal refuses where the dashboard cannot be drawn.
func needTerminal() error {
	switch {
	case !term.IsTerminal(int(os.Stdout.Fd())):
		return usageError("the dashboard needs a terminal; pooltop list prints the same once")
	case os.Getenv("TERM") == "dumb":
		return usageError("this terminal (TERM=dumb) cannot show the dashboard; pooltop list prints the same once")
	}
	return nil
}
