package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/poolstate"
	"pooltop/ui"
)

func statusCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Print one short line, for a prompt or a bar; the exit code tells health",
		Long: "status prints one short line. Its exit code is 0 when each provider has a ready credential,\n" +
			"10 when a provider has none, 11 when nothing is ready, and 5 when the file cannot be read.",
		Example: "  pooltop status\n  pooltop status --format '{{.summary.ready}}/{{.summary.credentials}}'",
		Args:    noArguments,
	}
	flags := config.Bind(cmd.Flags(), config.Store|config.Policy|config.Clock)
	cmd.RunE = configured(flags, func(cmd *cobra.Command, _ []string, cfg *config.Config, log *slog.Logger) error {
		snap, err := loadSnapshot(cfg, log)
		if err != nil {
			return err
		}
		if err := snap.printStatus(cmd.OutOrStdout(), format); err != nil {
			return err
		}
		if code := snap.health(); code != exitDone {
			return &codedError{code: code}
		}
		return nil
	})
	cmd.Flags().StringVar(&format, "format", "", "a Go template over the JSON of list")
	return cmd
}

// health is the exit code of status. A provider without any credential is no
// provider that is out.
func (snap *snapshot) health() int {
	sum := snap.pool.Summarize(snap.policy, snap.now)
	if sum.Ready() == 0 {
		return exitNothingReady
	}
	for i := range snap.pool.Providers {
		if s := snap.pool.Providers[i].Summarize(snap.policy, snap.now); s.Out() {
			return exitProviderOut
		}
	}
	return exitDone
}

// maxStatusText bounds the line that a template may print.
const maxStatusText = 64 << 10

func (snap *snapshot) printStatus(w io.Writer, format string) error {
	line := snap.statusLine()
	if format != "" {
		var err error
		if line, err = snap.render(format); err != nil {
			return usageError("--format: %s", templateProblem(err))
		}
	}
	_, err := fmt.Fprintln(w, line)
	return err
}

// maxNamed is how many providers the line names.
const maxNamed = 2

// statusLine is "4/9 ready · openrouter out, back 14:14".
func (snap *snapshot) statusLine() string {
	sum := snap.pool.Summarize(snap.policy, snap.now)
	parts := []string{fmt.Sprintf("%d/%d ready", sum.Ready(), sum.Total)}
	var out []string
	for i := range snap.pool.Providers {
		p := &snap.pool.Providers[i]
		s := p.Summarize(snap.policy, snap.now)
		if !s.Out() {
			continue
		}
		said := ui.Clean(p.Name, maxErrorText) + " out"
		switch {
		case s.Count[poolstate.Due] > 0:
			said += ", due now"
		case s.Next != nil:
			said += ", back " + ui.Moment(s.NextAt, snap.now)
		}
		out = append(out, said)
	}
	if n := len(out); n > maxNamed {
		out = append(out[:maxNamed], fmt.Sprintf("%d more out", n-maxNamed))
	}
	return strings.Join(append(parts, out...), " · ")
}

// render fills a template with the JSON of list. Strings from the file are
// cleaned first; a template prints them as they are.
func (snap *snapshot) render(format string) (string, error) {
	t, err := template.New("format").Option("missingkey=error").Parse(format)
	if err != nil {
		return "", err
	}
	raw, err := json.Marshal(snap.json())
	if err != nil {
		return "", err
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var data any
	if err := dec.Decode(&data); err != nil {
		return "", err
	}
	var b strings.Builder
	err = t.Execute(&b, plainValues(data))
	return b.String(), err
}

// plainValues cleans every string and makes every number an integer, all
// through a decoded JSON value.
func plainValues(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[ui.Clean(k, maxStatusText)] = plainValues(e)
		}
		return out
	case []any:
		for i := range v {
			v[i] = plainValues(v[i])
		}
	case string:
		return ui.Clean(v, maxStatusText)
	case json.Number:
		n, _ := v.Int64() // the JSON of list has no other numbers
		return n
	}
	return v
}

// templateProblem is a template's error without the engine's own preamble.
func templateProblem(err error) string {
	return strings.TrimPrefix(err.Error(), "template: ")
}
