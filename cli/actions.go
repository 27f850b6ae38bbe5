package cli

import (
	"cmp"
	"errors"
	"fmt"
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
			"Without TARGET, it resets all credentials of the provider except dead ones; if more than one would change, it asks\n" +
			"for confirmation unless --yes is given. Without a terminal, --yes is required.",
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
		if len(args) == 1 {
			r.wholeProvider = args[0]
		}
		return r.onTargets(args, anyKind, func(*part) journal.Task {
			return journal.Task{Action: poolstate.Action{SpareDead: len(args) < 2}}
		})
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
		Long: "exhaust puts credentials into cooldown, as a real failure would. The deadline is fixed, so that every build of\n" +
			"the agent honors it, and the streak increases if the agent counts failures. TARGET is an id, a label, or #n as\n" +
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
		hold.Reason, hold.Shorten, hold.Curve = *reason, r.yes, r.cfg.Curve()
		return r.onTargets(args, anyKind, func(p *part) journal.Task {
			hold := hold
			hold.Code, hold.Policy = cmp.Or(*code, poolstate.HoldCode(p.seen)), p.store.policy
			for i := range p.seen {
				if w := hold.Warning(&p.seen[i]); w != "" {
					r.note(r.about(p.store, fmt.Sprintf("%s: %s", p.seen[i].Ref, w)))
				}
			}
			return journal.Task{Action: poolstate.Action{Hold: hold}}
		})
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
		Short: "Import newer tokens from their source",
		Long: "sync imports newer tokens, if there are any: for claude_code from its own token file, and for nous from the\n" +
			"providers section of the store. An import counts as a success: it clears the status and resets the streak.",
		Example: "  pooltop sync\n  pooltop sync anthropic --dry-run",
		Args:    atMost(1),
	}
	settings := bindAction(cmd, poolstate.VerbSync, func(r *actionRun, args []string) error {
		return r.onTargets(args, (*poolstate.Credential).Syncable, func(*part) journal.Task {
			return journal.Task{Action: poolstate.Action{ClaudeFile: claudeFile()}}
		})
	})
	cmd.ValidArgsFunction = completePool(settings, (*poolstate.Credential).Syncable)
	return cmd
}
