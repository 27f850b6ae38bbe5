package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/cli/internal/suggest"
	"pooltop/model"
)

// completeSort offers the orders of the table, turned round behind a minus.
func completeSort(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	name, turned := strings.CutPrefix(begun, "-")
	var words []cobra.Completion
	for _, word := range config.Find("sort").Words {
		switch {
		case !strings.HasPrefix(word, name):
		case turned:
			words = append(words, "-"+word)
		default:
			words = append(words, word)
		}
	}
	return (&offers{words: words}).inOrder()
}

// completeColumns offers another column behind those of a list that are there.
func completeColumns(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	listed, last := "", begun
	if i := strings.LastIndexByte(begun, ','); i >= 0 {
		listed, last = begun[:i+1], begun[i+1:]
	}
	var words []cobra.Completion
	for _, name := range config.Find("columns").Words {
		if strings.HasPrefix(name, last) && !slices.Contains(strings.Split(listed, ","), name) {
			words = append(words, listed+name)
		}
	}
	return (&offers{words: words}).inOrder()
}

// completeKey offers the actions of the dashboard, whose keys come next.
func completeKey(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var words []cobra.Completion
	for _, a := range model.Actions() {
		if strings.HasPrefix(a.Name+"=", begun) {
			words = append(words, cobra.CompletionWithDesc(a.Name+"=", a.Does))
		}
	}
	return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveKeepOrder
}

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
