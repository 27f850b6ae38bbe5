package ui

import (
	"fmt"
	"strconv"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// clean makes text from the file safe to draw within a line.
func clean(s string) string { return text.Clean(s, text.RowLimit) }

// countdown formats the time left, rounded up so that it never ends early. Coarse
// times keep a terminal without focus from being redrawn every second.
func (s *Screen) countdown(d time.Duration) string {
	if !s.Coarse || d >= text.Day {
		return text.Countdown(d)
	}
	return text.Span((max(d, 1) + time.Minute - 1).Truncate(time.Minute))
}

// whenBack formats a future time for use alone and in a sentence: "14:14" and "at
// 14:14" if clock is set, otherwise "12m03s" and "in 12m03s".
func (s *Screen) whenBack(t time.Time, clock bool) (when, phrase string) {
	if !clock {
		when = s.countdown(t.Sub(s.Now))
		return when, "in " + when
	}
	when = text.Moment(t, s.Now)
	if t.Year() > 9999 {
		return when, when
	}
	return when, "at " + when
}

// stamp formats a time to the second. In the detail pane, it adds the elapsed or remaining
// time: "13:14:32 (48m ago)", "17:14:32 (in 3h12m05s)". It returns "" for the zero time.
func (s *Screen) stamp(t time.Time) string {
	words := text.Stamp(t, s.Now)
	switch d := t.Sub(s.Now); {
	case t.IsZero():
		return ""
	case s.Pane != PaneDetail || t.Year() > 9999:
		return words
	case d > 0:
		return words + " (in " + s.countdown(d) + ")"
	case d > -time.Second:
		return words + " (now)"
	default:
		return words + " (" + text.Span(-d) + " ago)"
	}
}

// reason briefly explains why a credential is in its state. For a ready credential,
// it mentions anything that needs attention.
func reason(c *poolstate.Credential, a poolstate.Availability, now time.Time) string {
	switch {
	case a == poolstate.Ready:
		return readyRemark(c, now)
	case c.Held():
		return clean(c.ErrorMessage)
	case a == poolstate.Unusable:
		return "no token"
	}
	return text.Failure(c)
}

func readyRemark(c *poolstate.Credential, now time.Time) string {
	if c.Status == poolstate.StatusOther {
		return "status " + strconv.Quote(clean(c.StatusText))
	}
	if n := modelsCooling(c, now); n > 0 {
		return text.Plural(n, "model", "models") + " cooling"
	}
	switch left, soon := expiry(c, now); {
	case soon && left <= 0:
		return "token expired"
	case soon:
		return "expires in " + text.Span(left)
	}
	return ""
}

// modelReason briefly explains why a credential is out for a model.
func modelReason(c *poolstate.Credential, model string, now time.Time) string {
	for _, m := range c.ModelCooldowns {
		switch {
		case m.Model != model:
		case m.NotInPlan(now):
			return "model not in plan"
		case !m.SeenAt.IsZero():
			return "model at its limit"
		}
	}
	return "model cooling"
}

// modelsCooling returns the number of models that a credential is out for.
func modelsCooling(c *poolstate.Credential, now time.Time) (n int) {
	for _, m := range c.ModelCooldowns {
		if m.Cooling(now) {
			n++
		}
	}
	return n
}

// expiryNotice is how long before its token expires a credential is marked.
const expiryNotice = time.Hour

// expiry returns the time until a token expires, and whether that is soon.
func expiry(c *poolstate.Credential, now time.Time) (left time.Duration, soon bool) {
	left = c.ExpiresAt.Sub(now)
	return left, !c.ExpiresAt.IsZero() && left <= expiryNotice
}

func (s *Screen) originSentence(c *poolstate.Credential, a poolstate.Assessment) string {
	d, words, p, amongOthers := a.Deadline, "", s.Policy.Of(c), *c
	amongOthers.Sole = false
	switch {
	case d.IsZero() && a.Availability == poolstate.Due:
		return "no deadline in the file: retried immediately"
	case d.IsZero():
		return ""
	case d.Origin == poolstate.OriginProvider:
		words = "deadline set by the provider, not the policy"
	case d.Origin == poolstate.OriginOperator:
		words = "deadline set by an operator"
	case d.Origin == poolstate.OriginModel:
		words = "cooldown of " + clean(s.Policy.Model()) + " only"
	case d.Origin == poolstate.OriginGuard:
		words = s.pinSentence(c, a)
	case c.Held():
		words = "the agent retries a sole credential after " + text.Span(a.Base) + ", despite the hold"
	case !c.ResetAt.IsZero():
		words = "the agent retries a sole credential after " + text.Span(a.Base) + ", despite the provider's reset time"
	case p.Cooldown(c, c.Streak.Count()) != a.Base*time.Duration(a.Multiplier):
		words = "computed: " + text.Span(p.Cooldown(c, c.Streak.Count())) + " for this streak"
	case a.Base < p.Cooldown(&amongOthers, 1):
		words = "computed: " + text.Span(a.Base) + " for a sole credential"
	case p.Climbs():
		words = fmt.Sprintf("computed: %s × %d", text.Span(a.Base), a.Multiplier)
	default:
		words = fmt.Sprintf("computed: %s, regardless of the streak", text.Span(a.Base))
	}
	switch {
	case d.Never():
		words += "; suspect: after the year 9999, so it never recovers on its own"
	case d.Suspect && d.At.Before(c.StatusAt):
		words += "; suspect: earlier than the failure"
	case d.Suspect && c.FromFuture(s.Now):
		words += "; suspect: the failure is in the future"
	case d.Suspect:
		words += "; suspect: more than 31 days ahead"
	}
	return words
}

// pinSentence describes a deadline that guard has written: "pinned by guard until 06:14:
// 4th failure, 8h instead of 1h; r resets it".
func (s *Screen) pinSentence(c *poolstate.Credential, a poolstate.Assessment) string {
	words := "pinned by guard until " + text.Moment(a.Deadline.At, s.Now)
	if n := c.Failures().Count(); n > 0 && !c.AgentDeadline.IsZero() {
		words += fmt.Sprintf(": %s failure, %s instead of %s", text.Ordinal(n), text.Span(a.Cooldown.Round(time.Minute)),
			text.Span(c.AgentDeadline.Sub(c.StatusAt).Round(time.Minute)))
	}
	if s.ResetKey != "" && a.Availability.Returns() {
		words += "; " + s.ResetKey + " resets it"
	}
	return words
}

// policyRule explains how the agent computes deadlines.
func policyRule(p poolstate.Policy) string {
	rule := "every cooldown has the same length, regardless of the streak"
	if p.Climbs() {
		rule = "each failure in a row doubles the cooldown, up to 8×"
	}
	if p.RetriesSole() {
		rule += "; a provider's sole credential has a shorter cooldown"
	}
	if p.CapsReset() {
		rule += ", even if the provider sets a later reset time"
	}
	if p.Rules() != nil {
		rule += "; some cooldowns differ from the stock agent's"
	}
	return rule
}

// policyReason explains how a policy was chosen. e is the observation that settled it, or nil.
func policyReason(p poolstate.Policy, e *Evidence, now time.Time) string {
	switch source := p.Source(); {
	case source == poolstate.PolicyForced:
		return "set by --policy or the configuration"
	case source == poolstate.PolicyMeasured:
		return "measured on the installed agent by pooltop calibrate"
	case source == poolstate.PolicySeen && e != nil && e.Counts:
		return "applies because " + e.Name + " failed at " + text.Stamp(e.At, now) + " and its streak increased"
	case source == poolstate.PolicySeen && e != nil:
		return "applies because " + e.Name + " failed at " + text.Stamp(e.At, now) + " and its streak did not increase"
	case p.Climbs():
		return "applies because the file records streaks"
	case p.RetriesSole():
		return "applies because the file records no streaks and was written by a build from August 2026 or later"
	}
	return "applies because the file records no streaks"
}

// guardRule explains how guard affects an agent with the given policy.
func guardRule(p poolstate.Policy, guard *poolstate.Curve) string {
	switch {
	case guard == nil:
		return ""
	case p.Counts():
		return "guard is running, but leaves the deadlines to the agent, which counts failures itself"
	}
	return "guard is running: from the second failure in a row, it pins later deadlines"
}

const streakUnknown = "streak unknown (not recorded)"

func (s *Screen) streakWords(c *poolstate.Credential) string {
	n, known := c.Failures().Known()
	switch {
	case !known:
		return streakUnknown
	case observedStreak(c) && n == 0 && c.Status == poolstate.StatusExhausted && !c.Held():
		return "" // an undo may have restored the failure
	case observedStreak(c):
		return s.observedWords(c, n)
	case n <= 0:
		return "no failure since the last success"
	case c.Held():
		return fmt.Sprintf("streak %d (a hold counts as one)", n)
	case n <= len(ordinals):
		return ordinals[n-1] + " failure in a row"
	}
	return strconv.Itoa(n) + " failures in a row"
}

// observedStreak reports whether the streak of c was counted by pooltop, not by the agent.
func observedStreak(c *poolstate.Credential) bool {
	_, recorded := c.Streak.Known()
	_, observed := c.Observed.Get()
	return observed && !recorded
}

// observedWords describes a streak that pooltop has counted: "3 failures seen since 02:14;
// this agent does not count them".
func (s *Screen) observedWords(c *poolstate.Credential, n int) string {
	words := "no failures seen"
	if n > 0 {
		words = text.Plural(n, "failure", "failures") + " seen"
	}
	if n > 0 && !c.ObservedSince.IsZero() {
		words += " since " + text.Moment(c.ObservedSince, s.Now)
	}
	switch {
	case c.Pinned && s.Pane != PaneDetail: // leave room for the description of the pin
		return words
	case s.Policy.Of(c).Climbs():
		return words + "; the file does not record them"
	}
	return words + "; this agent does not count them"
}

var ordinals = [...]string{"first", "second", "third", "fourth", "fifth", "sixth"}

func (s *Screen) outSentence(sum *poolstate.Summary) string {
	words := "manual action needed"
	switch {
	case sum.Count[poolstate.Due] > 0:
		words = strconv.Itoa(sum.Count[poolstate.Due]) + " due now"
	case sum.Next != nil:
		_, when := s.whenBack(sum.NextAt, s.Clock)
		words = "first back " + when
	case sum.Count[poolstate.Dead] == sum.Total:
		words = "re-auth required"
	case sum.Count[poolstate.Unusable] == sum.Total:
		words = "no credential has a token"
	}
	return "none ready, " + words
}

func dueSentence(n int) string {
	return strconv.Itoa(n) + " due: retried at the agent's next selection"
}

// quietSentence describes a pool in which nothing is cooling.
func quietSentence(sum *poolstate.Summary) string {
	switch due, dead := sum.Count[poolstate.Due], sum.Count[poolstate.Dead]; {
	case due > 0:
		return dueSentence(due)
	case sum.Ready() == sum.Total:
		return "every credential is ready"
	case dead > 0:
		return strconv.Itoa(dead) + " dead, re-auth required"
	}
	return "nothing is cooling"
}
