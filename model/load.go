package model

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/ui"
)

// FileChanged says that the store's file may have changed, and how such news
// come at present: by events, or by looking every Interval, for which Reason
// gives the cause.
type FileChanged struct {
	Polling  bool
	Interval time.Duration
	Reason   string
}

// poolLoaded is the outcome of a load.
type poolLoaded struct {
	snapshot poolstate.Snapshot
	err      error
	// unwritable says why the store cannot be written; empty if it can.
	unwritable string
}

// retryLoad asks for another look at a file that could not be read.
type retryLoad struct{}

// loadState keeps at most one load running, and remembers that the file changed
// while it ran.
type loadState struct {
	running, again bool
	begun          int // ever
	grace          graceState
	news           FileChanged
}

// graceState is how far a file that could be read, and cannot any more, has got
// in its grace.
type graceState uint8

const (
	graceUnused graceState = iota
	graceRunning
	graceOver
)

// grace is how long a file may be unreadable before the screen says so: a
// writer that truncates and fills it in place needs a moment.
const grace = 150 * time.Millisecond

func (m *Model) fileChanged(msg FileChanged) tea.Cmd {
	m.loading.news = msg
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

// loadPool reads the store outside of Update.
func (m *Model) loadPool() tea.Cmd {
	store, prev := m.cfg.Operator.Store, m.latest()
	return func() tea.Msg {
		snapshot, err := store.LoadIfChanged(prev)
		msg := poolLoaded{snapshot: snapshot, err: err}
		if err := store.Writable(); err != nil {
			msg.unwritable = err.Error()
		}
		return msg
	}
}

func (m *Model) poolLoaded(msg poolLoaded) tea.Cmd {
	m.loading.running = false
	m.catchUp()
	var next tea.Cmd
	if msg.err != nil {
		next = m.loadFailed(msg.err)
	} else {
		m.loading.grace = graceUnused
		m.unwritable = msg.unwritable
		m.feed = m.readableFeed()
		m.show(msg.snapshot)
	}
	if m.loading.again {
		m.loading.again = false
		return tea.Batch(next, m.startLoad())
	}
	return next
}

// readableFeed is the feed of a file that can be read.
func (m *Model) readableFeed() ui.Feed {
	if n := m.loading.news; n.Polling {
		return ui.Feed{State: ui.FeedPolling, Interval: n.Interval, Reason: n.Reason}
	}
	return ui.Feed{State: ui.FeedLive}
}

// retry looks again at the end of the grace.
func (m *Model) retry() tea.Cmd {
	if m.loading.grace == graceRunning {
		m.loading.grace = graceOver
	}
	return m.startLoad()
}

// loadFailed keeps the last good picture and says why there is no newer one. A
// first failure may be a writer at work, so the screen stays as it is until the
// file is still unreadable a moment later.
func (m *Model) loadFailed(err error) tea.Cmd {
	if m.snapshot.Pool != nil && m.feed.State != ui.FeedStale {
		switch m.loading.grace {
		case graceUnused:
			m.loading.grace = graceRunning
			return tea.Tick(grace, func(time.Time) tea.Msg { return retryLoad{} })
		case graceRunning:
			return nil
		case graceOver:
		}
	}
	reason := m.cfg.ExplainError(err)
	switch {
	case m.snapshot.Pool == nil && isMissing(err):
		m.feed = ui.Feed{State: ui.FeedWaiting}
	case m.feed.State == ui.FeedStale:
		m.feed.Reason = reason
	default:
		m.feed = ui.Feed{State: ui.FeedStale, Reason: reason, Since: m.now}
	}
	m.observe(m.log.observer.Fail(isMissing(err), m.cfg.Clock.Now()))
	return nil
}

// show takes a picture over, or keeps it until the one that stands goes on.
func (m *Model) show(s poolstate.Snapshot) {
	events := m.news(s.Pool)
	switch {
	case m.paused.on:
		m.paused.next = s
		m.paused.missed += len(events)
	case m.snapshot.Pool != s.Pool:
		m.adopt(s)
		m.noticeSuccess(events)
	}
}

// adopt draws a picture from now on: the selection stays on its credential, or
// moves to what now stands in its place.
func (m *Model) adopt(s poolstate.Snapshot) {
	if s.Pool == nil {
		return
	}
	m.snapshot = s
	m.policy = m.cfg.Policy.Resolve(s.Pool, m.evidence.kind)
	m.arrange()
	if m.dialog != nil && s.Pool.Len() == 0 {
		// There is nothing left to ask about, and nowhere to draw the question.
		m.refuse("%s cancelled, %s; nothing was written", m.dialog.action.Verb, m.whyNothing())
		m.dialog = nil
	}
}

// news takes note of a picture and returns what happened since the last one.
func (m *Model) news(p *poolstate.Pool) []poolstate.Event {
	c, now := &m.log, m.cfg.Clock.Now()
	events := c.observer.Observe(p, m.cfg.Policy.Resolve(p, m.evidence.kind), now)
	m.weigh(events)
	c.policy = m.cfg.Policy.Resolve(p, m.evidence.kind)
	c.observer.SetPolicy(c.policy, now)
	if !c.loaded {
		c.loaded = true
		c.history = poolstate.History(p, c.policy, now)
		m.mergeHistory()
	}
	m.observe(events)
	m.noteChanges(events, p)
	m.checkGuarded(p)
	return events
}

// evidence is what the agent was last seen to do with a streak, of whom and
// when.
type evidence struct {
	kind poolstate.Evidence
	name string
	at   time.Time
}

// weigh looks in what happened for what tells of the agent's policy.
func (m *Model) weigh(events []poolstate.Event) {
	for i := range events {
		if kind := poolstate.EvidenceOf(&events[i]); kind != poolstate.NoEvidence {
			m.evidence = evidence{kind, ui.CredentialName(events[i].After), events[i].At}
		}
	}
}
