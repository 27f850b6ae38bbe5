package ui

import (
	"fmt"
	"strconv"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// why says in a few words why a credential is in its state: error code and
// reason, the operator's words for a hold, what else needs attention for a
// ready one.
func why(c *poolstate.Credential, a poolstate.Availability, now time.Time) string {
	switch {
	case a == poolstate.Ready:
		return whyReady(c, now)
	case c.Held():
		return text.Clean(c.ErrorMessage, text.RowLimit)
	case a == poolstate.Disabled && c.Status != poolstate.StatusExhausted:
		return "out of rotation"
	}
	return text.Failure(c)
}

func whyReady(c *poolstate.Credential, now time.Time) string {
	if c.Status == poolstate.StatusOther {
		return "status " + strconv.Quote(text.Clean(c.StatusText, text.RowLimit))
	}
	cooling := 0
	for _, m := range c.ModelCooldowns {
		if m.Until.After(now) {
			cooling++
		}
	}
	if cooling > 0 {
		return text.Plural(cooling, "model", "models") + " cooling"
	}
	switch expiry(c, now) {
	case expired:
		return "token expired"
	case expiresSoon:
		return "token ends in " + text.Span(c.ExpiresAt.Sub(now))
	}
	return ""
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
		s = fmt.Sprintf("computed: %s × %d", text.Span(a.Base), a.Multiplier)
	default:
		s = fmt.Sprintf("computed: %s, whatever the streak", text.Span(a.Base))
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
