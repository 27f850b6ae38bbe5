package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/text"
)

// maxEvents is the number of events to keep in memory. The log is trimmed when it
// exceeds this by 10%.
const maxEvents = 10_000

// eventLog holds the events of the store, from the journal and from this session.
type eventLog struct {
	records         []poolstate.Record // sorted by time
	dropped         int                // number of records removed from the front
	frozen          []poolstate.Record // the records when the display was frozen; nil if it is not
	history         []poolstate.Record // events derived from first snapshots, until the journal has been read
	lent            []poolstate.Record // events of a hidden root from the journal, kept until all stores have been loaded
	journal, merged bool               // whether the journal has been read, and whether history has been merged
	failed          bool               // the last attempt to read or write the journal failed
	unwritten       []unwritten        // events to write to the journal
	write           func() error       // writes a batch of events on the first call; nil if no batch is being written
	shown           []poolstate.Record // the records that match the filter
	shownFor        string             // text of the filter that selected the shown records
	changed         bool               // records or frozen has changed since shown was updated
	// cursor and offset are the positions of the cursor and of the first visible event in the
	// events view, counted from the newest event.
	cursor, offset int
	filterField    // the filter of the events view
}

// all returns the records to show, before they are filtered.
func (l *eventLog) all() []poolstate.Record {
	if l.frozen != nil {
		return l.frozen
	}
	return l.records
}

// current returns the event at the cursor, or nil if no event is shown.
func (l *eventLog) current() *poolstate.Record {
	if len(l.shown) == 0 {
		return nil
	}
	l.moveTo(l.cursor)
	return &l.shown[len(l.shown)-1-l.cursor]
}

// moveTo moves the cursor to a position, or to the nearest one if it is out of range.
func (l *eventLog) moveTo(position int) { l.cursor = max(min(position, len(l.shown)-1), 0) }

// follow moves the cursor to r or, if r is not shown, to the next later event. If the list is
// scrolled, it scrolls by the same distance so that the events stay where they are on the screen.
func (l *eventLog) follow(r *poolstate.Record) {
	at, _ := slices.BinarySearchFunc(l.shown, *r, byTime)
	for i := at; i < len(l.shown) && l.shown[i].At.Equal(r.At); i++ {
		if is := &l.shown[i]; is.Kind == r.Kind && is.Provider == r.Provider && is.ID == r.ID && is.Label == r.Label && is.Profile == r.Profile {
			at = i
			break
		}
	}
	was := l.cursor
	l.moveTo(len(l.shown) - 1 - at)
	if l.offset > 0 {
		l.offset += l.cursor - was
	}
}

// logEvents logs events of a store, queues the new ones for the journal, and hands them on.
func (m *Model) logEvents(st *store, events []poolstate.Event) {
	l := &m.log
	added := l.merge(m.recordsOf(st, events), false)
	l.unwritten = slices.Grow(l.unwritten, len(added))
	for _, r := range added {
		l.unwritten = append(l.unwritten, unwritten{st.Operator, r})
	}
	m.handOn(st, events)
}

// recordsOf returns the records of events of a store.
func (m *Model) recordsOf(st *store, events []poolstate.Event) []poolstate.Record {
	records := make([]poolstate.Record, len(events))
	for i := range events {
		e := &events[i]
		if e.After != nil {
			if w, ours := m.writes[e.After.Ref]; ours && w.equal(e.After, &w.after) {
				e.By = poolstate.ByOperator
			}
		}
		records[i] = poolstate.RecordOf(e, st.policy)
		records[i].Profile = m.profileIn(st)
		switch {
		case e.Kind == poolstate.EventFileUnreadable:
			records[i].Message = st.feed.Reason
		case e.Kind == poolstate.EventFileMissing && m.storeAt(st.path) == nil:
			records[i].Message = "profile removed"
		case e.Kind == poolstate.EventFileMissing && st.missing:
			records[i].Message = "file removed; using the root's credentials"
		}
	}
	return records
}

func byTime(a, b poolstate.Record) int { return a.At.Compare(b.At) }

