package cli

import (
	"fmt"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// The manual names every command, every flag that is not hidden, and what else
// a person looks up there.
func TestTheManualNamesEverything(t *testing.T) {
	page := done(t, pooltop(t, "man"))
	plain := strings.NewReplacer(`\-`, "-", `\(ti`, "~").Replace(page)
	root := rootCommand()
	flags := func(set *pflag.FlagSet) {
		set.VisitAll(func(f *pflag.Flag) {
			if f.Hidden {
				saysNot(t, plain, `\fB--`+f.Name+`\fP`)
				return
			}
			says(t, plain, `\fB--`+f.Name+`\fP`)
			if f.NoOptDefVal == "" && manValues[f.Name] == "" {
				t.Errorf("the manual does not say what --%s takes", f.Name)
			}
		})
	}
	flags(root.PersistentFlags())
	flags(root.Flags())
	for _, cmd := range root.Commands() {
		if cmd.Hidden {
			saysNot(t, plain, ".SS pooltop "+cmd.Name())
			continue
		}
		says(t, plain, ".SS pooltop "+cmd.Use+"\n", cmd.Short)
		flags(cmd.Flags())
	}
	for _, code := range []int{exitDone, exitFailed, exitUsage, exitNoSuch, exitLocked, exitRefused, exitProviderOut, exitNothingReady} {
		says(t, plain, fmt.Sprintf("\\fB%d\\fP", code))
	}
	says(t, plain, "HERMES_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "NO_COLOR", "~/.hermes/auth.json", "auth.lock", "events.jsonl", "config.toml", "completion bash", version)
}

// A line of the page is an instruction only where one is meant, and nothing in
// it is beyond what every roff reads.
func TestTheManualIsWellFormed(t *testing.T) {
	meant := map[string]bool{}
	for m := range strings.FieldsSeq(".TH .SH .SS .PP .TP .B .br .RS .RE .nf .fi") {
		meant[m] = true
	}
	open := map[string]int{}
	for line := range strings.Lines(done(t, pooltop(t, "man"))) {
		word, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch {
		case word == "":
			t.Errorf("an empty line, which breaks paragraphs: %q", line)
		case word[0] == '\'', word[0] == '.' && !meant[word]:
			t.Errorf("%q is no instruction that is meant", line)
		case !strings.HasPrefix(line, ".TH") && strings.ContainsAny(line, "\t'`^~\""):
			t.Errorf("%q has a character that roff may draw as another one", line)
		}
		open[word]++
	}
	equal(t, "indents that end", open[".RE"], open[".RS"])
	equal(t, "examples that end", open[".fi"], open[".nf"])
}

func TestTheDateOfTheManual(t *testing.T) {
	for epoch, want := range map[string]string{"": `.TH POOLTOP 1 "" `, "0": `.TH POOLTOP 1 "1970-01-01" `, "1795425600": `.TH POOLTOP 1 "2026-11-23" `} {
		t.Setenv("SOURCE_DATE_EPOCH", epoch)
		if page := done(t, pooltop(t, "man")); !strings.HasPrefix(page, want) {
			t.Errorf("with the epoch %q the page begins with %q, want %q", epoch, page[:40], want)
		}
	}
	t.Setenv("SOURCE_DATE_EPOCH", "yesterday")
	refused(t, pooltop(t, "man"), exitUsage, "SOURCE_DATE_EPOCH", `"yesterday"`)
	refused(t, pooltop(t, "man", "list"), exitUsage, `"list"`)
}

func TestTextOfTheManualIsNoInstruction(t *testing.T) {
	for text, want := range map[string]string{
		"plain":          "plain",
		".TH is text":    `\&.TH is text`,
		"'quoted'":       `\(aqquoted\(aq`,
		`back\slash`:     `back\eslash`,
		"--json":         `\-\-json`,
		`{"a": 1} ~ ^ %`: `{\(dqa\(dq: 1} \(ti \(ha %`,
	} {
		equal(t, "what stands for "+text, escaped(text), want)
	}
}
