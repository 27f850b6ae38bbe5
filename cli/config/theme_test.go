package config

import (
	"fmt"
	"testing"
)

func TestTheme(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"theme = 'light'", "light map[] "},
		{"[theme]\nbase = 'dark'", "dark map[] "},
		{"[theme]\nbase = 'dark'\nready = '#8FCF7f'\nrule = '#222222'", "dark map[rule:#222222 ready:#8FCF7f] "},
		{"theme = {base = 'light', dead = '#ffffff'}", "light map[dead:#ffffff] c.toml:1: theme: dead #ffffff is hard to read: its contrast is 1.0:1, less than 4.5:1"},
		{"[theme]\nbase = 'dark'\n\ntext = '#555555'\nheld = '#333333'", "dark map[text:#555555 held:#333333] c.toml:5: theme: held #333333 is hard to read: its contrast is 1.4:1, less than 4.5:1"},
		{"theme = 1", "c.toml:1:1: theme must be auto, dark, high-contrast-dark, catppuccin-mocha, gruvbox-dark, light, high-contrast-light or terminal"},
		{"theme = 'drak'", `c.toml:1:1: theme must be auto, dark, high-contrast-dark, catppuccin-mocha, gruvbox-dark, light, high-contrast-light or terminal, not "drak" (did you mean "dark"?)`},
		{"[theme]\nready = '#8fcf7f'", "c.toml:1:2: theme: base must be dark, high-contrast-dark, catppuccin-mocha, gruvbox-dark, light or high-contrast-light"},
		{"[theme]\nbase = 'terminal'", "c.toml:2:1: theme: base must be dark, high-contrast-dark, catppuccin-mocha, gruvbox-dark, light or high-contrast-light"},
		{"[theme]\nbase = 'dark'\nredy = '#8fcf7f'", `c.toml:3:1: unknown key "redy" in theme (did you mean "ready"?)`},
		{"[theme]\nbase = 'dark'\nready = 'green'", `c.toml:3:1: theme: ready must be a color such as "#8fcf7f", not "green"`},
		{"[theme]\nbase = 'dark'\nready = 7", `c.toml:3:1: theme: ready must be a color such as "#8fcf7f", not "7"`},
	} {
		cfg, err := Parse("c.toml", []byte(tt.text))
		got := fmt.Sprint(cfg.Theme, " ", cfg.Colors, " ", cfg.FaintColor())
		if err != nil {
			got = err.Error()
		}
		equal(t, tt.text, got, tt.want)
	}
}
