package config

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// load returns the configuration of a command that has every flag.
func load(t *testing.T, args ...string) (*Config, error) {
	t.Helper()
	set := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags := Bind(set, ^Scope(0))
	if err := set.Parse(args); err != nil {
		return nil, err
	}
	return flags.Load()
}

// writeConfig writes a configuration file and returns its path.
func writeConfig(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// setHome sets the home directory on any platform.
func setHome(t *testing.T, dir string) {
	t.Helper()
	for name, value := range map[string]string{
		"HOME": dir, "USERPROFILE": dir, "APPDATA": "", "LOCALAPPDATA": "", "XDG_CONFIG_HOME": "", "HERMES_HOME": "",
		"LC_ALL": "", "LC_CTYPE": "", "LANG": "",
	} {
		t.Setenv(name, value)
	}
}

// precedence lists, for each setting, the default, a line in the file, a flag, and the
// resulting values.
var precedence = []struct{ name, byDefault, line, fromFile, args, fromFlag string }{
	{"policy", "auto", `policy = "flat"`, "flat", "--policy backoff", "backoff"},
	{"theme", "auto", `theme = "light"`, "light", "--theme high-contrast-dark", "high-contrast-dark"},
	{"ascii", "false", "ascii = true", "true", "--ascii=false", "false"},
	{"ascii", "false", "ascii = false", "false", "--ascii", "true"},
	{"sort", "pool", `sort = "-deadline"`, "-deadline", "--sort -streak", "-streak"},
	{"columns", "[profile why streak at cooldown next-fail]", `columns = ["next-fail", "why"]`, "[why next-fail]", "--columns at,why", "[why at]"},
	{"profiles", "all", `profiles = "one"`, "one", "", ""},
	{"notify", "false", "notify = true", "true", "--notify=false", "false"},
	{"notify", "false", "notify = false", "false", "--notify", "true"},
	{"guard", "false", "guard = true", "true", "--guard=false", "false"},
	{"frame-rate", "22", "frame-rate = 5", "5", "--frame-rate 60", "60"},
	{"journal", "true", "journal = false", "false", "--journal", "true"},
	{"journal", "true", "journal = true", "true", "--no-journal", "false"},
	{"log-file", "", `log-file = "~/p.log"`, "ROOT/p.log", "--log-file $HOME/x.log", "ROOT/x.log"},
	{"file", "ROOT/.hermes/auth.json", `file = "ROOT/srv/auth.json"`, "ROOT/srv/auth.json", "--file ROOT/x/auth.json", "ROOT/x/auth.json"},
	{"file", "ROOT/.hermes/auth.json", `file = "~/a.json"`, "ROOT/a.json", "--home ROOT/srv/h", "ROOT/srv/h/auth.json"},
	{"file", "ROOT/.hermes/auth.json", `file = "$HOME/a.json"`, "ROOT/a.json", "--file $HOME/b.json", "ROOT/b.json"},
	{"file", "ROOT/.hermes/auth.json", `file = "~/a.json"`, "ROOT/a.json", "--profile default", "ROOT/.hermes/auth.json"},
	{"file", "ROOT/.hermes/auth.json", `file = "ROOT/a.json"`, "ROOT/a.json", "--profile work", "ROOT/.hermes/profiles/work/auth.json"},
}

func TestLoad_Precedence(t *testing.T) {
	root := t.TempDir()
	setHome(t, root)
	tested := map[string]bool{}
	for _, c := range precedence {
		tested[c.name] = true
		file := writeConfig(t, "\n"+strings.ReplaceAll(c.line, "ROOT", filepath.ToSlash(root))+"\n")
		args := strings.Fields(strings.ReplaceAll(c.args, "ROOT", root))
		type run struct {
			args         []string
			want, source string
		}
		runs := []run{{nil, c.byDefault, "default"}, {[]string{"--config", file}, c.fromFile, "config.toml:2"}}
		if len(args) > 0 {
			flag, _, _ := strings.Cut(args[0], "=")
			runs = append(runs, run{args, c.fromFlag, "flag " + flag}, run{append(args, "--config", file), c.fromFlag, "flag " + flag},
				run{append([]string{"--config", ""}, args...), c.fromFlag, "flag " + flag})
		}
		for _, run := range runs {
			cfg, err := load(t, run.args...)
			if err != nil {
				t.Errorf("%q: %v", run.args, err)
				continue
			}
			got := fmt.Sprint(Find(c.name).Get(cfg))
			equal(t, fmt.Sprintf("%q: %s", run.args, c.name), filepath.ToSlash(got), strings.ReplaceAll(run.want, "ROOT", filepath.ToSlash(root)))
			equal(t, fmt.Sprintf("%q: source", run.args), cfg.SourceOf(c.name).String(), run.source)
		}
	}
	for _, s := range Settings() {
		if !tested[s.Name] {
			t.Errorf("no test for %s", s.Name)
		}
	}
}

// TestLoad_Environment checks that $HERMES_HOME overrides the file and that flags override
// $HERMES_HOME. A value in the file is validated even if it is overridden.
func TestLoad_Environment(t *testing.T) {
	root := t.TempDir()
	setHome(t, root)
	file := writeConfig(t, "file = '"+filepath.ToSlash(root)+"/srv/auth.json'")
	for _, c := range []struct{ home, args, want, source string }{
		{"ROOT/env", "", "ROOT/env/auth.json", "$HERMES_HOME"},
		{"ROOT/env", "--file ROOT/a.json", "ROOT/a.json", "flag --file"},
		{"ROOT/env", "--home ROOT/h", "ROOT/h/auth.json", "flag --home"},
		{"ROOT/env", "--profile work", "ROOT/env/profiles/work/auth.json", "flag --profile"},
		{"  ", "", "ROOT/srv/auth.json", "config.toml:1"},
	} {
		t.Setenv("HERMES_HOME", strings.ReplaceAll(c.home, "ROOT", root))
		cfg, err := load(t, append(strings.Fields(strings.ReplaceAll(c.args, "ROOT", root)), "--config", file)...)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, c.args, filepath.ToSlash(cfg.File)+" "+cfg.SourceOf("file").String(), strings.ReplaceAll(c.want, "ROOT", filepath.ToSlash(root))+" "+c.source)
	}
	if _, err := load(t, "--file", "a.json", "--config", writeConfig(t, "file = 'a'")); err == nil {
		t.Error("no error for a relative path in the file")
	}
}

