package cli

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"pooltop/cli/config"
)

// TestCommands_Usage checks that usage errors are reported before anything is read: in this
// test, there is no store.
func TestCommands_Usage(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		// the root command
		{"nonsense", `pooltop: unknown command "nonsense"`},
		{"lst", `pooltop: unknown command "lst" (did you mean "list"?)`},
		{"help lst", `pooltop help: unknown command "lst" (did you mean "list"?)`},
		{"help list x", `pooltop help: unexpected argument "x"`},
		{"--nonsense", "pooltop: unknown flag: --nonsense"},
		{"--file", "--file"},
		{"--no-color=perhaps", `pooltop: --no-color must be true or false, not "perhaps"`},
		{"--policy steep", `pooltop: --policy must be auto, backoff, flat, flat-2026-08 or flat-2026-10, not "steep"`},
		{"--now yesterday", `pooltop: --now must be an RFC 3339 time such as 2026-11-23T09:20:00Z, not "yesterday"`},
		{"--profile a/b", `pooltop: profile "a/b"`},
		{"--profile=", "pooltop: --profile must not be empty"},
		{"--all-profiles --profile a", "pooltop: --all-profiles and --profile are mutually exclusive"},
		{"--all-profiles --file a.json", "pooltop: --all-profiles and --file are mutually exclusive"},
		{"calibrate --profile a --profile b", "pooltop calibrate: --profile must be given only once"},
		{"list --profile a --profile=", "pooltop list: --profile must not be empty"},
		{"list --profile a --profile b/c", `pooltop list: profile "b/c"`},
		{"list --all-profiles --profile a", "pooltop list: --all-profiles and --profile are mutually exclusive"},
		{"reset --all --all-profiles --file a.json", "pooltop reset: --all-profiles and --file are mutually exclusive"},
		{"--frame-rate=", "pooltop: --frame-rate must not be empty"},
		{"--key=", "pooltop: --key must not be empty"},
		{"status --format=", "pooltop status: --format must not be empty"},
		{"exhaust openrouter primary --code=", `pooltop exhaust: --code must be a whole number, not ""`},
		{"--theme drak", `--theme must be auto, dark, high-contrast-dark, catppuccin-mocha, gruvbox-dark, light, high-contrast-light or terminal, not "drak" (did you mean "dark"?)`},
		{"--sort up", "--sort must be pool, worst, deadline"},
		{"--columns why,nothing", `--columns must be a list of profile, why, streak, at, cooldown, next-fail, not "nothing"`},
		{"--frame-rate 0", "--frame-rate must be a whole number from 1 to 60"},
		{"--frame-rate 24.5", `--frame-rate must be a whole number from 1 to 60, not "24.5"`},
		{"--key reset", "--key must be an action and its keys, such as reset=r,ctrl+d"},
		{"--key reset=,", "for the comma key, write comma"},
		{"--key rset=r", `--key: unknown action "rset" (did you mean "reset"?)`},

		// commands that read
		{"list --key reset=f5", "--key"},
		{"events --journal=perhaps", `--journal must be true or false, not "perhaps"`},
		{"list --nonsense", "pooltop list: unknown flag: --nonsense"},
		{"list openrouter more", `pooltop list: unexpected argument "more"`},
		{"list --json=perhaps", `pooltop list: --json must be true or false, not "perhaps"`},
		{"status x", `pooltop status: unexpected argument "x"`},
		{"status --format {{", "pooltop status: --format: "},
		{"events --on ded", `pooltop events: --on: "ded" is not a kind of event (did you mean "dead"?)`},
		{"events --on=", "pooltop events: --on must not be empty"},
		{"events --exec", "pooltop events: --exec must be followed by a command"},
		{"events notify-send", `pooltop events: unexpected argument "notify-send"`},
		{"events --since soon", `pooltop events: --since: invalid duration "soon"`},
		{"events --since 9999h", `--since: "9999h" is over the limit of one year`},
		{"backoff --code many", `pooltop backoff: --code must be a whole number, not "many"`},
		{"simulate x", `pooltop simulate: unexpected argument "x"`},
		{"simulate --outage=", "pooltop simulate: --outage must not be empty"},
		{"simulate --cap=", "pooltop simulate: --cap must not be empty"},
		{"simulate --policy=", "pooltop simulate: --policy must not be empty"},
		{"simulate --outage soon", `pooltop simulate: --outage: invalid duration "soon" (try 45m, 2h30m or 1d)`},
		{"simulate --outage 59m", `pooltop simulate: --outage must be between 1h and 30d, not "59m"`},
		{"simulate --outage 31d", `pooltop simulate: --outage must be between 1h and 30d, not "31d"`},
		{"simulate --outage 400d", `pooltop simulate: --outage must be between 1h and 30d, not "400d"`},
		{"simulate --every 59s", `pooltop simulate: --every must be between 1m and 7d, not "59s"`},
		{"simulate --base 8d", `pooltop simulate: --base must be between 1m and 7d, not "8d"`},
		{"simulate --credentials 0", "pooltop simulate: --credentials must be between 1 and 50, not 0"},
		{"simulate --credentials 51", "pooltop simulate: --credentials must be between 1 and 50, not 51"},
		{"simulate --credentials many", `pooltop simulate: --credentials must be a whole number, not "many"`},
		{"simulate --tries 0", "pooltop simulate: --tries must be between 1 and 50, not 0"},
		{"simulate --cap 0", `pooltop simulate: --cap must be a number from 1 to 100, or a list such as 1,2,4,8, not "0"`},
		{"simulate --cap 2,101", `not "2,101"`},
		{"simulate --cap NaN", `not "NaN"`},
		{"simulate --policy flat,gard", `pooltop simulate: --policy: unknown policy "gard" (did you mean "guard"?); use flat, flat-2026-08, backoff, guard or guard-unstaggered`},
		{"simulate --policy auto", `unknown policy "auto"`},
		{"simulate --scenario quote", `pooltop simulate: --scenario: unknown scenario "quote" (did you mean "quota"?); use outage, flapping or quota`},
		{"simulate --scenario quota,outage", `unknown scenario "quota,outage"`},
		{"simulate --scenario quota --credentials 1", "pooltop simulate: --scenario quota needs at least 2 credentials"},
		{"simulate --outage 30d --every 1m --base 1m", "pooltop simulate: this simulation would take too long; use"},
		{"metrics --listen 9477", `pooltop metrics: --listen: invalid address "9477" (try 127.0.0.1:9477)`},
		{"metrics --listen :0 --textfile x.prom", "--listen and --textfile are mutually exclusive"},
		{"metrics --textfile auth.json", "pooltop metrics: --textfile: the name of the file must end in .prom"},
		{"completion", "pooltop completion: specify a shell: bash, fish, powershell or zsh"},
		{"completion bsh", `unsupported shell "bsh" (did you mean "bash"?); use bash, fish, powershell or zsh`},
		{"completion tcsh", `pooltop completion: unsupported shell "tcsh"; use bash`},
		{"completion bash fish", `unexpected argument "fish"`},

		// commands that write
		{"reset", "pooltop reset: specify a provider or --all"},
		{"reset --all openrouter", "pooltop reset: --all cannot be combined with a provider"},
		{"exhaust openrouter", "pooltop exhaust: specify a provider and a credential"},
		{"hold openrouter", "pooltop exhaust: specify a provider and a credential"},
		{"exhaust openrouter primary --for 1h --until 18:00", "pooltop exhaust: --for and --until are mutually exclusive"},
		{"exhaust openrouter primary --for soon", `pooltop exhaust: --for: invalid duration "soon" (try 45m, 2h30m or 1d)`},
		{"exhaust openrouter primary --for 400d", `--for: "400d" is over the limit of one year`},
		{"exhaust openrouter primary --until soon", `--until: "soon" is not a valid future time`},
		{"exhaust openrouter primary --until 1999-01-01", `--until: "1999-01-01" is not a valid future time`},
		{"exhaust openrouter primary --until 2099-01-01", `--until: "2099-01-01" is over the limit of one year`},
		{"exhaust openrouter primary --code 0", "pooltop exhaust: --code must be between 100 and 599, not 0"},
		{"exhaust openrouter primary --code 4290", "pooltop exhaust: --code must be between 100 and 599, not 4290"},
		{"sync anthropic nous", `pooltop sync: unexpected argument "nous"`},

		{"demo x", `pooltop demo: unexpected argument "x"`},
		{"demo --file auth.json", "pooltop demo: unknown flag: --file"},
		{"demo --scenario x", `"x"`},
		{"demo --speed 0", "--speed must be between 1 and 60000"},
		{"demo --speed 60001", "--speed"},
		{"demo --speed fast", `pooltop demo: --speed must be a number, not "fast"`},
		{"demo --speed NaN", "--speed"},
		{"demo --seed -1", `--seed must be a non-negative whole number, not "-1"`},
	} {
		t.Run(c.line, func(t *testing.T) {
			refused(t, pooltop(t, strings.Fields(c.line)...), exitUsage, c.want)
		})
	}
}

