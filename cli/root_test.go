package cli

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// Wrong usage is reported before anything is read: no store exists here.
func TestCommands_Usage(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		// the program
		{"nonsense", `pooltop: unknown command "nonsense"`},
		{"lst", `pooltop: unknown command "lst" (did you mean "list"?)`},
		{"sttaus", `(did you mean "status"?)`},
		{"help lst", `pooltop help: unknown command "lst" (did you mean "list"?)`},
		{"help list x", `pooltop help: unexpected argument "x"`},
		{"--nonsense", "pooltop: unknown flag: --nonsense"},
		{"-x", "-x"},
		{"--file", "--file"},
		{"--no-color=perhaps", `pooltop: --no-color must be true or false, not "perhaps"`},
		{"--policy steep", `pooltop: --policy must be auto, backoff or flat, not "steep"`},
		{"--now yesterday", `pooltop: --now must be an RFC 3339 time such as 2026-11-23T09:20:00Z, not "yesterday"`},
		{"--profile a/b", `pooltop: profile "a/b"`},
		{"--profile=", "pooltop: --profile must not be empty"},
		{"list --file=", "pooltop list: --file must not be empty"},
		{"reset --home= --all", "pooltop reset: --home must not be empty"},

		// commands that read
		{"list --nonsense", "pooltop list: unknown flag: --nonsense"},
		{"list openrouter more", `pooltop list: unexpected argument "more"`},
		{"list --json=perhaps", `pooltop list: --json must be true or false, not "perhaps"`},
		{"list --policy BACKOFF", `"BACKOFF"`},
		{"list --now 2026-11-23", `"2026-11-23"`},
		{"list --now 1795425600", "--now"},
		{"list --profile ..", `".."`},
		{"status x", `pooltop status: unexpected argument "x"`},
		{"status --format", "--format"},
		{"status --profile a\\b", "profile"},
		{"report x", `pooltop report: unexpected argument "x"`},
		{"report --policy steep", `"steep"`},
		{"backoff x", `pooltop backoff: unexpected argument "x"`},
		{"backoff --code many", `pooltop backoff: --code must be a whole number, not "many"`},
		{"backoff --code", "--code"},
		{"completion", "pooltop completion: name a shell: bash, fish, powershell or zsh"},
		{"completion bsh", `no script for "bsh" (did you mean "bash"?); use bash, fish, powershell or zsh`},
		{"completion tcsh", `pooltop completion: no script for "tcsh"; use bash`},
		{"completion bash fish", `unexpected argument "fish"`},

		// commands that write
		{"reset", "pooltop reset: name a provider, or --all"},
		{"reset --all openrouter", "pooltop reset: --all cannot be combined with a provider"},
		{"reset openrouter --now x", "--now"},
		{"exhaust openrouter", "pooltop exhaust: name a provider and a credential"},
		{"hold openrouter", "pooltop exhaust: name a provider and a credential"},
		{"exhaust openrouter primary --for 1h --until 18:00", "pooltop exhaust: --for and --until are mutually exclusive"},
		{"exhaust openrouter primary --for soon", `pooltop exhaust: --for: invalid duration "soon"`},
		{"exhaust openrouter primary --code 7", "pooltop exhaust: --code must be between 100 and 599"},
		{"undo --policy steep", `"steep"`},
		{"sync anthropic nous", `pooltop sync: unexpected argument "nous"`},

		{"demo x", `pooltop demo: unexpected argument "x"`},
		{"demo --file auth.json", "pooltop demo: unknown flag: --file"},
		{"demo --scenario x", `"x"`},
		{"demo --speed 0", "--speed must be between 1 and 60000"},
		{"demo --speed 0.9", "0.9"},
		{"demo --speed 60001", "--speed"},
		{"demo --speed fast", `pooltop demo: --speed must be a number, not "fast"`},
		{"demo --speed NaN", "--speed"},
		{"demo --speed Inf", "--speed"},
		{"demo --seed -1", `--seed must be a whole number from 0 up, not "-1"`},
	} {
		t.Run(c.line, func(t *testing.T) {
			refused(t, pooltop(t, strings.Fields(c.line)...), exitUsage, c.want)
		})
	}
}

func TestDashboard_NoTerminal(t *testing.T) {
	file := sampleFile(t, "backoff.json")
	for _, args := range [][]string{
		{},
		{"--file", file},
		{"--file", file, "--read-only"},
		{"--file", file, "--no-color"},
		{"--file", file + ".missing"},
		{"demo"},
		{"demo", "--scenario", "blackout", "--speed", "60000", "--seed", "7"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			refused(t, pooltop(t, args...), exitUsage, "terminal", "pooltop list")
		})
	}
}

// storeFlags are those of every command that reads the store.
const storeFlags = "file home profile policy now"

// offered has the flags of each command. --config, --log-file and --help are
// everywhere.
var offered = map[string]string{
	"pooltop": storeFlags + " theme sort columns notify frame-rate journal no-journal key no-color read-only",
	"list":    storeFlags + " theme columns no-color json",
	"status":  storeFlags + " format",
	"events":  storeFlags + " theme no-color journal no-journal json since",
	"report":  storeFlags + " journal no-journal json anonymous",
	"backoff": "policy code json",
	"reset":   storeFlags + " journal no-journal dry-run json yes all",
	"exhaust": storeFlags + " journal no-journal dry-run json yes code for until reason",
	"sync":    storeFlags + " journal no-journal dry-run json yes",
	"undo":    storeFlags + " journal no-journal dry-run json yes",
	"demo":    "policy theme sort columns notify frame-rate key no-color speed seed scenario",
	"config":  "file home profile policy theme sort columns notify frame-rate journal no-journal key json",
}

