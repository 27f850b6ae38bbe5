package poolstate

import (
	"cmp"
	"errors"
	"slices"
	"strings"
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

// ErrNotPool is returned when a file's credential_pool is not an object.
var ErrNotPool = errors.New("credential_pool is not an object")

// SyntaxError reports that a file is not a JSON object. Its message does not quote the
// file.
type SyntaxError = jsonedit.SyntaxError

// document is a parsed store: its bytes and the positions of its entries.
type document struct {
	data  []byte
	root  *jsonedit.Value
	pool  *jsonedit.Value            // nil if the file has none
	lists map[string]*jsonedit.Value // by scrubbed provider name; the last one if a name is repeated
	scrub *redact.Scrubber           // see scrubber
}

// parse parses a store. It returns a *SyntaxError or ErrNotPool on error.
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

// Keys of an entry that are used in several places.
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
	keyPriority       = "priority"
	keySource         = "source"
)

// decode fills in the credential from its entry.
func (c *Credential) decode(entry *jsonedit.Value, p *Pool, scrub *redact.Scrubber, loc *time.Location) {
	secrets := map[string]string{} // the last of duplicate keys wins
	var unknown []string
	for i := range entry.Members {
		m := &entry.Members[i]
		switch m.Key {
		case keyStreak:
			p.carriesStreak = true
		case keyModelCooldowns, keyModelsSeenAt, keyFailureReason:
			p.newerBuild = true
		}
		if redact.IsSecretKey(m.Key) {
			secrets[m.Key], _ = jsonedit.Text(m.Value.Raw)
		}
		if set, known := setters[m.Key]; known {
			set(c, field{m.Value.Raw, loc})
		} else if !isAgentField(m.Key) {
			unknown = append(unknown, m.Key)
		}
	}
	for key, secret := range secrets {
		c.addSecret(key, secret)
	}
	if secrets[keyAccessToken] == "" {
		c.Secret = redact.DigestOfFingerprint(c.Fingerprint)
		c.referenced = !c.Secret.IsZero()
	}
	c.readTokens(secrets)
	c.observeModels(entry.Find(keyModelsSeenAt))
	c.scrub(scrub)
	for _, key := range unknown {
		p.noteUnknown(scrub.Clean(key))
	}
}

// field is a JSON value of an entry. raw is nil if the key is absent, and loc is the
// time zone of times without an offset. A value of the wrong type is treated as absent.
type field struct {
	raw []byte
	loc *time.Location
}

func (f field) text() string {
	s, _ := jsonedit.Text(f.raw)
	return s
}

func (f field) instant() time.Time { return instantOf(f.raw, f.loc) }

// setters maps the keys of an entry to functions that set the fields of the
// credential. addSecret handles secrets.
var setters = map[string]func(c *Credential, f field){
	"id":              func(c *Credential, f field) { c.ID = f.text() },
	"label":           func(c *Credential, f field) { c.Label = f.text() },
	"auth_type":       func(c *Credential, f field) { c.AuthType = f.text() },
	keySource:         func(c *Credential, f field) { c.Source = f.text() },
	keyPriority:       func(c *Credential, f field) { c.Priority = priorityOf(f.raw) },
	keyRequestCount:   func(c *Credential, f field) { c.RequestCount = integerOf(f.raw) },
	keyStatus:         func(c *Credential, f field) { c.StatusText, c.Status = f.text(), statusOf(f.text()) },
	keyStatusAt:       func(c *Credential, f field) { c.StatusAt = f.instant(); _, c.numericStatusAt = jsonedit.Number(f.raw) },
	keyErrorCode:      func(c *Credential, f field) { c.ErrorCode = integerOf(f.raw) },
	keyErrorReason:    func(c *Credential, f field) { c.ErrorReason = f.text() },
	keyErrorMessage:   func(c *Credential, f field) { c.ErrorMessage = f.text() },
	keyResetAt:        func(c *Credential, f field) { c.ResetAt = f.instant() },
	keyStreak:         func(c *Credential, f field) { c.Streak, c.hasStreak = streakOf(f.raw), f.raw != nil },
	keyFailureReason:  func(c *Credential, f field) { c.FailureReason = f.text() },
	keyModelCooldowns: func(c *Credential, f field) { c.ModelCooldowns = modelCooldownsOf(f) },
	keyClearedAt:      func(c *Credential, f field) { c.ClearedAt = f.instant() },
	"enabled":         func(c *Credential, f field) { c.FlaggedOff = string(f.raw) == "false" },
	keyExpiresAt:      (*Credential).setExpiry,
	keyExpiresAtMS:    (*Credential).setExpiry,
	"last_refresh":    func(c *Credential, f field) { c.LastRefresh = f.instant() },
	keyBaseURL:        func(c *Credential, f field) { c.BaseURL = redact.Endpoint(f.text()) },
	keyFingerprint:    func(c *Credential, f field) { c.Fingerprint = f.text() },
	keyAccessToken:    func(*Credential, field) {},
	keyRefreshToken:   func(*Credential, field) {},
}

