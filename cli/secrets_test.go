package cli

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/model"
	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/filter"
)

// tokens are secrets as files have them, one for each place where one may
// stand. No run of eight of their characters occurs in anything else.
var tokens = map[string]string{
	"access":   "SECRET-aQ7xZ2mW9kR4tY6uP1oL",
	"refresh":  "SECRET-bN8vC3xJ5hG2fD7sK0wE",
	"agent":    "SECRET-cT4yU9iO1pA6sF3gH8jM",
	"tomorrow": "SECRET-dV5bQ2nZ7mX1cL9kJ3hR",
	"password": "SECRET-eG6fW4dS8aP2oI0uY5tB",
	"nested":   "SECRET-fK1jM7hN3gB9vC5xZ8lQ",
	"provider": "SECRET-gR2eT6wY4qU8iO0pA3sD",
	"garbage":  "SECRET-hF5gH1jK7lZ3xC9vB6nM",
	"pool":     "SECRET-iW8qE2rT4yU6iO1pS0aX",
}

// sliver is how much of a token is a leak.
const sliver = 8

func checkNoSecret(t *testing.T, what string, o outcome) {
	t.Helper()
	text := o.stdout + o.stderr
	if strings.Contains(text, "SECRET-") {
		t.Errorf("%s prints a secret: %q", what, text)
	}
	for name, token := range tokens {
		for i := range len(token) - sliver + 1 {
			if strings.Contains(text, token[i:i+sliver]) {
				t.Errorf("%s prints %q of the %s token", what, token[i:i+sliver], name)
				break
			}
		}
	}
}

// secretStore has a token in every place where one may stand.
func secretStore() string {
	return fmt.Sprintf(`{
	"providers": {"nous": {"access_token": %q, "refresh_token": %q}},
	"openrouter_api_key": %q,
	"credential_pool": {
		"openrouter": [
			{"id": "a", "label": "one", "access_token": %q, "refresh_token": %q, "agent_key": %q,
			 "session_secret": %q, "proxy_password": %q, "extra": {"api_key": %q},
			 "last_status": "exhausted", "last_status_at": 1795425000, "last_error_code": 429},
			{"id": "b", "label": "two", "access_token": %q, "consecutive_failures": 2},
			{"id": "c", "access_token": {"value": %q}, "token": [%q]},
			%q
		],
		"broken": %q
	}}`,
		tokens["provider"], tokens["provider"], tokens["provider"],
		tokens["access"], tokens["refresh"], tokens["agent"],
		tokens["tomorrow"], tokens["password"], tokens["nested"],
		tokens["access"], tokens["nested"], tokens["nested"],
		tokens["garbage"], tokens["pool"])
}

// The secret store, cut off or garbled at every place where a token stands, so
// that an error would have one to quote.
func brokenStores() map[string]string {
	whole := secretStore()
	out := map[string]string{"whole": whole, "pool is a token": fmt.Sprintf(`{"credential_pool": %q}`, tokens["pool"])}
	for name, token := range tokens {
		at := strings.Index(whole, token)
		out["cut off in "+name] = whole[:at+len(token)/2]
		out["cut off after "+name] = whole[:at+len(token)+1]
		out["escape in "+name] = whole[:at+len(token)/2] + `\q` + whole[at+len(token)/2:]
		out["line break in "+name] = whole[:at+len(token)/2] + "\n" + whole[at+len(token)/2:]
		out["unquoted "+name] = strings.Replace(whole, `"`+token+`"`, token, 1)
		out["twice as a key "+name] = fmt.Sprintf(`{%q: 1, %q: 2}`, token, token)
	}
	return out
}

func TestNoSecretIsEverPrinted(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	for name, content := range brokenStores() {
		t.Run(name, func(t *testing.T) {
			file := storeFile(t, content)
			for _, args := range append(append([][]string{
				{},
				{"demo"},
				{"backoff"},
				{"list", "broken"},
				{"list", "openruter"},
				{"status", "--format", "{{.credential_pool}}"},
				{"status", "--format", "{{range .providers}}{{range .credentials}}{{.access_token}}{{end}}{{end}}"},
				{"status", "--format", "{{printf \"%#v %+v %q\" . . .}}"},
			}, everyLookingCommand()...), dryCommands...) {
				checkNoSecret(t, strings.Join(args, " "), at(t, file, args...))
			}
		})
	}
}