func TestLoad_Locale(t *testing.T) {
	setHome(t, t.TempDir())
	for _, c := range []struct{ all, ctype, lang, source string }{
		{"", "", "", ""},
		{"", "", "C", "$LANG"},
		{"", "", "POSIX", "$LANG"},
		{"", "", "en_US.UTF-8", ""},
		{"", "", "C.utf8", ""},
		{"", "", "de_DE@euro", "$LANG"},
		{"", "C", "en_US.UTF-8", "$LC_CTYPE"},
		{"", "UTF-8", "C", ""},
		{"C", "UTF-8", "en_US.UTF-8", "$LC_ALL"},
		{"C.UTF-8", "C", "C", ""},
	} {
		env := map[string]string{"LC_ALL": c.all, "LC_CTYPE": c.ctype, "LANG": c.lang}
		name := asciiLocale("linux", func(name string) string { return env[name] })
		equal(t, fmt.Sprintf("the variable for %v", c), name, strings.TrimPrefix(c.source, "$"))
		equal(t, "the variable on Windows", asciiLocale("windows", func(name string) string { return env[name] }), "")
	}
	if runtime.GOOS == "windows" {
		return
	}
	t.Setenv("LANG", "C")
	for _, c := range []struct{ args, want string }{
		{"", "true from $LANG"},
		{"--ascii=false", "false from flag --ascii"},
		{"--config " + writeConfig(t, "ascii = false"), "false from config.toml:1"},
	} {
		cfg, err := load(t, strings.Fields(c.args)...)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "ascii with "+c.args, fmt.Sprintf("%t from %s", cfg.ASCII, cfg.SourceOf("ascii")), c.want)
	}
}

