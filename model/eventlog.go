package model

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui"
	"pooltop/ui/text"
)

// maxEvents is how many events are kept in memory, and 10% more at times.
const maxEvents = 10_000

// eventLog holds the events of the store: those in the journal and those seen.
type eventLog struct {
	observer poolstate.Observer
	policy   poolstate.Policy // of the latest snapshot
	// records are in order of time; dropped counts those removed from the front.
	records []poolstate.Record
	dropped int
	// history holds events found in the first snapshot until the journal has
	// been read as well.
	history         []poolstate.Event
	loaded, journal bool // whether the first snapshot and the journal are there
	// unwritten is what the journal lacks. write, unless it is nil, writes a part
	// of it at the first call.
	unwritten []poolstate.Record
	write     func() error
	// shown are the records that match the filter, whose text is filter.
	shown   []poolstate.Record
	filter  string
	changed bool // since shown was made
}

// journalRead reports what the journal holds about the store.
type journalRead struct {
	records []poolstate.Record
	err     error
}

// journalWritten reports whether events could be written to the journal.
type journalWritten struct{ err error }

// readJournal reads the events recorded by earlier runs.
func (m *Model) readJournal() tea.Cmd {
	operator := m.cfg.Operator
	return func() tea.Msg {
		entries, err := operator.Journal.Read()
		records := journal.Records(entries, operator.Store)
		return journalRead{records[max(len(records)-maxEvents, 0):], err}
	}
}

func (m *Model) journalRead(msg journalRead) {
	l := &m.log
	l.journal = true
	if msg.err != nil {
		m.setStatus(ui.AnswerRefused, "cannot read earlier events: "+msg.err.Error())
	}
	meanwhile := l.records
	l.records, l.changed = msg.records, true
	l.merge(meanwhile, false)
	m.mergeHistory()
}

// logEvents logs events and marks the new ones to be written to the journal.
func (m *Model) logEvents(events []poolstate.Event) {
	records := make([]poolstate.Record, len(events))
	for i := range events {
		e := &events[i]
		if w, ours := m.writeOf(e.After); ours && w.equal(e.After, &w.after) {
			e.By = poolstate.ByOperator
		}
		records[i] = poolstate.RecordOf(e, m.log.policy)
		if e.Kind == poolstate.EventFileUnreadable {
			records[i].Message = m.feed.Reason
		}
	}
	m.log.unwritten = append(m.log.unwritten, m.log.merge(records, false)...)
}

// eventKey is equal in all reports of the same event.
type eventKey struct {
	kind                poolstate.EventKind
	provider, id, label string
}

func keyOf(r *poolstate.Record) eventKey {
	k := eventKey{kind: r.Kind, provider: r.Provider, id: r.ID}
	if k.id == "" {
		k.label = r.Label
	}
	return k
}

func byTime(a, b poolstate.Record) int { return a.At.Compare(b.At) }

// merge adds records and returns the new ones. An event that is known already
// is skipped, or replaced if replace is set. The cost is linear in the number of
// events from the earliest of the records on.
func (l *eventLog) merge(records []poolstate.Record, replace bool) (added []poolstate.Record) {
	if len(records) == 0 {
		return nil
	}
	earliest := slices.MinFunc(records, byTime).At.Add(-poolstate.SameEventWithin)
	from, _ := slices.BinarySearchFunc(l.records, earliest, func(r poolstate.Record, at time.Time) int { return r.At.Compare(at) })
	known := map[eventKey][]int{} // indices of l.records
	for i := from; i < len(l.records); i++ {
		k := keyOf(&l.records[i])
		known[k] = append(known[k], i)
	}
	for i := range records {
		r := &records[i]
		k := keyOf(r)
		same := slices.IndexFunc(known[k], func(at int) bool { return l.records[at].Same(r) })
		switch {
		case same < 0:
			known[k] = append(known[k], len(l.records))
			l.records = append(l.records, *r)
			added = append(added, *r)
		case replace:
			l.records[known[k][same]] = *r
		}
	}
	if len(added) == 0 && !replace {
		return nil
	}
	if tail := l.records[from:]; !slices.IsSortedFunc(tail, byTime) {
		slices.SortStableFunc(tail, byTime)
	}
	if drop := len(l.records) - maxEvents; drop > maxEvents/10 {
		l.records = slices.Clone(l.records[drop:])
		l.dropped += drop
	}
	l.changed = true
	return added
}

