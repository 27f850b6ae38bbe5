package poolstate

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

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
	claudeRef = Ref{Provider: "anthropic", ID: "a", Position: 0}
	nousRef   = Ref{Provider: "nous", ID: "a", Position: 0}
)

// syncWith syncs credentials with a Claude Code file of the given content.
func syncWith(t *testing.T, s *Store, claude string, saw []Credential) Outcome {
	t.Helper()
	path := filepath.Join(t.TempDir(), ".credentials.json")
	writeFile(t, path, claude)
	out := performOn(t, s, Action{Verb: VerbSync, ClaudeFile: path}, saw)
	checkSyncKeepsSecrets(t, out)
	return out
}

// claudeTokens returns the content of a Claude Code file with new tokens.
func claudeTokens(expires string) string {
	return `{"claudeAiOauth": {"accessToken": "` + newToken + `", "refreshToken": "` + newRefresh + `", "expiresAt": ` + expires + `, "scopes": ["x"]}, "other": 1}`
}

// syncStore returns a store with one entry and the given OAuth states of providers.
func syncStore(provider, source, fields, states string) string {
	return `{"providers": ` + states + `, "credential_pool": {"` + provider + `": [{"id": "a", "source": "` + source + `", ` + fields + `}]}, "updated_at": "then"}`
}

const (
	oldTokens  = `"access_token": "` + oldToken + `", "refresh_token": "` + oldRefresh + `", "last_status": "exhausted", "last_status_at": 1795422723.0, "last_error_code": 401, "last_error_reason": "r", "last_error_message": "m", "last_error_reset_at": 1795430000.0, "consecutive_failures": 3, "failure_reason": "auth"`
	referenced = `"last_status": "dead", "secret_fingerprint": "sha256:e62f29a33316924b"`
	nousState  = `{"nous": {"access_token": "` + newToken + `", "refresh_token": "` + newRefresh + `", "expires_at": "2026-11-23T12:00:00Z"}, "other": {}}`
)

// A sync copies newer tokens from the token source and clears the status and the streak.
func TestSync(t *testing.T) {
	own := []wanted{{"access_token", `"` + newToken + `"`}, {"refresh_token", `"` + newRefresh + `"`}}
	fingerprint := wanted{"secret_fingerprint", fmt.Sprintf(`"sha256:%x"`, sha256.Sum256([]byte(newToken)))[:len(`"sha256:`)+16] + `"`}
	claudeExpiry, nousExpiry := wanted{"expires_at_ms", "1795440000000"}, wanted{"expires_at", `"2026-11-23T12:00:00Z"`}
	for _, tt := range []struct {
		name, fields, claude string // the provider is nous if claude is empty
		want                 []wanted
	}{
		{"claude_code", oldTokens + `, "expires_at_ms": 1795430000000`, claudeTokens("1795440000000"), append(own, claudeExpiry)},
		{"without an expiry", oldTokens + `, "expires_at_ms": 1795430000000`, claudeTokens("null"), own},
		{"invalid expiry", oldTokens, claudeTokens(`{"a": ["` + newToken + `"]}`), own},
		{"for an entry without an expiry", oldTokens, claudeTokens("1795440000000"), append(own, claudeExpiry)},
		{"without a refresh token", oldTokens, `{"claudeAiOauth": {"accessToken": "` + newToken + `"}}`, own[:1]},
		{"referenced", referenced, claudeTokens("1795440000000"), []wanted{fingerprint, claudeExpiry}},
		{"nous", oldTokens + `, "expires_at": "2026-11-23T10:00:00Z"`, "", append(own, nousExpiry)},
		{"nous, referenced", referenced, "", []wanted{fingerprint, nousExpiry}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ref, source := claudeRef, "claude_code"
			if tt.claude == "" {
				ref, source = nousRef, "device_code"
			}
			content := syncStore(ref.Provider, source, tt.fields, nousState)
			s := newStore(t, content)
			out := syncWith(t, s, tt.claude, seen(t, s, ref))
			equal(t, "changed", len(out.Changed), 1)
			after := readFile(t, s.Path())
			// The status and error are cleared. A streak is set to zero, but not added.
			want := slices.Concat(tt.want, []wanted{{"last_status", "null"}}, cleared)
			if strings.Contains(tt.fields, "consecutive_failures") {
				want = append(want, wanted{"consecutive_failures", "0"})
			}
			if err := checkEdited([]byte(content), []byte(after), ref.Provider, 0, want); err != nil {
				t.Errorf("%v\n%s", err, after)
			}
			c := find(t, load(t, s), ref)
			equal(t, "secret", c.Secret, redact.DigestOf(newToken))
			predicted := &out.Changed[0].After
			equal(t, "predicted secret or fingerprint", predicted.Secret == c.Secret || predicted.Fingerprint != "", true)
			equal(t, "availability", Backoff().Availability(c, stampAt), Ready)
			if _, entries, _ := strings.Cut(after, "credential_pool"); tt.fields == referenced {
				equal(t, "leak in the entries", leakOf(entries, syncSecrets), "")
			}
		})
	}
}

