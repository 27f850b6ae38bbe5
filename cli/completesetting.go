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

// addCompletionCommand adds the command that prints the scripts of shells, in words of
// ours.
func addCompletionCommand(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	c, _, err := root.Find([]string{"completion"})
	if err != nil {
		return
	}
	var shells []string
	for _, shell := range c.Commands() {
		shells = append(shells, shell.Name())
		shell.Short = "Print the script for " + shell.Name()
	}
	c.Use = "completion SHELL"
	c.Short = "Print the script that makes a shell complete commands, providers and credentials"
	c.Long = "completion prints a script for " + config.OneOf(shells) + ". It completes commands and flags, and providers and\n" +
		"credentials from the pool that the flags of the same line name. Packages bring it along."
	c.Example = "  source <(pooltop completion bash)\n  pooltop completion fish | source"
	c.Args = func(_ *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usageError("completion: no script for %q%s; there is one for %s", args[0], suggest.DidYouMean(args[0], shells), config.OneOf(shells))
		}
		return usageError("completion: name a shell: %s", config.OneOf(shells))
	}
	c.RunE = func(*cobra.Command, []string) error { return nil } // the arguments are never right
}
