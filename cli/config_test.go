package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pooltop/cli/config"
	"pooltop/model"
)

// configIn returns the path of a configuration file.
func configIn(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	writeFile(t, path, []byte(text))
	return path
}

// isHome makes a directory the home directory on any platform.
func isHome(t *testing.T, dir string) {
	t.Helper()
	for name, value := range map[string]string{"HOME": dir, "USERPROFILE": dir, "APPDATA": "", "LOCALAPPDATA": "", "XDG_CONFIG_HOME": ""} {
		t.Setenv(name, value)
	}
}

// An invalid file stops every command that reads it before it does anything.
func TestConfig_Invalid(t *testing.T) {
	file, home := sampleFile(t, "backoff.json"), t.TempDir()
	isHome(t, home)
	t.Setenv("XDG_CONFIG_HOME", home)
	writeFile(t, filepath.Join(home, "pooltop", "config.toml"), []byte("# colours\n\nthme = 'dark'\n"))
	before := string(readFile(t, file))
	says := filepath.Join(home, "pooltop", "config.toml") + ":3:1: unknown key \"thme\" (did you mean \"theme\"?)\n"
	for _, line := range []string{
		"", "demo", "list", "list --json", "status", "report", "backoff", "config", "config --json",
		"reset openrouter --yes", "reset --all --dry-run", "exhaust openrouter primary", "sync", "undo",
	} {
		out := pooltop(t, strings.Fields(line)...)
		refused(t, out, exitUsage)
		if !strings.HasSuffix(out.stderr, ": "+says) {
			t.Errorf("%s: %q does not end with %q", line, out.stderr, says)
		}
	}
	equal(t, "the store", string(readFile(t, file)), before)
	for _, line := range []string{"--help", "list --help", "help list", "--version", "completion bash", "completion zsh"} {
		done(t, pooltop(t, strings.Fields(line)...))
	}
	done(t, at(t, file, "list", "--config", ""))
	done(t, at(t, file, "list", "--config="))
	done(t, at(t, file, "list", "--config", configIn(t, "")))
	refused(t, pooltop(t, "nonsense"), exitUsage, "unknown command")
}

func TestConfig_KeyErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"[keys]\n\nrset = ['r']", `3: unknown action "rset" (did you mean "reset"?)`},
		{"[keys]\nreset = ['entr']", `2: unknown key "entr" for reset (did you mean "enter"?)`},
		{"[keys]\nreset = ['r', 'r']", `2: reset has the key "r" twice`},
		{"[keys]\nreset = ['esc']", "2: esc always goes back"},
		{"[keys]\nreset = ['ctrl+c']", "2: ctrl+c always quits"},
		{"[keys]\nquit = []", "2: quit needs a key"},
		{"[keys]\nup = ['i']\nreset = ['x']", `3: the key "x" is bound to both reset and exhaust`},
		{"[keys]\nexhaust = ['z']\nreset = ['z']", `2: the key "z" is bound to both exhaust and reset`},
		{"keys = {rset = ['r']}", `1: unknown action "rset"`},
	} {
		path := configIn(t, c.text)
		line, reason, _ := strings.Cut(c.want, ": ")
		refused(t, pooltop(t, "config", "--config", path), exitUsage, "pooltop config: "+path+":"+line+":", ": "+reason)
	}
}

func TestConfig_HostileText(t *testing.T) {
	for name, text := range hostile {
		for _, c := range []string{
			tomlString(text) + " = 1", "theme = " + tomlString(text), "columns = [" + tomlString(text) + "]", "file = " + tomlString(text),
			"[keys]\n" + tomlString(text) + " = []", "[keys]\nreset = [" + tomlString(text) + "]", "theme = '" + text + "'", text,
			tomlString(text) + " = 1\n" + tomlString(text) + " = 1",
		} {
			out := pooltop(t, "config", "--config", configIn(t, c))
			if out.code != exitDone {
				refused(t, out, exitUsage)
			}
			checkHarmless(t, name, out)
		}
	}
}

