package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/cli/internal/suggest"
)

// completionCommand prints the completion script of a shell.
func completionCommand() *cobra.Command {
	shells := []string{"bash", "fish", "powershell", "zsh"}
	cmd := &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print the completion script of a shell",
		Long: "completion prints a script for " + config.OneOf(shells) + ". It completes commands and flags, and\n" +
			"providers and credentials of the pool that the flags select. The packages include it.",
		Example:           "  source <(pooltop completion bash)\n  pooltop completion fish | source",
		ValidArgsFunction: fixed(shells...),
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return usageError("name a shell: %s", config.OneOf(shells))
			case !slices.Contains(shells, args[0]):
				return usageError("no script for %q%s; use %s", args[0], suggest.DidYouMean(args[0], shells), config.OneOf(shells))
			}
			return atMost(1)(nil, args)
		},
	}
	plain := cmd.Flags().Bool("no-descriptions", false, "complete words without descriptions")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		root, w := cmd.Root(), cmd.OutOrStdout()
		switch args[0] {
		case "bash":
			return root.GenBashCompletionV2(w, !*plain)
		case "fish":
			return root.GenFishCompletion(w, !*plain)
		case "powershell":
			if *plain {
				return root.GenPowerShellCompletion(w)
			}
			return root.GenPowerShellCompletionWithDesc(w)
		}
		if *plain {
			return root.GenZshCompletionNoDesc(w)
		}
		return root.GenZshCompletion(w)
	}
	return cmd
}
