package model

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pooltop/ui"
)

func TestView_ASCII(t *testing.T) {
	d := startDashboard(t, mixedPool, func(c *Config) { c.ASCII = true })
	for _, keys := range []string{"", "j", "r", "u", "x", "esc", "enter", "esc", "f", "f", "esc", "e", "esc", "?", "esc", "left left left left"} {
		if keys != "" {
			d.do(keys)
		}
		v := d.m.View()
		for _, part := range []string{v.Content, v.WindowTitle} {
			if i := strings.IndexFunc(part, func(r rune) bool { return r >= utf8.RuneSelf }); i >= 0 {
				t.Errorf("after %q, the screen contains %q", keys, part[i:min(i+20, len(part))])
			}
		}
	}
}

func TestClicked_ASCII(t *testing.T) {
	d := startDashboard(t, twoOut, func(c *Config) { c.ASCII = true })
	d.do("m esc G d")
	d.click("p/down")
	d.isAt("f")
	d.click("down move")
	d.isAt("g")
}

func TestConfigChanged_ASCII(t *testing.T) {
	d := startDashboard(t, mixedPool)
	d.shows("● live")
	d.handle(ConfigChanged{Apply: func(cfg *Config) { cfg.ASCII = true }, Applied: []string{"ascii"}}, "o live", "v configuration: ascii changed")
}

func TestNotify_ASCII(t *testing.T) {
	d := startDashboard(t, `{"credential_pool": {"ключ": [{"access_token": "none", "id": "a"}]}}`, func(c *Config) {
		c.ASCII, c.Notify, c.Notifications = true, true, ui.NotifyOSC9
	})
	equal(t, "sent", notified(d, `{"credential_pool": {"ключ": [{"access_token": "none", "id": "a", "last_status": "exhausted"}]}}`), "???? out, 1 due now")
}