func TestDashboard_NoTerminal(t *testing.T) {
	for _, args := range [][]string{{"--file", sampleFile(t, "backoff.json")}, {"--file", "missing"}, {"demo"}} {
		refused(t, pooltop(t, args...), exitUsage, "terminal", "pooltop list")
	}
}

// storeFlags are common to most commands that read a store.
const storeFlags = "file home profile policy now"

// storesFlags are common to most commands that accept several stores.
const storesFlags = storeFlags + " all-profiles"

// offered lists the flags of each command, except --config, --log-file and --help,
// which all commands have.
var offered = map[string]string{
	"pooltop":   storesFlags + " ascii theme sort columns notify guard frame-rate journal no-journal key no-color read-only model",
	"list":      storesFlags + " ascii theme columns no-color json model",
	"status":    storesFlags + " ascii format model",
	"events":    storesFlags + " ascii theme no-color journal no-journal json since on exec",
	"metrics":   storesFlags + " listen textfile no-labels",
	"guard":     storesFlags + " ascii journal no-journal once dry-run json provider sole",
	"report":    storesFlags + " ascii journal no-journal json anonymous",
	"backoff":   "ascii policy code json",
	"simulate":  "ascii theme no-color json outage scenario credentials every tries base cap policy",
	"calibrate": "ascii file home profile agent json",
	"reset":     storesFlags + " ascii journal no-journal dry-run json yes all",
	"exhaust":   storesFlags + " ascii journal no-journal dry-run json yes code for until reason",
	"sync":      storesFlags + " ascii journal no-journal dry-run json yes",
	"order":     storesFlags + " ascii journal no-journal dry-run json yes model",
	"undo":      storesFlags + " ascii journal no-journal dry-run json yes next",
	"demo":      "ascii policy theme sort columns notify frame-rate key no-color speed seed scenario",
	"config":    "ascii file home profile all-profiles policy theme sort columns notify guard frame-rate journal no-journal key json example",
}

