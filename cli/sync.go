package cli

import (
	"github.com/spf13/cobra"

	"pooltop/poolstate"
)

func syncCommand(o *options) *cobra.Command {
	var flags actFlags
	cmd := &cobra.Command{
		Use:   "sync [PROVIDER]",
		Short: "Adopt newer tokens from where they are issued",
		Long: "sync takes over tokens that are newer where they are issued: those of claude_code from its own file, those of\n" +
			"nous from the store itself. That is a real success: the status is cleared and the streak falls to zero.",
		Example: "  pooltop sync\n  pooltop sync anthropic --dry-run",
		Args:    atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := o.newDeed(cmd, flags, poolstate.VerbSync)
			if err != nil {
				return err
			}
			all, err := d.snap.targets(d.verb, args)
			if err != nil {
				return err
			}
			var seen []poolstate.Credential
			for i := range all {
				if poolstate.Syncable(&all[i]) {
					seen = append(seen, all[i])
				}
			}
			return d.do(poolstate.Action{Verb: poolstate.VerbSync, ClaudeFile: claudeFile()}, seen)
		},
	}
	flags.register(cmd)
	return cmd
}
