package model

import (
	"fmt"

	"charm.land/bubbles/v2/key"

	"pooltop/poolstate"
	"pooltop/ui"
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

// outcome is what became of a watched write.
type outcome uint8

const (
	outcomeKept outcome = iota
	outcomeOverwritten
	outcomeLifted  // a hold ended before its deadline
	outcomeChanged // in any other way
)

// outcome compares the write with the present state of the credential. A hold
// whose deadline has passed cannot be lifted.
func (w *watchedWrite) outcome(c *poolstate.Credential, expired bool) outcome {
	switch {
	case w.equal(c, &w.after):
		return outcomeKept
	case w.equal(c, &w.before):
		return outcomeOverwritten
	case w.verb == poolstate.VerbHold && !c.Held() && c.Status != poolstate.StatusExhausted && !expired:
		return outcomeLifted
	}
	return outcomeChanged
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
		became := outcomeKept
		if w.load != m.loading.begun {
			became = w.outcome(c, !m.now.Before(w.after.ResetAt))
		}
		at := m.now.Format("15:04:05")
		switch became {
		case outcomeKept:
			present[c.Ref] = w
		case outcomeOverwritten:
			m.setStatus(ui.AnswerNotice, fmt.Sprintf("%s of %s was overwritten at %s by an agent or another pooltop; %s",
				ui.VerbWord(w.verb), ui.CredentialName(c), at, m.howToRepeat(w.verb, c)))
		case outcomeLifted:
			m.setStatus(ui.AnswerNotice, fmt.Sprintf("the hold of %s was lifted at %s by an agent or another pooltop; %s",
				ui.CredentialName(c), at, m.howToRepeat(w.verb, c)))
		case outcomeChanged:
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
			m.setStatus(ui.AnswerNews, fmt.Sprintf("%s refreshed by its agent at %s: streak %d → %d", ui.CredentialName(e.After),
				m.now.Format("15:04:05"), e.Before.Streak.Count(), e.After.Streak.Count()))
		}
	}
}
