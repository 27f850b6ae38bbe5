package cli

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"pooltop/model"
	"pooltop/ui"
)

func configCommand(o *options) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Print the configuration in force, and where each value comes from",
		Long: "config prints every value in force as TOML, with its origin: a flag, the environment, a line of\n" +
			"the file, or the default. What it prints can be kept as a configuration that says the same.\n\n" +
			"The file is $XDG_CONFIG_HOME/pooltop/config.toml, else ~/.config/pooltop/config.toml\n" +
			"(Windows: %APPDATA%\\pooltop\\config.toml). It need not exist; --config \"\" ignores it.\n" +
			"Of a flag, the environment and the file, the first one decides.",
		Example: "  pooltop config\n  pooltop config --json | jq .values.theme\n  pooltop --config \"\"",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			report, err := o.inForce()
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), report)
			}
			return report.print(cmd.OutOrStdout())
		},
	}
	registerLook(cmd, o)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON; its fields are stable")
	return cmd
}

// configReport is the configuration in force, and the JSON of config.
type configReport struct {
	// Path is the file that was read, or would have been; nil where none is wanted.
	Path *string `json:"path"`
	Read bool    `json:"read"`
	// Values and Keys are by their names, which are in order in the lists.
	Values map[string]configValue `json:"values"`
	Keys   map[string]configValue `json:"keys"`

	shown          string
	order, actions []string
}

// configValue is one value and where it comes from: flag, environment, file or
// default.
type configValue struct {
	Value  any        `json:"value"`
	Origin originKind `json:"origin"`
	From   *string    `json:"from"`
	Line   *int       `json:"line"`

	said string
}

func (o *options) inForce() (*configReport, error) {
	c := &o.configuration
	store, err := o.storePath()
	if err != nil {
		return nil, err
	}
	r := &configReport{
		Read: c.file.found, shown: c.file.shown, Values: map[string]configValue{}, Keys: map[string]configValue{},
	}
	if c.file.path != "" {
		path := absolute(c.file.path)
		r.Path = &path
	}
	for _, s := range c.settings {
		value := s.value()
		if s.key == "file" {
			value = store
		}
		r.order = append(r.order, s.key)
		r.Values[s.key] = valueFrom(value, c.origins[s.key])
	}
	for _, a := range model.Actions() {
		r.actions = append(r.actions, a.Name)
		r.Keys[a.Name] = valueFrom(append([]string{}, o.keys.Keys(a.Name)...), c.keyOrigins[a.Name])
	}
	return r, nil
}

func valueFrom(value any, from origin) configValue {
	v := configValue{Value: value, Origin: from.kind, said: from.String()}
	switch from.kind {
	case originFile:
		v.Line = &from.line
		v.From = &from.name
	case originFlag, originEnvironment:
		v.From = &from.name
	default:
		v.Origin = originDefault
	}
	return v
}

// maxOriginText bounds, in bytes, the path of the file in a comment.
const maxOriginText = 1024

// print writes TOML that says the same when it is read.
func (r *configReport) print(w io.Writer) error {
	about := "The configuration of pooltop. No file was read: --config \"\"."
	switch path := ui.Clean(r.shown, maxOriginText); {
	case r.Read:
		about = "The configuration of pooltop, as it is in force. Read from " + path
	case r.shown != "":
		about = "The configuration of pooltop, as it is in force. There is no " + path
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", about)
	for _, key := range r.order {
		r.Values[key].print(&b, key)
	}
	b.WriteString("\n[keys]\n")
	for _, action := range r.actions {
		r.Keys[action].print(&b, action)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (v configValue) print(b *strings.Builder, key string) {
	fmt.Fprintf(b, "%s = %s  # %s\n", key, tomlOf(v.Value), ui.Clean(v.said, maxOriginText))
}

// tomlOf writes a value as TOML.
func tomlOf(v any) string {
	switch v := v.(type) {
	case string:
		return tomlString(v)
	case []string:
		items := make([]string, len(v))
		for i, s := range v {
			items[i] = tomlString(s)
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	return fmt.Sprint(v) // true, false, a number
}

// tomlString quotes a text. What does not show, or would act on a terminal, is
// written as its number.
func tomlString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range strings.ToValidUTF8(s, "\ufffd") {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == ' ' || unicode.IsPrint(r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08X`, r)
		default:
			fmt.Fprintf(&b, `\u%04X`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