// merge adds records and returns the new ones. It skips known events, or replaces them if
// replace is set. The cost is linear in the number of events after the earliest record.
func (l *eventLog) merge(records []poolstate.Record, replace bool) (added []poolstate.Record) {
	if len(records) == 0 {
		return nil
	}
	earliest := slices.MinFunc(records, byTime)
	earliest.At = earliest.At.Add(-poolstate.SameEventWithin)
	from, _ := slices.BinarySearchFunc(l.records, earliest, byTime)
	type key struct{ profile, provider, id string }
	keyOf := func(r *poolstate.Record) key { return key{r.Profile, r.Provider, cmp.Or(r.ID, r.Label)} }
	known := map[key][]int{} // indexes into l.records; a new record may be the same event as one of these
	for i := from; i < len(l.records); i++ {
		k := keyOf(&l.records[i])
		known[k] = append(known[k], i)
	}
	for i := range records {
		r := &records[i]
		k := keyOf(r)
		same := poolstate.IndexSame(len(known[k]), func(i int) *poolstate.Record { return &l.records[known[k][i]] }, r)
		switch {
		case same < 0:
			known[k] = append(known[k], len(l.records))
			l.records = append(l.records, *r)
			added = append(added, *r)
		case replace:
			l.records[known[k][same]] = *r
		}
	}
	slices.SortStableFunc(l.records[from:], byTime)
	if drop := len(l.records) - maxEvents; drop > maxEvents/10 {
		l.records = slices.Clone(l.records[drop:])
		l.dropped += drop
	}
	l.changed = true
	return added
}

// mergeHistory logs the events from before pooltop was started, as soon as both the
// journal and all stores have been read.
func (m *Model) mergeHistory() {
	l := &m.log
	if !l.journal || !m.allKnown() || !slices.ContainsFunc(m.stores, func(st *store) bool { return st.observed }) {
		return
	}
	l.merge(slices.DeleteFunc(l.lent, func(r poolstate.Record) bool { return !m.lends(r.Provider) }), false)
	l.lent = nil
	var last time.Time
	if n := len(l.records); n > 0 {
		last = l.records[n-1].At
	}
	missed := slices.DeleteFunc(l.merge(l.history, false), func(r poolstate.Record) bool {
		return last.IsZero() || !r.At.After(last)
	})
	first := !l.merged
	l.history, l.merged = nil, true
	for _, r := range missed {
		if st := m.storeOf(r.Profile); st != nil {
			l.unwritten = append(l.unwritten, unwritten{st.Operator, r})
		}
	}
	if what := countEvents(missed); what != "" && first {
		m.setStatus(ui.AnswerNews, fmt.Sprintf("while pooltop was not running (since %s): %s", text.Moment(last, m.now), what))
	}
}

func (m *Model) refreshEvents() {
	l, f := &m.log, m.filterField()
	if !l.changed && l.shownFor == f.applied {
		return
	}
	all := l.all()
	var at *poolstate.Record
	if l.current() != nil {
		at = new(*l.current())
	}
	l.shownFor, l.changed, l.shown = f.applied, false, all
	if !f.filter.IsZero() {
		l.shown = nil
		for i := range all {
			if ui.MatchRecord(f.filter, &all[i], m.policy) {
				l.shown = append(l.shown, all[i])
			}
		}
	}
	if at != nil {
		l.follow(at)
	}
}

// countEvents summarizes records: "2 exhausted, 1 back".
func countEvents(records []poolstate.Record) string {
	counts := map[string]int{}
	for i := range records {
		switch k := records[i].Kind; k {
		case poolstate.EventReady, poolstate.EventReset, poolstate.EventRefreshed:
			counts["back"]++
		default:
			counts[k.String()]++
		}
	}
	var parts []string
	for _, name := range []string{"exhausted", "held", "dead", "due", "back", "undone", "reordered", "pinned", "released", "forgotten", "added", "removed"} {
		if n := counts[name]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, name))
		}
	}
	return strings.Join(parts, ", ")
}

// A change is highlighted until freshFor has passed in real time, then more faintly until
// fadedBy.
const freshFor, fadedBy = 3 * time.Second, 8 * time.Second

func (m *Model) addEvents(s *ui.Screen) {
	s.Events, s.Paused, s.Missed = m.log.shown, m.paused.on, m.paused.missed
	if m.pane == ui.PaneDetail { // the filter of the table does not apply to the events of a credential
		s.Events = m.log.all()
	}
	if m.cfg.Clock.real(m.now.Sub(m.arrangement.lastChange)) >= fadedBy {
		return
	}
	s.Fresh = map[poolstate.Ref]int{}
	for ref, at := range m.arrangement.changed {
		switch age := m.cfg.Clock.real(m.now.Sub(at)); {
		case age < 0: // while paused, m.now is earlier than the change
		case age < freshFor:
			s.Fresh[ref] = 2
		case age < fadedBy:
			s.Fresh[ref] = 1
		}
	}
}
