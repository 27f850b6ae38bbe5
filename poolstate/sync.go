package poolstate

import (
	"errors"
	"io/fs"
	"time"

	"pooltop/poolstate/internal/atomicfile"
	"pooltop/poolstate/internal/jsonedit"
	"pooltop/poolstate/internal/redact"
)

// The providers and sources of the credentials that can be synced.
const (
	sourceClaudeCode = "claude_code"
	sourceDeviceCode = "device_code"
	providerClaude   = "anthropic"
	providerNous     = "nous"
)

// Syncable reports whether there may be a token source for the credential on this machine,
// which depends on its provider and source.
func (c *Credential) Syncable() bool {
	return c.Provider == providerClaude && c.Source == sourceClaudeCode ||
		c.Provider == providerNous && c.Source == sourceDeviceCode
}

// tokenSources maps a provider to the tokens of its token source.
type tokenSources map[string]grant

// grant holds the tokens of a token source and their expiry.
type grant struct {
	access, refresh Secret
	expiresAt       time.Time
	expiresKey      string // the entry's key for expiresAt
	expires         []byte // the JSON value for that key
	missing         string // why there are no tokens
}

// tokenSources reads the token sources if the action is a sync. Otherwise it returns
// nil.
func (d *Draft) tokenSources(a Action, s *Store) tokenSources {
	if a.Verb != VerbSync {
		return nil
	}
	return tokenSources{providerClaude: s.claudeGrant(a.ClaudeFile), providerNous: d.nousGrant(s.loc)}
}

// claudeGrant reads Claude Code's tokens from the file at path.
func (s *Store) claudeGrant(path string) grant {
	var root *jsonedit.Value
	file, err := atomicfile.Read(s.fs, path)
	if err == nil {
		root, err = jsonedit.Parse(file.Data)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return grant{missing: "claude_code has no tokens on this machine"}
	case err != nil:
		return grant{missing: "claude_code's tokens cannot be read"}
	}
	g := grantFrom(root.Find("claudeAiOauth"), "accessToken", "refreshToken", "expiresAt", s.loc)
	g.expiresKey = keyExpiresAtMS
	if !g.expiresAt.IsZero() {
		g.expires = rawInt(int(g.expiresAt.UnixMilli()))
	}
	return g
}

// nousGrant reads the OAuth state of nous, which is in the store itself.
func (d *Draft) nousGrant(loc *time.Location) grant {
	providers := d.doc.root.Find(keyProviders)
	if providers == nil {
		return grant{missing: "the store has no tokens for nous"}
	}
	g := grantFrom(providers.Find(providerNous), keyAccessToken, keyRefreshToken, keyExpiresAt, loc)
	g.expiresKey = keyExpiresAt
	return g
}

func grantFrom(v *jsonedit.Value, accessKey, refreshKey, expiresKey string, loc *time.Location) grant {
	access, _ := jsonedit.Text(v.RawOf(accessKey))
	if access == "" {
		return grant{missing: "its token source has no token"}
	}
	refresh, _ := jsonedit.Text(v.RawOf(refreshKey))
	g := grant{access: NewSecret(access), refresh: NewSecret(refresh)}
	// An invalid expiry is not copied.
	if g.expiresAt = instantOf(v.RawOf(expiresKey), loc); !g.expiresAt.IsZero() {
		g.expires = v.RawOf(expiresKey)
	}
	return g
}

// adopt returns the change that copies newer tokens to the credential, or the reason
// why there is none. New tokens clear the status, the error and the streak.
func (s tokenSources) adopt(c *Credential) (ch Change, reason string) {
	g := s[c.Provider]
	access := redact.Reveal(g.access)
	switch {
	case !c.Syncable():
		return ch, "no local token source"
	case g.missing != "":
		return ch, g.missing
	case redact.DigestOf(access) == c.Secret:
		return ch, "already in sync with its token source"
	case !g.expiresAt.IsZero() && !c.ExpiresAt.IsZero() && g.expiresAt.Before(c.ExpiresAt):
		return ch, "its token source has older tokens"
	}
	if c.Fingerprint != "" && c.referenced {
		// The entry holds only the fingerprint of its secret.
		ch.set(keyFingerprint, rawText(redact.Fingerprint(access)))
	} else {
		ch.setTokens(g.access, g.refresh)
	}
	if g.expires != nil {
		ch.set(g.expiresKey, g.expires)
	}
	ch.set(keyStatus, rawNull())
	ch.clearError()
	ch.clearStreak(c)
	return ch, ""
}
