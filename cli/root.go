package cli

import (
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func rootCommand(o *options) *cobra.Command {
	root := &cobra.Command{
		Use:   "pooltop",
		Short: "A live view of an agent's credential pool, and the operator's hand on it",
		Long: "pooltop shows every credential of an agent's auth.json: its state, its streak of failures\n" +
			"and when it is back. It follows each change of the file. Looking changes nothing.",
		Example: "  # the dashboard on this machine's agent\n  pooltop\n\n" +
			"  # an outage, simulated; needs no agent\n  pooltop demo\n\n" +
			"  # one picture, for a script\n  pooltop list --json",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return showStore(cmd.Context(), o) },
	}
	o.register(root)
	root.Flags().BoolVar(&o.readOnly, "read-only", false, "only look: no key writes")
	registerDashboard(root, o)
	root.SetFlagErrorFunc(wrongFlag)
	root.AddCommand(
		demoCommand(o), listCommand(o), statusCommand(o), eventsCommand(o), reportCommand(o), backoffCommand(o),
		resetCommand(o), exhaustCommand(o), syncCommand(o), undoCommand(o), configCommand(o),
	)
	configured(root, o)
	root.AddCommand(manCommand()) // which is there whatever a configuration says
	registerCompletions(root, o)
	addCompletion(root)
	return root
}

// registerDashboard adds the flags of the commands that show a dashboard.
func registerDashboard(cmd *cobra.Command, o *options) {
	registerLook(cmd, o)
	cmd.Flags().StringVar(&o.cpuProfile, "cpu-profile", "", "write a CPU profile to that file")
	_ = cmd.Flags().MarkHidden("cpu-profile") // fails only for a flag that does not exist
}

// registerLook adds the flags of how a dashboard begins.
func registerLook(cmd *cobra.Command, o *options) {
	register(cmd.Flags(), o.configuration.settings, "sort", "columns", "notify", "frame-rate")
	cmd.Flags().Var(keysFlag{o}, "key", "the keys of an action instead of its own, such as reset=r,ctrl+d; may be repeated")
}

// flagValues say what the flags of a type take.
var flagValues = map[string]string{
	"bool": "true or false", "int": "a whole number", "uint64": "a whole number from 0 up", "float64": "a number",
}

// wrongFlag says what a flag takes instead of how its value was read.
func wrongFlag(_ *cobra.Command, err error) error {
	var wrong *pflag.InvalidValueError
	if errors.As(err, &wrong) {
		f := wrong.GetFlag()
		var instead *takesError
		if errors.As(wrong.Unwrap(), &instead) {
			return usageError("--%s %w", f.Name, instead)
		}
		if f.Name == "key" {
			return usageError("--key: %w", wrong.Unwrap())
		}
		if takes, ok := flagValues[f.Value.Type()]; ok {
			return usageError("--%s takes %s, not %q", f.Name, takes, wrong.GetValue())
		}
	}
	return &codedError{exitUsage, err}
}

// noArguments refuses arguments, and says which command may have been meant.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if !cmd.HasParent() {
		var names []string
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() {
				names = append(names, c.Name())
			}
		}
		return usageError("unknown command %q%s", args[0], didYouMean(args[0], names))
	}
	return usageError("%s takes no argument %q", cmd.CommandPath(), args[0])
}

// atMost allows up to n arguments.
func atMost(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > n {
			return usageError("%s takes no further argument %q", cmd.CommandPath(), args[n])
		}
		return nil
	}
}
