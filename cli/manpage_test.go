package cli

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"pooltop/cli/config"
)

func TestManual_AllCommands(t *testing.T) {
	page := strings.NewReplacer(`\-`, "-", `\(ti`, "~").Replace(done(t, pooltop(t, "man")))
	root := rootCommand()
	for _, cmd := range append(root.Commands(), root) {
		if cmd.Hidden {
			lacks(t, page, "\n.SS pooltop "+cmd.Name())
			continue
		}
		if cmd != root {
			contains(t, page, "\n.SS "+strings.TrimSuffix(cmd.UseLine(), " [flags]")+"\n")
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			switch {
			case f.Hidden:
				lacks(t, page, "--"+f.Name)
			case cmd.HasParent() && config.IsFlag(f):
				contains(t, page, "--"+f.Name)
			default:
				value, _ := pflag.UnquoteUsage(f)
				contains(t, page, strings.TrimSpace(`\fB--`+f.Name+" "+value)+`\fP`)
			}
		})
	}
	for _, code := range []int{exitDone, exitFailed, exitUsage, exitNoSuch, exitLocked, exitRefused, exitGuarded, exitProviderOut, exitNothingReady} {
		contains(t, page, fmt.Sprintf("\\fB%d\\fP", code))
	}
	contains(t, page, "HERMES_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "NO_COLOR", "~/.hermes/auth.json", "auth.lock", "events.jsonl",
		"config.toml", "completion bash", version)
}

// TestManual_WellFormed checks that the page uses only macros that every roff supports,
// and that no text looks like a macro.
func TestManual_WellFormed(t *testing.T) {
	macros := strings.Fields(".TH .SH .SS .PP .TP .br")
	for line := range strings.Lines(done(t, pooltop(t, "man"))) {
		word, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch {
		case word == "":
			t.Error("an empty line")
		case word[0] == '\'', word[0] == '.' && !slices.Contains(macros, word):
			t.Errorf("an unknown macro: %q", line)
		case word != ".TH" && strings.ContainsAny(line, "\t'`^~\""):
			t.Errorf("a character that roff may replace: %q", line)
		}
	}
}

func TestManual_Date(t *testing.T) {
	for epoch, want := range map[string]string{"": `.TH POOLTOP 1 "" `, "0": `.TH POOLTOP 1 "1970-01-01" `, "1795425600": `.TH POOLTOP 1 "2026-11-23" `} {
		t.Setenv("SOURCE_DATE_EPOCH", epoch)
		if page := done(t, pooltop(t, "man")); !strings.HasPrefix(page, want) {
			t.Errorf("SOURCE_DATE_EPOCH=%s: %q, want %q", epoch, page[:40], want)
		}
	}
	t.Setenv("SOURCE_DATE_EPOCH", "yesterday")
	refused(t, pooltop(t, "man"), exitUsage, `SOURCE_DATE_EPOCH "yesterday" is not a Unix timestamp`)
}

func TestEscaped(t *testing.T) {
	for text, want := range map[string]string{
		"plain":          "plain",
		".TH is text":    `\&.TH is text`,
		"'quoted'":       `\(aqquoted\(aq`,
		`back\slash`:     `back\eslash`,
		"--json":         `\-\-json`,
		`{"a": 1} ~ ^ %`: `{\(dqa\(dq: 1} \(ti \(ha %`,
	} {
		equal(t, text, escaped(text), want)
	}
}
