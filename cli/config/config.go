// Package config is the configuration of pooltop: a struct with defaults, which
// the TOML file, the environment and the flags of a command override, in this
// order. [Settings] is the one table of its values.
package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/filter"
	"pooltop/ui/theme"
)

// DefaultFrameRate is the default of Config.FrameRate. Each frame wakes the CPU,
// even if nothing changed, and that is most of what an idle dashboard costs. At
// 22, a change is on the screen within 46 ms.
const DefaultFrameRate = 22

// Config is the effective configuration. The fields with a TOML name can be set
// in the file, the others only by flags.
type Config struct {
	// File is the path of the store. It is absolute if the command can choose a
	// store.
	File      string   `toml:"file"`
	Policy    string   `toml:"policy"`
	Theme     string   `toml:"theme"`
	Sort      string   `toml:"sort"`
	Columns   []string `toml:"columns"`
	Notify    bool     `toml:"notify"`
	FrameRate int      `toml:"frame-rate"` // frames per second
	Journal   bool     `toml:"journal"`
	LogFile   string   `toml:"log-file"` // empty for no debug log
	// Keys are the key bindings by action. Their names are not checked here.
	Keys map[string][]string `toml:"keys"`

	// Location is the store that the flags name.
	Location poolstate.Location `toml:"-"`
	NoColor  bool               `toml:"-"`
	// Now is the instant to compute with; zero means the wall clock.
	Now time.Time `toml:"-"`

	// Path is the configuration file, empty for none. Found reports whether it
	// exists.
	Path  string `toml:"-"`
	Found bool   `toml:"-"`

	sources map[string]Source
}

// Default returns the configuration without a file, an environment and flags.
func Default() *Config {
	return &Config{
		Policy: policies[0], Theme: themes[0], Sort: sorts[0], Columns: slices.Clone(columns), FrameRate: DefaultFrameRate, Journal: true,
		Keys: map[string][]string{}, sources: map[string]Source{},
	}
}

// PolicyChoice returns the policy to compute with.
func (c *Config) PolicyChoice() poolstate.PolicyChoice {
	choice, _ := poolstate.ParsePolicyChoice(c.Policy) // already checked
	return choice
}

// Scheme returns the color scheme, or nil to choose one that fits the terminal.
func (c *Config) Scheme() *theme.Scheme {
	for _, s := range theme.Schemes() {
		if s.Name() == c.Theme {
			return &s
		}
	}
	return nil
}

// Order returns how the table is sorted, and whether in reverse.
func (c *Config) Order() (order filter.Order, reverse bool) {
	name, reverse := strings.CutPrefix(c.Sort, "-")
	return filter.Orders()[max(slices.Index(sorts, name), 0)], reverse
}

// Hidden returns the columns that the table omits.
func (c *Config) Hidden() ui.Hidden {
	shown := slices.DeleteFunc(ui.Columns(), func(col ui.Column) bool { return !slices.Contains(c.Columns, col.Name()) })
	return ui.AllBut(shown...)
}

// SourceOf returns where the value of a setting comes from. The keys of an action
// are named "keys." and the action.
func (c *Config) SourceOf(name string) Source {
	if action, isKey := strings.CutPrefix(name, "keys."); isKey && c.sources[name].Kind == FromDefault && c.Keys[action] != nil {
		return c.sources["keys"] // of an inline table, only the position of the whole is known
	}
	return c.sources[name]
}

// SourceKind is the kind of a [Source].
type SourceKind string

// The kinds of sources, from the weakest to the strongest.
const (
	FromDefault     SourceKind = ""
	FromFile        SourceKind = "file"
	FromEnvironment SourceKind = "environment"
	FromFlag        SourceKind = "flag"
)

// Source is where a value comes from. The zero value is the default.
type Source struct {
	Kind SourceKind
	// Name is the flag, the environment variable or the path of the file.
	Name string
	// Line and Column are the position in the file, counted from 1.
	Line, Column int
}

// String returns the source in a few words, such as "config.toml:3".
func (s Source) String() string {
	switch s.Kind {
	case FromFlag:
		return "flag " + s.Name
	case FromEnvironment:
		return s.Name
	case FromFile:
		return fmt.Sprintf("%s:%d", filepath.Base(s.Name), s.Line)
	case FromDefault:
	}
	return "default"
}

// Errorf returns an error about the value. It begins with the position in the
// file or the name of the flag.
func (s Source) Errorf(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	if s.Kind == FromFile {
		return fmt.Errorf("%s:%d:%d: %w", s.Name, s.Line, s.Column, err)
	}
	return fmt.Errorf("%s: %w", s.Name, err)
}

// resolveStore sets File to the absolute path of the store. Flags override
// $HERMES_HOME, which overrides the file.
func (c *Config) resolveStore() error {
	loc, source := c.Location, Source{Kind: FromFlag}
	switch {
	case loc.File != "":
		source.Name = "--file"
	case loc.Home != "":
		source.Name = "--home"
	case loc.Profile != "":
		source.Name = "--profile"
	case strings.TrimSpace(os.Getenv("HERMES_HOME")) != "":
		source = Source{Kind: FromEnvironment, Name: "$HERMES_HOME"}
	default:
		loc.File, source = c.File, c.sources["file"]
	}
	path, err := loc.Path()
	if err != nil {
		return err
	}
	c.sources["file"] = source
	c.File, err = filepath.Abs(path)
	return err
}
