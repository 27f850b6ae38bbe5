package cli

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/cli/internal/jsonout"
	"pooltop/model"
	"pooltop/poolstate"
	"pooltop/ui/text"
)

func configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Print the effective configuration and the source of each value",
		Long: "config prints every value as TOML with its source: a flag, the environment, a line of the file, or the\n" +
			"default. The output is a valid configuration file.\n\n" +
			"The [agent] table corrects pooltop's assumptions about the agent: policy accepts the same values as --policy, and\n" +
			"ttl sets cooldowns by error code, as in { 402 = \"2m\", other = \"30m\" }. The table overrides a measured policy.\n\n" +
			"The [backoff] table sets the backoff schedule for guard and holds; see pooltop backoff --help.\n\n" +
			"Each [[hook]] table runs a command for events: on lists kinds of events (see pooltop events --help), and run is\n" +
			"the program and its arguments. While events, guard or the dashboard is running, it runs the command for each\n" +
			"event, as events --exec does. No hook runs if other users can write the file.\n\n" +
			"A [theme] table replaces colors: base is the theme to change, and each role, such as ready, a color such as\n" +
			"\"#8fcf7f\". A color that is hard to read on the background of the theme causes a warning.\n\n" +
			"Each [[view]] table gives a key of the dashboard to a filter, a sort order and columns: key and name are\n" +
			"required; filter, sort and columns are optional.\n\n" +
			"Each [[command]] table binds a key of the dashboard to a command for the selected or marked credentials: key,\n" +
			"name, run, confirm and output (pane, terminal or none). Arguments in run may contain {provider}, {id}, {label},\n" +
			"{profile}, {path}, {state} and {code}. No command runs if other users can write the file.\n\n" +
			"The file is $XDG_CONFIG_HOME/pooltop/config.toml, or ~/.config/pooltop/config.toml\n" +
			"(Windows: %APPDATA%\\pooltop\\config.toml). It is optional; --config \"\" ignores it.\n" +
			"Flags override environment variables, which override the file.",
		Example: "  pooltop config\n  pooltop config --example > ~/.config/pooltop/config.toml\n  pooltop config --json | jq .values.theme\n  pooltop --config \"\"",
		Args:    noArguments,
	}
	asJSON := cmd.Flags().Bool("json", false, "print JSON with stable field names")
	example := cmd.Flags().Bool("example", false, "print all settings with explanations, commented out, as a file to edit")
	cmd.MarkFlagsMutuallyExclusive("json", "example")
	settings := config.Bind(cmd.Flags(), ^(config.Clock | config.Color))
	effective := configured(settings, func(cmd *cobra.Command, _ []string, cfg *config.Config, _ *slog.Logger) error {
		printASCII(cmd, false) // the output is a configuration file
		report := newConfigReport(cfg)
		if *asJSON {
			return jsonout.Write(cmd.OutOrStdout(), report)
		}
		_, err := io.WriteString(cmd.OutOrStdout(), report.toml.String())
		return err
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *example { // even if the configuration is invalid
			_, err := io.WriteString(cmd.OutOrStdout(), config.Example())
			return err
		}
		return effective(cmd, args)
	}
	return cmd
}

// configReport is the output of config, as JSON and as TOML.
type configReport struct {
	Path   *string                `json:"path"` // the file, which may not exist; nil for none
	Read   bool                   `json:"read"`
	Stores []storeJSON            `json:"stores"`
	Values map[string]configValue `json:"values"`
	Agent  map[string]configValue `json:"agent"`
	// Backoff also contains the providers, each with its own values.
	Backoff map[string]any           `json:"backoff"`
	Keys    map[string]configValue   `json:"keys"`
	Hooks   []hookJSON               `json:"hooks"`
	Views   []map[string]configValue `json:"views"`
	// Commands are the values of each command.
	Commands []map[string]configValue `json:"commands"`

	toml strings.Builder // the same values as a configuration file
}

// hookJSON is one of the hooks.
type hookJSON struct {
	On  configValue `json:"on"`
	Run configValue `json:"run"`
}

// storeJSON is one of the selected stores.
type storeJSON struct {
	Profile string `json:"profile"`
	Path    string `json:"path"`
}

// configValue is a value and its origin: flag, environment, file or default.
type configValue struct {
	Value  any     `json:"value"`
	Origin string  `json:"origin"`
	From   *string `json:"from"`
	Line   *int    `json:"line"`
}

// maxComment is the maximum length of a comment in the TOML output.
const maxComment = 1024

