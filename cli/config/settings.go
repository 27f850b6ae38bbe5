package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"pooltop/cli/internal/suggest"
	"pooltop/ui"
	"pooltop/ui/filter"
	"pooltop/ui/theme"
)

// Scope is a set of the things that a flag can have an effect on. A command
// offers the flags of its own scopes.
type Scope uint

// The scopes of flags. Every command that reads the configuration has Always.
const (
	Always Scope = 1 << iota
	Store
	Clock
	Policy
	Theme
	Color
	Columns
	Journal
	Dashboard
)

// Setting is a row of the table: a value of the configuration file, a flag, or
// both under the same name.
type Setting struct {
	Name string
	// Value is the placeholder for the value in help texts, empty for a switch.
	Value string
	// Usage describes the flag; it is empty without one.
	Usage string
	// Accepts describes the valid values, to follow "must be".
	Accepts string
	// Words are the valid values, if there are few. Those of a list or of --sort
	// can be combined.
	Words []string
	Scope Scope
	// InFile is true for a value that the file can have.
	InFile, Hidden bool

	// field points to the value in a configuration.
	field func(*Config) any
	// check checks and normalizes the value; nil accepts everything.
	check func(*Config) error
	// set sets the value to that of a flag; nil parses it as the field's type.
	set func(c *Config, text string) error
}

const (
	acceptsBool = "true or false"
	acceptsPath = "an absolute path or one that begins with ~/"
)

// The words of settings that have some.
var (
	policies = []string{"auto", "backoff", "flat"}
	themes   = append([]string{themeAuto}, names(theme.Schemes())...)
	sorts    = names(filter.Orders())
	columns  = names(ui.Columns())
)

// Settings returns the table in the order of the help texts.
func Settings() []Setting { return slices.Clone(settings) }

var settings = []Setting{
	{
		Name: "config", Value: "FILE", Usage: `config file to use ("" for none)`, Scope: Always,
		field: func(c *Config) any { return &c.Path },
	},
	{
		Name: "file", Value: "PATH", Usage: "path of the agent's auth.json", Scope: Store, InFile: true, Accepts: acceptsPath,
		field: func(c *Config) any { return &c.File },
		check: func(c *Config) error { return absolute(&c.File) },
		set:   func(c *Config, text string) error { c.Location.File = text; return nil },
	},
	{
		Name: "home", Value: "DIR", Usage: "agent home directory, containing auth.json", Scope: Store,
		field: func(c *Config) any { return &c.Location.Home },
	},
	{
		Name: "profile", Value: "NAME", Usage: "agent profile to use", Scope: Store,
		field: func(c *Config) any { return &c.Location.Profile },
	},
	{
		Name: "policy", Value: "NAME", Usage: "how deadlines are computed: " + OneOf(policies), Scope: Policy, InFile: true,
		Accepts: OneOf(policies), Words: policies,
		field: func(c *Config) any { return &c.Policy },
		check: func(c *Config) error { return known(c.Policy, policies) },
	},
	{
		Name: "theme", Value: "NAME", Usage: "color theme: " + OneOf(themes), Scope: Theme, InFile: true,
		Accepts: OneOf(themes), Words: themes,
		field: func(c *Config) any { return &c.Theme },
		check: func(c *Config) error { return known(c.Theme, themes) },
	},
	{
		Name: "sort", Value: "ORDER", Usage: "sort by " + OneOf(sorts) + "; prefix with - to reverse", Scope: Dashboard, InFile: true,
		Accepts: OneOf(sorts) + ", with - before it to reverse the order", Words: sorts,
		field: func(c *Config) any { return &c.Sort },
		check: func(c *Config) error {
			if !slices.Contains(sorts, strings.TrimPrefix(c.Sort, "-")) {
				return reject(c.Sort, sorts...)
			}
			return nil
		},
	},
	{
		Name: "columns", Value: "NAME,...", Usage: "columns to show when there is room: " + strings.Join(columns, ", "), Scope: Columns, InFile: true,
		Accepts: "a list of " + strings.Join(columns, ", "), Words: columns,
		field: func(c *Config) any { return &c.Columns },
		check: func(c *Config) error { return inOrder(&c.Columns, columns) },
	},
	{
		Name: "notify", Usage: "notify when a provider goes out or recovers, or a credential dies", Scope: Dashboard, InFile: true,
		Accepts: acceptsBool,
		field:   func(c *Config) any { return &c.Notify },
	},
	{
		Name: "frame-rate", Value: "N", Usage: "maximum frames per second (1–60)", Scope: Dashboard, InFile: true,
		Accepts: fmt.Sprintf("a whole number from %d to %d", minFrameRate, maxFrameRate),
		field:   func(c *Config) any { return &c.FrameRate },
		check: func(c *Config) error {
			if c.FrameRate < minFrameRate || c.FrameRate > maxFrameRate {
				return reject(strconv.Itoa(c.FrameRate))
			}
			return nil
		},
	},
	{
		Name: "journal", Usage: "record events and actions in the journal", Scope: Journal, InFile: true,
		Accepts: acceptsBool,
		field:   func(c *Config) any { return &c.Journal },
	},
	{
		Name: "no-journal", Usage: "same as --journal=false", Scope: Journal, Accepts: acceptsBool,
		field: func(*Config) any { return new(bool) },
		set: func(c *Config, text string) error {
			no, err := strconv.ParseBool(text)
			c.Journal = !no
			return err
		},
	},
	{
		Name: "log-file", Value: "PATH", Usage: "append a debug log to this file", Scope: Always, InFile: true, Accepts: acceptsPath,
		field: func(c *Config) any { return &c.LogFile },
		check: func(c *Config) error {
			if c.LogFile == "" {
				return nil
			}
			return absolute(&c.LogFile)
		},
		set: func(c *Config, text string) error { c.LogFile = text; return nil },
	},
	{
		Name: "key", Value: "ACTION=KEY,...", Usage: "rebind an action, such as reset=r,ctrl+d (may be repeated)", Scope: Dashboard,
		Accepts: "an action and its keys, such as reset=r,ctrl+d (a comma is called comma)",
		field:   func(c *Config) any { return &c.Keys },
		set:     bindKey,
	},
	{
		Name: "no-color", Usage: "do not use color", Scope: Color, Accepts: acceptsBool,
		field: func(c *Config) any { return &c.NoColor },
	},
	{
		Name: "now", Value: "TIME", Usage: "instant to compute with, RFC 3339", Scope: Clock, Hidden: true,
		Accepts: "an RFC 3339 time such as 2026-11-23T09:20:00Z",
		field:   func(c *Config) any { return &c.Now },
		set: func(c *Config, text string) (err error) {
			c.Now, err = time.Parse(time.RFC3339Nano, text)
			return err
		},
	},
}

