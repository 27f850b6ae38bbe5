package model

import (
	"fmt"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/text"
)

// statusStays is how long a status is shown, in real time. An AnswerNotice does not
// expire.
const statusStays = 30 * time.Second

// setStatus shows a line of text above the footer. AnswerNews replaces only AnswerNews,
// and AnswerDone does not replace an AnswerNotice. setStatus returns nil, so that a key
// handler can return its result.
func (m *Model) setStatus(kind ui.AnswerKind, text string) tea.Cmd {
	if s := m.status; s != nil && (kind == ui.AnswerNews && s.Kind != ui.AnswerNews || kind == ui.AnswerDone && s.Kind == ui.AnswerNotice) {
		return nil
	}
	m.status, m.statusAt = &ui.Answer{Kind: kind, Text: text}, m.cfg.Clock.Now()
	return nil
}

// shownStatus returns the status, or a message if an action is waiting for the lock.
func (m *Model) shownStatus() *ui.Answer {
	r := m.running
	if a := m.commandAnswer(); a != nil && m.status == nil {
		return a
	}
	if r == nil || r.holder == "" {
		return m.status
	}
	waited := min(m.cfg.Clock.since(r.since), poolstate.LockTimeout)
	wait := text.Span(waited) + " of " + text.Span(poolstate.LockTimeout)
	return &ui.Answer{
		Kind:  ui.AnswerWaiting,
		Text:  fmt.Sprintf("%s is waiting for the lock held by %s: %s; esc cancels", ui.VerbWord(r.verb), r.holder, wait),
		Brief: fmt.Sprintf("%s is waiting for the lock: %s", ui.VerbWord(r.verb), wait),
	}
}

// whyNoWrite returns why nothing can be written now, or "".
func (m *Model) whyNoWrite() string {
	switch {
	case m.cfg.ReadOnly != "":
		return "read-only: " + m.cfg.ReadOnly
	case m.readOnly:
		return "read-only; press " + word(m.keys.ReadOnly) + " to allow changes"
	case m.pool == nil:
		return "no pool has been read yet"
	case !slices.ContainsFunc(m.stores, func(st *store) bool { return m.whyNoWriteTo(m.source(st)) == "" }):
		return m.whyNoWriteTo(m.source(m.stores[0]))
	case m.paused.on:
		return "paused; press " + word(m.keys.Pause) + " to resume"
	case m.running != nil:
		return "another action is running; esc cancels it"
	}
	return ""
}

// whyNoWriteTo returns why a store cannot be written now, or "".
func (m *Model) whyNoWriteTo(st *store) (why string) {
	switch {
	case st.feed.State == ui.FeedStale && m.several:
		why = "the file cannot be read: " + st.feed.Reason
	case st.feed.State == ui.FeedStale:
		why = "the file cannot be read; changes are disabled until it is readable again"
	case st.unwritable != nil:
		why = st.unwritable.Error()
	}
	if why != "" && m.several {
		why = st.Profile + ": " + why
	}
	return why
}

// whyAlwaysReadOnly returns why the operator cannot turn read-only off, or "".
func (m *Model) whyAlwaysReadOnly() string {
	switch {
	case m.cfg.ReadOnly != "":
		return m.cfg.ReadOnly
	case !slices.ContainsFunc(m.stores, func(st *store) bool { return m.source(st).unwritable == nil }):
		return m.source(m.stores[0]).unwritable.Error()
	}
	return ""
}

func (m *Model) isReadOnly() bool { return m.readOnly || m.whyAlwaysReadOnly() != "" }

func (m *Model) toggleReadOnly() tea.Cmd {
	if why := m.whyAlwaysReadOnly(); why != "" {
		return m.setStatus(ui.AnswerRefused, "read-only stays on: "+why)
	}
	m.readOnly = !m.readOnly
	text := "read-only off: keys can change the file again"
	if m.readOnly {
		text = "read-only on: keys cannot change the file; " + word(m.keys.ReadOnly) + " turns it off"
	}
	return m.setStatus(ui.AnswerDone, text)
}

// keysOff returns the footer keys that would be refused now.
func (m *Model) keysOff() []string {
	k := m.keys
	write, noTarget := m.running == nil && m.whyNoWrite() != "", false
	if m.view() != ui.PaneTable {
		c, _ := m.target()
		noTarget = c == nil
	}
	var off []string
	for _, b := range []key.Binding{k.Reset, k.Exhaust, k.Undo} {
		if write || noTarget {
			off = append(off, word(b))
		}
	}
	if noTarget && m.view() == ui.PaneEvents {
		off = append(off, k.goTo().Help().Key)
	}
	return off
}

func (m *Model) whyNoSelection() string {
	switch {
	case m.pool == nil:
		return "no pool has been read yet"
	case m.pool.Len() == 0:
		return "the pool has no credentials"
	case !m.arrangement.filter.IsZero():
		return "nothing matches the filter; esc clears it"
	case m.keys.Unfold.Enabled():
		return "all providers are folded; " + word(m.keys.Unfold) + " unfolds"
	}
	return "all providers are folded"
}

