package config

import (
	"fmt"
	"slices"

	"github.com/spf13/pflag"
)

// Flags are the flags of one command that set configuration values.
type Flags struct {
	set     *pflag.FlagSet
	scope   Scope
	changed []*flag
}

// Bind adds the flags of the scopes to a command's flags.
func Bind(set *pflag.FlagSet, scope Scope) *Flags {
	f := &Flags{set: set, scope: scope | Always}
	defaults := Default()
	for _, s := range Settings() {
		if s.Scope&f.scope == 0 {
			continue
		}
		v := &flag{setting: s, owner: f, def: display(s.field(defaults))}
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

// flag is a setting as a flag. It keeps the texts that it was given, because they
// override the file, which is read later.
type flag struct {
	setting Setting
	owner   *Flags
	def     string
	texts   []string
}

// String returns the value as it is written on a command line.
func (f *flag) String() string {
	if len(f.texts) > 0 {
		return f.texts[len(f.texts)-1]
	}
	return f.def
}

// Type returns the placeholder for the value.
func (f *flag) Type() string {
	if f.setting.Value == "" {
		return "bool"
	}
	return f.setting.Value
}

// Set checks the value and keeps it.
func (f *flag) Set(text string) error {
	if err := f.setting.apply(Default(), text); err != nil {
		return &FlagError{f.setting.Name, f.setting.invalid(err)}
	}
	f.texts = append(f.texts, text)
	if !slices.Contains(f.owner.changed, f) {
		f.owner.changed = append(f.owner.changed, f)
	}
	return nil
}

// FlagError is an invalid value of a flag.
type FlagError struct {
	name string
	err  error
}

// Error returns what the flag accepts instead.
func (e *FlagError) Error() string { return fmt.Sprintf("--%s %v", e.name, e.err) }

// Load returns the configuration of the parsed command line.
func (f *Flags) Load() (*Config, error) {
	c := Default()
	named := f.set.Changed("config")
	if named {
		c.Path = f.set.Lookup("config").Value.String()
	} else {
		c.Path = defaultPath()
	}
	if err := c.read(named); err != nil {
		return nil, err
	}
	for _, v := range f.changed {
		for _, text := range v.texts {
			if err := v.setting.apply(c, text); err != nil {
				return nil, err
			}
		}
		source := Source{Kind: FromFlag, Name: "--" + v.setting.Name}
		switch name := v.setting.Name; name {
		case "file": // resolveStore does it
		case "no-journal":
			c.sources["journal"] = source
		default:
			c.sources[name] = source
		}
	}
	if f.scope&Store == 0 {
		return c, nil
	}
	err := c.resolveStore()
	return c, err
}

// display returns a value as it is written on a command line.
func display(field any) string {
	switch field := field.(type) {
	case *string:
		return *field
	case *bool:
		return fmt.Sprint(*field)
	}
	return ""
}
