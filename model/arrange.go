package model

import (
	"fmt"
	"time"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/filter"
)

// arrangement is which credentials are listed, and in which order.
type arrangement struct {
	filter  filter.Filter
	applied string           // the text of filter
	input   *textinput.Model // what has been typed
	typing  bool
	problem string // why that is not applied

	order      filter.Order
	descending bool
	folded     map[string]bool // names of providers

	// changed is when a credential was last seen to change, lastChange when any was.
	changed    map[poolstate.Ref]time.Time
	lastChange time.Time
	// anchor is the credential that was selected before it was hidden.
	anchor *poolstate.Ref
}

// maxFilterText is the largest number of characters of a filter.
const maxFilterText = 200

func newArrangement(o filter.Order, descending bool) arrangement {
	in := textinput.New()
	in.CharLimit = maxFilterText
	return arrangement{input: &in, order: o, descending: descending, folded: map[string]bool{}}
}

// isDefault reports whether everything is listed, in the order of the pool.
func (a *arrangement) isDefault() bool {
	return a.filter.IsZero() && a.order == filter.OrderPool && !a.descending
}

// arrange lists the pool again.
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

// arrangePressed acts on the keys that filter, sort and fold.
func (m *Model) arrangePressed(pressed fmt.Stringer) tea.Cmd {
	k, a := m.keys, &m.arrangement
	switch {
	case key.Matches(pressed, k.Filter):
		a.typing = true
		_ = a.input.Focus() // the command is for a blinking cursor
		if m.pane != ui.PaneEvents {
			m.open(ui.PaneTable)
		}
		return nil
	case key.Matches(pressed, k.Sort):
		a.order, a.descending = a.order.Next(), false
	case key.Matches(pressed, k.Direction):
		a.descending = !a.descending
	case key.Matches(pressed, k.Fold):
		a.folded[m.selected.Provider] = true
	case key.Matches(pressed, k.Unfold):
		switch {
		case len(a.folded) == 0:
			return m.setStatus(ui.AnswerRefused, "no provider is folded")
		case a.anchor != nil && a.folded[a.anchor.Provider]: // it was folded last
			delete(a.folded, a.anchor.Provider)
		default:
			clear(a.folded)
		}
	}
	m.arrange()
	return nil
}

// toggleFold folds or unfolds a provider.
func (m *Model) toggleFold(provider string) {
	if folded := m.arrangement.folded; folded[provider] {
		delete(folded, provider)
	} else {
		folded[provider] = true
	}
	m.arrange()
}

// sortBy sorts by a column, or reverses the order if it is sorted by it.
func (m *Model) sortBy(o filter.Order) {
	a := &m.arrangement
	a.order, a.descending = o, a.order == o && !a.descending
	m.arrange()
}

// filterTyped acts on a key while the filter is typed.
func (m *Model) filterTyped(pressed fmt.Stringer) tea.Cmd {
	k, a := m.dialogKeys, &m.arrangement
	switch {
	case key.Matches(pressed, k.Abort):
		return m.quit()
	case key.Matches(pressed, k.Cancel):
		m.clearFilter()
	case key.Matches(pressed, k.Accept):
		a.typing = false
		a.input.Blur()
	default:
		*a.input, _ = a.input.Update(pressed)
		m.refilter()
	}
	return nil
}

// refilter applies what has been typed, if it is valid.
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
	a.typing = false
	m.refilter()
}

// recordChanges records which credentials changed just now.
func (m *Model) recordChanges(events []poolstate.Event, p *poolstate.Pool) {
	if len(events) == 0 {
		return
	}
	a, now := &m.arrangement, m.cfg.Clock.Now()
	next := make(map[poolstate.Ref]time.Time, len(events))
	for c := range p.All() {
		if at, changed := a.changed[c.Ref]; changed {
			next[c.Ref] = at
		}
	}
	for i := range events {
		if c := events[i].Credential(); c != nil {
			next[c.Ref] = now
		}
	}
	a.changed, a.lastChange = next, now
}

// filterLine returns the line that describes the arrangement, nil for the default
// one.
func (m *Model) filterLine() *ui.FilterLine {
	a := &m.arrangement
	if m.snapshot.Pool == nil || !a.typing && a.isDefault() && a.problem == "" {
		return nil
	}
	f := &ui.FilterLine{
		Text: a.input.Value(), Cursor: a.input.Position(), Typing: a.typing, Problem: a.problem,
		Shown: len(m.listed()), Total: m.snapshot.Pool.Len(),
	}
	if a.order != filter.OrderPool || a.descending {
		f.Order = a.order.String()
		if a.descending {
			f.Order += ", reversed"
		}
	}
	return f
}