// A command offers exactly the flags that have an effect on it.
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
			t.Errorf("%s has persistent flags, which every command below it offers", cmd.Name())
		}
	}
}

// The flags of a command may also precede it.
func TestCommands_FlagsFirst(t *testing.T) {
	file := sampleFile(t, "backoff.json")
	list := decoded(t, done(t, pooltop(t, "--file", file, "--policy=flat", "--now", sampleTime, "list", "--json")))
	equal(t, "path and policy", list["path"].(string)+" "+list["policy"].(string), file+" flat")
}

// settingOf has the setting that a field or method of the configuration returns.
var settingOf = map[string]string{
	"File": "file", "PolicyChoice": "policy", "Now": "now", "Scheme": "theme", "NoColor": "no-color", "Hidden": "columns",
	"Order": "sort", "Notify": "notify", "FrameRate": "frame-rate", "Keys": "key", "Journal": "journal",
}

// use is what a function refers to: settings of the configuration cfg, and other
// functions of the package.
type use struct{ settings, functions map[string]bool }

// uses returns the use of every function of the package, by name.
func uses(t *testing.T) map[string]use {
	t.Helper()
	noTest := func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }
	//nolint:staticcheck // the deprecated ParseDir ignores build tags, as is wanted here
	packages, err := parser.ParseDir(token.NewFileSet(), ".", noTest, 0)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]use{}
	for _, file := range packages["cli"].Files {
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			u := use{map[string]bool{}, map[string]bool{}}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.SelectorExpr:
					x, _ := n.X.(*ast.Ident)
					if of, ok := n.X.(*ast.SelectorExpr); ok {
						x = of.Sel
					}
					if x != nil && x.Name == "cfg" {
						u.settings[n.Sel.Name] = true
					}
				case *ast.Ident:
					u.functions[n.Name] = true
				}
				return true
			})
			all[f.Name.Name] = u
		}
	}
	return all
}

// A command offers a flag of the configuration if and only if its code uses the
// value, directly or through functions that it calls.
func TestCommands_FlagsUsed(t *testing.T) {
	all := uses(t)
	for _, name := range []string{"configured", "loadConfig", "bindKeys", "openLog"} {
		delete(all, name) // they serve every command
	}
	root := rootCommand()
	for _, cmd := range append(root.Commands(), root) {
		start := cmd.Name() + "Command"
		switch cmd {
		case root:
			start = "rootCommand"
		default:
			if cmd.Flags().Lookup("config") == nil || cmd.Name() == "config" { // config prints every value
				continue
			}
		}
		used, seen := map[string]bool{}, map[string]bool{}
		var follow func(string)
		follow = func(name string) {
			if seen[name] || strings.HasSuffix(name, "Command") && name != start {
				return
			}
			seen[name] = true
			for field := range all[name].settings {
				used[settingOf[field]] = true
			}
			for f := range all[name].functions {
				if _, ours := all[f]; ours {
					follow(f)
				}
			}
		}
		follow(start)
		for _, setting := range settingOf {
			if offers := cmd.Flags().Lookup(setting) != nil; offers != used[setting] {
				t.Errorf("%s: offers --%s: %v, uses it: %v", cmd.Name(), setting, offers, used[setting])
			}
		}
	}
}

// Help shows every command and every flag that is not hidden.
func TestHelp(t *testing.T) {
	root := rootCommand()
	for _, cmd := range append(root.Commands(), root) {
		if cmd.Hidden {
			saysNot(t, done(t, pooltop(t, "--help")), "  "+cmd.Name()+" ")
			continue
		}
		if cmd != root {
			says(t, done(t, pooltop(t, "--help")), "  "+cmd.Name()+" ", cmd.Short)
		}
		args := strings.Fields(cmd.CommandPath() + " --help")[1:]
		help := done(t, pooltop(t, args...))
		says(t, help, "Usage:\n  pooltop", "Examples:\n", "-h, --help")
		saysNot(t, help, "\x1b")
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Hidden {
				saysNot(t, help, "--"+f.Name)
			} else {
				says(t, help, " --"+f.Name)
			}
		})
		equal(t, "pooltop help "+cmd.Name(), done(t, pooltop(t, append([]string{"help"}, args[:len(args)-1]...)...)), help)
		for line := range strings.Lines(help) {
			if width := len([]rune(line)); width > helpWidth+20 {
				t.Errorf("a line of %d columns: %q", width, line)
			}
		}
	}
	says(t, done(t, pooltop(t, "demo", "--help")), "outage: ", "blackout: ", "billing: ")
	says(t, done(t, pooltop(t, "hold", "--help")), "pooltop exhaust PROVIDER TARGET...", "Alias:\n  hold")
}

func TestVersion(t *testing.T) {
	equal(t, "the output", done(t, pooltop(t, "--version")), "pooltop version "+version+"\n")
}
