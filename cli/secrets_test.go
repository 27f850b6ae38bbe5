package cli

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/model"
	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui"
	"pooltop/ui/filter"
)

// tokens are secrets, one for each place in a file that may contain one. Except for the common
// prefix, no eight consecutive characters of a token occur anywhere else.
var tokens = map[string]string{
	"access":   "SECRET-aQ7xZ2mW9kR4tY6uP1oL",
	"refresh":  "SECRET-bN8vC3xJ5hG2fD7sK0wE",
	"agent":    "SECRET-cT4yU9iO1pA6sF3gH8jM",
	"session":  "SECRET-dV5bQ2nZ7mX1cL9kJ3hR",
	"password": "SECRET-eG6fW4dS8aP2oI0uY5tB",
	"nested":   "SECRET-fK1jM7hN3gB9vC5xZ8lQ",
	"provider": "SECRET-gR2eT6wY4qU8iO0pA3sD",
	"garbage":  "SECRET-hF5gH1jK7lZ3xC9vB6nM",
	"pool":     "SECRET-iW8qE2rT4yU6iO1pS0aX",
}

// leakLength is the minimum length of a part of a token that counts as a leak.
const leakLength = 8

func checkNoSecret(t *testing.T, what string, o outcome) {
	t.Helper()
	text := o.stdout + o.stderr
	if strings.Contains(text, "SECRET-") {
		t.Errorf("%s prints a secret: %q", what, text)
	}
	for name, token := range tokens {
		for i := range len(token) - leakLength + 1 {
			if strings.Contains(text, token[i:i+leakLength]) {
				t.Errorf("%s prints %q of the %s token", what, token[i:i+leakLength], name)
				break
			}
		}
	}
}

// secretStore returns a store with a token in every place that may contain one.
func secretStore() string {
	return fmt.Sprintf(`{
	"providers": {"nous": {"access_token": %q, "refresh_token": %q}},
	"openrouter_api_key": %q,
	"credential_pool": {
		"openrouter": [
			{"access_token": "none", "id": "a", "label": "one", "access_token": %q, "refresh_token": %q, "agent_key": %q,
			 "session_secret": %q, "proxy_password": %q, "extra": {"api_key": %q}, "of %s": 1,
			 "last_status": "exhausted", "last_status_at": 1795425000, "last_error_code": 429},
			{"access_token": "none", "id": "b", "label": "two", "access_token": %q, "consecutive_failures": 2},
			{"access_token": "none", "id": "c", "access_token": {"value": %q}, "token": [%q]},
			%q
		],
		"broken": %q
	}}`,
		tokens["provider"], tokens["provider"], tokens["provider"],
		tokens["access"], tokens["refresh"], tokens["agent"],
		tokens["session"], tokens["password"], tokens["nested"], tokens["access"][:12],
		tokens["access"], tokens["nested"], tokens["nested"],
		tokens["garbage"], tokens["pool"])
}

// secretNames returns a store with tokens in a provider's name, in ids and in
// labels.
func secretNames() string {
	return `{"credential_pool": {
		"` + tokens["pool"] + `": [{"access_token": "none", "id": "x", "api_key": "` + tokens["pool"] + `"}],
		"openrouter": [
			{"access_token": "none", "id": "` + tokens["access"] + `", "access_token": "` + tokens["access"] + `"},
			{"access_token": "none", "id": "k-` + tokens["agent"][:12] + `", "label": "key ` + tokens["agent"] + `", "agent_key": "` + tokens["agent"] + `"},
			{"access_token": "none", "id": "` + tokens["refresh"] + `", "label": "` + tokens["garbage"] + `", "access_token": "` + tokens["nested"] + `"},
			{"access_token": "none", "id": "r", "access_token": "` + tokens["refresh"] + `"}, {"access_token": "none", "id": "g", "access_token": "` + tokens["garbage"] + `"}
		]}}`
}

// brokenStores returns the secret store as "whole", and variants that are truncated or corrupt
// at a token, so that an error might quote the token.
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

