package ui

import (
	"charm.land/bubbles/v2/key"

	"pooltop/ui/chart"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// helpLines explains every key, every mark and the policy, in two columns if
// there is room.
func (s *Screen) helpLines() []string {
	inner := s.inner()
	if s.Width < mediumFrom {
		return indented(s, append(append(s.keyHelp(s.Full, inner), ""), s.markHelp(inner)...))
	}
	// The last group of keys goes above the marks, to balance the columns.
	half, last := inner/2, max(len(s.Full)-1, 0)
	right := append(s.keyHelp(s.Full[last:], inner-half), "")
	return s.beside(s.keyHelp(s.Full[:last], half-2), append(right, s.markHelp(inner-half)...), half)
}

func (s *Screen) keyHelp(groups [][]key.Binding, w int) []string {
	var out []string
	for i, group := range groups {
		if i > 0 {
			out = append(out, "")
		}
		for _, b := range group {
			if h := b.Help(); b.Enabled() {
				out = append(out, s.helpEntry(h.Key, h.Desc, 12, w)...)
			}
		}
	}
	return out
}

// markNext marks a credential for the next action.
const markNext = "✓"

func (s *Screen) markHelp(w int) []string {
	out := []string{s.Theme.Line().Bold(theme.Text, "marks").String()}
	for _, m := range [][2]string{
		{theme.MarkProvider, "deadline set by the provider"},
		{theme.MarkComputed, "deadline computed by the policy"},
		{theme.MarkOperator, "deadline set by an operator"},
		{theme.MarkSuspect, "implausible deadline"},
		{theme.MarkShared, "another credential uses the same secret"},
		{markNext, "marked for the next action"},
		{theme.MarkFresh, "changed a moment ago"},
		{theme.MarkExpiry, "token expired, or expires within an hour"},
		{"–", streakUnknown},
		{chart.BeganBefore + " " + chart.EndsBeyond, "starts before or ends after the timeline"},
	} {
		out = append(out, s.helpEntry(m[0], m[1], 4, w)...)
	}
	return append(out, s.policyHelp(w)...)
}

// helpEntry explains a key or mark; the words begin at a cell.
func (s *Screen) helpEntry(name, words string, at, w int) []string {
	l := s.Theme.Line().Write(theme.Accent, text.Fit(name, w))
	at = max(at, l.Col()+1)
	var out []string
	for _, t := range text.Wrap(words, w-at) {
		out = append(out, l.To(at).Write(theme.Text, t).String())
		l = s.Theme.Line()
	}
	return out
}

// policyHelp explains the policy and why it applies.
func (s *Screen) policyHelp(w int) []string {
	words := "each failure in a row doubles the cooldown, up to 8×"
	if !s.Policy.Climbs() {
		words = "every failure costs the same, whatever the streak"
	}
	because := "applies because the file records streaks"
	switch {
	case s.PolicyForced:
		because = "set by --policy or the configuration"
	case s.Evidence != nil:
		did := "did not raise"
		if s.Evidence.Counts {
			did = "raised"
		}
		because = "applies because the failure of " + s.Evidence.Name + " at " + text.Stamp(s.Evidence.At, s.Now) + " " + did + " its streak"
	case !s.Policy.Climbs():
		because = "applies because the file records no streaks"
	}
	out := []string{"", s.Theme.Line().Bold(theme.Text, "policy "+s.Policy.String()).String()}
	return append(append(out, wrapped(s.Theme, words, w)...), wrapped(s.Theme, because, w)...)
}
