package model

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"pooltop/ui"
)

func TestActions_MatchKeyMap(t *testing.T) {
	names, owner := map[string]bool{}, map[string]string{}
	for _, a := range newKeyMap(nil).actions() {
		names[a.Name] = true
		equal(t, "the keys of "+a.Name, strings.Join(a.binding.Keys(), " "), strings.Join(a.Keys, " "))
		for _, k := range a.Keys {
			equal(t, "another action of "+k, owner[k], "")
			owner[k] = a.Name
		}
	}
	equal(t, "the number of names", len(names), len(Actions()))
}

// The help lists every enabled key once.
func TestHelp_ListsEveryKey(t *testing.T) {
	d := startDashboard(t, twoOut, func(c *Config) { c.Keys = bound(t, "theme") })
	d.send(tea.WindowSizeMsg{Width: 160, Height: 80})
	d.press("?")
	lines := strings.Split(d.screen(), "\n")
	help := strings.Join(lines[:len(lines)-1], "\n") // without the footer
	for _, b := range slices.Concat(d.m.keys.help()...) {
		want, h := 1, b.Help()
		if !b.Enabled() {
			want = 0
		}
		line := regexp.MustCompile(`(?m)(?:^|  ) *` + regexp.QuoteMeta(h.Key) + ` +` + regexp.QuoteMeta(h.Desc) + `(  |$)`)
		if n := len(line.FindAllString(help, -1)); n != want {
			t.Errorf("the help lists %s %q %d times:\n%s", h.Key, h.Desc, n, help)
		}
	}
}

func TestFooter_OffersBoundKeys(t *testing.T) {
	keys := newKeyMap(nil)
	known := map[string]bool{}
	for _, b := range append(slices.Concat(keys.help()...), keys.move()) {
		known[strings.Join(b.Keys(), " ")] = true
	}
	for _, pane := range []ui.Pane{ui.PaneTable, ui.PaneDetail, ui.PaneEvents} {
		for _, listed := range []bool{true, false} {
			for _, b := range keys.footer(pane, listed) {
				if !known[strings.Join(b.Keys(), " ")] {
					t.Errorf("the footer offers %q", b.Keys())
				}
			}
		}
	}
}

func TestHelp_Scrolls(t *testing.T) {
	d := startDashboard(t, twoOut)
	d.send(tea.WindowSizeMsg{Width: 60, Height: 12})
	d.press("?")
	d.shows("up", "↓ more")
	first := d.screen()
	for _, k := range []string{"up", "pgup", "g"} {
		d.press(k)
		equal(t, "the help after "+k, d.screen(), first)
	}
	d.press("G")
	end := d.screen()
	d.hides("↓ more")
	for _, k := range []string{"down", "pgdown", "j", "end"} {
		d.press(k)
		equal(t, "the help after "+k, d.screen(), end)
	}
	for range 100 {
		d.press("up")
	}
	equal(t, "the help at its top", d.screen(), first)
	d.press("down", "esc", "?")
	equal(t, "the help opened again", d.screen(), first)
}
