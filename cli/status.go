package cli

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/cli/internal/jsonout"
	"pooltop/poolstate"
	"pooltop/ui/text"
)

func statusCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Print one short line for a prompt or status bar; the exit code reports health",
		Long: "status prints one short line. Its exit code is 0 if every provider has a ready credential, 10 if a provider has\n" +
			"none, 11 if no credential is ready, and 5 if the file cannot be read or has no pool. With several stores, the\n" +
			"worst one that can be read determines the exit code.\n\n" +
			"--format waybar prints JSON for a custom module of Waybar: the class is ok, degraded or out instead of an exit code\n" +
			"of 0, 10 or 11, and the percentage is that of ready credentials. --format tmux prints the usual line for a #()\n" +
			"command in tmux's status line, with each # doubled, because tmux would expand a name such as #{host}.",
		Example: "  pooltop status\n  pooltop status --format '{{.summary.ready}}/{{.summary.credentials}}'",
		Args:    noArguments,
	}
	format := cmd.Flags().String("format", "", "waybar, tmux, or a Go `TEMPLATE` to apply to the JSON output of list")
	flags := config.Bind(cmd.Flags(), config.Store|config.Stores|config.Policy|config.Clock|config.ASCII)
	model := modelFlag(cmd, flags)
	cmd.RunE = configured(flags, func(cmd *cobra.Command, _ []string, cfg *config.Config, log *slog.Logger) error {
		parsed, err := template.New("format").Option("missingkey=error").Parse(*format)
		if err != nil {
			return formatError(err)
		}
		sel := loadSelection(cfg, log)
		sel.forModel(*model)
		parts, code, err := sel.status()
		if err != nil {
			return err
		}
		line := strings.Join(parts, " · ")
		switch *format {
		case "":
		case "tmux":
			line = strings.ReplaceAll(line, "#", "##")
		case "waybar":
			return jsonout.WriteLine(cmd.OutOrStdout(), sel.waybar(parts, code)) // Waybar hides a module whose command fails
		default:
			if line, err = sel.render(parsed); err != nil {
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

// maxNamed is the maximum number of providers on the status line, and maxStatusName the maximum
// width of a name.
const maxNamed, maxStatusName = 2, 40

// statusName returns the name of a provider or profile for the status line.
func statusName(name string) string {
	return text.Fit(text.Clean(name, maxErrorText), maxStatusName)
}

// waybarJSON is the input of a custom module of Waybar. The strings are Pango markup.
type waybarJSON struct {
	Text       string `json:"text"`
	Tooltip    string `json:"tooltip"`
	Class      string `json:"class"`
	Percentage int    `json:"percentage"`
}

// waybar converts the result of status for Waybar.
func (sel *selection) waybar(parts []string, code int) waybarJSON {
	class := map[int]string{exitDone: "ok", exitProviderOut: "degraded", exitNothingReady: "out"}[code]
	sum, _ := sel.summary()
	return waybarJSON{
		Text: template.HTMLEscapeString(parts[0]), Tooltip: template.HTMLEscapeString(strings.Join(parts, "\n")),
		Class: class, Percentage: sum.Ready() * 100 / max(sum.Total, 1),
	}
}

// status returns the parts of a line such as "4/9 ready · openrouter out, back 14:14", and the
// exit code.
// A provider without credentials does not count as out. The line names stores that cannot be
// read, but they do not affect the exit code. status returns an error only if no store can
// be read or none has a pool.
func (sel *selection) status() (parts []string, code int, err error) {
	if err := sel.err(); err != nil {
		return nil, 0, err
	}
	pools := false
	for snap := range sel.readable {
		pools = pools || snap.pool.HasPool
	}
	if !pools {
		return nil, 0, &codedError{exitRefused, fmt.Errorf("%s: no credential pool", sel.stores[0].path)}
	}
	sum, _ := sel.summary()
	out := sel.providersOut()
	parts = []string{fmt.Sprintf("%d/%d ready", sum.Ready(), sum.Total)}
	for snap := range sel.readable {
		s := snap.pool.Summarize(snap.policy, snap.now)
		switch {
		case s.Ready() == 0 && snap.pool.HasPool:
			code = exitNothingReady
		case len(out) > 0:
			code = max(code, exitProviderOut)
		}
	}
	if n := len(out); n > maxNamed {
		out = append(out[:maxNamed], fmt.Sprintf("%d more out", n-maxNamed))
	}
	parts = append(parts, out...)
	var unreadable []string
	for _, snap := range sel.stores {
		if snap.err != nil {
			unreadable = append(unreadable, statusName(snap.profile))
		}
	}
	if unreadable != nil {
		parts = append(parts, abbreviate(unreadable)+" unreadable")
	}
	return parts, code, nil
}

// providersOut describes each provider that is out. A provider that is out in all profiles that
// use it is described once, without a profile.
func (sel *selection) providersOut() (out []string) {
	type usage struct {
		stores, out int
		sum         poolstate.Summary // of all stores
	}
	usages := map[string]*usage{}
	for snap, p := range sel.providers {
		u := usages[p.Name]
		if u == nil {
			u = &usage{}
			usages[p.Name] = u
		}
		s := p.Summarize(snap.policy, snap.now)
		if s.Total > 0 {
			u.stores++
		}
		if s.Out() {
			u.out++
		}
		for i := range p.Credentials {
			u.sum.Add(&p.Credentials[i], snap.policy, snap.now)
		}
	}
	for snap, p := range sel.providers {
		s, u, name := p.Summarize(snap.policy, snap.now), usages[p.Name], sel.named(snap, p.Name)
		switch {
		case !s.Out(), u.stores == 0:
			continue
		case u.out == u.stores:
			s, name, u.stores = u.sum, p.Name, 0
		}
		words := statusName(name) + " out"
		switch {
		case s.Count[poolstate.Due] > 0:
			words += ", due now"
		case s.Next != nil:
			words += ", back " + text.Moment(s.NextAt, snap.now)
		}
		out = append(out, words)
	}
	return out
}

// maxStatusText is the maximum length of a string in a template's data.
const maxStatusText = text.MessageLimit

// render executes a template on the JSON output of list. It cleans the strings first, because
// templates print them unchanged.
func (sel *selection) render(t *template.Template) (string, error) {
	raw, err := json.Marshal(sel.json())
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

// plainValues cleans the strings in a decoded JSON value. It also converts whole numbers to
// integers, so that templates can compare them with integers and print them without an
// exponent.
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
