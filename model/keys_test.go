package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"
)

func TestScrollPane_Help(t *testing.T) {
	d := startDashboard(t, twoOut)
	d.send(tea.WindowSizeMsg{Width: 60, Height: 12})
	d.press("?", "up", "PgDn more")
	first := d.screen()
	d.press("G")
	d.hides("PgDn more")
	end := d.screen()
	d.press("up")
	up := d.screen()
	for _, step := range []struct{ keys, want string }{
		{"down", end},
		{"pgdown", end},
		{"pgdown pgdown up", up},
		{strings.Repeat("up ", 100), first},
		{"pgup", first},
		{"g", first},
		{"down esc ?", first},
	} {
		d.press(step.keys)
		equal(t, "the help after "+step.keys, d.screen(), step.want)
	}
}

func TestParseKey(t *testing.T) {
	for text, want := range map[string]string{
		"r": "r", "R": "R", "?": "?", "ä": "ä", "я": "я", "+": "+", " ": "space", "comma": ",",
		"enter": "enter", "Enter": "enter", "return": "enter", "escape": "esc", "PgUp": "pgup", "pageup": "pgup",
		"space": "space", "f5": "f5", "F20": "f20", "del": "delete", "ctrl+r": "ctrl+r", "Ctrl+R": "ctrl+r", "ctrl++": "ctrl++",
		"ctrl+space": "ctrl+space", "ctrl+pgdn": "ctrl+pgdown", "shift+r": "R", "shift+tab": "shift+tab", "alt+r": "alt+r",
		"alt+R": "alt+shift+r", "shift+ctrl+up": "ctrl+shift+up", "alt+ctrl+x": "ctrl+alt+x",
	} {
		got, err := ParseKey(text)
		equal(t, text, got, want)
		equal(t, "the error of "+text, err, nil)
	}
	for want, texts := range map[string][]string{
		"unknown key":       {"", "entr", "ctrl+", "ctrl", "hyper+x", "rr", "f21", "\x1b", "\u202e", "\u0301", "\xff", "ctrl+\n", "\u200b"},
		"use the character": {"shift+1"},
		"from tab":          {"ctrl+i"},
		"from enter":        {"ctrl+m"},
		"from esc":          {"Ctrl+["},
	} {
		for _, text := range texts {
			if got, err := ParseKey(text); got != "" || err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("ParseKey(%q) = %q, %v, want an error with %q", text, got, err, want)
			}
		}
	}
}

func TestParseKey_NamesOfKeyPresses(t *testing.T) {
	names := append(slices.Clone(namedKeys), "r", "R", "?", "ä", "+", "ctrl+r", "ctrl+alt+x", "alt+shift+r", "shift+tab", "ctrl+space", "shift+up", "ctrl++")
	for _, a := range Actions() {
		names = append(names, a.Keys...)
	}
	for _, name := range names {
		_ = keyPress(t, name) // fails if the name is invalid
		if got, err := ParseKey(name); err != nil || got != name {
			t.Errorf("ParseKey(%q) = %q, %v", name, got, err)
		}
	}
}

func TestKeyBindings_BindErrors(t *testing.T) {
	for _, tt := range []struct {
		action string
		keys   []string
		err    string
	}{
		{"rset", []string{"r"}, `unknown action "rset"`},
		{"reset", []string{"entr"}, `unknown key "entr"`},
		{"reset", []string{"r", "r"}, `reset lists the key "r" twice`},
		{"reset", []string{"ctrl+r", "Ctrl+R"}, `reset lists the key "ctrl+r" twice`},
		{"reset", []string{"esc"}, "esc always means back and cannot be bound to reset"},
		{"reset", []string{"ctrl+c"}, "ctrl+c always quits and cannot be bound to reset"},
		{"quit", nil, "quit needs a key"},
	} {
		b := KeyBindings{}
		err := b.Bind(tt.action, tt.keys)
		if err == nil || !strings.Contains(err.Error(), tt.err) || len(b) > 0 {
			t.Errorf("Bind(%q, %q) = %v, want an error with %q", tt.action, tt.keys, err, tt.err)
		}
	}
}

func TestKeyBindings_BindUnknownNameSuggestsOthers(t *testing.T) {
	var unknown *UnknownNameError
	equal(t, "unknown action reported", errors.As(KeyBindings{}.Bind("rset", nil), &unknown), true)
	equal(t, "Known contains reset", slices.Contains(unknown.Known, "reset"), true)
	equal(t, "unknown key reported", errors.As(KeyBindings{}.Bind("reset", []string{"entr"}), &unknown), true)
	equal(t, "Known contains enter", slices.Contains(unknown.Known, "enter"), true)
}

