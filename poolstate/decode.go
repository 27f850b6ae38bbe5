package poolstate

import (
	"time"

	"pooltop/poolstate/internal/jsonedit"
	"pooltop/poolstate/internal/redact"
)

// The keys of an entry that pooltop knows.
const (
	keyID             = "id"
	keyLabel          = "label"
	keyAuthType       = "auth_type"
	keySource         = "source"
	keyPriority       = "priority"
	keyRequestCount   = "request_count"
	keyStatus         = "last_status"
	keyStatusAt       = "last_status_at"
	keyErrorCode      = "last_error_code"
	keyErrorReason    = "last_error_reason"
	keyErrorMessage   = "last_error_message"
	keyResetAt        = "last_error_reset_at"
	keyStreak         = "consecutive_failures"
	keyFailureReason  = "failure_reason"
	keyModelCooldowns = "model_cooldowns"
	keyClearedAt      = "status_cleared_at"
	keyEnabled        = "enabled"
	keyExpiresAt      = "expires_at"
	keyExpiresAtMS    = "expires_at_ms"
	keyLastRefresh    = "last_refresh"
	keyBaseURL        = "base_url"
	keyFingerprint    = "secret_fingerprint"
	keyAccessToken    = "access_token"
	keyRefreshToken   = "refresh_token"
)

// decode fills in the credential from its entry.
func (c *Credential) decode(entry *jsonedit.Value, p *Pool, loc *time.Location) {
	var scrub redact.Scrubber
	secrets := map[string]string{} // of duplicate keys, the last one counts
	var unknown []string
	for i := range entry.Members {
		m := &entry.Members[i]
		switch m.Key {
		case keyStreak:
			p.carriesStreak = true
		case keyClearedAt, keyModelCooldowns, keyFailureReason, keyEnabled:
			p.newerBuild = true
		}
		secret := redact.IsSecretKey(m.Key)
		if addSecrets(&scrub, &m.Value, secret); secret {
			secrets[m.Key], _ = jsonedit.Text(m.Value.Raw)
		}
		if known := c.set(m.Key, m.Value.Raw, loc); !known {
			unknown = append(unknown, m.Key)
		}
	}
	for key, secret := range secrets {
		c.addSecret(key, secret)
	}
	c.scrub(&scrub)
	if c.Secret.IsZero() {
		c.Secret = redact.DigestOfFingerprint(c.Fingerprint)
		c.borrowed = !c.Secret.IsZero()
	}
	for _, key := range unknown {
		p.noteUnknown(scrub.Clean(key))
	}
}

// set gives the credential the value that the file has under a key, and reports
// whether the key is known. Nil stands for an absent key; a value of the wrong
// type counts as absent. Secrets are not set: see addSecret.
func (c *Credential) set(key string, raw []byte, loc *time.Location) (known bool) {
	switch key {
	case keyID:
		c.ID, _ = jsonedit.Text(raw)
	case keyLabel:
		c.Label, _ = jsonedit.Text(raw)
	case keyAuthType:
		c.AuthType, _ = jsonedit.Text(raw)
	case keySource:
		c.Source, _ = jsonedit.Text(raw)
	case keyPriority:
		c.Priority = integerOf(raw)
	case keyRequestCount:
		c.RequestCount = integerOf(raw)
	case keyStatus:
		c.StatusText, _ = jsonedit.Text(raw)
		c.Status = statusOf(c.StatusText)
	case keyStatusAt:
		c.StatusAt = instantOf(raw, loc)
	case keyErrorCode:
		c.ErrorCode = integerOf(raw)
	case keyErrorReason:
		c.ErrorReason, _ = jsonedit.Text(raw)
	case keyErrorMessage:
		c.ErrorMessage, _ = jsonedit.Text(raw)
	case keyResetAt:
		c.ResetAt = instantOf(raw, loc)
	case keyStreak:
		c.Streak = streakOf(raw)
	case keyAccessToken, keyRefreshToken:
	default:
		return c.setRare(key, raw, loc)
	}
	return true
}

// setRare covers the keys that not every build writes.
func (c *Credential) setRare(key string, raw []byte, loc *time.Location) (known bool) {
	switch key {
	case keyFailureReason:
		c.FailureReason, _ = jsonedit.Text(raw)
	case keyModelCooldowns:
		c.ModelCooldowns = modelCooldownsOf(raw, loc)
	case keyClearedAt:
		c.ClearedAt = instantOf(raw, loc)
	case keyEnabled:
		c.Disabled = string(raw) == "false"
	case keyExpiresAt, keyExpiresAtMS: // two spellings; the readable one counts
		if t := instantOf(raw, loc); !t.IsZero() || raw == nil {
			c.ExpiresAt = t
		}
	case keyLastRefresh:
		c.LastRefresh = instantOf(raw, loc)
	case keyBaseURL:
		url, _ := jsonedit.Text(raw)
		c.BaseURL = redact.Endpoint(url)
	case keyFingerprint:
		c.Fingerprint, _ = jsonedit.Text(raw)
	default:
		return false
	}
	return true
}

// apply gives the credential the value that an edit of its entry writes.
func (c *Credential) apply(e jsonedit.Edit, loc *time.Location) {
	var raw []byte
	if e.Value != nil {
		raw = []byte(*e.Value)
	}
	if redact.IsSecretKey(e.Key) {
		secret, _ := jsonedit.Text(raw)
		c.addSecret(e.Key, secret)
	}
	c.set(e.Key, raw, loc)
}

// addSecret records the digest of a secret of the entry.
func (c *Credential) addSecret(key, secret string) {
	if secret == "" {
		return
	}
	if key == keyAccessToken {
		c.Secret, c.borrowed = redact.DigestOf(secret), false
	}
	c.Tokens = redact.Combine(c.Tokens, key, secret)
}

func statusOf(text string) Status {
	switch text {
	case "":
		return StatusNone
	case wordOK:
		return StatusOK
	case wordExhausted:
		return StatusExhausted
	case wordDead:
		return StatusDead
	}
	return StatusOther
}
