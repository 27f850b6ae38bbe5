package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode"
)

// hostile contains strings that control a terminal or change how text is displayed.
var hostile = map[string]string{
	"color":           "red\x1b[31mred",
	"title":           "title\x1b]0;owned\x07end",
	"link":            "link\x1b]8;;http://evil.example\x1b\\text\x1b]8;;\x1b\\",
	"device":          "\x1bP+q544e\x1b\\",
	"clear":           "\x1b[2J\x1b[H",
	"C1 sequence":     "c1\u009b31mred\u009d0;owned\u009c",
	"carriage return": "good\rbad",
	"line break":      "one\ntwo\r\nthree",
	"backspace":       "abc\b\b\bxyz",
	"bell and delete": "\a\x7f",
	"null":            "a\x00b",
	"bidi override":   "user\u202egpj.exe",
	"bidi isolate":    "\u2066a\u2069\u2067b\u2068",
	"direction marks": "\u200ea\u200f\u061c",
	"line separators": "a\u2028b\u2029c",
	"zero width":      "a\u200bb\u200dc\ufeffd",
	"soft hyphen":     "a\u00adb",
	"tags":            "a\U000e0041\U000e0042b",
	"combining marks": "a" + strings.Repeat("\u0301", 200),
	"unpaired":        `a\ud800b`,
	"long text":       strings.Repeat("long ", 4000),
}

// raw returns the characters in text that could affect a terminal: control and formatting
// characters, except line breaks.
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
	if found := raw(o.stdout + o.stderr); found != "" {
		t.Errorf("%s prints %s: %q, standard error %q", what, found, o.stdout, o.stderr)
	}
	if n := strings.Count(o.stderr, "\n"); n > 1 {
		t.Errorf("%s prints %d lines on standard error: %q", what, n, o.stderr)
	}
}

// inJSONFile quotes text for a JSON file, but leaves \u escapes of surrogates as they are.
func inJSONFile(t *testing.T, text string) string {
	t.Helper()
	return strings.ReplaceAll(asJSON(t, text), `\\ud`, `\ud`)
}

// hostileStore returns a store with the text in every field that an agent or a provider can
// set.
func hostileStore(t *testing.T, text string) string {
	t.Helper()
	q := inJSONFile(t, text)
	return `{"credential_pool": {"p": [{"access_token": "none", "id": "ready"}], ` + q + `: [
		{"access_token": "none", "id": ` + q + `, "label": ` + q + `, "source": ` + q + `, "auth_type": ` + q + `, "base_url": ` + q + `,
		 "last_status": "exhausted", "last_status_at": 1795425000, "last_error_code": 429,
		 "last_error_reason": ` + q + `, "last_error_message": ` + q + `, "failure_reason": ` + q + `,
		 "model_cooldowns": {` + q + `: 1795426000}, "secret_fingerprint": ` + q + `},
		{"access_token": "none", "id": ` + q + `, "last_status": ` + q + `},
		{"access_token": "none", "label": ` + q + `, "last_status": "exhausted", "last_status_at": 1795425000,
		 "last_error_reason": "operator_hold", "last_error_message": ` + q + `}]}}`
}

// TestCommands_HostileFile checks that hostile text in the file adds no control characters and
// no lines to the output, and that the JSON output decodes to the original text.
func TestCommands_HostileFile(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	lines := func(file string, args ...string) int { return strings.Count(at(t, file, args...).stdout, "\n") }
	plain, upper := storeFile(t, hostileStore(t, "plain")), storeFile(t, hostileStore(t, "UPPER"))
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			file := storeFile(t, hostileStore(t, text))
			for _, args := range append([][]string{
				{"reset", "--all", "--dry-run"},
				{"reset", "p", "#2", "--dry-run"},
				{"exhaust", "p", "no-such-target", "--dry-run"},
				{"list", "p"},
				{"status", "--format", "{{range .providers}}{{.name}}{{range .credentials}}{{.}}{{end}}{{end}}"},
				{"status", "--format", "{{range .providers}}{{range .credentials}}{{.model_cooldowns}}{{.label}}{{end}}{{end}}"},
			}, passiveCommands...) {
				checkHarmless(t, strings.Join(args, " "), at(t, file, args...))
			}
			plain := plain
			if strings.ToLower(text) != text { // a note about an uppercase provider name adds a line
				plain = upper
			}
			for _, args := range [][]string{{"list"}, {"report", "--anonymous"}, {"status"}, {"status", "--format", "{{.}}"}} {
				equal(t, "the lines of "+strings.Join(args, " "), lines(file, args...), lines(plain, args...))
			}
			want := strings.ReplaceAll(text, `\ud800`, "\ufffd")
			var list struct {
				Providers []struct {
					Credentials []struct {
						Label   string
						Message string `json:"error_message"`
					}
				}
			}
			must(t, json.Unmarshal([]byte(done(t, at(t, file, "list", "--json"))), &list))
			for _, p := range list.Providers {
				if c := p.Credentials[0]; len(p.Credentials) > 1 && (c.Label != want || c.Message != want) {
					t.Errorf("got %.200q, want %.200q", c, want)
				}
			}
		})
	}
}