// bound returns bindings. Each line is an action followed by its keys.
func bound(t *testing.T, lines ...string) KeyBindings {
	t.Helper()
	b := KeyBindings{}
	for _, line := range lines {
		f := strings.Fields(line)
		equal(t, "the error of "+line, b.Bind(f[0], f[1:]), nil)
	}
	return b
}

func TestKeyBindings_Check(t *testing.T) {
	for _, tt := range []struct{ bindings, err string }{
		{"", ""},
		{"reset d, detail enter", ""},
		{"reset x, exhaust r", ""},
		{"reset x, exhaust", ""},
		{"reset x", `the key "x" is bound to both reset and exhaust; choose another for one of them`},
		{"exhaust r", `the key "r" is bound to both exhaust and reset; choose another for one of them`},
		{"reset z, exhaust z", `the key "z" is bound to both exhaust and reset; choose another for one of them`},
	} {
		got := ""
		if err := bound(t, strings.FieldsFunc(tt.bindings, func(r rune) bool { return r == ',' })...).Check(); err != nil {
			got = err.Error()
		}
		equal(t, tt.bindings, got, tt.err)
	}
}

// TestKeyBindings_BindBackAndQuit checks that esc and ctrl+c cannot be unbound.
func TestKeyBindings_BindBackAndQuit(t *testing.T) {
	b := bound(t, "quit Q", "back backspace")
	equal(t, "quit", strings.Join(b["quit"], " "), "Q ctrl+c")
	equal(t, "back", strings.Join(b["back"], " "), "backspace esc")
	equal(t, "back with none", strings.Join(bound(t, "back")["back"], " "), "esc")
	equal(t, "quit with ctrl+c", strings.Join(bound(t, "quit q ctrl+c")["quit"], " "), "q ctrl+c")
	equal(t, "an action with its default keys", strings.Join(b.Keys(Actions()[0]), " "), "up k")
}

// TestKeyBindings_Unbound checks that the screen does not mention an action that has no key.
func TestKeyBindings_Unbound(t *testing.T) {
	none := bound(t, "undo", "up", "down", "help", "unfold", "exhaust", "detail")
	d := startDashboard(t, twoOut, func(c *Config) { c.Keys = none })
	d.hides("u undo", " move", "? help", "x hold", "d detail")
	d.shows("r reset", "q quit")
	d.press("G left g left u x ? d")
	d.do("r")
	d.refuses("all providers are folded")
	d.hides("unfolds")
}

func TestKeyBindings_StatusNamesBoundKey(t *testing.T) {
	chosen := bound(t, "reset D f6", "undo ctrl+u U", "pause f7", "theme f8", "mouse f9", "notify f10", "unfold o", "fold c")
	for _, tt := range []struct{ press, want string }{
		{"down D", "; U undoes"},
		{"down f7 D", "paused; press f7 to resume"},
		{"f8", "; f8 switches to dark"},
		{"f9", "; f9 turns it off"},
		{"f10", "; f10 turns them off"},
		{"c G c D", "all providers are folded; o unfolds"},
	} {
		d := startDashboard(t, twoOut, func(c *Config) { c.Keys = chosen })
		d.send(tea.WindowSizeMsg{Width: 200, Height: 36})
		d.do(tt.press, tt.want)
	}
}

func TestKeyBindings_Golden(t *testing.T) {
	d := startDashboard(t, twoOut, func(c *Config) {
		c.Keys = bound(t, "up ctrl+p", "down ctrl+n", "reset f5 ctrl+d", "exhaust", "help f1 ?", "quit Q", "back b", "detail enter")
	})
	var b strings.Builder
	for _, size := range [][2]int{{120, 36}, {80, 24}, {50, 12}} {
		d.send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		for _, pane := range []string{"", "?"} {
			if pane != "" {
				d.press(pane)
			}
			lines := strings.Split(d.screen(), "\n")
			if pane == "" {
				lines = lines[len(lines)-1:] // the footer
			}
			fmt.Fprintf(&b, "=== %d×%d %s\n", size[0], size[1], pane)
			for _, l := range lines {
				b.WriteString(strings.TrimRight(l, " ") + "\n")
			}
		}
		d.press("esc")
	}
	golden.RequireEqual(t, b.String())
}
