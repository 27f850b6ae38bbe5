package model

import (
	"errors"
	"io/fs"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/text"
)

// FileChanged reports that the store's file may have changed, and how changes are
// noticed at present: by events, or by polling every Interval because of Reason.
type FileChanged struct {
	Polling  bool
	Interval time.Duration
	Reason   string
}

// poolLoaded is the result of a load.
type poolLoaded struct {
	snapshot   poolstate.Snapshot
	err        error
	unwritable error // why the store cannot be written
}

// retryLoad repeats a load that failed.
type retryLoad struct{}

// loadState ensures that one load runs at a time.
type loadState struct {
	running, again bool // again: the file changed while it runs
	begun          int  // the number of loads ever begun
	change         FileChanged
	// A grace period has begun, and is over.
	graceBegun, graceOver bool
}

// grace is how long a file may be unreadable before the screen shows it: a writer
// that truncates the file and fills it again needs a moment.
const grace = 150 * time.Millisecond

func (m *Model) fileChanged(msg FileChanged) tea.Cmd {
	m.loading.change = msg
	if m.feed.State == ui.FeedLive || m.feed.State == ui.FeedPolling {
		m.feed = m.readableFeed()
	}
	return m.startLoad()
}

func (m *Model) startLoad() tea.Cmd {
	if m.loading.running {
		m.loading.again = true
		return nil
	}
	m.loading.running = true
	m.loading.begun++
	return m.loadPool()
}

// loadPool reads the store, outside of Update.
func (m *Model) loadPool() tea.Cmd {
	store, prev := m.cfg.Operator.Store, m.latest()
	return func() tea.Msg {
		snapshot, err := store.LoadIfChanged(prev)
		return poolLoaded{snapshot, err, store.Writable()}
	}
}

func (m *Model) poolLoaded(msg poolLoaded) tea.Cmd {
	m.loading.running = false
	m.catchUp()
	var retry, again tea.Cmd
	if msg.err != nil {
		retry = m.loadFailed(msg.err)
	} else {
		m.loading.graceBegun, m.loading.graceOver = false, false
		m.unwritable = ""
		if msg.unwritable != nil {
			m.unwritable = msg.unwritable.Error()
		}
		m.feed = m.readableFeed()
		events := m.observe(msg.snapshot.Pool)
		switch {
		case m.paused.on:
			m.paused.next = msg.snapshot
			m.paused.missed += len(events)
		case m.snapshot.Pool != msg.snapshot.Pool:
			m.setSnapshot(msg.snapshot)
			m.reportSuccess(events)
		}
	}
	if m.loading.again {
		m.loading.again = false
		again = m.startLoad()
	}
	return tea.Batch(retry, again)
}

func (m *Model) readableFeed() ui.Feed {
	if c := m.loading.change; c.Polling {
		return ui.Feed{State: ui.FeedPolling, Interval: c.Interval, Reason: c.Reason}
	}
	return ui.Feed{State: ui.FeedLive}
}

// retryLoad ends the grace period.
func (m *Model) retryLoad() tea.Cmd {
	m.loading.graceOver = m.loading.graceBegun
	return m.startLoad()
}

// loadFailed keeps the last snapshot and shows why it is stale, after a grace
// period.
func (m *Model) loadFailed(err error) tea.Cmd {
	if m.snapshot.Pool != nil && m.feed.State != ui.FeedStale && !m.loading.graceOver {
		m.loading.graceBegun = true
		return tea.Tick(grace, func(time.Time) tea.Msg { return retryLoad{} })
	}
	missing := errors.Is(err, fs.ErrNotExist)
	switch {
	case m.snapshot.Pool == nil && missing:
		m.feed = ui.Feed{State: ui.FeedWaiting}
	case m.feed.State == ui.FeedStale:
		m.feed.Reason = m.cfg.ExplainError(err)
	default:
		m.feed = ui.Feed{State: ui.FeedStale, Reason: m.cfg.ExplainError(err), Since: m.now}
	}
	m.logEvents(m.log.observer.Fail(missing, m.cfg.Clock.Now()))
	return nil
}

// setSnapshot shows a snapshot.
func (m *Model) setSnapshot(s poolstate.Snapshot) {
	if s.Pool == nil {
		return
	}
	m.snapshot = s
	m.policy = m.cfg.Policy.Resolve(s.Pool, m.evidence)
	m.arrange()
	if m.dialog != nil && s.Pool.Len() == 0 { // an empty screen has no room for a dialog
		m.cancelDialog(", " + m.whyNoSelection())
	}
}

// observe compares a pool with the one before, logs the events and returns them.
func (m *Model) observe(p *poolstate.Pool) []poolstate.Event {
	l, now := &m.log, m.cfg.Clock.Now()
	events := l.observer.Observe(p, m.cfg.Policy.Resolve(p, m.evidence), now)
	for i := range events {
		if kind := poolstate.EvidenceOf(&events[i]); kind != poolstate.NoEvidence {
			m.evidence = kind
			m.evidenceOf = ui.Evidence{Counts: kind == poolstate.EvidenceCounts, Name: text.CredentialName(events[i].After), At: events[i].At}
		}
	}
	l.policy = m.cfg.Policy.Resolve(p, m.evidence)
	l.observer.SetPolicy(l.policy, now)
	if !l.loaded {
		l.loaded = true
		l.history = poolstate.History(p, l.policy, now)
		m.mergeHistory()
	}
	m.logEvents(events)
	m.recordChanges(events, p)
	m.checkWrites(p)
	return events
}
