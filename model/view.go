package model

import (
	"fmt"
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"pooltop/ui"
	"pooltop/ui/filter"
	"pooltop/ui/text"
)

// View is a filter and an order of the table, which a key selects.
type View struct {
	Key, Name  string // Key is not bound to an action
	Filter     string // must be valid
	Order      filter.Order
	Descending bool
	Without    ui.Hidden // columns to leave out
}

// setViews binds the keys of the configured views.
func (m *Model) setViews() {
	m.keys.views = nil
	for _, v := range m.cfg.Views {
		m.keys.views = append(m.keys.views, bind(text.Clean(v.Name, text.RowLimit), v.Key))
	}
}

// viewPressed selects the view of a key or, if the table shows it already, returns to the
// arrangement before.
func (m *Model) viewPressed(pressed fmt.Stringer) {
	i := slices.IndexFunc(m.keys.views, func(b key.Binding) bool { return key.Matches(pressed, b) })
	a, next := &m.arrangement, &m.cfg.Views[i]
	switch {
	case m.viewName() != "" && a.view.Key == next.Key:
		a.view, next, a.before = nil, a.before, nil
	case a.view == nil:
		a.view, a.before = next, m.arrangedAs()
	default:
		a.view = next
	}
	m.open(ui.PaneTable)
	m.arrangeAs(next)
}

// arrangeAs sets the filter, the order and the columns of a view.
func (m *Model) arrangeAs(v *View) {
	a := &m.arrangement
	a.order, a.descending, a.hidden = v.Order, v.Descending, v.Without
	a.input.SetValue(v.Filter)
	a.filter, _ = filter.Parse(v.Filter) // valid
	a.applied, a.problem = v.Filter, ""
	m.arrange()
}

// reapplyView applies the new version of a view that is in effect after the configuration has
// changed. If the view has been removed, the arrangement stays.
func (m *Model) reapplyView() {
	a, on := &m.arrangement, m.viewName() != ""
	if a.view == nil {
		return
	}
	i := slices.IndexFunc(m.cfg.Views, func(v View) bool { return v.Key == a.view.Key })
	if i < 0 {
		a.view, a.before = nil, nil
		return
	}
	if a.view = &m.cfg.Views[i]; on {
		m.arrangeAs(a.view)
	}
}

// arrangedAs returns the present arrangement as a view.
func (m *Model) arrangedAs() *View {
	a := &m.arrangement
	return &View{Filter: a.applied, Order: a.order, Descending: a.descending, Without: a.hidden}
}

// viewName returns the name of the selected view, or "" if the filter or the order has been
// changed since.
func (m *Model) viewName() string {
	now, v := m.arrangedAs(), m.arrangement.view
	if v == nil {
		return ""
	}
	now.Key, now.Name = v.Key, v.Name
	if *now != *v {
		return ""
	}
	return v.Name
}

// saveView saves the filter and the order of the table as a view, with the first free digit as
// its key.
func (m *Model) saveView() tea.Cmd {
	a, v := &m.arrangement, *m.arrangedAs()
	if a.isDefault() || m.cfg.SaveView == nil {
		return m.setStatus(ui.AnswerRefused, "set a filter or an order first")
	}
	same := func(other View) bool {
		return other.Filter == v.Filter && other.Order == v.Order && other.Descending == v.Descending
	}
	if i := slices.IndexFunc(m.cfg.Views, same); i >= 0 {
		return m.setStatus(ui.AnswerRefused, "already saved as view "+ui.KeyWord(m.cfg.Views[i].Key))
	}
	if v.Name = a.applied; v.Name == "" {
		v.Name = "by " + v.Order.Name()
	}
	own := slices.Concat(m.keys.views, m.keys.Commands, m.keys.all())
	for digit := '1'; digit <= '9' && v.Key == ""; digit++ {
		if k := clickedKey(digit); !key.Matches(k, own...) {
			v.Key = string(k)
		}
	}
	if v.Key == "" {
		return m.setStatus(ui.AnswerRefused, "the keys 1 to 9 are in use")
	}
	save := m.cfg.SaveView
	return func() tea.Msg {
		err := save(v)
		return result(func(m *Model) tea.Cmd {
			if err != nil {
				return m.setStatus(ui.AnswerRefused, "view not saved: "+err.Error())
			}
			return m.setStatus(ui.AnswerDone, "saved as view "+v.Key+": "+text.Clean(v.Name, text.RowLimit))
		})
	}
}