func TestLoad_Stores(t *testing.T) {
	root := t.TempDir()
	setHome(t, root)
	for _, name := range []string{"play", "work"} {
		if err := os.MkdirAll(filepath.Join(root, ".hermes", "profiles", name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ args, want, source string }{
		{"", "default", "default"},
		{"--profile work", "work", "flag --profile"},
		{"--profile work --profile default", "work default several", "flag --profile"},
		{"--profile work --profile work", "work", "flag --profile"},
		{"--all-profiles", "default play work several", "flag --all-profiles"},
		{"--all-profiles --home ROOT/.hermes/profiles/work", "default play work several", "flag --all-profiles"},
		{"--all-profiles --home ROOT/other", "default several", "flag --all-profiles"},
		{"--profile work --profile play --home ROOT/other", "default", "flag --home"},
		{"--profile work --file ROOT/auth.json", "default", "flag --file"},
	} {
		cfg, err := load(t, strings.Fields(strings.ReplaceAll(c.args, "ROOT", root))...)
		if err != nil {
			t.Errorf("%q: %v", c.args, err)
			continue
		}
		var got []string
		for _, s := range cfg.Stores {
			got = append(got, s.Name)
		}
		if cfg.Several() {
			got = append(got, "several")
		}
		equal(t, c.args, strings.Join(got, " "), c.want)
		equal(t, c.args+": source", cfg.SourceOf("file").String(), c.source)
		equal(t, c.args+": file", cfg.File, cfg.Stores[0].Path)
	}
	if err := os.WriteFile(filepath.Join(root, "profiles"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := load(t, "--all-profiles", "--home", root); err == nil || !strings.Contains(err.Error(), "--all-profiles: ") {
		t.Errorf("with an unreadable profiles directory: %v", err)
	}
}

// TestFlags_AllByDefault checks which stores the dashboard shows.
func TestFlags_AllByDefault(t *testing.T) {
	root := t.TempDir()
	setHome(t, root)
	for _, name := range []string{"play", "work"} {
		if err := os.MkdirAll(filepath.Join(root, ".hermes", "profiles", name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(root, "unreadable"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "unreadable", "profiles"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	one := writeConfig(t, "profiles = 'one'")
	for _, c := range []struct{ home, args, want, source string }{
		{"", "", "default play work several", "default"},
		{"ROOT/.hermes/profiles/work", "", "default play work several", "$HERMES_HOME"},
		{"ROOT/other", "", "default several", "$HERMES_HOME"},
		{"ROOT/unreadable", "", "default several", "$HERMES_HOME"},
		{"", "--profile work", "work", "flag --profile"},
		{"", "--profile work --profile default", "work default several", "flag --profile"},
		{"", "--home ROOT/.hermes", "default", "flag --home"},
		{"", "--home ROOT/.hermes --all-profiles", "default play work several", "flag --all-profiles"},
		{"", "--file ROOT/.hermes/auth.json", "default", "flag --file"},
		{"", "--all-profiles=false", "default", "default"},
		{"", "--config " + one, "default", "default"},
		{"ROOT/.hermes/profiles/work", "--config " + one, "work", "$HERMES_HOME"},
		{"", "--all-profiles --config " + one, "default play work several", "flag --all-profiles"},
		{"", "--config " + writeConfig(t, "file = '~/.hermes/auth.json'"), "default", "config.toml:1"},
		{"ROOT/.hermes", "--config " + writeConfig(t, "file = '~/a.json'"), "default play work several", "$HERMES_HOME"},
	} {
		t.Setenv("HERMES_HOME", strings.ReplaceAll(c.home, "ROOT", root))
		set := pflag.NewFlagSet("", pflag.ContinueOnError)
		flags := Bind(set, ^Scope(0)).AllByDefault()
		if err := set.Parse(strings.Fields(strings.ReplaceAll(c.args, "ROOT", root))); err != nil {
			t.Fatal(err)
		}
		cfg, err := flags.Load()
		if err != nil {
			t.Errorf("%s %q: %v", c.home, c.args, err)
			continue
		}
		var got []string
		for _, s := range cfg.Stores {
			got = append(got, s.Name)
		}
		if cfg.Several() {
			got = append(got, "several")
		}
		equal(t, c.home+" "+c.args, strings.Join(got, " "), c.want)
		equal(t, c.home+" "+c.args+": source", cfg.SourceOf("file").String(), c.source)
	}
}
