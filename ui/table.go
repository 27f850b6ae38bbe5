package ui

import (
	"slices"
	"strconv"
	"strings"

	"pooltop/poolstate"
	"pooltop/ui/chart"
	"pooltop/ui/filter"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

type lineKind uint8

const (
	lineHeading lineKind = iota
	lineNote
	lineCredential
	lineBlank
)

// tableLine is a line of the table before it is drawn.
type tableLine struct {
	kind  lineKind
	group int
	item  int // index into the group's notes or credentials
}

// lines returns all lines of the table. If spaced, a blank line separates groups.
func (s *Screen) lines(spaced bool) []tableLine {
	n := 0
	for _, g := range s.Groups {
		n += 2 + len(g.Notes) + len(g.Credentials)
	}
	out := make([]tableLine, 0, n)
	for g := range s.Groups {
		if spaced && g > 0 {
			out = append(out, tableLine{lineBlank, g, 0})
		}
		out = append(out, tableLine{lineHeading, g, 0})
		for i := range s.Groups[g].Notes {
			out = append(out, tableLine{lineNote, g, i})
		}
		for i := range s.Groups[g].Credentials {
			out = append(out, tableLine{lineCredential, g, i})
		}
	}
	return out
}

// List draws the whole table for output to a file or pipe: summary, column titles
// and every row, without trailing spaces. If there is no pool to list, it
// returns only an explanation.
func List(s *Screen) string {
	var out []string
	if s.ActiveProfile != "" {
		out = append(out, text.Fit("active profile: "+clean(s.ActiveProfile)+" (not shown)", s.Width))
	}
	if s.isEmpty() {
		_, headline, help := s.emptyWords()
		return strings.Join(append(append(out, headline), help...), "\n")
	}
	t := newTable(s)
	out = append(out, s.counts())
	if s.Pool.Len() > 0 {
		out = append(out, s.next(), "", t.header())
	}
	for _, l := range s.lines(true) {
		out = append(out, t.draw(l))
	}
	for i := range out {
		out[i] = strings.TrimRight(out[i], " ")
	}
	return strings.Join(out, "\n")
}

type table struct {
	s        *Screen
	cols     columns
	next     map[poolstate.Ref][]string // see addNext
	timeline *chart.Timeline            // the scale shared by all cooldowns; nil if each has its own
}

func newTable(s *Screen) *table {
	t := &table{s: s, cols: columnsFor(s.Width, s.hidden(), s.content()), next: map[poolstate.Ref][]string{}}
	for i := 0; s.Pool != nil && i < len(s.Pool.Providers); i++ {
		s.addNext(t.next, &s.Pool.Providers[i])
	}
	if s.Timeline && t.cols.shows(ColumnCooldown) {
		t.timeline = chart.NewTimeline(filter.Listed(s.Groups), s.Policy, s.Now, t.cols.at[ColumnCooldown].width())
	}
	return t
}

// header draws the column titles, marks the sort column, and makes the titles clickable.
func (t *table) header() string {
	t.s.addTitles(&t.cols)
	l, ordered := t.s.line(), t.orderColumn()
	for col := range columnCount {
		cell := t.cols.at[col]
		switch {
		case cell.width() == 0:
		case col == ColumnCooldown && t.timeline != nil:
			t.timeline.Title(l.To(cell.from))
		case columnSpecs[col].right || col == ColumnStreak && cell.width() < streakWidth:
			l.Right(cell.to-columnSpecs[col].after, theme.Faint, theme.Regular, t.title(col))
		default:
			l.To(cell.from).Write(theme.Faint, t.title(col))
		}
		if col == ordered {
			l = t.orderMark(l)
		}
	}
	return l.String()
}

// orderColumn returns the column whose title shows the order: the column by which the table is
// sorted or, if that column is not visible, the first column.
func (t *table) orderColumn() Column {
	col, known := map[filter.Order]Column{
		filter.OrderWorst: ColumnWhy, filter.OrderDeadline: columnBack, filter.OrderStreak: ColumnStreak, filter.OrderState: columnState,
	}[t.s.Order]
	if known && t.cols.shows(col) {
		return col
	}
	return columnName
}

// orderMark draws the direction of the order after the title of the order column. In the first
// column, it also draws the name of the order and shortens the title if necessary. For pool
// order, it draws "out first" if providers that are out come first, only the direction if the
// order is reversed, and otherwise nothing.
func (t *table) orderMark(l *theme.Line) *theme.Line {
	s, mark, name := t.s, "▾", t.s.Order.Name()
	if s.Descending {
		mark = "▴"
	}
	if t.orderColumn() != columnName {
		return l.Bold(theme.Accent, mark)
	}
	if s.Order == filter.OrderPool {
		switch name = ""; {
		case s.OutFirst:
			name = "out first"
		case !s.Descending:
			return l
		}
	}
	from, end := t.cols.at[columnName].from, t.cols.end
	for _, cell := range t.cols.at[columnName+1:] {
		if cell.width() > 0 {
			end = min(end, cell.from-1)
		}
	}
	title := t.title(columnName)
	for _, shorter := range []string{"NAME", ""} {
		if from+text.Width(joined(" ", title, mark, name)) > end {
			title = shorter
		}
	}
	l = s.line().To(from).Write(theme.Faint, title)
	if title != "" {
		l.To(l.Col() + 1)
	}
	l.Bold(theme.Accent, mark)
	addQuiet(l, 1, end, name)
	return l
}

func (t *table) title(col Column) string {
	switch title := columnSpecs[col].title; {
	case col == columnName && t.cols.at[col].width() < len(title):
		return "NAME"
	case col == columnBack && t.s.Clock:
		return "BACK AT"
	case col == ColumnAt && t.s.Clock:
		return "IN"
	default:
		return title
	}
}

func (t *table) draw(tl tableLine) string {
	g := &t.s.Groups[tl.group]
	switch tl.kind {
	case lineHeading:
		return t.heading(g)
	case lineNote:
		from := t.cols.at[columnName].from
		l := t.s.line().To(t.cols.glyph).Write(theme.Cooling, "!").To(from)
		return l.Write(theme.Secondary, text.Fit(g.Notes[tl.item], t.cols.end-from)).String()
	case lineCredential:
		return t.credential(g.Credentials[tl.item])
	}
	return ""
}

const outageBriefly = "outage?"

// heading draws the name of a provider or a profile and how many of its credentials are ready.
// If a provider is out, the heading is the most prominent line on the screen.
func (t *table) heading(g *filter.Group) string {
	s, end := t.s, t.cols.end
	sum, out := s.summaryOf(g)
	l, stale, outage := s.line().To(t.cols.cursor+1), s.staleFeed(g.Name), 0
	switch {
	case !g.Profile:
		stale, outage = nil, max(g.Providers[0].Outage(s.Policy, s.Now), s.Outages[g.Name])
	case stale != nil:
		l.Theme = s.Theme.Dimmed()
	}
	brief := 0 // the width that the outage needs
	if outage > 0 {
		brief = 2 + len(outageBriefly)
	}
	// The name may take half of the line, or at least 8 cells. The rest is for the state.
	name := text.Fit(text.ProviderName(g.Name), max((end-l.Col())/2, 8))
	state, nameRole, role, weight := "no credentials", theme.Text, theme.Secondary, theme.Regular
	switch {
	case sum.Out():
		nameRole, role, weight = theme.Dead, theme.Dead, theme.Bold
		state = s.outSentence(&sum)
		if text.Width(state) > end-l.Col()-text.Width(name)-2-brief {
			state = "none ready"
		}
	case sum.Total > 0:
		state = strconv.Itoa(sum.Ready()) + " of " + strconv.Itoa(sum.Total) + " ready"
	}
	if slices.ContainsFunc(out, outPart.own) {
		nameRole = theme.Dead
	}
	l.Bold(nameRole, text.Fit(name, max(end-l.Col()-text.Width(state)-2, 8)))
	if !g.Profile {
		addQuiet(l, 1, end-2-text.Width(state)-brief, s.strategyWords(g))
	}
	add(l, 2, end, role, weight, state)
	if stale != nil {
		l.Theme = s.Theme
		room := end - l.Col() - 4
		add(l, 2, end, theme.Dead, theme.Regular, "! "+staleWords(text.Clean(stale.Reason, text.MessageLimit), max(room, 5)))
		l.Theme = s.Theme.Dimmed()
	}
	if !sum.Out() {
		t.partlyOut(l, g, out)
	}
	if g.Profile {
		addQuiet(l, 2, end, s.strategyWords(g))
	}
	if n := g.Total() - len(g.Credentials); n > 0 {
		addQuiet(l, 2, end, strconv.Itoa(n)+" hidden")
	}
	if g.Profile || !s.several() {
		addQuiet(l, 2, end, borrowedWords(g))
	}
	if outage > 0 && sum.Out() {
		addOutage(l, end, outage)
	}
	return l.To(l.Col() + s.wider(1, 2)).Rule(end).String()
}

// addOutage draws that an outage has affected n accounts, as briefly as necessary.
func addOutage(l *theme.Line, end, n int) {
	_ = addQuiet(l, 2, end, "looks like an outage at the provider, not "+strconv.Itoa(n)+" bad credentials") ||
		addQuiet(l, 2, end, "looks like an outage") || addQuiet(l, 2, end, outageBriefly)
}

// partlyOut adds to a heading the providers of a profile that are out, or the profiles in
// which a provider is out. Providers whose credentials are all borrowed are less prominent.
func (t *table) partlyOut(l *theme.Line, g *filter.Group, out []outPart) {
	room := t.cols.end - l.Col() - 2
	if g.Profile {
		weight := theme.Regular
		if slices.ContainsFunc(out, outPart.own) {
			weight = theme.Bold
		}
		add(l, 2, t.cols.end, theme.Dead, weight, t.s.outForms(out, room))
		return
	}
	var names []string
	for _, part := range t.s.outParts(&g.Providers[0]) {
		names = append(names, part.name+part.users)
	}
	if len(names) > 0 {
		add(l, 2, t.cols.end, theme.Dead, theme.Regular, "out in "+joinNames(names, room-len("out in ")))
	}
}
