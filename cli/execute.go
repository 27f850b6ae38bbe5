// Package cli is the command line of pooltop: one file per command, each a thin
// shell over the packages that do the work.
package cli

import (
	"context"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"charm.land/fang/v2"
	"github.com/spf13/cobra"
)

// version is what --version prints.
var version = "dev"

// Main runs the command line of the process until it ends or a signal stops it,
// prints the error that it ends with, and returns the exit code.
func Main(v string) int {
	version = v
	ctx, stop := signal.NotifyContext(context.Background(), heeded(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)...)
	defer stop()
	// After the first signal, restore the default handling so that a second one
	// kills a hung shutdown. A closed terminal may send SIGHUP twice.
	context.AfterFunc(ctx, func() {
		signal.Ignore(syscall.SIGHUP)
		stop()
	})
	return run(ctx, rootCommand())
}

// heeded returns the signals that the parent process did not ignore: being
// notified of a signal would undo that, and nohup ignores SIGHUP for a reason.
func heeded(signals ...os.Signal) []os.Signal {
	return slices.DeleteFunc(signals, signal.Ignored)
}

// run executes the command line, prints the error that it ends with, and
// returns the exit code.
func run(ctx context.Context, root *cobra.Command) int {
	var kept error
	keepErrors(root, &kept)
	err := execute(ctx, root)
	if err == nil {
		err = kept
	}
	if err != nil {
		printError(root.ErrOrStderr(), err)
	}
	return exitCode(err)
}

// execute hands the command line to fang, which draws help. It does so in
// colours for the background, for which it asks any terminal; a dumb one would
// print the question.
func execute(ctx context.Context, root *cobra.Command) error {
	if os.Getenv("TERM") == "dumb" {
		root.Version, root.SilenceErrors, root.SilenceUsage = version, true, true
		return root.ExecuteContext(ctx)
	}
	silent := func(io.Writer, fang.Styles, error) {}
	return fang.Execute(ctx, root, fang.WithVersion(version), fang.WithErrorHandler(silent), fang.WithoutManpage())
}

// keepErrors makes a command and those below it put their error into kept and
// end well. Before fang lets anybody print an error it asks the terminal for
// its background, and one that does not answer holds up the line of a prompt
// for seconds.
func keepErrors(cmd *cobra.Command, kept *error) {
	check, do := cmd.Args, cmd.RunE
	if check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			*kept = check(cmd, args)
			return nil
		}
	}
	if do != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			if *kept == nil {
				*kept = do(cmd, args)
			}
			return nil
		}
	}
	if !cmd.HasParent() {
		wrong := cmd.FlagErrorFunc()
		cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
			*kept = wrong(cmd, err)
			return nil
		})
	}
	for _, c := range cmd.Commands() {
		keepErrors(c, kept)
	}
}
