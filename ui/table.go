package ui

import (
	"strconv"
	"strings"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// Group is a provider as it is listed: with the credentials to show.
type Group struct {
	Provider    *poolstate.Provider
	Credentials []*poolstate.Credential
}

// Groups lists the whole pool in its own order.
func Groups(p *poolstate.Pool) []Group {
	if p == nil {
		return nil
	}
	groups := make([]Group, len(p.Providers))
	for i := range p.Providers {
		prov := &p.Providers[i]
		groups[i].Provider = prov
		groups[i].Credentials = make([]*poolstate.Credential, len(prov.Credentials))
		for j := range prov.Credentials {
			groups[i].Credentials[j] = &prov.Credentials[j]
		}
	}
	return groups
}

// table draws rows of groups; it knows everything a row needs.
type table struct {
	groups   []Group
	theme    *Theme
	policy   poolstate.Policy
	now      time.Time
	width    int
	cols     columns
	selected *poolstate.Ref
	marked   map[poolstate.Ref]bool
	fresh    map[poolstate.Ref]int
	// timeline is the scale that the cooldowns share, nil when each has its own.
	timeline *timeline
	form     timeForm
}

func newTable(s *Screen, theme *Theme) *table {
	t := &table{
		groups: s.Groups, theme: theme, policy: s.Policy, now: s.Now,
		width: s.Width, cols: columnsFor(s.Width, s.Without), selected: s.Selected,
		marked: s.Marked, fresh: s.Fresh, form: s.timeForm(),
	}
	if s.Timeline && t.cols.bar > 0 {
		t.timeline = newTimeline(t.groups, t.policy, t.now, t.cols.barW+totalWidth)
	}
	return t
}

// header is the line of column titles.
func (t *table) header() string {
	c, l := &t.cols, t.theme.line()
	name := "CREDENTIAL"
	if c.nameW < len(name) {
		name = "NAME"
	}
	l.to(c.name).put(inkFaint, name)
	if c.state > 0 {
		l.to(c.state).put(inkFaint, "STATE")
	}
	if c.why > 0 {
		l.to(c.why).put(inkFaint, "WHY")
	}
	switch {
	case c.ladder > 0:
		l.to(c.ladder).put(inkFaint, "STREAK")
	case c.number > 0:
		l.right(c.number+4, inkFaint, regular, "STREAK")
	}
	back, other := "BACK IN", "AT"
	if t.form.clock {
		back, other = "BACK AT", "IN"
	}
	l.right(c.backEnd, inkFaint, regular, back)
	if c.atEnd > 0 {
		l.right(c.atEnd, inkFaint, regular, other)
	}
	switch {
	case t.timeline != nil:
		t.timeline.title(l.to(c.bar))
	case c.bar > 0:
		l.to(c.bar).put(inkFaint, "COOLDOWN")
	}
	if c.thenEnd > 0 {
		l.right(c.thenEnd, inkFaint, regular, "THEN")
	}
	return l.String()
}

func (t *table) draw(r row) string {
	switch r.kind {
	case rowHeading:
		return t.heading(&t.groups[r.group])
	case rowNote:
		note := t.groups[r.group].Provider.Notes[r.item]
		l := t.theme.line().to(t.cols.glyph).put(inkCooling, "!")
		return l.to(t.cols.name).put(inkSecondary, text.Fit(note, t.cols.end-t.cols.name)).String()
	case rowCredential:
		return t.credential(t.groups[r.group].Credentials[r.item])
	}
	return ""
}

// heading is a provider's name and how it stands. A provider with none ready is
// the loudest line on the screen.
func (t *table) heading(g *Group) string {
	sum, outage := g.Provider.Summarize(t.policy, t.now), g.Provider.Outage(t.policy, t.now)
	end := t.cols.end
	l := t.theme.line().to(t.cols.cursor + 1)
	name := text.Clean(g.Provider.Name, text.RowLimit)
	if strings.TrimSpace(name) == "" {
		name = "(no name)"
	}
	// A name never pushes out how the provider stands.
	name = text.Fit(name, max((end-l.at)/2, 8))
	state, stateInk, weight := "no credentials", inkSecondary, regular
	nameInk := inkText
	switch {
	case sum.Out():
		nameInk, stateInk, weight = inkDead, inkDead, bold
		state = outSentence(&sum, t.now, t.form)
		if t.cols.cursor+1+text.Width(name)+2+text.Width(state) > end {
			state = "none ready"
		}
	case sum.Total > 0:
		state = strconv.Itoa(sum.Ready()) + " of " + strconv.Itoa(sum.Total) + " ready"
	}
	l.strong(nameInk, text.Fit(name, max(end-l.at-text.Width(state)-2, 8)))
	if l.at+2+text.Width(state) <= end {
		l.to(l.at+2).draw(stateInk, weight, state)
	}
	if n := len(g.Provider.Credentials) - len(g.Credentials); n > 0 {
		if said := strconv.Itoa(n) + " hidden"; l.at+2+text.Width(said) <= end {
			l.to(l.at+2).put(inkSecondary, said)
		}
	}
	if outage > 0 {
		if said := outageSentence(outage); l.at+2+text.Width(said) <= end {
			l.to(l.at+2).put(inkSecondary, said)
		}
	}
	if t.width >= mediumFrom {
		l.to(l.at + 2)
	} else {
		l.to(l.at + 1)
	}
	return l.rule(end).String()
}

// credential draws one row.
func (t *table) credential(c *poolstate.Credential) string {
	a := t.policy.Assess(c, t.now)
	col, l := &t.cols, t.theme.line()
	if t.selected != nil && c.Ref == *t.selected {
		l.to(col.cursor)
		l.selected = true
		l.strong(inkAccent, "▌")
	}
	colour := stateInk(a.Availability)
	t.state(l, c, colour, a)
	t.name(l, c, a)
	if col.state > 0 {
		l.to(col.state).put(colour, a.Availability.String())
	}
	if col.why > 0 {
		l.to(col.why).put(inkSecondary, text.Fit(why(c, a.Availability, t.now), col.whyW))
	}
	t.streak(l, c)
	t.back(l, a)
	t.cooldown(l, c, a)
	if l.selected {
		// The tint reaches one cell beyond the text on both sides. Its last cell
		// is no plain blank: renderers erase those, and not every terminal
		// paints what it erases.
		l.to(min(col.end+1, t.width)-1).put(inkText, "\u00a0")
	}
	return l.String()
}

// state draws the glyph of the state, and beside it the mark for the next
// action or, fading, the one of a change.
func (t *table) state(l *line, c *poolstate.Credential, colour ink, a poolstate.Assessment) {
	glyph, roomy := stateGlyph(a.Availability), t.cols.glyph-1 > t.cols.cursor
	mark, markInk, weight := "", inkAccent, bold
	switch fresh := t.fresh[c.Ref]; {
	case t.marked[c.Ref]:
		mark = "✓"
	case fresh > 1:
		mark = markFresh
	case fresh > 0:
		mark, markInk, weight = markFresh, inkSecondary, regular
	}
	if mark != "" && roomy {
		l.to(t.cols.glyph-1).draw(markInk, weight, mark)
	}
	l.to(t.cols.glyph).put(colour, glyph)
	if mark != "" && !roomy {
		l.draw(markInk, weight, mark)
	}
}

// name draws the credential's name and its marks, which always fit.
func (t *table) name(l *line, c *poolstate.Credential, a poolstate.Assessment) {
	marks := ""
	if c.Shares != nil {
		marks += markShared
	}
	soon := expiry(c, t.now)
	if soon != expiryFar {
		marks += markExpiry
	}
	room := t.cols.nameW
	if marks != "" {
		room -= text.Width(marks) + 1
	}
	colour, weight := inkText, regular
	if a.Availability == poolstate.Disabled {
		colour = inkSecondary
	}
	if l.selected {
		weight = bold
	}
	l.to(t.cols.name).draw(colour, weight, text.Fit(text.CredentialName(c), room))
	if marks == "" {
		return
	}
	colour = inkCooling
	if soon == expired {
		colour = inkDead
	}
	l.to(l.at+1).put(colour, marks)
}

// rungs are the four steps of the ladder.
var rungs = [poolstate.Steps]string{"▂", "▄", "▆", "█"}

// streak draws the ladder, filled up to the current step, and the number.
func (t *table) streak(l *line, c *poolstate.Credential) {
	n, known := c.Streak.Known()
	if t.cols.ladder > 0 {
		l.to(t.cols.ladder)
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
		l.to(t.cols.number).put(inkSecondary, number)
		return
	}
	if known && n == 0 {
		number = "0"
	}
	l.right(t.cols.number+4, inkSecondary, regular, number)
}

func (t *table) ladder(l *line, streak int) {
	step := poolstate.Step(streak)
	if step == 0 {
		l.put(inkFaint, strings.Repeat("·", poolstate.Steps))
		return
	}
	l.put(stepInk(step), strings.Join(rungs[:step], ""))
	unlit := strings.Join(rungs[step:], "")
	if t.theme.dotted {
		unlit = strings.Repeat("·", poolstate.Steps-step)
	}
	l.put(inkLine, unlit)
}

// back draws the countdown with the mark of its origin, and the clock time, or
// the other way round.
func (t *table) back(l *line, a poolstate.Assessment) {
	waits := a.Availability.Returns()
	colour, weight := inkSecondary, regular
	switch {
	case waits:
		colour, weight = stateInk(a.Availability), bold
	case a.Availability == poolstate.Due:
		colour = inkDue
	}
	first, second := t.times(a)
	l.right(t.cols.backEnd, colour, weight, first)
	if waits {
		mark := inkSecondary
		if a.Deadline.Suspect {
			mark = inkDead
		}
		l.put(mark, originMark(a.Deadline))
	}
	if t.cols.atEnd > 0 && second != "" {
		l.right(t.cols.atEnd, inkSecondary, regular, second)
	}
}

// cooldown draws elapsed and left as a bar, the total beside it, and what the
// next failure would cost.
func (t *table) cooldown(l *line, c *poolstate.Credential, a poolstate.Assessment) {
	shown := a.Availability.Returns() || a.Availability == poolstate.Due
	switch {
	case t.timeline != nil:
		t.timeline.draw(l.to(t.cols.bar), c, &a)
	case t.cols.bar > 0 && shown && a.Cooldown > 0:
		l.to(t.cols.bar)
		t.bar(l, a)
		l.to(t.cols.total).put(inkSecondary, text.Fit(text.Span(a.Cooldown), totalWidth))
	}
	if t.cols.thenEnd > 0 && shown {
		l.right(t.cols.thenEnd, inkSecondary, regular, text.Fit(text.Span(a.Next), thenWidth))
	}
}

// bar shows what has elapsed as a thin line and what is left as a thick one; a
// half cell at the joint doubles its resolution.
func (t *table) bar(l *line, a poolstate.Assessment) {
	w, halves := t.cols.barW, t.halves(a)
	full, half := halves/2, halves%2
	colour := stateInk(a.Availability)
	l.put(inkLine, strings.Repeat("─", w-full-half))
	l.put(colour, strings.Repeat("╺", half)+strings.Repeat("━", full))
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
