package cli

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/cli/internal/jsonout"
	"pooltop/poolstate"
	"pooltop/ui"
)

// ladderLength is how many streaks the ladder shows: one beyond the cap.
const ladderLength = poolstate.Steps + 1

// rungJSON is one line of the ladder.
type rungJSON struct {
	Streak     int   `json:"streak"`
	Multiplier int   `json:"multiplier"`
	Seconds    int64 `json:"seconds"`
}

func backoffCommand() *cobra.Command {
	var asJSON bool
	var code int
	cmd := &cobra.Command{
		Use:     "backoff",
		Short:   "Print the ladder of cooldowns",
		Example: "  pooltop backoff\n  pooltop backoff --code 401 --json",
		Args:    noArguments,
	}
	flags := config.Bind(cmd.Flags(), config.Policy)
	cmd.RunE = configured(flags, func(cmd *cobra.Command, _ []string, cfg *config.Config, log *slog.Logger) error {
		policy := poolstate.Backoff
		if cfg.PolicyChoice() == poolstate.PolicyFlat {
			policy = poolstate.Flat
		}
		rungs := ladder(policy, code)
		if asJSON {
			return jsonout.Write(cmd.OutOrStdout(), rungs)
		}
		return printLadder(cmd.OutOrStdout(), rungs)
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON; its fields are stable")
	cmd.Flags().IntVar(&code, "code", 429, "the error code that the failures have")
	completeFlag(cmd, "code", completeCode(nil))
	return cmd
}

func ladder(policy poolstate.Policy, code int) []rungJSON {
	c := &poolstate.Credential{ErrorCode: poolstate.Some(code)}
	rungs := make([]rungJSON, 0, ladderLength)
	for streak := 1; streak <= ladderLength; streak++ {
		rungs = append(rungs, rungJSON{streak, policy.Multiplier(streak), jsonout.Seconds(policy.Cooldown(c, streak))})
	}
	return rungs
}

func printLadder(w io.Writer, rungs []rungJSON) error {
	if _, err := fmt.Fprintln(w, "STREAK  MULTIPLIER  COOLDOWN"); err != nil {
		return err
	}
	for i, r := range rungs {
		streak := fmt.Sprint(r.Streak)
		if i == len(rungs)-1 {
			streak += "+"
		}
		_, err := fmt.Fprintf(w, "%-6s  %-10s  %s\n", streak, fmt.Sprintf("%d×", r.Multiplier),
			ui.Span(time.Duration(r.Seconds)*time.Second))
		if err != nil {
			return err
		}
	}
	return nil
}
