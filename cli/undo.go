package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
)

func undoCommand(o *options) *cobra.Command {
	var flags actFlags
	cmd := &cobra.Command{
		Use:   "undo",
		Short: "Take back the last action of any pooltop on this store",
		Long: "undo restores what the last reset or exhaust changed, credential by credential, and only where the file still\n" +
			"holds what that action wrote. A sync cannot be taken back.",
		Example: "  pooltop undo --dry-run\n  pooltop undo",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, err := o.newDeed(cmd, flags, poolstate.VerbUndo)
			if err != nil {
				return err
			}
			return d.undo()
		},
	}
	flags.register(cmd)
	return cmd
}

func (d *deed) undo() error {
	number, undos, err := d.operator.LastUndo()
	switch {
	case errors.Is(err, poolstate.ErrNothingToUndo):
		return d.report(&poolstate.Outcome{})
	case errors.Is(err, journal.ErrNotUndoable):
		return within("undo", &codedError{exitRefused, err})
	case err != nil:
		return within("undo", err)
	}
	return d.execute(journal.Task{
		Action: poolstate.Action{Verb: poolstate.VerbUndo}, Undoes: number, Undos: undos, Policy: d.snap.policy,
	})
}
