package model

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/text"
)

// FileChanged reports that a store's file may have changed. It also reports how
// changes are currently detected: by events or, because of Reason, by polling once per
// Interval.
type FileChanged struct {
	Path     string // the path that was used to open the store; "" means all stores
	Polling  bool
	Interval time.Duration
	Reason   string
}

type poolLoaded struct {
	path       string // of the store
	snapshot   poolstate.Snapshot
	counted    Counted
	strategies map[string]poolstate.Strategy
	err        error
	noProfile  bool   // the directory of the profile does not exist
	unwritable error  // why the store cannot be written
	active     string // the agent's active profile, if it is not the store's
	corrupt    string // name of an agent's copy of an unreadable store, or ""
}

// loadState ensures that only one load of a store runs at a time.
type loadState struct {
	running, again        bool // again: the file has changed since the load began
	begun                 int  // number of loads begun so far
	change                FileChanged
	graceBegun, graceOver bool      // the state of the grace period
	at                    time.Time // when the last load began
	recount               time.Time // when to count the failures again, or the zero time
}

// Counted is the result of counting the failures in a pool.
type Counted struct {
	Events  []poolstate.Event // streaks that ended after a long time without a failure
	Again   time.Time         // when to count again if the file does not change, or the zero time
	Guard   *poolstate.Curve  // the backoff schedule of the guard running on the store, or nil
	Problem string            // why the counts cannot be stored; "" if they can, or if reported before
}

// grace is how long a file may be unreadable before the dashboard shows the error. A program
// that rewrites the file in place makes it unreadable for a moment.
const grace = 150 * time.Millisecond

func (m *Model) fileChanged(msg FileChanged) tea.Cmd {
	var loads []tea.Cmd
	for _, st := range m.stores {
		if msg.Path != "" && msg.Path != st.path {
			continue
		}
		st.loading.change = msg
		if st.feed.State == ui.FeedLive || st.feed.State == ui.FeedPolling {
			st.feed = st.readableFeed()
		}
		loads = append(loads, m.startLoad(st))
	}
	return tea.Batch(loads...)
}

func (m *Model) startLoad(st *store) tea.Cmd {
	if st.loading.running {
		st.loading.again = true
		return nil
	}
	st.loading.running = true
	st.loading.begun++
	return m.load(st)
}

// reloadAfter is the time after which even an unchanged file is loaded again, to find out
// whether a guard is running.
const reloadAfter = time.Minute

// reloadDue reports whether it is time to load a store again although its file has not changed.
func (m *Model) reloadDue(st *store) bool {
	now := m.cfg.Clock.Now()
	return st.recountDue(now) || st.Count != nil && m.cfg.Clock.since(st.loading.at) >= reloadAfter
}

// recountDue reports whether it is time to count the failures again.
func (st *store) recountDue(now time.Time) bool {
	return !st.loading.recount.IsZero() && !now.Before(st.loading.recount)
}

// loadAll loads all stores, each in its own command.
func (m *Model) loadAll() tea.Cmd {
	var loads []tea.Cmd
	for _, st := range m.stores {
		loads = append(loads, m.load(st))
	}
	return tea.Batch(loads...)
}

func (m *Model) load(st *store) tea.Cmd {
	file, prev, count, strategies := st.Operator.Store, st.snapshot, st.Count, st.Strategies
	choice, evidence, now := m.cfg.Policy, st.evidence, m.cfg.Clock.Now()
	st.loading.at = now
	if st.recountDue(now) {
		prev = poolstate.Snapshot{} // load a new pool, because counting annotates it
	}
	return func() tea.Msg {
		snapshot, err := file.LoadIfChanged(prev)
		var counted Counted
		if err == nil && count != nil {
			counted = count(snapshot.Pool, choice.Resolve(snapshot.Pool, evidence), now, snapshot.Pool != prev.Pool)
		}
		var byProvider map[string]poolstate.Strategy
		if strategies != nil { // also without a store: the profile may borrow credentials
			byProvider = strategies()
		}
		_, dirErr := os.Stat(filepath.Dir(file.Path()))
		return poolLoaded{
			file.Path(), snapshot, counted, byProvider, err, dirErr != nil, file.Writable(), poolstate.OtherProfile(file.Path()), poolstate.CorruptCopy(file.Path()),
		}
	}
}

func (m *Model) poolLoaded(msg poolLoaded) tea.Cmd {
	st := m.storeAt(msg.path)
	if st == nil {
		return nil // removed in the meantime
	}
	st.loading.running, st.known = false, true
	if msg.counted.Problem != "" {
		m.setStatus(ui.AnswerNews, msg.counted.Problem)
	}
	st.active, st.corrupt, st.strategies = msg.active, msg.corrupt, msg.strategies
	m.catchUp()
	m.startOver()
	var retry, again tea.Cmd
	if msg.err != nil {
		st.loading.recount = time.Time{}
		retry = m.loadFailed(st, msg)
	} else {
		m.loaded(st, msg)
	}
	m.mergeHistory()
	m.settled = m.settled || m.allKnown()
	if st.loading.again {
		st.loading.again = false
		again = m.startLoad(st)
	}
	return tea.Batch(retry, again)
}

