package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/cli/internal/calibrate"
	"pooltop/cli/internal/jsonout"
	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui/text"
)

func calibrateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "calibrate",
		Short: "Measure how the installed agent computes cooldowns",
		Long: "calibrate runs the installed agent's own functions, in its own Python, on sample credentials. They run without\n" +
			"network access, in an empty home directory, for at most 20 seconds. The result is saved as the measured policy\n" +
			"for the agent's home and is used until the agent's code changes. --policy and the configuration override it.",
		Example: "  pooltop calibrate\n  pooltop calibrate --agent ~/src/hermes-agent --json",
		Args:    noArguments,
	}
	agent := cmd.Flags().String("agent", "", "agent source `DIR`, containing agent/credential_pool.py")
	asJSON := cmd.Flags().Bool("json", false, "print JSON with stable field names")
	settings := config.Bind(cmd.Flags(), config.Store|config.ASCII)
	cmd.RunE = configured(settings, func(cmd *cobra.Command, _ []string, cfg *config.Config, log *slog.Logger) error {
		home := agentHome(cfg.File)
		dir, err := calibrate.Find(*agent, home, os.Getenv)
		if err != nil {
			return err
		}
		m, err := calibrate.Measure(cmd.Context(), dir)
		if err != nil {
			return fmt.Errorf("%s: %w; nothing was saved", dir, err)
		}
		log.Info("policy measured", "agent", dir, "policy", m.Policy.String(), "differences", len(m.Differences))
		saveErr := saveMeasurement(m, home)
		w := cmd.OutOrStdout()
		if *asJSON {
			return errors.Join(jsonout.Write(w, newCalibrateJSON(m)), saveErr)
		}
		err = printMeasurement(w, m, unmeasuredPolicy(cfg))
		if err == nil && saveErr == nil {
			_, err = fmt.Fprintf(w, "saved for %s until the agent's code changes\n", text.Clean(home, maxErrorText))
		}
		return errors.Join(err, saveErr)
	})
	completeFlag(cmd, "agent", cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs))
	return cmd
}

func saveMeasurement(m *calibrate.Measurement, home string) error {
	state, err := journal.StateDir()
	if err != nil {
		return fmt.Errorf("cannot save the measurement: %w; set XDG_STATE_HOME", err)
	}
	if err := m.Save(state, home, poolstate.Now()); err != nil {
		return fmt.Errorf("cannot save the measurement: %w", err)
	}
	return nil
}

// agentHome returns the root directory of the agent that owns the store, even if the
// store belongs to a profile.
func agentHome(store string) string {
	return filepath.Dir(cmp.Or(poolstate.RootStore(store), store))
}

// policyChoice returns the configured policy choice. If the policy of the store's agent has
// been measured, it becomes the default.
func policyChoice(cfg *config.Config) poolstate.PolicyChoice {
	choice := cfg.PolicyChoice()
	if state, err := journal.StateDir(); err == nil {
		if policy, ok := calibrate.Load(state, agentHome(cfg.File)); ok {
			return choice.WithMeasured(policy)
		}
	}
	return choice
}

type calibrateJSON struct {
	Agent       string                 `json:"agent"`
	Version     *string                `json:"version"`
	Policy      string                 `json:"policy"`
	Cases       int                    `json:"cases"`
	Differences []calibrate.Difference `json:"differences"`
	Unexplained []calibrate.Difference `json:"unexplained"`
	TTL         map[string]int64       `json:"ttl"`
	Sole        *int64                 `json:"sole_seconds"`
	CapsReset   bool                   `json:"caps_provider_reset"`
	Multipliers []float64              `json:"multipliers"`
}

// measuredCodes are the error codes whose cooldowns are printed; 0 means any other
// code.
var measuredCodes = []int{401, 402, 429, 0}

func cooldownOf(p poolstate.Policy, code int, sole bool, streak int) time.Duration {
	c := poolstate.Credential{Sole: sole}
	if code != 0 {
		c.ErrorCode = poolstate.Some(code)
	}
	return p.Cooldown(&c, streak)
}