func TestConfig_Used(t *testing.T) {
	store := sampleFile(t, "backoff.json")
	file := configIn(t, "policy = 'flat'\njournal = false\nfile = "+tomlString(store))
	list := decoded(t, done(t, pooltop(t, "list", "--json", "--config", file, "--now", sampleTime)))
	equal(t, "the store", list["path"].(string), store)
	equal(t, "the policy", list["policy"].(string), "flat")
	state := filepath.Join(t.TempDir(), "state")
	t.Setenv("XDG_STATE_HOME", state)
	done(t, pooltop(t, "reset", "openrouter", "backup-key", "--config", file))
	equal(t, "the journal", strings.Join(namesIn(t, filepath.Dir(state)), " "), "")
	done(t, pooltop(t, "reset", "anthropic", "work-oauth", "--config", file, "--journal"))
	equal(t, "the journal", strings.Join(namesIn(t, filepath.Join(state, "pooltop")), " "), "events.jsonl events.jsonl.lock")
}

// list has the configured columns, but its own order, by which credentials are
// numbered.
func TestList_Configured(t *testing.T) {
	store := sampleFile(t, "backoff.json")
	titles := func(args ...string) string {
		for line := range strings.Lines(done(t, at(t, store, append([]string{"list"}, args...)...))) {
			if strings.Contains(line, "CREDENTIAL") {
				return strings.Join(strings.Fields(line), " ")
			}
		}
		return ""
	}
	file := configIn(t, "columns = ['streak']\nsort = 'streak'\ntheme = 'light'")
	equal(t, "by default", titles(), "CREDENTIAL STATE WHY STREAK BACK IN AT COOLDOWN NEXT FAIL")
	equal(t, "configured", titles("--config", file), "CREDENTIAL STATE STREAK BACK IN")
	equal(t, "by a flag", titles("--config", file, "--columns", "at,why"), "CREDENTIAL STATE WHY BACK IN AT")
	plain := done(t, at(t, store, "list"))
	equal(t, "the order", done(t, at(t, store, "list", "--config", configIn(t, "sort = 'streak'"))), plain)
}

// effective returns a value of pooltop config --json as JSON, and its source.
func effective(t *testing.T, table, key string, args ...string) (value, origin, from string) {
	t.Helper()
	v := decoded(t, done(t, pooltop(t, append([]string{"config", "--json"}, args...)...)))[table].(object)[key].(object)
	text, err := json.Marshal(v["value"])
	if err != nil {
		t.Fatal(err)
	}
	from = fmt.Sprint(v["from"])
	if v["line"] != nil {
		from += fmt.Sprint(":", v["line"])
	}
	return string(text), v["origin"].(string), from
}

// Flags override the file, action by action.
func TestConfig_Keys(t *testing.T) {
	file := configIn(t, "[keys]\nreset = ['f5']\nundo = ['U']\nmouse = []\nquit = ['Q']\n")
	for _, c := range []struct {
		action, args        string
		value, origin, from string
	}{
		{"reset", "", `["r"]`, "default", "<nil>"},
		{"reset", "--config " + file, `["f5"]`, "file", "config.toml:2"},
		{"undo", "--config " + file, `["U"]`, "file", "config.toml:3"},
		{"mouse", "--config " + file, `[]`, "file", "config.toml:4"},
		{"quit", "--config " + file, `["Q","ctrl+c"]`, "file", "config.toml:5"},
		{"reset", "--config " + file + " --key reset=r,Ctrl+D", `["r","ctrl+d"]`, "flag", "--key"},
		{"undo", "--config " + file + " --key reset=r", `["U"]`, "file", "config.toml:3"},
		{"reset", "--key reset=f6 --key reset=f7 --key undo=f8", `["f7"]`, "flag", "--key"},
		{"undo", "--key reset=f6 --key undo=f8", `["f8"]`, "flag", "--key"},
		{"exhaust", "--key exhaust=", `[]`, "flag", "--key"},
		{"help", "--key help=comma,plus", `[",","+"]`, "flag", "--key"},
		{"up", "--key reset=f6", `["up","k"]`, "default", "<nil>"},
	} {
		value, origin, from := effective(t, "keys", c.action, strings.Fields(c.args)...)
		equal(t, c.action+" with "+c.args, value+" "+origin+" "+from, c.value+" "+c.origin+" "+c.from)
	}
}

