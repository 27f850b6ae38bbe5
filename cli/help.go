package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"pooltop/cli/config"
)

// helpWidth is the width of help texts in columns.
const helpWidth = 100

// printHelp prints the help of a command.
func printHelp(cmd *cobra.Command, _ []string) {
	var b strings.Builder
	section := func(title, text string) {
		if text = strings.TrimRight(text, "\n "); text != "" {
			fmt.Fprintf(&b, "\n%s:\n%s\n", title, text)
		}
	}
	b.WriteString(about(cmd) + "\n")
	usage := "  " + cmd.UseLine()
	if cmd.HasAvailableSubCommands() {
		usage += "\n  " + cmd.CommandPath() + " COMMAND [flags]"
	}
	section("Usage", usage)
	section("Alias", "  "+strings.Join(cmd.Aliases, ", "))
	section("Examples", cmd.Example)
	var commands strings.Builder
	for _, c := range availableCommands(cmd) {
		fmt.Fprintf(&commands, "  %-11s %s\n", c.Name(), c.Short)
	}
	section("Commands", commands.String())
	own, shared := splitFlags(cmd)
	section("Flags", own.FlagUsagesWrapped(helpWidth))
	section("Configuration flags", shared.FlagUsagesWrapped(helpWidth))
	_, _ = fmt.Fprint(cmd.OutOrStdout(), b.String())
}

// availableCommands returns the commands below one that are shown.
func availableCommands(cmd *cobra.Command) []*cobra.Command {
	return slices.DeleteFunc(slices.Clone(cmd.Commands()), func(c *cobra.Command) bool { return !c.IsAvailableCommand() })
}

func about(cmd *cobra.Command) string { return cmp.Or(cmd.Long, cmd.Short+".") }

// splitFlags returns the flags that a command shows: its own, and those that set
// configuration values, each in the order of definition.
func splitFlags(cmd *cobra.Command) (own, shared *pflag.FlagSet) {
	own, shared = pflag.NewFlagSet("", pflag.ContinueOnError), pflag.NewFlagSet("", pflag.ContinueOnError)
	own.SortFlags, shared.SortFlags, cmd.Flags().SortFlags = false, false, false
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		switch {
		case f.Hidden:
		case config.IsFlag(f):
			shared.AddFlag(f)
		default:
			own.AddFlag(f)
		}
	})
	return own, shared
}

// helpCommand prints the help of a command, as its flag --help does.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Print the help of a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			target, rest, _ := cmd.Root().Find(args) // rest has what is not a command
			if err := noArguments(target, rest); err != nil {
				return err
			}
			target.InitDefaultHelpFlag()
			target.InitDefaultVersionFlag()
			return target.Help()
		},
		ValidArgsFunction: offer(func(cmd *cobra.Command, args []string, _ string) (words []cobra.Completion) {
			if len(args) == 0 {
				for _, c := range availableCommands(cmd.Root()) {
					words = append(words, cobra.CompletionWithDesc(c.Name(), c.Short))
				}
			}
			return words
		}),
	}
}