// TestSecrets_ReadCommands checks that no output or completion contains a secret, even if
// the name of a provider or credential contains one.
func TestSecrets_ReadCommands(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	all := append([][]string{
		{},
		{"demo"},
		{"list", "broken"},
		{"list", "openruter"},
		{"status", "--format", "{{.credential_pool}}"},
		{"status", "--format", "{{range .providers}}{{range .credentials}}{{.access_token}}{{end}}{{end}}"},
		{"status", "--format", "{{printf \"%#v %+v %q\" . . .}}"},
	}, passiveCommands...)
	stores := brokenStores()
	stores["as names"], stores["no pool"] = secretNames(), "{}"
	for _, name := range sampleNames {
		stores[name] = string(sample(t, name))
	}
	for name, content := range stores {
		commands := [][]string{{"list", "--json"}, {"status"}, {"report"}, {"reset", "--all", "--dry-run"}}
		if name == "whole" || name == "as names" || slices.Contains(sampleNames, name) {
			commands = all
		}
		t.Run(name, func(t *testing.T) {
			file := storeFile(t, content)
			for _, args := range commands {
				checkNoSecret(t, strings.Join(args, " "), at(t, file, args...))
			}
			for _, args := range append([][]string{{"reset", "openrouter", "k"}, {"reset", tokens["pool"], ""}}, completionLines...) {
				o := pooltop(t, append([]string{"__complete", "--file", file}, args...)...)
				checkNoSecret(t, "completing "+strings.Join(args, " "), outcome{stdout: o.stdout})
			}
		})
	}
}

// TestSecrets_WriteCommands checks that neither the journal nor the output of commands that
// write contains a secret, even if the reason quotes a secret or a sync imports one.
func TestSecrets_WriteCommands(t *testing.T) {
	home, state := t.TempDir(), t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	t.Setenv("XDG_STATE_HOME", state)
	writeFile(t, filepath.Join(home, ".claude", ".credentials.json"), fmt.Appendf(nil,
		`{"claudeAiOauth": {"accessToken": %q, "refreshToken": %q, "expiresAt": 1795440000000}}`, tokens["session"], tokens["refresh"]))
	file := storeFile(t, strings.Replace(secretStore(), `"openrouter": [`, fmt.Sprintf(`"anthropic": [{"access_token": "none", "id": "cc", "source": "claude_code",
		"access_token": %q, "last_status": "exhausted", "last_error_message": "bad key %s", "expires_at_ms": 1795420000000}], "openrouter": [`,
		tokens["agent"], tokens["session"]), 1))
	for _, args := range [][]string{
		{"exhaust", "openrouter", "one", "--yes"},
		{"undo", "--yes", "--json"},
		{"exhaust", "openrouter", "two", "--yes", "--json", "--reason", "for the night"},
		{"reset", "openrouter", "--yes", "--json"},
		{"undo", "--yes"},
		{"exhaust", "openrouter", "one", "--yes", "--reason", "quotes " + tokens["access"] + ", " + tokens["nested"][4:]},
		{"undo", "--yes"},
		{"sync", "--json"},
		{"sync"},
		{"reset", "--all"},
	} {
		o := at(t, file, args...)
		checkNoSecret(t, strings.Join(args, " "), o)
		equal(t, "the exit code of "+strings.Join(args, " "), o.code, exitDone)
		if args[0] == "sync" && len(args) > 1 {
			contains(t, o.stdout, `"cc"`)
		}
	}
	checkNoSecret(t, "a second undo", at(t, file, "undo"))
	checkNoSecret(t, "the journal", outcome{stdout: string(readFile(t, filepath.Join(state, "pooltop", "events.jsonl")))})
	for _, asJSON := range []bool{false, true} {
		checkNoSecret(t, "events", outcome{stdout: history(t, file, asJSON, year)})
	}
	for name, token := range tokens {
		if !strings.Contains(string(readFile(t, file)), token) {
			t.Errorf("the %s token is lost", name)
		}
	}
}

// TestSecrets_FormattedValues checks that formatting values with content from the file,
// as a log or a panic might, reveals no secrets.
func TestSecrets_FormattedValues(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	file := storeFile(t, secretStore())
	sel := loadSelection(configAt(t, file), noLog)
	must(t, sel.err())
	snap := sel.stores[0]
	f, _ := newTestFollower(t, file, false)
	must(t, f.load(t.Context()))
	operator := newOperator(poolstate.Open(file), true, noLog)
	var seen []poolstate.Credential
	for c := range snap.pool.All() {
		seen = append(seen, *c)
	}
	did, err := operator.Do(t.Context(), journal.Task{Action: poolstate.Action{Verb: poolstate.VerbReset}, Seen: seen, Policy: snap.policy})
	must(t, err)
	m := model.New(model.Config{Stores: []model.Store{{Operator: operator, ExplainError: error.Error}}, Clock: model.Clock{Now: time.Now}})
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