// Get returns the value in a configuration.
func (s *Setting) Get(c *Config) any { return reflect.ValueOf(s.field(c)).Elem().Interface() }

// apply sets the value to that of a flag.
func (s *Setting) apply(c *Config, text string) error {
	err := s.parse(c, text)
	if err != nil {
		return reject(text)
	}
	if s.set == nil && s.check != nil {
		return s.check(c)
	}
	return nil
}

// parse is apply without the check.
func (s *Setting) parse(c *Config, text string) (err error) {
	if s.set != nil {
		return s.set(c, text)
	}
	switch field := s.field(c).(type) {
	case *string:
		*field = text
	case *bool:
		*field, err = strconv.ParseBool(text)
	case *int:
		*field, err = strconv.Atoi(text)
	case *[]string:
		*field = strings.FieldsFunc(text, func(r rune) bool { return r == ',' })
	}
	return err
}

// invalid returns the error of a value that the setting rejected; err says which.
func (s *Setting) invalid(err error) error {
	return fmt.Errorf("must be %s%w", s.Accepts, err)
}

// reject returns the error of an invalid value, to follow what is valid. It
// suggests one of the words.
func reject(value string, words ...string) error {
	return fmt.Errorf(", not %.60q%s", value, suggest.DidYouMean(value, words))
}

func known(word string, words []string) error {
	if !slices.Contains(words, word) {
		return reject(word, words...)
	}
	return nil
}

// inOrder checks a list of words, sorts it like the known ones and removes
// duplicates.
func inOrder(list *[]string, words []string) error {
	sorted := []string{}
	for i, w := range *list {
		w = strings.TrimSpace(w)
		(*list)[i] = w
		if err := known(w, words); err != nil {
			return err
		}
	}
	for _, w := range words {
		if slices.Contains(*list, w) {
			sorted = append(sorted, w)
		}
	}
	*list = sorted
	return nil
}

// absolute checks a path and expands ~. A relative path in a file would depend on
// where pooltop is started.
func absolute(path *string) error {
	if rest, ok := strings.CutPrefix(*path, "~"); ok && rest != "" && os.IsPathSeparator(rest[0]) {
		home, err := os.UserHomeDir()
		if err != nil {
			return fmt.Errorf("; cannot expand ~: %w", err)
		}
		*path = filepath.Join(home, rest)
	}
	if !filepath.IsAbs(*path) {
		return reject(*path)
	}
	return nil
}

// bindKey adds the value of --key to the key bindings.
func bindKey(c *Config, text string) error {
	action, list, found := strings.Cut(text, "=")
	keys := strings.Split(list, ",")
	if list == "" {
		keys = []string{}
	}
	if !found || slices.Contains(keys, "") {
		return reject(text)
	}
	c.Keys[action] = keys
	c.sources["keys."+action] = Source{Kind: FromFlag, Name: "--key"}
	return nil
}

// OneOf lists words, such as "auto, backoff or flat".
func OneOf(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// names returns the names of values.
func names[T interface{ Name() string }](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = v.Name()
	}
	return out
}