func newConfigReport(cfg *config.Config) *configReport {
	r := &configReport{
		Read: cfg.Found, Values: map[string]configValue{}, Agent: map[string]configValue{},
		Backoff: map[string]any{}, Keys: map[string]configValue{}, Hooks: []hookJSON{},
		Views: []map[string]configValue{}, Commands: []map[string]configValue{},
	}
	from := "without a file"
	if cfg.Path != "" {
		r.Path, from = &cfg.Path, "from "+displayPath(cfg.Path)
		if !cfg.Found {
			from += " (missing)"
		}
	}
	fmt.Fprintf(&r.toml, "# Effective configuration of pooltop, %s\n\n", text.Clean(from, maxComment))
	for _, p := range cfg.Stores {
		r.Stores = append(r.Stores, storeJSON{p.Name, p.Path})
		if cfg.Several() {
			fmt.Fprintf(&r.toml, "# %s: %s\n", text.Clean(p.Name, maxComment), text.Clean(p.Path, maxComment))
		}
	}
	for _, s := range config.Settings() {
		value := s.Get(cfg)
		if own := cfg.OwnColors(); s.Name == "theme" && len(own) > 0 {
			table := map[string]string{"base": cfg.Theme}
			for role, hex := range own {
				table[role.String()] = hex
			}
			value = table
		}
		r.Values[s.Name] = r.add(s.Name, value, cfg.SourceOf(s.Name))
	}
	if faint := cfg.FaintColor(); faint != "" {
		fmt.Fprintf(&r.toml, "# %s\n", text.Clean(faint, maxComment))
	}
	r.toml.WriteString("\n[agent]\n")
	r.Agent["policy"] = r.add("policy", cfg.Agent.Policy, cfg.SourceOf("agent.policy"))
	r.Agent["ttl"] = r.add("ttl", config.Codes(cfg.Agent.TTL), cfg.SourceOf("agent.ttl"))
	r.addBackoff(cfg)
	r.toml.WriteString("\n[keys]\n")
	bindings := model.KeyBindings(cfg.Keys)
	for _, a := range model.Actions() {
		r.Keys[a.Name] = r.add(a.Name, append([]string{}, bindings.Keys(a)...), cfg.SourceOf("keys."+a.Name))
	}
	for i, h := range cfg.Hooks {
		var on []string
		for _, kind := range h.On {
			on = append(on, kind.String())
		}
		key := fmt.Sprintf("hook.%d.", i)
		r.toml.WriteString("\n[[hook]]\n")
		r.Hooks = append(r.Hooks, hookJSON{r.add("on", on, cfg.SourceOf(key+"on")), r.add("run", h.Run, cfg.SourceOf(key+"run"))})
	}
	for i := range cfg.Views {
		r.addView(cfg, &cfg.Views[i], fmt.Sprintf("view.%d", i))
	}
	for i := range cfg.Commands {
		r.addCommand(cfg, i)
	}
	return r
}

// addView adds a [[view]] table. It adds only the values that are set.
func (r *configReport) addView(cfg *config.Config, v *config.View, path string) {
	values := map[string]configValue{}
	r.toml.WriteString("\n[[view]]\n")
	for _, f := range []struct {
		name  string
		value any
		isSet bool
	}{
		{"key", v.Key, true},
		{"name", v.Name, true},
		{"filter", v.Filter, v.Filter != ""},
		{"sort", v.Sort, v.Sort != ""},
		{"columns", v.Columns, v.Columns != nil},
	} {
		if f.isSet {
			values[f.name] = r.add(f.name, f.value, cfg.SourceOf(path+"."+f.name))
		}
	}
	r.Views = append(r.Views, values)
}

// addCommand adds the [[command]] table at an index.
func (r *configReport) addCommand(cfg *config.Config, i int) {
	c, values := &cfg.Commands[i], map[string]configValue{}
	r.toml.WriteString("\n[[command]]\n")
	add := func(name string, value any) {
		values[name] = r.add(name, value, cfg.SourceOf(fmt.Sprintf("command.%d.%s", i, name)))
	}
	add("key", c.Key)
	add("name", c.Name)
	add("run", c.Run)
	add("confirm", c.Confirm)
	add("output", c.Output)
	r.Commands = append(r.Commands, values)
}

// addBackoff adds the [backoff] table. For a provider, it adds only the values that are
// set.
func (r *configReport) addBackoff(cfg *config.Config) {
	curve := cfg.Curve()
	r.toml.WriteString("\n[backoff]\n")
	set := func(name string, value any) { r.Backoff[name] = r.add(name, value, cfg.SourceOf("backoff."+name)) }
	set("factor", curve.Factor)
	set("cap", curve.Cap)
	set("forget-after", poolstate.FormatDuration(curve.ForgetAfter))
	set("stagger", curve.Stagger)
	set("base", config.Codes(curve.Base))
	providers := map[string]map[string]configValue{}
	for _, name := range slices.Sorted(maps.Keys(curve.Providers)) {
		s, values, path := curve.Providers[name], map[string]configValue{}, "backoff.providers."+name+"."
		fmt.Fprintf(&r.toml, "\n[backoff.providers.%s]\n", tomlString(name))
		add := func(key string, value any, isSet bool) {
			if isSet {
				values[key] = r.add(key, value, cfg.SourceOf(path+key))
			}
		}
		add("factor", s.Factor, s.Factor > 0)
		add("cap", s.Cap, s.Cap > 0)
		add("base", config.Codes(s.Base), len(s.Base) > 0)
		providers[name] = values
	}
	r.Backoff["providers"] = providers
}

// add adds a line to the TOML output and returns the value for the JSON output.
func (r *configReport) add(name string, value any, source config.Source) configValue {
	fmt.Fprintf(&r.toml, "%s = %s  # %s\n", name, tomlValue(value), text.Clean(source.String(), maxComment))
	v := configValue{Value: value, Origin: cmp.Or(source.Kind, "default")}
	if source.Name != "" {
		v.From = new(filepath.Base(source.Name))
	}
	if source.Line > 0 {
		v.Line = &source.Line
	}
	return v
}

func tomlValue(v any) string {
	var items []string
	switch v := v.(type) {
	case string:
		return tomlString(v)
	case []string:
		for _, s := range v {
			items = append(items, tomlString(s))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case map[string]string:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			items = append(items, k+" = "+tomlString(v[k]))
		}
		return "{" + strings.Join(items, ", ") + "}"
	}
	return fmt.Sprint(v) // a boolean or a number
}

// tomlString quotes a string for TOML. It escapes unprintable characters, which might control
// the terminal.
func tomlString(s string) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, "\ufffd") {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\U%08X`, r)
		}
	}
	return `"` + b.String() + `"`
}
