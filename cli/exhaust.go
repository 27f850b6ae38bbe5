package cli

import (
	"cmp"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/poolstate"
)

func exhaustCommand() *cobra.Command {
	var flags actFlags
	var code int
	var length, until, reason string
	cmd := &cobra.Command{
		Use:     "exhaust PROVIDER TARGET...",
		Aliases: []string{"hold"},
		Short:   "Take credentials out of rotation for a while",
		Long: "exhaust puts credentials into cooldown like a real failure: the streak increases, and the deadline is fixed, so\n" +
			"that every build of the agent honours it. TARGET is an id, a label, or #n.",
		Example: "  pooltop exhaust openrouter backup-key --for 2h30m --reason 'topping up'\n" +
			"  pooltop exhaust anthropic work-oauth --until 'tomorrow 9:00'",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usageError("name a provider and a credential")
			}
			return nil
		},
	}
	settings := config.Bind(cmd.Flags(), actScope)
	cmd.RunE = configured(settings, func(cmd *cobra.Command, args []string, cfg *config.Config, log *slog.Logger) error {
		hold, err := newHold(length, until, instant(cfg.Now))
		if err != nil {
			return err
		}
		if chosen := cmd.Flags().Changed("code"); chosen && !isErrorCode(code) {
			return usageError("--code must be between 100 and 599, not %d", code)
		}
		r, err := newActionRun(cmd, cfg, log, flags, poolstate.VerbHold)
		if err != nil {
			return err
		}
		seen, err := r.snap.targets(args)
		if err != nil {
			return err
		}
		hold.Code, hold.Reason = cmp.Or(code, poolstate.HoldCode(seen)), reason
		for i := range seen {
			if w := hold.Warning(&seen[i]); w != "" {
				r.note(fmt.Sprintf("%s: %s", seen[i].Ref, w))
			}
		}
		return r.perform(poolstate.Action{Verb: poolstate.VerbHold, Hold: hold}, seen)
	})
	flags.register(cmd)
	f := cmd.Flags()
	f.IntVar(&code, "code", 0, "error `CODE` to record (default 429, or 402 where the agent would lift a 429)")
	f.StringVar(&length, "for", "", "hold for this `DURATION`, such as 45m, 2h30m or 1d (default: the backoff decides)")
	f.StringVar(&until, "until", "", "hold until this `TIME`, such as 18:00, tomorrow 9:00 or an RFC 3339 time")
	f.StringVar(&reason, "reason", "", "`TEXT` for others, shown with the credential")
	cmd.ValidArgsFunction = completeTargets(settings, alive)
	completeFlag(cmd, "code", completeCode(func() []int { return codesInPool(settings) }))
	return cmd
}

// isErrorCode reports whether code is in the range of HTTP status codes.
func isErrorCode(code int) bool { return code >= 100 && code <= 599 }

// newHold parses the length of a hold.
func newHold(length, until string, now time.Time) (h poolstate.Hold, err error) {
	switch {
	case length != "" && until != "":
		return h, usageError("--for and --until are mutually exclusive")
	case length != "":
		if h.For, err = poolstate.ParseDuration(length); err != nil {
			return h, usageError("--for: invalid duration %q (try 45m, 2h30m or 1d)", length)
		}
	case until != "":
		if h.Until, err = poolstate.ParseUntil(until, now); err != nil {
			return h, usageError("--until: %q is not a valid future time (try 18:00, tomorrow 9:00 or an RFC 3339 time)", until)
		}
	}
	return h, nil
}
