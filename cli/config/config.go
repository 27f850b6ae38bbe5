// Package config loads pooltop's configuration. It starts with defaults, which are
// overridden by the TOML file, then by the environment, and then by a command's
// flags. [Settings] lists the values.
package config

import (
	"cmp"
	"errors"
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

// DefaultFrameRate is the default of Config.FrameRate. At this rate, a change appears
// within 46 ms. A higher rate costs CPU time even if nothing changes.
const DefaultFrameRate, maxFrameRate = 22, 60

// Config is the effective configuration. A field with a toml tag can be set in the file and
// by a flag. A field with a flag tag can be set only by that flag.
type Config struct {
	// File is the path of the store, or of the first store if there are several. For
	// commands that read a store, it is absolute.
	File      string   `toml:"file"`
	Profiles  string   `toml:"profiles"` // which profiles the dashboard shows by default: "all" or "one"
	Policy    string   `toml:"policy"`
	Theme     string   `toml:"theme"`
	ASCII     bool     `toml:"ascii"` // true by default if the locale is not UTF-8
	Sort      string   `toml:"sort"`
	Columns   []string `toml:"columns"`
	Notify    bool     `toml:"notify"`
	Guard     bool     `toml:"guard"`
	FrameRate int      `toml:"frame-rate"` // frames per second
	Journal   bool     `toml:"journal"`
	LogFile   string   `toml:"log-file"` // empty for no debug log
	// Keys maps actions to keys. Neither the actions nor the keys are validated here.
	Keys  map[string][]string `toml:"keys"`
	Agent Agent               `toml:"-"` // the [agent] table
	Hooks []Hook              `toml:"-"` // the [[hook]] tables
	Views []View              `toml:"-"` // the [[view]] tables
	// Commands are the [[command]] tables. Their keys are not validated here.
	Commands []Command `toml:"-"`
	// Colors are the colors in the [theme] table, which replace those of Theme.
	Colors theme.Colors `toml:"-"`

	Home        string    `toml:"-" flag:"home"`
	AllProfiles bool      `toml:"-" flag:"all-profiles"`
	NoColor     bool      `toml:"-" flag:"no-color"`
	Now         time.Time `toml:"-" flag:"now"` // zero for the wall clock

	// Stores are the selected stores, without duplicates. There is at least one.
	Stores []poolstate.Profile `toml:"-"`

	Path  string `toml:"-"` // the configuration file, empty for none
	Found bool   `toml:"-"` // whether Path exists

	profiles []string        // the values of --profile
	curve    poolstate.Curve // the [backoff] table
	sources  map[string]Source
	load     func() (*Config, error)
}

// Reload returns the configuration for the same command line and the present file. Only
// configurations that [Flags.Load] returned can be reloaded.
func (c *Config) Reload() (*Config, error) { return c.load() }

// Default returns the default configuration.
func Default() *Config {
	return &Config{
		Profiles: profileChoices[0], Policy: policies[0], Theme: themes[0], Sort: sorts[0], Columns: slices.Clone(columns), FrameRate: DefaultFrameRate, Journal: true,
		Keys: map[string][]string{}, Agent: Agent{Policy: policies[0]}, curve: poolstate.DefaultCurve(), sources: map[string]Source{},
	}
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

// Order returns the sort order of the table, and whether it is reversed.
func (c *Config) Order() (order filter.Order, reverse bool) {
	name, reverse := strings.CutPrefix(c.Sort, "-")
	return filter.Orders()[max(slices.Index(sorts, name), 0)], reverse
}

// Hidden returns the columns that the table omits.
func (c *Config) Hidden() ui.Hidden {
	shown := slices.DeleteFunc(ui.Columns(), func(col ui.Column) bool { return !slices.Contains(c.Columns, col.Name()) })
	return ui.AllBut(shown...)
}

// SourceOf returns the source of a value. The name of a value in a table is dotted, such as
// "agent.policy" or "keys.reset".
func (c *Config) SourceOf(name string) Source { return c.sources[name] }

// Source describes where a value was set. The zero Source means the default.
type Source struct {
	Kind string // "flag", "environment" or "file"; empty for the default
	Name string // the flag, the environment variable or the path of the file

	Line, Column int // the position in the file; both start at 1
}

const (
	fromFlag = "flag"
	fromFile = "file"
)

// String returns a short description of the source, such as "config.toml:3".
func (s Source) String() string {
	switch s.Kind {
	case fromFlag:
		return "flag " + s.Name
	case fromFile:
		return fmt.Sprintf("%s:%d", filepath.Base(s.Name), s.Line)
	}
	return cmp.Or(s.Name, "default")
}

// Errorf returns an error about the value. It begins with the position in the
// file or the name of the flag.
func (s Source) Errorf(format string, args ...any) error {
	at := s.Name
	if s.Kind == fromFile {
		at = fmt.Sprintf("%s:%d:%d", s.Name, s.Line, s.Column)
	}
	return fmt.Errorf("%s: %w", at, fmt.Errorf(format, args...))
}

// Several reports whether several stores were requested, even if --all-profiles found only
// one.
func (c *Config) Several() bool { return c.AllProfiles || len(c.Stores) > 1 }

// resolveStores sets Stores and File to absolute paths. Flags override $HERMES_HOME, which
// overrides the configuration file. If all is true, it selects all profiles, unless a store or
// a profile is specified or Profiles is "one".
func (c *Config) resolveStores(all bool) error {
	loc, source := poolstate.Location{Home: c.Home}, c.sources["file"]
	_, decided := c.sources["all-profiles"]
	all = all && !decided && c.Profiles == profileChoices[0]
	switch {
	case c.AllProfiles && source.Kind == fromFlag:
		return errors.New("--all-profiles and --file are mutually exclusive")
	case c.AllProfiles && len(c.profiles) > 0:
		return errors.New("--all-profiles and --profile are mutually exclusive")
	case source.Kind == fromFlag:
		loc.File = c.File
	case c.AllProfiles:
		source = c.sources["all-profiles"]
	case loc.Home != "":
		source = c.sources["home"]
	case len(c.profiles) > 0:
		source = c.sources["profile"]
	case strings.TrimSpace(os.Getenv("HERMES_HOME")) != "":
		source, c.AllProfiles = Source{Kind: "environment", Name: "$HERMES_HOME"}, all
	default:
		loc.File, c.AllProfiles = c.File, all && c.File == ""
	}
	stores, err := c.storesAt(loc)
	if err != nil {
		return err
	}
	for _, s := range stores {
		if s.Path, err = filepath.Abs(s.Path); err != nil {
			return err
		}
		if !slices.Contains(c.Stores, s) {
			c.Stores = append(c.Stores, s)
		}
	}
	c.sources["file"], c.File = source, c.Stores[0].Path
	return nil
}

// ErrNotListed is returned if all profiles are selected, but cannot be listed.
var ErrNotListed = errors.New("profiles cannot be listed")

// storesAt returns the stores of the selected profiles, or the store at loc if no profile
// is selected.
func (c *Config) storesAt(loc poolstate.Location) (stores []poolstate.Profile, err error) {
	if c.AllProfiles {
		stores, err = loc.Profiles()
		if _, asked := c.sources["all-profiles"]; err != nil && (asked || stores == nil) {
			return nil, fmt.Errorf("--all-profiles: %w: %w", ErrNotListed, err)
		}
		return stores, nil
	}
	names := c.profiles
	if len(names) == 0 {
		names = []string{""}
	}
	for _, loc.Profile = range names {
		path, err := loc.Path()
		if err != nil {
			return nil, err
		}
		stores = append(stores, poolstate.ProfileAt(path))
	}
	return stores, nil
}
