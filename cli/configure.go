package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"pooltop/model"
)

// originKind is where a value comes from.
type originKind string

const (
	originDefault     originKind = "default"
	originFile        originKind = "file"
	originEnvironment originKind = "environment"
	originFlag        originKind = "flag"
)

// origin is where a value comes from: the flag, the variable, or the line of the
// file.
type origin struct {
	kind originKind
	name string
	line int
}

// String is the origin in a word or two, for a person.
func (o origin) String() string {
	switch o.kind {
	case originFlag:
		return "flag " + o.name
	case originFile:
		return fmt.Sprintf("%s:%d", o.name, o.line)
	case originEnvironment:
		return o.name
	case originDefault:
	}
	return string(originDefault)
}

// configuration is what was chosen, and by what. The values themselves are in the
// options.
type configuration struct {
	settings []setting
	// file is the one that was read, or would have been.
	file configFile
	// origins are those of the settings, and keyOrigins those of the keys of an
	// action; what is missing is the default.
	origins, keyOrigins map[string]origin
}

// configured makes a command, and those below it, read the configuration before
// they do anything.
func configured(cmd *cobra.Command, o *options) {
	if do := cmd.RunE; do != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			if err := o.configure(cmd); err != nil {
				return err
			}
			return do(cmd, args)
		}
	}
	for _, c := range cmd.Commands() {
		configured(c, o)
	}
}

// configure puts the options together: a flag goes before the environment, that
// before the file, and that before what is usual.
func (o *options) configure(cmd *cobra.Command) error {
	file, err := readConfig(o.configPath, cmd.Flags().Changed("config"))
	if err != nil {
		return err
	}
	return o.apply(file, cmd.Flags().Changed)
}

// apply takes over what a file says and no flag does. All of it is looked at.
func (o *options) apply(file configFile, changed func(flag string) bool) error {
	c := &o.configuration
	c.file, c.origins, c.keyOrigins = file, map[string]origin{}, map[string]origin{}
	for _, s := range c.settings {
		if changed(s.key) {
			c.origins[s.key] = origin{kind: originFlag, name: "--" + s.key}
		}
	}
	if changed("no-journal") {
		c.origins["journal"] = origin{kind: originFlag, name: "--no-journal"}
	}
	c.locate(o)
	for _, e := range file.values {
		s := c.setting(e.key)
		if s == nil {
			return file.wrong(e, c.unknown(e))
		}
		_, better := c.origins[e.key]
		if err := s.put(e.value, !better); err != nil {
			return file.wrong(e, fmt.Errorf("%s %w", e.key, err))
		}
		if !better {
			c.origins[e.key] = file.origin(e)
		}
	}
	if c.origins["file"].kind == originFile {
		o.location.File = o.configuredFile
	}
	return o.applyKeys(file)
}

// locate notes what names the store, if a flag or the environment does.
func (c *configuration) locate(o *options) {
	delete(c.origins, "file") // an empty path names nothing
	for _, by := range []struct{ origin, names string }{
		{"--file", o.location.File},
		{"--home", o.location.Home},
		{"--profile", o.location.Profile},
	} {
		if by.names != "" {
			c.origins["file"] = origin{kind: originFlag, name: by.origin}
			return
		}
	}
	if strings.TrimSpace(os.Getenv("HERMES_HOME")) != "" {
		c.origins["file"] = origin{kind: originEnvironment, name: "$HERMES_HOME"}
	}
}

func (c *configuration) setting(key string) *setting {
	i := slices.IndexFunc(c.settings, func(s setting) bool { return s.key == key })
	if i < 0 {
		return nil
	}
	return &c.settings[i]
}

// unknown says that a key means nothing, and which may have been meant.
func (c *configuration) unknown(e configEntry) error {
	if e.key == "keys" { // and no table
		return fmt.Errorf("keys takes a table of actions and their keys, such as [keys] and reset = [\"r\"], not %s", quotedValue(e.value))
	}
	known := []string{"keys"}
	for _, s := range c.settings {
		known = append(known, s.key)
	}
	return fmt.Errorf("unknown key %s%s", quotedValue(e.key), didYouMean(e.key, known))
}

// applyKeys puts the keys together. Only at the end are they looked at as a
// whole: a flag may mend what the file says.
func (o *options) applyKeys(file configFile) error {
	c, all := &o.configuration, model.KeyBindings{}
	for _, e := range file.keys {
		keys, err := keyList(e.key, e.value)
		if err == nil {
			err = all.Bind(e.key, keys)
		}
		err = explainKeys(e.key, err)
		if err != nil {
			return file.wrong(e, err)
		}
		c.keyOrigins[e.key] = file.origin(e)
	}
	for action, keys := range o.flagKeys {
		all[action] = keys
		c.keyOrigins[action] = origin{kind: originFlag, name: "--key"}
	}
	o.keys = all
	var conflict *model.ConflictError
	if err := all.Check(); errors.As(err, &conflict) {
		if from := c.keyOrigins[conflict.Chosen]; from.kind == originFile {
			return file.wrong(configEntry{key: conflict.Chosen, line: from.line}, err)
		}
		return usageError("--key %s: %w", conflict.Chosen, err)
	}
	return nil
}

// keyList reads the list of an action's keys.
func keyList(action string, value any) ([]string, error) {
	if err := model.KnownAction(action); err != nil {
		return nil, err
	}
	const takes = `%s takes a list of keys, such as ["r", "ctrl+d"], not %s`
	list, ok := value.([]any)
	if !ok {
		return nil, fmt.Errorf(takes, action, quotedValue(value))
	}
	keys := make([]string, len(list))
	for i, item := range list {
		if keys[i], ok = item.(string); !ok {
			return nil, fmt.Errorf(takes, action, "one with "+quotedValue(item))
		}
	}
	return keys, nil
}

// explainKeys says what is wrong with the keys of an action, and what may have
// been meant.
func explainKeys(action string, err error) error {
	var unknown *model.UnknownNameError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &unknown):
		return err
	case unknown.What == "action":
		return fmt.Errorf("unknown action %s%s; pooltop config lists them", quotedValue(unknown.Name), didYouMean(unknown.Name, unknown.Known))
	}
	return fmt.Errorf("unknown key %s for %s%s", quotedValue(unknown.Name), action, didYouMean(unknown.Name, unknown.Known))
}

// wrong is the error of an entry, with its place.
func (f configFile) wrong(e configEntry, err error) error {
	if e.line == 0 {
		return usageError("%s: %w", f.shown, err)
	}
	return usageError("%s:%d: %w", f.shown, e.line, err)
}

func (f configFile) origin(e configEntry) origin {
	return origin{kind: originFile, name: filepath.Base(f.path), line: e.line}
}

// keysFlag is --key: an action and its keys, as often as one likes.
type keysFlag struct{ o *options }

// String is empty: without the flag every action keeps its keys.
func (f keysFlag) String() string { return "" }

// Type is what the help calls the values.
func (f keysFlag) Type() string { return "action=keys" }

// Set reads one action and its keys. The last word on an action is the one that
// counts.
func (f keysFlag) Set(text string) error {
	action, list, ok := strings.Cut(text, "=")
	if !ok {
		return takesInstead("an action and its keys, such as reset=r,ctrl+d", text)
	}
	var keys []string
	if list != "" {
		keys = strings.Split(list, ",")
	}
	if slices.Contains(keys, "") {
		return fmt.Errorf("%s has a key without a name; the key , is called comma", quotedValue(text))
	}
	if f.o.flagKeys == nil {
		f.o.flagKeys = model.KeyBindings{}
	}
	return explainKeys(action, f.o.flagKeys.Bind(action, keys))
}
