package config

import (
	"errors"
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
	// Value is the placeholder of the value in help texts, empty for a switch.
	Value string
	// Usage describes the flag.
	Usage string
	// Accepts describes the valid values, to follow "must be".
	Accepts string
	// Words are the valid values, or the parts of one.
	Words []string
	Scope Scope
	// InFile is true for a value that the file can have.
	InFile, Hidden bool

	// field points to the value in a configuration.
	field func(*Config) any
	// check checks and normalizes the value in the file.
	check func(*Config) error
	// set parses the value of a flag. If nil, the type of the field and check do.
	set func(c *Config, text string) error
}

const (
	acceptsBool = "true or false"
	acceptsPath = "an absolute path or one that begins with ~/"
)

var (
	policies = []string{"auto", "backoff", "flat"}
	themes   = append([]string{"auto"}, names(theme.Schemes())...)
	sorts    = names(filter.Orders())
	columns  = names(ui.Columns())
)

// Settings returns the table in the order of the help texts.
func Settings() []Setting { return slices.Clone(settings) }

// Find returns the setting of that name, or nil.
func Find(name string) *Setting {
	if i := slices.IndexFunc(settings, func(s Setting) bool { return s.Name == name }); i >= 0 {
		return &settings[i]
	}
	return nil
}

var settings = []Setting{
	{
		Name: "config", Value: "FILE", Usage: `config file to use ("" for none)`, Scope: Always,
		field: func(c *Config) any { return &c.Path },
	}, {
		Name: "file", Value: "PATH", Usage: "path of the agent's auth.json", Scope: Store, InFile: true, Accepts: acceptsPath,
		field: func(c *Config) any { return &c.File },
		check: func(c *Config) error { return expand(&c.File) },
		set:   func(c *Config, text string) error { c.Location.File = text; return nil },
	}, {
		Name: "home", Value: "DIR", Usage: "agent home directory, containing auth.json", Scope: Store,
		field: func(c *Config) any { return &c.Location.Home },
	}, {
		Name: "profile", Value: "NAME", Usage: "agent profile to use", Scope: Store,
		field: func(c *Config) any { return &c.Location.Profile },
	}, {
		Name: "policy", Value: "NAME", Usage: "how deadlines are computed: " + OneOf(policies), Scope: Policy, InFile: true,
		Accepts: OneOf(policies), Words: policies,
		field: func(c *Config) any { return &c.Policy },
		check: func(c *Config) error { return known(c.Policy, policies) },
	}, {
		Name: "theme", Value: "NAME", Usage: "color theme: " + OneOf(themes), Scope: Theme, InFile: true,
		Accepts: OneOf(themes), Words: themes,
		field: func(c *Config) any { return &c.Theme },
		check: func(c *Config) error { return known(c.Theme, themes) },
	}, {
		Name: "sort", Value: "ORDER", Usage: "sort by " + OneOf(sorts) + "; prefix with - to reverse", Scope: Dashboard, InFile: true,
		Accepts: OneOf(sorts) + ", prefixed with - to reverse the order", Words: sorts,
		field: func(c *Config) any { return &c.Sort },
		check: func(c *Config) error { return known(strings.TrimPrefix(c.Sort, "-"), sorts) },
	}, {
		Name: "columns", Value: "NAME,...", Usage: "columns to show when there is room: " + strings.Join(columns, ", "), Scope: Columns, InFile: true,
		Accepts: "a list of " + strings.Join(columns, ", "), Words: columns,
		field: func(c *Config) any { return &c.Columns },
		check: func(c *Config) error { return arrange(&c.Columns, columns) },
	}, {
		Name: "notify", Usage: "notify when a provider goes out or recovers, or a credential dies", Scope: Dashboard, InFile: true,
		Accepts: acceptsBool,
		field:   func(c *Config) any { return &c.Notify },
	}, {
		Name: "frame-rate", Value: "N", Usage: "maximum frames per second (1–60)", Scope: Dashboard, InFile: true,
		Accepts: "a whole number from 1 to 60",
		field:   func(c *Config) any { return &c.FrameRate },
		check: func(c *Config) error {
			if c.FrameRate < 1 || c.FrameRate > 60 {
				return reject(strconv.Itoa(c.FrameRate))
			}
			return nil
		},
	}, {
		Name: "journal", Usage: "record events and actions in the journal", Scope: Journal, InFile: true, Accepts: acceptsBool,
		field: func(c *Config) any { return &c.Journal },
	}, {
		Name: "no-journal", Usage: "same as --journal=false", Scope: Journal, Accepts: acceptsBool,
		field: func(*Config) any { return new(bool) },
		set: func(c *Config, text string) error {
			off, err := strconv.ParseBool(text)
			c.Journal = !off
			return err
		},
	}, {
		Name: "log-file", Value: "PATH", Usage: "append a debug log to this file", Scope: Always, InFile: true, Accepts: acceptsPath,
		field: func(c *Config) any { return &c.LogFile },
		check: func(c *Config) error {
			if c.LogFile == "" {
				return nil
			}
			return expand(&c.LogFile)
		},
		set: func(c *Config, text string) error { c.LogFile = text; return nil },
	}, {
		Name: "key", Value: "ACTION=KEY,...", Usage: "rebind an action, such as reset=r,ctrl+d (may be repeated)", Scope: Dashboard,
		Accepts: "an action and its keys, such as reset=r,ctrl+d (a comma is called comma)",
		field:   func(c *Config) any { return &c.Keys },
		set:     bindKey,
	}, {
		Name: "no-color", Usage: "do not use color", Scope: Color, Accepts: acceptsBool,
		field: func(c *Config) any { return &c.NoColor },
	}, {
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
func (s *Setting) apply(c *Config, text string) (err error) {
	if s.set != nil {
		err = s.set(c, text)
	} else {
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
	}
	switch {
	case err != nil:
		return s.invalid(reject(text))
	case s.set == nil && s.check != nil:
		return s.invalid(s.check(c))
	}
	return nil
}

// invalid describes what is valid instead of a rejected value.
func (s *Setting) invalid(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("must be %s%w", s.Accepts, err)
}

// reject returns the error of an invalid value, to follow what is valid. It
// suggests the nearest of the words.
func reject(value string, words ...string) error {
	return fmt.Errorf(", not %.60q%s", value, suggest.DidYouMean(value, words))
}

func known(word string, words []string) error {
	if !slices.Contains(words, word) {
		return reject(word, words...)
	}
	return nil
}

// arrange checks a list of words, puts it into the order of the known ones and
// removes duplicates.
func arrange(list *[]string, words []string) error {
	chosen := map[string]bool{}
	for _, w := range *list {
		w = strings.TrimSpace(w)
		if err := known(w, words); err != nil {
			return err
		}
		chosen[w] = true
	}
	*list = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return !chosen[w] })
	return nil
}

// expand replaces a leading ~ in a path of the file. A relative path is rejected,
// as its meaning would depend on where pooltop is started.
func expand(path *string) error {
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

// bindKey parses the value of --key.
func bindKey(c *Config, text string) error {
	action, list, found := strings.Cut(text, "=")
	keys := strings.Split(list, ",")
	if list == "" {
		keys = []string{}
	}
	if !found || slices.Contains(keys, "") {
		return errors.New("no action and keys")
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

func names[T interface{ Name() string }](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = v.Name()
	}
	return out
}
