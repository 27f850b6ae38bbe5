package cli

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
)

func resetCommand() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "reset PROVIDER [TARGET...]",
		Short: "Make credentials usable: clear status, error and streak",
		Long: "reset clears the status, error and streak of credentials. TARGET is an id, a label, or #n as numbered by list.\n" +
			"Without TARGET, all credentials of the provider are reset except dead ones. If that changes more than one,\n" +
			"it asks for confirmation or requires --yes.",
		Example: "  pooltop reset openrouter backup-key\n  pooltop reset openrouter '#2' --dry-run\n  pooltop reset --all",
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case all && len(args) > 0:
				return usageError("--all cannot be combined with a provider")
			case !all && len(args) == 0:
				return usageError("specify a provider or --all")
			}
			return nil
		},
	}
	settings := bindAction(cmd, poolstate.VerbReset, func(r *actionRun, args []string) error {
		seen, err := r.openTargets(args)
		if err != nil {
			return err
		}
		if len(args) == 1 {
			r.wholeProvider = args[0]
		}
		return r.execute(journal.Task{Action: poolstate.Action{SpareDead: len(args) < 2}, Seen: seen})
	})
	cmd.Flags().BoolVar(&all, "all", false, "reset every provider")
	cmd.ValidArgsFunction = completePool(settings, anyKind)
	return cmd
}

func exhaustCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "exhaust PROVIDER TARGET...",
		Aliases: []string{"hold"},
		Short:   "Take credentials out of rotation for a while",
		Long: "exhaust puts credentials into cooldown like a real failure: the deadline is fixed, so that every build of the\n" +
			"agent honors it, and the streak increases if the agent counts failures. TARGET is an id, a label, or #n as\n" +
			"numbered by list. A hold that ends before the current cooldown requires --yes. Without --for or --until, a hold\n" +
			"never shortens a cooldown.",
		Example: "  pooltop exhaust openrouter backup-key --for 2h30m --reason 'topping up'\n" +
			"  pooltop exhaust anthropic work-oauth --until 'tomorrow 9:00'",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usageError("specify a provider and a credential")
			}
			return nil
		},
	}
	f := cmd.Flags()
	code := f.Int("code", 0, "error `CODE` to record (default 429, or 402 if the agent would retry early after a 429)")
	length := f.String("for", "", "hold for this `DURATION`, such as 45m, 2h30m or 1d (default: the backoff decides)")
	until := f.String("until", "", "hold until this `TIME`, such as 18:00, tomorrow 9:00 or an RFC 3339 time")
	reason := f.String("reason", "", "`TEXT` to show with the credential")
	settings := bindAction(cmd, poolstate.VerbHold, func(r *actionRun, args []string) error {
		hold, err := newHold(*length, *until, instant(r.cfg.Now))
		if err != nil {
			return err
		}
		if f.Changed("code") && !isErrorCode(*code) {
			return codeError(*code)
		}
		seen, err := r.openTargets(args)
		if err != nil {
			return err
		}
		hold.Code, hold.Reason = cmp.Or(*code, poolstate.HoldCode(seen)), *reason
		hold.Policy, hold.Shorten, hold.Curve = r.snap.policy, r.yes, r.cfg.Curve()
		for i := range seen {
			if w := hold.Warning(&seen[i]); w != "" {
				r.note(fmt.Sprintf("%s: %s", seen[i].Ref, w))
			}
		}
		return r.execute(journal.Task{Action: poolstate.Action{Hold: hold}, Seen: seen})
	})
	cmd.ValidArgsFunction = completePool(settings, alive)
	completeFlag(cmd, "code", completeCode(func() []int { return codesInPool(settings) }))
	return cmd
}

// isErrorCode reports whether code is in the range of HTTP status codes.
func isErrorCode(code int) bool { return code >= 100 && code <= 599 }

func codeError(code int) error { return usageError("--code must be between 100 and 599, not %d", code) }

// newHold parses the values of --for and --until.
func newHold(length, until string, now time.Time) (poolstate.Hold, error) {
	name, given, try := "--for", length, "invalid duration %q (try 45m, 2h30m or 1d)"
	switch {
	case length != "" && until != "":
		return poolstate.Hold{}, usageError("--for and --until are mutually exclusive")
	case until != "":
		name, given, try = "--until", until, "%q is not a valid future time (try 18:00, tomorrow 9:00 or an RFC 3339 time)"
	case length == "":
		return poolstate.Hold{}, nil
	}
	h, err := poolstate.ParseHold(given, now)
	switch {
	case errors.Is(err, poolstate.ErrTooLong):
		err = usageError("%s: %q is %w", name, given, err)
	case err != nil:
		err = usageError(name+": "+try, given)
	}
	return h, err
}

func syncCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sync [PROVIDER]",
		Short: "Import newer tokens from their token source",
		Long: "sync imports tokens that are newer in their token source: for claude_code, its own file; for nous, the\n" +
			"providers section of the store. An import counts as a success: it clears the status and resets the streak.",
		Example: "  pooltop sync\n  pooltop sync anthropic --dry-run",
		Args:    atMost(1),
	}
	settings := bindAction(cmd, poolstate.VerbSync, func(r *actionRun, args []string) error {
		seen, err := r.openTargets(args)
		if err != nil {
			return err
		}
		seen = slices.DeleteFunc(seen, func(c poolstate.Credential) bool { return !c.Syncable() })
		return r.execute(journal.Task{Action: poolstate.Action{ClaudeFile: claudeFile()}, Seen: seen})
	})
	cmd.ValidArgsFunction = completePool(settings, (*poolstate.Credential).Syncable)
	return cmd
}

func undoCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "undo",
		Short: "Undo the last reset or hold on this store",
		Long: "undo reverts the last reset or exhaust, credential by credential. It skips credentials that have changed since.\n" +
			"A sync cannot be undone.",
		Example: "  pooltop undo --dry-run\n  pooltop undo",
		Args:    noArguments,
	}
	bindAction(cmd, poolstate.VerbUndo, func(r *actionRun, _ []string) error {
		if err := r.open(); err != nil {
			return err
		}
		last, undos, err := r.operator.LastUndo()
		switch {
		case errors.Is(err, poolstate.ErrNothingToUndo):
			return r.report(&poolstate.Outcome{})
		case err != nil:
			return &codedError{exitRefused, err}
		}
		return r.execute(journal.Task{Action: poolstate.Action{Undos: undos}, Undoes: last.Action})
	})
	return cmd
}
