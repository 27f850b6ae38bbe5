package model

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui"
)

// maxEvents is how many events are kept in memory at least.
const maxEvents = 10_000

// chronicle is what happened to the store, as far as it is known.
type chronicle struct {
	observer poolstate.Observer
	// policy is that of the newest picture.
	policy poolstate.Policy
	// records are in order of time. They are never changed in place.
	records []poolstate.Record
	// history is what the first picture tells of the time before it, until the
	// journal has been read as well.
	history []poolstate.Event
	begun   bool // the first picture was there
	read    bool // the journal was
	// unwritten is what the journal does not have yet; noting is true while it
	// is being written.
	unwritten []journal.Entry
	noting    bool
	// shown are the records that the filter lets through, as of that many of
	// them; those of a picture that stands still come from before it.
	shown     []poolstate.Record
	shownOf   int
	filtered  string
	forgotten int // records that were dropped from the beginning
}

// journalRead is what the journal holds of the store.
type journalRead struct {
	records []poolstate.Record
	err     error
}

// journalNoted is the outcome of writing the journal.
type journalNoted struct{ err error }

// readJournal reads what earlier pooltops have noted.
func (m *Model) readJournal() tea.Cmd {
	operator := m.cfg.Operator
	return func() tea.Msg {
		entries, err := operator.Journal.Read()
		records := journal.Of(entries, operator.Store.Path())
		return journalRead{records[max(len(records)-maxEvents, 0):], err}
	}
}

func (m *Model) journalRead(msg journalRead) {
	c := &m.chronicle
	c.read = true
	if msg.err != nil {
		m.refuse("the events of earlier days cannot be read: %s", msg.err)
	}
	since := c.records
	c.records = msg.records
	for _, r := range since { // seen while the journal was read
		c.add(r)
	}
	m.settle()
}

// observe takes what happened into the chronicle.
func (m *Model) observe(events []poolstate.Event) {
	for i := range events {
		e := &events[i]
		if g, ours := m.guardedBy(e); ours && g.alike(e.After, &g.after) {
			e.By = poolstate.ByOperator
		}
		r := poolstate.RecordOf(e, m.chronicle.policy)
		if e.Kind == poolstate.EventFileUnreadable {
			r.Message = m.feed.Reason
		}
		if m.chronicle.add(r) {
			m.chronicle.unwritten = append(m.chronicle.unwritten, m.entry(r))
		}
	}
}

func (m *Model) guardedBy(e *poolstate.Event) (guarded, bool) {
	if e.After == nil {
		return guarded{}, false
	}
	g, ours := m.guarded[e.After.Ref]
	return g, ours
}

func (m *Model) entry(r poolstate.Record) journal.Entry {
	return journal.Entry{Record: r, Store: m.cfg.Operator.Store.Path()}
}

// add puts a record in its place, and reports whether it is news.
func (c *chronicle) add(r poolstate.Record) bool {
	at := len(c.records)
	for i := len(c.records) - 1; i >= 0; i-- {
		o := &c.records[i]
		if r.Same(o) {
			return false
		}
		if o.At.After(r.At) {
			at = i
		}
		if r.At.Sub(o.At) > time.Minute {
			break
		}
	}
	if at == len(c.records) {
		c.records = append(c.records, r)
	} else {
		c.records = slices.Insert(slices.Clone(c.records), at, r)
	}
	if drop := len(c.records) - maxEvents; drop > maxEvents/10 {
		c.records = slices.Clone(c.records[drop:])
		c.forgotten += drop
	}
	return true
}

// own adds a record of an action of ours, in the place of what was seen of it
// before its outcome was known.
func (c *chronicle) own(r poolstate.Record) {
	for i := len(c.records) - 1; i >= 0 && r.At.Sub(c.records[i].At) <= time.Minute; i-- {
		if c.records[i].Same(&r) {
			c.records = slices.Clone(c.records)
			c.records[i] = r
			c.shownOf = -1
			return
		}
	}
	c.add(r)
}

