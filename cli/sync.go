package cli

import (
	"log/slog"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/poolstate"
)

func syncCommand() *cobra.Command {
	var flags actFlags
	cmd := &cobra.Command{
		Use:   "sync [PROVIDER]",
		Short: "Import newer tokens from where they were issued",
		Long: "sync imports tokens that are newer at their source: for claude_code its own file, for nous the providers section\n" +
			"of the store. That counts as a success: the status is cleared and the streak falls to zero.",
		Example: "  pooltop sync\n  pooltop sync anthropic --dry-run",
		Args:    atMost(1),
	}
	settings := config.Bind(cmd.Flags(), actScope)
	cmd.RunE = configured(settings, func(cmd *cobra.Command, args []string, cfg *config.Config, log *slog.Logger) error {
		r, err := newActionRun(cmd, cfg, log, flags, poolstate.VerbSync)
		if err != nil {
			return err
		}
		all, err := r.snap.targets(args)
		if err != nil {
			return err
		}
		var seen []poolstate.Credential
		for i := range all {
			if all[i].Syncable() {
				seen = append(seen, all[i])
			}
		}
		return r.perform(poolstate.Action{Verb: poolstate.VerbSync, ClaudeFile: claudeFile()}, seen)
	})
	flags.register(cmd)
	cmd.ValidArgsFunction = completeProvider(settings, (*poolstate.Credential).Syncable)
	return cmd
}
