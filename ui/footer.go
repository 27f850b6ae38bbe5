package ui

import (
	"charm.land/bubbles/v2/key"

	"pooltop/ui/text"
)

// keepLast is how many keys at the end of the footer are never left out for
// those before them: help and quit, on most screens.
const keepLast = 2

// footer lists the keys that fit, most important first but the last ones before
// all, and on the right where in a longer text or table the screen stands.
func (s *Screen) footer(place string) string {
	end := s.Width - s.margin()
	l := s.Theme.line().to(s.margin())
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
		if l.at > s.margin() {
			before = gap
		}
		if i >= last {
			reserved -= gap + need(h)
		}
		if l.at+before+need(h)+reserved > room {
			continue
		}
		l.to(l.at+before).put(inkAccent, h.Key).put(inkSecondary, " "+h.Desc)
		s.addKey(l.at-need(h), l.at, b)
	}
	if place != "" {
		l.right(end, inkSecondary, regular, text.Fit(place, end-l.at))
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
	indent := s.Theme.line().to(s.margin()).String()
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
		l := s.Theme.line().to(s.margin())
		text := l.String()
		if i < len(left) {
			text += left[i].text
			l.at += left[i].width
		}
		if i < len(right) {
			gap := &line{theme: s.Theme, at: l.at}
			text += gap.to(s.margin()+at).String() + right[i].text
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
	out := []sized{s.Theme.line().strong(inkText, "marks").sized()}
	for _, m := range [][2]string{
		{markProvider, "deadline named by the provider"},
		{markComputed, "deadline computed by the policy"},
		{markOperator, "deadline set by an operator"},
		{markSuspect, "deadline that cannot be right"},
		{markShared, "same secret as another: one quota"},
		{"✓", "marked for the next action"},
		{markFresh, "changed a moment ago"},
		{markExpiry, "token expired, or ends within the hour"},
		{"–", "streak unknown: the file counts none"},
		{beganBefore + " " + endsBeyond, "began before, ends beyond the timeline"},
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
	l := s.Theme.line().put(inkAccent, text.Fit(name, w))
	at = max(at, l.at+1)
	var out []sized
	for _, str := range text.Wrap(words, w-at) {
		out = append(out, l.to(at).put(inkText, str).sized())
		l = s.Theme.line()
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
	out := []sized{{}, s.Theme.line().strong(inkText, "policy "+s.Policy.String()).sized()}
	for _, str := range text.Wrap(words+", "+because, w) {
		out = append(out, s.Theme.line().put(inkSecondary, str).sized())
	}
	return out
}