// mergeHistory logs what happened while pooltop was not running, once both the
// journal and the first snapshot are there.
func (m *Model) mergeHistory() {
	l := &m.log
	if !l.journal || !l.loaded {
		return
	}
	var last time.Time
	if n := len(l.records); n > 0 {
		last = l.records[n-1].At
	}
	var history []poolstate.Record
	for i := range l.history {
		history = append(history, poolstate.RecordOf(&l.history[i], l.policy))
	}
	l.history = nil
	missed := slices.DeleteFunc(l.merge(history, false), func(r poolstate.Record) bool {
		return last.IsZero() || !r.At.After(last)
	})
	l.unwritten = append(l.unwritten, missed...)
	if what := countEvents(missed); what != "" {
		m.setStatus(ui.AnswerNews, fmt.Sprintf("while pooltop was not running (since %s): %s", text.Moment(last, m.now), what))
	}
}

// writeJournal writes what the journal lacks, one batch at a time. It waits for
// a running action, which may turn out to be the cause of what was seen.
func (m *Model) writeJournal() tea.Cmd {
	l := &m.log
	if l.write != nil || !l.journal || m.running != nil || len(l.unwritten) == 0 {
		return nil
	}
	records, operator := l.unwritten, m.cfg.Operator
	write := sync.OnceValue(func() error { return operator.RecordSeen(records) })
	l.write, l.unwritten = write, nil
	return func() tea.Msg { return journalWritten{write()} }
}

func (m *Model) journalWritten(msg journalWritten) {
	m.log.write = nil
	if msg.err != nil {
		m.setStatus(ui.AnswerRefused, "events are not recorded: "+msg.err.Error())
	}
}

// refreshEvents applies the filter to the events.
func (m *Model) refreshEvents() {
	l, f := &m.log, m.arrangement.filter
	if m.paused.on || !l.changed && l.filter == m.arrangement.applied {
		return
	}
	l.filter, l.changed = m.arrangement.applied, false
	l.shown = l.records
	if f.IsZero() {
		return
	}
	l.shown = nil
	for i := range l.records {
		if ui.MatchRecord(f, &l.records[i], m.policy) {
			l.shown = append(l.shown, l.records[i])
		}
	}
}

// countEvents summarizes records, such as "2 exhausted, 1 back".
func countEvents(records []poolstate.Record) string {
	names := map[poolstate.EventKind]string{
		poolstate.EventExhausted: "exhausted", poolstate.EventHeld: "held", poolstate.EventDead: "dead",
		poolstate.EventDue: "due", poolstate.EventReady: "back", poolstate.EventReset: "back",
		poolstate.EventRefreshed: "back", poolstate.EventAdded: "added", poolstate.EventRemoved: "removed",
	}
	counts := map[string]int{}
	for i := range records {
		counts[names[records[i].Kind]]++
	}
	var parts []string
	for _, name := range []string{"exhausted", "held", "dead", "due", "back", "added", "removed"} {
		if n := counts[name]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, name))
		}
	}
	return strings.Join(parts, ", ")
}

// A change is highlighted for freshFor, and until fadedBy less so, in real time.
const (
	freshFor = 3 * time.Second
	fadedBy  = 8 * time.Second
)

// addEvents adds the events and recent changes to a screen.
func (m *Model) addEvents(s *ui.Screen) {
	s.Events, s.Paused, s.Missed = m.log.shown, m.paused.on, m.paused.missed
	if m.evidence != poolstate.NoEvidence && m.cfg.Policy == poolstate.PolicyAuto {
		s.Evidence = &m.evidenceOf
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
