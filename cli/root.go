// Package cli is the command line of pooltop: one file per command, each a thin
// shell over the packages that do the work.
package cli

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"pooltop/cli/config"
	"pooltop/cli/internal/suggest"
)

// version is the version of the build.
var version = "dev"

// Main runs the command line of the process until it ends or a signal stops it,
// prints its error and returns the exit code.
func Main(v string) int {
	version = v
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}
	// To be notified would undo that the parent ignores a signal, as nohup does.
	ctx, stop := signal.NotifyContext(context.Background(), slices.DeleteFunc(signals, signal.Ignored)...)
	defer stop()
	// After the first signal, restore the default handling so that a second one
	// kills a hung shutdown. A closed terminal may send SIGHUP twice.
	context.AfterFunc(ctx, func() {
		signal.Ignore(syscall.SIGHUP)
		stop()
	})
	return run(ctx, rootCommand())
}

// run executes a command line, prints its error and returns the exit code.
func run(ctx context.Context, root *cobra.Command) int {
	cmd, err := root.ExecuteContextC(ctx)
	if err != nil {
		printError(root.ErrOrStderr(), cmd.CommandPath(), err)
	}
	return exitCode(err)
}

// rootCommand returns the command line. Every command has the flags of its own
// scopes, so that none offers a flag without an effect.
func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "pooltop",
		Short: "Live view and control of an LLM agent's credential pool",
		Long: "pooltop shows every credential in an agent's auth.json: its state, its failure streak and when it is ready\n" +
			"again. It follows every change of the file. Viewing changes nothing.",
		Example: "  # the dashboard of this machine's agent\n  pooltop\n\n" +
			"  # a simulated outage; needs no agent\n  pooltop demo\n\n" +
			"  # the pool as JSON, for a script\n  pooltop list --json",
		Args:          noArguments,
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	settings := config.Bind(root.Flags(), ^config.Scope(0))
	readOnly := root.Flags().Bool("read-only", false, "disable every key that writes")
	root.RunE = configured(settings, func(cmd *cobra.Command, _ []string, cfg *config.Config, log *slog.Logger) error {
		return runDashboard(cmd.Context(), cfg, log, storeDashboard(cfg, log, *readOnly))
	})
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(printHelp)
	root.SetHelpCommand(helpCommand())
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(
		demoCommand(), listCommand(), statusCommand(), eventsCommand(), reportCommand(), backoffCommand(),
		resetCommand(), exhaustCommand(), syncCommand(), undoCommand(), configCommand(), completionCommand(), manCommand(),
	)
	addCompletions(root)
	return root
}

// accepted describes the values of a flag by its type.
var accepted = map[string]string{
	"bool": "true or false", "int": "a whole number", "uint64": "a whole number from 0 up", "float64": "a number",
}

// flagError says what a flag accepts instead of how its value was parsed.
func flagError(_ *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
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

// noArguments rejects arguments. It suggests the command that may have been meant.
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

// atMost allows up to n arguments.
func atMost(n int) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) > n {
			return usageError("unexpected argument %q", args[n])
		}
		return nil
	}
}
