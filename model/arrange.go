package model

import (
	"time"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/filter"
)

// arrangement is what of the pool is listed, and in which order.
type arrangement struct {
	filter filter.Filter
	// input is what was typed of the filter; typing is true while it is.
	input   *textinput.Model
	typing  bool
	problem string
	// applied is the text of the filter in force.
	applied string

	order      filter.Order
	descending bool
	folded     map[string]bool // providers, by name

	// changed is when a credential was last seen to change.
	changed    map[poolstate.Ref]time.Time
	lastChange time.Time // of any
	// anchor is the credential that was selected before the filter hid it.
	anchor *poolstate.Ref
}

// maxFilterText is how many characters of a filter can be typed.
const maxFilterText = 200

func newArrangement(o filter.Order, descending bool) arrangement {
	in := textinput.New()
	in.CharLimit = maxFilterText
	return arrangement{input: &in, order: o, descending: descending}
}

// plain reports whether the pool is listed whole and in its own order.
func (a *arrangement) plain() bool {
	return a.filter.IsZero() && a.order == filter.OrderPool && !a.descending
}

// arrange lists the pool anew and keeps the selection on its credential.
func (m *Model) arrange() {
	if m.snapshot.Pool == nil {
		return
	}
	at := m.position()
	a := &m.arrangement
	listing := filter.Listing{
		Filter: a.filter, Order: a.order, Reverse: a.descending, Collapsed: a.folded,
		Changed: func(ref poolstate.Ref) time.Time { return a.changed[ref] },
	}
	m.groups = listing.Groups(m.snapshot.Pool, m.policy, m.now)
	m.reselect(at)
}

// arrangeKey acts on the keys of filter, sort and folding, and reports whether
// it was one of them.
func (m *Model) arrangeKey(msg tea.KeyPressMsg) bool {
	k, a := m.keys, &m.arrangement
	empty := m.snapshot.Pool == nil || m.snapshot.Pool.Len() == 0
	switch {
	case empty && key.Matches(msg, k.Filter, k.Sort, k.Direction, k.Fold, k.Unfold):
		m.refuse("%s", m.whyNothing())
		return true
	case key.Matches(msg, k.Filter):
		a.typing = true
		_ = a.input.Focus() // its command only makes a cursor blink
		if m.pane != ui.PaneEvents {
			m.open(ui.PaneTable)
		}
		return true
	case key.Matches(msg, k.Sort):
		a.order, a.descending = a.order.Next(), false
	case key.Matches(msg, k.Direction):
		a.descending = !a.descending
	case key.Matches(msg, k.Fold, k.Unfold):
		m.fold(key.Matches(msg, k.Fold))
	default:
		return false
	}
	m.arrange()
	return true
}

// fold hides the credentials of the selected one's provider, or shows those of
// the provider that was folded last.
func (m *Model) fold(hide bool) {
	a := &m.arrangement
	next := make(map[string]bool, len(a.folded)+1)
	for name := range a.folded {
		next[name] = true
	}
	switch {
	case hide && m.selected != nil:
		next[m.selected.Provider] = true
	case hide:
		m.refuse("%s", m.whyNothing())
		return
	case len(next) == 0:
		m.refuse("no provider is folded")
		return
	case a.anchor != nil && next[a.anchor.Provider]:
		delete(next, a.anchor.Provider)
	default:
		clear(next)
	}
	a.folded = next
}

// typed takes a key into the filter, which acts at once.
func (m *Model) typed(msg tea.KeyPressMsg) tea.Cmd {
	k, a := m.dialogKeys, &m.arrangement
	switch {
	case key.Matches(msg, k.Abort):
		return m.quit()
	case key.Matches(msg, k.Clear):
		m.clearFilter()
		return nil
	case key.Matches(msg, k.Keep):
		a.typing = false
		a.input.Blur()
		return nil
	}
	*a.input, _ = a.input.Update(msg) // its command only makes a cursor blink
	m.refilter()
	return nil
}

// refilter reads what was typed. What cannot be read leaves the list as it is.
func (m *Model) refilter() {
	a := &m.arrangement
	f, err := filter.Parse(a.input.Value())
	a.problem = ""
	if err != nil {
		a.problem = err.Error()
		return
	}
	a.filter, a.applied = f, a.input.Value()
	m.arrange()
}

func (m *Model) clearFilter() {
	a := &m.arrangement
	a.input.SetValue("")
	a.input.Blur()
	a.typing, a.problem, a.filter, a.applied = false, "", filter.Filter{}, ""
	m.arrange()
}

// noteChanges remembers which credentials changed from one picture to the next.
func (m *Model) noteChanges(events []poolstate.Event, p *poolstate.Pool) {
	if len(events) == 0 {
		return
	}
	a := &m.arrangement
	next := make(map[poolstate.Ref]time.Time, len(events))
	for c := range p.All() {
		if at, changed := a.changed[c.Ref]; changed {
			next[c.Ref] = at
		}
	}
	for i := range events {
		if c := events[i].Credential(); c != nil {
			next[c.Ref] = m.cfg.Clock.Now()
		}
	}
	a.changed, a.lastChange = next, m.cfg.Clock.Now()
}

// filterLine is the arrangement as ui draws it, nil when there is nothing to
// say.
func (m *Model) filterLine() *ui.FilterLine {
	a := &m.arrangement
	if m.snapshot.Pool == nil || !a.typing && a.plain() && a.problem == "" {
		return nil
	}
	shown := 0
	for _, g := range m.groups {
		shown += len(g.Credentials)
	}
	f := &ui.FilterLine{
		Text: a.input.Value(), Cursor: a.input.Position(), Typing: a.typing, Problem: a.problem,
		Shown: shown, Total: m.snapshot.Pool.Len(),
	}
	if a.order != filter.OrderPool || a.descending {
		f.Order = a.order.String()
		if a.descending {
			f.Order += ", reversed"
		}
	}
	return f
}
