// Package cli implements the command line of pooltop. Commands are thin layers over
// the packages that do the work.
package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"pooltop/cli/config"
	"pooltop/cli/internal/suggest"
)

// version is the version of pooltop, set by Main.
var version = "dev"

// Main runs the command line of this process and returns the exit code. v is the version of
// pooltop. SIGINT, SIGTERM and SIGHUP cancel the command. Main prints errors to standard
// error.
func Main(v string) int {
	version = v
	errZone = setLocalZone()
	catchClosedPipe()
	ctx, stop := notifyContext()
	defer stop()
	return run(ctx, rootCommand())
}

// run executes a command line, prints its error and returns the exit code.
func run(ctx context.Context, root *cobra.Command) int {
	stdout := wrapStreams(root)
	cmd, err := root.ExecuteContextC(ctx)
	if err = stdout.outcome(err); err != nil {
		printError(root.ErrOrStderr(), cmd.CommandPath(), err)
	}
	return exitCode(err)
}

// rootCommand returns the root command and its subcommands. Each command has only the
// flags that affect it.
func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "pooltop",
		Short: "Live view and control of an LLM agent's credential pool",
		Long: "pooltop shows every credential in an agent's auth.json: its state, its failure streak and when it is ready\n" +
			"again. The view updates whenever the file changes. Viewing never modifies the file.\n\n" +
			"pooltop shows the agent's root and all its profiles, including those that are created later, unless --file, --home,\n" +
			"--profile or the configuration selects fewer.",
		Example: "  # the dashboard for this machine's agent\n  pooltop\n\n" +
			"  # a simulated outage; needs no agent\n  pooltop demo\n\n" +
			"  # the pool as JSON, for a script\n  pooltop list --json",
		Args:          noArguments,
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	settings := config.Bind(root.Flags(), ^config.Scope(0)).AllByDefault()
	readOnly := root.Flags().Bool("read-only", false, "disable all keys that write")
	model := modelFlag(root, settings)
	root.RunE = configured(settings, func(cmd *cobra.Command, _ []string, cfg *config.Config, log *slog.Logger) error {
		if cfg.Guard && *readOnly {
			if cmd.Flags().Changed("guard") {
				return usageError("--guard and --read-only are mutually exclusive")
			}
			cfg.Guard = false
		}
		dashboard := storeDashboard(cfg, log, *readOnly)
		dashboard.Model = *model
		return runDashboard(cmd.Context(), cfg, log, dashboard)
	})
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(printHelp)
	root.SetHelpCommand(helpCommand())
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(
		demoCommand(), listCommand(), statusCommand(), eventsCommand(), metricsCommand(), guardCommand(), reportCommand(), backoffCommand(), simulateCommand(),
		calibrateCommand(), resetCommand(), exhaustCommand(), syncCommand(), orderCommand(), undoCommand(), configCommand(), completionCommand(), manCommand(),
	)
	root.PersistentPreRun = func(cmd *cobra.Command, _ []string) {
		if cmd.Name() == cobra.ShellCompRequestCmd {
			addCompletions(root)
		}
	}
	return root
}

// accepted describes the valid values of a flag by its type.
var accepted = map[string]string{
	"bool": "true or false", "int": "a whole number", "uint64": "a non-negative whole number", "float64": "a number",
}

// flagError adds the valid values to an error from the flag parser.
func flagError(_ *cobra.Command, err error) error {
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		f := invalid.GetFlag()
		if config.IsFlag(f) {
			return usageError("--%s %w", f.Name, invalid.Unwrap())
		}
		if values, ok := accepted[f.Value.Type()]; ok {
			return usageError("--%s must be %s, not %q", f.Name, values, invalid.GetValue())
		}
	}
	return &codedError{exitUsage, err}
}

// noArguments rejects arguments. For a mistyped command, it suggests a correction.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 && !cmd.HasParent() {
		var names []string
		for _, c := range availableCommands(cmd) {
			names = append(names, c.Name())
		}
		return usageError("unknown command %q%s", args[0], suggest.DidYouMean(args[0], names))
	}
	return atMost(0)(cmd, args)
}

// atMost allows at most n arguments.
func atMost(n int) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) > n {
			return usageError("unexpected argument %q", args[n])
		}
		return nil
	}
}

// helpWidth is the width of the help in columns.
const helpWidth = 100

// printHelp prints help for a command.
func printHelp(cmd *cobra.Command, _ []string) {
	printASCII(cmd, config.ASCIILocale())
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

// availableCommands returns the subcommands of cmd that are not hidden.
func availableCommands(cmd *cobra.Command) []*cobra.Command {
	return slices.DeleteFunc(slices.Clone(cmd.Commands()), func(c *cobra.Command) bool { return !c.IsAvailableCommand() })
}

func about(cmd *cobra.Command) string { return cmp.Or(cmd.Long, cmd.Short+".") }

// splitFlags splits the visible flags of a command into its own flags and the configuration
// flags. Both sets are in order of definition.
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

// helpCommand returns the help command, which is equivalent to --help.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Print help for a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			target, rest, _ := cmd.Root().Find(args) // rest holds the arguments after the command
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
