package ui

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"pooltop/poolstate"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// belowTable draws a rule and, below it, the dialog or the detail.
func (s *Screen) belowTable(p plan) []string {
	rule, h := s.Theme.Line().To(s.margin()).Rule(s.Width-s.margin()).String(), p.detail-1
	switch {
	case s.Dialog != nil && h == 1: // a dialog needs its title and the choice more than a rule
		s.Targets.raise()
		return s.dialogBlock(p.detail)
	case s.Dialog != nil:
		return append([]string{rule}, s.dialogBlock(h)...)
	}
	return append([]string{rule}, s.detailBlock(h, p.eventsBeside)...)
}

// detailBlock draws the detail in exactly h lines. A wide screen shows it next to
// the forecast or the events, a narrower one next to the credential's other fields.
func (s *Screen) detailBlock(h int, events bool) []string {
	var left, right []string
	c, w := s.selected(), 48
	at := s.inner() - w
	switch {
	case s.Width < wideFrom:
		w = min(s.inner()*2/5, 52)
		if at = s.inner() - w; c != nil {
			left, right = s.detail(c, at-3, h), s.factLines(c, w)
		}
		return filled(s.beside(left, right, at), h)
	case events:
		left = append([]string{s.line().Bold(theme.Text, "events").String()}, s.eventLines(at-4, h-1)...)
	default:
		left = s.forecastLines(at-4, h)
	}
	if c != nil {
		right = s.detail(c, w, h, s.briefFacts(c, w)...)
	}
	return filled(s.beside(left, right, at), h)
}

func (s *Screen) detailLines() []string {
	c, w := s.selected(), s.inner()
	lines := append(joinSections(s.sections(c, w), math.MaxInt), "")
	return s.indented(append(lines, s.factLines(c, w)...))
}

// detail draws the detail of a credential, followed by the lines in more. It may
// shorten the provider's message to fit into h lines.
func (s *Screen) detail(c *poolstate.Credential, w, h int, more ...string) []string {
	return joinSections(append(fitSections(s.sections(c, w), h), more), h)
}

// sections draws three groups of lines: the credential and its failure, the times and
// the streak, and remarks.
func (s *Screen) sections(c *poolstate.Credential, w int) [][]string {
	a := s.Policy.Assess(c, s.Now)
	head := s.line().Bold(theme.Text, text.Fit(text.CredentialName(c), w-12))
	head.Write(theme.StateRole(a.Availability), "  "+a.Availability.String()).Write(theme.Secondary, "  "+clean(c.Provider))
	sections := [][]string{
		append([]string{head.String()}, s.failureLines(c, w)...),
		append(s.timeLines(c, a, w), s.ladderLines(c, a, w)...),
		s.remarkLines(c, a, w),
	}
	for _, sec := range sections {
		for i, line := range sec {
			sec[i] = text.Fit(line, w)
		}
	}
	return sections
}

// fitSections fits sections into h lines by shortening the provider's message at
// the end of the first section. At least the first line of the message is kept.
func fitSections(sections [][]string, h int) [][]string {
	const kept = 3
	first := sections[0]
	if cut := min(len(slices.Concat(sections...))-h, len(first)-kept); cut > 0 {
		first = first[: len(first)-cut : len(first)-cut]
		last := &first[len(first)-1]
		*last = ansi.TruncateWc(*last, ansi.StringWidthWc(*last)-1, "") + text.Ellipsis
		sections[0] = first
	}
	return sections
}

// joinSections joins sections, with blank lines between them if the result fits
// into h lines.
func joinSections(sections [][]string, h int) []string {
	var dense, spaced []string
	for _, sec := range sections {
		if len(sec) > 0 && len(spaced) > 0 {
			spaced = append(spaced, "")
		}
		dense, spaced = append(dense, sec...), append(spaced, sec...)
	}
	if len(spaced) <= h {
		return spaced
	}
	return dense
}

func (s *Screen) failureLines(c *poolstate.Credential, w int) []string {
	var out []string
	l, reason, cause := s.line(), clean(c.ErrorReason), clean(c.FailureReason)
	if code, ok := c.ErrorCode.Get(); ok {
		l.Write(theme.Cooling, strconv.Itoa(code)+" ")
	}
	if c.Held() {
		reason = "held by an operator"
	}
	if c.Status != poolstate.StatusExhausted { // left over from an earlier failure
		cause = ""
	}
	l.Write(theme.Text, cmp.Or(reason, cause))
	if reason != "" && cause != "" {
		l.Write(theme.Secondary, "  cause "+cause)
	}
	if l.Col() > 0 {
		out = append(out, l.String())
	}
	if c.ErrorMessage != "" {
		out = append(out, s.quiet("“"+text.Clean(c.ErrorMessage, text.MessageLimit)+"”", w)...)
	}
	return out
}