func TestConfig_FlagErrors(t *testing.T) {
	for line, says := range map[string]string{
		"--theme drak":             `--theme must be auto, dark, high-contrast-dark, light or high-contrast-light, not "drak" (did you mean "dark"?)`,
		"list --theme 1":           `--theme must be auto`,
		"--sort up":                `--sort must be pool, worst, deadline`,
		"--columns why,nothing":    `--columns must be a list of why, streak, at, cooldown, next-fail, not "nothing"`,
		"--frame-rate 0":           "--frame-rate must be a whole number from 1 to 60",
		"--frame-rate 24.5":        `--frame-rate must be a whole number from 1 to 60, not "24.5"`,
		"--notify=perhaps":         `--notify must be true or false, not "perhaps"`,
		"events --journal=perhaps": `--journal must be true or false, not "perhaps"`,
		"--key reset":              `--key must be an action and its keys, such as reset=r,ctrl+d`,
		"--key rset=r":             `--key: unknown action "rset" (did you mean "reset"?)`,
		"--key reset=entr":         `--key: unknown key "entr" for reset (did you mean "enter"?)`,
		"--key reset=,":            "a comma is called comma",
		"--key quit=":              "quit needs a key",
		"--key reset=x":            `--key: the key "x" is bound to both reset and exhaust`,
		"demo --key reset=x":       `--key: the key "x" is bound to both reset and exhaust`,
		"config --key reset=esc":   "esc always goes back",
		"status --sort streak":     "--sort",
		"list --key reset=f5":      "--key",
	} {
		refused(t, pooltop(t, strings.Fields(line)...), exitUsage, says)
	}
}

// A flag can resolve a conflict of the file. An error names the place of the
// conflicting binding.
func TestConfig_KeyConflicts(t *testing.T) {
	file := configIn(t, "[keys]\nreset = ['x']\n")
	refused(t, pooltop(t, "config", "--config", file), exitUsage, file+`:2:1: the key "x" is bound to both reset and exhaust`)
	done(t, pooltop(t, "config", "--config", file, "--key", "exhaust=E"))
	done(t, pooltop(t, "config", "--config", file, "--key", "reset=r"))
	refused(t, pooltop(t, "config", "--config", file, "--key", "exhaust=x"), exitUsage, `the key "x" is bound to both exhaust and reset`)
	done(t, pooltop(t, "config", "--config", file, "--key", "undo=r", "--key", "exhaust=u")) // a chain of moved keys
}

