package poolstate

import (
	"errors"
	"time"

	"pooltop/poolstate/internal/jsonedit"
	"pooltop/poolstate/internal/redact"
)

// Top-level keys of the store.
const (
	keyPool      = "credential_pool"
	keyProviders = "providers"
	keyUpdatedAt = "updated_at"
)

// ErrNotPool is the error of a JSON file whose credential_pool is not an object.
var ErrNotPool = errors.New("credential_pool is not an object")

// SyntaxError is the error of a file that is not a JSON object. It quotes nothing.
type SyntaxError = jsonedit.SyntaxError

// document is a parsed store: its bytes and where the entries are in them.
type document struct {
	data  []byte
	root  *jsonedit.Value
	pool  *jsonedit.Value            // nil in a file without one
	lists map[string]*jsonedit.Value // providers' values by scrubbed name; of duplicates, the last
	scrub *redact.Scrubber           // see scrubber
}

// parse parses a store. Its errors are *SyntaxError and ErrNotPool.
func parse(data []byte) (*document, error) {
	root, err := jsonedit.Parse(data)
	if err != nil {
		return nil, err
	}
	if !root.IsObject() {
		return nil, &SyntaxError{Line: 1, Column: 1, NotObject: true}
	}
	doc := &document{data: data, root: root, lists: map[string]*jsonedit.Value{}}
	switch pool := root.Find(keyPool); {
	case pool == nil || string(pool.Raw) == "null":
	case !pool.IsObject():
		return nil, ErrNotPool
	default:
		doc.pool = pool
		for i := range pool.Members {
			doc.lists[pool.Members[i].Key] = &pool.Members[i].Value
		}
		doc.scrubNames()
	}
	return doc, nil
}

func (doc *document) entry(c *Credential) *jsonedit.Value {
	return &doc.lists[c.Provider].Items[c.Position]
}

// Keys of an entry that are used in several places. All of them are in setters.
const (
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
	keyModelsSeenAt   = "model_cooldown_observed_at"
	keyClearedAt      = "status_cleared_at"
	keyExpiresAt      = "expires_at"
	keyExpiresAtMS    = "expires_at_ms"
	keyBaseURL        = "base_url"
	keyFingerprint    = "secret_fingerprint"
	keyAccessToken    = "access_token"
	keyRefreshToken   = "refresh_token"
)

// decode fills in the credential from its entry.
func (c *Credential) decode(entry *jsonedit.Value, p *Pool, scrub *redact.Scrubber, loc *time.Location) {
	secrets := map[string]string{} // the last of duplicate keys counts
	var unknown []string
	for i := range entry.Members {
		m := &entry.Members[i]
		switch m.Key {
		case keyStreak:
			p.carriesStreak = true
		case keyClearedAt, keyModelCooldowns, keyFailureReason, "enabled":
			p.newerBuild = true
		}
		if redact.IsSecretKey(m.Key) {
			secrets[m.Key], _ = jsonedit.Text(m.Value.Raw)
		}
		if set, known := setters[m.Key]; known {
			set(c, field{m.Value.Raw, loc})
		} else {
			unknown = append(unknown, m.Key)
		}
	}
	for key, secret := range secrets {
		c.addSecret(key, secret)
	}
	c.scrub(scrub)
	if c.Secret.IsZero() {
		c.Secret = redact.DigestOfFingerprint(c.Fingerprint)
		c.borrowed = !c.Secret.IsZero()
	}
	for _, key := range unknown {
		p.noteUnknown(scrub.Clean(key))
	}
}

// field is a JSON value of an entry, nil for an absent key, and the time zone of
// instants without an offset. A value of the wrong type counts as absent.
type field struct {
	raw []byte
	loc *time.Location
}

func (f field) text() string {
	s, _ := jsonedit.Text(f.raw)
	return s
}

func (f field) instant() time.Time { return instantOf(f.raw, f.loc) }

// setters set the fields of a credential by the keys of its entry, except for
// secrets: see addSecret.
var setters = map[string]func(c *Credential, f field){
	"id":              func(c *Credential, f field) { c.ID = f.text() },
	"label":           func(c *Credential, f field) { c.Label = f.text() },
	"auth_type":       func(c *Credential, f field) { c.AuthType = f.text() },
	"source":          func(c *Credential, f field) { c.Source = f.text() },
	"priority":        func(c *Credential, f field) { c.Priority = integerOf(f.raw) },
	keyRequestCount:   func(c *Credential, f field) { c.RequestCount = integerOf(f.raw) },
	keyStatus:         func(c *Credential, f field) { c.StatusText, c.Status = f.text(), statusOf(f.text()) },
	keyStatusAt:       func(c *Credential, f field) { c.StatusAt = f.instant() },
	keyErrorCode:      func(c *Credential, f field) { c.ErrorCode = integerOf(f.raw) },
	keyErrorReason:    func(c *Credential, f field) { c.ErrorReason = f.text() },
	keyErrorMessage:   func(c *Credential, f field) { c.ErrorMessage = f.text() },
	keyResetAt:        func(c *Credential, f field) { c.ResetAt = f.instant() },
	keyStreak:         func(c *Credential, f field) { c.Streak, c.hasStreak = streakOf(f.raw), f.raw != nil },
	keyFailureReason:  func(c *Credential, f field) { c.FailureReason = f.text() },
	keyModelCooldowns: func(c *Credential, f field) { c.ModelCooldowns = modelCooldownsOf(f) },
	keyClearedAt:      func(c *Credential, f field) { c.ClearedAt = f.instant() },
	"enabled":         func(c *Credential, f field) { c.Disabled = string(f.raw) == "false" },
	keyExpiresAt:      (*Credential).setExpiry,
	keyExpiresAtMS:    (*Credential).setExpiry,
	"last_refresh":    func(c *Credential, f field) { c.LastRefresh = f.instant() },
	keyBaseURL:        func(c *Credential, f field) { c.BaseURL = redact.Endpoint(f.text()) },
	keyFingerprint:    func(c *Credential, f field) { c.Fingerprint = f.text() },
	keyAccessToken:    func(*Credential, field) {},
	keyRefreshToken:   func(*Credential, field) {},
}

// setExpiry sets ExpiresAt. If only one of its two keys has a valid instant, that
// one counts.
func (c *Credential) setExpiry(f field) {
	if t := f.instant(); !t.IsZero() || f.raw == nil {
		c.ExpiresAt = t
	}
}

// apply updates the credential as a reload after the edit would.
func (c *Credential) apply(e jsonedit.Edit, loc *time.Location) {
	f := field{loc: loc}
	if e.Value != nil {
		f.raw = []byte(*e.Value)
	}
	if redact.IsSecretKey(e.Key) {
		c.addSecret(e.Key, f.text())
	}
	if set, known := setters[e.Key]; known {
		set(c, f)
	}
}

func (c *Credential) addSecret(key, secret string) {
	if secret == "" {
		return
	}
	if key == keyAccessToken {
		c.Secret, c.borrowed = redact.DigestOf(secret), false
	}
	c.Tokens = redact.Combine(c.Tokens, key, secret)
}

var statuses = map[string]Status{"": StatusNone, wordOK: StatusOK, wordExhausted: StatusExhausted, wordDead: StatusDead}

func statusOf(text string) Status {
	if s, known := statuses[text]; known {
		return s
	}
	return StatusOther
}
