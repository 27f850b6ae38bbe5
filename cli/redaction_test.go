package cli

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"pooltop/model"
	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui/theme"
)

// secretPlaces lists places in a file that may contain a secret: members of the root object or
// of an entry. %s is replaced with the secret, escaped for JSON.
var secretPlaces = []struct{ name, root, entry string }{
	{"another entry", `"credential_pool": {"q": [{"id": "other", "access_token": "%s"}]},`, ``},
	{"refresh token", ``, `"refresh_token": "%s",`},
	{"agent key", ``, `"agent_key": "%s",`},
	{"unknown key", ``, `"future_password": {"a": [{"b": "%s"}]},`},
	{"duplicate key", ``, `"access_token": "%s", "access_token": "",`},
	{"providers", `"providers": {"x": {"y": [{"z": {"client_secret": "%s"}}]}},`, ``},
	{"provider's token", `"providers": {"nous": {"tokens": {"id_token": "%s"}}},`, ``},
	{"list of keys", `"providers": {"x": {"api_keys": ["a", "%s"]}},`, ``},
	{"bearer", `"providers": {"x": {"headers": {"Authorization": "Bearer %s"}}},`, ``},
	{"header without scheme", ``, `"extra_headers": {"authorization": "%s"},`},
	{"header value", ``, `"headers": [{"name": "X-Auth", "value": "bearer %s"}],`},
	{"header line", ``, `"headers": ["Accept: json", "X-Api-Key: %s"],`},
	{"cookie", ``, `"headers": {"Cookie": "sid=%s"},`},
	{"top level", `"OPENROUTER_API_KEY": "%s",`, ``},
}

const plantedSecret = "sk-Zq7/vK+2mX9~wR4tB6yN1uH8cJ3=pL"

// forms are the ways in which text can quote a secret.
var forms = map[string]func(secret string) string{
	"plain":                 func(s string) string { return s },
	"quoted":                func(s string) string { return "key='" + s + "'," },
	"part":                  func(s string) string { return "…" + s[len(s)/2:] },
	"query":                 url.QueryEscape,
	"path":                  url.PathEscape,
	"query-escaped twice":   func(s string) string { return url.QueryEscape(url.QueryEscape(s)) },
	"percent-encoded bytes": func(s string) string { return eachByte("%%%02x", s) },
	"JSON": func(s string) string {
		var b strings.Builder
		for _, unit := range utf16.Encode([]rune(s)) {
			fmt.Fprintf(&b, `\u%04X`, unit)
		}
		return b.String()
	},
	"invisible": func(s string) string { return strings.Join(strings.Split(s, ""), "\u200b") },
	"Python":    func(s string) string { return eachByte(`\x%02x`, s) },
	"slashes":   func(s string) string { return strings.ReplaceAll(s, "/", `\/`) },
	"base64":    func(s string) string { return base64.StdEncoding.EncodeToString([]byte("user:" + s)) },
	"base64url": func(s string) string { return "x/" + base64.RawURLEncoding.EncodeToString([]byte(s)) },
}

func eachByte(format, s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, format, s[i])
	}
	return b.String()
}

// quotingStore returns a store with the given members, in which %s is replaced with the
// secret. Every string that is shown contains the quote.
func quotingStore(t *testing.T, root, entry, secret, quote string) string {
	t.Helper()
	q := asJSON(t, "é "+quote+" é")
	inner := strings.Trim(asJSON(t, secret), `"`)
	fill := func(s string) string { return strings.ReplaceAll(s, "%s", inner) }
	pool := `"p": [{` + fill(entry) + ` "id": ` + asJSON(t, quote) + `, "label": ` + q + `, "source": ` + q + `, "auth_type": ` + q + `,
		"base_url": ` + asJSON(t, "https://host.example/v1/"+quote) + `, "last_status": "exhausted", "last_status_at": 1795425000, "last_error_code": 429,
		"last_error_reason": ` + q + `, "last_error_message": ` + q + `, "failure_reason": ` + q + `, "status_cleared_at": 1795420000,
		"model_cooldowns": {` + q + `: 1795426000}, ` + q + `: 1, ` + asJSON(t, "x"+quote) + `: {` + q + `: ` + q + `}},
		{"id": "b", "label": ` + q + `, "last_status": ` + q + `}, {"id": "c", "last_status": "dead", "last_status_at": 1795420000, "last_error_message": ` + q + `}, ` + q + `],
		` + q + `: [{"id": "d"}, {"id": ` + q + `}], ` + asJSON(t, quote) + `: ` + q
	if before, after, ok := strings.Cut(fill(root), `"credential_pool": {`); ok {
		return `{` + before + `"credential_pool": {` + pool + `, ` + strings.TrimSuffix(after, ",") + `}`
	}
	return `{` + fill(root) + `"credential_pool": {` + pool + `}}`
}

