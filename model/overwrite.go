package model

import (
	"fmt"
	"time"

	"charm.land/bubbles/v2/key"

	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/text"
)

// watchedWrite is a credential that an action of this session wrote. A running
// agent may overwrite it with the older state that it has in memory.
type watchedWrite struct {
	verb          poolstate.Verb
	before, after poolstate.Credential
	// load is the number of the latest load that began before the action was
	// done. What it read may be older than the write.
	load int
}

// watchWrites watches the credentials that an action changed.
func (m *Model) watchWrites(verb poolstate.Verb, changed []poolstate.Effect) {
	if m.writes == nil {
		m.writes = map[poolstate.Ref]watchedWrite{}
	}
	for i := range changed {
		e := &changed[i]
		m.writes[e.Before.Ref] = watchedWrite{verb, e.Before, e.After, m.loading.begun}
	}
}

func (m *Model) writeOf(c *poolstate.Credential) (w watchedWrite, watched bool) {
	if c != nil {
		w, watched = m.writes[c.Ref]
	}
	return w, watched
}

// lifted reports whether a hold ended before its deadline.
func (w *watchedWrite) lifted(c *poolstate.Credential, now time.Time) bool {
	return w.verb == poolstate.VerbHold && !c.Held() && c.Status != poolstate.StatusExhausted && now.Before(w.after.ResetAt)
}

// equal compares what the action writes. A streak that one of them lacks is equal
// to any, since agents that do not count drop it.
func (w *watchedWrite) equal(a, b *poolstate.Credential) bool {
	if w.verb == poolstate.VerbSync && !sameTokens(a, b) {
		return false
	}
	m, inA := a.Streak.Known()
	n, inB := b.Streak.Known()
	return a.Status == b.Status && a.StatusAt.Equal(b.StatusAt) && a.ErrorReason == b.ErrorReason &&
		a.ResetAt.Equal(b.ResetAt) && (m == n || !inA || !inB)
}

// sameTokens compares secrets; borrowed ones by their fingerprint, which is all
// that is known of them after a reload.
func sameTokens(a, b *poolstate.Credential) bool {
	return a.Fingerprint == b.Fingerprint && (a.Fingerprint != "" || a.Secret == b.Secret)
}

// checkWrites reports watched writes that were undone, and stops watching those
// that have changed in any way.
func (m *Model) checkWrites(p *poolstate.Pool) {
	if len(m.writes) == 0 {
		return
	}
	present := make(map[poolstate.Ref]watchedWrite, len(m.writes))
	for c := range p.All() {
		w, watched := m.writes[c.Ref]
		if !watched {
			continue
		}
		what := ""
		switch {
		case w.load == m.loading.begun || w.equal(c, &w.after):
			present[c.Ref] = w
		case w.equal(c, &w.before):
			what = fmt.Sprintf("%s of %s was overwritten", ui.VerbWord(w.verb), text.CredentialName(c))
		case w.lifted(c, m.now):
			what = fmt.Sprintf("the hold of %s was lifted", text.CredentialName(c))
		}
		if what != "" {
			m.setStatus(ui.AnswerNotice, fmt.Sprintf("%s at %s by an agent or another pooltop; %s",
				what, m.now.Format("15:04:05"), m.howToRepeat(w.verb, c)))
		}
	}
	m.writes = present
}

// howToRepeat says which key repeats an action on a credential.
func (m *Model) howToRepeat(verb poolstate.Verb, c *poolstate.Credential) string {
	repeat := map[poolstate.Verb]key.Binding{
		poolstate.VerbReset: m.keys.Reset, poolstate.VerbHold: m.keys.Exhaust, poolstate.VerbSync: m.keys.Sync,
	}[verb]
	switch press := "press " + word(repeat) + " to repeat"; {
	case !repeat.Enabled(): // an undo, or a key that was unbound
		return "repeat it by hand"
	case m.selected == nil || *m.selected != c.Ref:
		return "select it and " + press
	default:
		return press
	}
}

// reportSuccess reports that an agent succeeded with a credential that was out:
// it has new tokens and a lower streak.
func (m *Model) reportSuccess(events []poolstate.Event) {
	for i := range events {
		e := &events[i]
		if _, ours := m.writeOf(e.After); e.Kind == poolstate.EventRefreshed && !ours {
			m.setStatus(ui.AnswerNews, fmt.Sprintf("%s refreshed by its agent at %s: streak %d → %d", text.CredentialName(e.After),
				m.now.Format("15:04:05"), e.Before.Streak.Count(), e.After.Streak.Count()))
		}
	}
}
