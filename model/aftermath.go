package model

import (
	"cmp"
	"fmt"
	"time"

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