// outputsOf runs commands on a store. It returns the output of each, the dashboard's screens,
// and the resulting journal.
func outputsOf(t *testing.T, content, state string) map[string]string {
	t.Helper()
	file := storeFile(t, content)
	out := map[string]string{}
	for _, args := range commands("list", "list --json", "report", "report --json", "report --json --anonymous", "status", "status --json",
		"backoff p", "reset p --dry-run --json") {
		o := at(t, file, args...)
		out[strings.Join(args, " ")] = o.stdout + o.stderr
	}
	out["events"], out["events --json"] = history(t, file, false, year), history(t, file, true, year)
	out["dashboard"] = screensOf(t, file)
	for _, args := range [][]string{
		{"exhaust", "p", "#1", "--yes", "--json", "--reason", "for now"}, {"reset", "p", "--json"}, {"reset", "--all"},
	} {
		o := at(t, file, args...)
		out[strings.Join(args, " ")] = o.stdout + o.stderr
	}
	out["journal"] = string(readFile(t, filepath.Join(state, "pooltop", "events.jsonl")))
	return out
}

// screensOf returns the dashboard's screens, one after another, including panes and dialogs.
func screensOf(t *testing.T, file string) string {
	t.Helper()
	dark, clock := theme.SchemeDark, newClock(configAt(t, file).Now)
	m := tea.Model(model.New(model.Config{
		Stores: []model.Store{{
			Operator:     &journal.Operator{Store: poolstate.Open(file, poolstate.WithClock(clock)), Log: noLog},
			ExplainError: error.Error,
		}},
		Clock: model.Clock{Now: clock}, Scheme: &dark, ReadOnly: "test",
	}))
	begin, _ := m.Init()().(tea.BatchMsg)
	m, _ = m.Update(tea.WindowSizeMsg{Width: 200, Height: 60})
	m, _ = m.Update(begin[0]())
	var b strings.Builder
	for _, key := range " iecf?jjj" {
		m, _ = m.Update(tea.KeyPressMsg{Code: key, Text: string(key)})
		v, _ := m.(model.Model)
		b.WriteString(v.View().Content + v.View().WindowTitle)
	}
	return b.String()
}

// checkRedacted checks that outputs contain neither a part of a secret nor an encoded form of
// it.
func checkRedacted(t *testing.T, outputs map[string]string, secret string) {
	t.Helper()
	for name, output := range outputs {
		for i := range len(secret) - leakLength + 1 {
			if piece := secret[i : i+leakLength]; strings.Contains(output, piece) {
				t.Fatalf("%s prints %q: %s", name, piece, output)
			}
		}
		for form, encode := range forms {
			if form != "part" && strings.Contains(output, encode(secret)) {
				t.Fatalf("%s prints the secret in the form %s: %s", name, form, output)
			}
		}
	}
}

func redactionState(t *testing.T) string {
	t.Helper()
	state := t.TempDir()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_STATE_HOME", state)
	return state
}

// checkQuoted checks that no output leaks plantedSecret, for a store that contains it and
// repeats it elsewhere as quote. It returns the output of list --json.
func checkQuoted(t *testing.T, root, entry, quote string) string {
	t.Helper()
	state := redactionState(t)
	outputs := outputsOf(t, quotingStore(t, root, entry, plantedSecret, quote), state)
	checkRedacted(t, outputs, plantedSecret)
	return outputs["list --json"]
}

