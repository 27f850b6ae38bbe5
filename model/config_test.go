package model

import (
	"fmt"
	"image/color"
	"testing"

	tea "charm.land/bubbletea/v2"

	"pooltop/ui"
	"pooltop/ui/filter"
	"pooltop/ui/theme"
)

// What a person configured is how it begins.
func TestTheConfiguredBeginning(t *testing.T) {
	light := theme.SchemeContrastLight
	d := newDashboard(t, twoOut, func(c *Config) {
		c.Scheme, c.Order, c.Descending, c.Without = &light, filter.OrderStreak, true, ui.AllBut(ui.ColumnAt)
	})
	d.shows("waiting for") // an order of nothing is no trouble
	d.finish(d.m.readJournal())
	d.finish(d.m.loadPool())
	d.shows("order: streak, reversed", "BACK IN", " AT")
	d.hides("WHY", "STREAK", "COOLDOWN", "NEXT FAIL")
	d.hasTheme(theme.SchemeContrastLight, d.m.profile)
	d.send(tea.BackgroundColorMsg{Color: color.Black})
	d.hasTheme(theme.SchemeContrastLight, d.m.profile)
	d.press("t")
	d.shows("theme: dark;")
}

// A terminal is asked for its background only where that decides.
func TestAChosenThemeAsksNothing(t *testing.T) {
	dark := theme.SchemeDark
	for _, c := range []struct {
		scheme *theme.Scheme
		asks   bool
	}{{nil, true}, {&dark, false}} {
		d := newDashboard(t, twoOut, func(cfg *Config) { cfg.Scheme = c.scheme })
		asked := false
		want := fmt.Sprintf("%T", tea.RequestBackgroundColor())
		for _, msg := range results(d.m.Init()) {
			asked = asked || fmt.Sprintf("%T", msg) == want
		}
		equal(t, "asked", asked, c.asks)
	}
}