// loaded replaces the snapshot of a store.
func (m *Model) loaded(st *store, msg poolLoaded) {
	st.loading.graceBegun, st.loading.graceOver = false, false
	why := m.whyNoWriteTo(st)
	st.unwritable, st.missing = msg.unwritable, false
	st.feed = st.readableFeed()
	if s := m.status; s != nil && why != "" && s.Text == why && m.whyNoWriteTo(st) != why {
		m.status = nil // the reason no longer applies
	}
	st.loading.recount, st.guard = msg.counted.Again, msg.counted.Guard
	isNew := st.snapshot.Pool != msg.snapshot.Pool
	st.snapshot = msg.snapshot
	events := m.observe(st)
	m.logEvents(st, m.eventsOf(st, msg.counted.Events))
	changed := m.assemble()
	m.recordChanges(events)
	m.checkWrites(st, events)
	switch {
	case m.paused.on:
		m.paused.missed += len(events)
	case changed:
		m.show()
	}
	if isNew && !m.paused.on {
		m.reportRefreshed(events)
	}
}

func (st *store) readableFeed() ui.Feed {
	if c := st.loading.change; c.Polling {
		return ui.Feed{State: ui.FeedPolling, Interval: c.Interval, Reason: c.Reason}
	}
	return ui.Feed{State: ui.FeedLive}
}

// loadFailed keeps the last snapshot. After the grace period, it shows why the snapshot
// is stale. A profile whose file is missing uses the root's credentials instead.
func (m *Model) loadFailed(st *store, msg poolLoaded) tea.Cmd {
	err := msg.err
	if st.snapshot.Pool != nil && st.feed.State != ui.FeedStale && !st.loading.graceOver {
		st.loading.graceBegun = true
		retry := result(func(m *Model) tea.Cmd {
			st.loading.graceOver = st.loading.graceBegun
			return m.startLoad(st)
		})
		return tea.Tick(grace, func(time.Time) tea.Msg { return retry })
	}
	missing := errors.Is(err, fs.ErrNotExist)
	st.missing = missing && !msg.noProfile && m.rootOf(st) != nil
	switch {
	case st.missing:
		st.snapshot, st.unwritable, st.guard = poolstate.Snapshot{}, nil, nil
		st.feed = ui.Feed{State: ui.FeedWaiting}
		st.loading.graceBegun, st.loading.graceOver = false, false
	case st.snapshot.Pool == nil && missing:
		st.feed = ui.Feed{State: ui.FeedWaiting}
	case st.feed.State == ui.FeedStale:
		st.feed.Reason = st.ExplainError(err)
	default:
		st.feed = ui.Feed{State: ui.FeedStale, Reason: st.ExplainError(err), Since: m.now}
	}
	m.logEvents(st, st.observer.Fail(missing, m.cfg.Clock.Now()))
	m.update()
	return nil
}

// observe compares the pool of a store with the previous one. It logs and returns the events.
func (m *Model) observe(st *store) []poolstate.Event {
	now := m.cfg.Clock.Now()
	m.refresh(st)
	if m.source(st) != st {
		return nil // the root's observer handles the same file
	}
	events := st.observer.Observe(st.snapshot.Pool, st.policy, now)
	for i := range events {
		if kind := poolstate.EvidenceOf(&events[i]); kind != poolstate.NoEvidence {
			st.evidence = kind
			st.evidenceOf = ui.Evidence{Counts: kind == poolstate.EvidenceCounts, Name: text.CredentialName(events[i].After), At: events[i].At}
		}
	}
	m.refresh(st)
	events = m.eventsOf(st, events)
	if !st.observed {
		st.observed = true
		history := m.eventsOf(st, poolstate.History(st.snapshot.Pool, st.policy, now))
		m.log.history = append(m.log.history, m.recordsOf(st, history)...)
	}
	m.logEvents(st, events)
	m.watchResets(st, events)
	return events
}

// clock formats a time of day as in the event list.
func (m *Model) clock(t time.Time) string { return t.In(m.now.Location()).Format("15:04:05") }

// reportRefreshed reports that an agent has obtained new tokens for a credential that had
// failed, unless an action of this session changed the credential.
func (m *Model) reportRefreshed(events []poolstate.Event) {
	for i := range events {
		e := &events[i]
		if e.Kind != poolstate.EventRefreshed {
			continue
		}
		if _, ours := m.writes[e.After.Ref]; !ours {
			m.setStatus(ui.AnswerNews, fmt.Sprintf("%s refreshed by its agent at %s: streak %d → %d", text.QualifiedName(e.After),
				m.clock(e.At), e.Before.Streak.Count(), e.After.Streak.Count()))
		}
	}
}