// checkSyncKeepsSecrets checks that the outcome of a sync contains no secrets and no
// undo.
func checkSyncKeepsSecrets(t *testing.T, out Outcome) {
	t.Helper()
	equal(t, "undos", len(undosOf(out)), 0)
	for _, verb := range []string{"%v", "%+v", "%#v", "%q"} {
		equal(t, "leak", leakOf(fmt.Sprintf(verb, out), syncSecrets), "")
	}
	data, err := json.Marshal(out)
	must(t, err)
	equal(t, "leak in JSON", leakOf(string(data), syncSecrets), "")
}

// If there are no newer tokens, the file is not changed.
func TestSync_NoNewerTokens(t *testing.T) {
	const (
		older    = `"access_token": "` + oldToken + `", "expires_at_ms": 1795440000000`
		same     = `"access_token": "` + newToken + `"`
		manual   = "no local token source"
		noToken  = "no token"
		unread   = "cannot be read"
		noClaude = ""
	)
	sameReferenced := `"secret_fingerprint": "` + redact.Fingerprint(newToken) + `"`
	claude := func(fields string) string { return syncStore("anthropic", "claude_code", fields, `{}`) }
	nous := func(state string) string { return syncStore("nous", "device_code", older, state) }
	newer := claudeTokens("1795450000000")
	for _, tt := range []struct{ name, content, claude, why string }{
		{"the same tokens", claude(same), claudeTokens("1"), "already"},
		{"the same token, referenced", claude(sameReferenced), claudeTokens("1"), "already"},
		{"older tokens", claude(older), claudeTokens("1795439999999"), "older"},
		{"no token", claude(older), `{"claudeAiOauth": {"refreshToken": "SECRET-r"}}`, noToken},
		{"a token of the wrong type", claude(older), `{"claudeAiOauth": {"accessToken": ["SECRET"]}}`, noToken},
		{"not logged in", claude(older), `{"mcpOAuth": {}}`, noToken},
		{"a list", claude(older), `["claudeAiOauth"]`, noToken},
		{"empty", claude(older), ``, unread},
		{"truncated", claude(older), newer[:150], unread},
		{"garbage at the end", claude(older), newer + "}", unread},

		{"another source", syncStore("anthropic", "manual", older, `{}`), newer, manual},
		{"claude_code, other provider", syncStore("p", "claude_code", older, `{}`), newer, manual},
		{"device_code, other provider", syncStore("openai-codex", "device_code", older, `{}`), newer, manual},
		{"a manual device code", syncStore("nous", "manual:device_code", older, nousState), noClaude, manual},

		{"no providers", strings.Replace(nous(`{}`), `"providers": {}, `, ``, 1), noClaude, "no tokens for nous"},
		{"nous is missing", nous(`{"other": {}}`), noClaude, noToken},
		{"nous is a list", nous(`{"nous": ["access_token"]}`), noClaude, noToken},
		{"providers is a string", nous(`"nous"`), noClaude, noToken},
		{"nous has older tokens", nous(strings.Replace(nousState, "T12", "T01", 1)), noClaude, "older"},
		{"nous has the same tokens", nous(strings.Replace(nousState, newToken, oldToken, 1)), noClaude, "already"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStore(t, tt.content)
			check := unchangedFile(t, s)
			checkUnchanged(t, syncWith(t, s, tt.claude, seen(t, s)), false, tt.why)
			check("auth.json", "auth.lock")
		})
	}
}

// If a token source is missing or unreadable, a sync changes nothing and returns no
// error.
func TestSync_Unreadable(t *testing.T) {
	dir := t.TempDir()
	s := newStore(t, syncStore("anthropic", "claude_code", oldTokens, `{}`))
	check := unchangedFile(t, s)
	for path, why := range map[string]string{
		"":                              "no tokens on this machine",
		filepath.Join(dir, "none.json"): "no tokens on this machine",
		dir:                             "cannot be read",
	} {
		checkUnchanged(t, perform(t, s, Action{Verb: VerbSync, ClaudeFile: path}), false, why)
		check("auth.json", "auth.lock")
	}
}
