package model

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/text"
)

// FileChanged reports that a store's file may have changed. It also reports how
// changes are currently detected: by events or, because of Reason, by polling at every
// Interval.
type FileChanged struct {
	Path     string // the path with which the store was opened; "" means all stores
	Polling  bool
	Interval time.Duration
	Reason   string
}

type poolLoaded struct {
	snapshot   poolstate.Snapshot
	counted    Counted
	err        error
	unwritable error  // why the store cannot be written
	active     string // the agent's active profile, if it is not the displayed one
	corrupt    string // name of an agent's copy of an unreadable store, or ""
}

// loadState ensures that only one load runs at a time.
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
	Events []poolstate.Event // streaks that ended after a long time without a failure
	Again  time.Time         // when to count again if the file does not change, or the zero time
	Guard  *poolstate.Curve  // the backoff schedule of the guard that runs on the store, or nil
}

// grace is how long a file may be unreadable before the dashboard shows the error. A program
// that rewrites the file in place makes it unreadable for a moment.
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

// reloadAfter is the time after which even an unchanged file is loaded again, to find out
// whether a guard is running.
const reloadAfter = time.Minute

// recountDue reports whether it is time to count the failures again.
func (m *Model) recountDue() bool {
	return !m.loading.recount.IsZero() && !m.cfg.Clock.Now().Before(m.loading.recount)
}

func (m *Model) loadPool() tea.Cmd {
	store, prev, count := m.only().Operator.Store, m.latest(), m.only().Count
	choice, evidence, now := m.cfg.Policy, m.evidence, m.cfg.Clock.Now()
	m.loading.at = now
	if m.recountDue() {
		prev = poolstate.Snapshot{} // load a new pool, because counting annotates it
	}
	return func() tea.Msg {
		snapshot, err := store.LoadIfChanged(prev)
		var counted Counted
		if err == nil && count != nil {
			counted = count(snapshot.Pool, choice.Resolve(snapshot.Pool, evidence), now, snapshot.Pool != prev.Pool)
		}
		return poolLoaded{snapshot, counted, err, store.Writable(), poolstate.OtherProfile(store.Path()), poolstate.CorruptCopy(store.Path())}
	}
}

