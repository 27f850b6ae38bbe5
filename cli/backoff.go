package cli

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

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
	var asJSON bool
	var code int
	cmd := &cobra.Command{
		Use:     "backoff",
		Short:   "Print the backoff schedule",
		Example: "  pooltop backoff\n  pooltop backoff --code 401 --json",
		Args:    noArguments,
	}
	flags := config.Bind(cmd.Flags(), config.Policy)
	cmd.RunE = configured(flags, func(cmd *cobra.Command, _ []string, cfg *config.Config, _ *slog.Logger) error {
		policy := poolstate.Backoff
		if cfg.PolicyChoice() == poolstate.PolicyFlat {
			policy = poolstate.Flat
		}
		steps := schedule(policy, code)
		if asJSON {
			return jsonout.Write(cmd.OutOrStdout(), steps)
		}
		_, err := fmt.Fprint(cmd.OutOrStdout(), scheduleTable(steps))
		return err
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON; its fields are stable")
	cmd.Flags().IntVar(&code, "code", 429, "error `CODE` of the failures")
	completeFlag(cmd, "code", completeCode(func() []int { return nil }))
	return cmd
}

// schedule returns the steps up to the first one beyond the cap.
func schedule(policy poolstate.Policy, code int) []stepJSON {
	c := &poolstate.Credential{ErrorCode: poolstate.Some(code)}
	var steps []stepJSON
	for streak := 1; streak <= poolstate.Steps+1; streak++ {
		steps = append(steps, stepJSON{streak, policy.Multiplier(streak), jsonout.Seconds(policy.Cooldown(c, streak))})
	}
	return steps
}

// scheduleTable formats the steps. The last one holds for all longer streaks.
func scheduleTable(steps []stepJSON) string {
	var b strings.Builder
	b.WriteString("STREAK  MULTIPLIER  COOLDOWN\n")
	for i, s := range steps {
		streak := fmt.Sprint(s.Streak)
		if i == len(steps)-1 {
			streak += "+"
		}
		fmt.Fprintf(&b, "%-6s  %-10s  %s\n", streak, fmt.Sprintf("%d×", s.Multiplier), text.Span(time.Duration(s.Seconds)*time.Second))
	}
	return b.String()
}