// The commands that write tell of no secret either, nor does the journal that
// they keep.
func TestNoSecretIsPrintedByWriting(t *testing.T) {
	state := t.TempDir()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_STATE_HOME", state)
	file := storeFile(t, secretStore())
	for _, args := range [][]string{
		{"exhaust", "openrouter", "one", "--yes"},
		{"undo", "--yes", "--json"},
		{"exhaust", "openrouter", "two", "--yes", "--json", "--reason", "for the night"},
		{"reset", "openrouter", "--json"},
		{"undo", "--yes"},
		{"exhaust", "openrouter", "one", "--yes", "--reason", "quotes " + tokens["access"] + ", " + tokens["nested"][4:]},
		{"undo", "--yes"},
		{"reset", "--all"},
		{"sync"},
	} {
		o := at(t, file, args...)
		checkNoSecret(t, strings.Join(args, " "), o)
		equal(t, "the exit code of "+strings.Join(args, " "), o.code, exitDone)
	}
	checkNoSecret(t, "the journal", outcome{stdout: string(readFile(t, filepath.Join(state, "pooltop", "events.jsonl")))})
	for name, token := range tokens {
		if !strings.Contains(string(readFile(t, file)), token) {
			t.Errorf("the %s token is lost", name)
		}
	}
}

func TestNoSecretOfTheSamplesIsPrinted(t *testing.T) {
	for _, name := range sampleNames {
		file := sampleFile(t, name)
		for _, args := range everyLookingCommand() {
			checkNoSecret(t, name+" "+strings.Join(args, " "), at(t, file, args...))
		}
	}
}

// A sync takes tokens over from where they are issued, and tells of none.
func TestNoSecretIsPrintedByASync(t *testing.T) {
	home, state := t.TempDir(), t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	t.Setenv("XDG_STATE_HOME", state)
	if err := os.MkdirAll(filepath.Join(home, ".claude"), 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(home, ".claude", ".credentials.json"), fmt.Appendf(nil,
		`{"claudeAiOauth": {"accessToken": %q, "refreshToken": %q, "expiresAt": 1795440000000}}`, tokens["tomorrow"], tokens["refresh"]))
	file := storeFile(t, fmt.Sprintf(`{"credential_pool": {"anthropic": [{"id": "cc", "source": "claude_code", "access_token": %q,
		"last_status": "exhausted", "last_error_message": "bad key %s", "expires_at_ms": 1795420000000}]}}`, tokens["agent"], tokens["tomorrow"]))
	o := at(t, file, "sync", "--json")
	checkNoSecret(t, "sync", o)
	says(t, done(t, o), `"cc"`)
	if !strings.Contains(string(readFile(t, file)), tokens["tomorrow"]) {
		t.Error("the new token was not adopted")
	}
	checkNoSecret(t, "sync again", at(t, file, "sync"))
	checkNoSecret(t, "the undo of a sync", at(t, file, "undo"))
	checkNoSecret(t, "the journal", outcome{stdout: string(readFile(t, filepath.Join(state, "pooltop", "events.jsonl")))})
}

// However a value is printed that holds what the file says, as in a log or after
// a panic, no secret is among it.
func TestNoValuePrintsASecret(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	file := storeFile(t, secretStore())
	snap, err := loadSnapshot(configAt(t, file), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	f, _ := newTestFollower(t, file, false)
	if err := f.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	operator, err := newOperator(poolstate.Open(file), true)
	if err != nil {
		t.Fatal(err)
	}
	var seen []poolstate.Credential
	for c := range snap.pool.All() {
		seen = append(seen, *c)
	}
	did, err := operator.Do(t.Context(), poolstate.Action{Verb: poolstate.VerbReset}, snap.policy, seen)
	if err != nil {
		t.Fatal(err)
	}
	m := model.New(model.Config{Operator: operator, Clock: model.Clock{Now: time.Now}, ExplainError: error.Error})
	for _, msg := range []tea.Msg{tea.WindowSizeMsg{Width: 120, Height: 36}, m.Init()} {
		next, _ := m.Update(msg)
		m, _ = next.(model.Model)
	}
	for _, v := range []any{
		snap, *snap.pool, seen, snap.json(), f, *f, operator, did, did.Outcome, m, m.View(),
		ui.Screen{Pool: snap.pool, Groups: filter.Groups(snap.pool)},
		filter.Groups(snap.pool)[0],
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			checkNoSecret(t, fmt.Sprintf("%s of %T", verb, v), outcome{stdout: fmt.Sprintf(verb, v)})
		}
	}
}
