package config

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/pflag"
)

// Flags are the flags of one command that set configuration values.
type Flags struct {
	scope Scope
	all   []*flag
}

// Bind adds the flags of the scopes to a command's flags.
func Bind(set *pflag.FlagSet, scope Scope) *Flags {
	f := &Flags{scope: scope | Always}
	for _, s := range settings {
		if s.Scope&f.scope == 0 {
			continue
		}
		v := &flag{setting: s}
		f.all = append(f.all, v)
		pf := set.VarPF(v, s.Name, "", s.Usage)
		pf.Hidden = s.Hidden
		if s.Value == "" {
			pf.NoOptDefVal = "true"
		}
		switch value := s.Get(Default()).(type) {
		case string, bool, int:
			pf.DefValue = fmt.Sprint(value)
		}
	}
	return f
}

// IsFlag reports whether a flag sets a configuration value.
func IsFlag(f *pflag.Flag) bool {
	_, ok := f.Value.(*flag)
	return ok
}

// Load returns the configuration for the parsed command line.
func (f *Flags) Load() (*Config, error) {
	c := Default()
	named := f.all[0].texts != nil // --config is the first row
	if c.Path = defaultPath(); named {
		c.Path = f.all[0].String()
	}
	if c.Path != "" {
		if abs, err := filepath.Abs(c.Path); err == nil {
			c.Path = abs
		}
		if err := c.read(named); err != nil {
			return nil, err
		}
	}
	for _, v := range f.all[1:] {
		for _, text := range v.texts {
			c.sources[v.setting.Name] = Source{Kind: fromFlag, Name: "--" + v.setting.Name}
			_ = v.setting.apply(c, text) // Set has checked it
		}
	}
	if f.scope&Store == 0 {
		return c, nil
	}
	err := c.resolveStore()
	return c, err
}

// flag is a setting as a flag. It keeps its texts until the file has been read,
// which they override.
type flag struct {
	setting Setting
	texts   []string
}

// String returns the last value.
func (f *flag) String() string {
	if len(f.texts) == 0 {
		return ""
	}
	return f.texts[len(f.texts)-1]
}

// Type returns the placeholder of the value in help texts.
func (f *flag) Type() string { return cmp.Or(f.setting.Value, "bool") }

// Set checks the value and keeps it.
func (f *flag) Set(text string) error {
	f.texts = append(f.texts, text)
	if text == "" && f.setting.Scope == Store {
		return errors.New("must not be empty")
	}
	return f.setting.apply(Default(), text)
}
