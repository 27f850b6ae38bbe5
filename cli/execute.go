// Package cli is the command line of pooltop: one file per command, each a thin
// shell over the packages that do the work.
package cli

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/spf13/cobra"
)

// version is the version of the build.
var version = "dev"

// Main runs the command line of the process until it ends or a signal stops it,
// prints its error and returns the exit code.
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

// run executes a command line, prints its error and returns the exit code.
func run(ctx context.Context, root *cobra.Command) int {
	cmd, err := root.ExecuteContextC(ctx)
	if err != nil {
		printError(root.ErrOrStderr(), cmd.CommandPath(), err)
	}
	return exitCode(err)
}
