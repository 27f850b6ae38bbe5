package ui

import (
	"math"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"pooltop/poolstate"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// detailBlock draws a rule and the detail below the table in exactly h lines:
// on a wide screen beside the forecast or the events, else with the facts of
// the file.
func (s *Screen) detailBlock(th *theme.Theme, h int, events bool) []string {
	out := []string{th.Line().To(s.margin()).Rule(s.Width - s.margin()).String()}
	switch c := s.selected(); {
	case s.Width >= wideFrom && events:
		out = append(out, s.eventsBeside(th, c, h-1)...)
	case s.Width >= wideFrom:
		out = append(out, s.forecastBeside(th, c, h-1)...)
	case c != nil:
		out = append(out, s.detailBesideFacts(th, c, h-1)...)
	}
	return filled(out, h)[:h]
}

func (s *Screen) detailBesideFacts(th *theme.Theme, c *poolstate.Credential, h int) []string {
	right := min(s.inner()*2/5, 52)
	left := s.inner() - right - 3
	detail := joinSections(fitSections(s.sections(th, c, left), h), h)
	facts := s.factLines(th, c, right)
	return s.beside(detail[:min(len(detail), h)], facts[:min(len(facts), h)], left+3)
}

// sections draws what happened to a credential and what will happen, in three
// sections: which credential and why, when, and remarks.
func (s *Screen) sections(th *theme.Theme, c *poolstate.Credential, w int) [][]string {
	a := s.Policy.Assess(c, s.Now)
	head := th.Line().Bold(theme.Text, text.Fit(text.CredentialName(c), w-12))
	head.Write(theme.StateRole(a.Availability), text.Fit("  "+a.Availability.String(), max(w-head.Col(), 0)))
	head.Write(theme.Secondary, text.Fit("  "+text.Clean(c.Provider, text.RowLimit), max(w-head.Col(), 0)))
	var remarks []string
	for _, sentence := range s.remarks(c, a) {
		remarks = append(remarks, wrapped(th, sentence, w)...)
	}
	sections := [][]string{
		append([]string{head.String()}, failureLines(th, c, w)...),
		append(s.timeLines(th, c, a, w), s.ladderLines(th, c, a, w)...),
		remarks,
	}
	for _, sec := range sections {
		for i, line := range sec {
			sec[i] = ansi.Truncate(line, w, text.Ellipsis)
		}
	}
	return sections
}

// wrapped draws a sentence in lines of w cells, none if it is empty.
func wrapped(th *theme.Theme, sentence string, w int) []string {
	var out []string
	for _, words := range text.Wrap(sentence, w) {
		out = append(out, th.Line().Write(theme.Secondary, words).String())
	}
	return out
}

// fitSections makes sections fit into h lines by cutting the message of the
// provider, at the end of the first section, down to its first line.
func fitSections(sections [][]string, h int) [][]string {
	const kept = 3
	over := -h
	for _, sec := range sections {
		over += len(sec)
	}
	first := sections[0]
	if cut := min(over, len(first)-kept); cut > 0 {
		first = first[: len(first)-cut : len(first)-cut]
		last := &first[len(first)-1]
		*last = ansi.Truncate(*last, ansi.StringWidth(*last)-1, "") + text.Ellipsis
		sections[0] = first
	}
	return sections
}

// joinSections puts sections one after the other, with blank lines between them if
// there is room for that in h lines.
func joinSections(sections [][]string, h int) []string {
	lines, breaks := 0, -1
	for _, sec := range sections {
		if len(sec) > 0 {
			lines, breaks = lines+len(sec), breaks+1
		}
	}
	var out []string
	for _, sec := range sections {
		if len(sec) > 0 && len(out) > 0 && lines+breaks <= h {
			out = append(out, "")
		}
		out = append(out, sec...)
	}
	return out
}

// failureLines draws code, reason and message of the last failure.
func failureLines(th *theme.Theme, c *poolstate.Credential, w int) []string {
	var out []string
	l := th.Line()
	if code, ok := c.ErrorCode.Get(); ok {
		l.Write(theme.Cooling, strconv.Itoa(code)+" ")
	}
	reason := text.Clean(c.ErrorReason, text.RowLimit)
	if c.Held() {
		reason = "held by an operator"
	}
	l.Write(theme.Text, text.Fit(reason, max(w-l.Col(), 0)))
	if c.FailureReason != "" {
		cause := "cause " + text.Clean(c.FailureReason, text.RowLimit)
		if reason != "" {
			cause = "  " + cause
		}
		l.Write(theme.Secondary, text.Fit(cause, max(w-l.Col(), 0)))
	}
	if l.Col() > 0 {
		out = append(out, l.String())
	}
	if c.ErrorMessage != "" {
		out = append(out, wrapped(th, "“"+text.Clean(c.ErrorMessage, text.MessageLimit)+"”", w)...)
	}
	return out
}

// timeLines draws since when the credential is out, its deadline, where that
// comes from, and the streak.
func (s *Screen) timeLines(th *theme.Theme, c *poolstate.Credential, a poolstate.Assessment, w int) []string {
	var out []string
	if c.Status == poolstate.StatusExhausted || c.Status == poolstate.StatusDead {
		l := th.Line()
		if !c.StatusAt.IsZero() {
			since := a.Availability.String() + " since "
			if a.Availability == poolstate.Due || a.Availability == poolstate.Disabled {
				since = "exhausted "
			}
			l.Write(theme.Secondary, since).Write(theme.Text, s.stamp(c.StatusAt))
		}
		if !a.Deadline.IsZero() {
			word, stamp := "  back ", s.stamp(a.Deadline.At)
			if a.Availability == poolstate.Due {
				word = "  due since "
			}
			if l.Col() > 0 && l.Col()+text.Width(word)+text.Width(stamp) > w {
				out = append(out, l.String())
				l, word = th.Line(), strings.TrimLeft(word, " ")
			}
			l.Write(theme.Secondary, word).Write(theme.Text, stamp)
		}
		if l.Col() > 0 {
			out = append(out, l.String())
		}
	}
	origin, streak := originSentence(c, a, s.Policy), streakWords(c)
	if both := joined(", ", origin, streak); text.Width(both) <= w {
		return append(out, wrapped(th, both, w)...)
	}
	return append(append(out, wrapped(th, origin, w)...), wrapped(th, streak, w)...)
}

// ladderLines draws the backoff schedule up to the current step, and what the
// next failure costs.
func (s *Screen) ladderLines(th *theme.Theme, c *poolstate.Credential, a poolstate.Assessment, w int) []string {
	var out []string
	l, next := th.Line(), text.Span(a.Next)
	if s.Policy.Climbs() {
		step := poolstate.Step(c.Streak.Count())
		for i := 1; i <= poolstate.Steps; i++ {
			if i > 1 {
				l.Write(theme.Faint, " → ")
			}
			words := text.Span(a.Base << (i - 1))
			switch {
			case i == step:
				l.Bold(theme.StepRole(i), words)
			case i < step:
				l.Write(theme.StepRole(i), words)
			default:
				l.Write(theme.Faint, words)
			}
		}
		const gap = "   "
		if l.Col()+len(gap+nextFailure)+text.Width(next) > w {
			out = append(out, l.String())
			l = th.Line()
		} else {
			l.Write(theme.Secondary, gap)
		}
	}
	return append(out, l.Write(theme.Secondary, nextFailure).Write(theme.Text, next).String())
}

const nextFailure = "next failure "

// remarks returns the sentences that only some credentials need.
func (s *Screen) remarks(c *poolstate.Credential, a poolstate.Assessment) []string {
	var out []string
	if a.Availability == poolstate.Dead {
		out = append(out, "will not recover on its own: re-auth required")
	}
	if len(c.Shares) > 1 {
		out = append(out, sharedSentence(c))
	}
	switch expiry(c, s.Now) {
	case expired:
		also := ""
		if a.Availability != poolstate.Ready {
			also = "also "
		}
		out = append(out, "its token "+also+"expired, at "+text.Stamp(c.ExpiresAt, s.Now))
	case expiresSoon:
		out = append(out, "its token expires in "+s.timeForm().countdown(c.ExpiresAt.Sub(s.Now)))
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

// detailLines draws the detail as a pane of its own.
func (s *Screen) detailLines(th *theme.Theme, w int) []string {
	c := s.selected()
	lines := joinSections(s.sections(th, c, w), math.MaxInt)
	return indented(s, append(append(lines, ""), s.factLines(th, c, w)...))
}
