package cli

import (
	"fmt"
	"log/slog"
	"maps"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/cli/internal/jsonout"
	"pooltop/poolstate"
	"pooltop/ui/text"
)

// stepJSON is a step of the backoff schedule: the agent's cooldown, the cooldown under guard's
// default schedule, and the cooldown for each provider with a separate schedule.
type stepJSON struct {
	Streak     int                  `json:"streak"`
	Multiplier int                  `json:"multiplier"`
	Seconds    int64                `json:"seconds"`
	Policy     string               `json:"policy"`
	PolicyFrom string               `json:"policy_from"`
	Guard      guardJSON            `json:"guard"`
	Providers  map[string]guardJSON `json:"providers"`
}

// guardJSON is a cooldown while guard is running, and the schedule that determines it.
type guardJSON struct {
	Multiplier float64           `json:"multiplier"`
	Seconds    int64             `json:"seconds"`
	By         string            `json:"by"` // guard, or agent if guard does not lengthen the cooldown
	Factor     float64           `json:"factor"`
	Cap        float64           `json:"cap"`
	Base       int64             `json:"base_seconds"`
	From       map[string]string `json:"from"` // the sources of factor, cap and base
}

func backoffCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "backoff",
		Short: "Print the backoff schedule",
		Long: "backoff prints how long a credential cools down after each consecutive failure, and where the schedule comes from.\n\n" +
			"The AGENT column shows the agent's own cooldowns. They depend on its policy: --policy, or the [agent] table of\n" +
			"the configuration. The other columns show the cooldowns of agents without backoff while guard is running: GUARD\n" +
			"shows the default schedule, and each provider with a separate schedule has its own column. The [backoff] table of\n" +
			"the configuration sets these schedules:\n\n" +
			"  [backoff]\n" +
			"  factor = 2                 # multiplies the cooldown with each failure\n" +
			"  cap = 8                    # maximum multiple of the base; 1 turns guard off\n" +
			"  forget-after = \"24h\"       # a streak ends this long after its last deadline\n" +
			"  stagger = true             # spread deadlines of credentials that fail together\n" +
			"  base = { 429 = \"1h\" }      # cooldown to multiply, by error code (default: the agent's)\n" +
			"  [backoff.providers.openrouter]\n" +
			"  cap = 4                    # factor and base can be set here as well\n\n" +
			"guard never shortens a cooldown and does not change the first one. Cooldowns that it leaves to the agent are\n" +
			"marked (agent). Staggered deadlines may be earlier than shown. The [backoff] table also sets the default length\n" +
			"of a hold.",
		Example: "  pooltop backoff\n  pooltop backoff --policy flat\n  pooltop backoff --code 401 --json",
		Args:    noArguments,
	}
	asJSON := cmd.Flags().Bool("json", false, "print JSON with stable field names")
	code := cmd.Flags().Int("code", 429, "compute the cooldowns for this error `CODE`")
	flags := config.Bind(cmd.Flags(), config.Policy|config.ASCII)
	cmd.RunE = configured(flags, func(cmd *cobra.Command, _ []string, cfg *config.Config, _ *slog.Logger) error {
		if !isErrorCode(*code) {
			return codeError(*code)
		}
		s := newSchedules(cfg, *code)
		if *asJSON {
			return jsonout.Write(cmd.OutOrStdout(), s.steps())
		}
		_, err := fmt.Fprint(cmd.OutOrStdout(), s.legend()+"\n"+s.table())
		return err
	})
	completeFlag(cmd, "code", completeCode(func() []int { return nil }))
	return cmd
}

// schedules computes the backoff schedules for an error code.
type schedules struct {
	cfg    *config.Config
	code   int
	policy poolstate.Policy
	curve  poolstate.Curve
	// providers lists the providers with a separate schedule.
	providers []string
}

// maxSteps is the maximum number of printed steps. In a longer schedule, the steps before the
// last one are omitted.
const maxSteps = 16

