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
// both under the same name. The field of [Config] with that TOML name has the
// value; a setting without one is a flag only.
type Setting struct {
	Name string
	// Value is the placeholder of the value in help texts, empty for a switch.
	Value string
	// Usage describes the flag.
	Usage string
	// Accepts describes the valid values, to follow "must be".
	Accepts string
	// Words are the valid values, or the parts of one.
	Words  []string
	Scope  Scope
	Hidden bool

	min, max int
	// set sets the value to that of a flag. If nil, it is parsed and checked like
	// one in the file.
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
		set: func(c *Config, text string) error { c.Path = text; return nil },
	}, {
		Name: "file", Value: "PATH", Usage: "path of the agent's auth.json", Scope: Store, Accepts: acceptsPath,
		set: func(c *Config, text string) error { c.Location.File = text; return nil },
	}, {
		Name: "home", Value: "DIR", Usage: "agent home directory, containing auth.json", Scope: Store,
		set: func(c *Config, text string) error { c.Location.Home = text; return nil },
	}, {
		Name: "profile", Value: "NAME", Usage: "agent profile to use", Scope: Store,
		set: func(c *Config, text string) error { c.Location.Profile = text; return nil },
	}, {
		Name: "policy", Value: "NAME", Usage: "how deadlines are computed: " + OneOf(policies), Scope: Policy,
		Accepts: OneOf(policies), Words: policies,
	}, {
		Name: "theme", Value: "NAME", Usage: "color theme: " + OneOf(themes), Scope: Theme, Accepts: OneOf(themes), Words: themes,
	}, {
		Name: "sort", Value: "ORDER", Usage: "sort by " + OneOf(sorts) + "; prefix with - to reverse", Scope: Dashboard,
		Accepts: OneOf(sorts) + ", prefixed with - to reverse the order", Words: sorts,
	}, {
		Name: "columns", Value: "NAME,...", Usage: "columns to show when there is room: " + strings.Join(columns, ", "), Scope: Columns,
		Accepts: "a list of " + strings.Join(columns, ", "), Words: columns,
	}, {
		Name: "notify", Usage: "notify when a provider goes out or recovers, or a credential dies", Scope: Dashboard, Accepts: acceptsBool,
	}, {
		Name: "frame-rate", Value: "N", Usage: "maximum frames per second (1–60)", Scope: Dashboard,
		Accepts: "a whole number from 1 to 60", min: 1, max: 60,
	}, {
		Name: "journal", Usage: "record events and actions in the journal", Scope: Journal, Accepts: acceptsBool,
	}, {
		Name: "no-journal", Usage: "same as --journal=false", Scope: Journal, Accepts: acceptsBool,
		set: func(c *Config, text string) error {
			off, err := strconv.ParseBool(text)
			c.Journal = !off
			return err
		},
	}, {
		Name: "log-file", Value: "PATH", Usage: "append a debug log to this file", Scope: Always, Accepts: acceptsPath,
		set: func(c *Config, text string) error { c.LogFile = text; return nil },
	}, {
		Name: "key", Value: "ACTION=KEY,...", Usage: "rebind an action, such as reset=r,ctrl+d (may be repeated)", Scope: Dashboard,
		Accepts: "an action and its keys, such as reset=r,ctrl+d (a comma is called comma)", set: bindKey,
	}, {
		Name: "no-color", Usage: "do not use color", Scope: Color, Accepts: acceptsBool,
		set: func(c *Config, text string) (err error) { c.NoColor, err = strconv.ParseBool(text); return err },
	}, {
		Name: "now", Value: "TIME", Usage: "instant to compute with, RFC 3339", Scope: Clock, Hidden: true,
		Accepts: "an RFC 3339 time such as 2026-11-23T09:20:00Z",
		set:     func(c *Config, text string) (err error) { c.Now, err = time.Parse(time.RFC3339Nano, text); return err },
	},
}

// field points to the value in a configuration. It is nil for a flag only.
func (s *Setting) field(c *Config) any {
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("toml") == s.Name {
			return v.Field(i).Addr().Interface()
		}
	}
	return nil
}

// InFile reports whether the file can have the value.
func (s *Setting) InFile() bool { return s.field(&Config{}) != nil }

// Get returns the value in a configuration, or nil for a flag only.
func (s *Setting) Get(c *Config) any {
	if s.InFile() {
		return reflect.ValueOf(s.field(c)).Elem().Interface()
	}
	return nil
}

// apply sets the value to that of a flag.
func (s *Setting) apply(c *Config, text string) (err error) {
	switch field := s.field(c).(type) {
	case *bool:
		*field, err = strconv.ParseBool(text)
	case *int:
		*field, err = strconv.Atoi(text)
	case *[]string:
		*field = strings.FieldsFunc(text, func(r rune) bool { return r == ',' })
	case *string:
		if s.set == nil {
			*field = text
		}
	}
	if s.set != nil {
		err = s.set(c, text)
	}
	switch {
	case err != nil:
		return s.invalid(reject(text))
	case s.set == nil:
		return s.invalid(s.check(c))
	}
	return nil
}

// check checks and normalizes a value of the file.
func (s *Setting) check(c *Config) error {
	switch field := s.field(c).(type) {
	case *int:
		if *field < s.min || *field > s.max {
			return reject(strconv.Itoa(*field))
		}
	case *[]string:
		return arrange(field, s.Words)
	case *string:
		switch {
		case s.Words != nil:
			word := *field
			if s.Name == "sort" {
				word = strings.TrimPrefix(word, "-")
			}
			return known(word, s.Words)
		case s.Name != "log-file" || *field != "":
			return expand(field)
		}
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
