package cli

import (
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/cli/internal/jsonout"
	"pooltop/poolstate"
	"pooltop/ui/text"
)

// stepJSON is one step of the backoff schedule.
type stepJSON struct {
	Streak     int   `json:"streak"`
	Multiplier int   `json:"multiplier"`
	Seconds    int64 `json:"seconds"`
}

func backoffCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "backoff",
		Short:   "Print the backoff schedule",
		Example: "  pooltop backoff\n  pooltop backoff --code 401 --json",
		Args:    noArguments,
	}
	asJSON := cmd.Flags().Bool("json", false, "print JSON with stable field names")
	code := cmd.Flags().Int("code", 429, "compute the cooldowns for this error `CODE`")
	flags := config.Bind(cmd.Flags(), config.Policy)
	cmd.RunE = configured(flags, func(cmd *cobra.Command, _ []string, cfg *config.Config, _ *slog.Logger) error {
		if !isErrorCode(*code) {
			return codeError(*code)
		}
		// Without a configured policy, this resolves to the backoff policy.
		steps, table := schedule(cfg.PolicyChoice().Resolve(nil, poolstate.EvidenceCounts), *code)
		if *asJSON {
			return jsonout.Write(cmd.OutOrStdout(), steps)
		}
		_, err := fmt.Fprint(cmd.OutOrStdout(), table)
		return err
	})
	completeFlag(cmd, "code", completeCode(func() []int { return nil }))
	return cmd
}

// schedule returns the steps of the backoff schedule, also formatted as a table. The last
// step, the first one beyond the cap, applies to all longer streaks.
func schedule(policy poolstate.Policy, code int) (steps []stepJSON, table string) {
	c := &poolstate.Credential{ErrorCode: poolstate.Some(code)}
	table = "STREAK  MULTIPLIER  COOLDOWN\n"
	for n := 1; n <= poolstate.Steps+1; n++ {
		step := stepJSON{n, policy.Multiplier(n), jsonout.Seconds(policy.Cooldown(c, n))}
		steps = append(steps, step)
		streak := fmt.Sprint(n)
		if n > poolstate.Steps {
			streak += "+"
		}
		table += fmt.Sprintf("%-6s  %-10s  %s\n", streak, fmt.Sprint(step.Multiplier, "×"), text.Span(policy.Cooldown(c, n)))
	}
	return steps, table
}
