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
	case s.Dialog != nil && h == 1: // the title and the choice of a dialog are more important than the rule
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
		left = append([]string{s.line().Bold(theme.Text, "events").String()}, s.eventLines(at-4, h-1, 0)...)
	default:
		left = s.forecastLines(at-4, h)
	}
	if c != nil {
		right = s.detail(c, w, h, s.briefFacts(c, w)...)
	}
	return filled(s.beside(left, right, at), h)
}

// detailLines draws everything about the selected credential: its detail, its fields, its
// cooldown bar and its events.
func (s *Screen) detailLines() []string {
	c, w := s.selected(), s.inner()
	parts := s.detailParts(c, w)
	for _, line := range s.factLines(c, w) {
		parts = append(parts, part{sectionFacts, rankFact, []string{line}})
	}
	return s.indented(append(join(parts, math.MaxInt), s.ownEvents(c, w)...))
}

// maxOwnEvents is the maximum number of events in the detail of a credential.
const maxOwnEvents = 100

// ownEvents draws the events of a credential, newest first, below a blank line and a heading.
func (s *Screen) ownEvents(c *poolstate.Credential, w int) []string {
	out := []string{"", s.line().Bold(theme.Text, "events").String()}
	for i := len(s.Events) - 1; i >= 0 && len(out) < maxOwnEvents+2; i-- {
		if r := &s.Events[i]; !r.Kind.OfFile() && r.Profile == c.Original().Profile && r.Provider == c.Provider && (r.ID == c.ID && r.ID != "" || c.ID == "" && r.Name() == c.Name()) {
			out = append(out, EventLine(s.line().Theme, r, s.Now, w, s.Clock))
		}
	}
	if len(out) == 2 {
		return append(out, s.quiet("no events yet", w)...)
	}
	return out
}

// detail draws the detail of a credential, followed by the lines in more, in at most h lines.
func (s *Screen) detail(c *poolstate.Credential, w, h int, more ...string) []string {
	parts := s.detailParts(c, w)
	for _, line := range more {
		parts = append(parts, part{sectionFacts, rankFact, []string{line}})
	}
	return join(fit(parts, w, h), h)
}

// detailParts draws the parts of the detail: the name and state, the failure, the times, the
// streak, the backoff schedule and the remarks.
func (s *Screen) detailParts(c *poolstate.Credential, w int) []part {
	a := s.Policy.Assess(c, s.Now)
	head := s.line().Bold(theme.Text, text.Fit(text.CredentialName(c), w-12))
	head.Write(theme.StateRole(a.Availability), "  "+a.Availability.String()).Write(theme.Secondary, "  "+text.ProviderOf(c))
	if next, users := s.selectedNext(c); next && users == "" {
		head.Bold(theme.Accent, "  "+theme.MarkNext+" next")
	}
	stale := s.wrapped(theme.Dead, theme.Regular, s.staleSentence(c), w)
	parts := []part{{sectionFailure, rankHead, []string{text.Fit(head.String(), w)}}, {sectionFailure, rankHead, stale}}
	parts = slices.Concat(parts, s.failureParts(c, w), s.timeParts(c, a, w))
	parts = append(parts, part{sectionTimes, rankLadder, s.ladderLines(c, a, w)})
	for i, words := range s.remarks(c, a) {
		rank := rankRemark + i
		if a.Availability == poolstate.Dead && i == 0 {
			rank = rankTimes
		}
		parts = append(parts, part{sectionRemarks, rank, s.quiet(words, w)})
	}
	return slices.DeleteFunc(parts, func(p part) bool { return len(p.lines) == 0 })
}

func (s *Screen) failureParts(c *poolstate.Credential, w int) []part {
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
	var lines []string
	if l.Col() > 0 {
		lines = s.fitOrWrap(l.String(), w)
	}
	message := strings.TrimSpace(text.Clean(c.ErrorMessage, text.MessageLimit))
	if message != "" {
		message = "“" + message + "”"
	}
	return []part{{sectionFailure, rankFailure, lines}, {sectionFailure, rankMessage, s.quiet(message, w)}}
}

// fitOrWrap returns a styled line or, if it is wider than w cells, its text wrapped and in
// the secondary color.
func (s *Screen) fitOrWrap(line string, w int) []string {
	if text.Width(line) <= w {
		return []string{line}
	}
	return s.quiet(ansi.Strip(line), w)
}

// timeParts draws the failure time, the deadline and its origin, and the streak.
func (s *Screen) timeParts(c *poolstate.Credential, a poolstate.Assessment, w int) []part {
	var times []string
	if c.Status == poolstate.StatusExhausted || c.Status == poolstate.StatusDead {
		since, back := a.Availability.String()+" since ", "back "
		switch a.Availability {
		case poolstate.Due:
			since, back = "exhausted ", "due since "
		case poolstate.Unusable, poolstate.Ready: // the failure no longer has an effect
			since = "exhausted "
		}
		for _, line := range paired(w, "  ", s.dated(since, c.StatusAt), s.dated(back, a.Deadline.At)) {
			times = append(times, s.fitOrWrap(line, w)...)
		}
	}
	if s.Pane == PaneDetail && a.Cooldown > 0 && (a.Availability.Returns() || a.Availability == poolstate.Due) {
		l, total := s.line(), text.Span(a.Cooldown)
		drawBar(l, min(w-1-text.Width(total), 60), &a)
		times = append(times, l.Write(theme.Secondary, " "+total).String())
	}
	origin, streak := s.originSentence(c, a), s.streakWords(c)
	parts := []part{{sectionTimes, rankTimes, times}}
	if !observedStreak(c) && origin != "" && text.Width(origin+", "+streak) <= w {
		return append(parts, part{sectionTimes, rankOrigin, s.quiet(origin+", "+streak, w)})
	}
	return append(parts, part{sectionTimes, rankOrigin, s.quiet(origin, w)}, part{sectionTimes, rankStreak, s.quiet(streak, w)})
}

// dated draws words followed by a time. It returns "" for the zero time.
func (s *Screen) dated(words string, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return s.line().Write(theme.Secondary, words).Write(theme.Text, s.stamp(t)).String()
}

// paired returns a and b on one line, separated by sep, if they fit into w cells, and otherwise
// on two lines. It omits empty strings.
func paired(w int, sep, a, b string) []string {
	lines := []string{a, b}
	if both := joined(sep, a, b); text.Width(both) <= w {
		lines = []string{both}
	}
	return slices.DeleteFunc(lines, func(s string) bool { return s == "" })
}

// ladderLines draws the backoff schedule and the cooldown that the next failure would cause.
func (s *Screen) ladderLines(c *poolstate.Credential, a poolstate.Assessment, w int) []string {
	if a.Availability == poolstate.Dead || a.Availability == poolstate.Unusable { // never selected, so never fails
		return nil
	}
	guard, policy := s.guardOf(c), s.Policy.Of(c)
	after := func(streak int) time.Duration {
		failing := *c
		failing.Streak = poolstate.KnownStreak(streak - 1)
		return poolstate.NextCooldown(&failing, policy, guard)
	}
	guarded := guard != nil && after(poolstate.Steps) > after(1)
	l, step := s.line(), poolstate.Step(c.Streak.Count())
	if guarded && !policy.Counts() {
		step = poolstate.Step(c.Failures().Count())
	}
	for i := 1; i <= poolstate.Steps && (guarded || policy.Climbs()); i++ {
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
	next := s.line().Write(theme.Secondary, "if it fails: ").Write(theme.Text, text.Span(poolstate.NextCooldown(c, policy, guard)))
	return paired(w, "   ", l.String(), next.String())
}
