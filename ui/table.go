package ui

import (
	"iter"
	"strconv"

	"pooltop/poolstate"
	"pooltop/ui/chart"
	"pooltop/ui/filter"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// table draws the lines of the table.
type table struct {
	s     *Screen
	theme *theme.Theme
	cols  columns
	form  timeForm
	// timeline is the scale that all cooldowns share; nil if each has its own.
	timeline *chart.Timeline
}

func newTable(s *Screen, th *theme.Theme) *table {
	t := &table{s: s, theme: th, cols: columnsFor(s.Width, s.Hidden), form: s.timeForm()}
	if s.Timeline && t.cols.shows(ColumnCooldown) {
		t.timeline = chart.NewTimeline(listed(s.Groups), s.Policy, s.Now, t.cols.at[ColumnCooldown].width())
	}
	return t
}

// listed returns all credentials of the groups, in their order.
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

// header draws the titles of the columns.
func (t *table) header() string {
	l := t.theme.Line()
	for i := range columnSpecs {
		col, cell := Column(i), t.cols.at[i]
		switch {
		case cell.width() == 0:
		case col == ColumnCooldown && t.timeline != nil:
			t.timeline.Title(l.To(cell.from))
		case columnSpecs[i].right || col == ColumnStreak && cell.width() < streakWidth:
			l.Right(cell.to, theme.Faint, theme.Regular, t.title(col))
		default:
			l.To(cell.from).Write(theme.Faint, t.title(col))
		}
	}
	return l.String()
}

func (t *table) title(col Column) string {
	title := columnSpecs[col].title
	switch {
	case col == columnName && t.cols.at[col].width() < len(title):
		return "NAME"
	case col == columnBack && t.form.clock:
		return "BACK AT "
	case col == ColumnAt && t.form.clock:
		return "IN"
	}
	return title
}

// draw draws a line of the table.
func (t *table) draw(tl tableLine) string {
	switch tl.kind {
	case lineHeading:
		return t.heading(&t.s.Groups[tl.group])
	case lineNote:
		note := t.s.Groups[tl.group].Provider.Notes[tl.item]
		l := t.theme.Line().To(t.cols.glyph).Write(theme.Cooling, "!")
		from := t.cols.at[columnName].from
		return l.To(from).Write(theme.Secondary, text.Fit(note, t.cols.end-from)).String()
	case lineCredential:
		return t.credential(t.s.Groups[tl.group].Credentials[tl.item])
	}
	return ""
}

// heading draws a provider's name and how many of its credentials are ready. A
// provider that is out is the loudest line on the screen.
func (t *table) heading(g *filter.Group) string {
	sum := g.Provider.Summarize(t.s.Policy, t.s.Now)
	end := t.cols.end
	l := t.theme.Line().To(t.cols.cursor + 1)
	// The name may take half of the line; the state is never pushed out.
	name := text.Fit(text.ProviderName(g.Provider.Name), max((end-l.Col())/2, 8))
	state, role, weight := "no credentials", theme.Secondary, theme.Regular
	nameRole := theme.Text
	switch {
	case sum.Out():
		nameRole, role, weight = theme.Dead, theme.Dead, theme.Bold
		state = outSentence(&sum, t.s.Now, t.form)
		if l.Col()+text.Width(name)+2+text.Width(state) > end {
			state = "none ready"
		}
	case sum.Total > 0:
		state = strconv.Itoa(sum.Ready()) + " of " + strconv.Itoa(sum.Total) + " ready"
	}
	l.Bold(nameRole, text.Fit(name, max(end-l.Col()-text.Width(state)-2, 8)))
	add(l, 2, end, role, weight, state)
	if n := len(g.Provider.Credentials) - len(g.Credentials); n > 0 {
		add(l, 2, end, theme.Secondary, theme.Regular, strconv.Itoa(n)+" hidden")
	}
	if n := g.Provider.Outage(t.s.Policy, t.s.Now); n > 0 {
		add(l, 2, end, theme.Secondary, theme.Regular, outageSentence(n))
	}
	gap := 1
	if t.s.Width >= mediumFrom {
		gap = 2
	}
	return l.To(l.Col() + gap).Rule(end).String()
}
