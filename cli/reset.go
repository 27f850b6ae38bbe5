package cli

import (
	"log/slog"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/poolstate"
)

func resetCommand() *cobra.Command {
	var flags actFlags
	var all bool
	cmd := &cobra.Command{
		Use:   "reset PROVIDER [TARGET...]",
		Short: "Make credentials usable: clear status, error and streak",
		Long: "reset clears the status, error and streak of credentials. TARGET is an id, a label, or #n as numbered by list;\n" +
			"without one, every credential of the provider is reset unless it is dead.",
		Example: "  pooltop reset openrouter backup-key\n  pooltop reset openrouter '#2' --dry-run\n  pooltop reset --all",
		Args:    providerOrAll(&all),
	}
	settings := config.Bind(cmd.Flags(), actScope)
	cmd.RunE = configured(settings, func(cmd *cobra.Command, args []string, cfg *config.Config, log *slog.Logger) error {
		r, err := newActionRun(cmd, cfg, log, flags, poolstate.VerbReset)
		if err != nil {
			return err
		}
		seen, err := r.snap.targets(args)
		if err != nil {
			return err
		}
		return r.perform(poolstate.Action{Verb: poolstate.VerbReset, SpareDead: len(args) < 2}, seen)
	})
	flags.register(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "reset every provider")
	cmd.ValidArgsFunction = completeTargets(settings, nil)
	return cmd
}

// providerOrAll requires either a provider or --all.
func providerOrAll(all *bool) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case *all && len(args) > 0:
			return usageError("--all cannot be combined with a provider")
		case !*all && len(args) == 0:
			return usageError("name a provider, or --all")
		}
		return nil
	}
}
