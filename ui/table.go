package ui

import (
	"iter"
	"strconv"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/chart"
	"pooltop/ui/filter"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// table draws the lines of the table.
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
	// timeline is the scale that all cooldowns share; nil if each has its own.
	timeline *chart.Timeline
	form     timeForm
}

func newTable(s *Screen, th *theme.Theme) *table {
	t := &table{
		groups: s.Groups, theme: th, policy: s.Policy, now: s.Now,
		width: s.Width, cols: columnsFor(s.Width, s.Hidden), selected: s.Selected,
		marked: s.Marked, fresh: s.Fresh, form: s.timeForm(),
	}
	if s.Timeline && t.cols.shows(ColumnCooldown) {
		t.timeline = chart.NewTimeline(listed(t.groups), t.policy, t.now, t.cols.at[ColumnCooldown].width())
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
		return t.heading(&t.groups[tl.group])
	case lineNote:
		note := t.groups[tl.group].Provider.Notes[tl.item]
		l := t.theme.Line().To(t.cols.glyph).Write(theme.Cooling, "!")
		from := t.cols.at[columnName].from
		return l.To(from).Write(theme.Secondary, text.Fit(note, t.cols.end-from)).String()
	case lineCredential:
		return t.credential(t.groups[tl.group].Credentials[tl.item])
	}
	return ""
}

// heading draws a provider's name and how many of its credentials are ready. A
// provider that is out is the loudest line on the screen.
func (t *table) heading(g *filter.Group) string {
	sum := g.Provider.Summarize(t.policy, t.now)
	end := t.cols.end
	l := t.theme.Line().To(t.cols.cursor + 1)
	// The name may take half of the line; the state is never pushed out.
	name := text.Fit(text.ProviderName(g.Provider.Name), max((end-l.Col())/2, 8))
	state, role, weight := "no credentials", theme.Secondary, theme.Regular
	nameRole := theme.Text
	switch {
	case sum.Out():
		nameRole, role, weight = theme.Dead, theme.Dead, theme.Bold
		state = outSentence(&sum, t.now, t.form)
		if l.Col()+text.Width(name)+2+text.Width(state) > end {
			state = "none ready"
		}
	case sum.Total > 0:
		state = strconv.Itoa(sum.Ready()) + " of " + strconv.Itoa(sum.Total) + " ready"
	}
	l.Bold(nameRole, text.Fit(name, max(end-l.Col()-text.Width(state)-2, 8)))
	add := func(role theme.Role, weight theme.Weight, s string) {
		if l.Col()+2+text.Width(s) <= end {
			l.To(l.Col()+2).Draw(role, weight, s)
		}
	}
	add(role, weight, state)
	if n := len(g.Provider.Credentials) - len(g.Credentials); n > 0 {
		add(theme.Secondary, theme.Regular, strconv.Itoa(n)+" hidden")
	}
	if n := g.Provider.Outage(t.policy, t.now); n > 0 {
		add(theme.Secondary, theme.Regular, outageSentence(n))
	}
	gap := 1
	if t.width >= mediumFrom {
		gap = 2
	}
	return l.To(l.Col() + gap).Rule(end).String()
}