func TestRedaction_Places(t *testing.T) {
	for _, h := range secretPlaces {
		t.Run(h.name, func(t *testing.T) {
			contains(t, checkQuoted(t, h.root, h.entry, plantedSecret), "[secret]")
		})
	}
}

func TestRedaction_Forms(t *testing.T) {
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			contains(t, checkQuoted(t, secretPlaces[0].root, secretPlaces[0].entry, form(plantedSecret)), "[secret]")
		})
	}
}

// TestRedaction_Fingerprint quotes a secret that the file contains only as a fingerprint.
func TestRedaction_Fingerprint(t *testing.T) {
	sum := sha256.Sum256([]byte(plantedSecret))
	entry := fmt.Sprintf(`"source": "env:KEY", "secret_fingerprint": "sha256:%x",`, sum[:8])
	for name, form := range forms {
		if name != "part" { // a part has a different fingerprint
			t.Run(name, func(t *testing.T) { checkQuoted(t, "", entry, form(plantedSecret)) })
		}
	}
}

// TestRedaction_Placeholder checks that placeholders for a secret are not redacted.
func TestRedaction_Placeholder(t *testing.T) {
	for _, word := range []string{"none", "test", "seven77", "placeholder", "no-key-required", "OPENROUTER_API_KEY", "xxxxxxxxxxxx", "device_code"} {
		state := redactionState(t)
		outputs := outputsOf(t, quotingStore(t, "", secretPlaces[1].entry, word, word), state)
		if strings.Contains(outputs["list --json"], "[secret]") {
			t.Errorf("%q is redacted: %s", word, outputs["list --json"])
		}
	}
}

// TestRedaction_Arguments passes a secret from the file in place of a name.
func TestRedaction_Arguments(t *testing.T) {
	redactionState(t)
	file := storeFile(t, `{"credential_pool": {"p": [{"id": "a", "access_token": "`+plantedSecret+`"}]}}`)
	for _, c := range []struct{ args, want string }{
		{"list %s", `no provider "[secret]"`},
		{"reset %s", `no provider "[secret]"`},
		{"exhaust %s a", `no provider "[secret]"`},
		{"sync %s", `no provider "[secret]"`},
		{"reset p %s", `p: no credential "[secret]"`},
		{"exhaust p %s --for 1h", `p: no credential "[secret]"`},
	} {
		for _, word := range []string{plantedSecret, plantedSecret[:len(plantedSecret)-1]} {
			o := at(t, file, strings.Fields(fmt.Sprintf(c.args, word))...)
			contains(t, o.stderr, c.want)
			checkRedacted(t, map[string]string{c.args: o.stdout + o.stderr}, plantedSecret)
		}
	}
}

// FuzzRedaction puts a secret in one place in a file, quotes it everywhere else, and checks
// that no output contains a part of it.
func FuzzRedaction(f *testing.F) {
	for i := range secretPlaces {
		f.Add(uint8(i), uint8(i), plantedSecret, "bad key ", "!")
	}
	f.Add(uint8(0), uint8(0), "пароль-секрет", "к", "ю")
	names := []string{"plain", "quoted", "query", "path", "query-escaped twice", "percent-encoded bytes", "JSON", "Python", "slashes", "invisible", "base64", "base64url"}
	f.Fuzz(func(t *testing.T, holder, form uint8, secret, before, after string) {
		if len(secret)+len(before)+len(after) > 200 || !utf8.ValidString(secret+before+after) || strings.ContainsAny(secret, "[] \t\r\n") {
			return
		}
		secret = fmt.Sprintf("%s%x", secret, sha256.Sum256([]byte(secret)))[:len(secret)+16] // must not be an ordinary word
		state := redactionState(t)
		h := secretPlaces[int(holder)%len(secretPlaces)]
		quote := before + forms[names[int(form)%len(names)]](secret) + after
		checkRedacted(t, outputsOf(t, quotingStore(t, h.root, h.entry, secret, quote), state), secret)
	})
}
