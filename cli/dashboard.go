package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

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

// storeDashboard returns the dashboard's configuration for the selected stores.
func storeDashboard(cfg *config.Config, log *slog.Logger, readOnlyFlag bool) model.Config {
	m := model.Config{
		Home:       displayPath(filepath.Dir(cmp.Or(poolstate.RootStore(cfg.File), cfg.File))),
		ClaudeFile: claudeFile(),
		Clock:      model.Clock{Now: newClock(cfg.Now), Rate: 1},
		Policy:     policyChoice(cfg),
		Curve:      cfg.Curve(),
	}
	if readOnlyFlag {
		m.ReadOnly = "pooltop was started with --read-only"
	}
	m.Stores = newStores(cfg, log, m.Clock.Now, distinct(cfg.Stores), nil)
	return m
}

// newStores returns the dashboard's stores: the stores of the profiles and, if a root is not
// one of the profiles, the hidden store from which they borrow credentials. It reuses stores
// in known.
func newStores(cfg *config.Config, log *slog.Logger, clock func() time.Time, profiles []poolstate.Profile, known []model.Store) (stores []model.Store) {
	add := func(p poolstate.Profile, hidden bool) {
		has := func(s model.Store) bool { return s.Operator.Store.Path() == p.Path }
		if slices.ContainsFunc(stores, has) {
			return
		}
		if i := slices.IndexFunc(known, has); i >= 0 {
			stores = append(stores, known[i])
			stores[len(stores)-1].Hidden = hidden
			return
		}
		failures := newCounting(cfg, p.Path, log)
		stores = append(stores, model.Store{
			Profile:      p.Name,
			Path:         displayPath(p.Path),
			Operator:     newOperator(poolstate.Open(p.Path, poolstate.WithClock(clock)), cfg.Journal, log),
			Count:        failures.forDashboard,
			Strategies:   strategiesOf(p.Path),
			ExplainError: explainLogged(p.Path, log),
			ExplainWrite: explainWriteBriefly(p.Path),
			Hidden:       hidden,
		})
	}
	for _, p := range profiles {
		add(p, false)
	}
	for _, p := range profiles {
		if root := poolstate.RootStore(p.Path); root != "" {
			add(poolstate.ProfileAt(root), true)
		}
	}
	return stores
}

// applySettings sets what can change while the dashboard is running.
func applySettings(m *model.Config, cfg *config.Config) {
	m.Notify, m.Scheme, m.Without, m.Keys, m.Views = cfg.Notify, cfg.Scheme(), cfg.Hidden(), cfg.Keys, nil
	m.ASCII = cfg.ASCII
	m.Order, m.Descending = cfg.Order()
	if m.Demo == nil {
		m.Commands = newCommands(cfg, m.Commands.Terminal)
	}
	m.Colors = cfg.OwnColors()
	for i := range cfg.Views {
		v := &cfg.Views[i]
		view := model.View{Key: v.Key, Name: v.Name, Filter: v.Filter}
		view.Order, view.Descending, view.Without = cfg.Arrangement(v)
		m.Views = append(m.Views, view)
	}
}

// programOptions returns the options for the dashboard's program.
func programOptions(cfg *config.Config, job *jobSignals, out *output, keys *keyboard) []tea.ProgramOption {
	opts := []tea.ProgramOption{
		tea.WithoutSignalHandler(), tea.WithFilter(pacing(out, job.filter)), tea.WithOutput(out), tea.WithFPS(cfg.FrameRate),
	}
	if keys != nil { // otherwise Bubble Tea opens the terminal itself
		opts = append(opts, tea.WithInput(keys))
	}
	if cfg.NoColor {
		opts = append(opts, tea.WithColorProfile(colorprofile.ASCII))
	}
	return opts
}

