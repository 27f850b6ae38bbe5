package cli

import (
	"fmt"
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
	about := cmd.Long
	if about == "" {
		about = cmd.Short + "."
	}
	b.WriteString(about + "\n")
	usage := "  " + cmd.UseLine()
	if cmd.HasAvailableSubCommands() {
		usage += "\n  " + cmd.CommandPath() + " COMMAND [flags]"
	}
	section("Usage", usage)
	section("Alias", "  "+strings.Join(cmd.Aliases, ", "))
	section("Examples", cmd.Example)
	var commands strings.Builder
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			fmt.Fprintf(&commands, "  %-11s %s\n", c.Name(), c.Short)
		}
	}
	section("Commands", commands.String())
	own, shared := splitFlags(cmd)
	section("Flags", own.FlagUsagesWrapped(helpWidth))
	section("Configuration flags", shared.FlagUsagesWrapped(helpWidth))
	_, _ = fmt.Fprint(cmd.OutOrStdout(), b.String())
}

// splitFlags returns a command's own flags and those that set configuration
// values, each in the order of definition.
func splitFlags(cmd *cobra.Command) (own, shared *pflag.FlagSet) {
	own, shared = pflag.NewFlagSet("", pflag.ContinueOnError), pflag.NewFlagSet("", pflag.ContinueOnError)
	own.SortFlags, shared.SortFlags = false, false
	cmd.Flags().SortFlags = false
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if config.IsFlag(f) {
			shared.AddFlag(f)
		} else {
			own.AddFlag(f)
		}
	})
	return own, shared
}
