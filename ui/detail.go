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

// fact is a line of the detail: a short name and what is known.
type fact struct{ name, value string }

// detailBlock draws what stands below the table, in exactly h lines: on wide
// screens the forecast beside the detail, or where there is no room for it below
// the events, those; else the detail and what the file says of the credential
// otherwise.
func (s *Screen) detailBlock(th *theme.Theme, h int, events bool) []string {
	end := s.Width - s.margin()
	out := []string{th.Line().To(s.margin()).Rule(end).String()}
	switch c := s.selected(); {
	case s.Width >= wideFrom && events:
		out = append(out, s.eventsBeside(th, c, h-1)...)
	case s.Width >= wideFrom:
		out = append(out, s.forecastBeside(th, c, h-1)...)
	case c != nil:
		out = append(out, s.twoColumns(th, c, h-1)...)
	}
	for len(out) < h {
		out = append(out, "")
	}
	return out[:h]
}

func (s *Screen) twoColumns(th *theme.Theme, c *poolstate.Credential, h int) []string {
	inner := s.Width - 2*s.margin()
	rightWidth := min(inner*2/5, 52)
	leftWidth := inner - rightWidth - 3
	left := joined(brief(s.story(th, c, leftWidth), h), h)
	right := s.factLines(th, c, rightWidth)
	return s.beside(left[:min(len(left), h)], right[:min(len(right), h)], leftWidth+3)
}

// sized is a drawn piece and the cells it takes.
type sized struct {
	text  string
	width int
}

func sizedLine(l *theme.Line) sized { return sized{l.String(), l.Col()} }

// within cuts a piece to w cells.
func (p sized) within(w int) sized {
	if p.width <= w {
		return p
	}
	return sized{ansi.Truncate(p.text, w, text.Ellipsis), w}
}

// story tells, in the order in which one asks, what happened to a credential
// and what will: who and what, when, and what else there is to know. Each of
// the three is a section.
func (s *Screen) story(th *theme.Theme, c *poolstate.Credential, w int) [][]sized {
	a := s.Policy.Assess(c, s.Now)
	var sections [3][]sized
	into := func(i int) func(*theme.Line) {
		return func(l *theme.Line) { sections[i] = append(sections[i], sizedLine(l).within(w)) }
	}
	head := th.Line().Bold(theme.Text, text.Fit(text.CredentialName(c), w-12))
	head.Write(theme.StateRole(a.Availability), text.Fit("  "+a.Availability.String(), max(w-head.Col(), 0)))
	head.Write(theme.Secondary, text.Fit("  "+text.Clean(c.Provider, text.RowLimit), max(w-head.Col(), 0)))
	into(0)(head)
	s.failureLines(th, c, w, into(0))
	s.timeLines(th, c, a, w, into(1))
	for _, sentence := range s.remarks(c, a) {
		for _, words := range text.Wrap(sentence, w) {
			into(2)(th.Line().Write(theme.Secondary, words))
		}
	}
	return sections[:]
}

// brief makes a story fit into h lines: the provider's message, which is the
// longest and says least, is cut to its first line before anything else leaves.
// The first section is who, why and that message, in this order.
func brief(sections [][]sized, h int) [][]sized {
	const kept = 3
	over := -h
	for _, sec := range sections {
		over += len(sec)
	}
	first := sections[0]
	if cut := min(over, len(first)-kept); cut > 0 {
		first = first[: len(first)-cut : len(first)-cut]
		last := &first[len(first)-1]
		*last = sized{ansi.Truncate(last.text, last.width-1, "") + text.Ellipsis, last.width}
		sections[0] = first
	}
	return sections
}

// joined puts sections one after the other, with a blank line between them if
// they fit into h lines then.
func joined(sections [][]sized, h int) []sized {
	lines, breaks := 0, -1
	for _, sec := range sections {
		if len(sec) > 0 {
			lines, breaks = lines+len(sec), breaks+1
		}
	}
	var out []sized
	for _, sec := range sections {
		if len(sec) > 0 && len(out) > 0 && lines+breaks <= h {
			out = append(out, sized{})
		}
		out = append(out, sec...)
	}
	return out
}

// failureLines give code, reason and message of the last failure.
func (s *Screen) failureLines(th *theme.Theme, c *poolstate.Credential, w int, add func(*theme.Line)) {
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
		gap := "  "
		if reason == "" {
			gap = ""
		}
		l.Write(theme.Secondary, text.Fit(gap+"cause "+text.Clean(c.FailureReason, text.RowLimit), max(w-l.Col(), 0)))
	}
	if l.Col() > 0 {
		add(l)
	}
	if c.ErrorMessage != "" {
		for _, words := range text.Wrap("“"+text.Clean(c.ErrorMessage, text.MessageLimit)+"”", w) {
			add(th.Line().Write(theme.Secondary, words))
		}
	}
}