func newCalibrateJSON(m *calibrate.Measurement) calibrateJSON {
	j := calibrateJSON{
		Agent: m.Agent, Version: m.Version, Policy: m.Policy.String(), Cases: m.Cases,
		Differences: m.Differences, Unexplained: m.Unexplained, TTL: map[string]int64{}, CapsReset: m.Policy.CapsReset(),
	}
	for _, code := range measuredCodes {
		j.TTL[config.CodeName(code)] = jsonout.Seconds(cooldownOf(m.Policy, code, false, 1))
	}
	if m.Policy.RetriesSole() {
		j.Sole = new(jsonout.Seconds(cooldownOf(m.Policy, 429, true, 1)))
	}
	first := cooldownOf(m.Policy, 429, false, 1)
	for streak := 1; streak <= 5; streak++ {
		j.Multipliers = append(j.Multipliers, float64(cooldownOf(m.Policy, 429, false, streak))/float64(first))
	}
	return j
}

// unmeasuredPolicy returns the policy that pooltop uses without a measurement.
func unmeasuredPolicy(cfg *config.Config) poolstate.Policy {
	snap, _ := poolstate.Open(cfg.File).Load() // if it fails, Pool is nil, and the policy is the default
	return cfg.PolicyChoice().Resolve(snap.Pool, poolstate.NoEvidence)
}

func printMeasurement(w io.Writer, m *calibrate.Measurement, before poolstate.Policy) error {
	var waits []string
	for _, code := range measuredCodes {
		var steps []string
		for streak := 1; streak <= 5; streak++ {
			steps = append(steps, text.Span(cooldownOf(m.Policy, code, false, streak)))
		}
		for len(steps) > 1 && steps[len(steps)-1] == steps[len(steps)-2] {
			steps = steps[:len(steps)-1]
		}
		waits = append(waits, config.CodeName(code)+" "+strings.Join(steps, " → "))
	}
	if m.Policy.RetriesSole() {
		waits = append(waits, "sole credential "+text.Span(cooldownOf(m.Policy, 429, true, 1)))
	}
	agent := text.Clean(m.Agent, maxErrorText)
	if m.Version != nil {
		agent += " " + text.Clean(*m.Version, 40)
	}
	lines := []string{
		"agent      " + agent,
		fmt.Sprintf("policy     %s, measured with %d cases", m.Policy, m.Cases),
		"cooldowns  " + strings.Join(waits, " · "),
	}
	if n := len(m.Differences); n > 0 {
		lines = append(lines, fmt.Sprintf("patched    %s from the stock policy with that name", casesDiffer(n)))
	}
	if all := m.DiffersFrom(before); len(all) > 0 {
		lines = append(lines, fmt.Sprintf("before     %s (%s): %s", before, before.Source(), casesDiffer(len(all))), "", differenceTable(all), "")
	} else {
		lines = append(lines, fmt.Sprintf("before     %s (%s): no cases differ", before, before.Source()))
	}
	if n := len(m.Unexplained); n > 0 {
		lines = append(lines, fmt.Sprintf("warning: pooltop computes %s differently from this agent", text.Plural(n, "case", "cases")))
	}
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

func casesDiffer(n int) string { return text.Plural(n, "case differs", "cases differ") }

// differenceTable returns a table of cases in which the agent and pooltop compute different
// cooldowns.
func differenceTable(all []calibrate.Difference) string {
	span := func(s *int64) string {
		if s == nil {
			return "none"
		}
		return text.Span(time.Duration(*s) * time.Second)
	}
	const most = 12
	lines := []string{fmt.Sprintf("%-6s %-20s %-5s %-7s %-8s %-9s %s", "CODE", "REASON", "SOLE", "STREAK", "RESET", "AGENT", "POOLTOP")}
	for i, d := range all {
		if i == most {
			return strings.Join(append(lines, fmt.Sprintf("%d more: see --json", len(all)-most)), "\n")
		}
		code, reset := "none", ""
		if d.Code != nil {
			code = strconv.Itoa(*d.Code)
		}
		if d.Reset != nil {
			reset = span(d.Reset)
		}
		lines = append(lines, fmt.Sprintf("%-6s %-20s %-5t %-7d %-8s %-9s %s", code, d.Cause, d.Sole, d.Streak, reset, span(d.Agent), span(d.Expected)))
	}
	return strings.Join(lines, "\n")
}
