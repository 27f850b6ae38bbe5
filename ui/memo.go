package ui

import (
	"time"

	"pooltop/poolstate"
)

// Memo keeps from one drawing to the next what the clock alone does not change:
// between two deadlines the counts of a pool and the steps of its forecast stay,
// however many credentials there are. The zero value is ready for use, by one
// dashboard at a time.
type Memo struct {
	pool   *poolstate.Pool
	policy poolstate.Policy
	// It holds from one instant on until another.
	now, from, until time.Time

	sum       poolstate.Summary
	providers map[*poolstate.Provider]standing
	forecasts map[*poolstate.Provider]poolstate.Forecast // nil is the whole pool

	// selected is where the selected credential was listed.
	selected location

	// rows are as they were drawn last, in that form.
	form rowForm
	rows map[*poolstate.Credential]memoRow
}

// standing is how a provider stands.
type standing struct {
	sum    poolstate.Summary
	outage int
}

// memoFor bounds how long anything is kept: what looks like an outage ends a
// while after a deadline, which is no deadline itself.
const memoFor = time.Minute

// memo is the screen's memo, as of now.
func (s *Screen) memo() *Memo {
	if s.Memo == nil {
		s.Memo = &Memo{}
	}
	s.Memo.turn(s.Pool, s.Policy, s.Now)
	return s.Memo
}

// turn forgets what does not hold any more.
func (m *Memo) turn(pool *poolstate.Pool, policy poolstate.Policy, now time.Time) {
	m.now = now
	if m.pool == pool && m.policy == policy && !now.Before(m.from) && now.Before(m.until) {
		return
	}
	if m.pool != pool || m.policy != policy {
		m.rows = nil // of a credential of the old pool, or with its deadline
	}
	m.pool, m.policy, m.from, m.until = pool, policy, now, now.Add(memoFor)
	m.providers = map[*poolstate.Provider]standing{}
	m.forecasts = map[*poolstate.Provider]poolstate.Forecast{}
	m.sum = pool.Summarize(policy, now)
	if m.sum.Next != nil && m.sum.NextAt.Before(m.until) {
		m.until = m.sum.NextAt
	}
}

// summary is that of the whole pool.
func (s *Screen) summary() poolstate.Summary { return s.memo().sum }

// Ready is how many credentials of a pool are ready, of how many.
func (m *Memo) Ready(pool *poolstate.Pool, policy poolstate.Policy, now time.Time) (ready, total int) {
	m.turn(pool, policy, now)
	return m.sum.Ready(), m.sum.Total
}

// provider is how a provider of the pool stands, and how many of its
// credentials fell together.
func (m *Memo) provider(p *poolstate.Provider) (poolstate.Summary, int) {
	st, known := m.providers[p]
	if !known {
		st = standing{p.Summarize(m.policy, m.now), p.Outage(m.policy, m.now)}
		m.providers[p] = st
	}
	return st.sum, st.outage
}

// forecast is that of a provider, or of the whole pool for nil.
func (m *Memo) forecast(p *poolstate.Provider) poolstate.Forecast {
	f, known := m.forecasts[p]
	switch {
	case known:
	case p == nil:
		f = m.pool.Forecast(m.policy, m.now)
	default:
		f = p.Forecast(m.policy, m.now)
	}
	m.forecasts[p] = f
	f.Now = m.now
	return f
}
