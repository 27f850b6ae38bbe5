package config

import (
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
	for i := range settings {
		s := &settings[i]
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
	if abs, err := filepath.Abs(c.Path); c.Path != "" && err == nil {
		c.Path = abs
	}
	if err := c.read(named); err != nil {
		return nil, err
	}
	for _, v := range f.all[1:] {
		for _, text := range v.texts {
			if err := v.setting.apply(c, text); err != nil {
				return nil, err
			}
			source := Source{Kind: FromFlag, Name: "--" + v.setting.Name}
			switch v.setting.Name {
			case "file": // set by resolveStore
			case "no-journal":
				c.sources["journal"] = source
			default:
				c.sources[v.setting.Name] = source
			}
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
	setting *Setting
	texts   []string
}

// String returns the value as it is written on a command line.
func (f *flag) String() string {
	switch {
	case f.setting == nil: // as pflag makes one for comparison
		return ""
	case len(f.texts) > 0:
		return f.texts[len(f.texts)-1]
	}
	switch value := f.setting.Get(Default()).(type) {
	case string, bool, int:
		return fmt.Sprint(value)
	}
	return ""
}

// Type returns the placeholder of the value in help texts.
func (f *flag) Type() string {
	if f.setting.Value == "" {
		return "bool"
	}
	return f.setting.Value
}

// Set checks the value and keeps it.
func (f *flag) Set(text string) error {
	f.texts = append(f.texts, text)
	return f.setting.apply(Default(), text)
}
