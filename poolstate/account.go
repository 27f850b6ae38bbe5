package poolstate

import (
	"encoding/base64"
	"strings"

	"pooltop/poolstate/internal/jsonedit"
	"pooltop/poolstate/internal/redact"
)

// maxJWT is the maximum length in bytes of a token that claimsOf decodes.
const maxJWT = 64 << 10

// claimsOf decodes the claims of a token without checking its signature. It returns nil
// if token is not a JWT.
func claimsOf(token string) *jsonedit.Value {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(token) > maxJWT {
		return nil
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return nil
	}
	claims, _ := jsonedit.Parse(payload) // nil on error
	return claims
}

// addAccounts adds digests of the account's identifiers to the credential. Each digest
// includes the provider, so accounts at different providers never match. Some issuers
// nest the claims.
func (c *Credential) addAccounts(claims *jsonedit.Value) {
	for _, key := range []string{"account_id", "chatgpt_account_id", "email"} {
		if name, _ := jsonedit.Text(claims.RawOf(key)); name != "" {
			kind := "id"
			if key == "email" {
				kind = key
			}
			c.accounts = append(c.accounts, redact.DigestOf(c.Provider+"\x00"+kind+"\x00"+strings.ToLower(name)))
		}
	}
	for _, key := range []string{"https://api.openai.com/auth", "https://api.openai.com/profile"} {
		if nested := claims.Find(key); nested != nil {
			c.addAccounts(nested)
		}
	}
}
