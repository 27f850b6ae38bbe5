package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"pooltop/cli/internal/suggest"
	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/filter"
	"pooltop/ui/theme"
)

// Scope is a set of features that flags can affect. A command has only the flags of the
// features that it uses.
type Scope uint

// The scopes. Every command that reads the configuration has Always.
const (
	Always Scope = 1 << iota
	Store
	Stores // several stores
	Clock
	Policy
	Theme
	Color
	ASCII
	Columns
	Journal
	Dashboard
	Guard
)

// Setting describes one value of the configuration. Each setting with a scope has a flag,
// and most can also be set in the file. The value is stored in the field of [Config] whose tag is the
// setting's name.
type Setting struct {
	Name    string
	Value   string   // placeholder for the value in help; empty for a boolean flag
	Usage   string   // describes the flag
	Accepts string   // describes the valid values; empty to derive this from Words or the type
	Words   []string // the valid values, or the valid items of a list
	Scope   Scope
	Hidden  bool

	set func(c *Config, text string) error // applies a flag that has no field
}

var (
	profileChoices = []string{"all", "one"}

	policies = poolstate.PolicyChoices()
	themes   = append([]string{"auto"}, names(theme.Schemes())...)
	sorts    = names(filter.Orders())
	columns  = names(ui.Columns())
)

// Settings returns the settings that can be set in the file, in help order.
func Settings() []Setting {
	return slices.DeleteFunc(slices.Clone(settings), func(s Setting) bool {
		_, inFile := s.field(&Config{})
		return !inFile
	})
}

// Find returns the setting with that name, or nil.
func Find(name string) *Setting {
	for _, s := range settings {
		if s.Name == name {
			return &s
		}
	}
	return nil
}

var settings = []Setting{
	{Name: "config", Value: "FILE", Scope: Always, Usage: `config file to use ("" for none)`},
	{Name: "file", Value: "PATH", Scope: Store, Usage: "path of the agent's auth.json"},
	{Name: "home", Value: "DIR", Scope: Store, Usage: "agent home directory, containing auth.json"},
	{Name: "profile", Value: "NAME", Scope: Store, Usage: "agent profile to use", set: addProfile},
	{Name: "all-profiles", Scope: Stores, Usage: "use the root and all its profiles"},
	{Name: "profiles", Value: "WHICH", Words: profileChoices}, // overridden by --all-profiles and --profile
	{Name: "policy", Value: "NAME", Scope: Policy, Usage: "how deadlines are computed: " + OneOf(policies), Words: policies},
	{Name: "theme", Value: "NAME", Scope: Theme, Usage: "color theme: " + OneOf(themes), Words: themes},
	{Name: "ascii", Scope: ASCII, Usage: "print ASCII characters only (default true if the locale is not UTF-8)"},
	{
		Name: "sort", Value: "ORDER", Scope: Dashboard, Usage: "sort by " + OneOf(sorts) + "; prefix with - to reverse",
		Accepts: OneOf(sorts) + ", prefixed with - to reverse the order", Words: sorts,
	},
	{
		Name: "columns", Value: "NAME,...", Scope: Columns, Usage: "columns to show when there is room: " + strings.Join(columns, ", "),
		Accepts: "a list of " + strings.Join(columns, ", "), Words: columns,
	},
	{Name: "notify", Scope: Dashboard, Usage: "notify when a provider is out or recovers, or when a credential dies"},
	{Name: "guard", Scope: Guard, Usage: "run guard on the displayed stores while the dashboard is open"},
	{
		Name: "frame-rate", Value: "N", Scope: Dashboard, Usage: "maximum frames per second (1–60)",
		Accepts: "a whole number from 1 to 60",
	},
	{Name: "journal", Scope: Journal, Usage: "record events and actions in the journal"},
	{Name: "no-journal", Scope: Journal, Usage: "same as --journal=false", set: setNoJournal},
	{Name: "log-file", Value: "PATH", Scope: Always, Usage: "append a debug log to this file"},
	{
		Name: "key", Value: "ACTION=KEY,...", Scope: Dashboard, Usage: "rebind an action, such as reset=r,ctrl+d (may be repeated)",
		Accepts: "an action and its keys, such as reset=r,ctrl+d (for the comma key, write comma)", set: bindKey,
	},
	{Name: "no-color", Scope: Color, Usage: "do not use color"},
	{
		Name: "now", Value: "TIME", Scope: Clock, Usage: "RFC 3339 time to use instead of the current time", Hidden: true,
		Accepts: "an RFC 3339 time such as 2026-11-23T09:20:00Z",
	},
}

