package cli

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/poolstate"
	"pooltop/ui/text"
)

func statusCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Print one short line for a prompt or status bar; the exit code reports health",
		Long: "status prints one short line. Its exit code is 0 if every provider has a ready credential, 10 if a provider has\n" +
			"none, 11 if no credential is ready, and 5 if the file cannot be read or has no pool.",
		Example: "  pooltop status\n  pooltop status --format '{{.summary.ready}}/{{.summary.credentials}}'",
		Args:    noArguments,
	}
	format := cmd.Flags().String("format", "", "Go `TEMPLATE` to apply to the JSON output of list")
	flags := config.Bind(cmd.Flags(), config.Store|config.Policy|config.Clock)
	cmd.RunE = configured(flags, func(cmd *cobra.Command, _ []string, cfg *config.Config, log *slog.Logger) error {
		parsed, err := template.New("format").Option("missingkey=error").Parse(*format)
		if err != nil {
			return formatError(err)
		}
		snap, err := loadSnapshot(cfg, log)
		if err != nil {
			return err
		}
		if !snap.pool.HasPool {
			return &codedError{exitRefused, fmt.Errorf("%s: no credential pool", snap.path)}
		}
		line, code := snap.status()
		if *format != "" {
			if line, err = snap.render(parsed); err != nil {
				return formatError(err)
			}
		}
		if _, err := fmt.Fprintln(cmd.OutOrStdout(), line); err != nil || code == exitDone {
			return err
		}
		return &codedError{code: code}
	})
	return cmd
}

func formatError(err error) error {
	return usageError("--format: %s", strings.TrimPrefix(err.Error(), "template: "))
}

// maxNamed is the maximum number of providers named on the line.
const maxNamed = 2

// status returns a line such as "4/9 ready · openrouter out, back 14:14", and the
// exit code. A provider without credentials does not count as out.
func (snap *snapshot) status() (line string, code int) {
	sum := snap.pool.Summarize(snap.policy, snap.now)
	parts := []string{fmt.Sprintf("%d/%d ready", sum.Ready(), sum.Total)}
	var out []string
	for i := range snap.pool.Providers {
		p := &snap.pool.Providers[i]
		s := p.Summarize(snap.policy, snap.now)
		if !s.Out() {
			continue
		}
		words := text.Clean(p.Name, maxErrorText) + " out"
		switch {
		case s.Count[poolstate.Due] > 0:
			words += ", due now"
		case s.Next != nil:
			words += ", back " + text.Moment(s.NextAt, snap.now)
		}
		out = append(out, words)
	}
	switch {
	case sum.Ready() == 0:
		code = exitNothingReady
	case len(out) > 0:
		code = exitProviderOut
	}
	if n := len(out); n > maxNamed {
		out = append(out[:maxNamed], fmt.Sprintf("%d more out", n-maxNamed))
	}
	return strings.Join(append(parts, out...), " · "), code
}

// maxStatusText limits the length of each string passed to a template.
const maxStatusText = 64 << 10

// render executes a template on the JSON output of list. It first cleans all strings,
// because templates print them unchanged.
func (snap *snapshot) render(t *template.Template) (string, error) {
	raw, err := json.Marshal(snap.json())
	if err != nil {
		return "", err
	}
	var data any
	if err := json.Unmarshal(raw, &data); err != nil {
		return "", err
	}
	var b strings.Builder
	err = t.Execute(&b, plainValues(data))
	return b.String(), err
}

// plainValues cleans the strings in a decoded JSON value. It converts whole numbers to
// integers, which templates compare with integers and print without an exponent.
func plainValues(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[text.Clean(k, maxStatusText)] = plainValues(e)
		}
		return out
	case []any:
		for i := range v {
			v[i] = plainValues(v[i])
		}
	case string:
		return text.Clean(v, maxStatusText)
	case float64:
		if n := int64(v); float64(n) == v {
			return n
		}
	}
	return v
}
