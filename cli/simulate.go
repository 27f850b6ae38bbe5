package cli

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/cli/internal/jsonout"
	"pooltop/cli/internal/suggest"
	"pooltop/poolstate"
	"pooltop/poolstate/simulate"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// Limits for the flags of simulate.
const (
	maxOutage      = 30 * text.Day
	maxInterval    = 7 * text.Day
	maxCredentials = 50
	maxCap         = 100
	maxEffort      = 3 * time.Second // estimated CPU time
)

// costFlags holds the values of the flags that determine the costs.
type costFlags struct {
	outage, every, base, scenario, caps, policies *string
	credentials, tries                            *int
}

func simulateCommand() *cobra.Command {
	var situations, policies []string
	long := "simulate computes what an outage costs: the number of failed requests, and the time from the provider's recovery\n" +
		"to the first success. It runs an agent's jobs in virtual time, under each policy and with pooltop guard. Each\n" +
		"figure is the mean over outages that are up to an hour shorter or longer than --outage.\n\nScenarios:"
	for _, s := range simulate.Situations() {
		situations = append(situations, s.Name)
		long += fmt.Sprintf("\n  %s: %s", s.Name, s.About)
	}
	for _, v := range simulate.Variants() {
		policies = append(policies, v.String())
	}
	cmd := &cobra.Command{
		Use:     "simulate",
		Short:   "Compare what an outage costs under each policy",
		Long:    long,
		Example: "  pooltop simulate --outage 8h\n  pooltop simulate --cap 1,2,4,8 --policy guard",
		Args:    noArguments,
	}
	set := cmd.Flags()
	f := costFlags{
		outage:      set.String("outage", "6h", "`DURATION` of the outage"),
		scenario:    set.String("scenario", situations[0], "`NAME` of the scenario"),
		credentials: set.Int("credentials", 3, "simulate `N` credentials"),
		every:       set.String("every", "30m", "start a job every `DURATION`"),
		tries:       set.Int("tries", 3, "send at most `N` requests per job"),
		base:        set.String("base", "1h", "`DURATION` of the cooldown after a first failure"),
		caps:        set.String("cap", "8", "limit backoff and guard to this `MULTIPLE` of the base; a list, such as 1,2,4,8, compares several"),
		policies:    set.String("policy", "all", "comma-separated `LIST` of policies to compare"),
	}
	asJSON := set.Bool("json", false, "print JSON with stable field names")
	flags := config.Bind(set, config.Theme|config.Color|config.ASCII)
	cmd.RunE = configured(flags, func(cmd *cobra.Command, _ []string, cfg *config.Config, _ *slog.Logger) error {
		curve := cfg.Curve()
		curve.Base, curve.Providers = nil, nil // --base applies to the agent and to guard
		if !cmd.Flags().Changed("cap") {
			*f.caps = fmt.Sprint(curve.Cap)
		}
		costs, err := f.costs(curve)
		switch {
		case err != nil:
			return err
		case *asJSON:
			return jsonout.Write(cmd.OutOrStdout(), costs.json())
		}
		return costs.print(cmd.OutOrStdout(), cfg)
	})
	completeFlag(cmd, "scenario", fixed(situations...))
	completeFlag(cmd, "policy", offer(func(_ *cobra.Command, _ []string, prefix string) []cobra.Completion {
		return extended(prefix[:strings.LastIndexByte(prefix, ',')+1], policies)
	}))
	return cmd
}

// costTable holds the costs of the same outages under several policies.
type costTable struct {
	trial simulate.Trial
	caps  []float64
	rows  []costRow
}

type costRow struct {
	policy simulate.Variant
	cap    float64 // 0 if it has no effect
	cost   simulate.Cost
}

// costs validates the flags and runs the simulation.
func (f *costFlags) costs(curve poolstate.Curve) (*costTable, error) {
	t := &costTable{trial: simulate.Trial{Credentials: *f.credentials, Tries: *f.tries, Curve: curve}}
	policies, err := f.parse(t)
	if err != nil {
		return nil, err
	}
	var effort time.Duration
	for _, v := range policies {
		caps := t.caps
		if !v.Capped() {
			caps = []float64{0}
		}
		for _, c := range caps {
			t.trial.Curve.Cap = c
			effort += t.trial.Effort(v)
			t.rows = append(t.rows, costRow{policy: v, cap: c})
		}
	}
	if effort > maxEffort {
		return nil, usageError("this simulation would take too long; use a shorter --outage, a longer --every or --base, or fewer --credentials")
	}
	var all sync.WaitGroup
	for i := range t.rows {
		r, trial := &t.rows[i], t.trial
		trial.Curve.Cap = r.cap
		all.Go(func() { r.cost = trial.MeanCost(r.policy) })
	}
	all.Wait()
	return t, nil
}

