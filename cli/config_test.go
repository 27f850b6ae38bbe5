package cli

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pooltop/cli/config"
	"pooltop/model"
	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/poolstate/simulate"
)

// writeConfig writes a configuration file and returns its path.
func writeConfig(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	writeFile(t, path, []byte(text))
	return path
}

// setHome sets the home directory on any platform.
func setHome(t *testing.T, dir string) {
	t.Helper()
	for name, value := range map[string]string{"HOME": dir, "USERPROFILE": dir, "APPDATA": "", "LOCALAPPDATA": "", "XDG_CONFIG_HOME": ""} {
		t.Setenv(name, value)
	}
}

// TestConfig_Invalid checks that if the file is invalid, every command that reads the
// configuration fails before it does anything.
func TestConfig_Invalid(t *testing.T) {
	file, home := sampleFile(t, "backoff.json"), t.TempDir()
	setHome(t, home)
	t.Setenv("XDG_CONFIG_HOME", home)
	writeFile(t, filepath.Join(home, "pooltop", "config.toml"), []byte("# colors\n\nthme = 'dark'\n"))
	before := string(readFile(t, file))
	message := filepath.Join(home, "pooltop", "config.toml") + ":3:1: unknown key \"thme\" (did you mean \"theme\"?)\n"
	for _, line := range []string{
		"", "demo", "list", "list --json", "status", "report", "backoff", "simulate", "config", "config --json",
		"reset openrouter --yes", "reset --all --dry-run", "exhaust openrouter primary", "sync", "undo",
	} {
		out := pooltop(t, strings.Fields(line)...)
		refused(t, out, exitUsage)
		if !strings.HasSuffix(out.stderr, ": "+message) {
			t.Errorf("%s: %q does not end with %q", line, out.stderr, message)
		}
	}
	equal(t, "the store", string(readFile(t, file)), before)
	for _, line := range []string{"--help", "list --help", "help list", "--version", "completion bash", "completion zsh"} {
		done(t, pooltop(t, strings.Fields(line)...))
	}
}

// TestConfig_KeyErrors checks that errors about key bindings include the position, and that a
// flag can resolve a conflict in the file.
func TestConfig_KeyErrors(t *testing.T) {
	for _, c := range []struct{ text, args, want string }{
		{"[keys]\n\nrset = ['r']", "", `FILE:3:1: unknown action "rset" (did you mean "reset"?)`},
		{"[keys]\nreset = ['entr']", "", `FILE:2:1: unknown key "entr" for reset (did you mean "enter"?)`},
		{"keys = {rset = ['r']}", "", `FILE:1:9: unknown action "rset"`},
		{"[keys]\nup = ['i']\nreset = ['x']", "", `FILE:3:1: the key "x" is bound to both reset and exhaust`},
		{"[keys]\nexhaust = ['z']\nreset = ['z']", "", `FILE:2:1: the key "z" is bound to both exhaust and reset`},
		{"[keys]\nreset = ['x']", "--key exhaust=E", ""},
		{"[[view]]\nkey = '1'\nname = 'a'\n[[view]]\nname = 'b'\nkey = '1'", "", `FILE:6:1: the key "1" of the view "b" is bound to view "a"; choose another`},
		{"[[command]]\nkey = '1'\nname = 'b'\nrun = ['x']\n[[view]]\nkey = '1'\nname = 'a'", "", `FILE:2:1: the key "1" of the command "b" is bound to view "a"; choose another`},
		{"[[command]]\nkey = 'x'\nname = 'b'\nrun = ['x']", "", `FILE:2:1: the key "x" of the command "b" is bound to exhaust; choose another`},
		{"[[command]]\nrun = ['x']\nname = 'b'\nkey = 'foo'", "", `FILE:4:1: unknown key "foo" for the command "b"`},
		{"[[view]]\nkey = 'R'\nname = 'a'", "", `FILE:2:1: the key "R" of the view "a" is bound to reset-provider; choose another`},
		{"[[view]]\nkey = 'R'\nname = 'a'", "--key reset-provider=", ""},
		{"[[view]]\nkey = 'entr'\nname = 'a'", "", `FILE:2:1: unknown key "entr" for the view "a" (did you mean "enter"?)`},
		{"[keys]\nreset = ['x']", "--key reset=r", ""},
		{"[keys]\nreset = ['x']", "--key exhaust=x", `--key: the key "x" is bound to both exhaust and reset`},
		{"[keys]\nreset = ['x']", "--key undo=r --key exhaust=u", ""}, // each key moves to the next action
	} {
		path := writeConfig(t, c.text)
		out := pooltop(t, append([]string{"config", "--config", path}, strings.Fields(c.args)...)...)
		if c.want == "" {
			done(t, out)
		} else {
			refused(t, out, exitUsage, "pooltop config: "+strings.Replace(c.want, "FILE", path, 1))
		}
	}
}

