package cli

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// notASCII returns the first character of s that is not ASCII, or "".
func notASCII(s string) string {
	if i := strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }); i >= 0 {
		return s[i:min(len(s), i+20)]
	}
	return ""
}

// TestASCII checks that --ascii affects text, but not JSON, and keeps lines and columns.
func TestASCII(t *testing.T) {
	store := sampleFile(t, "backoff.json")
	for line, isText := range map[string]bool{
		"list":                                true,
		"list --json":                         false,
		"status":                              true,
		"status --format tmux":                true,
		"status --format waybar":              false,
		"report":                              true,
		"report --json":                       false,
		"order openrouter":                    true,
		"order openrouter --json":             false,
		"backoff":                             true,
		"backoff --json":                      false,
		"simulate --outage 2h --policy flat":  true,
		"reset openrouter --yes --dry-run":    true,
		"reset openrouter --dry-run --json":   false,
		"exhaust openrouter #4 --dry-run":     true,
		"exhaust openrouter nosuch --dry-run": true,
		"reset отдел":                         true,
		"sync --dry-run":                      true,
		"list --file /no/такого":              true,
	} {
		args := strings.Fields(line)
		if strings.Contains(line, "/no/") {
			args = args[:1]
		}
		before, after := at(t, store, args...), at(t, store, append(args, "--ascii")...)
		equal(t, "the exit code of "+line, after.code, before.code)
		if !isText {
			equal(t, "the output of "+line, after.stdout, before.stdout)
			continue
		}
		equal(t, "characters of "+line, notASCII(after.stdout+after.stderr), "")
		equal(t, "lines of "+line, strings.Count(after.stdout, "\n"), strings.Count(before.stdout, "\n"))
	}
	list := strings.Split(done(t, at(t, store, "list", "openrouter", "--ascii")), "\n")
	columns := strings.Split(done(t, at(t, store, "list", "openrouter")), "\n")
	for i := range list {
		equal(t, "the width of a line", len(list[i]), utf8.RuneCountInString(columns[i])+strings.Count(columns[i], "🔑"))
	}
}

func TestASCII_Locale(t *testing.T) {
	t.Setenv("LC_ALL", "C")
	store := sampleFile(t, "backoff.json")
	for _, args := range [][]string{{"status"}, {"list"}, {"help"}, {"--help"}, {"help", "order"}, {"--frame-rate", "0"}, {"reset", "отдел"}, {"отдел"}} {
		o := at(t, store, args...)
		equal(t, "characters of "+args[0], notASCII(o.stdout+o.stderr), "")
	}
	for _, args := range [][]string{{"status", "--ascii=false"}, {"list", "--json"}} {
		if notASCII(at(t, store, args...).stdout) == "" {
			t.Errorf("the output of %q is ASCII", args)
		}
	}
	contains(t, done(t, pooltop(t, "config", "--file", "/отдел")), "отдел", "ascii = true  # $LC_ALL")
}
