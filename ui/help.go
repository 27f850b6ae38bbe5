package ui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"

	"pooltop/poolstate"
	"pooltop/ui/chart"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// KeyGroup is a group of keys in the help.
type KeyGroup struct {
	Title string
	Keys  []key.Binding
}

// markTarget marks a credential for the next action.
const markTarget = "✓"

var markWords = [][2]string{
	{theme.MarkNext, "the agent selects it next"},
	{theme.MarkProvider, "deadline set by the provider"},
	{theme.MarkComputed, "deadline computed by the policy"},
	{theme.MarkOperator, "deadline set by an operator"},
	{theme.MarkGuard, "deadline pinned by guard"},
	{theme.MarkModel, "cooldown of the filtered model"},
	{theme.MarkSuspect, "implausible deadline"},
	{theme.MarkShared, "another credential uses the same account or secret"},
	{markTarget, "marked for the next action"},
	{theme.MarkFresh, "changed a moment ago"},
	{theme.MarkExpiry, "token expired, or expires within an hour"},
	{theme.MarkObserved, "streak counted by pooltop, not by the agent"},
	{"–", streakUnknown},
	{chart.BeganBefore + " " + chart.EndsBeyond, "starts before or ends after the timeline"},
}

// profileHelp explains the column and the marks that are shown for several profiles.
var profileHelp = [][2]string{
	{"PROFILE", "profile; +n: n other profiles use it"},
	{theme.MarkBorrowed, "read from another profile's file"},
	{theme.MarkStaleCopy, "copy of a credential whose original has newer tokens"},
}

var stateHelp = [...]string{
	poolstate.Ready:    "an agent can use it",
	poolstate.Cooling:  "failed, not due yet",
	poolstate.Held:     "held by an operator",
	poolstate.Due:      "the agent tries it next",
	poolstate.Dead:     "needs re-authentication",
	poolstate.Unusable: "no token, never selected",
}

var columnHelp = [][2]string{
	{"STREAK", "failures in a row"},
	{strings.Join(steps[:], ""), "cooldown 1×, 2×, 4×, 8×"},
	{"BACK IN", "time until the deadline"},
	{"AT", "time of the deadline"},
	{"COOLDOWN", "elapsed and remaining"},
	{"NEXT FAIL", "cooldown if it fails now"},
	{"▾ ▴", "sort order of the table"},
}

// helpSection is a section of the help. Entries without a name are paragraphs.
type helpSection struct {
	title   string
	indent  int // column at which explanations begin
	entries [][2]string
}

// helpSections returns the keys, the legend and the policy.
func (s *Screen) helpSections() []helpSection {
	var out []helpSection
	for _, g := range s.Full {
		section := helpSection{title: g.Title, indent: 12}
		for _, b := range g.Keys {
			if h := b.Help(); b.Enabled() {
				section.entries = append(section.entries, [2]string{s.keyName(h.Key), h.Desc})
			}
		}
		out = append(out, section)
	}
	states := helpSection{title: "states", indent: 12}
	for _, a := range poolstate.Availabilities() {
		states.entries = append(states.entries, [2]string{theme.StateGlyph(a) + " " + a.String(), stateHelp[a]})
		if a == poolstate.Ready {
			states.entries = append(states.entries, [2]string{theme.GlyphPartly + " ready", "but out for some models"})
		}
	}
	columns, marks := columnHelp, markWords
	if s.several() {
		columns, marks = slices.Concat(profileHelp[:1], columns), slices.Concat(marks, profileHelp[1:])
	}
	return append(out, states, helpSection{"columns", 12, columns}, helpSection{"marks", 4, marks}, s.policyHelp())
}

// policyHelp explains the policy of the store or, if there are several stores, the policy of
// the selected credential's store.
func (s *Screen) policyHelp() helpSection {
	p, e, guard, title := s.Policy, s.Evidence, s.Guard, "policy "
	if c := s.selected(); c != nil && s.several() {
		p, guard, title = p.Of(c), s.guardOf(c), "policy of "+clean(c.Profile)+": "
		if store := s.store(c.Profile); store != nil {
			e = store.Evidence
		}
	}
	section := helpSection{title: title + p.String()}
	for _, words := range []string{policyRule(p), policyReason(p, e, s.Now), guardRule(p, guard)} {
		if words != "" {
			section.entries = append(section.entries, [2]string{"", words})
		}
	}
	return section
}

// matching returns the entries that contain all words, grouped in their sections. A word in the
// title of a section counts for each of its entries.
func matching(sections []helpSection, words []string) []helpSection {
	contains := func(s string) bool {
		for _, w := range words {
			if !strings.Contains(strings.ToLower(s), w) {
				return false
			}
		}
		return true
	}
	var out []helpSection
	for _, section := range sections {
		var entries [][2]string
		for _, e := range section.entries {
			if contains(section.title + " " + e[0] + " " + e[1]) {
				entries = append(entries, e)
			}
		}
		if len(entries) > 0 {
			out = append(out, helpSection{section.title, section.indent, entries})
		}
	}
	return out
}

// helpLines explains the keys, the screen and the policy, in columns if they fit. A filter
// selects the entries that contain its words.
func (s *Screen) helpLines() []string {
	sections := s.helpSections()
	if s.Filter != nil {
		sections = matching(sections, strings.Fields(strings.ToLower(s.Filter.Text)))
	}
	if len(sections) == 0 {
		return s.indented(s.quiet("nothing matches; esc clears the filter", s.inner()))
	}
	// Fill up to three columns of about the same height, in order.
	const gap, leastColumn = 2, 36
	n := 1
	if s.Width >= mediumFrom {
		n = min(s.inner()/leastColumn, 3)
	}
	w, total := s.inner()/n, 0
	for _, section := range sections {
		total += len(s.addSection([]string{""}, section, w-gap))
	}
	columns := [][]string{nil}
	for _, section := range sections {
		last := &columns[len(columns)-1]
		if with := s.addSection(*last, section, w-gap); *last == nil || len(columns) == n || len(with) <= total/n+4 {
			*last = with
			continue
		}
		columns = append(columns, s.addSection(nil, section, w-gap))
	}
	var out []string
	for _, c := range slices.Backward(columns) {
		out = sideBySide(c, out, w)
	}
	return s.indented(out)
}

// addSection appends a section to the lines of a column, below a blank line.
func (s *Screen) addSection(out []string, section helpSection, w int) []string {
	if len(out) > 0 {
		out = append(out, "")
	}
	out = append(out, s.wrapped(theme.Text, theme.Bold, section.title, w)...)
	for _, e := range section.entries {
		if e[0] == "" {
			out = append(out, s.quiet(e[1], w)...)
			continue
		}
		out = append(out, s.helpEntry(e[0], e[1], section.indent, w)...)
	}
	return out
}

// helpEntry draws a key or mark and, indented, its explanation.
func (s *Screen) helpEntry(name, words string, indent, w int) []string {
	l := s.Theme.Line().Write(theme.Accent, text.Fit(name, w))
	indent = max(indent, l.Col()+1)
	lines := text.Wrap(words, w-indent)
	for i, t := range lines {
		lines[i] = l.To(indent).Write(theme.Text, t).String()
		l = s.Theme.Line()
	}
	return lines
}