// TestList_Configured checks that list shows the configured columns. It ignores the configured
// sort order, because credentials are numbered in rotation order.
func TestList_Configured(t *testing.T) {
	store := sampleFile(t, "backoff.json")
	titles := func(args ...string) string {
		head, _, _ := strings.Cut(done(t, at(t, store, append([]string{"list"}, args...)...)), "primary")
		_, columns, _ := strings.Cut(head, "CREDENTIAL")
		return strings.Join(strings.Fields(columns), " ")
	}
	file := writeConfig(t, "columns = ['streak']\nsort = 'streak'\ntheme = 'light'")
	contains(t, titles("--config", file), "STATE STREAK BACK IN ")
	contains(t, titles("--config", file, "--columns", "at,why"), "STATE WHY BACK IN AT ")
	sorted := done(t, at(t, store, "list", "--config", writeConfig(t, "sort = 'streak'")))
	equal(t, "the order", sorted, done(t, at(t, store, "list")))
}

// TestStoreDashboard_Curve checks that the dashboard uses the configured schedule, unless it
// shows a demo.
func TestStoreDashboard_Curve(t *testing.T) {
	cfg, err := config.Parse("config.toml", []byte("[backoff]\ncap = 3\n[backoff.providers.openrouter]\ncap = 4"))
	must(t, err)
	cfg.File = sampleFile(t, "backoff.json")
	curve := storeDashboard(cfg, noLog, false).Curve
	equal(t, "cap", curve.For("anthropic").Cap, 3)
	equal(t, "cap of a provider", curve.For("openrouter").Cap, 4)
	demo := demoDashboard(&journal.Operator{Store: poolstate.Open("auth.json")}, 1, cfg, &demoPlayer{clock: &simulate.Clock{}})
	equal(t, "cap in a demo", demo.Curve.For("openrouter").Cap, 8)
}

