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

// everyValue is each value of the configuration: what it is by itself, and as a
// file and flags say it.
var everyValue = []struct {
	key, usual       string // usual and the others are JSON
	inFile, fromFile string
	flags, fromFlag  string
	flag             string // as the origin names it
}{
	{"policy", `"auto"`, `policy = "flat"`, `"flat"`, "--policy backoff", `"backoff"`, "--policy"},
	{"theme", `"auto"`, `theme = "light"`, `"light"`, "--theme high-contrast-dark", `"high-contrast-dark"`, "--theme"},
	{"sort", `"pool"`, `sort = "-deadline"`, `"-deadline"`, "--sort -streak", `"-streak"`, "--sort"},
	{
		"columns", `["why","streak","at","cooldown","next-fail"]`, `columns = ["next-fail", "why"]`, `["why","next-fail"]`,
		"--columns at", `["at"]`, "--columns",
	},
	{"columns", `["why","streak","at","cooldown","next-fail"]`, `columns = ["next-fail"]`, `["next-fail"]`, "--columns=", `[]`, "--columns"},
	{"notify", "false", "notify = true", "true", "--notify=false", "false", "--notify"},
	{"notify", "false", "notify = false", "false", "--notify", "true", "--notify"},
	{"frame-rate", "22", "frame-rate = 5", "5", "--frame-rate 60", "60", "--frame-rate"},
	{"journal", "true", "journal = false", "false", "--journal", "true", "--journal"},
	{"journal", "true", "journal = true", "true", "--no-journal", "false", "--no-journal"},
	{"journal", "true", "journal = true", "true", "--journal=false", "false", "--journal"},
	{"log-file", `""`, `log-file = "ROOT/p.log"`, `"ROOT/p.log"`, "--log-file ROOT/x.log", `"ROOT/x.log"`, "--log-file"},
	{"file", `"ROOT/me/.hermes/auth.json"`, `file = "ROOT/srv/auth.json"`, `"ROOT/srv/auth.json"`, "--file ROOT/x/auth.json", `"ROOT/x/auth.json"`, "--file"},
	{"file", `"ROOT/me/.hermes/auth.json"`, `file = "~/a.json"`, `"ROOT/me/a.json"`, "--home ROOT/srv/h", `"ROOT/srv/h/auth.json"`, "--home"},
	{"file", `"ROOT/me/.hermes/auth.json"`, `file = "ROOT/srv/auth.json"`, `"ROOT/srv/auth.json"`, "--profile work", `"ROOT/me/.hermes/profiles/work/auth.json"`, "--profile"},
}

