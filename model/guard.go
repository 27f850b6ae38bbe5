package model

import (
	"fmt"

	"charm.land/bubbles/v2/key"

	"pooltop/poolstate"
	"pooltop/ui"
)

// guarded is an entry that was written, and how it was before and after. A
// running agent may write its older picture over it.
type guarded struct {
	verb          poolstate.Verb
	before, after poolstate.Credential
	// load is the last one that was begun before the action was done. What it
	// read may be older than what was written, and proves nothing.
	load int
}

// guard keeps an eye on the entries that an action changed.
func (m *Model) guard(verb poolstate.Verb, out *poolstate.Outcome) {
	next := make(map[poolstate.Ref]guarded, len(m.guarded)+len(out.Changed))
	for ref, g := range m.guarded {
		next[ref] = g
	}
	for i := range out.Changed {
		e := &out.Changed[i]
		next[e.Before.Ref] = guarded{verb, e.Before, e.After, m.loading.begun}
	}
	m.guarded = next
}

// fate is what became of a written entry.
type fate uint8

const (
	fateKept fate = iota
	fateOverwritten
	fateLifted
	fateMovedOn
)

// fateOf compares a written entry with how it stands now.
func fateOf(g *guarded, c *poolstate.Credential, kept bool) fate {
	switch {
	case g.alike(c, &g.after):
		return fateKept
	case g.alike(c, &g.before):
		return fateOverwritten
	case g.verb == poolstate.VerbHold && !c.Held() && c.Status != poolstate.StatusExhausted && kept:
		return fateLifted
	}
	return fateMovedOn
}

// alike compares what the action writes, apart from fields that an older agent
// drops.
func (g *guarded) alike(a, b *poolstate.Credential) bool {
	if g.verb == poolstate.VerbSync && !sameTokens(a, b) {
		return false
	}
	return a.Status == b.Status && a.StatusAt.Equal(b.StatusAt) &&
		a.ErrorReason == b.ErrorReason && a.ResetAt.Equal(b.ResetAt) && sameStreak(a, b)
}

// sameStreak takes a streak that the file does not have for any.
func sameStreak(a, b *poolstate.Credential) bool {
	m, inA := a.Streak.Known()
	n, inB := b.Streak.Known()
	return m == n || !inA || !inB
}

// sameTokens compares the secrets of two pictures of an entry; a borrowed one
// by its fingerprint, from which alone its digest is known after a reload.
func sameTokens(a, b *poolstate.Credential) bool {
	return a.Fingerprint == b.Fingerprint && (a.Fingerprint != "" || a.Secret == b.Secret)
}

// checkGuarded looks what became of the written entries in a new picture, and
// says so at once when an agent has undone one.
func (m *Model) checkGuarded(p *poolstate.Pool) {
	if len(m.guarded) == 0 {
		return
	}
	next := make(map[poolstate.Ref]guarded, len(m.guarded))
	for c := range p.All() {
		g, ok := m.guarded[c.Ref]
		if !ok {
			continue
		}
		if g.load == m.loading.begun {
			next[c.Ref] = g
			continue
		}
		switch fateOf(&g, c, m.now.Before(g.after.ResetAt)) {
		case fateKept:
			next[c.Ref] = g
		case fateOverwritten:
			m.notice("%s of %s was overwritten at %s by an agent or another pooltop; %s",
				g.verb, ui.CredentialName(c), m.now.Format("15:04:05"), m.repeat(g.verb, c))
		case fateLifted:
			m.notice("the hold of %s was lifted at %s by an agent or another pooltop; %s",
				ui.CredentialName(c), m.now.Format("15:04:05"), m.repeat(g.verb, c))
		}
	}
	m.guarded = next
}

func (m *Model) notice(format string, args ...any) {
	m.say(ui.AnswerNotice, fmt.Sprintf(format, args...))
}

// repeat says which key does it again.
func (m *Model) repeat(verb poolstate.Verb, c *poolstate.Credential) string {
	again, known := map[poolstate.Verb]key.Binding{
		poolstate.VerbReset: m.keys.Reset, poolstate.VerbHold: m.keys.Exhaust, poolstate.VerbSync: m.keys.Sync,
	}[verb]
	press := "press " + word(again) + " to repeat"
	switch {
	case !known || !again.Enabled(): // an undo, or a key that a person took away
		return "act on it again by hand"
	case m.selected == nil || *m.selected != c.Ref:
		return "select it and " + press
	}
	return press
}

// noticeSuccess says when an agent had a real success with a credential that
// was out: its tokens are new, and that is why its streak fell.
func (m *Model) noticeSuccess(events []poolstate.Event) {
	for i := range events {
		e := &events[i]
		if e.Kind != poolstate.EventRefreshed {
			continue
		}
		if _, mine := m.guarded[e.After.Ref]; !mine {
			m.greet(fmt.Sprintf("%s refreshed by its agent at %s: streak %d → %d", ui.CredentialName(e.After),
				m.now.Format("15:04:05"), e.Before.Streak.Count(), e.After.Streak.Count()))
		}
	}
}

// greet says something good to know, unless that would cover up the answer to an
// action.
func (m *Model) greet(text string) {
	if m.answer == nil || m.answer.Kind == ui.AnswerNews {
		m.say(ui.AnswerNews, text)
	}
}