func (m *Model) poolLoaded(msg poolLoaded) tea.Cmd {
	m.loading.running = false
	m.active, m.corrupt = msg.active, msg.corrupt
	m.catchUp()
	m.startOver()
	var retry, again tea.Cmd
	if msg.err != nil {
		m.loading.recount = time.Time{}
		retry = m.loadFailed(msg.err)
	} else {
		m.loading.graceBegun, m.loading.graceOver = false, false
		why := m.whyNoWrite()
		m.unwritable = msg.unwritable
		m.feed = m.readableFeed()
		if s := m.status; s != nil && s.Text == why && m.whyNoWrite() != why {
			m.status = nil // no longer true
		}
		m.loading.recount, m.guard = msg.counted.Again, msg.counted.Guard
		events := m.observe(msg.snapshot.Pool)
		m.logEvents(msg.counted.Events)
		switch {
		case m.paused.on:
			m.paused.next = msg.snapshot
			m.paused.missed += len(events)
		case m.snapshot.Pool != msg.snapshot.Pool:
			m.setSnapshot(msg.snapshot)
			m.reportRefreshed(events)
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

// loadFailed keeps the last snapshot. After the grace period, it shows why the snapshot
// is stale.
func (m *Model) loadFailed(err error) tea.Cmd {
	if m.snapshot.Pool != nil && m.feed.State != ui.FeedStale && !m.loading.graceOver {
		m.loading.graceBegun = true
		retry := result(func(m *Model) tea.Cmd {
			m.loading.graceOver = m.loading.graceBegun
			return m.startLoad()
		})
		return tea.Tick(grace, func(time.Time) tea.Msg { return retry })
	}
	missing := errors.Is(err, fs.ErrNotExist)
	switch {
	case m.snapshot.Pool == nil && missing:
		m.feed = ui.Feed{State: ui.FeedWaiting}
	case m.feed.State == ui.FeedStale:
		m.feed.Reason = m.only().ExplainError(err)
	default:
		m.feed = ui.Feed{State: ui.FeedStale, Reason: m.only().ExplainError(err), Since: m.now}
	}
	m.logEvents(m.log.observer.Fail(missing, m.cfg.Clock.Now()))
	return nil
}

func (m *Model) setSnapshot(s poolstate.Snapshot) {
	if s.Pool == nil {
		return
	}
	m.snapshot = s
	m.policy = m.cfg.Policy.Resolve(s.Pool, m.evidence)
	m.watchOutages()
	m.arrange()
	if m.dialog != nil && s.Pool.Len() == 0 { // an empty screen has no room for a dialog
		m.cancelDialog(", " + m.whyNoSelection())
	}
}

// observe compares a pool with the previous one. It logs and returns the events.
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
		for _, e := range poolstate.History(p, l.policy, now) {
			l.history = append(l.history, poolstate.RecordOf(&e, l.policy))
		}
		m.mergeHistory()
	}
	m.logEvents(events)
	m.watchResets(events)
	m.recordChanges(events, p)
	m.checkWrites(p, events)
	return events
}

// watchedWrite is a credential that an action of this session has changed. A running agent
// may overwrite it with an older state from memory.
type watchedWrite struct {
	verb          poolstate.Verb
	before, after poolstate.Credential
	load          int // number of the last load that began before the write was done; it may have read the older state
}

// equal compares the fields that the action writes. It compares borrowed secrets by their
// fingerprints, because the file does not contain the secrets. A missing streak
// equals any other, because agents that do not count failures remove it.
func (w *watchedWrite) equal(a, b *poolstate.Credential) bool {
	if w.verb == poolstate.VerbSync && (a.Fingerprint != b.Fingerprint || a.Fingerprint == "" && a.Secret != b.Secret) {
		return false
	}
	m, inA := a.Streak.Known()
	n, inB := b.Streak.Known()
	return a.Status == b.Status && a.StatusAt.Equal(b.StatusAt) && a.ErrorReason == b.ErrorReason &&
		a.ResetAt.Equal(b.ResetAt) && (m == n || !inA || !inB)
}

// checkWrites reports writes that another program has overwritten and holds that it has
// lifted, with the times of these events. It stops watching every credential that no longer
// has the written state.
func (m *Model) checkWrites(p *poolstate.Pool, events []poolstate.Event) {
	at := map[poolstate.Ref]time.Time{}
	for i := range events {
		if c := events[i].Credential(); c != nil {
			at[c.Ref] = events[i].At
		}
	}
	present := make(map[poolstate.Ref]watchedWrite, len(m.writes))
	for c := range p.All() {
		w, watched := m.writes[c.Ref]
		what := ""
		switch {
		case !watched:
		case w.load == m.loading.begun || w.equal(c, &w.after):
			present[c.Ref] = w
		case w.equal(c, &w.before):
			what = fmt.Sprintf("%s of %s was overwritten", ui.VerbWord(w.verb), text.CredentialName(c))
		case w.verb == poolstate.VerbHold && !c.Held() && c.Status != poolstate.StatusExhausted && m.now.Before(w.after.ResetAt):
			what = fmt.Sprintf("the hold on %s was lifted", text.CredentialName(c))
		}
		if what != "" {
			m.setStatus(ui.AnswerNotice, fmt.Sprintf("%s at %s; %s; an agent or another pooltop wrote the file",
				what, m.clock(cmp.Or(at[c.Ref], m.now)), m.howToRepeat(w.verb, c)))
		}
	}
	m.writes = present
}

// clock formats a time of day as in the event list.
func (m *Model) clock(t time.Time) string { return t.In(m.now.Location()).Format("15:04:05") }

func (m *Model) howToRepeat(verb poolstate.Verb, c *poolstate.Credential) string {
	repeat := map[poolstate.Verb]key.Binding{
		poolstate.VerbReset: m.keys.Reset, poolstate.VerbHold: m.keys.Exhaust, poolstate.VerbSync: m.keys.Sync,
	}[verb]
	switch press := "press " + word(repeat) + " to repeat"; {
	case !repeat.Enabled(): // an undo, or the action has no key
		return "repeat it by hand"
	case m.selected == nil || *m.selected != c.Ref:
		return "select it and " + press
	default:
		return press
	}
}

// reportRefreshed reports that an agent has obtained new tokens for a credential that had
// failed, unless an action of this session changed the credential.
func (m *Model) reportRefreshed(events []poolstate.Event) {
	for i := range events {
		e := &events[i]
		if e.Kind != poolstate.EventRefreshed {
			continue
		}
		if _, ours := m.writes[e.After.Ref]; !ours {
			m.setStatus(ui.AnswerNews, fmt.Sprintf("%s refreshed by its agent at %s: streak %d → %d", text.CredentialName(e.After),
				m.clock(e.At), e.Before.Streak.Count(), e.After.Streak.Count()))
		}
	}
}