// inForce is a value of pooltop config --json, as JSON with the slashes of this
// table, and where it comes from.
func inForce(t *testing.T, table, key string, args ...string) (value, origin, from string) {
	t.Helper()
	v := decoded(t, done(t, pooltop(t, append([]string{"config", "--json"}, args...)...)))[table].(object)[key].(object)
	if path, is := v["value"].(string); is {
		v["value"] = filepath.ToSlash(path)
	}
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

// A flag decides before the file, and that before what is usual.
func TestWhatDecidesAValue(t *testing.T) {
	root := filepath.ToSlash(t.TempDir())
	isHome(t, root+"/me")
	for _, v := range everyValue {
		for _, text := range []*string{&v.usual, &v.inFile, &v.fromFile, &v.flags, &v.fromFlag} {
			*text = strings.ReplaceAll(*text, "ROOT", root)
		}
		t.Run(v.key+" "+v.flag, func(t *testing.T) {
			file := configIn(t, "\n"+v.inFile+"\n")
			for _, c := range []struct {
				args                []string
				value, origin, from string
			}{
				{nil, v.usual, "default", "<nil>"},
				{[]string{"--config", file}, v.fromFile, "file", "config.toml:2"},
				{strings.Fields(v.flags), v.fromFlag, "flag", v.flag},
				{append(strings.Fields(v.flags), "--config", file), v.fromFlag, "flag", v.flag},
				{append([]string{"--config", ""}, strings.Fields(v.flags)...), v.fromFlag, "flag", v.flag},
			} {
				value, origin, from := inForce(t, "values", v.key, c.args...)
				equal(t, fmt.Sprintf("%q: the value", c.args), value, c.value)
				equal(t, fmt.Sprintf("%q: the origin", c.args), origin, c.origin)
				equal(t, fmt.Sprintf("%q: by name", c.args), from, c.from)
			}
		})
	}
	proved := map[string]bool{}
	for _, v := range everyValue {
		proved[v.key] = true
	}
	for _, s := range valuesOfFile() {
		equal(t, s.Name+" is proved", proved[s.Name], true)
	}
}

// The environment names the store before the file does, and after a flag.
func TestTheEnvironmentNamesTheStore(t *testing.T) {
	root := filepath.ToSlash(t.TempDir())
	file := configIn(t, "file = '"+root+"/srv/auth.json'")
	t.Setenv("HERMES_HOME", root+"/env")
	for args, want := range map[string]string{
		"":                   `"ROOT/env/auth.json" environment $HERMES_HOME`,
		"--file ROOT/a.json": `"ROOT/a.json" flag --file`,
		"--home ROOT/h":      `"ROOT/h/auth.json" flag --home`,
		"--profile work":     `"ROOT/env/profiles/work/auth.json" flag --profile`,
		"--file= --home=":    `"ROOT/env/auth.json" environment $HERMES_HOME`,
	} {
		line := strings.Fields(strings.ReplaceAll(args, "ROOT", root))
		value, origin, from := inForce(t, "values", "file", append(line, "--config", file)...)
		equal(t, args, value+" "+origin+" "+from, strings.ReplaceAll(want, "ROOT", root))
	}
	t.Setenv("HERMES_HOME", "  ")
	value, origin, _ := inForce(t, "values", "file", "--config", file)
	equal(t, "a blank one names nothing", value+" "+origin, `"`+root+`/srv/auth.json" file`)
	wrong := configIn(t, "file = 'a'") // which is looked at, though a flag goes before it
	refused(t, pooltop(t, "config", "--file", root+"/a.json", "--config", wrong), exitUsage, `:1:1: file must be`)
}

// The store that the configuration names is the one that commands use.
func TestCommandsUseTheConfiguredStore(t *testing.T) {
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

// A list does without what a person does without, and keeps its order, by which
// credentials are numbered.
func TestTheListHasTheConfiguredColumns(t *testing.T) {
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
	equal(t, "usually", titles(), "CREDENTIAL STATE WHY STREAK BACK IN AT COOLDOWN NEXT FAIL")
	equal(t, "configured", titles("--config", file), "CREDENTIAL STATE STREAK BACK IN")
	equal(t, "by a flag", titles("--config", file, "--columns", "at,why"), "CREDENTIAL STATE WHY BACK IN AT")
	plain := done(t, at(t, store, "list"))
	equal(t, "the order", done(t, at(t, store, "list", "--config", configIn(t, "sort = 'streak'"))), plain)
}

// Keys of a flag go before those of the file, action by action.
func TestWhatDecidesTheKeys(t *testing.T) {
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
		value, origin, from := inForce(t, "keys", c.action, strings.Fields(c.args)...)
		equal(t, c.action+" with "+c.args, value+" "+origin+" "+from, c.value+" "+c.origin+" "+c.from)
	}
}

func TestFlagsThatCannotBe(t *testing.T) {
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

// A flag may mend what the file says, and what does not fit names its own place.
func TestAConflictOfFlagAndFile(t *testing.T) {
	file := configIn(t, "[keys]\nreset = ['x']\n")
	refused(t, pooltop(t, "config", "--config", file), exitUsage, file+`:2:1: the key "x" is bound to both reset and exhaust`)
	done(t, pooltop(t, "config", "--config", file, "--key", "exhaust=E"))
	done(t, pooltop(t, "config", "--config", file, "--key", "reset=r"))
	refused(t, pooltop(t, "config", "--config", file, "--key", "exhaust=x"), exitUsage, `the key "x" is bound to both exhaust and reset`)
	done(t, pooltop(t, "config", "--config", file, "--key", "undo=r", "--key", "exhaust=u")) // each moves on by one
}

// What config prints is a configuration that says the same.
func TestTheConfigurationRoundTrips(t *testing.T) {
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
		// Whatever it says now, it says by the file.
		origins := decoded(t, done(t, pooltop(t, "config", "--json", "--config", again)))
		for _, table := range []string{"values", "keys"} {
			for name, v := range origins[table].(object) {
				equal(t, name+" comes from", v.(object)["origin"].(string), "file")
			}
		}
	}
}

// values are the lines of a configuration without what is said about them.
func values(text string) string {
	var out []string
	for line := range strings.Lines(text) {
		if value, _, found := strings.Cut(line, "  # "); found || strings.HasPrefix(line, "[") {
			out = append(out, strings.TrimSpace(value))
		}
	}
	return strings.Join(out, "\n")
}

// The first line says which file was read, or would have been.
func TestWhichConfigurationWasRead(t *testing.T) {
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
	equal(t, "a missing one", where(), usual+" false")
	writeFile(t, usual, []byte("theme = 'dark'"))
	says(t, first(), "Read from "+shown)
	equal(t, "the usual one", where(), usual+" true")
	says(t, first("--config", ""), `No file was read: --config ""`)
	equal(t, "none", where("--config", ""), "<nil> false")
	mine := configIn(t, "")
	says(t, first("--config", mine), "Read from "+mine)
	equal(t, "mine", where("--config", mine), mine+" true")
}

// The origin of each value stands behind it.
func TestTheConfigurationSaysWhereFrom(t *testing.T) {
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

// The JSON always has the same fields.
func TestTheJSONOfTheConfiguration(t *testing.T) {
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

// FuzzConfig reads anything as a configuration: an error of it is one line of the
// file that can be printed, and what is no error is a choice that can be made.
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
		text := newConfigReport(cfg).toml()
		again, err := parsed("printed.toml", []byte(text))
		if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		equal(t, "the configuration again", values(newConfigReport(again).toml()), values(text))
	})
}

// parsed is a configuration with checked key bindings.
func parsed(path string, data []byte) (*config.Config, error) {
	cfg, err := config.Parse(path, data)
	if err == nil {
		cfg.File = cmp.Or(cfg.File, "/auth.json") // only flags and the environment complete it
		err = bindKeys(cfg)
	}
	return cfg, err
}

// valuesOfFile are the settings that a file can have.
func valuesOfFile() []config.Setting {
	return slices.DeleteFunc(config.Settings(), func(s config.Setting) bool { return !s.InFile })
}
