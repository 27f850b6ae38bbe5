package model

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/text"
)

// notifier finds what has become better or worse since the last check. It reports
// nothing at the first one.
type notifier struct {
	on        bool
	providers map[string]providerState // nil before the first check
	dead      map[poolstate.Ref]bool
	allReady  bool // every credential that can be ready is
	// reported is when a subject was last reported.
	reported map[string]time.Time
}

type providerState struct {
	ready, due int
	out        bool // reported as out, and not as back since
}

// quiet is the shortest real time between two notifications of one subject.
const quiet = time.Minute

func (m *Model) toggleNotify() {
	m.notifier = notifier{on: !m.notifier.on}
	if m.notifier.on {
		m.setStatus(ui.AnswerDone, "notifications on: provider out or back, all ready, credential dead; "+word(m.keys.Notify)+" turns them off")
	} else {
		m.setStatus(ui.AnswerDone, "notifications off")
	}
}

// notify returns a command that sends notifications to the terminal.
func (m *Model) notify() tea.Cmd {
	n, pool, now := &m.notifier, m.latest().Pool, m.cfg.Clock.Now()
	if !n.on || pool == nil {
		return nil
	}
	var all []tea.Cmd
	for _, c := range n.check(pool, m.policy, now) {
		if last, before := n.reported[c.subject]; !before || m.cfg.Clock.real(now.Sub(last)) >= quiet {
			n.reported[c.subject] = now
			all = append(all, tea.Raw(ui.Notification(m.cfg.Notifications, c.text)))
		}
	}
	return tea.Sequence(all...)
}

// news is one notification.
type news struct{ subject, text string }

// check compares a pool with the one before.
func (n *notifier) check(pool *poolstate.Pool, policy poolstate.Policy, now time.Time) []news {
	var found []news
	first := n.providers == nil
	if first {
		n.reported = map[string]time.Time{}
	}
	providers, dead := map[string]providerState{}, map[poolstate.Ref]bool{}
	for i := range pool.Providers {
		p := &pool.Providers[i]
		sum := p.Summarize(policy, now)
		was, known := n.providers[p.Name]
		is := providerState{ready: sum.Ready(), due: sum.Count[poolstate.Due], out: was.out}
		if known {
			if text := is.update(was, p.Name, &sum, now); text != "" {
				found = append(found, news{fmt.Sprint(p.Name, is.out), text})
			}
		}
		providers[p.Name] = is
	}
	for c := range pool.All() {
		if c.Status != poolstate.StatusDead {
			continue
		}
		dead[c.Ref] = true
		if !first && !n.dead[c.Ref] {
			found = append(found, news{c.String(), fmt.Sprintf("%s/%s is dead: re-auth required", c.Provider, text.CredentialName(c))})
		}
	}
	sum := pool.Summarize(policy, now)
	allReady := sum.Ready() > 0 && sum.Ready() == sum.Total-sum.Count[poolstate.Dead]-sum.Count[poolstate.Disabled]
	if !first && allReady && !n.allReady {
		found = append(found, news{"", fmt.Sprintf("all credentials ready (%d)", sum.Ready())})
	}
	n.providers, n.dead, n.allReady = providers, dead, allReady
	return found
}

// update returns what to report about a provider, and sets is.out.
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
		return fmt.Sprintf("%s: %d due, the agent retries at its next selection", name, is.due)
	}
	return ""
}

// announce sets the window title and, with notifications on, the progress bar of
// the terminal to the number of ready credentials.
func (m *Model) announce(v *tea.View) {
	v.WindowTitle = "pooltop"
	if m.snapshot.Pool == nil {
		return
	}
	sum := m.snapshot.Pool.Summarize(m.policy, m.now)
	ready, total := sum.Ready(), sum.Total
	if total == 0 {
		return
	}
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