// accepts returns a phrase that completes "must be" in an error.
func (s *Setting) accepts() string {
	switch {
	case s.Accepts != "":
		return s.Accepts
	case s.Value == "":
		return "true or false"
	case s.Value == "PATH":
		return "an absolute path or one that begins with ~/"
	}
	return OneOf(s.Words)
}

// fields maps the name of each setting to the field of [Config] that has the name as its tag.
var fields = func() map[string]reflect.StructField {
	byName := map[string]reflect.StructField{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		byName[f.Tag.Get("toml")], byName[f.Tag.Get("flag")] = f, f
	}
	return byName
}()

// field returns a pointer to the value in c, and whether it can be set in the file. If
// the setting has no field, field returns a pointer to an empty struct.
func (s *Setting) field(c *Config) (ptr any, inFile bool) {
	f, ok := fields[s.Name]
	if !ok {
		return &struct{}{}, false
	}
	return reflect.ValueOf(c).Elem().FieldByIndex(f.Index).Addr().Interface(), f.Tag.Get("toml") == s.Name
}

// Get returns the value of the setting in c.
func (s *Setting) Get(c *Config) any {
	ptr, _ := s.field(c)
	return reflect.ValueOf(ptr).Elem().Interface()
}

// apply sets the value from a flag. Unlike in the file, a path may be relative.
func (s *Setting) apply(c *Config, text string) (err error) {
	ptr, _ := s.field(c)
	switch field := ptr.(type) {
	case *bool:
		*field, err = strconv.ParseBool(text)
	case *int:
		*field, err = strconv.Atoi(text)
	case *time.Time:
		*field, err = time.Parse(time.RFC3339Nano, text)
	case *[]string:
		*field = strings.FieldsFunc(text, func(r rune) bool { return r == ',' })
	case *string:
		*field = text
		if s.Value == "PATH" {
			*field, err = poolstate.ExpandPath(text)
		}
	}
	switch {
	case s.set != nil:
		err = s.set(c, text)
	case err == nil && s.Value != "PATH":
		return s.check(c)
	}
	if err != nil {
		return s.invalid(text)
	}
	return nil
}

// check validates and normalizes the value.
func (s *Setting) check(c *Config) error {
	ptr, _ := s.field(c)
	switch field := ptr.(type) {
	case *int:
		if *field < 1 || *field > maxFrameRate {
			return s.invalid(strconv.Itoa(*field))
		}
	case *[]string:
		for i, word := range *field {
			(*field)[i] = strings.TrimSpace(word)
			if !slices.Contains(s.Words, (*field)[i]) {
				return s.invalid((*field)[i])
			}
		}
		// Put the columns in screen order and remove duplicates.
		*field = slices.DeleteFunc(slices.Clone(s.Words), func(w string) bool { return !slices.Contains(*field, w) })
	case *string:
		word := *field
		if s.Name == "sort" {
			word = strings.TrimPrefix(word, "-")
		}
		switch {
		case s.Value == "PATH":
			return s.expand(field)
		case s.Words != nil && !slices.Contains(s.Words, word):
			return s.invalid(word)
		}
	}
	return nil
}

// invalid returns an error for an invalid value. If the value resembles a valid word, the
// error suggests that word.
func (s *Setting) invalid(value string) error {
	return fmt.Errorf("must be %s, not %.60q%s", s.accepts(), value, suggest.DidYouMean(value, s.Words))
}

// expand expands ~ and variables in a path from the file. It rejects relative paths, which
// would depend on the working directory.
func (s *Setting) expand(path *string) error {
	expanded, err := poolstate.ExpandPath(*path)
	if err != nil {
		return fmt.Errorf("begins with ~, but %w", err)
	}
	if !filepath.IsAbs(expanded) && (expanded != "" || s.Name != "log-file") {
		return s.invalid(*path)
	}
	*path = expanded
	return nil
}

func addProfile(c *Config, name string) error {
	c.profiles = append(c.profiles, name)
	return nil
}

func setNoJournal(c *Config, text string) error {
	off, err := strconv.ParseBool(text)
	c.Journal, c.sources["journal"] = !off, c.sources["no-journal"]
	return err
}

// bindKey parses the value of --key.
func bindKey(c *Config, text string) error {
	action, list, found := strings.Cut(text, "=")
	keys := strings.Split(list, ",")
	if list == "" {
		keys = []string{}
	}
	if !found || slices.Contains(keys, "") {
		return errors.New("must be ACTION=KEY[,KEY...]")
	}
	c.Keys[action] = keys
	c.sources["keys."+action] = c.sources["key"]
	return nil
}

// OneOf joins words into a list such as "auto, backoff or flat".
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
