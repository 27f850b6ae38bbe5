package model

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/ui"
)

// notifier tells a person who looks elsewhere what changed for the better or
// the worse. It speaks on edges only: what stood so when it began is no news.
type notifier struct {
	on, begun bool
	// usable is how each provider stood, dead which credentials were.
	usable map[string]standing
	dead   map[poolstate.Ref]bool
	// allReady is true while everything that can be ready is.
	allReady bool
	// told is when a subject was last spoken of.
	told map[string]time.Time
	pool *poolstate.Pool
	next time.Time // up to when the clock changes nothing
}

// standing is how a provider stands.
type standing struct {
	ready, due int
	// missed is true from when it was out until somebody was back.
	missed bool
}

// quiet is how long a subject is not spoken of again.
const quiet = time.Minute

// toggleNotify turns notifications on or off.
func (m *Model) toggleNotify() {
	m.notifier = notifier{on: !m.notifier.on}
	if m.notifier.on {
		m.say(ui.AnswerDone, "notifications on: provider out, first and all back, dead; "+word(m.keys.Notify)+" turns them off")
	} else {
		m.say(ui.AnswerDone, "notifications off")
	}
}

// notify compares how the pool stands with how it stood, and tells the terminal.
func (m *Model) notify() tea.Cmd {
	n, pool := &m.notifier, m.latest().Pool
	now := m.cfg.Clock.Now()
	if !n.on || pool == nil || n.begun && n.pool == pool && now.Before(n.next) {
		return nil
	}
	texts := n.look(pool, m.policy, now, m.cfg.Clock.real)
	var all []tea.Cmd
	for _, text := range texts {
		all = append(all, tea.Raw(ui.Notification(m.cfg.Notifications, text)))
	}
	return tea.Sequence(all...)
}

// look takes the next picture, or the same one later, and returns what to say.
func (n *notifier) look(pool *poolstate.Pool, policy poolstate.Policy, now time.Time, real func(time.Duration) time.Duration) []string {
	var texts []string
	say := func(subject, text string) {
		if last, before := n.told[subject]; before && real(now.Sub(last)) < quiet {
			return
		}
		n.told[subject] = now
		texts = append(texts, text)
	}
	first := !n.begun
	if first {
		n.told, n.dead = map[string]time.Time{}, map[poolstate.Ref]bool{}
	}
	n.begun, n.pool = true, pool
	usable, dead := map[string]standing{}, map[poolstate.Ref]bool{}
	for i := range pool.Providers {
		p := &pool.Providers[i]
		sum := p.Summarize(policy, now)
		was, known := n.usable[p.Name]
		is := standing{ready: sum.Ready(), due: sum.Count[poolstate.Due], missed: was.missed}
		if known {
			is.missed = speak(say, p, &sum, was, is, now)
		}
		usable[p.Name] = is
	}
	for c := range pool.All() {
		if c.Status != poolstate.StatusDead {
			continue
		}
		dead[c.Ref] = true
		if !first && !n.dead[c.Ref] {
			say(c.String(), fmt.Sprintf("%s/%s is dead: it needs a re-auth", c.Provider, ui.CredentialName(c)))
		}
	}
	sum := pool.Summarize(policy, now)
	allReady := sum.Ready() > 0 && sum.Ready() == sum.Total-sum.Count[poolstate.Dead]-sum.Count[poolstate.Disabled]
	if !first && allReady && !n.allReady {
		say("", fmt.Sprintf("every key is back: %d ready", sum.Ready()))
	}
	n.usable, n.dead, n.allReady, n.next = usable, dead, allReady, sum.NextAt
	if sum.Next == nil {
		n.next = now.Add(24 * time.Hour)
	}
	return texts
}

// speak says what changed for one provider, and returns whether it is still
// missed.
func speak(say func(subject, text string), p *poolstate.Provider, sum *poolstate.Summary, was, is standing, now time.Time) bool {
	switch {
	case was.ready > 0 && is.ready == 0 && sum.Total > 0:
		text := p.Name + ": none ready"
		switch {
		case is.due > 0:
			text += fmt.Sprintf(", %d due now", is.due)
		case sum.Next != nil:
			text += ", first back in " + ui.Countdown(sum.NextAt.Sub(now))
		}
		say("out "+p.Name, text)
		return true
	case was.missed && is.ready > 0:
		say("back "+p.Name, fmt.Sprintf("%s: %d of %d ready again", p.Name, is.ready, sum.Total))
		return false
	case was.missed && is.due > was.due:
		say("back "+p.Name, fmt.Sprintf("%s: %d due, the agent retries at its next turn", p.Name, is.due))
		return false
	}
	return was.missed
}

// announce puts into the window's title, and with notifications on into the
// terminal's progress bar, how many are ready.
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
