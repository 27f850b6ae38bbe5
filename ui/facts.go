package ui

import (
	"strconv"
	"strings"

	"pooltop/poolstate"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// remarks returns the sentences that only some credentials need.
func (s *Screen) remarks(c *poolstate.Credential, a poolstate.Assessment) []string {
	var out []string
	if a.Availability == poolstate.Dead {
		out = append(out, "will not recover on its own: re-auth required")
	}
	if len(c.Shares) > 1 {
		out = append(out, sharedSentence(c))
	}
	switch left, soon := expiry(c, s.Now); {
	case !soon:
	case left > 0:
		out = append(out, "its token expires in "+s.timeForm().countdown(left))
	case a.Availability == poolstate.Ready:
		out = append(out, "its token expired, at "+text.Stamp(c.ExpiresAt, s.Now))
	default:
		out = append(out, "its token also expired, at "+text.Stamp(c.ExpiresAt, s.Now))
	}
	// The newest agents retry an only credential early, but not after every kind
	// of failure.
	early := poolstate.FlatSole.Assess(c, s.Now).Base < poolstate.BaseTTL(c.ErrorCode)
	if c.Sole && c.Status == poolstate.StatusExhausted && early {
		out = append(out, "the only usable credential of its provider: newer agents may retry it after 60s, before its deadline")
	}
	for _, m := range c.ModelCooldowns {
		words := "model " + text.Clean(m.Model, text.RowLimit)
		if m.Until.After(s.Now) {
			words += " back in " + s.timeForm().countdown(m.Until.Sub(s.Now)) + ", " + text.Moment(m.Until, s.Now)
		} else {
			words += " is back"
		}
		out = append(out, words)
	}
	return out
}

// maxShared is the number of credentials named that use the same secret.
const maxShared = 3

func sharedSentence(c *poolstate.Credential) string {
	var names []string
	for _, ref := range c.Shares {
		if ref != c.Ref && len(names) < maxShared {
			names = append(names, text.Clean(ref.String(), text.RowLimit))
		}
	}
	if others := len(c.Shares) - 1; others > maxShared {
		names = append(names, strconv.Itoa(others-maxShared)+" more")
	}
	return "same secret as " + strings.Join(names, ", ") + ": they share one quota"
}

// factLines draws what the file says about a credential apart from its state.
func (s *Screen) factLines(th *theme.Theme, c *poolstate.Credential, w int) []string {
	requests, cleared, expires, status := "", "", "", ""
	if n, ok := c.RequestCount.Get(); ok {
		requests = strconv.Itoa(n)
	}
	if !c.ClearedAt.IsZero() {
		cleared = s.stamp(c.ClearedAt)
	}
	if !c.ExpiresAt.IsZero() {
		expires = s.stamp(c.ExpiresAt)
	}
	if c.Status == poolstate.StatusOther {
		status = c.StatusText
	}
	const nameWidth = 14
	var out []string
	for _, f := range [][2]string{
		{"id", c.ID},
		{"rotation", "#" + strconv.Itoa(c.Index) + ", priority " + strconv.Itoa(c.Priority.Or(0))},
		{"type", c.AuthType},
		{"source", c.Source},
		{"requests", requests},
		{"fingerprint", c.Fingerprint},
		{"endpoint", c.BaseURL},
		{"last reset", cleared},
		{"token expires", expires},
		{"status", status},
	} {
		if f[1] != "" {
			l := th.Line().Write(theme.Secondary, f[0]).To(nameWidth)
			out = append(out, l.Write(theme.Text, text.Fit(text.Clean(f[1], text.RowLimit), w-l.Col())).String())
		}
	}
	return out
}

// briefFacts draws what the file says about a credential apart from its state,
// in two lines.
func briefFacts(th *theme.Theme, c *poolstate.Credential, w int) []string {
	line := func(facts ...string) string {
		for i := range facts {
			facts[i] = text.Clean(facts[i], text.RowLimit)
		}
		return th.Line().Write(theme.Secondary, text.Fit(joined("  ", facts...), w)).String()
	}
	id, requests := c.ID, ""
	if id != "" {
		id = "id " + id
	}
	if n, ok := c.RequestCount.Get(); ok {
		requests = text.Plural(n, "request", "requests")
	}
	return []string{
		line(id, "priority "+strconv.Itoa(c.Priority.Or(0)), requests),
		line(c.AuthType, c.Source),
	}
}
