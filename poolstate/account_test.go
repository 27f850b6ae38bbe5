package poolstate

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"
)

// jwt returns an unsigned token with the given claims.
func jwt(claims string) string {
	return "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
}

// sharesOf returns the ids in the Shares of the first entry, and its SharesSecret.
func sharesOf(t *testing.T, provider string, entries ...string) (ids string, sameSecret bool) {
	t.Helper()
	p := decoded(t, fmt.Sprintf(`{"credential_pool": {%q: [%s], "q": [{"id": "q", "access_token": %q}]}}`,
		provider, strings.Join(entries, ", "), jwt(`{"email": "a@example.com"}`)))
	c := p.Provider(provider).Credentials[0]
	for _, ref := range c.Shares {
		ids += ref.ID
	}
	return ids, c.SharesSecret
}

func TestCredential_SharesAccount(t *testing.T) {
	withClaims := func(id, claims string) string { return fmt.Sprintf(`{"id": %q, "access_token": %q}`, id, jwt(claims)) }
	for _, tt := range []struct {
		name, one, other, want string
		sameSecret             bool
	}{
		{"account id", withClaims("a", `{"account_id": "x", "exp": 1}`), withClaims("b", `{"account_id": "x", "exp": 2}`), "ab", false},
		{"e-mail", withClaims("a", `{"email": "A@example.com", "exp": 1}`), withClaims("b", `{"email": "a@Example.com"}`), "ab", false},
		{
			"nested", withClaims("a", `{"https://api.openai.com/auth": {"chatgpt_account_id": "x"}}`),
			withClaims("b", `{"exp": 2, "https://api.openai.com/auth": {"chatgpt_account_id": "x"}}`), "ab", false,
		},
		{
			"nested e-mail", withClaims("a", `{"https://api.openai.com/profile": {"email": "a@example.com"}}`),
			withClaims("b", `{"exp": 2, "email": "a@example.com"}`), "ab", false,
		},
		{"id token", withClaims("a", `{"exp": 1, "email": "a@example.com"}`), `{"id": "b", "access_token": "x", "id_token": "` + jwt(`{"email": "a@example.com"}`) + `"}`, "ab", false},
		{"same secret", withClaims("a", `{"email": "a@example.com"}`), withClaims("b", `{"email": "a@example.com"}`), "abq", true},
		{"different accounts", withClaims("a", `{"account_id": "x"}`), withClaims("b", `{"account_id": "y"}`), "", false},
		{"id that equals an e-mail", withClaims("a", `{"account_id": "x"}`), withClaims("b", `{"email": "x"}`), "", false},
		{"no claims", withClaims("a", `{}`), withClaims("b", `{"x": 1}`), "", false},
		{"claims of other types", withClaims("a", `{"email": 7}`), withClaims("b", `{"email": 7, "x": 1}`), "", false},
		{"invalid claims", withClaims("a", `{"email": "a@example.com"`), withClaims("b", `{"email": "a@example.com", `), "", false},
		{"placeholders", `{"id": "a", "access_token": "none"}`, `{"id": "b", "access_token": " None "}`, "", false},
		{"same secret twice", `{"id": "a", "access_token": "sk-1234"}`, `{"id": "b", "access_token": "sk-1234"}`, "ab", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ids, sameSecret := sharesOf(t, "p", tt.one, tt.other)
			equal(t, "shares", ids, tt.want)
			equal(t, "same secret", sameSecret, tt.sameSecret)
		})
	}
	ids, _ := sharesOf(t, "p", withClaims("a", `{"account_id": "x"}`), withClaims("b", `{"account_id": "x", "email": "m"}`), withClaims("c", `{"email": "m"}`))
	equal(t, "through a third credential", ids, "abc")
}

// The expiry is read from the token only for openai-codex and xai-oauth.
func TestDecode_TokenExpiry(t *testing.T) {
	token := jwt(`{"exp": 1795430600, "email": "someone@example.com"}`)
	at := time.Unix(1795430600, 0).UTC()
	for provider, want := range map[string]time.Time{"openai-codex": at, "xai-oauth": at, "nous": {}} {
		p := decoded(t, fmt.Sprintf(`{"credential_pool": {%q: [{"id": "a", "access_token": %q}]}}`, provider, token))
		c := &p.Providers[0].Credentials[0]
		equal(t, provider, c.ExpiresAt, want)
		checkPrintsNoSecret(t, *c, []string{token, "someone@example.com"})
	}
}

// FuzzClaims checks that decoding any token does not panic.
func FuzzClaims(f *testing.F) {
	for _, claims := range []string{`{"exp": 1e400}`, `{"exp": "1"}`, `{"https://api.openai.com/auth": null}`, `[]`, `{"exp": -1, "email": []}`} {
		f.Add(claims)
	}
	f.Fuzz(func(_ *testing.T, text string) {
		for _, token := range []string{text, jwt(text), "a." + text + ".b"} {
			new(Credential).addAccounts(claimsOf(token))
		}
	})
}
