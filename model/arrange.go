package model

import (
	"fmt"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/filter"
)

// filterField holds a filter and the text field for typing it.
type filterField struct {
	filter  filter.Filter
	applied string           // the text of filter
	input   *textinput.Model // the text typed so far
	typing  bool
	problem string // why the input is not applied, or ""
}

func newFilterField() filterField {
	input := textinput.New()
	input.CharLimit = maxPaste
	return filterField{input: &input}
}

// filterField returns the filter field of the events, the help or the table, depending on
// the view.
func (m *Model) filterField() *filterField {
	switch m.view() {
	case ui.PaneEvents:
		return &m.log.filterField
	case ui.PaneHelp:
		return &m.search
	}
	return &m.arrangement.filterField
}

// arrangement determines which credentials are listed, and in what order.
type arrangement struct {
	filterField
	order      filter.Order
	descending bool
	hidden     ui.Hidden       // columns that the table omits
	view       *View           // the view that was selected last; nil for none
	before     *View           // the arrangement to return to when the view is left
	byProfile  bool            // groups are profiles, not providers
	folded     map[string]bool // folded groups, by name
	// otherFolded contains the folded groups of the grouping that is not in use.
	otherFolded map[string]bool

	changed    map[poolstate.Ref]time.Time // when a credential was last seen to change
	lastChange time.Time                   // the latest time in changed
	anchor     *poolstate.Ref              // credential to select again when it is no longer hidden
}

// isDefault reports whether all credentials are listed in pool order.
func (a *arrangement) isDefault() bool {
	return a.filter.IsZero() && a.order == filter.OrderPool && !a.descending
}

func (m *Model) arrange() {
	if m.pool == nil {
		return
	}
	at := m.position()
	a := &m.arrangement
	height := m.height
	if m.cfg.Demo != nil {
		height-- // for the narration
	}
	m.outFirst = a.order == filter.OrderPool && !a.descending && !ui.TableFits(&ui.Screen{Height: height, Pool: m.pool, ByProfile: a.byProfile})
	m.groups = m.listing().Groups(m.pool, m.viewPolicy(), m.now)
	m.reselect(at)
}

// viewPolicy returns the policy to display, for the model in the filter if there is one.
func (m *Model) viewPolicy() poolstate.Policy {
	return m.policy.ForModel(m.arrangement.filter.Model(m.pool))
}

func (m *Model) listing() *filter.Listing {
	a := &m.arrangement
	return &filter.Listing{
		Filter: a.filter, Order: a.order, Reverse: a.descending, OutFirst: m.outFirst, Collapsed: a.folded, Changed: a.changed,
		ByProfile: a.byProfile && m.several,
	}
}

// groupOf returns the name of the group in which a credential is listed.
func (m *Model) groupOf(ref *poolstate.Ref) string {
	return m.listing().GroupName(&poolstate.Credential{Ref: *ref})
}

func (m *Model) arrangePressed(pressed fmt.Stringer) tea.Cmd {
	k, a := m.keys, &m.arrangement
	switch {
	case key.Matches(pressed, k.Filter):
		if view := m.view(); view != ui.PaneEvents && view != ui.PaneHelp {
			m.open(ui.PaneTable)
		}
		f := m.filterField()
		f.typing = true
		_ = f.input.Focus() // the command only makes the cursor blink
		return nil
	case key.Matches(pressed, k.Sort):
		a.order, a.descending = a.order.Next(), false
	case key.Matches(pressed, k.Direction):
		a.descending = !a.descending
	case key.Matches(pressed, k.Fold):
		a.folded[m.groupOf(m.selected)] = true
	case key.Matches(pressed, k.Group):
		m.toggleGroups()
		return nil
	case key.Matches(pressed, k.Unfold):
		switch {
		case len(a.folded) == 0:
			return m.setStatus(ui.AnswerRefused, "no provider is folded")
		case a.anchor != nil && a.folded[m.groupOf(a.anchor)]: // the group that was folded last
			delete(a.folded, m.groupOf(a.anchor))
		default:
			clear(a.folded)
		}
	}
	m.arrange()
	return nil
}

func (m *Model) filterTyped(pressed fmt.Stringer) tea.Cmd {
	k, a := &dialogKeys, m.filterField()
	switch {
	case key.Matches(pressed, k.Abort):
		return m.quit()
	case key.Matches(pressed, k.Cancel):
		m.clearFilter()
	case key.Matches(pressed, k.Accept):
		a.typing = false
		a.input.Blur()
	default:
		edit(a.input, pressed)
		m.refilter()
	}
	return nil
}

func (m *Model) refilter() {
	a := m.filterField()
	if m.view() == ui.PaneHelp { // the text is not parsed: it consists of plain words
		a.applied, m.paneOffset = a.input.Value(), 0
		return
	}
	f, err := filter.Parse(a.input.Value())
	a.problem = ""
	if err != nil {
		a.problem = err.Error()
		return
	}
	a.filter, a.applied = f, a.input.Value()
	if m.view() != ui.PaneEvents {
		m.arrange()
	}
}

func (m *Model) clearFilter() {
	a := m.filterField()
	a.input.SetValue("")
	a.input.Blur()
	a.typing = false
	m.refilter()
}

// recordChanges records which rows have changed, including rows that borrow a credential.
func (m *Model) recordChanges(events []poolstate.Event) {
	if len(events) == 0 || m.latest.pool == nil {
		return
	}
	a, now := &m.arrangement, m.cfg.Clock.Now()
	next := make(map[poolstate.Ref]time.Time, len(events))
	for i := range events {
		if c := events[i].Credential(); c != nil {
			next[c.Ref] = now
		}
	}
	for c := range m.latest.pool.All() {
		if _, changed := next[c.Original()]; changed && c.BorrowedFrom != "" {
			next[c.Ref] = now
		} else if at, before := a.changed[c.Ref]; before && !changed {
			next[c.Ref] = at
		}
	}
	a.changed, a.lastChange = next, now
}

