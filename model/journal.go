package model

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui"
)

// unwritten is an event that is not in the journal yet.
type unwritten struct {
	operator *journal.Operator // of the store
	record   poolstate.Record
}

// readJournal reads the events of the given stores. All stores have the same journal.
func (m *Model) readJournal(stores ...*store) tea.Cmd {
	operators, profiles := make([]*journal.Operator, len(stores)), make([]string, len(stores))
	for i, st := range stores {
		operators[i], profiles[i] = st.Operator, m.profileIn(st)
	}
	return func() tea.Msg {
		entries, err := operators[0].Journal.Read()
		var all []poolstate.Record
		for i, o := range operators {
			records := journal.Records(entries, o.Store)
			for j := range records {
				records[j].Profile = profiles[i]
			}
			all = append(all, records...)
		}
		if len(operators) > 1 {
			slices.SortStableFunc(all, byTime)
		}
		return journalRead(all[max(len(all)-maxEvents, 0):], err)
	}
}

func journalRead(records []poolstate.Record, err error) result {
	return func(m *Model) tea.Cmd {
		l := &m.log
		l.journal = true
		records = slices.DeleteFunc(records, func(r poolstate.Record) bool {
			st := m.storeOf(r.Profile)
			if st != nil && st.Hidden && !r.Kind.OfFile() {
				l.lent = append(l.lent, r)
				return true
			}
			return st == nil
		})
		meanwhile := l.records
		l.records, l.changed = records, true
		l.merge(meanwhile, false)
		m.mergeHistory()
		m.journaled("cannot be read", err)
		return nil
	}
}

// writeJournal writes pending records to the journal, one batch at a time. It waits while
// an action is running, because the action may have caused the events.
func (m *Model) writeJournal() tea.Cmd {
	l := &m.log
	if l.write != nil || !l.journal || m.running != nil || len(l.unwritten) == 0 {
		return nil
	}
	records := l.unwritten
	write := sync.OnceValue(func() error { return recordSeen(records) })
	l.write, l.unwritten = write, nil
	return func() tea.Msg {
		err := write()
		return result(func(m *Model) tea.Cmd {
			m.log.write = nil
			m.journaled("cannot be written", err)
			return nil
		})
	}
}

// journaled notes whether the journal could be used, and logs the first of consecutive failures.
// It does not replace an answer on the status line, because the header shows the failure too.
func (m *Model) journaled(problem string, err error) {
	if err != nil && !m.log.failed {
		if path, ok := errors.AsType[*fs.PathError](err); ok { // the path last, because it may be cut off
			err = fmt.Errorf("%w (%s)", path.Err, path.Path)
		}
		problem += ": " + err.Error()
		m.log.merge([]poolstate.Record{{At: m.cfg.Clock.Now(), Kind: poolstate.EventJournalFailed, By: poolstate.ByOperator, Message: problem}}, false)
		m.setStatus(ui.AnswerNews, "the journal "+problem)
	}
	m.log.failed = err != nil
}

// recordSeen writes events to the journal and returns the first error.
func recordSeen(events []unwritten) error {
	var failed error
	for len(events) > 0 {
		operator := events[0].operator
		var records []poolstate.Record
		events = slices.DeleteFunc(slices.Clone(events), func(e unwritten) bool {
			if e.operator != operator {
				return false
			}
			records = append(records, e.record)
			return true
		})
		failed = cmp.Or(failed, operator.RecordSeen(records))
	}
	return failed
}
