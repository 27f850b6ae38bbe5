package model

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"

	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/text"
)

// refailWithin is the time after a reset during which another failure is reported.
const refailWithin = 24 * time.Hour

// watchResets remembers when credentials were reset. If one of these credentials fails again,
// watchResets reports this: "team-seat failed again 9m after the reset: 429, cooling 1h".
func (m *Model) watchResets(st *store, events []poolstate.Event) {
	failed, more := "", 0
	for i := range events {
		e := &events[i]
		if e.After == nil {
			continue
		}
		ref := e.After.Ref
		at, reset := m.resets[ref]
		delete(m.resets, ref)
		switch again := e.After.StatusAt.Sub(at); {
		case e.Kind == poolstate.EventReset:
			m.resets[ref] = e.At
		case !reset || again >= refailWithin:
		case e.Kind == poolstate.EventReady: // the agent has selected it, but it may still fail
			m.resets[ref] = at
		case again <= 0: // an undo has restored the earlier failure
		case e.Kind == poolstate.EventExhausted && failed != "":
			more++
		case e.Kind == poolstate.EventExhausted:
			failed = m.failedAgain(st, e.After, again)
		}
	}
	switch {
	case more > 0:
		m.setStatus(ui.AnswerNotice, fmt.Sprintf("%s; %s failed again too", failed, text.Plural(more, "other", "others")))
	case failed != "":
		m.setStatus(ui.AnswerNotice, failed)
	}
}

func (m *Model) failedAgain(st *store, c *poolstate.Credential, after time.Duration) string {
	code := ""
	if n, known := c.ErrorCode.Get(); known {
		code = fmt.Sprint(n)
	}
	return fmt.Sprintf("%s failed again %s after the reset: %s, cooling %s", text.QualifiedName(c), text.Span(after),
		cmp.Or(code, text.Failure(c), "no code"), text.Span(st.policy.Assess(c, m.cfg.Clock.Now()).Cooldown))
}

// watchOutages remembers each provider's outage until one of its credentials is ready. Without
// this, the outage would seem to end when retries fail at different times.
func (m *Model) watchOutages() {
	if !m.allKnown() {
		return // a profile that is not loaded yet may have other credentials
	}
	outages := map[string]int{}
	for i := range m.pool.Providers {
		p := &m.pool.Providers[i]
		sum := p.Summarize(m.policy, m.now)
		if n := max(p.Outage(m.policy, m.now), m.outages[p.Name]); n > 0 && sum.Out() {
			outages[p.Name] = n
		}
	}
	m.outages = outages
}

// watchedWrite is a credential that an action of this session has changed. A running agent
// may overwrite it with an older state from memory.
type watchedWrite struct {
	verb          poolstate.Verb
	before, after poolstate.Credential
	load          int // number of the last load that began before the write was done; it may have read the older state
	move          *watchedMove
}

// watchedMove is the part of a watchedWrite that only a move has. from is the provider's
// rotation order before its first watched move, which agents may still have in memory.
type watchedMove struct {
	from, to []poolstate.Ref
	earlier  *watchedWrite // the provider's previous move, which an undo of this one leaves
}

// watchMove starts watching for agents that restore the rotation order before a move or, for an
// undo, before the move that is left. It watches only the provider's last move, because later
// moves also change the places of credentials that were moved earlier.
func (m *Model) watchMove(verb poolstate.Verb, f *fileResult) {
	e := &f.done.Changed[0]
	w := watchedWrite{poolstate.VerbOrder, e.Before, e.After, f.store.loading.begun, &watchedMove{}}
	w.move.from = refsOf(f.seen)
	for ref, last := range m.writes {
		if last.move != nil && ref.Provider == e.Before.Provider && ref.Profile == e.Before.Profile {
			w.move.from, w.move.earlier = last.move.from, &last
			delete(m.writes, ref)
		}
	}
	if verb == poolstate.VerbUndo {
		last := w.move.earlier
		if last == nil || last.move.earlier == nil {
			return
		}
		load := w.load
		w = *last.move.earlier
		w.load = load
	} else {
		moved := slices.Delete(refsOf(f.seen), e.Before.Index-1, e.Before.Index)
		ref := e.Before.Ref
		ref.Profile = ""
		w.move.to = slices.Insert(moved, e.After.Index-1, ref)
	}
	m.writes[w.after.Ref] = w
}

