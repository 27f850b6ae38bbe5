package poolstate

import (
	"bytes"
	"errors"
	"io/fs"
	"time"
)

// Sources whose tokens have an authority that pooltop can read.
const (
	sourceClaudeCode = "claude_code"
	sourceDeviceCode = "device_code"
	providerClaude   = "anthropic"
	providerNous     = "nous"
	keyProviders     = "providers"
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
	data, _, err := (&Store{path: path, fs: s.fs}).read(nil, nil)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return grant{why: "claude_code has no tokens on this machine"}
	case err != nil || !isValue(data):
		return grant{why: "the tokens of claude_code cannot be read"}
	}
	oauth := childOf(data, "claudeAiOauth")
	g := grantFrom(oauth, "accessToken", "refreshToken", "expiresAt", s.loc)
	g.expiresKey = keyExpiresAtMS
	if !g.expiresAt.IsZero() {
		g.expires = rawInt(int(g.expiresAt.UnixMilli()))
	}
	return g
}

// nousGrant reads the OAuth state of nous in the store itself.
func (d *Draft) nousGrant(loc *time.Location) grant {
	m, ok := d.doc.top.find(keyProviders)
	if !ok {
		return grant{why: "the store has no tokens of nous"}
	}
	nous := childOf(d.doc.data[m.body.start:m.body.end], providerNous)
	g := grantFrom(nous, keyAccessToken, keyRefreshToken, keyExpiresAt, loc)
	g.expiresKey = keyExpiresAt
	return g
}

// childOf returns the raw value under a key of a raw object, nil without one.
func childOf(raw []byte, key string) []byte {
	var child []byte
	for _, m := range membersOf(raw) {
		if m.key == key {
			child = raw[m.body.start:m.body.end]
		}
	}
	return child
}

func grantFrom(raw []byte, accessKey, refreshKey, expiresKey string, loc *time.Location) grant {
	access, _ := textOf(childOf(raw, accessKey))
	if access == "" {
		return grant{why: "its token source has no token"}
	}
	refresh, _ := textOf(childOf(raw, refreshKey))
	g := grant{access: NewSecret(access), refresh: NewSecret(refresh)}
	// What is no instant is not taken over: nobody knows what it is.
	expires := childOf(raw, expiresKey)
	if g.expiresAt = instantOf(expires, loc); !g.expiresAt.IsZero() {
		g.expires = bytes.Clone(expires)
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
	access := g.access.reveal()
	switch {
	case g.why != "":
		return ch, g.why
	case digestOf(access) == c.Secret:
		return ch, "already has the tokens of its source"
	case !g.expiresAt.IsZero() && !c.ExpiresAt.IsZero() && g.expiresAt.Before(c.ExpiresAt):
		return ch, "its token source has older tokens"
	}
	if c.Fingerprint != "" && c.borrowed {
		// A borrowed secret stays where it is; the entry knows its fingerprint.
		ch.set(keyFingerprint, rawText(fingerprintOf(access)))
	} else {
		ch.set(keyAccessToken, rawText(access))
		if refresh := g.refresh.reveal(); refresh != "" {
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
