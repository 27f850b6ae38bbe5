package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"pooltop/poolstate"
)

func exhaustCommand(o *options) *cobra.Command {
	var flags actFlags
	var code int
	var length, until, reason string
	cmd := &cobra.Command{
		Use:   "exhaust PROVIDER TARGET...",
		Short: "Take credentials out of rotation for a while",
		Long: "exhaust puts credentials into cooldown through the same backoff as a real failure: the streak counts on, and\n" +
			"the deadline is pinned, so that every build of the agent honours it. TARGET is an id, a label, or #n.",
		Example: "  pooltop exhaust openrouter backup-key --for 2h30m --reason 'topping up'\n" +
			"  pooltop exhaust anthropic work-oauth --until 'tomorrow 9:00'",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usageError("exhaust: name a provider and a credential")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := o.newDeed(cmd, flags, poolstate.VerbHold)
			if err != nil {
				return err
			}
			hold, err := d.hold(length, until)
			if err != nil {
				return err
			}
			seen, err := d.snap.targets(d.verb, args)
			if err != nil {
				return err
			}
			hold.Code, hold.Words = code, reason
			if !cmd.Flags().Changed("code") {
				hold.Code = poolstate.HoldCode(seen)
			}
			if !isErrorCode(hold.Code) {
				return usageError("exhaust: --code %d is no error code: use 100 to 599", hold.Code)
			}
			d.warn(hold, seen)
			return d.do(poolstate.Action{Verb: poolstate.VerbHold, Hold: hold}, seen)
		},
	}
	flags.register(cmd)
	f := cmd.Flags()
	f.IntVar(&code, "code", 0, "the error code to record (default 429, or 402 where an agent would lift a 429)")
	f.StringVar(&length, "for", "", "how long, such as 45m, 2h30m or 1d (default: the backoff's)")
	f.StringVar(&until, "until", "", "until when, such as 18:00, tomorrow 9:00 or an RFC 3339 time")
	f.StringVar(&reason, "reason", "", "why, for whoever looks at it later")
	return cmd
}

// isErrorCode reports whether a number can be the status of an HTTP answer.
func isErrorCode(code int) bool { return code >= 100 && code <= 599 }

// hold reads how long.
func (d *deed) hold(length, until string) (h poolstate.Hold, err error) {
	switch {
	case length != "" && until != "":
		return h, usageError("exhaust: --for and --until exclude each other")
	case length != "":
		if h.For, err = poolstate.ParseFor(length); err != nil {
			return h, usageError("exhaust: --for %q is no length of time, such as 45m, 2h30m or 1d", length)
		}
	case until != "":
		if h.Until, err = poolstate.ParseUntil(until, d.snap.now); err != nil {
			return h, usageError("exhaust: --until %q is no time ahead, such as 18:00, tomorrow 9:00 or an RFC 3339 time", until)
		}
	}
	return h, nil
}

// warn says before anything is written what may undo the hold.
func (d *deed) warn(h poolstate.Hold, seen []poolstate.Credential) {
	for i := range seen {
		if w := h.Warn(&seen[i]); w != "" {
			d.say(fmt.Sprintf("exhaust %s: %s", seen[i].Ref, w))
		}
	}
}