// TestConfig_Sources checks that each value is printed with its source. A --key flag overrides
// only the keys of its action.
func TestConfig_Sources(t *testing.T) {
	t.Setenv("HERMES_HOME", "/env")
	file := writeConfig(t, "theme = 'light'\n[keys]\nreset = ['f5']\nundo = ['U']\nmouse = []\nquit = ['Q']\n")
	for args, lines := range map[string][]string{
		"":                           {`auth.json"  # $HERMES_HOME`, `policy = "auto"  # default`, `reset = ["r"]  # default`, `up = ["up", "k"]  # default`},
		"--policy flat --no-journal": {`policy = "flat"  # flag --policy`, "journal = false  # flag --no-journal"},
		"--config " + file: {
			`theme = "light"  # config.toml:1`, `reset = ["f5"]  # config.toml:3`, "mouse = []  # config.toml:5",
			`quit = ["Q", "ctrl+c"]  # config.toml:6`, `sort = "pool"  # default`,
		},
		"--config " + file + " --key reset=r,Ctrl+D":                       {`reset = ["r", "ctrl+d"]  # flag --key`, `undo = ["U"]  # config.toml:4`},
		"--key reset=f6 --key reset=f7 --key undo=f8":                      {`reset = ["f7"]  # flag --key`, `undo = ["f8"]  # flag --key`},
		"--key exhaust= --key faster=f8 --key help=comma,plus --journal=1": {"exhaust = []  # flag --key", `help = [",", "+"]  # flag --key`, "# flag --journal"},
		"--config " + writeConfig(t, "[agent]\npolicy = 'flat-2026-10'\nttl = {429 = '90s', 402 = '2 min', other = '1h'}\n"): {
			"\n[agent]\n" + `policy = "flat-2026-10"  # config.toml:2`, `ttl = {402 = "2m", 429 = "1m30s", other = "1h"}  # config.toml:3`,
		},
		"--config " + writeConfig(t, "[backoff]\ncap = 2.5\nforget-after = '1d'\nbase = {429 = '90s'}\n[backoff.providers.'a b']\nfactor = 3.0\n"): {
			"\n[backoff]\nfactor = 2  # default\ncap = 2.5  # config.toml:2\nforget-after = \"24h\"  # config.toml:3\nstagger = true  # default",
			`base = {429 = "1m30s"}  # config.toml:4` + "\n\n" + `[backoff.providers."a b"]` + "\nfactor = 3  # config.toml:6\n",
		},
		"--config " + writeConfig(t, "[agent.ttl]\n402 = '2m'\n"): {`policy = "auto"  # default`, `ttl = {402 = "2m"}  # config.toml:1`},
	} {
		out := done(t, pooltop(t, append([]string{"config"}, strings.Fields(args)...)...))
		for _, line := range lines {
			contains(t, out, line+"\n")
		}
		_, table, _ := strings.Cut(out, "\n[keys]\n")
		equal(t, "the actions", strings.Count(table, " = "), len(model.Actions()))
	}
}

// TestConfig_RoundTrip checks that the output is a configuration file with the same values.
func TestConfig_RoundTrip(t *testing.T) {
	odd := "a \"quoted\" \\ and \x1b[31m odd 名 \U000e0001"
	setHome(t, filepath.Join(t.TempDir(), odd))
	for _, c := range [][]string{
		{},
		{"--theme", "light", "--sort", "-streak", "--columns", "why", "--notify", "--frame-rate", "60", "--no-journal"},
		{"--policy", "flat", "--columns", "next-fail,why", "--file", "x.json"},
		{"--profile", "work", "--theme", "high-contrast-light"},
		{"--key", "reset=f5,\\,\",'", "--key", "undo=", "--key", "quit=Q", "--key", "back=b", "--key", "help=ä,comma"},
		{"--config", writeConfig(t, "agent = {policy = 'flat-2026-08', ttl = {402 = '0.1s', other = '1d 12h'}}")},
		{"--config", writeConfig(t, "[backoff]\nfactor = 1.1\ncap = 33.333333333333336\nstagger = false\nforget-after = '1d 1s'\nproviders.'a\"\\.b' = {cap = 1, base = {429 = '366d'}}")},
		{"--config", writeConfig(t, "[theme]\nbase = 'light'\ndead = '#ffffff'\nready = '#00AA00'")},
		{"--config", writeConfig(t, "[[view]]\nkey = 'pageup'\nname = '名\"'\nfilter = 'state:dead'\nsort = '-worst'\ncolumns = ['why']\n[keys]\npage-up = []\n[[view]]\nkey = '1'\nname = 'b'\ncolumns = []")},
		{"--config", writeConfig(t, "file = '~/x.json'\nsort = 'worst'\ncolumns = []\n[keys]\nsort = ['f9', '#']\n")},
	} {
		first := done(t, pooltop(t, append([]string{"config"}, c...)...))
		lacks(t, first, "\x1b", "\x00")
		again := writeConfig(t, first)
		equal(t, fmt.Sprintf("%q again", c), values(done(t, pooltop(t, "config", "--config", again))), values(first))
	}
}

// values returns the lines of a configuration without their comments.
func values(text string) string {
	var out []string
	for line := range strings.Lines(text) {
		if value, _, found := strings.Cut(line, "  # "); found || strings.HasPrefix(line, "[") {
			out = append(out, strings.TrimSpace(value))
		}
	}
	return strings.Join(out, "\n")
}