// parse stores the values of the flags in t and returns the policies.
func (f *costFlags) parse(t *costTable) (policies []simulate.Variant, err error) {
	for _, d := range []struct {
		flag, value       string
		shortest, longest time.Duration
		to                *time.Duration
	}{
		{"outage", *f.outage, simulate.MeanSpread, maxOutage, &t.trial.Length},
		{"every", *f.every, time.Minute, maxInterval, &t.trial.Every},
		{"base", *f.base, time.Minute, maxInterval, &t.trial.Base},
	} {
		*d.to, err = poolstate.ParseDuration(d.value)
		switch {
		case err != nil && !errors.Is(err, poolstate.ErrTooLong):
			return nil, usageError("--%s: invalid duration %q (try 45m, 2h30m or 1d)", d.flag, d.value)
		case err != nil || *d.to < d.shortest || *d.to > d.longest:
			return nil, usageError("--%s must be between %s and %s, not %q", d.flag, text.Span(d.shortest), text.Span(d.longest), d.value)
		}
	}
	for word := range strings.SplitSeq(*f.caps, ",") {
		n, err := strconv.ParseFloat(strings.TrimSpace(word), 64)
		if err != nil || !(n >= 1 && n <= maxCap) { // this form also rejects NaN
			return nil, usageError("--cap must be a number from 1 to %d, or a list such as 1,2,4,8, not %q", maxCap, *f.caps)
		}
		t.caps = append(t.caps, n)
	}
	slices.Sort(t.caps)
	t.caps = slices.Compact(t.caps)
	for _, n := range []struct {
		flag  string
		value int
	}{{"credentials", *f.credentials}, {"tries", *f.tries}} {
		if n.value < 1 || n.value > maxCredentials {
			return nil, usageError("--%s must be between 1 and %d, not %d", n.flag, maxCredentials, n.value)
		}
	}
	found, err := chosen("scenario", []string{*f.scenario}, simulate.Situations(), func(s simulate.Situation) string { return s.Name })
	if err != nil {
		return nil, err
	}
	if t.trial.Situation = found[0]; *f.credentials == 1 && found[0].Name == "quota" {
		return nil, usageError("--scenario quota needs at least 2 credentials")
	}
	if *f.policies == "all" {
		return simulate.Variants(), nil
	}
	return chosen("policy", strings.Split(*f.policies, ","), simulate.Variants(), simulate.Variant.String)
}

// chosen returns the options that a flag's value names, in the order of options.
func chosen[T any](flag string, given []string, options []T, name func(T) string) (out []T, err error) {
	var names []string
	for _, v := range options {
		names = append(names, name(v))
		if slices.Contains(given, name(v)) {
			out = append(out, v)
		}
	}
	for _, word := range given {
		if !slices.Contains(names, word) {
			return nil, usageError("--%s: unknown %s %q%s; use %s", flag, flag, word, suggest.DidYouMean(word, names), config.OneOf(names))
		}
	}
	return out, nil
}

type costJSON struct {
	Policy       string    `json:"policy"`
	Failed       float64   `json:"failed_requests"`
	ByCredential []float64 `json:"by_credential"`
	FirstSuccess int64     `json:"first_success_after_seconds"`
}

// cappedJSON is a row of the output if several caps are compared.
type cappedJSON struct {
	costJSON
	Cap *float64 `json:"cap"`
}

func (t *costTable) json() (rows []any) {
	rounded := func(n float64) float64 { return math.Round(n*100) / 100 }
	for _, r := range t.rows {
		j := costJSON{r.policy.String(), rounded(r.cost.Total()), nil, jsonout.Seconds(r.cost.Wait)}
		for _, n := range r.cost.Failed {
			j.ByCredential = append(j.ByCredential, rounded(n))
		}
		switch {
		case len(t.caps) == 1:
			rows = append(rows, j)
		case r.cap > 0:
			rows = append(rows, cappedJSON{j, &r.cap})
		default:
			rows = append(rows, cappedJSON{j, nil})
		}
	}
	return rows
}

