package cli

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/cli/internal/suggest"
	"pooltop/model"
)

// runner runs a command whose configuration is loaded.
type runner func(cmd *cobra.Command, args []string, cfg *config.Config, log *slog.Logger) error

// configured makes a runner a command's RunE: it loads the configuration and
// opens the debug log first.
func configured(flags *config.Flags, run runner) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		cfg, err := loadConfig(flags)
		if err != nil {
			return err
		}
		log, closeLog, err := openLog(cfg, cmd.CommandPath())
		if err != nil {
			return err
		}
		err = run(cmd, args, cfg, log)
		log.Info("ended", "exit", exitCode(err))
		return errors.Join(err, closeLog())
	}
}

// loadConfig loads the configuration of a command and checks its key bindings.
func loadConfig(flags *config.Flags) (*config.Config, error) {
	cfg, err := flags.Load()
	if err == nil {
		err = bindKeys(cfg)
	}
	if err != nil {
		return nil, &codedError{exitUsage, err}
	}
	return cfg, nil
}

// bindKeys checks the key bindings, gives the keys their own names and fills in
// the actions that have no binding.
func bindKeys(cfg *config.Config) error {
	bound := model.KeyBindings{}
	for _, action := range slices.Sorted(maps.Keys(cfg.Keys)) {
		if err := explainKeys(action, bound.Bind(action, cfg.Keys[action])); err != nil {
			return cfg.SourceOf("keys."+action).Errorf("%w", err)
		}
	}
	cfg.Keys = bound
	var conflict *model.ConflictError
	if err := bound.Check(); errors.As(err, &conflict) {
		return cfg.SourceOf("keys."+conflict.Chosen).Errorf("%w", err)
	}
	return nil
}

// explainKeys suggests the name that may have been meant.
func explainKeys(action string, err error) error {
	var unknown *model.UnknownNameError
	switch {
	case !errors.As(err, &unknown):
		return err
	case unknown.What == "action":
		return fmt.Errorf("unknown action %.60q%s; pooltop config lists them", unknown.Name, suggest.DidYouMean(unknown.Name, unknown.Known))
	}
	return fmt.Errorf("unknown key %.60q for %s%s", unknown.Name, action, suggest.DidYouMean(unknown.Name, unknown.Known))
}
