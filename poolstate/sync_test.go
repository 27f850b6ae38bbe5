package poolstate

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pooltop/poolstate/internal/atomicfile"
	"pooltop/poolstate/internal/redact"
)

const (
	oldToken   = "SECRET-old-not-a-real-token"
	newToken   = "SECRET-new-not-a-real-token"
	oldRefresh = "SECRET-r-old-not-a-real-token"
	newRefresh = "SECRET-r-new-not-a-real-token"
)

var syncSecrets = []string{oldToken, newToken, oldRefresh, newRefresh}

var (
	claudeRef = Ref{"anthropic", "a", 0}
	nousRef   = Ref{"nous", "a", 0}
)

// claudeFile writes the content of claude_code's own file and returns its path.
func claudeFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), ".credentials.json")
	writeFile(t, path, content)
	return path
}

func claudeGrantOf(expires string) string {
	return `{"claudeAiOauth": {"accessToken": "` + newToken + `", "refreshToken": "` + newRefresh + `", "expiresAt": ` + expires + `, "scopes": ["x"]}, "other": 1}`
}

// storeOfOne is a store with one entry of a provider, and the OAuth state of
// nous.
func storeOfOne(provider, entry, providers string) string {
	return `{"providers": ` + providers + `, "credential_pool": {"` + provider + `": [` + entry + `]}, "updated_at": "then"}`
}

const exhaustedOwn = `{"id": "a", "source": %q, "access_token": "` + oldToken + `", "refresh_token": "` + oldRefresh + `", %s, "last_status": "exhausted", "last_status_at": 1795422723.0, "last_error_code": 401, "last_error_reason": "r", "last_error_message": "m", "last_error_reset_at": 1795430000.0, "consecutive_failures": 3, "failure_reason": "auth"}`

// syncFields are the fields of an adoption: the tokens, and a status that is as
// after a success.
func syncFields(tokens ...wanted) []wanted {
	return append(append(tokens, wanted{"last_status", "null"}), append(cleared, wanted{"consecutive_failures", "0"})...)
}