// notifier reports failures and recoveries.
type notifier struct {
	on       bool
	pending  []string             // notifications to send
	reported map[string]time.Time // when a subject was last reported
}

func (m *Model) toggleNotify() {
	m.notifier = notifier{on: !m.notifier.on}
	text := "notifications off"
	if m.notifier.on {
		text = "notifications on (provider out or back, all ready, credential dead); " + word(m.keys.Notify) + " turns them off"
	}
	m.setStatus(ui.AnswerDone, text)
}

// inASCII returns s, converted to ASCII if that is configured.
func (m *Model) inASCII(s string) string {
	if m.cfg.ASCII {
		return text.ASCII(text.Clean(s, text.RowLimit))
	}
	return s
}

// notify sends the pending notifications.
func (m *Model) notify() tea.Cmd {
	if len(m.notifier.pending) == 0 {
		return nil
	}
	all := ""
	for _, words := range m.notifier.pending {
		all += ui.Notification(m.cfg.Notifications, m.inASCII(words))
	}
	m.notifier.pending = nil
	return tea.Raw(all)
}

// notifyOf queues notifications about events of a store, but none about the same subject
// twice within [poolstate.QuietPeriod] of real time.
func (m *Model) notifyOf(st *store, events []poolstate.Event) {
	n, now := &m.notifier, m.cfg.Clock.Now()
	if !n.on {
		return
	}
	for i := range events {
		e := &events[i]
		text := m.notification(st, e, now)
		subject := fmt.Sprint(e.Kind, m.profileIn(st), e.Provider)
		if c := e.Credential(); c != nil {
			subject = fmt.Sprint(e.Kind, c.Ref)
		}
		if last, before := n.reported[subject]; text == "" || before && m.cfg.Clock.since(last) < poolstate.QuietPeriod {
			continue
		}
		if n.reported == nil {
			n.reported = map[string]time.Time{}
		}
		n.reported[subject] = now
		n.pending = append(n.pending, text)
	}
}

// handOn queues notifications about events of a store, including those about its providers
// that follow from them, and passes the events to OnEvent.
func (m *Model) handOn(st *store, events []poolstate.Event) {
	if st.snapshot.Pool != nil {
		outages := st.outages.Observe(st.snapshot.Pool, st.policy, events, m.cfg.Clock.Now())
		events = append(slices.Clip(events), m.eventsOf(st, outages)...)
		m.notifyOf(st, events)
	}
	if m.cfg.OnEvent != nil {
		records := m.recordsOf(st, events)
		for i := range records {
			m.cfg.OnEvent(st.Profile, st.Operator, &records[i])
		}
	}
}

// notification returns the text of a notification about an event, or "".
func (m *Model) notification(st *store, e *poolstate.Event, now time.Time) string {
	c, provider, prefix, sum := e.Credential(), e.Provider, "", st.snapshot.Pool.Summarize(st.policy, now)
	if profile := m.profileIn(st); profile != "" {
		prefix = profile + "/"
	}
	if c != nil {
		provider = c.Provider
	}
	if p := st.snapshot.Pool.Provider(provider); p != nil {
		sum = p.Summarize(st.policy, now)
	}
	name := shortName(prefix + provider)
	due := sum.Count[poolstate.Due]
	switch {
	case e.Kind == poolstate.EventProviderOut && due > 0:
		return fmt.Sprintf("%s out, %d due now", name, due)
	case e.Kind == poolstate.EventProviderOut && sum.Next != nil:
		return name + " out, first back in " + text.Countdown(sum.NextAt.Sub(now))
	case e.Kind == poolstate.EventProviderOut:
		return name + " out"
	case e.Kind == poolstate.EventProviderBack:
		return fmt.Sprintf("%s: %d of %d ready again", name, sum.Ready(), sum.Total)
	case e.Kind == poolstate.EventAllBack:
		return fmt.Sprintf("%sall credentials ready (%d)", prefix, sum.Ready())
	case e.Kind == poolstate.EventDue && sum.Out():
		return fmt.Sprintf("%s: %d due (retried at the agent's next selection)", name, due)
	case e.Kind == poolstate.EventDead, e.Kind == poolstate.EventAdded && c.Status == poolstate.StatusDead:
		return shortName(rowName(c)) + " is dead: re-auth required"
	}
	return ""
}

// shortName shortens a name so that a notification always has room for what happened.
func shortName(name string) string {
	const widest = 60
	return text.Fit(text.Clean(name, text.RowLimit), widest)
}

// announce shows the number of ready credentials in the window title and, with
// notifications on, as a progress bar.
func (m *Model) announce(v *tea.View) {
	v.WindowTitle = "pooltop"
	if m.empty() {
		return
	}
	sum := m.pool.Summarize(m.viewPolicy(), m.now)
	ready, total := sum.Ready(), sum.Total
	v.WindowTitle = m.inASCII(fmt.Sprintf("%d/%d ready · pooltop", ready, total))
	if !m.notifier.on {
		return
	}
	state := tea.ProgressBarDefault
	switch {
	case ready == 0:
		state = tea.ProgressBarError
	case ready < total:
		state = tea.ProgressBarWarning
	}
	v.ProgressBar = tea.NewProgressBar(state, ready*100/total)
}
