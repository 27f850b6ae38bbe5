// Package config is the configuration of pooltop: a struct with defaults, which
// the TOML file, the environment and the flags of a command override, in this
// order. [Settings] is the one table of its values.
package config

import (
	"cmp"
	"fmt"
	"maps"
	"math"
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

// Config is the effective configuration. The fields with a TOML name can be set
// in the file, the others by flags only.
type Config struct {
	// File is the path of the store. It is absolute, unless no flag of the
	// command could name a store.
	File    string   `toml:"file"`
	Policy  string   `toml:"policy"`
	Theme   string   `toml:"theme"`
	Sort    string   `toml:"sort"`
	Columns []string `toml:"columns"`
	Notify  bool     `toml:"notify"`
	// FrameRate is the maximum number of frames per second.
	FrameRate int  `toml:"frame-rate"`
	Journal   bool `toml:"journal"`
	// LogFile is the path of the debug log; empty means none.
	LogFile string `toml:"log-file"`
	// Keys are the key bindings by the name of their action. They are not checked
	// here: only the dashboard knows the actions.
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
	// sources are by the name of the setting, or by "keys." and the name of the
	// action. Missing ones are the default.
	sources map[string]Source
}

// Limits and default of frame-rate. Each frame wakes the machine up, even when
// nothing changed. At 22, a change is on the screen within 46 ms.
const (
	minFrameRate     = 1
	maxFrameRate     = 60
	DefaultFrameRate = 22
)

// themeAuto chooses a theme that fits the background of the terminal.
const themeAuto = "auto"

// Default returns the configuration without a file, an environment and flags.
func Default() *Config {
	return &Config{
		Policy: policies[0], Theme: themeAuto, Sort: filter.OrderPool.Name(), Columns: names(ui.Columns()),
		FrameRate: DefaultFrameRate, Journal: true,
		Keys: map[string][]string{}, sources: map[string]Source{},
	}
}

// PolicyChoice returns the policy to compute with.
func (c *Config) PolicyChoice() poolstate.PolicyChoice {
	choice, _ := poolstate.ParsePolicyChoice(c.Policy) // the table allows only valid ones
	return choice
}

// Scheme returns the chosen color scheme, or nil to choose one that fits the
// terminal.
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
	for _, o := range filter.Orders() {
		if o.Name() == name {
			return o, reverse
		}
	}
	return filter.OrderPool, false
}

// Hidden returns the columns that the table omits.
func (c *Config) Hidden() ui.Hidden {
	var shown []ui.Column
	for _, col := range ui.Columns() {
		if slices.Contains(c.Columns, col.Name()) {
			shown = append(shown, col)
		}
	}
	return ui.AllBut(shown...)
}

// Actions returns the names of the actions in Keys, those of the file in the
// order of their lines, then those of flags.
func (c *Config) Actions() []string {
	return slices.SortedFunc(maps.Keys(c.Keys), func(a, b string) int {
		return cmp.Or(cmp.Compare(c.position(a), c.position(b)), strings.Compare(a, b))
	})
}

func (c *Config) position(action string) int {
	if s := c.SourceOf("keys." + action); s.Kind == FromFile {
		return s.Line
	}
	return math.MaxInt
}

// SourceOf returns where the value of a setting comes from. The bindings of an
// action are named "keys." and its name.
func (c *Config) SourceOf(name string) Source {
	if s, known := c.sources[name]; known || !strings.HasPrefix(name, "keys.") {
		return s
	}
	if action := strings.TrimPrefix(name, "keys."); c.Keys[action] == nil {
		return Source{}
	}
	return c.sources["keys"] // of an inline table, only the position of the whole is known
}

// Source is where a value comes from. The zero value is the default.
type Source struct {
	Kind SourceKind
	// Name is the flag, the environment variable or the path of the file.
	Name string
	// Line and Column are a position in the file, counted from 1.
	Line, Column int
}

// SourceKind is the kind of a [Source].
type SourceKind string

// The sources of a value, from the weakest to the strongest.
const (
	FromDefault     SourceKind = ""
	FromFile        SourceKind = "file"
	FromEnvironment SourceKind = "environment"
	FromFlag        SourceKind = "flag"
)

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

// Errorf returns an error about the value from this source, which begins with
// the position in the file or the name of the flag.
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
	if abs, err := filepath.Abs(path); err == nil { // fails only without a working directory
		path = abs
	}
	c.File, c.sources["file"] = path, source
	return nil
}