// print prints the parameters of the simulation and a table with a bar for each figure.
func (t *costTable) print(w io.Writer, cfg *config.Config) error {
	style, w, columns := styleFor(w, cfg.Scheme(), cfg.NoColor)
	width := columns()
	trial := &t.trial
	caps := make([]string, len(t.caps))
	for i, n := range t.caps {
		caps[i] = fmt.Sprint(n, "×")
	}
	lines := []*theme.Line{
		style.Line().Write(theme.Secondary, "outages  ").Write(theme.Text, fmt.Sprintf("%s to %s, mean of %d: %s",
			text.Span(trial.Length-simulate.MeanSpread), text.Span(trial.Length+simulate.MeanSpread), simulate.MeanOf, trial.Situation.About)),
		style.Line().Write(theme.Secondary, "agent    ").Write(theme.Text, fmt.Sprintf("%s, a job every %s sends up to %s",
			text.Plural(trial.Credentials, "credential", "credentials"), text.Span(trial.Every), text.Plural(trial.Tries, "request", "requests"))),
		style.Line().Write(theme.Secondary, "cooldown ").Write(theme.Text, fmt.Sprintf("%s, up to %s under backoff and guard",
			text.Span(trial.Base), strings.Join(caps, ", "))),
		style.Line(),
	}
	lines = append(lines, t.table(style, width)...)
	lines = append(lines, style.Line(), style.Line().Write(theme.Secondary, "First success: time from the recovery until a refused credential works again."))
	if trial.Credentials == 1 && trial.Base > poolstate.SolePinLimit {
		lines = append(lines, style.Line().Write(theme.Secondary, "Without --sole, guard does not pin a provider's only credential at this base."))
	}
	for _, l := range lines {
		if _, err := fmt.Fprintln(w, text.Fit(l.String(), width)); err != nil {
			return err
		}
	}
	return nil
}

// table returns a heading and a line for each row. Bars compare the figures.
func (t *costTable) table(style *theme.Theme, width int) []*theme.Line {
	const policyEnd, capWidth, figureWidth, byCredential = 17, 5, 8, 15
	first := policyEnd
	if len(t.caps) > 1 {
		first += capWidth
	}
	bars := min(max((width-first-2*figureWidth-4-byCredential)/2, 6), 24)
	second := first + figureWidth + 1 + bars
	last := second + figureWidth + 1 + bars + 2

	title := style.Line().Write(theme.Secondary, "POLICY")
	if len(t.caps) > 1 {
		title.Right(first, theme.Secondary, theme.Regular, "CAP")
	}
	title.To(first+2).Write(theme.Secondary, "FAILED").To(second+2).Write(theme.Secondary, "FIRST SUCCESS")
	lines := []*theme.Line{title.To(last).Write(theme.Secondary, "BY CREDENTIAL")}
	mostFailed, longest := 0.0, time.Duration(0)
	for _, r := range t.rows {
		mostFailed, longest = max(mostFailed, r.cost.Total()), max(longest, r.cost.Wait)
	}
	for _, r := range t.rows {
		l := style.Line().Write(theme.Text, r.policy.String())
		if len(t.caps) > 1 && r.cap > 0 {
			l.Right(first, theme.Text, theme.Regular, fmt.Sprint(r.cap, "×"))
		}
		l.Right(first+figureWidth, theme.Text, theme.Bold, figure(r.cost.Total())).To(first + figureWidth + 1)
		l.Write(theme.Dead, bar(r.cost.Total(), mostFailed, bars))
		l.Right(second+figureWidth, theme.Text, theme.Bold, text.Span(r.cost.Wait)).To(second + figureWidth + 1)
		l.Write(theme.Cooling, bar(float64(r.cost.Wait), float64(longest), bars)).To(last)
		failed := make([]string, len(r.cost.Failed))
		for i, n := range r.cost.Failed {
			failed[i] = figure(n)
		}
		lines = append(lines, l.Write(theme.Secondary, strings.Join(failed, " ")))
	}
	return lines
}

func figure(n float64) string { return strconv.FormatFloat(n, 'f', 1, 64) }

// bar returns a bar of up to width cells, in steps of half a cell.
func bar(value, most float64, width int) string {
	if value <= 0 {
		return ""
	}
	halves := max(int(math.Round(value/most*float64(2*width))), 1)
	return strings.Repeat("█", halves/2) + strings.Repeat("▌", halves%2)
}
