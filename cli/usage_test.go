package cli

import (
	"strings"
	"testing"
)

// A wrong command line exits with 2 and one line that says why.
func TestCommands_WrongUsage(t *testing.T) {
	for _, c := range []struct {
		line string // arguments, separated by blanks
		says []string
	}{
		{"nonsense", []string{`unknown command "nonsense"`}},
		{"sttaus", []string{`unknown command "sttaus"`, "did you mean", "status"}},
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
		{"list --policy BACKOFF", []string{`"BACKOFF"`}},
		{"list --now 2026-11-23", []string{"--now", `"2026-11-23"`}},
		{"list --now 1795425600", []string{"--now"}},
		{"list --profile ..", []string{`".."`}},

		{"status x", []string{`"x"`}},
		{"status --format", []string{"--format"}},
		{"status --profile a\\b", []string{"profile"}},
		{"report x", []string{`"x"`}},
		{"report --json=perhaps", []string{"--json"}},

		{"backoff x", []string{`"x"`}},
		{"backoff --code many", []string{`--code must be a whole number, not "many"`}},
		{"backoff --policy steep", []string{`"steep"`}},
		{"backoff --now x", []string{"--now"}},

		{"completion", []string{"name a shell", "bash"}},
		{"completion bsh", []string{`"bsh"`, "did you mean", "powershell"}},

		{"reset", []string{"provider", "--all"}},
		{"reset --all openrouter", []string{"--all"}},
		{"reset openrouter --now x", []string{"--now"}},
		{"exhaust openrouter", []string{"credential"}},
		{"exhaust openrouter primary --for 1h --until 18:00", []string{"for", "until"}},
		{"exhaust openrouter primary --for soon", []string{"--for", `"soon"`}},
		{"exhaust openrouter primary --code 7", []string{"--code", "7"}},
		{"sync anthropic nous", []string{`"nous"`}},

		{"demo x", []string{`"x"`}},
		{"demo --file auth.json", []string{"unknown flag: --file"}},
		{"demo --scenario x", []string{`"x"`, "outage", "blackout", "billing"}},
		{"demo --speed 0.9", []string{"--speed", "0.9"}},
		{"demo --speed 60001", []string{"--speed"}},
		{"demo --speed fast", []string{`--speed must be a number, not "fast"`}},
		{"demo --speed NaN", []string{"--speed"}},
		{"demo --seed -1", []string{`--seed must be a whole number from 0 up, not "-1"`}},
	} {
		t.Run(c.line, func(t *testing.T) {
			refused(t, pooltop(t, strings.Fields(c.line)...), exitUsage, c.says...)
		})
	}
}

// Without a terminal the dashboard names the command that works there.
func TestDashboard_NoTerminal(t *testing.T) {
	file := sampleFile(t, "backoff.json")
	for _, args := range [][]string{
		{},
		{"--file", file, "--read-only"},
		{"--file", file + ".missing"},
		{"demo"},
		{"demo", "--scenario", "blackout", "--speed", "60000", "--seed", "7"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			refused(t, pooltop(t, args...), exitUsage, "terminal", "pooltop list")
		})
	}
}

func TestHelp(t *testing.T) {
	help := done(t, pooltop(t, "--help"))
	says(t, help, "--file", "--home", "--profile", "--policy", "--no-color", "--read-only", "--version")
	saysNot(t, help, "--now", "\x1b")
	for _, args := range [][]string{{"-h"}, {"help"}} {
		equal(t, strings.Join(args, " "), done(t, pooltop(t, args...)), help)
	}
	for _, c := range rootCommand().Commands() {
		if c.Hidden {
			continue
		}
		says(t, help, c.Name())
		ofCommand := done(t, pooltop(t, c.Name(), "--help"))
		says(t, ofCommand, "pooltop "+c.Name())
		saysNot(t, ofCommand, "--now", "\x1b")
	}
	says(t, done(t, pooltop(t, "demo", "--help")), "outage", "blackout", "billing", "--speed", "--seed", "--scenario")
}

func TestVersion(t *testing.T) {
	out := done(t, pooltop(t, "--version"))
	says(t, out, "pooltop", version)
	equal(t, "the lines", strings.Count(out, "\n"), 1)
}
