package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"pooltop/poolstate"
)

// Limits on text from the file, in bytes: what a row can show at the most, and
// what a person reads of a message.
const (
	rowText     = 512
	messageText = 4096
)

// CredentialName returns the cleaned name of a credential: the first of label,
// source and id of which something can be seen, else its number.
func CredentialName(c *poolstate.Credential) string {
	for _, s := range []string{c.Label, c.Source, c.ID} {
		if name := strings.TrimSpace(Clean(s, rowText)); name != "" {
			return name
		}
	}
	return "#" + strconv.Itoa(c.Index)
}

// reasons are shorter words for what providers say; other reasons are shown
// with their underscores as blanks.
var reasons = map[string]string{
	"insufficient_credits": "no credits",
	"insufficient_quota":   "no quota",
	"usage_limit_reached":  "usage limit",
	"rate_limit_error":     "rate limit",
	"rate_limit_exceeded":  "rate limit",
	"authentication_error": "auth failed",
}

// CodeWords returns what an error code means when the provider gave no reason,
// empty for a code that is not usual.
func CodeWords(code int) string { return codeWords[code] }

var codeWords = map[int]string{
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

// why says in a few words why a credential is in its state: error code and
// reason, the operator's words for a hold, what else needs attention for a
// ready one.
func why(c *poolstate.Credential, a poolstate.Availability, now time.Time) string {
	switch {
	case a == poolstate.Ready:
		return whyReady(c, now)
	case c.Held():
		return Clean(c.ErrorMessage, rowText)
	case a == poolstate.Disabled && c.Status != poolstate.StatusExhausted:
		return "out of rotation"
	}
	return failure(c)
}

func whyReady(c *poolstate.Credential, now time.Time) string {
	if c.Status == poolstate.StatusOther {
		return "status " + strconv.Quote(Clean(c.StatusText, rowText))
	}
	cooling := 0
	for _, m := range c.ModelCooldowns {
		if m.Until.After(now) {
			cooling++
		}
	}
	if cooling > 0 {
		return plural(cooling, "model", "models") + " cooling"
	}
	switch expiry(c, now) {
	case expired:
		return "token expired"
	case expiresSoon:
		return "token ends in " + Span(c.ExpiresAt.Sub(now))
	}
	return ""
}

// failure is code and reason of the last failure: "429 usage limit".
func failure(c *poolstate.Credential) string {
	reason, known := reasons[c.ErrorReason]
	if !known {
		reason = Clean(strings.ReplaceAll(c.ErrorReason, "_", " "), rowText)
	}
	code, ok := c.ErrorCode.Get()
	if !ok {
		return reason
	}
	if reason == "" {
		reason = codeWords[code]
	}
	return strings.TrimSpace(strconv.Itoa(code) + " " + reason)
}

type tokenExpiry uint8

const (
	expiryFar tokenExpiry = iota
	expiresSoon
	expired
)

// expiryNotice is how long ahead an expiring token is marked.
const expiryNotice = time.Hour

func expiry(c *poolstate.Credential, now time.Time) tokenExpiry {
	switch {
	case c.ExpiresAt.IsZero():
		return expiryFar
	case !now.Before(c.ExpiresAt):
		return expired
	case c.ExpiresAt.Sub(now) <= expiryNotice:
		return expiresSoon
	}
	return expiryFar
}

// Marks that stand beside a name or a countdown; help explains them.
const (
	markShared   = "≡"
	markExpiry   = "!"
	markProvider = "*"
	markComputed = "·"
	markOperator = "^"
	markSuspect  = "?"
	markFresh    = "›"
)

// originMark tells where a countdown comes from, in one cell.
func originMark(d poolstate.Deadline) string {
	if d.Suspect {
		return markSuspect
	}
	switch d.Origin {
	case poolstate.OriginProvider:
		return markProvider
	case poolstate.OriginComputed:
		return markComputed
	case poolstate.OriginOperator:
		return markOperator
	}
	return " "
}

// backIn says when a credential returns: a countdown, or the word that stands
// in its place.
func backIn(a poolstate.Assessment, form timeForm) string {
	switch a.Availability {
	case poolstate.Cooling, poolstate.Held:
		return form.countdown(a.Remaining)
	case poolstate.Due:
		return "now"
	case poolstate.Dead:
		return "re-auth"
	}
	return ""
}

// originSentence says in words what the mark beside the countdown says.
func originSentence(c *poolstate.Credential, a poolstate.Assessment, p poolstate.Policy) string {
	d := a.Deadline
	var s string
	switch {
	case d.IsZero() && a.Availability == poolstate.Due:
		return "no deadline in the file: retried at once"
	case d.IsZero():
		return ""
	case d.Origin == poolstate.OriginProvider:
		s = "deadline named by the provider, whatever the backoff"
	case d.Origin == poolstate.OriginOperator:
		s = "deadline set by an operator"
	case p.Climbs():
		s = fmt.Sprintf("computed: %s × %d", Span(a.Base), a.Multiplier)
	default:
		s = fmt.Sprintf("computed: %s, whatever the streak", Span(a.Base))
	}
	switch {
	case !d.Suspect:
		return s
	case d.At.Before(c.StatusAt):
		return s + "; suspect: before its own exhaustion"
	default:
		return s + "; suspect: more than 31 days ahead"
	}
}

// streakWords says a streak as people do: third failure in a row.
func streakWords(s poolstate.Streak) string {
	n, known := s.Known()
	switch {
	case !known:
		return "streak unknown: the file counts no failures"
	case n <= 0:
		return "no failure since the last success"
	case n <= len(ordinals):
		return ordinals[n-1] + " failure in a row"
	}
	return strconv.Itoa(n) + " failures in a row"
}

var ordinals = [...]string{"first", "second", "third", "fourth", "fifth", "sixth"}

// outSentence is what the heading of a provider with none ready says.
func outSentence(s *poolstate.Summary, now time.Time, form timeForm) string {
	switch {
	case s.Count[poolstate.Due] > 0:
		return fmt.Sprintf("none ready, %d due now", s.Count[poolstate.Due])
	case s.Next != nil:
		_, when := whenBack(s.NextAt, now, form)
		return "none ready, first back " + when
	case s.Count[poolstate.Dead] == s.Total:
		return "none ready, re-auth needed"
	case s.Count[poolstate.Disabled] == s.Total:
		return "none ready, all disabled"
	}
	return "none ready, none coming back by itself"
}

// outageSentence is said of credentials that fell together.
func outageSentence(n int) string {
	return fmt.Sprintf("looks like an outage at the provider, not %d bad keys", n)
}
