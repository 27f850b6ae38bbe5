package cli

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"pooltop/cli/config"
	"pooltop/cli/internal/suggest"
	"pooltop/model"
	"pooltop/poolstate/userfile"
)

// configured returns a RunE function that loads the configuration, opens the debug log and
// then calls run.
func configured(
	flags *config.Flags, run func(*cobra.Command, []string, *config.Config, *slog.Logger) error,
) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if err := rejectEmpty(cmd); err != nil {
			return err
		}
		cfg, err := loadConfig(flags)
		if err != nil {
			return err
		}
		printASCII(cmd, flags.InASCII(cfg))
		log, closeLog, err := openLog(cfg, cmd.CommandPath())
		if err != nil {
			return err
		}
		dashboard := !cmd.HasParent() || cmd.Name() == "demo" // shows the error itself
		if errZone != nil && !dashboard {
			printError(cmd.ErrOrStderr(), cmd.CommandPath(), errZone)
		}
		err = run(cmd, args, cfg, log)
		log.Info("ended", "exit", exitCode(err))
		return errors.Join(err, closeLog())
	}
}

// rejectEmpty rejects empty and blank values of string flags, which usually come from an
// unset variable in a script.
func rejectEmpty(cmd *cobra.Command) (err error) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Value.Type() == "string" && strings.TrimSpace(f.Value.String()) == "" && err == nil {
			err = usageError("--%s must not be empty", f.Name)
		}
	})
	return err
}

// loadConfig loads the configuration of a command and checks its keys.
func loadConfig(flags *config.Flags) (*config.Config, error) {
	cfg, err := flags.Load()
	if err == nil {
		err = bindKeys(cfg)
	}
	switch {
	case errors.Is(err, config.ErrNotListed):
		return nil, &codedError{exitRefused, err}
	case err != nil:
		return nil, &codedError{exitUsage, err}
	}
	return cfg, nil
}

// bindKeys checks the configured key bindings and normalizes the key names.
func bindKeys(cfg *config.Config) error {
	bound := model.KeyBindings{}
	for _, action := range slices.Sorted(maps.Keys(cfg.Keys)) {
		if err := explainKeys(action, bound.Bind(action, cfg.Keys[action])); err != nil {
			return cfg.SourceOf("keys."+action).Errorf("%w", err)
		}
	}
	cfg.Keys = bound
	err := bound.Check()
	if conflict, ok := errors.AsType[*model.ConflictError](err); ok {
		return cfg.SourceOf("keys."+conflict.Chosen).Errorf("%w", err)
	}
	return bindTables(cfg)
}

// bindTables checks that the keys of the views and commands are free, and normalizes their
// names.
func bindTables(cfg *config.Config) error {
	taken := map[string]string{}
	bind := func(table string, i int, name string, key *string) error {
		at, what := cfg.SourceOf(fmt.Sprintf("%s.%d.key", table, i)), fmt.Sprintf("the %s %.60q", table, name)
		k, err := model.ParseKey(*key)
		if err != nil {
			return at.Errorf("%w", explainKeys(what, err))
		}
		if owner := cmp.Or(model.KeyBindings(cfg.Keys).Owner(k), taken[k]); owner != "" {
			return at.Errorf("the key %q of %s is bound to %s; choose another", k, what, owner)
		}
		*key, taken[k] = k, table+" "+strconv.Quote(name)
		return nil
	}
	for i := range cfg.Views {
		if err := bind("view", i, cfg.Views[i].Name, &cfg.Views[i].Key); err != nil {
			return err
		}
	}
	for i := range cfg.Commands {
		if err := bind("command", i, cfg.Commands[i].Name, &cfg.Commands[i].Key); err != nil {
			return err
		}
	}
	return nil
}

// explainKeys adds a suggestion to an error about an unknown action or key. It returns other
// errors unchanged.
func explainKeys(action string, err error) error {
	unknown, ok := errors.AsType[*model.UnknownNameError](err)
	switch {
	case !ok:
		return err
	case unknown.What == "action":
		return fmt.Errorf("unknown action %.60q%s; pooltop config lists all actions", unknown.Name, suggest.DidYouMean(unknown.Name, unknown.Known))
	}
	return fmt.Errorf("unknown key %.60q for %s%s", unknown.Name, action, suggest.DidYouMean(unknown.Name, unknown.Known))
}

// openLog opens the debug log and logs the configuration. If no path is configured, the
// logger discards everything. The log must not contain secrets: callers may log counts,
// paths, kinds and short ids, but not labels, reasons or messages.
func openLog(cfg *config.Config, command string) (log *slog.Logger, closeLog func() error, err error) {
	if cfg.LogFile == "" {
		return slog.New(slog.DiscardHandler), func() error { return nil }, nil
	}
	f, err := userfile.OpenLog(cfg.LogFile)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot open the debug log %s: %s", cfg.LogFile, cause(err)+advice(err))
	}
	log = slog.New(slog.NewTextHandler(&logFile{File: f}, &slog.HandlerOptions{Level: slog.LevelDebug})).With("pid", os.Getpid())
	log.Info("started", "command", command, "version", version, "config", cfg.Path, "exists", cfg.Found, "now", instant(cfg.Now))
	for _, s := range config.Settings() {
		if source := cfg.SourceOf(s.Name); source.Kind != "" {
			log.Debug("setting", "name", s.Name, "value", s.Get(cfg), "source", source)
		}
	}
	return log, f.Close, nil
}

// logFile is a debug log. If it is a pipe and its reader is stuck, lines are lost.
type logFile struct {
	*os.File
	stuck bool
}

// Write waits for the reader of a pipe: at most writeTimeout, or a millisecond if it was stuck before.
func (l *logFile) Write(p []byte) (int, error) {
	timeout := writeTimeout
	if l.stuck {
		timeout = time.Millisecond
	}
	_ = l.SetWriteDeadline(time.Now().Add(timeout)) //nolint:forbidigo // a duration in real time; other files have no deadline
	n, err := l.File.Write(p)
	l.stuck = errors.Is(err, os.ErrDeadlineExceeded)
	return n, err
}

// explainLogged is like explainBriefly, but the function that it returns also logs each
// error.
func explainLogged(path string, log *slog.Logger) func(error) string {
	explain := explainBriefly(path)
	return func(err error) string {
		log.Error("cannot load snapshot", "path", path, "error", cause(err))
		return explain(err)
	}
}
