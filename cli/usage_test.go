package cli

import (
	"strings"
	"testing"
)

// A command line that cannot be meant exits with 2 and says why in one line.
func TestWrongUsage(t *testing.T) {
	for _, c := range []struct {
		line string // the arguments, between blanks
		says []string
	}{
		{"nonsense", []string{`unknown command "nonsense"`}},
		{"lst", []string{`unknown command "lst"`, "did you mean", "list"}},
		{"sttaus", []string{"did you mean", "status"}},
		{"--nonsense", []string{"--nonsense"}},
		{"-x", []string{"-x"}},
		{"--file", []string{"--file"}},
		{"--no-color=perhaps", []string{"--no-color"}},
		{"--policy steep", []string{`"steep"`, "auto", "backoff", "flat"}},
		{"--now yesterday", []string{"--now", `"yesterday"`, "RFC 3339"}},
		{"--profile a/b", []string{`"a/b"`}},

		{"list --nonsense", []string{"--nonsense"}},
		{"list openrouter anthropic", []string{`"anthropic"`}},
		{"list --json=perhaps", []string{`--json must be true or false, not "perhaps"`}},
		{"list --policy steep", []string{`"steep"`}},
		{"list --policy BACKOFF", []string{`"BACKOFF"`}},
		{"list --now 2026-11-23", []string{"--now", `"2026-11-23"`}},
		{"list --now 1795425600", []string{"--now"}},
		{"list --profile a/b", []string{`"a/b"`}},
		{"list --profile ..", []string{`".."`}},

		{"status x", []string{`"x"`}},
		{"status --format", []string{"--format"}},
		{"status --policy steep", []string{`"steep"`}},
		{"status --now x", []string{"--now"}},
		{"status --profile a\\b", []string{"profile"}},

		{"report x", []string{`"x"`}},
		{"report --json=perhaps", []string{"--json"}},
		{"report --policy steep", []string{`"steep"`}},
		{"report --now x", []string{"--now"}},
		{"report --profile a/b", []string{`"a/b"`}},

		{"completion", []string{"name a shell", "bash"}},
		{"completion bsh", []string{`"bsh"`, "did you mean", "powershell"}},
		{"demo --file auth.json", []string{"unknown flag: --file"}},
		{"demo --profile work", []string{"--profile"}},

		{"backoff x", []string{`"x"`}},
		{"backoff --code many", []string{`--code must be a whole number, not "many"`}},
		{"backoff --code", []string{"--code"}},
		{"backoff --policy steep", []string{`"steep"`}},
		{"backoff --now x", []string{"--now"}},

		{"reset", []string{"provider", "--all"}},
		{"reset --all openrouter", []string{"--all"}},
		{"exhaust openrouter", []string{"credential"}},
		{"exhaust openrouter primary --for 1h --until 18:00", []string{"for", "until"}},
		{"exhaust openrouter primary --for soon", []string{"--for", `"soon"`}},
		{"exhaust openrouter primary --code 7", []string{"--code", "7"}},
		{"reset openrouter --now x", []string{"--now"}},
		{"undo --policy steep", []string{`"steep"`}},
		{"sync anthropic nous", []string{`"nous"`}},

		{"demo x", []string{`"x"`}},
		{"demo --scenario x", []string{`"x"`, "outage", "blackout", "billing"}},
		{"demo --speed 0", []string{"--speed"}},
		{"demo --speed 0.9", []string{"--speed", "0.9"}},
		{"demo --speed 60001", []string{"--speed"}},
		{"demo --speed fast", []string{`--speed must be a number, not "fast"`}},
		{"demo --speed NaN", []string{"--speed"}},
		{"demo --speed Inf", []string{"--speed"}},
		{"demo --seed -1", []string{`--seed must be a whole number from 0 up, not "-1"`}},
	} {
		t.Run(c.line, func(t *testing.T) {
			refused(t, pooltop(t, strings.Fields(c.line)...), exitUsage, c.says...)
		})
	}
}

// What draws the dashboard refuses where there is no terminal, and says what
// works there.
func TestTheDashboardNeedsATerminal(t *testing.T) {
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

// Help names every command and every flag that is not hidden, for the program
// and for each command of it.
func TestHelp(t *testing.T) {
	root := rootCommand()
	var commands []string
	for _, c := range root.Commands() {
		if !c.Hidden {
			commands = append(commands, c.Name())
		}
	}
	for _, args := range [][]string{{"--help"}, {"-h"}, {"help"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			help := done(t, pooltop(t, args...))
			says(t, help, "pooltop", "demo", "list", "status", "backoff")
			says(t, help, commands...)
			says(t, help, "--file", "--home", "--profile", "--policy", "--no-color", "--read-only", "--version")
			saysNot(t, help, "--now", "\x1b")
		})
	}
	for _, name := range commands {
		t.Run(name, func(t *testing.T) {
			help := done(t, pooltop(t, name, "--help"))
			says(t, help, "pooltop "+name)
			saysNot(t, help, "--now", "\x1b")
		})
	}
}

func TestHelpOfTheDemoTellsTheScenarios(t *testing.T) {
	says(t, done(t, pooltop(t, "demo", "--help")), "outage", "blackout", "billing", "--speed", "--seed", "--scenario")
}

func TestVersion(t *testing.T) {
	out := done(t, pooltop(t, "--version"))
	says(t, out, "pooltop", version)
	equal(t, "the lines", strings.Count(out, "\n"), 1)
}
