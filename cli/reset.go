package cli

import (
	"github.com/spf13/cobra"

	"pooltop/poolstate"
)

func resetCommand(o *options) *cobra.Command {
	var flags actFlags
	var all bool
	cmd := &cobra.Command{
		Use:   "reset PROVIDER [TARGET...]",
		Short: "Declare credentials usable: status, error and streak are cleared",
		Long: "reset clears status, error and streak of the credentials. TARGET is an id, a label, or #n as list numbers them;\n" +
			"without one it is every credential of the provider that is not dead.",
		Example: "  pooltop reset openrouter backup-key\n  pooltop reset openrouter '#2' --dry-run\n  pooltop reset --all",
		Args:    providerOrAll(&all),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := o.newDeed(cmd, flags, poolstate.VerbReset)
			if err != nil {
				return err
			}
			seen, err := d.snap.targets(d.verb, args)
			if err != nil {
				return err
			}
			return d.do(poolstate.Action{Verb: poolstate.VerbReset, SpareDead: len(args) < 2}, seen)
		},
	}
	flags.register(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "reset every provider")
	return cmd
}

// providerOrAll wants a provider, or --all and no provider.
func providerOrAll(all *bool) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case *all && len(args) > 0:
			return usageError("%s: --all goes without a provider", cmd.Name())
		case !*all && len(args) == 0:
			return usageError("%s: name a provider, or --all", cmd.Name())
		}
		return nil
	}
}