// TestCommands_Flags checks that each command has exactly the flags in offered.
func TestCommands_Flags(t *testing.T) {
	root := rootCommand()
	for _, cmd := range append(root.Commands(), root) {
		want, reads := offered[cmd.Name()]
		if !reads { // man and completion do not read the configuration
			if cmd.Flags().Lookup("config") != nil {
				t.Errorf("the flags of %s are not listed", cmd.Name())
			}
			continue
		}
		flags := map[string]bool{}
		cmd.Flags().VisitAll(func(f *pflag.Flag) { flags[f.Name] = true })
		equal(t, "the flags of "+cmd.Name(), strings.Join(slices.Sorted(maps.Keys(flags)), " "),
			strings.Join(slices.Sorted(slices.Values(append(strings.Fields(want), "config", "log-file"))), " "))
		if cmd.HasPersistentFlags() {
			t.Errorf("%s has persistent flags, which all of its subcommands would offer", cmd.Name())
		}
	}
}

// TestCommands_UnrelatedSettings checks that a setting in the file has no effect on commands
// that do not have its flag.
func TestCommands_UnrelatedSettings(t *testing.T) {
	lines := map[string]string{
		"file": "file = '/missing.json'", "policy": "policy = 'flat'", "theme": "theme = 'light'", "sort": "sort = '-streak'",
		"columns": "columns = ['at']", "notify": "notify = true", "ascii": "ascii = true", "guard": "guard = true", "frame-rate": "frame-rate = 1", "journal": "journal = false",
		"key": "keys.reset = ['f5']", "log-file": "", "profiles": "profiles = 'one'",
	}
	for _, s := range config.Settings() {
		if _, tested := lines[s.Name]; !tested {
			t.Errorf("no line for %s", s.Name)
		}
	}
	home, file := t.TempDir(), sampleFile(t, "backoff.json")
	state, settings := filepath.Join(home, "state"), filepath.Join(home, "config.toml")
	t.Setenv("HERMES_HOME", home)
	t.Setenv("XDG_STATE_HOME", state)
	for _, line := range commands("list", "list --json", "status --format {{.}}", "report", "backoff --code 402", "simulate --outage 1h", "calibrate", "reset --all --yes",
		"exhaust openrouter e5b7f2 --json --yes", "sync", "undo") {
		cmd, _, err := rootCommand().Find(line)
		must(t, err)
		run := func(text string) string {
			must(t, os.RemoveAll(state))
			store, written := filepath.Join(home, "auth.json"), time.Unix(1795425000, 0)
			writeFile(t, store, readFile(t, file))
			must(t, os.Chtimes(store, written, written))
			writeFile(t, settings, []byte(text))
			args := append(slices.Clip(line), "--config", settings)
			if cmd.Flags().Lookup("now") != nil {
				args = append(args, "--now", sampleTime)
			}
			o := pooltop(t, args...)
			return fmt.Sprint(o.code, o.stdout, o.stderr, string(readFile(t, store)))
		}
		want := run("")
		for name, text := range lines {
			if cmd.Flags().Lookup(name) == nil {
				equal(t, fmt.Sprintf("%q with %s", line, text), run(text), want)
			}
		}
	}
}