// timeLines draws the failure time, the deadline and its origin, and the streak.
func (s *Screen) timeLines(c *poolstate.Credential, a poolstate.Assessment, w int) []string {
	var out []string
	if c.Status == poolstate.StatusExhausted || c.Status == poolstate.StatusDead {
		since, back := a.Availability.String()+" since ", "back "
		switch a.Availability {
		case poolstate.Due:
			since, back = "exhausted ", "due since "
		case poolstate.Unusable, poolstate.Ready: // the failure no longer has an effect
			since = "exhausted "
		}
		out = paired(w, "  ", s.dated(since, c.StatusAt), s.dated(back, a.Deadline.At))
	}
	sentences := []string{s.originSentence(c, a), s.streakWords(c)}
	if !observedStreak(c) {
		sentences = paired(w, ", ", sentences[0], sentences[1])
	}
	for _, words := range sentences {
		out = append(out, s.quiet(words, w)...)
	}
	return out
}

// dated draws words and a time. It returns "" for the zero time.
func (s *Screen) dated(words string, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return s.line().Write(theme.Secondary, words).Write(theme.Text, s.stamp(t)).String()
}

// paired returns two texts on one line if they fit into w cells, otherwise on two. It
// omits empty texts.
func paired(w int, sep, a, b string) []string {
	lines := []string{a, b}
	if both := joined(sep, a, b); text.Width(both) <= w {
		lines = []string{both}
	}
	return slices.DeleteFunc(lines, func(s string) bool { return s == "" })
}

// ladderLines draws the backoff schedule and the cooldown after the next failure.
func (s *Screen) ladderLines(c *poolstate.Credential, a poolstate.Assessment, w int) []string {
	if a.Availability == poolstate.Dead || a.Availability == poolstate.Unusable { // never selected, so never fails
		return nil
	}
	after := func(streak int) time.Duration {
		failing := *c
		failing.Streak = poolstate.KnownStreak(streak - 1)
		return poolstate.NextCooldown(&failing, s.Policy, s.Guard)
	}
	guarded := s.Guard != nil && after(poolstate.Steps) > after(1)
	l, step := s.line(), poolstate.Step(c.Streak.Count())
	if guarded && !s.Policy.Counts() {
		step = poolstate.Step(c.Failures().Count())
	}
	for i := 1; i <= poolstate.Steps && (guarded || s.Policy.Climbs()); i++ {
		role, weight := theme.Faint, theme.Regular
		if i <= step {
			role = theme.StepRole(i)
		}
		if i == step {
			weight = theme.Bold
		}
		if i > 1 {
			l.Write(theme.Faint, " → ")
		}
		l.Draw(role, weight, text.Span(after(i)))
	}
	next := s.line().Write(theme.Secondary, "next failure ").Write(theme.Text, text.Span(poolstate.NextCooldown(c, s.Policy, s.Guard)))
	return paired(w, "   ", l.String(), next.String())
}

// remarkLines draws remarks about unusual properties of a credential.
func (s *Screen) remarkLines(c *poolstate.Credential, a poolstate.Assessment, w int) []string {
	var out []string
	add := func(sentence string) { out = append(out, s.quiet(sentence, w)...) }
	failed := c.Status == poolstate.StatusExhausted || c.Status == poolstate.StatusDead
	switch {
	case a.Availability == poolstate.Dead:
		add("will not recover on its own: re-auth required")
	case a.Availability == poolstate.Unusable:
		add("has no token: agents never select it")
	case a.Availability == poolstate.Ready && failed:
		add("reset after its failure: agents use it again")
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
		add("enabled is false in the file: only some forks of the agent skip it")
	}
	if len(c.Shares) > 1 {
		add(sharedSentence(c))
	}
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
	for _, m := range c.ModelCooldowns {
		words := " is back"
		if left := m.End(s.Now).Sub(s.Now); left > 0 {
			words += " in " + s.countdown(left) + ", " + text.Moment(m.End(s.Now), s.Now)
		}
		add("model " + clean(m.Model) + words)
	}
	if s.Guard != nil && len(c.ModelCooldowns) > 0 {
		add("guard does not count the cooldowns of models")
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
		s.Policy.Source() >= poolstate.PolicyMeasured || !newest.Deadline.At.Before(a.Deadline.At) {
		return 0
	}
	return newest.Base
}

// sharedSentence names up to three of the credentials that share the account or
// secret of c, and counts the rest.
func sharedSentence(c *poolstate.Credential) string {
	var names []string
	for _, ref := range c.Shares {
		if ref != c.Ref {
			names = append(names, clean(ref.String()))
		}
	}
	if more := len(names) - 3; more > 0 {
		names = append(names[:3], strconv.Itoa(more)+" more")
	}
	what := "account"
	if c.SharesSecret {
		what = "secret"
	}
	return "same " + what + " as " + strings.Join(names, ", ") + ": they share one quota"
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

// briefFacts draws the most important of these fields in two lines.
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
