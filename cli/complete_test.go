package cli

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pooltop/poolstate"
)

// completed returns the completions for the last word of a command line, each followed by a
// tab and its description. It also reports whether the shell completes file names.
func completed(t *testing.T, args ...string) (words []string, files bool) {
	t.Helper()
	if !slices.ContainsFunc(args, func(a string) bool { return a == "demo" || a == "backoff" || a == "simulate" || a == "help" }) {
		args = append([]string{"--now", sampleTime}, args...)
	}
	o := pooltop(t, append([]string{"__complete"}, args...)...)
	equal(t, "the exit code", o.code, exitDone)
	lines := strings.Split(strings.TrimSuffix(o.stdout, "\n"), "\n")
	last := len(lines) - 1
	switch lines[last] {
	case ":0":
		files = true
	case ":4", ":16", ":36", ":38":
	default:
		t.Errorf("completing %q ends with %q", args, lines[last])
	}
	return lines[:last], files
}

// wordsOf returns completions without their descriptions.
func wordsOf(words []string) string {
	var out []string
	for _, w := range words {
		word, _, _ := strings.Cut(w, "\t")
		out = append(out, word)
	}
	return strings.Join(out, " | ")
}

func TestComplete_Words(t *testing.T) {
	file := sampleFile(t, "backoff.json")
	t.Setenv("HERMES_HOME", filepath.Dir(file))
	replace := strings.NewReplacer("FILE", writeConfig(t, "file = "+tomlString(file)), "BAD", writeConfig(t, "file = 7"), "TORN", storeFile(t, "{"))
	for _, c := range []struct{ line, want string }{ // _ is an empty word
		{"list _", "anthropic | custom:together.ai | openai-codex | openrouter"},
		{"list OpenR", "openrouter"},
		{"list custom:", "custom:together.ai"},
		{"reset _", "anthropic | custom:together.ai | openai-codex | openrouter"},
		{"reset --all _", ""},
		{"reset openrouter _", "primary | backup-key | OPENROUTER_API_KEY | 07aa5d"},
		{"reset openrouter backup-key _", "primary | OPENROUTER_API_KEY | 07aa5d"},
		{"reset openrouter BACKUP-key #1 _", "OPENROUTER_API_KEY | 07aa5d"},
		{"reset openrouter e", "e5b7f2"}, // the prefix of an id
		{"reset no-such-provider _", ""},
		{"reset anthropic _", "personal-api-key | work-oauth | claude_code"},
		{"exhaust anthropic _", "personal-api-key | work-oauth"}, // a dead credential cannot be held
		{"sync _", "anthropic"},                                  // the other providers have no token source
		{"undo _", ""},
		{"help r", "report | reset"},
		{"list --policy _", strings.Join(poolstate.PolicyChoices(), " | ")},
		{"list --theme l", "light"},
		{"--sort s", "streak | state"},
		{"--sort=-de", "-deadline"},
		{"list --columns _", "profile | why | streak | at | cooldown | next-fail"},
		{"list --columns why,at,c", "why,at,cooldown"},
		{"events --on dead,prov", "dead,provider_out | dead,provider_back"},
		{"list --columns why,w", ""},
		{"--key reset", "reset= | reset-provider= | reset-all="},
		{"demo --scenario b", "blackout | billing"},
		{"simulate --scenario _", "outage | flapping | quota"},
		{"simulate --policy guard", "guard | guard-unstaggered"},
		{"simulate --policy flat,b", "flat,backoff"},
		{"simulate --policy flat,guard,flat", "flat,guard,flat-2026-08"},
		{"backoff --code _", "401 | 402 | 429"},
		{"exhaust openrouter primary --code 40", "401 | 402"},
		{"--config FILE list _", "anthropic | custom:together.ai | openai-codex | openrouter"},
		{"--config BAD list _", ""},
		{"--file TORN list _", ""},
		{"--file TORN exhaust openrouter _", ""},
		{"--file TORN exhaust openrouter a --code _", "401 | 402 | 429"},
		{"--home _", ""},

		{"list openr", "openrouter\t2 of 4 ready"},
		{"list openai", "openai-codex\tnone ready, due now"},
		{"reset openrouter prim", "primary\tready"},
		{"reset openrouter back", "backup-key\tcooling 12m03s"},
		{"reset openrouter e5", "e5b7f2\tbackup-key, cooling 12m03s"},
		{"reset anthropic cl", "claude_code\tdead"},
		{"backoff --code 401", "401\tauth failed, 5m after a first failure"},
		{"demo --scenario out", "outage\tanthropic goes down for half a day; other providers have shorter outages"},
	} {
		t.Run(c.line, func(t *testing.T) {
			args := strings.Fields(replace.Replace(c.line))
			if last := len(args) - 1; args[last] == "_" {
				args[last] = ""
			}
			words, files := completed(t, args...)
			if strings.Contains(c.want, "\t") {
				equal(t, "completions", strings.Join(words, " | "), c.want)
			} else {
				equal(t, "completions", wordsOf(words), c.want)
			}
			equal(t, "offers files", files, false)
		})
	}
}

