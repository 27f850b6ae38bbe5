package config

import (
	"fmt"
	"testing"
)

func TestHooks(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", "[]"},
		{"[[hook]]\non = ['dead']\nrun = ['a', '-b']", "[{[dead] [a -b]}]"},
		{"[[hook]]\non = ['provider_out', 'all_back']\nrun = ['a']\n[[hook]]\non = ['dead']\nrun = ['b']", "[{[provider_out all_back] [a]} {[dead] [b]}]"},
		{"hook = [{on = ['dead'], run = ['a']}]", "[{[dead] [a]}]"},
		{"hook = 'a'", "c.toml:1:1: hook must be an array of tables, each beginning with [[hook]]"},
		{"[hook]\non = ['dead']", "c.toml:1:2: hook must be an array of tables, each beginning with [[hook]]"},
		{"[[hook]]\non = ['dead']\nrun = ['a']\n[[hook]]\non = ['ded']\nrun = ['b']", `c.toml:5:1: hook: on: "ded" is not a kind of event (did you mean "dead"?)`},
		{"[[hook]]\non = ['hook_failed']\nrun = ['a']", `c.toml:2:1: hook: on: "hook_failed" is not a kind of event ` +
			"(exhausted, held, due, ready, reset, undone, refreshed, dead, added, removed, pinned, released, forgotten, reordered, " +
			"provider_out, provider_back, all_back, file_missing, file_unreadable, file_recovered)"},
		{"[[hook]]\non = 'dead'\nrun = ['a']", `c.toml:2:1: hook: on must be a list of events, such as ["provider_out", "dead"]`},
		{"[[hook]]\non = ['dead']\nrun = 'notify-send x'", `c.toml:3:1: hook: run must be a program and its arguments, such as ["notify-send", "pooltop"]`},
		{"[[hook]]\non = ['dead']\nrun = []", `c.toml:3:1: hook: run must be a program and its arguments, such as ["notify-send", "pooltop"]`},
		{"[[hook]]\non = ['dead']\nrun = ['', 'x']", `c.toml:3:1: hook: run must be a program and its arguments, such as ["notify-send", "pooltop"]`},
		{"[[hook]]\non = ['dead']\nrun = ['a', 1]", `c.toml:3:1: hook: run must be a program and its arguments, such as ["notify-send", "pooltop"]`},
		{"[[hook]]\non = ['dead']", "c.toml:1:3: hook: on and run are both required"},
		{"hook = [{on = ['dead']}]", "c.toml:1:1: hook: on and run are both required"},
		{"hook = ['a']", `c.toml:1:1: hook.0 must be a table, such as { on = ["dead"], run = ["notify-send", "dead"] }`},
		{"[[hook]]\non = ['dead']\nruns = ['a']", `c.toml:3:1: unknown key "runs" in hook.0 (did you mean "run"?)`},
	} {
		cfg, err := Parse("c.toml", []byte(tt.text))
		got := fmt.Sprint(cfg.Hooks)
		if err != nil {
			got = err.Error()
		}
		equal(t, tt.text, got, tt.want)
	}
}

func TestHooks_Source(t *testing.T) {
	for text, want := range map[string]int{
		"hook = [{on = ['dead'], run = ['a']}]":  1,
		"[[hook]]\non = ['dead']\nrun = ['a']\n": 2,
	} {
		cfg, err := Parse("c.toml", []byte(text))
		if at := cfg.SourceOf("hook.0.on"); err != nil || at.Line != want {
			t.Errorf("%q: line %d, error %v; want line %d", text, at.Line, err, want)
		}
	}
}
