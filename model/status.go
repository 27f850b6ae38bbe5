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
	if r == nil || r.holder == "" {
		return m.status
	}
	waited := m.cfg.Clock.real(max(m.cfg.Clock.Now().Sub(r.since), 0))
	wait := text.Span(waited) + " of " + text.Span(poolstate.LockTimeout)
	return &ui.Answer{
		Kind:  ui.AnswerWaiting,
		Text:  fmt.Sprintf("%s waits for the lock held by %s: %s; esc cancels", ui.VerbWord(r.verb), r.holder, wait),
		Brief: fmt.Sprintf("%s waits for the lock: %s", ui.VerbWord(r.verb), wait),
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

// notifier detects failures and recoveries since its last check. The first check reports
// nothing.
type notifier struct {
	on        bool
	providers map[string]providerState // nil before the first check
	profiles  []string                 // of the pool that was checked last
	dead      map[poolstate.Ref]bool
	allReady  bool                 // all credentials that can become ready are ready
	reported  map[string]time.Time // when a subject was last reported
}

type providerState struct {
	ready, due int
	out        bool // reported as out and not yet as back
}

const quiet = time.Minute // minimum real time between two notifications about the same subject

func (m *Model) toggleNotify() {
	m.notifier = notifier{on: !m.notifier.on}
	text := "notifications off"
	if m.notifier.on {
		text = "notifications on (provider out or back, all ready, credential dead); " + word(m.keys.Notify) + " turns them off"
	}
	m.setStatus(ui.AnswerDone, text)
}

func (m *Model) notify() tea.Cmd {
	n, pool, now := &m.notifier, m.latest.pool, m.cfg.Clock.Now()
	if !n.on || pool == nil {
		return nil
	}
	var all []tea.Cmd
	n.check(pool, m.latest.policy, now, func(subject, text string) {
		if last, before := n.reported[subject]; !before || m.cfg.Clock.real(now.Sub(last)) >= quiet {
			n.reported[subject] = now
			all = append(all, tea.Raw(ui.Notification(m.cfg.Notifications, text)))
		}
	})
	return tea.Sequence(all...)
}

func (n *notifier) check(pool *poolstate.Pool, policy poolstate.Policy, now time.Time, report func(subject, text string)) {
	first := n.providers == nil
	if first {
		n.reported = map[string]time.Time{}
	}
	providers, dead := map[string]providerState{}, map[poolstate.Ref]bool{}
	for i := range pool.Providers {
		p := &pool.Providers[i]
		sum := p.Summarize(policy, now)
		was := n.providers[p.Name] // zero for a new provider, which is not reported
		is := providerState{ready: sum.Ready(), due: sum.Count[poolstate.Due], out: was.out}
		if text := is.update(was, p.Name, &sum, now); text != "" {
			report(fmt.Sprint(p.Name, is.out), text)
		}
		providers[p.Name] = is
	}
	for c := range pool.All() {
		if c.Status != poolstate.StatusDead || c.Repeated {
			continue
		}
		dead[c.Ref] = true
		if !first && !n.dead[c.Ref] && (c.Profile == "" || slices.Contains(n.profiles, c.Profile)) {
			report(c.Profile+"/"+c.String(), rowName(c)+" is dead: re-auth required")
		}
	}
	sum := pool.Summarize(policy, now)
	allReady := sum.Ready() > 0 && sum.Ready() == sum.Total-sum.Never
	if !first && allReady && !n.allReady {
		report("", fmt.Sprintf("all credentials ready (%d)", sum.Ready()))
	}
	n.providers, n.dead, n.allReady, n.profiles = providers, dead, allReady, pool.Profiles
}

// update sets is.out and returns the text of a notification about the provider, or "".
func (is *providerState) update(was providerState, name string, sum *poolstate.Summary, now time.Time) string {
	switch {
	case was.ready > 0 && is.ready == 0 && sum.Total > 0:
		is.out = true
		switch {
		case is.due > 0:
			return fmt.Sprintf("%s out, %d due now", name, is.due)
		case sum.Next != nil:
			return name + " out, first back in " + text.Countdown(sum.NextAt.Sub(now))
		}
		return name + " out"
	case was.out && is.ready > 0:
		is.out = false
		return fmt.Sprintf("%s: %d of %d ready again", name, is.ready, sum.Total)
	case was.out && is.due > was.due:
		is.out = false
		return fmt.Sprintf("%s: %d due (retried at the agent's next selection)", name, is.due)
	}
	return ""
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
	v.WindowTitle = fmt.Sprintf("%d/%d ready · pooltop", ready, total)
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
