package poolstate

import (
	"errors"
	"io/fs"
	"time"

	"pooltop/poolstate/internal/atomicfile"
	"pooltop/poolstate/internal/jsonedit"
	"pooltop/poolstate/internal/redact"
)

// Sources whose tokens have an authority that pooltop can read.
const (
	sourceClaudeCode = "claude_code"
	sourceDeviceCode = "device_code"
	providerClaude   = "anthropic"
	providerNous     = "nous"
)

// Syncable reports whether an authority on this machine may hold newer tokens
// of the credential.
func Syncable(c *Credential) bool {
	return c.Provider == providerClaude && c.Source == sourceClaudeCode ||
		c.Provider == providerNous && c.Source == sourceDeviceCode
}

// authorities are the places from which tokens can be adopted, as they stand
// under the lock.
type authorities struct {
	claude, nous grant
}

// grant is what an authority holds: tokens under the keys of an entry, and when
// they expire. why says why there is none.
type grant struct {
	access, refresh Secret
	expiresAt       time.Time
	// expires is the expiry as the entry spells it, under its key.
	expiresKey string
	expires    []byte
	why        string
}

// authorities reads the authorities of a sync, and nothing for other actions.
func (d *Draft) authorities(a Action, s *Store) *authorities {
	if a.Verb != VerbSync {
		return nil
	}
	return &authorities{claude: s.claudeGrant(a.ClaudeFile), nous: d.nousGrant(s.loc)}
}

// claudeGrant reads claude_code's own file.
func (s *Store) claudeGrant(path string) grant {
	var root *jsonedit.Value
	file, err := atomicfile.Read(s.fs, path)
	if err == nil {
		root, err = jsonedit.Parse(file.Data)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return grant{why: "claude_code has no tokens on this machine"}
	case err != nil:
		return grant{why: "the tokens of claude_code cannot be read"}
	}
	g := grantFrom(root.Find("claudeAiOauth"), "accessToken", "refreshToken", "expiresAt", s.loc)
	g.expiresKey = keyExpiresAtMS
	if !g.expiresAt.IsZero() {
		g.expires = rawInt(int(g.expiresAt.UnixMilli()))
	}
	return g
}

// nousGrant reads the OAuth state of nous in the store itself.
func (d *Draft) nousGrant(loc *time.Location) grant {
	providers := d.doc.root.Find(keyProviders)
	if providers == nil {
		return grant{why: "the store has no tokens of nous"}
	}
	g := grantFrom(providers.Find(providerNous), keyAccessToken, keyRefreshToken, keyExpiresAt, loc)
	g.expiresKey = keyExpiresAt
	return g
}

func grantFrom(v *jsonedit.Value, accessKey, refreshKey, expiresKey string, loc *time.Location) grant {
	raw := func(key string) []byte {
		if child := v.Find(key); child != nil {
			return child.Raw
		}
		return nil
	}
	access, _ := jsonedit.Text(raw(accessKey))
	if access == "" {
		return grant{why: "its token source has no token"}
	}
	refresh, _ := jsonedit.Text(raw(refreshKey))
	g := grant{access: NewSecret(access), refresh: NewSecret(refresh)}
	// An expiry that cannot be read is not copied.
	if g.expiresAt = instantOf(raw(expiresKey), loc); !g.expiresAt.IsZero() {
		g.expires = raw(expiresKey)
	}
	return g
}

// adopt returns the change by which the credential takes its authority's tokens
// over, or why there is none: a real success, so the status is cleared and the
// streak falls to zero.
func (a *authorities) adopt(c *Credential) (ch Change, why string) {
	var g grant
	switch {
	case !Syncable(c):
		return ch, "no local token source"
	case c.Provider == providerClaude:
		g = a.claude
	default:
		g = a.nous
	}
	access := redact.Reveal(g.access)
	switch {
	case g.why != "":
		return ch, g.why
	case redact.DigestOf(access) == c.Secret:
		return ch, "already has the tokens of its source"
	case !g.expiresAt.IsZero() && !c.ExpiresAt.IsZero() && g.expiresAt.Before(c.ExpiresAt):
		return ch, "its token source has older tokens"
	}
	if c.Fingerprint != "" && c.borrowed {
		// A borrowed secret stays where it is; the entry knows its fingerprint.
		ch.set(keyFingerprint, rawText(redact.Fingerprint(access)))
	} else {
		ch.set(keyAccessToken, rawText(access))
		if refresh := redact.Reveal(g.refresh); refresh != "" {
			ch.set(keyRefreshToken, rawText(refresh))
		}
	}
	if g.expires != nil {
		ch.set(g.expiresKey, g.expires)
	}
	ch.set(keyStatus, rawNull())
	ch.clearError()
	ch.set(keyStreak, rawInt(0))
	return ch, ""
}