// runDashboard runs the dashboard until the user quits or ctx is done. It watches the store's
// file and notifies the dashboard of changes.
func runDashboard(ctx context.Context, cfg *config.Config, log *slog.Logger, m model.Config) error {
	if err := needTerminal(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	m.Notifications = ui.NotificationFormOf(os.Getenv)
	applySettings(&m, cfg)
	views := &viewSaver{path: cfg.Path}
	m.SaveView = views.save
	var program *tea.Program
	hooks, untrusted := (*hooks)(nil), error(nil)
	if m.Demo == nil {
		hooks, untrusted = newHooks(cfg, log, func(problem string) { program.Send(model.Warning(problem)) })
	}
	if hooks != nil {
		m.OnEvent = hooks.handle
	}
	defer hooks.close()
	gone := func(err error) { cancel(fmt.Errorf("the terminal is gone: %w", err)) }
	out := newOutput(os.Stdout, gone)
	defer out.drain()
	out.saveTitle()
	reduceIdleCost()
	keys := newKeyboard(gone, out)
	m.Commands.Terminal = keys.terminalRunner(ctx)
	job := newJobSignals(out, keys)
	program = tea.NewProgram(&pacedModel{Model: model.New(m), out: out}, programOptions(cfg, job, out, keys)...)
	// Use Quit rather than canceling the program's context: Quit restores the
	// terminal first, but canceling closes the input while it is being read.
	defer context.AfterFunc(ctx, program.Quit)()
	defer job.start(program)()
	out.due = func() { program.Send(caughtUp{}) }

	followed := make(chan struct{})
	defer func() { cancel(nil); <-followed }()
	go func() {
		defer close(followed)
		for _, w := range startWarnings(cfg, untrusted, errZone) {
			program.Send(model.Warning(w))
		}
		followStores(ctx, cfg, log, m, program.Send)
	}()

	last, err := program.Run()
	out.restoreTitle()
	out.drain()
	keys.settle()
	views.printUnsaved(out)
	if !errors.Is(err, tea.ErrProgramPanic) {
		if failed := printLastResult(last, &stream{Writer: out, ascii: cfg.ASCII}); failed != nil && err == nil {
			return failed
		}
	}
	if cause := context.Cause(ctx); err == nil && !errors.Is(cause, context.Canceled) {
		return cause // the terminal is gone; a signal is not an error
	}
	return err
}

// startWarnings returns the errors that do not keep the dashboard from starting, and a warning
// about a color that is hard to see.
func startWarnings(cfg *config.Config, errs ...error) (warnings []string) {
	for _, err := range errs {
		if err != nil {
			warnings = append(warnings, err.Error())
		}
	}
	if faint := cfg.FaintColor(); faint != "" {
		warnings = append(warnings, faint)
	}
	return warnings
}

// followStores watches the dashboard's stores, and guards them if configured, until ctx is
// done. It sends changes and warnings to the dashboard.
func followStores(ctx context.Context, cfg *config.Config, log *slog.Logger, m model.Config, send func(tea.Msg)) {
	w := &storeWatch{log: log, strategies: true}
	live := liveConfig{started: cfg, last: cfg}
	if cfg.Path != "" {
		w.also = append(w.also, cfg.Path)
	}
	for _, s := range m.Stores {
		if path := s.Operator.Store.Path(); s.Hidden {
			w.also = append(w.also, path)
		} else {
			w.stores = append(w.stores, poolstate.Profile{Name: s.Profile, Path: path})
		}
	}
	if cfg.AllProfiles {
		w.root = cfg.File
		if _, err := poolstate.ProfilesOf(w.root); err != nil {
			send(model.Warning("could not list the profiles: " + cause(err)))
		}
	}
	w.changed = func(c watch.Change) {
		if c.Path == cfg.Path {
			if msg := live.reload(); msg != nil {
				send(msg)
			}
			return
		}
		send(model.FileChanged{Path: w.storeOf(c.Path), Polling: c.Polled != "", Interval: watch.Interval, Reason: c.Polled})
	}
	stores := m.Stores
	w.listed = func() {
		stores = newStores(cfg, log, m.Clock.Now, w.stores, stores)
		send(model.StoresChanged{Stores: stores})
	}
	var open func(poolstate.Profile) storeRun
	if cfg.Guard {
		open = func(p poolstate.Profile) storeRun {
			prefix := "guard: "
			if len(w.stores) > 1 {
				prefix += p.Name + ": "
			}
			return guardWhileOpen(cfg, log, p.Path, func(problem string) { send(model.Warning(prefix + problem)) })
		}
	}
	_ = w.follow(ctx, open) // a guard reports its problems itself
}

// guardWhileOpen returns a function that guards the store at path while the dashboard is
// open. If guard fails or another process is already guarding the store, it tries again every
// minute. It passes problems to warn.
func guardWhileOpen(cfg *config.Config, log *slog.Logger, path string, warn func(problem string)) storeRun {
	return func(ctx context.Context, changes <-chan watch.Change) error {
		last := ""
		for {
			g := newGuardian(cfg, path, log)
			g.warn, g.print = warn, func(*guard.Note) error { return nil }
			err := g.guard(ctx, changes)
			if err == nil {
				return nil
			}
			if _, running := errors.AsType[*counts.RunningError](err); !running && err.Error() != last {
				last = err.Error()
				warn(last)
			}
			if !waitOpen(ctx, changes, retryAfter) {
				return nil
			}
		}
	}
}

// waitOpen discards changes for the duration d. It returns false early if ctx is done or
// changes is closed.
func waitOpen(ctx context.Context, changes <-chan watch.Change, d time.Duration) bool {
	over := time.After(d)
	for {
		select {
		case <-ctx.Done():
			return false
		case _, open := <-changes:
			if !open {
				return false
			}
		case <-over:
			return true
		}
	}
}

// printLastResult prints the result of an action that was still running when the dashboard
// ended. It writes to out because, unlike os.Stdout, out never blocks for long.
func printLastResult(last tea.Model, out io.Writer) error {
	paced, ok := last.(*pacedModel)
	if !ok {
		return nil
	}
	m, _ := paced.Model.(model.Model)
	result, err := m.Finish()
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