// Newer tokens of the source are copied. They count as a success.
func TestSync(t *testing.T) {
	own := []wanted{{"access_token", `"` + newToken + `"`}, {"refresh_token", `"` + newRefresh + `"`}}
	fingerprint := fmt.Sprintf(`"sha256:%x"`, sha256.Sum256([]byte(newToken)))[:len(`"sha256:`)+16] + `"`
	nousState := `{"nous": {"access_token": "` + newToken + `", "refresh_token": "` + newRefresh + `", "expires_at": "2026-11-23T12:00:00Z"}, "other": {}}`
	tests := []struct {
		name, content, claude string
		ref                   Ref
		want                  []wanted
	}{
		{
			"claude_code", storeOfOne("anthropic", fmt.Sprintf(exhaustedOwn, "claude_code", `"expires_at_ms": 1795430000000`), `{}`),
			claudeGrantOf("1795440000000"), claudeRef,
			append(own, wanted{"expires_at_ms", "1795440000000"}),
		},
		{
			"claude_code, without an expiry", storeOfOne("anthropic", fmt.Sprintf(exhaustedOwn, "claude_code", `"expires_at_ms": 1795430000000`), `{}`),
			claudeGrantOf("null"), claudeRef, own,
		},
		{
			"claude_code, with a garbled expiry", storeOfOne("anthropic", fmt.Sprintf(exhaustedOwn, "claude_code", `"x": 1`), `{}`),
			claudeGrantOf(`{"a": ["` + newToken + `"]}`), claudeRef, own,
		},
		{
			"claude_code, for an entry without an expiry", storeOfOne("anthropic", fmt.Sprintf(exhaustedOwn, "claude_code", `"x": 1`), `{}`),
			claudeGrantOf("1795440000000"), claudeRef, append(own, wanted{"expires_at_ms", "1795440000000"}),
		},
		{
			"claude_code without a refresh token", storeOfOne("anthropic", fmt.Sprintf(exhaustedOwn, "claude_code", `"x": 1`), `{}`),
			`{"claudeAiOauth": {"accessToken": "` + newToken + `"}}`, claudeRef, own[:1],
		},
		{
			"a borrowed entry of claude_code, which is dead", storeOfOne("anthropic", `{"id": "a", "source": "claude_code", "last_status": "dead", "secret_fingerprint": "sha256:e62f29a33316924b"}`, `{}`),
			claudeGrantOf("1795440000000"), claudeRef,
			[]wanted{{"secret_fingerprint", fingerprint}, {"expires_at_ms", "1795440000000"}},
		},
		{
			"nous", storeOfOne("nous", fmt.Sprintf(exhaustedOwn, "device_code", `"expires_at": "2026-11-23T10:00:00Z"`), nousState),
			"", nousRef, append(own, wanted{"expires_at", `"2026-11-23T12:00:00Z"`}),
		},
		{
			"a borrowed entry of nous", storeOfOne("nous", `{"id": "a", "source": "device_code", "secret_fingerprint": "sha256:e62f29a33316924b"}`, nousState),
			"", nousRef,
			[]wanted{{"secret_fingerprint", fingerprint}, {"expires_at", `"2026-11-23T12:00:00Z"`}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStore(t, tt.content)
			out := perform(t, s, Action{Verb: VerbSync, ClaudeFile: claudeFile(t, tt.claude)}, tt.ref)
			equal(t, "changed", len(out.Changed), 1)
			after := readFile(t, s.Path())
			if err := checkEdited([]byte(tt.content), []byte(after), tt.ref.Provider, 0, syncFields(tt.want...)); err != nil {
				t.Errorf("%v\n%s", err, after)
			}
			c := find(t, load(t, s), tt.ref)
			equal(t, "secret", c.Secret, redact.DigestOf(newToken))
			equal(t, "predicted secret or fingerprint", out.Changed[0].After.Secret == redact.DigestOf(newToken) || out.Changed[0].After.Fingerprint != "", true)
			equal(t, "availability", Backoff.Availability(c, stampAt), Ready)
			if _, entries, _ := strings.Cut(after, "credential_pool"); strings.HasPrefix(tt.name, "a borrowed") {
				equal(t, "secret in a borrowing entry", leakOf(entries, syncSecrets), "")
			}
			checkSyncKeepsSecrets(t, out)
		})
	}
}

// checkSyncKeepsSecrets proves that an outcome of a sync shows no secret and
// keeps none for an undo.
func checkSyncKeepsSecrets(t *testing.T, out Outcome) {
	t.Helper()
	equal(t, "undos", len(undosOf(out)), 0)
	for _, verb := range []string{"%v", "%+v", "%#v", "%q"} {
		equal(t, "leak", leakOf(fmt.Sprintf(verb, out), syncSecrets), "")
	}
	data, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "leak in JSON", leakOf(string(data), syncSecrets), "")
}