func newSchedules(cfg *config.Config, code int) *schedules {
	curve := cfg.Curve()
	return &schedules{
		cfg: cfg, code: code, curve: curve, providers: slices.Sorted(maps.Keys(curve.Providers)),
		// Without a configured policy, this resolves to the backoff policy.
		policy: cfg.PolicyChoice().Resolve(nil, poolstate.EvidenceCounts),
	}
}

// steps returns the steps in order. The last step has the longest cooldowns and also applies
// to all longer streaks.
func (s *schedules) steps() (steps []stepJSON) {
	last := s.cooldowns(math.MaxInt32)
	settled := 1 + sort.Search(math.MaxInt32-1, func(n int) bool { return slices.Equal(s.cooldowns(n+1), last) })
	end := max(settled, poolstate.Steps) + 1
	for n := 1; n < end && n < maxSteps; n++ {
		steps = append(steps, s.step(n))
	}
	return append(steps, s.step(end))
}

// cooldowns returns the agent's cooldown at a step, followed by the cooldown under the default
// schedule and the cooldown for each provider with a separate schedule.
func (s *schedules) cooldowns(streak int) (out []time.Duration) {
	c := poolstate.Credential{ErrorCode: poolstate.Some(s.code), Streak: poolstate.KnownStreak(streak - 1)}
	out = append(out, s.policy.Cooldown(&c, streak), s.general().NextCooldown(&c, s.policy))
	for _, c.Provider = range s.providers {
		out = append(out, s.curve.NextCooldown(&c, s.policy))
	}
	return out
}

// general returns the curve for providers without a separate schedule.
func (s *schedules) general() poolstate.Curve {
	c := s.curve
	c.Providers = nil
	return c
}

func (s *schedules) step(streak int) stepJSON {
	cooldowns := s.cooldowns(streak)
	step := stepJSON{
		Streak: streak, Multiplier: s.policy.Multiplier(streak), Seconds: jsonout.Seconds(cooldowns[0]),
		Policy: s.policy.String(), PolicyFrom: s.cfg.PolicySource().String(),
		Guard: s.guardStep(s.general().For(""), "", streak, cooldowns[0], cooldowns[1]), Providers: map[string]guardJSON{},
	}
	for i, name := range s.providers {
		step.Providers[name] = s.guardStep(s.curve.For(name), "providers."+name+".", streak, cooldowns[0], cooldowns[i+2])
	}
	return step
}

// guardStep returns one step of a schedule. path is the prefix of the schedule's keys in the
// [backoff] table.
func (s *schedules) guardStep(sch poolstate.Schedule, path string, streak int, own, guarded time.Duration) guardJSON {
	c := poolstate.Credential{ErrorCode: poolstate.Some(s.code)}
	g := guardJSON{
		Multiplier: sch.Multiplier(streak), Seconds: jsonout.Seconds(guarded), By: "guard",
		Factor: sch.Factor, Cap: sch.Cap, Base: jsonout.Seconds(sch.BaseOf(&c, s.policy)),
		From: map[string]string{"factor": s.source(path, "factor"), "cap": s.source(path, "cap"), "base": "agent"},
	}
	if guarded == own {
		g.By = "agent"
	}
	if _, configured := sch.Base[s.code]; configured {
		g.From["base"] = s.source(path, "base."+strconv.Itoa(s.code))
	}
	return g
}

// source returns the source of a value in a provider's table, or of the default schedule's
// value if that table does not set it.
func (s *schedules) source(path, name string) string {
	own, none := s.cfg.SourceOf("backoff."+path+name), config.Source{}
	if own == none {
		own = s.cfg.SourceOf("backoff." + name)
	}
	return own.String()
}

