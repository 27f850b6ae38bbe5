package config

import (
	"fmt"
	"testing"
)

func TestViews(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", "[]"},
		{"[[view]]\nkey = '1'\nname = 'prod'", "[{1 prod   []}]"},
		{
			"[[view]]\nkey = '1'\nname = 'a'\nfilter = '-state:ready'\n[[hook]]\non = ['dead']\nrun = ['a']\n" +
				"[[view]]\nkey = '2'\nname = 'b'\nsort = '-worst'\ncolumns = ['at', 'why', 'at']",
			"[{1 a -state:ready  []} {2 b  -worst [why at]}]",
		},
		{"view = [{key = '1', name = 'a'}]", "[{1 a   []}]"},
		{"\nview = [{key = '1', nam = 'a'}]", `c.toml:2:1: unknown key "nam" in view.0 (did you mean "name"?)`},
		{"view = 'a'", "c.toml:1:1: view must be an array of tables, each beginning with [[view]]"},
		{"view = ['a']", `c.toml:1:1: view.0 must be a table, such as { key = "1", name = "prod", filter = "provider:openai" }`},
		{"[[view]]\nkey = '1'\nname = 'a'\n\n[[view]]\nkey = '2'", "c.toml:6:1: view: key and name are both required"},
		{"[[view]]\nkey = '1'\nname = 'a'\n\n[[view]]\nname = 'b'", "c.toml:5:3: view: key and name are both required"},
		{"[[view]]\nkey = '1'\nname = ' '", "c.toml:2:1: view: key and name are both required"},
		{"[[view]]\nkey = 1\nname = 'a'", "c.toml:2:1: view: key must be a string"},
		{"[[view]]\nkey = '1'\nname = 'a'\nfiltr = 'x'", `c.toml:4:1: unknown key "filtr" in view.0 (did you mean "filter"?)`},
		{"[[view]]\nkey = '1'\nname = 'a'\nfilter = 'cod:4'", `c.toml:4:1: view: filter: no field "cod"; fields are profile, provider, state, code, streak, model, source, id and label`},
		{"[[view]]\nkey = '1'\nname = 'a'\nsort = 'wurst'", `c.toml:4:1: view: sort must be pool, worst, deadline, streak, state, change or requests, prefixed with - to reverse the order, not "wurst" (did you mean "worst"?)`},
		{"[[view]]\nkey = '1'\nname = 'a'\ncolumns = ['when']", `c.toml:4:1: view: columns must be a list of profile, why, streak, at, cooldown, next-fail, not "when"`},
		{"[[view]]\nkey = '1'\nname = 'a'\ncolumns = 'why'", `c.toml:4:1: view: columns must be a list of profile, why, streak, at, cooldown, next-fail`},
	} {
		cfg, err := Parse("c.toml", []byte(tt.text))
		got := fmt.Sprint(cfg.Views)
		if err != nil {
			got = err.Error()
		}
		equal(t, tt.text, got, tt.want)
	}
}

// TestArrangement checks that a view without an order or columns has the configured ones.
func TestArrangement(t *testing.T) {
	const views = "[[view]]\nkey = '1'\nname = 'a'\n[[view]]\nkey = '2'\nname = 'b'\nsort = 'worst'\ncolumns = []"
	cfg, err := Parse("c.toml", []byte("sort = '-streak'\ncolumns = ['why']\n"+views))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"streak true [why]", "worst false []"} {
		order, reverse, hidden := cfg.Arrangement(&cfg.Views[i])
		with := Config{Columns: []string{"why"}}
		shown := []string{}
		if hidden == with.Hidden() {
			shown = with.Columns
		} else {
			equal(t, "hidden", hidden, (&Config{}).Hidden())
		}
		equal(t, cfg.Views[i].Name, fmt.Sprint(order.Name(), " ", reverse, " ", shown), want)
	}
}