// filterLine describes the filter of the view. It returns nil if there is none.
func (m *Model) filterLine() *ui.FilterLine {
	a := m.filterField()
	if m.view() == ui.PaneHelp {
		if !a.typing && a.applied == "" {
			return nil
		}
		return &ui.FilterLine{Text: a.input.Value(), Cursor: a.input.Position(), Typing: a.typing}
	}
	if m.pool == nil || !a.typing && a.filter.IsZero() && a.problem == "" {
		return nil
	}
	f := &ui.FilterLine{
		Text: a.input.Value(), Cursor: a.input.Position(), Typing: a.typing, Problem: a.problem,
		Shown: len(m.listed()), Total: m.pool.Len(),
	}
	if m.view() == ui.PaneEvents {
		f.Shown, f.Total, f.Of = len(m.log.shown), len(m.log.all()), "events"
	}
	return f
}

func (m *Model) listed() []*poolstate.Credential { return slices.Collect(filter.Listed(m.groups)) }

func (m *Model) empty() bool { return m.pool == nil || m.pool.Len() == 0 }

// position returns the index of the selected credential in the table, or 0.
func (m *Model) position() int {
	return max(find(m.listed(), m.selected), 0)
}

// selectAt selects the credential at an index of the table, or the nearest one if the
// index is out of range.
func (m *Model) selectAt(i int) {
	m.selected = nil
	if all := m.listed(); len(all) > 0 {
		ref := all[min(max(i, 0), len(all)-1)].Ref // copied so as not to keep an old pool in memory
		m.selected = &ref
	}
}

// reselect keeps the same credential selected after the list has changed. While that
// credential is not listed, the credential at its former index is selected instead.
func (m *Model) reselect(at int) {
	all, a := m.listed(), &m.arrangement
	if i := find(all, a.anchor); i >= 0 {
		at, a.anchor = i, nil
	} else if i := find(all, m.selected); i >= 0 {
		at = i
	} else if a.anchor == nil {
		if a.anchor = m.selected; m.selected != nil {
			original := m.original(*m.selected)
			if i := find(all, &original); i >= 0 {
				at = i
			}
		}
	}
	m.selectAt(at)
}

// original returns the ref of the credential that a row of the table shows. It differs from the
// row's ref if the row is borrowed.
func (m *Model) original(row poolstate.Ref) poolstate.Ref {
	if c := m.pool.Find(row); c != nil {
		return c.Original()
	}
	return row
}

// find returns the index of the credential with the given ref, or -1. If no ref is equal, find
// returns the first credential with the same profile, provider and id.
func find(list []*poolstate.Credential, ref *poolstate.Ref) int {
	if ref == nil {
		return -1
	}
	exact := slices.IndexFunc(list, func(c *poolstate.Credential) bool { return c.Ref == *ref })
	if exact >= 0 || ref.ID == "" {
		return exact
	}
	return slices.IndexFunc(list, func(c *poolstate.Credential) bool {
		return c.Provider == ref.Provider && c.ID == ref.ID && c.Profile == ref.Profile
	})
}

func (m *Model) open(p ui.Pane) {
	m.pane, m.paneOffset, m.scrolledUp = p, 0, false
	m.search.input.SetValue("")
	m.search.applied = ""
}

func (m *Model) toggle(p ui.Pane) {
	if m.pane == p {
		p = ui.PaneTable
	}
	m.open(p)
}

// toggleEvents opens the events, filtered like the table, or closes them.
func (m *Model) toggleEvents() {
	m.toggle(ui.PaneEvents)
	if m.pane == ui.PaneEvents {
		l, a := &m.log, &m.arrangement
		l.cursor = 0
		l.input.SetValue(a.applied)
		l.filter, l.applied, l.problem = a.filter, a.applied, ""
	}
}

// move moves the selection or the cursor of the events, or scrolls the open pane.
func (m *Model) move(pressed fmt.Stringer) tea.Cmd {
	k := m.keys
	if m.view() == ui.PaneEvents {
		m.log.moveTo(m.step(pressed, m.log.cursor, ui.PageSize(m.screen()), len(m.log.shown)-1))
		return nil
	}
	if m.pane == ui.PaneHelp || m.pane == ui.PaneOutput || m.pane == ui.PaneDetail && key.Matches(pressed, k.PageUp, k.PageDown) {
		m.scrollPane(m.step(pressed, m.paneOffset, max(m.height-4, 1), ui.PaneLines(m.screen())))
		return nil
	}
	if m.selected == nil {
		return m.setStatus(ui.AnswerRefused, m.whyNoSelection())
	}
	m.paneOffset = 0
	m.arrangement.anchor = nil
	m.selectAt(m.step(pressed, m.position(), ui.PageSize(m.screen()), len(m.listed())-1))
	return nil
}

// step returns the position that a key moves to. The position may be out of range.
func (m *Model) step(pressed fmt.Stringer, at, page, last int) int {
	switch k := m.keys; {
	case key.Matches(pressed, k.Up):
		return at - 1
	case key.Matches(pressed, k.Down):
		return at + 1
	case key.Matches(pressed, k.PageUp):
		return at - page
	case key.Matches(pressed, k.PageDown):
		return at + page
	case key.Matches(pressed, k.Bottom):
		return last
	}
	return 0
}

func (m *Model) scrollPane(to int) {
	last := ui.PaneLines(m.screen())
	m.paneOffset = min(max(to, 0), last)
	m.scrolledUp = m.paneOffset < last
}
