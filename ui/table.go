package ui

import (
	"iter"
	"strconv"
	"strings"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/chart"
	"pooltop/ui/filter"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// table draws rows of groups; it knows everything a row needs.
type table struct {
	groups   []filter.Group
	theme    *theme.Theme
	policy   poolstate.Policy
	now      time.Time
	width    int
	cols     columns
	selected *poolstate.Ref
	marked   map[poolstate.Ref]bool
	fresh    map[poolstate.Ref]int
	// timeline is the scale that the cooldowns share, nil when each has its own.
	timeline *chart.Timeline
	form     timeForm
}

func newTable(s *Screen, th *theme.Theme) *table {
	t := &table{
		groups: s.Groups, theme: th, policy: s.Policy, now: s.Now,
		width: s.Width, cols: columnsFor(s.Width, s.Without), selected: s.Selected,
		marked: s.Marked, fresh: s.Fresh, form: s.timeForm(),
	}
	if s.Timeline && t.cols.bar > 0 {
		t.timeline = chart.NewTimeline(listed(t.groups), t.policy, t.now, t.cols.barW+totalWidth)
	}
	return t
}

// header is the line of column titles.
func (t *table) header() string {
	c, l := &t.cols, t.theme.Line()
	name := "CREDENTIAL"
	if c.nameW < len(name) {
		name = "NAME"
	}
	l.To(c.name).Write(theme.Faint, name)
	if c.state > 0 {
		l.To(c.state).Write(theme.Faint, "STATE")
	}
	if c.why > 0 {
		l.To(c.why).Write(theme.Faint, "WHY")
	}
	switch {
	case c.ladder > 0:
		l.To(c.ladder).Write(theme.Faint, "STREAK")
	case c.number > 0:
		l.Right(c.number+4, theme.Faint, theme.Regular, "STREAK")
	}
	back, other := "BACK IN", "AT"
	if t.form.clock {
		back, other = "BACK AT", "IN"
	}
	l.Right(c.backEnd, theme.Faint, theme.Regular, back)
	if c.atEnd > 0 {
		l.Right(c.atEnd, theme.Faint, theme.Regular, other)
	}
	switch {
	case t.timeline != nil:
		t.timeline.Title(l.To(c.bar))
	case c.bar > 0:
		l.To(c.bar).Write(theme.Faint, "COOLDOWN")
	}
	if c.thenEnd > 0 {
		l.Right(c.thenEnd, theme.Faint, theme.Regular, "THEN")
	}
	return l.String()
}

func (t *table) draw(r row) string {
	switch r.kind {
	case rowHeading:
		return t.heading(&t.groups[r.group])
	case rowNote:
		note := t.groups[r.group].Provider.Notes[r.item]
		l := t.theme.Line().To(t.cols.glyph).Write(theme.Cooling, "!")
		return l.To(t.cols.name).Write(theme.Secondary, text.Fit(note, t.cols.end-t.cols.name)).String()
	case rowCredential:
		return t.credential(t.groups[r.group].Credentials[r.item])
	}
	return ""
}

// heading is a provider's name and how it stands. A provider with none ready is
// the loudest line on the screen.
func (t *table) heading(g *filter.Group) string {
	sum, outage := g.Provider.Summarize(t.policy, t.now), g.Provider.Outage(t.policy, t.now)
	end := t.cols.end
	l := t.theme.Line().To(t.cols.cursor + 1)
	name := text.ProviderName(g.Provider.Name)
	// A name never pushes out how the provider stands.
	name = text.Fit(name, max((end-l.Col())/2, 8))
	state, stateRole, weight := "no credentials", theme.Secondary, theme.Regular
	nameRole := theme.Text
	switch {
	case sum.Out():
		nameRole, stateRole, weight = theme.Dead, theme.Dead, theme.Bold
		state = outSentence(&sum, t.now, t.form)
		if t.cols.cursor+1+text.Width(name)+2+text.Width(state) > end {
			state = "none ready"
		}
	case sum.Total > 0:
		state = strconv.Itoa(sum.Ready()) + " of " + strconv.Itoa(sum.Total) + " ready"
	}
	l.Bold(nameRole, text.Fit(name, max(end-l.Col()-text.Width(state)-2, 8)))
	if l.Col()+2+text.Width(state) <= end {
		l.To(l.Col()+2).Draw(stateRole, weight, state)
	}
	if n := len(g.Provider.Credentials) - len(g.Credentials); n > 0 {
		if said := strconv.Itoa(n) + " hidden"; l.Col()+2+text.Width(said) <= end {
			l.To(l.Col()+2).Write(theme.Secondary, said)
		}
	}
	if outage > 0 {
		if said := outageSentence(outage); l.Col()+2+text.Width(said) <= end {
			l.To(l.Col()+2).Write(theme.Secondary, said)
		}
	}
	if t.width >= mediumFrom {
		l.To(l.Col() + 2)
	} else {
		l.To(l.Col() + 1)
	}
	return l.Rule(end).String()
}

// credential draws one row.
func (t *table) credential(c *poolstate.Credential) string {
	a := t.policy.Assess(c, t.now)
	col, l := &t.cols, t.theme.Line()
	if t.selected != nil && c.Ref == *t.selected {
		l.To(col.cursor)
		l.Selected = true
		l.Bold(theme.Accent, "▌")
	}
	colour := theme.StateRole(a.Availability)
	t.state(l, c, colour, a)
	t.name(l, c, a)
	if col.state > 0 {
		l.To(col.state).Write(colour, a.Availability.String())
	}
	if col.why > 0 {
		l.To(col.why).Write(theme.Secondary, text.Fit(why(c, a.Availability, t.now), col.whyW))
	}
	t.streak(l, c)
	t.back(l, a)
	t.cooldown(l, c, a)
	if l.Selected {
		// The tint reaches one cell beyond the text on both sides. Its last cell
		// is no plain blank: renderers erase those, and not every terminal
		// paints what it erases.
		l.To(min(col.end+1, t.width)-1).Write(theme.Text, "\u00a0")
	}
	return l.String()
}

// state draws the glyph of the state, and beside it the mark for the next
// action or, fading, the one of a change.
func (t *table) state(l *theme.Line, c *poolstate.Credential, colour theme.Role, a poolstate.Assessment) {
	glyph, roomy := theme.StateGlyph(a.Availability), t.cols.glyph-1 > t.cols.cursor
	mark, markRole, weight := "", theme.Accent, theme.Bold
	switch fresh := t.fresh[c.Ref]; {
	case t.marked[c.Ref]:
		mark = "✓"
	case fresh > 1:
		mark = theme.MarkFresh
	case fresh > 0:
		mark, markRole, weight = theme.MarkFresh, theme.Secondary, theme.Regular
	}
	if mark != "" && roomy {
		l.To(t.cols.glyph-1).Draw(markRole, weight, mark)
	}
	l.To(t.cols.glyph).Write(colour, glyph)
	if mark != "" && !roomy {
		l.Draw(markRole, weight, mark)
	}
}

// name draws the credential's name and its marks, which always fit.
func (t *table) name(l *theme.Line, c *poolstate.Credential, a poolstate.Assessment) {
	marks := ""
	if c.Shares != nil {
		marks += theme.MarkShared
	}
	soon := expiry(c, t.now)
	if soon != expiryFar {
		marks += theme.MarkExpiry
	}
	room := t.cols.nameW
	if marks != "" {
		room -= text.Width(marks) + 1
	}
	colour, weight := theme.Text, theme.Regular
	if a.Availability == poolstate.Disabled {
		colour = theme.Secondary
	}
	if l.Selected {
		weight = theme.Bold
	}
	l.To(t.cols.name).Draw(colour, weight, text.Fit(text.CredentialName(c), room))
	if marks == "" {
		return
	}
	colour = theme.Cooling
	if soon == expired {
		colour = theme.Dead
	}
	l.To(l.Col()+1).Write(colour, marks)
}

// rungs are the four steps of the ladder.
var rungs = [poolstate.Steps]string{"▂", "▄", "▆", "█"}

// streak draws the ladder, filled up to the current step, and the number.
func (t *table) streak(l *theme.Line, c *poolstate.Credential) {
	n, known := c.Streak.Known()
	if t.cols.ladder > 0 {
		l.To(t.cols.ladder)
		if known && t.policy.Climbs() {
			t.ladder(l, n)
		}
	}
	if t.cols.number == 0 {
		return
	}
	number := ""
	switch {
	case !known:
		number = "–"
	case n > 999:
		number = "1k+"
	case n < -99:
		number = "<0"
	case n != 0:
		number = strconv.Itoa(n)
	}
	if t.cols.ladder > 0 {
		l.To(t.cols.number).Write(theme.Secondary, number)
		return
	}
	if known && n == 0 {
		number = "0"
	}
	l.Right(t.cols.number+4, theme.Secondary, theme.Regular, number)
}

func (t *table) ladder(l *theme.Line, streak int) {
	step := poolstate.Step(streak)
	if step == 0 {
		l.Write(theme.Faint, strings.Repeat("·", poolstate.Steps))
		return
	}
	l.Write(theme.StepRole(step), strings.Join(rungs[:step], ""))
	unlit := strings.Join(rungs[step:], "")
	if t.theme.DottedSteps {
		unlit = strings.Repeat("·", poolstate.Steps-step)
	}
	l.Write(theme.Rule, unlit)
}

// back draws the countdown with the mark of its origin, and the clock time, or
// the other way round.
func (t *table) back(l *theme.Line, a poolstate.Assessment) {
	waits := a.Availability.Returns()
	colour, weight := theme.Secondary, theme.Regular
	switch {
	case waits:
		colour, weight = theme.StateRole(a.Availability), theme.Bold
	case a.Availability == poolstate.Due:
		colour = theme.Due
	}
	first, second := t.times(a)
	l.Right(t.cols.backEnd, colour, weight, first)
	if waits {
		mark := theme.Secondary
		if a.Deadline.Suspect {
			mark = theme.Dead
		}
		l.Write(mark, theme.OriginMark(a.Deadline))
	}
	if t.cols.atEnd > 0 && second != "" {
		l.Right(t.cols.atEnd, theme.Secondary, theme.Regular, second)
	}
}

// cooldown draws elapsed and left as a bar, the total beside it, and what the
// next failure would cost.
func (t *table) cooldown(l *theme.Line, c *poolstate.Credential, a poolstate.Assessment) {
	shown := a.Availability.Returns() || a.Availability == poolstate.Due
	switch {
	case t.timeline != nil:
		t.timeline.Draw(l.To(t.cols.bar), c, &a)
	case t.cols.bar > 0 && shown && a.Cooldown > 0:
		l.To(t.cols.bar)
		t.bar(l, a)
		l.To(t.cols.total).Write(theme.Secondary, text.Fit(text.Span(a.Cooldown), totalWidth))
	}
	if t.cols.thenEnd > 0 && shown {
		l.Right(t.cols.thenEnd, theme.Secondary, theme.Regular, text.Fit(text.Span(a.Next), thenWidth))
	}
}

// bar shows what has elapsed as a thin line and what is left as a thick one; a
// half cell at the joint doubles its resolution.
func (t *table) bar(l *theme.Line, a poolstate.Assessment) {
	w, halves := t.cols.barW, t.halves(a)
	full, half := halves/2, halves%2
	colour := theme.StateRole(a.Availability)
	l.Write(theme.Rule, strings.Repeat("─", w-full-half))
	l.Write(colour, strings.Repeat("╺", half)+strings.Repeat("━", full))
}

// halves is how many half cells of the bar are left.
func (t *table) halves(a poolstate.Assessment) int {
	if a.Cooldown <= 0 {
		return 0
	}
	most := 2 * t.cols.barW
	n := int(float64(most) * float64(a.Remaining) / float64(a.Cooldown))
	if a.Remaining > 0 {
		n = max(n, 1) // while anything is left, something shows
	}
	return min(max(n, 0), most)
}

// listed iterates over the credentials of all groups.
func listed(groups []filter.Group) iter.Seq[*poolstate.Credential] {
	return func(yield func(*poolstate.Credential) bool) {
		for _, g := range groups {
			for _, c := range g.Credentials {
				if !yield(c) {
					return
				}
			}
		}
	}
}
