package ui

import (
	"strings"

	"charm.land/bubbles/v2/key"

	"pooltop/ui/chart"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// keepLast is how many keys at the end of the footer are never left out for
// those before them: help and quit, on most screens.
const keepLast = 2

// footer lists the keys that fit, most important first but the last ones before
// all, and on the right where in a longer text or table the screen stands.
func (s *Screen) footer(place string) string {
	end := s.Width - s.margin()
	l := s.Theme.Line().To(s.margin())
	room := end
	if place != "" {
		room -= text.Width(place) + 3
	}
	const gap = 3
	var keys []key.Binding
	for _, b := range s.Short {
		if b.Enabled() {
			keys = append(keys, b)
		}
	}
	need := func(h key.Help) int { return text.Width(h.Key) + 1 + text.Width(h.Desc) }
	last := max(len(keys)-keepLast, 0)
	reserved := 0
	for _, b := range keys[last:] {
		reserved += gap + need(b.Help())
	}
	for i, b := range keys {
		h, before := b.Help(), 0
		if l.Col() > s.margin() {
			before = gap
		}
		if i >= last {
			reserved -= gap + need(h)
		}
		if l.Col()+before+need(h)+reserved > room {
			continue
		}
		l.To(l.Col()+before).Write(theme.Accent, h.Key).Write(theme.Secondary, " "+h.Desc)
		s.addKey(l.Col()-need(h), l.Col(), b)
	}
	if place != "" {
		l.Right(end, theme.Secondary, theme.Regular, text.Fit(place, end-l.Col()))
	}
	return l.String()
}

// helpLines lists every key and explains every mark and the policy: side by
// side where there is room, one below the other where there is not.
func (s *Screen) helpLines() []string {
	inner := s.Width - 2*s.margin()
	if s.Width < mediumFrom {
		return indented(s, append(append(s.keyHelp(s.Full, inner), sized{}), s.markHelp(inner)...))
	}
	// The last group of keys stands above the marks, so that the columns are
	// about as long as each other.
	half, last := inner/2, max(len(s.Full)-1, 0)
	right := append(s.keyHelp(s.Full[last:], inner-half), sized{})
	return s.beside(s.keyHelp(s.Full[:last], half-2), append(right, s.markHelp(inner-half)...), half)
}

func indented(s *Screen, lines []sized) []string {
	indent := s.Theme.Line().To(s.margin()).String()
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = indent + l.text
	}
	return out
}

// beside puts two columns side by side; the second begins at a cell counted
// from the margin.
func (s *Screen) beside(left, right []sized, at int) []string {
	out := make([]string, max(len(left), len(right)))
	for i := range out {
		text, width := strings.Repeat(" ", s.margin()), s.margin()
		if i < len(left) {
			text += left[i].text
			width += left[i].width
		}
		if i < len(right) {
			text += strings.Repeat(" ", max(s.margin()+at-width, 0)) + right[i].text
		}
		out[i] = text
	}
	return out
}

func (s *Screen) keyHelp(groups [][]key.Binding, w int) []sized {
	var out []sized
	for i, group := range groups {
		if i > 0 {
			out = append(out, sized{})
		}
		out = append(out, s.bindingLines(group, w)...)
	}
	return out
}

func (s *Screen) markHelp(w int) []sized {
	out := []sized{sizedLine(s.Theme.Line().Bold(theme.Text, "marks"))}
	for _, m := range [][2]string{
		{theme.MarkProvider, "deadline named by the provider"},
		{theme.MarkComputed, "deadline computed by the policy"},
		{theme.MarkOperator, "deadline set by an operator"},
		{theme.MarkSuspect, "deadline that cannot be right"},
		{theme.MarkShared, "same secret as another: one quota"},
		{"✓", "marked for the next action"},
		{theme.MarkFresh, "changed a moment ago"},
		{theme.MarkExpiry, "token expired, or ends within the hour"},
		{"–", "streak unknown: the file counts none"},
		{chart.BeganBefore + " " + chart.EndsBeyond, "began before, ends beyond the timeline"},
	} {
		out = append(out, s.helpLine(m[0], m[1], 4, w)...)
	}
	return append(out, s.policyHelp(w)...)
}

func (s *Screen) bindingLines(group []key.Binding, w int) []sized {
	var out []sized
	for _, b := range group {
		if h := b.Help(); b.Enabled() {
			out = append(out, s.helpLine(h.Key, h.Desc, 12, w)...)
		}
	}
	return out
}

func (s *Screen) helpLine(name, words string, at, w int) []sized {
	l := s.Theme.Line().Write(theme.Accent, text.Fit(name, w))
	at = max(at, l.Col()+1)
	var out []sized
	for _, str := range text.Wrap(words, w-at) {
		out = append(out, sizedLine(l.To(at).Write(theme.Text, str)))
		l = s.Theme.Line()
	}
	return out
}

// policyHelp says how deadlines come about on this screen, and why.
func (s *Screen) policyHelp(w int) []sized {
	words := "deadlines double with each failure in a row, up to eightfold"
	if !s.Policy.Climbs() {
		words = "every failure costs the same; the streak does not count"
	}
	because := "because the file counts failures"
	switch {
	case s.PolicyForced:
		because = "because it was chosen, by --policy or in the configuration"
	case s.Evidence != nil:
		did := "did not raise"
		if s.Evidence.Counts {
			did = "raised"
		}
		because = "because the exhaustion of " + s.Evidence.Name + ", " + text.Stamp(s.Evidence.At, s.Now) + ", " + did + " its streak"
	case !s.Policy.Climbs():
		because = "because the file counts no failures"
	}
	out := []sized{{}, sizedLine(s.Theme.Line().Bold(theme.Text, "policy "+s.Policy.String()))}
	for _, str := range text.Wrap(words+", "+because, w) {
		out = append(out, sizedLine(s.Theme.Line().Write(theme.Secondary, str)))
	}
	return out
}