// TestCommands_FlagsBeforeCommand checks that flags may precede the command.
func TestCommands_FlagsBeforeCommand(t *testing.T) {
	file := sampleFile(t, "backoff.json")
	list := decoded(t, done(t, pooltop(t, "--file", file, "--policy=flat", "--now", sampleTime, "list", "--json")))
	equal(t, "path and policy", list["path"].(string)+" "+list["policy"].(string), file+" flat")
}

// TestHelp checks that help shows every command and flag, except hidden ones.
func TestHelp(t *testing.T) {
	root := rootCommand()
	for _, cmd := range append(root.Commands(), root) {
		if cmd.Hidden {
			lacks(t, done(t, pooltop(t, "--help")), "  "+cmd.Name()+" ")
			continue
		}
		if cmd != root {
			contains(t, done(t, pooltop(t, "--help")), "  "+cmd.Name()+" ", cmd.Short)
		}
		args := strings.Fields(cmd.CommandPath() + " --help")[1:]
		help := done(t, pooltop(t, args...))
		contains(t, help, "Usage:\n  pooltop", "Examples:\n", "-h, --help")
		lacks(t, help, "\x1b")
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Hidden {
				lacks(t, help, "--"+f.Name)
			} else {
				contains(t, help, " --"+f.Name)
			}
		})
		equal(t, "pooltop help "+cmd.Name(), done(t, pooltop(t, append([]string{"help"}, args[:len(args)-1]...)...)), help)
		for line := range strings.Lines(help) {
			if width := len([]rune(line)); width > helpWidth+20 {
				t.Errorf("a line of %d columns: %q", width, line)
			}
		}
	}
	contains(t, done(t, pooltop(t, "demo", "--help")), "outage: ", "blackout: ", "billing: ")
	contains(t, done(t, pooltop(t, "hold", "--help")), "pooltop exhaust PROVIDER TARGET...", "Alias:\n  hold")
}

func TestVersion(t *testing.T) {
	equal(t, "the output", done(t, pooltop(t, "--version")), "pooltop version "+version+"\n")
}
