package poolstate

import "strconv"

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

// knownKeys is the vocabulary, shared by all entries so that a large pool does
// not hold the same words ten thousand times.
var knownKeys = func() map[string]string {
	m := map[string]string{}
	for _, k := range []string{
		keyID, keyLabel, keyAuthType, keySource, keyPriority, keyRequestCount,
		keyStatus, keyStatusAt, keyErrorCode, keyErrorReason, keyErrorMessage, keyResetAt,
		keyStreak, keyFailureReason, keyModelCooldowns, keyClearedAt, keyEnabled,
		keyExpiresAt, keyExpiresAtMS, keyLastRefresh, keyBaseURL, keyFingerprint,
		keyAccessToken, keyRefreshToken,
	} {
		m[strconv.Quote(k)] = k
	}
	return m
}()

// traits are what matters of a key.
type traits uint8

const (
	traitKnown  traits = 1 << iota // it is one of knownKeys
	traitSecret                    // its value is a secret
	traitStreak                    // only a build that counts failures writes it
	traitNewer                     // only a build since about August 2026 writes it
)

// keyName returns the name behind a raw, quoted object key, and what matters of
// it.
func keyName(raw []byte) (name string, t traits) {
	name, known := knownKeys[string(raw)]
	if !known {
		name, _ = textOf(raw)
		_, known = knownKeys[`"`+name+`"`] // it may be written with escapes
	}
	if known {
		t |= traitKnown
	}
	if IsSecretKey(name) {
		t |= traitSecret
	}
	switch name {
	case keyStreak:
		t |= traitStreak
	case keyClearedAt, keyModelCooldowns, keyFailureReason, keyEnabled:
		t |= traitNewer
	}
	return name, t
}

// set gives the credential the value that the file has under key. A nil raw is
// an absent key. A value of the wrong type is absent too.
func (c *Credential) set(key string, raw []byte, v *values) {
	switch key {
	case keyID:
		c.ID, _ = textOf(raw)
	case keyLabel:
		c.Label, _ = textOf(raw)
	case keyAuthType:
		c.AuthType = v.text(raw)
	case keySource:
		c.Source = v.text(raw)
	case keyPriority:
		c.Priority = integerOf(raw)
	case keyRequestCount:
		c.RequestCount = integerOf(raw)
	case keyStatus:
		c.StatusText = v.text(raw)
		c.Status = statusOf(c.StatusText)
	case keyStatusAt:
		c.StatusAt = instantOf(raw, v.loc)
	case keyErrorCode:
		c.ErrorCode = integerOf(raw)
	case keyErrorReason:
		c.ErrorReason = v.text(raw)
	case keyErrorMessage:
		c.ErrorMessage = v.text(raw)
	case keyResetAt:
		c.ResetAt = instantOf(raw, v.loc)
	case keyStreak:
		c.Streak = streakOf(raw)
	default:
		c.setNewer(key, raw, v)
	}
}

// setNewer covers the keys that not every build writes.
func (c *Credential) setNewer(key string, raw []byte, v *values) {
	switch key {
	case keyFailureReason:
		c.FailureReason = v.text(raw)
	case keyModelCooldowns:
		c.ModelCooldowns = modelCooldownsOf(raw, v.loc)
	case keyClearedAt:
		c.ClearedAt = instantOf(raw, v.loc)
	case keyEnabled:
		c.Disabled = string(raw) == "false"
	case keyExpiresAt, keyExpiresAtMS:
		if t := instantOf(raw, v.loc); !t.IsZero() || raw == nil {
			c.ExpiresAt = t
		}
	case keyLastRefresh:
		c.LastRefresh = instantOf(raw, v.loc)
	case keyBaseURL:
		c.BaseURL = v.endpoint(raw)
	case keyFingerprint:
		c.Fingerprint, _ = textOf(raw)
	default:
		if IsSecretKey(key) {
			secret, _ := unquoted(raw)
			c.addSecret(key, secret)
		}
	}
}

// addSecret notes that the credential has a secret, of which it keeps no more
// than digests.
func (c *Credential) addSecret(key string, secret []byte) {
	if len(secret) == 0 {
		return
	}
	digest := digestOf(secret)
	if key == keyAccessToken {
		c.Secret, c.borrowed = digest, false
	}
	c.Tokens = c.Tokens.with(key, digest)
}

func statusOf(word string) Status {
	switch word {
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
