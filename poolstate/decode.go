package poolstate

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
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

// keyName returns the name behind a raw, quoted object key, and whether it is
// one that an entry is known to have.
func keyName(raw []byte) (name string, known bool) {
	if k, ok := knownKeys[string(raw)]; ok {
		return k, true
	}
	name, _ = textOf(raw)
	_, known = knownKeys[`"`+name+`"`] // it may be written with escapes
	return name, known
}

// set gives the credential the value that the file has under key. A nil raw is
// an absent key. A value of the wrong type is absent too.
func (c *Credential) set(key string, raw []byte, loc *time.Location) {
	switch key {
	case keyID:
		c.ID, _ = textOf(raw)
	case keyLabel:
		c.Label, _ = textOf(raw)
	case keyAuthType:
		c.AuthType, _ = textOf(raw)
	case keySource:
		c.Source, _ = textOf(raw)
	case keyPriority:
		c.Priority = integerOf(raw)
	case keyRequestCount:
		c.RequestCount = integerOf(raw)
	case keyStatus:
		c.StatusText, _ = textOf(raw)
		c.Status = statusOf(c.StatusText)
	case keyStatusAt:
		c.StatusAt = instantOf(raw, loc)
	case keyErrorCode:
		c.ErrorCode = integerOf(raw)
	case keyErrorReason:
		c.ErrorReason, _ = textOf(raw)
	case keyErrorMessage:
		c.ErrorMessage, _ = textOf(raw)
	case keyResetAt:
		c.ResetAt = instantOf(raw, loc)
	case keyStreak:
		c.Streak = streakOf(raw)
	default:
		c.setNewer(key, raw, loc)
	}
}

// setNewer covers the keys that not every build writes.
func (c *Credential) setNewer(key string, raw []byte, loc *time.Location) {
	switch key {
	case keyFailureReason:
		c.FailureReason, _ = textOf(raw)
	case keyModelCooldowns:
		c.ModelCooldowns = modelCooldownsOf(raw, loc)
	case keyClearedAt:
		c.ClearedAt = instantOf(raw, loc)
	case keyEnabled:
		c.Disabled = string(raw) == "false"
	case keyExpiresAt, keyExpiresAtMS:
		if t := instantOf(raw, loc); !t.IsZero() || raw == nil {
			c.ExpiresAt = t
		}
	case keyLastRefresh:
		c.LastRefresh = instantOf(raw, loc)
	case keyBaseURL:
		text, _ := textOf(raw)
		c.BaseURL = endpointOf(text)
	case keyFingerprint:
		c.Fingerprint, _ = textOf(raw)
	default:
		if !IsSecretKey(key) {
			return
		}
		secret, _ := textOf(raw)
		if secret == "" {
			return
		}
		if key == keyAccessToken {
			c.Secret, c.borrowed = digestOf(secret), false
		}
		c.Tokens = c.Tokens.with(key, secret)
	}
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

// textOf returns the string behind a raw JSON value. Unpaired surrogates and
// invalid UTF-8 become replacement characters.
func textOf(raw []byte) (string, bool) {
	if len(raw) < 2 || raw[0] != '"' {
		return "", false
	}
	if inner := raw[1 : len(raw)-1]; isPlain(inner) {
		return string(inner), true
	}
	s, _ := jsontext.AppendUnquote(nil, raw) // the error only says that something was replaced
	return string(s), true
}

// isPlain reports whether the inside of a JSON string means itself.
func isPlain(b []byte) bool {
	for _, c := range b {
		if c == '\\' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// numberOf returns the number behind a raw JSON value; huge ones are infinite.
func numberOf(raw []byte) (float64, bool) {
	if len(raw) == 0 || raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	return f, err == nil || math.IsInf(f, 0)
}

// integerOf reads an integer; a float truncates, and what does not fit an int
// stops at its largest value. Not finite is absent.
func integerOf(raw []byte) Optional[int] {
	// Out of range, Atoi returns the limit that was exceeded.
	if n, err := strconv.Atoi(string(raw)); err == nil || errors.Is(err, strconv.ErrRange) {
		return Some(n)
	}
	f, ok := numberOf(raw)
	switch {
	case !ok, math.IsInf(f, 0), math.IsNaN(f):
		return Optional[int]{}
	case f >= math.MaxInt:
		return Some(math.MaxInt)
	case f <= math.MinInt:
		return Some(math.MinInt)
	}
	return Some(int(f))
}

// streakOf reads consecutive_failures as the agent does: integers, floats
// truncated, integers in strings, true as 1. Anything else is unknown.
func streakOf(raw []byte) Streak {
	switch string(raw) {
	case "true":
		return KnownStreak(1)
	case "false":
		return KnownStreak(0)
	}
	if s, ok := textOf(raw); ok {
		raw = []byte(strings.TrimSpace(s))
		if strings.Trim(string(raw), "0123456789+-") != "" {
			return Streak{}
		}
	}
	if n, ok := integerOf(raw).Get(); ok {
		return KnownStreak(n)
	}
	return Streak{}
}

// instantOf reads an instant from a number or a string; zero when there is none.
func instantOf(raw []byte, loc *time.Location) time.Time {
	if f, ok := numberOf(raw); ok {
		t, _ := instantFromNumber(f)
		return t
	}
	if s, ok := textOf(raw); ok {
		if t, ok := instantFromText(s, loc); ok {
			return t
		}
	}
	return time.Time{}
}

// modelCooldownsOf reads an object of model names and instants; nil when it is
// no object.
func modelCooldownsOf(raw []byte, loc *time.Location) []ModelCooldown {
	if len(raw) == 0 || raw[0] != '{' {
		return nil
	}
	members := membersOf(raw)
	last := make(map[string]int, len(members)) // of a model given twice the last one counts
	for i, m := range members {
		last[m.key] = i
	}
	cooldowns := make([]ModelCooldown, 0, len(last))
	for i, m := range members {
		if last[m.key] == i {
			cooldowns = append(cooldowns, ModelCooldown{m.key, instantOf(raw[m.body.start:m.body.end], loc)})
		}
	}
	return cooldowns
}
