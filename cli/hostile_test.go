package cli

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode"
)

// hostile texts act on a terminal, or change how what follows them is read.
var hostile = map[string]string{
	"colour":            "red\x1b[31mred",
	"title":             "title\x1b]0;owned\x07end",
	"link":              "link\x1b]8;;http://evil.example\x1b\\text\x1b]8;;\x1b\\",
	"device":            "\x1bP+q544e\x1b\\",
	"clear":             "\x1b[2J\x1b[H",
	"C1 sequence":       "c1\u009b31mred\u009d0;owned\u009c",
	"carriage return":   "good\rbad",
	"line break":        "one\ntwo\r\nthree",
	"backspace":         "abc\b\b\bxyz",
	"bell and delete":   "\a\x7f",
	"null":              "a\x00b",
	"bidi override":     "user\u202egpj.exe",
	"bidi isolate":      "\u2066a\u2069\u2067b\u2068",
	"direction marks":   "\u200ea\u200f\u061c",
	"line separators":   "a\u2028b\u2029c",
	"zero width":        "a\u200bb\u200dc\ufeffd",
	"soft hyphen":       "a\u00adb",
	"tags":              "a\U000e0041\U000e0042b",
	"a flood of marks":  "a" + strings.Repeat("\u0301", 200),
	"unpaired":          `a\ud800b`,
	"a very long label": strings.Repeat("long ", 4000),
}

// raw returns what of a text would act on a terminal: anything that is no
// visible character, blank or line break.
func raw(text string) string {
	var found []string
	for _, r := range text {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029') {
			found = append(found, fmt.Sprintf("%U", r))
		}
	}
	return strings.Join(found, " ")
}

func checkHarmless(t *testing.T, what string, o outcome) {
	t.Helper()
	if found := raw(o.stdout); found != "" {
		t.Errorf("%s puts %s on standard output: %q", what, found, o.stdout)
	}
	if found := raw(o.stderr); found != "" {
		t.Errorf("%s puts %s on standard error: %q", what, found, o.stderr)
	}
	if n := strings.Count(o.stderr, "\n"); n > 1 {
		t.Errorf("%s says %d lines on standard error: %q", what, n, o.stderr)
	}
}

// inJSONFile quotes a text for a file. What it holds in escapes already stays.
func inJSONFile(t *testing.T, text string) string {
	t.Helper()
	return strings.ReplaceAll(asJSON(t, text), `\\ud`, `\ud`)
}

// hostileStore has the text wherever an agent or a provider may have put it.
func hostileStore(t *testing.T, text string) string {
	t.Helper()
	q := inJSONFile(t, text)
	return `{"credential_pool": {"p": [{"id": "ready"}], ` + q + `: [
		{"id": ` + q + `, "label": ` + q + `, "source": ` + q + `, "auth_type": ` + q + `, "base_url": ` + q + `,
		 "last_status": "exhausted", "last_status_at": 1795425000, "last_error_code": 429,
		 "last_error_reason": ` + q + `, "last_error_message": ` + q + `, "failure_reason": ` + q + `,
		 "model_cooldowns": {` + q + `: 1795426000}, "secret_fingerprint": ` + q + `},
		{"id": ` + q + `, "last_status": ` + q + `},
		{"label": ` + q + `, "last_status": "exhausted", "last_status_at": 1795425000,
		 "last_error_reason": "operator_hold", "last_error_message": ` + q + `}]}}`
}

func TestHostileTextOfTheFileIsHarmless(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			file := storeFile(t, hostileStore(t, text))
			for _, args := range append([][]string{
				{"reset", "--all", "--dry-run"},
				{"reset", "--all", "--dry-run", "--json"},
				{"reset", "p", "#2", "--dry-run"},
				{"exhaust", "p", "no-such-target", "--dry-run"},
				{"list", "p"},
				{"status", "--format", "{{range .providers}}{{.name}}{{range .credentials}}{{.}}{{end}}{{end}}"},
				{"status", "--format", "{{range .providers}}{{range .credentials}}{{.model_cooldowns}}{{.label}}{{end}}{{end}}"},
			}, everyLookingCommand()...) {
				checkHarmless(t, strings.Join(args, " "), at(t, file, args...))
			}
		})
	}
}