// Without newer tokens the file stays as it is.
func TestSync_NothingNewer(t *testing.T) {
	entry := func(source, more string) string {
		return `{"id": "a", "source": "` + source + `", "last_status": "exhausted", ` + more + `}`
	}
	own := `"access_token": "` + oldToken + `", "expires_at_ms": 1795440000000`
	same := `"access_token": "` + newToken + `"`
	borrowed := `"secret_fingerprint": "` + redact.Fingerprint(newToken) + `"`
	nous := func(state string) string { return storeOfOne("nous", entry("device_code", own), state) }
	tests := []struct {
		name, content, claude, why string
		ref                        Ref
	}{
		{"the same tokens", storeOfOne("anthropic", entry("claude_code", same), `{}`), claudeGrantOf("1"), "already", claudeRef},
		{"the same, borrowed", storeOfOne("anthropic", entry("claude_code", borrowed), `{}`), claudeGrantOf("1"), "already", claudeRef},
		{"older ones", storeOfOne("anthropic", entry("claude_code", own), `{}`), claudeGrantOf("1795439999999"), "older", claudeRef},
		{"no token", storeOfOne("anthropic", entry("claude_code", own), `{}`), `{"claudeAiOauth": {"refreshToken": "SECRET-r"}}`, "no token", claudeRef},
		{"an empty token", storeOfOne("anthropic", entry("claude_code", own), `{}`), `{"claudeAiOauth": {"accessToken": ""}}`, "no token", claudeRef},
		{"a token of the wrong type", storeOfOne("anthropic", entry("claude_code", own), `{}`), `{"claudeAiOauth": {"accessToken": ["SECRET"]}}`, "no token", claudeRef},
		{"not logged in", storeOfOne("anthropic", entry("claude_code", own), `{}`), `{"mcpOAuth": {}}`, "no token", claudeRef},
		{"a list", storeOfOne("anthropic", entry("claude_code", own), `{}`), `["claudeAiOauth"]`, "no token", claudeRef},
		{"empty", storeOfOne("anthropic", entry("claude_code", own), `{}`), ``, "cannot be read", claudeRef},
		{"cut short", storeOfOne("anthropic", entry("claude_code", own), `{}`), claudeGrantOf("1")[:150], "cannot be read", claudeRef},
		{"garbage at the end", storeOfOne("anthropic", entry("claude_code", own), `{}`), claudeGrantOf("1795450000000") + "}", "cannot be read", claudeRef},
		{"garbage", storeOfOne("anthropic", entry("claude_code", own), `{}`), newToken, "cannot be read", claudeRef},

		{"another source", storeOfOne("anthropic", entry("manual", own), `{}`), claudeGrantOf("1795450000000"), "no local token source", claudeRef},
		{"claude_code of another provider", storeOfOne("p", entry("claude_code", own), `{}`), claudeGrantOf("1795450000000"), "no local token source", smallRef},
		{"device_code of another provider", storeOfOne("openai-codex", entry("device_code", own), `{}`), claudeGrantOf("1"), "no local token source", Ref{"openai-codex", "a", 0}},
		{"a manual device code", storeOfOne("nous", entry("manual:device_code", own), `{}`), "", "no local token source", nousRef},

		{"nous without any providers", strings.Replace(nous(`{}`), `"providers": {}, `, ``, 1), "", "no tokens of nous", nousRef},
		{"nous missing", nous(`{"other": {}}`), "", "no token", nousRef},
		{"nous is a list", nous(`{"nous": ["access_token"]}`), "", "no token", nousRef},
		{"providers is a word", nous(`"nous"`), "", "no token", nousRef},
		{"nous is older", nous(`{"nous": {"access_token": "` + newToken + `", "expires_at": "2026-11-23T01:00:00Z"}}`), "", "older", nousRef},
		{"nous has the same", nous(`{"nous": {"access_token": "` + oldToken + `", "expires_at": "2027-11-23T01:00:00Z"}}`), "", "already", nousRef},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStore(t, tt.content)
			check := unchangedFile(t, s)
			out := perform(t, s, Action{Verb: VerbSync, ClaudeFile: claudeFile(t, tt.claude)}, tt.ref)
			checkUnchanged(t, out, false, tt.why)
			check("auth.json", "auth.lock")
			checkSyncKeepsSecrets(t, out)
		})
	}
}

// A missing or unreadable token source is not an error of the pool.
func TestSync_Unreadable(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, storeOfOne("anthropic", fmt.Sprintf(exhaustedOwn, "claude_code", `"x": 1`), `{}`))
	for path, why := range map[string]string{
		"":                              "no tokens on this machine",
		filepath.Join(dir, "none.json"): "no tokens on this machine",
		dir:                             "cannot be read",
	} {
		check := unchangedFile(t, s)
		out := perform(t, s, Action{Verb: VerbSync, ClaudeFile: path}, claudeRef)
		checkUnchanged(t, out, false, why)
		check("auth.json", "auth.lock")
	}
	path := claudeFile(t, claudeGrantOf("1795440000000"))
	saw := seen(t, s)
	faults, reads := map[string]error{}, 0
	s.fs = faultyFS{FS: atomicfile.OS, fail: faults, onRead: func() {
		if reads++; reads == 2 { // after the store itself
			faults["ReadFile"] = os.ErrPermission
		}
	}}
	checkUnchanged(t, performOn(t, s, Action{Verb: VerbSync, ClaudeFile: path}, saw), false, "cannot be read")
}
