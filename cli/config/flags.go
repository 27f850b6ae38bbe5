package config

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/pflag"

	"pooltop/poolstate"
)

// Flags holds the configuration flags of a command.
type Flags struct {
	scope Scope
	all   bool            // see AllByDefault
	file  *string         // --config
	given []func(*Config) // apply the given flags, in order
}

// Bind adds the flags in scope to a command's flag set.
func Bind(set *pflag.FlagSet, scope Scope) *Flags {
	f, defaults := &Flags{scope: scope | Always}, Default()
	for _, s := range settings {
		if s.Scope&f.scope == 0 {
			continue
		}
		usage := s.Usage
		if s.Name == "profile" && scope&Stores != 0 {
			usage += " (may be repeated)"
		}
		pf := set.VarPF(&flag{s, f}, s.Name, "", usage)
		pf.Hidden = s.Hidden
		if s.Value == "" {
			pf.NoOptDefVal = "true"
		}
		switch value := s.Get(defaults).(type) {
		case string, bool, int:
			pf.DefValue = fmt.Sprint(value)
		}
	}
	return f
}

// AllByDefault makes Load select the root and all its profiles, unless a flag or the
// configuration selects a store or one profile. It returns f.
func (f *Flags) AllByDefault() *Flags {
	f.all = true
	return f
}

// IsFlag reports whether a flag sets a configuration value.
func IsFlag(f *pflag.Flag) bool {
	_, ok := f.Value.(*flag)
	return ok
}

// asciiLocale returns the name of the environment variable that selects a locale without UTF-8,
// or "". If none is set, and on Windows, the terminal is assumed to show UTF-8.
func asciiLocale(goos string, env func(string) string) string {
	if goos == "windows" {
		return ""
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		locale := strings.ToUpper(env(name))
		switch {
		case locale == "":
		case strings.Contains(locale, "UTF-8"), strings.Contains(locale, "UTF8"):
			return ""
		default:
			return name
		}
	}
	return ""
}

// applyLocale sets ASCII according to the locale, unless the file sets it.
func (c *Config) applyLocale() {
	name := asciiLocale(runtime.GOOS, os.Getenv)
	if _, given := c.sources["ascii"]; name != "" && !given {
		c.ASCII, c.sources["ascii"] = true, Source{Kind: "environment", Name: "$" + name}
	}
}

// InASCII reports whether f includes --ascii and c sets it.
func (f *Flags) InASCII(c *Config) bool { return c.ASCII && f.scope&ASCII != 0 }

// ASCIILocale reports whether the locale is not UTF-8.
func ASCIILocale() bool { return asciiLocale(runtime.GOOS, os.Getenv) != "" }

// Load returns the configuration for the parsed command line.
func (f *Flags) Load() (*Config, error) {
	c := Default()
	c.load = f.Load
	if c.Path = defaultPath(runtime.GOOS, os.Getenv, os.UserHomeDir); f.file != nil {
		path, err := poolstate.ExpandPath(*f.file)
		if err != nil {
			return nil, fmt.Errorf("--config: %w", err)
		}
		c.Path = path
	}
	if c.Path != "" {
		if abs, err := filepath.Abs(c.Path); err == nil {
			c.Path = abs
		}
		if err := c.read(f.file != nil); err != nil {
			return nil, err
		}
	}
	c.applyLocale()
	for _, set := range f.given {
		set(c)
	}
	if f.scope&Store == 0 {
		return c, nil
	}
	if f.scope&Stores == 0 && len(c.profiles) > 1 {
		return nil, errors.New("--profile must be given only once")
	}
	err := c.resolveStores(f.all)
	return c, err
}

// flag implements [pflag.Value] for a setting. Load applies its value after reading the
// file.
type flag struct {
	Setting
	flags *Flags
}

// Set validates a value and saves it for Load.
func (f *flag) Set(text string) error {
	switch {
	case f.Name == "config":
		f.flags.file = &text
		return nil
	case strings.TrimSpace(text) == "":
		return errors.New("must not be empty")
	}
	f.flags.given = append(f.flags.given, func(c *Config) {
		c.sources[f.Name] = Source{Kind: fromFlag, Name: "--" + f.Name}
		_ = f.apply(c, text) // already checked
	})
	return f.apply(Default(), text)
}

// Type returns the placeholder for the value in help.
func (f *flag) Type() string { return cmp.Or(f.Value, "bool") }

// String returns "". The value is stored in the configuration, not in the flag.
func (*flag) String() string { return "" }
