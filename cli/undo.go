package cli

import (
	"errors"
	"log/slog"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/poolstate"
	"pooltop/poolstate/journal"
)

func undoCommand() *cobra.Command {
	var flags actFlags
	cmd := &cobra.Command{
		Use:   "undo",
		Short: "Undo the last reset or hold on this store",
		Long: "undo restores what the last reset or exhaust changed, credential by credential, and only where the file still\n" +
			"contains what that action wrote. A sync cannot be undone.",
		Example: "  pooltop undo --dry-run\n  pooltop undo",
		Args:    noArguments,
	}
	settings := config.Bind(cmd.Flags(), actScope)
	cmd.RunE = configured(settings, func(cmd *cobra.Command, _ []string, cfg *config.Config, log *slog.Logger) error {
		r, err := newActionRun(cmd, cfg, log, flags, poolstate.VerbUndo)
		if err != nil {
			return err
		}
		return r.undo()
	})
	flags.register(cmd)
	return cmd
}

func (r *actionRun) undo() error {
	number, undos, err := r.operator.LastUndo()
	switch {
	case errors.Is(err, poolstate.ErrNothingToUndo):
		return r.report(&poolstate.Outcome{})
	case errors.Is(err, journal.ErrNotUndoable):
		return &codedError{exitRefused, err}
	case err != nil:
		return err
	}
	return r.execute(journal.Task{
		Action: poolstate.Action{Verb: poolstate.VerbUndo}, Undoes: number, Undos: undos, Policy: r.snap.policy,
	})
}