// refsOf returns references to credentials of a store, as in its file.
func refsOf(credentials []poolstate.Credential) (refs []poolstate.Ref) {
	for i := range credentials {
		refs = append(refs, credentials[i].Ref)
	}
	return refs
}

// kept reports whether c, from the given pool, is still as the action wrote it.
func (w *watchedWrite) kept(c *poolstate.Credential, pool *poolstate.Pool) bool {
	return w.equal(c, &w.after) && (w.move == nil || !w.overwritten(c, pool) || slices.Equal(w.move.to, w.move.from))
}

// overwritten reports whether c, from the given pool, is as it was before the action.
func (w *watchedWrite) overwritten(c *poolstate.Credential, pool *poolstate.Pool) bool {
	if w.move != nil {
		return slices.Equal(refsOf(pool.Provider(c.Provider).Credentials), w.move.from)
	}
	return w.equal(c, &w.before)
}

// equal compares the fields that the action writes or, for a move, the position in the rotation
// order. It compares borrowed secrets by their fingerprints, because the file does not contain
// the secrets. A missing streak equals any streak, because agents that do not count failures
// remove it.
func (w *watchedWrite) equal(a, b *poolstate.Credential) bool {
	if w.verb == poolstate.VerbSync && (a.Fingerprint != b.Fingerprint || a.Fingerprint == "" && a.Secret != b.Secret) {
		return false
	}
	if w.verb == poolstate.VerbOrder {
		return a.Index == b.Index
	}
	m, inA := a.Streak.Known()
	n, inB := b.Streak.Known()
	return a.Status == b.Status && a.StatusAt.Equal(b.StatusAt) && a.ErrorReason == b.ErrorReason &&
		a.ResetAt.Equal(b.ResetAt) && (m == n || !inA || !inB)
}

// checkWrites reports if another program has overwritten one of our writes to a store or has
// lifted a hold, and when. It stops watching every credential that no longer has the written
// state.
func (m *Model) checkWrites(st *store, events []poolstate.Event) {
	if len(m.writes) == 0 {
		return
	}
	at := map[poolstate.Ref]time.Time{}
	for i := range events {
		if c := events[i].Credential(); c != nil {
			at[c.Ref] = events[i].At
		}
	}
	profile := m.profileIn(st)
	present := make(map[poolstate.Ref]watchedWrite, len(m.writes))
	for ref, w := range m.writes {
		if ref.Profile != profile {
			present[ref] = w
		}
	}
	pool := st.snapshot.Pool
	for c := range pool.All() {
		ref := c.Ref
		ref.Profile = profile
		w, watched := m.writes[ref]
		what := ""
		switch {
		case !watched:
		case w.load == st.loading.begun || w.kept(c, pool):
			present[ref] = w
		case w.overwritten(c, pool):
			what = fmt.Sprintf("%s of %s was overwritten", ui.VerbWord(w.verb), text.QualifiedName(&w.after))
		case w.verb == poolstate.VerbHold && !c.Held() && c.Status != poolstate.StatusExhausted && m.now.Before(w.after.ResetAt):
			what = fmt.Sprintf("the hold on %s was lifted", text.QualifiedName(&w.after))
		}
		if what != "" {
			m.setStatus(ui.AnswerNotice, fmt.Sprintf("%s at %s; %s; an agent or another pooltop wrote the file",
				what, m.clock(cmp.Or(at[ref], m.now)), m.howToRepeat(&w)))
		}
	}
	m.writes = present
}

func (m *Model) howToRepeat(w *watchedWrite) string {
	c, repeat := &w.after, map[poolstate.Verb]key.Binding{
		poolstate.VerbReset: m.keys.Reset, poolstate.VerbHold: m.keys.Exhaust, poolstate.VerbSync: m.keys.Sync,
		poolstate.VerbOrder: m.keys.Later,
	}[w.verb]
	if w.verb == poolstate.VerbOrder && c.Index < w.before.Index {
		repeat = m.keys.Earlier
	}
	switch press := "press " + word(repeat) + " to repeat"; {
	case !repeat.Enabled(): // an undo, or the action has no key
		return "repeat the change yourself"
	case m.selected == nil || *m.selected != c.Ref && m.original(*m.selected) != c.Ref:
		return "select it and " + press
	default:
		return press
	}
}
