package poolstate

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"pooltop/poolstate/internal/redact"
)

// claims holds the account and expiry claims of a JSON Web Token. Some issuers nest
// the account claims.
type claims struct {
	Expires   json.Number `json:"exp"`
	AccountID text        `json:"account_id"`
	ChatGPT   text        `json:"chatgpt_account_id"`
	Email     text        `json:"email"`
	Auth      *claims     `json:"https://api.openai.com/auth"`
	Profile   *claims     `json:"https://api.openai.com/profile"`
}

// text is a JSON string. Any other JSON value decodes to the empty string.
type text string

// UnmarshalJSON implements [json.Unmarshaler]. It never returns an error.
func (s *text) UnmarshalJSON(raw []byte) error {
	_ = json.Unmarshal(raw, (*string)(s))
	return nil
}

// maxJWT is the maximum length in bytes of a token that claimsOf decodes.
const maxJWT = 64 << 10

// claimsOf decodes the claims of a token without checking its signature. It returns
// empty claims if token is not a JWT.
func claimsOf(token string) (c claims) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(token) > maxJWT {
		return c
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil || json.Unmarshal(payload, &c) != nil {
		return claims{}
	}
	return c
}

// expiry returns when the token expires, or the zero time if that is unknown.
func (c *claims) expiry() time.Time {
	seconds, _ := c.Expires.Float64()
	return instantFromSeconds(seconds)
}

// accounts appends digests of the account's identifiers to a slice. Each digest covers
// the provider too, so accounts at different providers never match.
func (c *claims) accounts(provider string, to []Digest) []Digest {
	for i, name := range []text{c.AccountID, c.ChatGPT, c.Email} {
		if name != "" {
			kind := [...]string{"id", "id", "email"}[i]
			to = append(to, redact.DigestOf(provider+"\x00"+kind+"\x00"+strings.ToLower(string(name))))
		}
	}
	for _, nested := range []*claims{c.Auth, c.Profile} {
		if nested != nil {
			to = nested.accounts(provider, to)
		}
	}
	return to
}
