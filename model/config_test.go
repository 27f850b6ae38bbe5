package model

import (
	"strings"
	"testing"

	"pooltop/ui/filter"
	"pooltop/ui/theme"
)

func TestConfigChanged(t *testing.T) {
	d := startDashboard(t, twoOut, func(cfg *Config) {
		cfg.Views = []View{{Key: "1", Name: "dead", Filter: "state:dead"}, {Key: "2", Name: "ready", Filter: "state:ready"}}
	})
	change := func(msg ConfigChanged, words ...string) {
		t.Helper()
		d.handle(msg, words...)
	}
	d.press("s 2", "ready")
	ready := View{Key: "2", Name: "only ready", Filter: "state:ready", Order: filter.OrderState}
	light := theme.SchemeLight
	change(ConfigChanged{
		Apply: func(cfg *Config) {
			cfg.Views, cfg.Scheme, cfg.Keys = []View{ready}, &light, KeyBindings{"reset": {"f5"}}
		},
		Applied: []string{"theme", "keys", "view"}, Restart: []string{"frame-rate", "hook"},
	}, "configuration: theme, keys, view changed; after the next start: frame-rate, hook", "only ready", "f5 reset")
	equal(t, "the theme", d.m.scheme, light)
	equal(t, "the order", d.m.arrangement.order, filter.OrderState)
	d.press("1")
	d.shows("only ready")
	d.press("2")
	d.hides("only ready")
	equal(t, "the order before the view", d.m.arrangement.order, filter.OrderPool.Next())

	d.press("2")
	order := func(cfg *Config) { cfg.Views, cfg.Order, cfg.Scheme = nil, filter.OrderStreak, nil }
	change(ConfigChanged{Apply: order, Applied: []string{"sort", "theme", "view"}}, "sort, theme, view changed")
	d.hides("only ready")
	equal(t, "the configured order", d.m.arrangement.order, filter.OrderStreak)
	equal(t, "the theme is chosen", d.m.themeChosen, false)

	d.press("s")
	change(ConfigChanged{Apply: order, Repaired: true}, "configuration: valid again, nothing changed")
	equal(t, "the order chosen by a key", d.m.arrangement.order, filter.OrderStreak.Next())
}

// TestRetheme_Colors checks that configured colors are used only with the configured theme.
func TestRetheme_Colors(t *testing.T) {
	dark := theme.SchemeDark
	d := startDashboard(t, twoOut, func(cfg *Config) {
		cfg.Scheme, cfg.Colors = &dark, theme.Colors{theme.Ready: "#010203"}
	})
	const own = "38;2;1;2;3m"
	for _, step := range []struct {
		keys string
		want bool
	}{{"", true}, {"t", false}, {"t t t t", true}} {
		d.press(step.keys)
		equal(t, "own colors after "+step.keys, strings.Contains(d.m.View().Content, own), step.want)
	}
}
