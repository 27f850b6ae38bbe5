package ui

import (
	"strconv"
	"strings"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// remarks returns sentences about unusual properties of a credential.
func (s *Screen) remarks(c *poolstate.Credential, a poolstate.Assessment) []string {
	var out []string
	add := func(sentence string) { out = append(out, sentence) }
	failed := c.Status == poolstate.StatusExhausted || c.Status == poolstate.StatusDead
	switch {
	case a.Availability == poolstate.Dead:
		add(s.loginSentence(c))
	case a.Availability == poolstate.Unusable:
		add("has no token: agents never select it")
	case a.Availability == poolstate.Ready && failed:
		add("was reset after its failure: agents use it again")
	}
	if next, users := s.selectedNext(c); next && users != "" {
		add("selected next by the " + users)
	}
	if removed := s.Policy.RemovedAt(c); removed.After(s.Now) {
		add("the agent removes it in " + text.Span(removed.Sub(s.Now)))
	} else if !removed.IsZero() {
		add("the agent removes it at its next reload")
	}
	if c.FromFuture(s.Now) && a.Deadline.IsZero() {
		add("suspect: its status time is in the future")
	}
	if c.FlaggedOff {
		add(`marked "enabled": false in the file, which only some forks of the agent honor`)
	}
	out = append(out, s.relationRemarks(c)...)
	out = append(out, sharedSentences(c)...)
	switch left, soon := expiry(c, s.Now); {
	case !soon:
	case left > 0:
		add("its token expires in " + s.countdown(left))
	case a.Availability == poolstate.Ready:
		add("its token has expired (" + text.Stamp(c.ExpiresAt, s.Now) + ")")
	default:
		add("its token has also expired (" + text.Stamp(c.ExpiresAt, s.Now) + ")")
	}
	if wait := s.earlyRetry(c, a); wait > 0 {
		add("its provider's only usable credential: newer agents may retry it after " + text.Span(wait) + ", before its deadline")
	}
	return append(out, s.modelRemarks(c)...)
}

// modelRemarks lists the models for which a credential is out, with deadlines and reasons. It also
// explains the effect on agents that do not specify a model.
func (s *Screen) modelRemarks(c *poolstate.Credential) (out []string) {
	var last time.Time
	for _, m := range c.ModelCooldowns {
		if !m.Cooling(s.Now) {
			continue
		}
		end := m.End(s.Now)
		when, why := "back in "+s.countdown(end.Sub(s.Now))+", "+text.Moment(end, s.Now), ""
		switch {
		case m.NotInPlan(s.Now):
			why, when = "not in the account's plan, ", "tried again in "+strings.TrimPrefix(when, "back in ")
		case !m.SeenAt.IsZero():
			why = "at its limit, "
		}
		out = append(out, "model "+clean(m.Model)+": "+why+when)
		if end.After(last) {
			last = end
		}
	}
	if len(out) == 0 {
		return nil
	}
	if s.Policy.Availability(c, s.Now) == poolstate.Ready {
		out = append(out, "agents that do not specify a model skip this credential until "+text.Moment(last, s.Now))
	}
	if s.guardOf(c) != nil {
		out = append(out, "guard does not count model cooldowns")
	}
	return out
}

// earlyRetry returns the cooldown after which newer agents retry a provider's sole
// credential, or 0 if they wait for its deadline. It also returns 0 for a measured
// or forced policy, which already matches the installed agent.
func (s *Screen) earlyRetry(c *poolstate.Credential, a poolstate.Assessment) time.Duration {
	newest := poolstate.Flat202610().Assess(c, s.Now)
	short := !c.ResetAt.IsZero() || newest.Base < poolstate.BaseTTL(c.ErrorCode)
	if !c.Sole || !short || newest.Deadline.Origin != poolstate.OriginComputed ||
		s.Policy.Of(c).Source() >= poolstate.PolicyMeasured || !newest.Deadline.At.Before(a.Deadline.At) {
		return 0
	}
	return newest.Base
}

// sharedSentences returns a sentence about credentials of the same profile that share the
// account or secret of c, and a sentence about other profiles that do.
func sharedSentences(c *poolstate.Credential) (out []string) {
	var names, profiles []string
	for _, ref := range c.Shares {
		if ref != c.Ref && ref.Profile == c.Profile {
			names = append(names, clean(ref.String()))
		}
	}
	for _, name := range c.Profiles {
		if name != c.Profile {
			profiles = append(profiles, clean(name))
		}
	}
	if more := len(names) - 3; more > 0 {
		names = append(names[:3], strconv.Itoa(more)+" more")
	}
	what := "account"
	if c.SharesSecret {
		what = "secret"
	}
	if len(names) > 0 {
		out = append(out, "same "+what+" as "+strings.Join(names, ", ")+": they share one quota")
	}
	if len(profiles) > 0 {
		out = append(out, "same quota as "+joinNames(profiles, 40))
	}
	return out
}

// factLines draws a credential's fields other than its state.
func (s *Screen) factLines(c *poolstate.Credential, w int) []string {
	const nameWidth = 14
	var out []string
	requests, status := "", ""
	if n, ok := c.RequestCount.Get(); ok {
		requests = strconv.Itoa(n)
	}
	if c.Status == poolstate.StatusOther {
		status = c.StatusText
	}
	for _, f := range [][2]string{
		{"profile", c.Profile},
		{"file", s.pathOf(c.Original().Profile)},
		{"id", c.ID},
		{"rotation", "#" + strconv.Itoa(c.Index) + ", priority " + priorityText(c)},
		{"type", c.AuthType},
		{"source", c.Source},
		{"requests", requests},
		{"fingerprint", c.Fingerprint},
		{"endpoint", c.BaseURL},
		{"last reset", s.stamp(c.ClearedAt)},
		{"token expires", s.stamp(c.ExpiresAt)},
		{"status", status},
	} {
		if f[1] != "" {
			l := s.line().Write(theme.Secondary, f[0]).To(nameWidth)
			out = append(out, l.Write(theme.Text, text.Fit(clean(f[1]), w-l.Col())).String())
		}
	}
	return out
}

func priorityText(c *poolstate.Credential) string {
	return strconv.FormatFloat(c.Priority.Or(0), 'g', -1, 64)
}

// briefFacts draws a credential's most important fields in two lines.
func (s *Screen) briefFacts(c *poolstate.Credential, w int) []string {
	id, requests := clean(c.ID), ""
	if id != "" {
		id = "id " + id
	}
	if n, ok := c.RequestCount.Get(); ok {
		requests = text.Plural(n, "request", "requests")
	}
	first := joined("  ", id, "priority "+priorityText(c), requests)
	second := joined("  ", clean(c.AuthType), clean(c.Source))
	return append(s.quiet(text.Fit(first, w), w), s.quiet(text.Fit(second, w), w)...)
}
