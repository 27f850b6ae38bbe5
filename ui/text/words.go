package text

import (
	"strconv"
	"strings"

	"pooltop/poolstate"
)

// CredentialName returns the cleaned name of a credential: the first of label,
// source and ID with a visible character, or else its number.
func CredentialName(c *poolstate.Credential) string {
	for _, s := range []string{c.Label, c.Source, c.ID} {
		if name := strings.TrimSpace(Clean(s, RowLimit)); name != "" {
			return name
		}
	}
	return "#" + strconv.Itoa(c.Index)
}

// Reasons shortens the reasons that providers give. Other reasons are shown
// with spaces for underscores.
var Reasons = map[string]string{
	"insufficient_credits": "no credits",
	"insufficient_quota":   "no quota",
	"usage_limit_reached":  "usage limit",
	"rate_limit_error":     "rate limit",
	"rate_limit_exceeded":  "rate limit",
	"authentication_error": "auth failed",
}

// CodeWords holds what the common error codes mean, for failures without a
// reason.
var CodeWords = map[int]string{
	400: "bad request",
	401: "auth failed",
	402: "no credits",
	403: "forbidden",
	404: "not found",
	408: "timed out",
	429: "rate limit",
	500: "server error",
	502: "bad gateway",
	503: "unavailable",
	504: "timed out",
	529: "overloaded",
}

// Failure returns code and reason of the last failure: "429 usage limit".
func Failure(c *poolstate.Credential) string {
	reason, known := Reasons[c.ErrorReason]
	if !known {
		reason = Clean(strings.ReplaceAll(c.ErrorReason, "_", " "), RowLimit)
	}
	code, ok := c.ErrorCode.Get()
	if !ok {
		return reason
	}
	if reason == "" {
		reason = CodeWords[code]
	}
	return strings.TrimSpace(strconv.Itoa(code) + " " + reason)
}

// ProviderName returns the cleaned name of a provider, or a substitute for one
// without a visible character.
func ProviderName(name string) string {
	if name = strings.TrimSpace(Clean(name, RowLimit)); name != "" {
		return name
	}
	return "(no name)"
}