// setExpiry sets ExpiresAt from one of its two keys. An invalid value does not
// overwrite a valid one from the other key.
func (c *Credential) setExpiry(f field) {
	if t := f.instant(); !t.IsZero() || f.raw == nil {
		c.ExpiresAt = t
	}
}

// apply updates the credential with an edit to its entry, as a reload would.
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
		c.Secret, c.referenced, c.Unusable = Digest{}, false, false
		if !redact.IsPlaceholder(secret) {
			c.Secret = redact.DigestOf(secret)
		}
	}
	c.Tokens = redact.Combine(c.Tokens, key, secret)
}

// readTokens sets the fields that depend on the secrets of the entry: Unusable, the
// accounts and, for openai-codex and xai-oauth, ExpiresAt.
func (c *Credential) readTokens(secrets map[string]string) {
	token := cmp.Or(secrets[keyAccessToken], secrets["agent_key"], secrets["anon_token"])
	switch cmp.Or(c.AuthType, "api_key") {
	case "oauth":
		token = strings.TrimSpace(token)
		fallthrough
	case "api_key":
		c.Unusable = token == "" && !c.referenced && !isReferenced(c.Provider, c.Source)
	}
	for _, key := range []string{keyAccessToken, "id_token"} {
		claims := claimsOf(secrets[key])
		c.addAccounts(claims)
		if expiry := instantOf(claims.RawOf("exp"), time.UTC); key == keyAccessToken && !expiry.IsZero() && (c.Provider == codex || c.Provider == "xai-oauth") {
			c.ExpiresAt = expiry
		}
	}
}

// observeModels sets when each model cooldown was observed. It removes those observed before
// the last reset, but keeps those without an observation time.
func (c *Credential) observeModels(observed *jsonedit.Value) {
	for i := range c.ModelCooldowns {
		if v := observed.Find(c.ModelCooldowns[i].Model); v != nil {
			c.ModelCooldowns[i].SeenAt = instantOf(v.Raw, time.UTC)
		}
	}
	c.ModelCooldowns = slices.DeleteFunc(c.ModelCooldowns, func(m ModelCooldown) bool {
		return observed.Find(m.Model) != nil && !c.ClearedAt.IsZero() && !m.SeenAt.After(c.ClearedAt)
	})
}

// isManual reports whether an operator added the entry. Like agents, it treats an
// empty source as manual.
func isManual(source string) bool {
	source = strings.ToLower(strings.TrimSpace(source))
	return source == "" || source == "manual" || strings.HasPrefix(source, "manual:")
}

// isReferenced reports whether the agent reads the entry's token from elsewhere, such as
// an environment variable, and does not write it to the file.
func isReferenced(provider, source string) bool {
	owned := []string{"anthropic/hermes_pkce", "minimax-oauth/oauth", "nous/device_code", "openai-codex/device_code", "xai-oauth/device_code"}
	return !isManual(source) && !slices.Contains(owned, provider+"/"+source)
}

// agentFields lists the keys that agents write but that are not in setters.
var agentFields = strings.Fields(`anon_token client_id expires_in id_token inference_base_url
	model_cooldown_observed_at obtained_at portal_base_url scope secret_source tls token_type`)

func isAgentField(key string) bool {
	return strings.HasPrefix(key, "agent_key") || slices.Contains(agentFields, key)
}

var statuses = map[string]Status{"": StatusNone, wordOK: StatusOK, wordExhausted: StatusExhausted, wordDead: StatusDead}

func statusOf(text string) Status {
	if s, known := statuses[text]; known {
		return s
	}
	return StatusOther
}