// timeLines give the times of the cooldown and the ladder.
func (s *Screen) timeLines(th *theme.Theme, c *poolstate.Credential, a poolstate.Assessment, w int, add func(*theme.Line)) {
	if c.Status == poolstate.StatusExhausted || c.Status == poolstate.StatusDead {
		l := th.Line()
		if !c.StatusAt.IsZero() {
			l.Write(theme.Secondary, a.Availability.String()+" since ").Write(theme.Text, s.stamp(c.StatusAt))
			if a.Availability == poolstate.Due || a.Availability == poolstate.Disabled {
				l = th.Line().Write(theme.Secondary, "exhausted ").Write(theme.Text, s.stamp(c.StatusAt))
			}
		}
		if !a.Deadline.IsZero() {
			word := "  back "
			if a.Availability == poolstate.Due {
				word = "  due since "
			}
			stamp := s.stamp(a.Deadline.At)
			if l.Col() > 0 && l.Col()+text.Width(word)+text.Width(stamp) > w {
				add(l)
				l, word = th.Line(), strings.TrimLeft(word, " ")
			}
			l.Write(theme.Secondary, word).Write(theme.Text, stamp)
		}
		if l.Col() > 0 {
			add(l)
		}
	}
	origin, streak := originSentence(c, a, s.Policy), streakWords(c.Streak)
	if both := origin + ", " + streak; origin != "" && text.Width(both) <= w {
		origin, streak = both, ""
	}
	for _, words := range text.Wrap(origin, w) {
		add(th.Line().Write(theme.Secondary, words))
	}
	if streak != "" {
		add(th.Line().Write(theme.Secondary, text.Fit(streak, w)))
	}
	s.ladderLines(th, c, a, w, add)
}

// ladderLines show the climb with the current rung, and what follows.
func (s *Screen) ladderLines(th *theme.Theme, c *poolstate.Credential, a poolstate.Assessment, w int, add func(*theme.Line)) {
	const cost = "next failure "
	next := text.Span(a.Next)
	l := th.Line()
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
		if l.Col()+3+text.Width(cost)+text.Width(next) > w {
			add(l)
			l = th.Line()
		} else {
			l.Write(theme.Secondary, "   ")
		}
	}
	add(l.Write(theme.Secondary, cost).Write(theme.Text, next))
}

// remarks are the sentences that only some credentials need.
func (s *Screen) remarks(c *poolstate.Credential, a poolstate.Assessment) []string {
	var out []string
	if a.Availability == poolstate.Dead {
		out = append(out, "it does not come back by itself: re-auth is what it needs")
	}
	if len(c.Shares) > 1 {
		out = append(out, sharedSentence(c))
	}
	switch expiry(c, s.Now) {
	case expired:
		out = append(out, "its token expired "+text.Stamp(c.ExpiresAt, s.Now)+", apart from any cooldown")
	case expiresSoon:
		out = append(out, "its token expires in "+s.timeForm().countdown(c.ExpiresAt.Sub(s.Now))+", apart from any cooldown")
	}
	retried := poolstate.FlatSole.Assess(c, s.Now).Base < poolstate.BaseTTL(c.ErrorCode) // not for every failure
	if c.Sole && c.Status == poolstate.StatusExhausted && retried {
		out = append(out, "the only living credential of its provider: the newest agents may retry it after 60s, whatever the deadline")
	}
	for _, m := range c.ModelCooldowns {
		name := text.Clean(m.Model, text.RowLimit)
		if m.Until.After(s.Now) {
			out = append(out, "model "+name+" back in "+s.timeForm().countdown(m.Until.Sub(s.Now))+", "+text.Moment(m.Until, s.Now))
		} else {
			out = append(out, "model "+name+" is back")
		}
	}
	return out
}

// maxShared is how many credentials are named that hold the same secret.
const maxShared = 3

func sharedSentence(c *poolstate.Credential) string {
	var names []string
	others := len(c.Shares) - 1
	for _, ref := range c.Shares {
		if ref != c.Ref && len(names) < maxShared {
			names = append(names, text.Clean(ref.String(), text.RowLimit))
		}
	}
	if others > maxShared {
		names = append(names, strconv.Itoa(others-maxShared)+" more")
	}
	return "same secret as " + strings.Join(names, ", ") + ": they share one quota"
}

// facts are what the file says of a credential apart from its state.
func (s *Screen) facts(c *poolstate.Credential) []fact {
	number := func(o poolstate.Optional[int]) string {
		if n, ok := o.Get(); ok {
			return strconv.Itoa(n)
		}
		return ""
	}
	all := []fact{
		{"id", c.ID},
		{"place", "#" + strconv.Itoa(c.Index) + " in rotation, priority " + strconv.Itoa(c.Priority.Or(0))},
		{"type", c.AuthType},
		{"source", c.Source},
		{"requests", number(c.RequestCount)},
		{"fingerprint", c.Fingerprint},
		{"endpoint", c.BaseURL},
	}
	if !c.ClearedAt.IsZero() {
		all = append(all, fact{"last reset", s.stamp(c.ClearedAt)})
	}
	if !c.ExpiresAt.IsZero() {
		all = append(all, fact{"token until", s.stamp(c.ExpiresAt)})
	}
	if c.Status == poolstate.StatusOther {
		all = append(all, fact{"status", c.StatusText})
	}
	known := all[:0]
	for _, f := range all {
		if f.value != "" {
			known = append(known, f)
		}
	}
	return known
}

func (s *Screen) factLines(th *theme.Theme, c *poolstate.Credential, w int) []sized {
	const nameWidth = 13
	var out []sized
	for _, f := range s.facts(c) {
		l := th.Line().Write(theme.Secondary, f.name).To(nameWidth)
		l.Write(theme.Text, text.Fit(text.Clean(f.value, text.RowLimit), w-l.Col()))
		out = append(out, sizedLine(l))
	}
	return out
}

// detailLines is the detail as a pane of its own.
func (s *Screen) detailLines(th *theme.Theme, w int) []string {
	c := s.selected()
	lines := joined(s.story(th, c, w), math.MaxInt)
	lines = append(append(lines, sized{}), s.factLines(th, c, w)...)
	return indented(s, lines)
}