// A row is a row, whatever its label.
func TestHostileTextAddsNoLine(t *testing.T) {
	lines := func(text string, args ...string) int {
		return strings.Count(done(t, at(t, storeFile(t, hostileStore(t, text)), args...)), "\n")
	}
	list, report := lines("plain", "list"), lines("plain", "report", "--anonymous")
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			file := storeFile(t, hostileStore(t, text))
			equal(t, "the lines of list", lines(text, "list"), list)
			equal(t, "the lines of a report", lines(text, "report", "--anonymous"), report)
			equal(t, "the lines of status", strings.Count(at(t, file, "status").stdout, "\n"), 1)
			equal(t, "the lines of a template", strings.Count(at(t, file, "status", "--format", "{{.}}").stdout, "\n"), 1)
		})
	}
}

// JSON hides nothing: who reads it gets every character back.
func TestHostileTextComesBackOutOfTheJSON(t *testing.T) {
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			list := decoded(t, done(t, at(t, storeFile(t, hostileStore(t, text)), "list", "--json")))
			want := strings.ReplaceAll(text, `\ud800`, "\ufffd")
			found := false
			for _, c := range credentialsIn(list) {
				if c["label"] == want && c["error_message"] == want {
					found = true
				}
			}
			if !found {
				t.Errorf("no credential has the label %q", want)
			}
		})
	}
}

// What a person typed is quoted in errors, and may have been pasted.
func TestHostileArgumentsAreHarmless(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	file := sampleFile(t, "backoff.json")
	for name, text := range hostile {
		if strings.Contains(text, "\x00") {
			continue // no argument can hold it
		}
		t.Run(name, func(t *testing.T) {
			for _, args := range [][]string{
				{text},
				{"--" + text},
				{"list", text, "--file", file},
				{"list", "p", text, "--file", file},
				{"list", "--file", filepath.Join(t.TempDir(), text)},
				{"list", "--home", text},
				{"list", "--profile", "/" + text},
				{"list", "--policy", text},
				{"list", "--now", text},
				{"list", "--json=" + text},
				{"status", text},
				{"report", text},
				{"report", "--json=" + text},
				{"report", "--anonymous", "--file", filepath.Join(t.TempDir(), text)},
				{"status", "--file", file, "--format", "{{" + text},
				{"status", "--file", file, "--format", "{{." + text + "}}"},
				{"backoff", "--code", text},
				{"backoff", text},
				{"reset", text, "--file", file},
				{"reset", "openrouter", text, "--file", file},
				{"exhaust", "openrouter", "primary", "--for", text, "--file", file},
				{"exhaust", "openrouter", "primary", "--until", text, "--file", file},
				{"sync", text, "--file", file},
				{"undo", text, "--file", file},
				{"demo", "--scenario", text},
				{"demo", "--speed", text},
			} {
				o := pooltop(t, args...)
				checkHarmless(t, fmt.Sprintf("%q", args), o)
				if o.code == exitDone {
					t.Errorf("%q is accepted", args)
				}
			}
		})
	}
}

// The path of a store that is there may be hostile too.
func TestHostilePathIsHarmless(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such file names there")
	}
	file := filepath.Join(t.TempDir(), "a\x1b[31m\u202e\nb", "auth.json") //nolint:gocritic // the escape sequence has no separator
	for _, content := range []string{string(sample(t, "backoff.json")), `{"credential_pool": `} {
		writeFile(t, file, []byte(content))
		for _, args := range append([][]string{{"status", "--format", "{{.path}}"}}, everyLookingCommand()...) {
			checkHarmless(t, strings.Join(args, " "), at(t, file, args...))
		}
	}
}

// Without a terminal nothing is coloured, even if one would be.
func TestPlainTextWithoutATerminal(t *testing.T) {
	t.Setenv("TERM", "xterm-256color")
	t.Setenv("COLORTERM", "truecolor")
	for _, name := range sampleNames {
		file := sampleFile(t, name)
		for _, args := range append([][]string{{"backoff"}, {"backoff", "--json"}, {"config"}, {"--help"}, {"list", "--help"}, {"--version"}, {"nonsense"}}, everyLookingCommand()...) {
			checkHarmless(t, strings.Join(args, " "), at(t, file, args...))
		}
	}
}

// A file is no terminal either, and what is written there is the same.
func TestListIntoAFileIsPlain(t *testing.T) {
	t.Setenv("TERM", "xterm-256color")
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = out.Close() })
	cfg := configAt(t, sampleFile(t, "backoff.json"))
	snap, err := loadSnapshot(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := printList(out, snap, cfg); err != nil {
		t.Fatal(err)
	}
	text := string(readFile(t, out.Name()))
	equal(t, "what would act on a terminal", raw(text), "")
	says(t, text, "work-oauth")
}