// The output is a configuration file with the same values.
func TestConfig_RoundTrip(t *testing.T) {
	odd := "a \"quoted\" \\ and \x1b[31m odd 名 \U000e0001"
	isHome(t, filepath.Join(t.TempDir(), odd))
	for _, c := range [][]string{
		{},
		{"--theme", "light", "--sort", "-streak", "--columns", "", "--notify", "--frame-rate", "60", "--no-journal"},
		{"--policy", "flat", "--columns", "next-fail,why", "--file", "x.json"},
		{"--profile", "work", "--theme", "high-contrast-light"},
		{"--key", "reset=f5,\\,\",'", "--key", "undo=", "--key", "quit=Q", "--key", "back=b", "--key", "help=ä,comma"},
		{"--config", configIn(t, "file = '~/x.json'\nsort = 'worst'\n[keys]\nsort = ['f9', '#']\n")},
	} {
		first := done(t, pooltop(t, append([]string{"config"}, c...)...))
		saysNot(t, first, "\x1b", "\x00")
		again := configIn(t, first)
		equal(t, fmt.Sprintf("%q again", c), values(done(t, pooltop(t, "config", "--config", again))), values(first))
		origins := decoded(t, done(t, pooltop(t, "config", "--json", "--config", again)))
		for _, table := range []string{"values", "keys"} {
			for name, v := range origins[table].(object) {
				equal(t, name+" comes from", v.(object)["origin"].(string), "file")
			}
		}
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
	isHome(t, home)
	first := func(args ...string) string {
		line, _, _ := strings.Cut(done(t, pooltop(t, append([]string{"config"}, args...)...)), "\n")
		return line
	}
	where := func(args ...string) string {
		o := decoded(t, done(t, pooltop(t, append([]string{"config", "--json"}, args...)...)))
		return fmt.Sprint(o["path"], " ", o["read"])
	}
	usual := filepath.Join(home, ".config", "pooltop", "config.toml")
	shown := filepath.FromSlash("~/.config/pooltop/config.toml")
	says(t, first(), "There is no "+shown)
	equal(t, "missing", where(), usual+" false")
	writeFile(t, usual, []byte("theme = 'dark'"))
	says(t, first(), "Read from "+shown)
	equal(t, "default", where(), usual+" true")
	says(t, first("--config", ""), `No file was read: --config ""`)
	equal(t, "none", where("--config", ""), "<nil> false")
	mine := configIn(t, "")
	says(t, first("--config", mine), "Read from "+mine)
	equal(t, "named", where("--config", mine), mine+" true")
}

func TestConfig_Sources(t *testing.T) {
	t.Setenv("HERMES_HOME", "/env")
	file := configIn(t, "theme = 'light'\n\n[keys]\nreset = ['f5']\n")
	out := done(t, pooltop(t, "config", "--config", file, "--policy", "flat", "--no-journal", "--key", "undo=U"))
	says(t, out,
		"auth.json\"  # $HERMES_HOME\n", "\npolicy = \"flat\"  # flag --policy\n", "\ntheme = \"light\"  # config.toml:1\n",
		"\nsort = \"pool\"  # default\n", "\njournal = false  # flag --no-journal\n", "\nreset = [\"f5\"]  # config.toml:4\n",
		"\nundo = [\"U\"]  # flag --key\n", "\nup = [\"up\", \"k\"]  # default\n")
	_, table, _ := strings.Cut(out, "\n[keys]\n")
	equal(t, "the actions", strings.Count(table, " = "), len(model.Actions()))
}

func TestConfig_JSONFields(t *testing.T) {
	o := decoded(t, done(t, pooltop(t, "config", "--json")))
	equal(t, "the fields", strings.Join(slices.Sorted(maps.Keys(o)), " "), "keys path read values")
	var names []string
	for _, s := range valuesOfFile() {
		names = append(names, s.Name)
	}
	slices.Sort(names)
	equal(t, "the values", strings.Join(slices.Sorted(maps.Keys(o["values"].(object))), " "), strings.Join(names, " "))
	for _, table := range []string{"values", "keys"} {
		for name, v := range o[table].(object) {
			equal(t, "the fields of "+name, strings.Join(slices.Sorted(maps.Keys(v.(object))), " "), "from line origin value")
		}
	}
}

// FuzzConfig parses any text: an error is one printable line, and a valid
// configuration is printed as one with the same values.
func FuzzConfig(f *testing.F) {
	for _, seed := range []string{
		"", "theme = 'light'\nsort = '-streak'\ncolumns = ['why']\nfile = '/a'\nnotify = true\nframe-rate = 5\njournal = false\npolicy = 'flat'",
		"[keys]\nreset = ['r', 'ctrl+d']\nundo = []\nquit = ['Q']\n", "keys = {back = ['b']}", "[[keys]]", "thme = 1", "keys.up = ['\x1b']",
		"\ufeff#", "theme = \"\\u001b\"", "a.b.c = {d = [1, 2.5, 1979-05-27]}", "x = [[[[", "\"\\n\" = 1\n\"\\n\" = 2",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4<<10 {
			return // an error for each of many lines takes long
		}
		cfg, err := parsed("config.toml", data)
		if err != nil {
			var said strings.Builder
			printError(&said, "pooltop", err)
			if line := said.String(); !strings.HasPrefix(line, "pooltop: config.toml:") || strings.Count(line, "\n") != 1 || raw(line) != "" {
				t.Errorf("the error is %q", line)
			}
			return
		}
		text := newConfigReport(cfg).toml.String()
		again, err := parsed("printed.toml", []byte(text))
		if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		equal(t, "the configuration again", values(newConfigReport(again).toml.String()), values(text))
	})
}

// parsed returns a configuration with checked key bindings.
func parsed(path string, data []byte) (*config.Config, error) {
	cfg, err := config.Parse(path, data)
	if err == nil {
		cfg.File = cmp.Or(cfg.File, "/auth.json") // only flags and the environment complete it
		err = bindKeys(cfg)
	}
	return cfg, err
}

// valuesOfFile returns the settings that a file can have.
func valuesOfFile() []config.Setting {
	return slices.DeleteFunc(config.Settings(), func(s config.Setting) bool { return !s.InFile() })
}