// settle brings the journal and the first picture together: what happened while
// nobody watched is noted, and said.
func (m *Model) settle() {
	c := &m.chronicle
	if !c.read || !c.begun {
		return
	}
	var last time.Time
	if n := len(c.records); n > 0 {
		last = c.records[n-1].At
	}
	var missed []poolstate.Record
	for i := range c.history {
		r := poolstate.RecordOf(&c.history[i], c.policy)
		if c.add(r) && !last.IsZero() && r.At.After(last) {
			missed = append(missed, r)
			c.unwritten = append(c.unwritten, m.entry(r))
		}
	}
	c.history = nil
	if said := tally(missed); said != "" && m.answer == nil {
		m.say(ui.AnswerNews, fmt.Sprintf("since %s, unwatched: %s", ui.Moment(last, m.now), said))
	}
}

// note writes to the journal what it does not have yet, outside of Update and
// one batch after the other. What is seen while an action is under way may be
// its work, and waits until that has been written down.
func (m *Model) note() tea.Cmd {
	c := &m.chronicle
	if c.noting || !c.read || m.running != nil || len(c.unwritten) == 0 {
		return nil
	}
	entries, kept, pending := c.unwritten, m.cfg.Operator.Journal, m.cfg.Pending
	c.noting, c.unwritten = true, nil
	return pending.promise(func() tea.Msg { return journalNoted{kept.Note(entries...)} })
}

func (m *Model) journalNoted(msg journalNoted) {
	m.chronicle.noting = false
	if msg.err != nil {
		m.refuse("events are not kept: %s", msg.err)
	}
}

// refreshEvents brings what is shown of the events up to date.
func (m *Model) refreshEvents() {
	c, f := &m.chronicle, m.arrangement.filter
	count := c.forgotten + len(c.records)
	if m.paused.on || count == c.shownOf && c.filtered == m.arrangement.applied {
		return
	}
	c.shownOf, c.filtered = count, m.arrangement.applied
	c.shown = c.records
	if f.IsZero() {
		return
	}
	c.shown = nil
	for i := range c.records {
		if ui.MatchRecord(f, &c.records[i], m.policy) {
			c.shown = append(c.shown, c.records[i])
		}
	}
}

// tally counts what happened, in the words of a summary: "2 exhausted, 1 back".
func tally(records []poolstate.Record) string {
	words := [...]struct {
		kinds []poolstate.EventKind
		word  string
	}{
		{[]poolstate.EventKind{poolstate.EventExhausted}, "exhausted"},
		{[]poolstate.EventKind{poolstate.EventHeld}, "held"},
		{[]poolstate.EventKind{poolstate.EventDead}, "dead"},
		{[]poolstate.EventKind{poolstate.EventDue}, "due"},
		{[]poolstate.EventKind{poolstate.EventReady, poolstate.EventReset, poolstate.EventRefreshed}, "back"},
		{[]poolstate.EventKind{poolstate.EventAdded}, "added"},
		{[]poolstate.EventKind{poolstate.EventRemoved}, "removed"},
	}
	var parts []string
	for _, w := range words {
		n := 0
		for i := range records {
			if slices.Contains(w.kinds, records[i].Kind) {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, w.word))
		}
	}
	return strings.Join(parts, ", ")
}

// How long, in real time, the mark of a change stands out, and how long it takes
// until it has faded.
const (
	freshFor = 3 * time.Second
	fadedBy  = 8 * time.Second
)

// addEvents adds to a screen what happened.
func (m *Model) addEvents(s *ui.Screen) {
	s.Events, s.Paused, s.Missed = m.chronicle.shown, m.paused.on, m.paused.missed
	if m.evidence.kind != poolstate.NoEvidence && m.cfg.Policy == poolstate.PolicyAuto {
		s.Evidence = &ui.Evidence{Counts: m.evidence.kind == poolstate.EvidenceCounts, Name: m.evidence.name, At: m.evidence.at}
	}
	if m.cfg.Clock.real(m.now.Sub(m.arrangement.lastChange)) >= fadedBy {
		return
	}
	for ref, at := range m.arrangement.changed {
		age := m.cfg.Clock.real(m.now.Sub(at))
		if age < 0 || age >= fadedBy {
			continue // a picture that stands is older than some changes
		}
		if s.Fresh == nil {
			s.Fresh = map[poolstate.Ref]int{}
		}
		s.Fresh[ref] = 1
		if age < freshFor {
			s.Fresh[ref] = 2
		}
	}
}