// TestComplete_AmbiguousNames checks that completion offers the unambiguous names of a
// credential but not an ambiguous label or id.
func TestComplete_AmbiguousNames(t *testing.T) {
	file := storeFile(t, poolOf(
		`{"access_token": "none", "id": "a1", "label": "same"}`,
		`{"access_token": "none", "id": "b2", "label": "SAME", "priority": 1}`,
		`{"access_token": "none", "label": "d4", "priority": 2}`,
		`{"access_token": "none", "id": "d4", "label": "own", "priority": 3}`,
		`{"access_token": "none", "id": "e5", "priority": 4}`,
		`{"access_token": "none", "id": "e5", "label": "twice", "priority": 5}`,
		`{"priority": 6}`,
		`{"access_token": "none", "id": "-f6", "label": "--all", "priority": 7}`,
		`{"access_token": "none", "label": "#10", "priority": 8}`, // so that this is not number 10
		`{"access_token": "none", "priority": 9}`,
	))
	for prefix, want := range map[string]string{
		"":  "a1 | b2 | #3 | own | #5 | twice | #7 | #8 | #9",
		"d": "d4",
		"#": "#3 | #5 | #7 | #8 | #9",
		"e": "",
		"-": "",
	} {
		words, _ := completed(t, "--file", file, "reset", "--", "p", prefix)
		equal(t, "completions for "+prefix, wordsOf(words), want)
	}
}

func TestComplete_Profiles(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HERMES_HOME", home)
	profiles := filepath.Join(home, "profiles")
	check := func(want string, args ...string) {
		t.Helper()
		words, _ := completed(t, args...)
		equal(t, "completions", strings.Join(words, " | "), want)
	}
	check("default\tthe root", "list", "--profile", "")
	writeFile(t, filepath.Join(profiles, "work", "auth.json"), sample(t, "backoff.json"))
	writeFile(t, filepath.Join(profiles, "play", "other"), nil)
	writeFile(t, filepath.Join(profiles, "a file"), nil)
	check("default\tthe root | play\tno auth.json yet | work\ta profile", "list", "--profile", "")
	check("backup-key\tcooling 12m03s", "--profile", "work", "reset", "openrouter", "back")
	check("backup-key\tcooling 12m03s", "--home", filepath.Join(profiles, "work"), "reset", "openrouter", "back")
	check("backup-key\tcooling 12m03s", "--profile", "work", "--profile", "play", "reset", "openrouter", "back")
	check("backup-key\tcooling 12m03s", "reset", "--all-profiles", "openrouter", "back")
	check("", "reset", "--all-profiles", "--profile", "work", "openrouter", "back")
	check("", "reset", "openrouter", "back") // the home itself has no pool
	writeFile(t, filepath.Join(home, "auth.json"), sample(t, "backoff.json"))
	check("backup-key\tcooling 12m03s", "--profile", "play", "reset", "openrouter", "back") // borrowed from the root
	check("backup-key\tcooling 12m03s", "reset", "--all-profiles", "openrouter", "back")    // in two stores
	_, files := completed(t, "--file", "")
	equal(t, "offers files for --file", files, true)
}

// completionLines are command lines to complete. Most completions depend on the pool.
var completionLines = [][]string{
	{"list", ""},
	{"sync", ""},
	{"reset", ""},
	{"reset", "p", ""},
	{"reset", "p", "S"},
	{"reset", "openrouter", ""},
	{"reset", "openrouter", "S"},
	{"exhaust", "broken", ""},
	{"exhaust", "openrouter", "a", ""},
	{"exhaust", "openrouter", "a", "--code", ""},
	{"list", "--profile", ""},
	{"list", "--policy", ""},
}

// TestComplete_HostileText checks that completions contain no control characters, and that
// reset accepts each completed target, even if the store contains hostile text.
func TestComplete_HostileText(t *testing.T) {
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			file := storeFile(t, hostileStore(t, text))
			for _, line := range [][]string{{"list", ""}, {"reset", text, ""}, {"reset", "p", ""}, {"exhaust", text, "a"}} {
				if strings.Contains(text, "\x00") && line[1] == text {
					continue // an argument cannot contain NUL
				}
				words, _ := completed(t, append([]string{"--file", file}, line...)...)
				for _, w := range words {
					word, about, _ := strings.Cut(w, "\t")
					if found := raw(word + about); found != "" {
						t.Errorf("%q completes to %s in %q", line, found, w)
					}
					if line[1] == text && at(t, file, "reset", text, word, "--dry-run").code != exitDone {
						t.Errorf("%q is not accepted", word)
					}
				}
			}
		})
	}
}

func TestComplete_SpecialLabels(t *testing.T) {
	for label, want := range map[string]string{
		"ключ":                    "ключ\tready",
		"team@host":               "team@host\tready",
		"work laptop":             "a1\twork laptop, ready",
		"$(touch owned)":          "a1\t$(touch owned), ready",
		"#2":                      "a1\t#2, ready",
		"two\tcolumns":            "a1\ttwo columns, ready",
		strings.Repeat("a ", 400): "a1\t" + strings.Repeat("a ", 128) + ", ready",
	} {
		file := storeFile(t, poolOf(`{"access_token": "none", "id": "a1", "label": `+asJSON(t, label)+`}`))
		words, _ := completed(t, "--file", file, "reset", "p", "")
		equal(t, "completions for "+label, strings.Join(words, "\n"), want)
	}
}