// legend describes the parameters of each column of the table, and their sources.
func (s *schedules) legend() string {
	step := s.step(1)
	policy := step.Policy + " (assumed)"
	if s.policy.Source() == poolstate.PolicyForced {
		policy = step.Policy + " (" + step.PolicyFrom + ")"
	}
	base := s.cfg.SourceOf("agent.ttl." + strconv.Itoa(s.code))
	if _, named := s.cfg.Agent.TTL[s.code]; !named {
		base = s.cfg.SourceOf("agent.ttl.other")
	}
	own := span(jsonout.Seconds(s.policy.Cooldown(&poolstate.Credential{ErrorCode: poolstate.Some(s.code)}, 1)))
	rows := [][]string{
		{"agent", fmt.Sprintf("policy %s, base %s (%s)", policy, own, base)},
		{"guard", step.Guard.words(
			sourced{"forget-after " + poolstate.FormatDuration(s.curve.Forget()), s.source("", "forget-after")},
			sourced{fmt.Sprintf("stagger %t", s.curve.Stagger), s.source("", "stagger")})},
	}
	for _, name := range s.providers {
		rows = append(rows, []string{columnName(name), step.Providers[name].words()})
	}
	out := fmt.Sprintf("Cooldowns after error %d, unless the provider specifies a reset time:\n\n", s.code) + aligned(rows)
	if s.policy.Climbs() {
		out += "\nguard does not act on agents with backoff. For stock agents, add --policy flat.\n"
	}
	return out
}

// sourced is a value with its source.
type sourced struct{ value, from string }

// words describes the schedule and other values. If consecutive values have the same source,
// it names the source only once.
func (g guardJSON) words(others ...sourced) string {
	values := slices.Concat([]sourced{
		{"factor " + text.Factor(g.Factor), g.From["factor"]}, {"cap " + text.Factor(g.Cap), g.From["cap"]},
	}, others, []sourced{{"base " + span(g.Base), g.From["base"]}})
	out := ""
	for i, v := range values {
		if out += v.value; i+1 == len(values) {
			return out + " (" + v.from + ")"
		}
		if v.from != values[i+1].from {
			out += " (" + v.from + ")"
		}
		out += ", "
	}
	return out
}

// table formats the steps with one column for each schedule.
func (s *schedules) table() string {
	rows, steps := [][]string{{"STREAK", "AGENT", "GUARD"}}, s.steps()
	for _, name := range s.providers {
		rows[0] = append(rows[0], columnName(name))
	}
	for i, step := range steps {
		streak := strconv.Itoa(step.Streak)
		if i == len(steps)-1 {
			streak += "+"
		}
		if i > 0 && step.Streak > steps[i-1].Streak+1 {
			rows = append(rows, []string{"..."})
		}
		row := []string{streak, fmt.Sprintf("%s (%d×)", span(step.Seconds), step.Multiplier), step.Guard.cell()}
		for _, name := range s.providers {
			row = append(row, step.Providers[name].cell())
		}
		rows = append(rows, row)
	}
	return aligned(rows)
}

// aligned cleans the cells of a table and formats it with two spaces between columns.
func aligned(rows [][]string) (out string) {
	widths := map[int]int{}
	for _, row := range rows {
		for i, cell := range row {
			row[i] = text.Clean(cell, text.MessageLimit)
			widths[i] = max(widths[i], text.Width(row[i]))
		}
	}
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			line += padded(cell, widths[i]) + "  "
		}
		out += strings.TrimRight(line, " ") + "\n"
	}
	return out
}

func (g guardJSON) cell() string {
	if g.By == "agent" {
		return span(g.Seconds) + " (agent)"
	}
	return span(g.Seconds) + " (" + text.Factor(g.Multiplier) + "×)"
}

func span(seconds int64) string { return text.Span(time.Duration(seconds) * time.Second) }

// columnName returns the name of a provider, shortened for a column.
func columnName(provider string) string { return text.Fit(text.ProviderName(provider), 24) }

func padded(s string, width int) string { return s + strings.Repeat(" ", max(width-text.Width(s), 0)) }