func TestConfig_Path(t *testing.T) {
	home := t.TempDir()
	setHome(t, home)
	usual, mine := filepath.Join(home, ".config", "pooltop", "config.toml"), writeConfig(t, "")
	check := func(line, path string, args ...string) {
		t.Helper()
		contains(t, done(t, pooltop(t, append([]string{"config"}, args...)...)), "# Effective configuration of pooltop, "+line+"\n")
		o := decoded(t, done(t, pooltop(t, append([]string{"config", "--json"}, args...)...)))
		equal(t, "path and read", fmt.Sprint(o["path"], " ", o["read"]), path)
	}
	check("from "+filepath.FromSlash("~/.config/pooltop/config.toml")+" (missing)", usual+" false")
	writeFile(t, usual, []byte("theme = 'dark'"))
	check("from "+filepath.FromSlash("~/.config/pooltop/config.toml"), usual+" true")
	check("without a file", "<nil> false", "--config", "")
	check("from "+mine, mine+" true", "--config", mine)
}

// TestConfig_Example checks that the example has only comments, even if the configuration is
// invalid, and that without them it sets every value.
func TestConfig_Example(t *testing.T) {
	out := done(t, pooltop(t, "config", "--example", "--config", writeConfig(t, "x = 1")))
	equal(t, "values", values(done(t, pooltop(t, "config", "--config", writeConfig(t, out)))), values(done(t, pooltop(t, "config"))))
	_, lines, _ := strings.Cut(out, "\n\n")
	text := strings.TrimPrefix(strings.ReplaceAll(lines, "\n#", "\n"), "#")
	contains(t, string(readFile(t, filepath.Join("..", "docs", "configuration.md"))), "```toml\n"+text+"```\n")
}

// TestConfig_Colors checks that a flag for the theme overrides the [theme] table, and that the
// output warns of a color that is hard to read.
func TestConfig_Colors(t *testing.T) {
	file := writeConfig(t, "[theme]\nbase = 'dark'\ndead = '#300000'")
	out := done(t, pooltop(t, "config", "--config", file))
	contains(t, out, `theme = {base = "dark", dead = "#300000"}  # config.toml:1`, "# config.toml:3: theme: dead #300000 is hard to read")
	out = done(t, pooltop(t, "config", "--config", file, "--theme", "light"))
	contains(t, out, `theme = "light"  # flag --theme`)
	lacks(t, out, "hard to read")
}

func TestConfig_JSON(t *testing.T) {
	file := writeConfig(t, "theme = 'light'\n[agent]\nttl = {402 = '2m'}")
	o := decoded(t, done(t, pooltop(t, "config", "--json", "--config", file, "--notify")))
	equal(t, "the fields", strings.Join(slices.Sorted(maps.Keys(o)), " "), "agent backoff commands hooks keys path read stores values views")
	values := o["values"].(object)
	equal(t, "a value of the file", asJSON(t, values["theme"]), `{"from":"config.toml","line":1,"origin":"file","value":"light"}`)
	equal(t, "a value of a flag", asJSON(t, values["notify"]), `{"from":"--notify","line":null,"origin":"flag","value":true}`)
	equal(t, "the default", asJSON(t, o["keys"].(object)["reset"]), `{"from":null,"line":null,"origin":"default","value":["r"]}`)
	equal(t, "the agent", asJSON(t, o["agent"]), `{"policy":{"from":null,"line":null,"origin":"default","value":"auto"},`+
		`"ttl":{"from":"config.toml","line":3,"origin":"file","value":{"402":"2m"}}}`)
	equal(t, "the default schedule", asJSON(t, o["backoff"].(object)["cap"]), `{"from":null,"line":null,"origin":"default","value":8}`)
	file = writeConfig(t, "[backoff.providers.openrouter]\ncap = 1.5\nbase = {429 = '15m'}\n[backoff.providers.none]\n")
	o = decoded(t, done(t, pooltop(t, "config", "--json", "--config", file)))["backoff"].(object)
	equal(t, "the schedule", strings.Join(slices.Sorted(maps.Keys(o)), " "), "base cap factor forget-after providers stagger")
	equal(t, "the providers", asJSON(t, o["providers"]), `{"none":{},"openrouter":{"base":{"from":"config.toml","line":3,"origin":"file","value":{"429":"15m"}},`+
		`"cap":{"from":"config.toml","line":2,"origin":"file","value":1.5}}}`)
	var names []string
	for _, s := range config.Settings() {
		names = append(names, s.Name)
	}
	slices.Sort(names)
	equal(t, "the values", strings.Join(slices.Sorted(maps.Keys(values)), " "), strings.Join(names, " "))
}

