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

// internalKinds are the kinds of events that no hook can handle.
var internalKinds = []poolstate.EventKind{poolstate.EventHookFailed, poolstate.EventCommand, poolstate.EventJournalFailed}

// HookKinds returns the kinds of events that a hook can handle.
func HookKinds() []string {
	var words []string
	for _, kind := range poolstate.EventKinds() {
		if !slices.Contains(internalKinds, kind) {
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
	return c.decodeTables("hook", value, `a table, such as { on = ["dead"], run = ["notify-send", "dead"] }`, []string{"on", "run"}, func(path string, table map[string]any) error {
		on, areKinds := texts(table["on"])
		run, isCommand := texts(table["run"])
		kinds, err := ParseKinds(on)
		switch {
		case table["on"] == nil || table["run"] == nil:
			return c.tableSource(path, "").Errorf("hook: on and run are both required")
		case !areKinds:
			return c.tableSource(path, "on").Errorf(`hook: on must be a list of events, such as ["provider_out", "dead"]`)
		case err != nil:
			return c.tableSource(path, "on").Errorf("hook: on: %w", err)
		case !isCommand || run[0] == "":
			return c.tableSource(path, "run").Errorf(`hook: run must be a program and its arguments, such as ["notify-send", "pooltop"]`)
		}
		c.Hooks = append(c.Hooks, Hook{kinds, run})
		return nil
	})
}

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
