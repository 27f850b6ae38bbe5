package model

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/ui"
)

// storesChanged replaces the list of stores.
func (m *Model) storesChanged(msg StoresChanged) tea.Cmd {
	was := m.stores
	m.stores = nil
	var appeared, vanished []string
	var load []tea.Cmd
	for _, s := range msg.Stores {
		i := slices.IndexFunc(was, func(st *store) bool { return st.path == s.Operator.Store.Path() })
		if i >= 0 {
			was[i].Hidden = s.Hidden
			m.stores = append(m.stores, was[i])
			continue
		}
		st := m.newStore(s)
		m.stores = append(m.stores, st)
		appeared = append(appeared, s.Profile)
		load = append(load, m.startLoad(st))
	}
	for _, st := range was {
		if m.storeAt(st.path) == nil {
			vanished = append(vanished, st.Profile)
			m.forget(st)
		}
	}
	toggled := m.setSeveral(was)
	for _, st := range m.stores {
		if !slices.Contains(was, st) {
			load = append(load, m.readJournal(st))
		}
	}
	if m.assemble() && (!m.paused.on || toggled) {
		m.show()
	}
	var news []string
	if len(appeared) > 0 {
		news = append(news, "new: "+shortened(appeared))
	}
	if len(vanished) > 0 {
		news = append(news, "removed: "+shortened(vanished))
	}
	if len(news) > 0 {
		m.setStatus(ui.AnswerNews, "profiles changed; "+strings.Join(news, "; "))
	}
	return tea.Batch(load...)
}

// forget discards the marks and actions of a removed store, and logs its removal.
func (m *Model) forget(st *store) {
	m.logEvents(st, st.observer.Fail(true, m.cfg.Clock.Now()))
	profile := m.profileIn(st)
	maps.DeleteFunc(m.marked, func(ref poolstate.Ref, _ bool) bool { return ref.Profile == profile })
	for i := range m.performed {
		p := &m.performed[i]
		p.files = slices.DeleteFunc(p.files, func(f fileResult) bool { return f.store == st })
	}
	m.performed = slices.DeleteFunc(m.performed, func(p actionDone) bool { return len(p.files) == 0 })
}

// setSeveral updates m.several and reports whether it has changed. In that case, setSeveral adds
// the profile to all refs of the model or removes it.
func (m *Model) setSeveral(was []*store) (changed bool) {
	is := shown(m.stores)
	m.keys.setSeveral(len(is) > 1)
	if len(is) > 1 == m.several {
		return false
	}
	m.several = len(is) > 1
	if m.dialog != nil {
		m.cancelDialog(": the profiles have changed")
	}
	if m.several {
		m.renameProfile("", shown(was)[0].Profile)
	} else {
		m.renameProfile(is[0].Profile, "")
	}
	return true
}

// setSeveral adapts the keys to whether several stores are shown.
func (k *keyMap) setSeveral(several bool) {
	group := "provider"
	if several {
		group = "group"
	}
	k.Group.SetEnabled(several)
	k.Fold.SetHelp(k.Fold.Help().Key, "fold the "+group)
	k.Unfold.SetHelp(k.Unfold.Help().Key, "unfold the "+group)
	k.MarkProvider.SetHelp(k.MarkProvider.Help().Key, "mark the whole "+group)
}

// renameProfile changes the profile in all refs and records of the model.
func (m *Model) renameProfile(from, to string) {
	rename := func(ref *poolstate.Ref) {
		if ref != nil && ref.Profile == from {
			ref.Profile = to
		}
	}
	rename(m.selected)
	rename(m.arrangement.anchor)
	m.marked, m.resets = renamed(m.marked, rename), renamed(m.resets, rename)
	m.arrangement.changed, m.writes = renamed(m.arrangement.changed, rename), renamed(m.writes, rename)
	for _, p := range m.performed {
		for i := range p.files {
			p.files[i].name(m)
		}
	}
	for _, records := range [][]poolstate.Record{m.log.records, m.log.frozen, m.log.history, m.log.lent} {
		for i := range records {
			if records[i].Profile == from {
				records[i].Profile = to
			}
		}
	}
	m.log.changed = true
}

func renamed[V any](m map[poolstate.Ref]V, rename func(*poolstate.Ref)) map[poolstate.Ref]V {
	if m == nil {
		return nil
	}
	out := make(map[poolstate.Ref]V, len(m))
	for ref, v := range m {
		rename(&ref)
		out[ref] = v
	}
	return out
}

// shortened lists the first names and counts the others: "default, work and 12 more".
func shortened(names []string) string {
	const most = 3
	if len(names) <= most+1 {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// toggleGroups groups the table by profile, or by provider again. Grouped by provider, the table
// lists a borrowed credential only once, so its marks move to that row.
func (m *Model) toggleGroups() {
	a := &m.arrangement
	a.byProfile = !a.byProfile
	a.folded, a.otherFolded = a.otherFolded, a.folded
	if !a.byProfile {
		m.marked = renamed(m.marked, func(ref *poolstate.Ref) {
			if original := m.original(*ref); m.pool.Find(original) != nil {
				*ref = original
			}
		})
	}
	m.arrange()
}
