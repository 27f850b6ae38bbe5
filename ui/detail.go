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

// detailWidth is the width of the detail beside the forecast or the events.
const detailWidth = 48

// detailBlock draws a rule and the detail below the table in exactly h lines:
// on a wide screen beside the forecast or the events, else with the facts of
// the file.
func (s *Screen) detailBlock(th *theme.Theme, h int, events bool) []string {
	rule := th.Line().To(s.margin()).Rule(s.Width - s.margin()).String()
	var left, right []string
	c, inner, room := s.selected(), s.inner(), h-1
	at := inner - detailWidth
	switch {
	case s.Width < wideFrom:
		at = inner - min(inner*2/5, 52)
		if c != nil {
			left, right = s.detail(th, c, at-3, room), s.factLines(th, c, inner-at)
		}
	case events:
		head := th.Line().Bold(theme.Text, "events").String()
		left = append([]string{head}, s.eventLines(th, at-4, room-1, 0)...)
	default:
		left = s.forecastLines(th, at-4, room)
	}
	if s.Width >= wideFrom && c != nil {
		right = s.detail(th, c, detailWidth, room, briefFacts(th, c, detailWidth)...)
	}
	return filled(append([]string{rule}, s.beside(left, right, at)...), h)[:h]
}

// detail draws the detail of a credential and further lines, in h lines if
// shortening the provider's message is enough for that.
func (s *Screen) detail(th *theme.Theme, c *poolstate.Credential, w, h int, more ...string) []string {
	return joinSections(append(fitSections(s.sections(th, c, w), h), more), h)
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

// detailLines draws the detail as a pane of its own.
func (s *Screen) detailLines(th *theme.Theme, w int) []string {
	c := s.selected()
	lines := joinSections(s.sections(th, c, w), math.MaxInt)
	return indented(s, append(append(lines, ""), s.factLines(th, c, w)...))
}
