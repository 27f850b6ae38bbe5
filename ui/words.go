package ui

import (
	"fmt"
	"strconv"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// reason says in a few words why a credential is in its state: the error code
// and reason, the operator's words for a hold, or what needs attention although
// the credential is ready.
func reason(c *poolstate.Credential, a poolstate.Availability, now time.Time) string {
	switch {
	case a == poolstate.Ready:
		return readyRemark(c, now)
	case c.Held():
		return text.Clean(c.ErrorMessage, text.RowLimit)
	case a == poolstate.Disabled && c.Status != poolstate.StatusExhausted:
		return "out of rotation"
	}
	return text.Failure(c)
}

func readyRemark(c *poolstate.Credential, now time.Time) string {
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
	switch left, soon := expiry(c, now); {
	case !soon:
		return ""
	case left <= 0:
		return "token expired"
	default:
		return "token ends in " + text.Span(left)
	}
}

// expiryNotice is the time before its expiry in which a token is marked.
const expiryNotice = time.Hour

// expiry returns the time left until a token expires, and whether that is worth
// a mark.
func expiry(c *poolstate.Credential, now time.Time) (left time.Duration, soon bool) {
	left = c.ExpiresAt.Sub(now)
	return left, !c.ExpiresAt.IsZero() && left <= expiryNotice
}

// originSentence explains the mark of a deadline's origin.
func originSentence(c *poolstate.Credential, a poolstate.Assessment, p poolstate.Policy) string {
	d := a.Deadline
	var s string
	switch {
	case d.IsZero() && a.Availability == poolstate.Due:
		return "no deadline in the file: retried immediately"
	case d.IsZero():
		return ""
	case d.Origin == poolstate.OriginProvider:
		s = "deadline set by the provider, whatever the backoff"
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
		return s + "; suspect: earlier than its own failure"
	default:
		return s + "; suspect: more than 31 days ahead"
	}
}

// streakUnknown is shown for a streak that is not in the file.
const streakUnknown = "streak unknown (not recorded)"

// streakWords describes the streak of a credential in words.
func streakWords(c *poolstate.Credential) string {
	n, known := c.Streak.Known()
	switch {
	case !known:
		return streakUnknown
	case n <= 0:
		return "no failure since the last success"
	case c.Held():
		return fmt.Sprintf("streak %d (a hold counts as one)", n)
	case n <= len(ordinals):
		return ordinals[n-1] + " failure in a row"
	}
	return strconv.Itoa(n) + " failures in a row"
}

var ordinals = [...]string{"first", "second", "third", "fourth", "fifth", "sixth"}

// outSentence describes a provider that is out.
func outSentence(s *poolstate.Summary, now time.Time, form timeForm) string {
	switch {
	case s.Count[poolstate.Due] > 0:
		return fmt.Sprintf("none ready, %d due now", s.Count[poolstate.Due])
	case s.Next != nil:
		_, when := whenBack(s.NextAt, now, form)
		return "none ready, first back " + when
	case s.Count[poolstate.Dead] == s.Total:
		return "none ready, re-auth required"
	case s.Count[poolstate.Disabled] == s.Total:
		return "none ready, all disabled"
	}
	return "none ready, manual action needed"
}

// outageSentence describes a provider of which n credentials failed together.
func outageSentence(n int) string {
	return fmt.Sprintf("looks like an outage at the provider, not %d bad credentials", n)
}

func dueSentence(n int) string {
	return strconv.Itoa(n) + " due: the agent retries at its next selection"
}

// quietSentence describes a pool in which nothing waits for a deadline.
func quietSentence(sum *poolstate.Summary) string {
	switch {
	case sum.Count[poolstate.Due] > 0:
		return dueSentence(sum.Count[poolstate.Due])
	case sum.Ready() == sum.Total:
		return "every credential is ready"
	case sum.Count[poolstate.Dead] > 0:
		return strconv.Itoa(sum.Count[poolstate.Dead]) + " dead, re-auth required"
	}
	return "nothing is cooling"
}
