package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"pooltop/cli/internal/suggest"
	"pooltop/poolstate"
)

// Hook is a command to run for events of some kinds.
type Hook struct {
	On  []poolstate.EventKind
	Run []string // the program and its arguments
}

// HookKinds returns the kinds of events that a hook can handle.
func HookKinds() []string {
	var words []string
	for _, kind := range poolstate.EventKinds() {
		if kind != poolstate.EventHookFailed && kind != poolstate.EventCommand {
			words = append(words, kind.String())
		}
	}
	return words
}

// ParseKinds parses kinds of events.
func ParseKinds(words []string) (kinds []poolstate.EventKind, err error) {
	known := HookKinds()
	for _, word := range words {
		if !slices.Contains(known, word) {
			return nil, fmt.Errorf("%.60q is not a kind of event%s", word, cmp.Or(suggest.DidYouMean(word, known), " ("+strings.Join(known, ", ")+")"))
		}
		var kind poolstate.EventKind
		_ = kind.UnmarshalText([]byte(word)) // known
		kinds = append(kinds, kind)
	}
	return kinds, nil
}

// decodeHooks decodes the [[hook]] tables.
func (c *Config) decodeHooks(value any) error {
	tables, ok := value.([]any)
	if !ok && value != nil {
		return c.sources["hook"].Errorf("hook must be an array of tables, each beginning with [[hook]]")
	}
	for i, table := range tables {
		var h Hook
		path := fmt.Sprintf("hook.%d", i)
		err := c.decodeTable(path, table, "a table, such as { on = [\"dead\"], run = [\"notify-send\", \"dead\"] }", []string{"on", "run"}, func(key, name string, value any) error {
			words, ok := texts(value)
			if name == "run" {
				if h.Run = words; !ok || words[0] == "" {
					return c.hookSource(key).Errorf(`hook: run must be a program and its arguments, such as ["notify-send", "pooltop"]`)
				}
				return nil
			}
			kinds, err := ParseKinds(words)
			if h.On = kinds; !ok {
				return c.hookSource(key).Errorf(`hook: on must be a list of events, such as ["provider_out", "dead"]`)
			} else if err != nil {
				return c.hookSource(key).Errorf("hook: on: %w", err)
			}
			return nil
		})
		switch {
		case err != nil:
			return err
		case h.On == nil || h.Run == nil:
			return c.hookSource(path + ".on").Errorf("hook: on and run are both required")
		}
		c.Hooks = append(c.Hooks, h)
	}
	return nil
}

// hookSource returns the position of a key of a hook or, within an inline table, of all hooks.
func (c *Config) hookSource(key string) Source { return cmp.Or(c.sources[key], c.sources["hook"]) }

// texts converts a TOML value to a list of strings. It returns false if the value is anything
// else or empty.
func texts(value any) (out []string, ok bool) {
	list, _ := value.([]any)
	for _, v := range list {
		s, ok := v.(string)
		if !ok {
			return nil, false
		}
		out = append(out, s)
	}
	return out, len(out) > 0
}