// TestCommands_HostileProfiles checks that commands print hostile profile names without
// control characters. Each profile has a damaged file, its own credentials, or no file.
func TestCommands_HostileProfiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("file names cannot contain control characters")
	}
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	root, n := t.TempDir(), 0
	writeFile(t, filepath.Join(root, "auth.json"), sample(t, "backoff.json"))
	for _, name := range hostile {
		if strings.ContainsAny(name, "/\x00") {
			continue
		}
		home := filepath.Join(root, "profiles", name[:min(len(name), 200)])
		must(t, os.MkdirAll(home, 0o700))
		if n++; n%3 == 0 {
			writeFile(t, filepath.Join(home, "auth.json"), []byte(hostileStore(t, "text")))
		} else if n%3 == 1 {
			writeFile(t, filepath.Join(home, "auth.json"), []byte("{"))
		}
	}
	for _, line := range commands("list", "list --json", "status", "status --format {{.}}", "report", "report --anonymous", "report --json", "guard --once", "guard --once --json",
		"config", "config --json", "reset --all --dry-run", "reset --all --json", "exhaust openrouter backup-key --yes", "undo --yes") {
		o := pooltop(t, append(line, "--all-profiles", "--home", root, "--config", "")...)
		if found := raw(o.stdout + o.stderr); found != "" || o.code == exitUsage || o.code == exitFailed || o.stdout == "" && line[0] != "guard" && line[0] != "undo" {
			t.Errorf("%q prints %s, with exit code %d: %.500q, standard error %.500q", line, found, o.code, o.stdout, o.stderr)
		}
		for text := range strings.Lines(o.stderr) {
			if !strings.HasPrefix(text, "pooltop ") {
				t.Errorf("%q prints %q", line, text)
			}
		}
	}
}

// TestCommands_HostileArguments checks that errors quote arguments without their control
// characters, because users may paste anything.
func TestCommands_HostileArguments(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	file := sampleFile(t, "backoff.json")
	for name, text := range hostile {
		if strings.Contains(text, "\x00") {
			continue // an argument cannot contain NUL
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
				{"report", "--anonymous", "--file", filepath.Join(t.TempDir(), text)},
				{"status", "--file", file, "--format", "{{" + text},
				{"status", "--file", file, "--format", "{{." + text + "}}"},
				{"backoff", "--code", text},
				{"reset", text, "--file", file},
				{"reset", "openrouter", text, "--file", file},
				{"exhaust", "openrouter", "primary", "--for", text, "--file", file},
				{"exhaust", "openrouter", "primary", "--until", text, "--file", file},
				{"sync", text, "--file", file},
				{"demo", "--scenario", text},
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

// TestCommands_HostilePath checks that commands print a hostile path without control
// characters. Without a terminal, the output has no colors, even if TERM supports them.
func TestCommands_HostilePath(t *testing.T) {
	t.Setenv("TERM", "xterm-256color")
	t.Setenv("COLORTERM", "truecolor")
	if runtime.GOOS == "windows" {
		t.Skip("the file system may not allow such names")
	}
	file := filepath.Join(t.TempDir(), "a\x1b[31m\u202e\nb", "auth.json") //nolint:gocritic // the backslashes are not separators
	cfg := filepath.Join(filepath.Dir(file), "c\x1b[31m\u202e.toml")      //nolint:gocritic // the backslashes are not separators
	writeFile(t, cfg, []byte("backoff.cap = 3"))
	for _, name := range []string{"backoff", "config"} {
		o := pooltop(t, name, "--config", cfg)
		checkHarmless(t, name, o)
		contains(t, done(t, o), ".toml:1")
	}
	for _, content := range []string{string(sample(t, "backoff.json")), `{"credential_pool": `} {
		writeFile(t, file, []byte(content))
		for _, args := range append(commands("status --format {{.path}}", "backoff", "backoff --json", "config",
			"--help", "list --help", "--version", "nonsense"), passiveCommands...) {
			checkHarmless(t, strings.Join(args, " "), at(t, file, args...))
		}
	}
}