// FuzzConfig checks that every error is one line without control characters, and that printing
// a valid configuration and parsing the output yields the same values.
func FuzzConfig(f *testing.F) {
	for _, seed := range []string{
		"", "theme = 'light'\nsort = '-streak'\ncolumns = ['why']\nfile = '/a'\nnotify = true\nframe-rate = 5\njournal = false\npolicy = 'flat'",
		"[keys]\nreset = ['r', 'ctrl+d']\nundo = []\nquit = ['Q']\n", "keys = {back = ['b']}", "[[keys]]", "[agent]\npolicy = 'flat'\nttl = {402 = '2m', other = '1d'}", "agent = {ttl = {402 = 1}}", "[agent]\nttl = 1e999", "thme = 1", "keys.up = ['\x1b']",
		"theme = {base = 'dark', held = '#111111'}", "[theme]\nbase = 'x'",
		"[[view]]\nkey = '1'\nname = 'a'\nfilter = 'code:429'\nsort = '-state'\ncolumns = ['why']", "view = [{key = '\x1b', name = 'b'}]",
		"[backoff]\nfactor = 1.5\ncap = 1e1\nforget-after = '1d'\nstagger = false\nbase = {429 = '1h'}\n[backoff.providers.'a.b']\ncap = 4\nbase.429 = '15m'",
		"backoff = {factor = nan, cap = 1e999}", "backoff.providers = {x = {cap = 1, factor = 1.0000000000000002}, '' = {}}", "[backoff]\ncap = 99999999999999999999",
		"\ufeff#", "theme = \"\\u001b\"", "a.b.c = {d = [1, 2.5, 1979-05-27]}", "x = [[[[", "\"\\n\" = 1\n\"\\n\" = 2",
	} {
		f.Add([]byte(seed))
	}
	for _, text := range hostile {
		q := tomlString(text)
		for _, seed := range []string{
			text, "theme = '" + text + "'", q + " = 1\n" + q + " = 1", "theme = " + q, "columns = [" + q + "]", "file = " + q,
			"[keys]\n" + q + " = []", "[keys]\nreset = [" + q + "]",
		} {
			f.Add([]byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4<<10 {
			return // reporting an error for each of many lines is slow
		}
		cfg, err := parsed("config.toml", data)
		if err != nil {
			var printed strings.Builder
			printError(&printed, "pooltop", err)
			if line := printed.String(); !strings.HasPrefix(line, "pooltop: config.toml:") || strings.Count(line, "\n") != 1 || raw(line) != "" {
				t.Errorf("the error is %q", line)
			}
			return
		}
		text := newConfigReport(cfg).toml.String()
		equal(t, "control characters", raw(text), "")
		again, err := parsed("printed.toml", []byte(text))
		if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		equal(t, "the configuration again", values(newConfigReport(again).toml.String()), values(text))
	})
}

// parsed parses a configuration and checks its key bindings.
func parsed(path string, data []byte) (*config.Config, error) {
	cfg, err := config.Parse(path, data)
	if err == nil {
		cfg.File = cmp.Or(cfg.File, "/auth.json") // unlike Load, Parse does not set the default path
		err = bindKeys(cfg)
	}
	return cfg, err
}
