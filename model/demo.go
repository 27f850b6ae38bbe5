package model

import (
	"fmt"
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/poolstate/simulate"
	"pooltop/ui"
)

// Demo controls the simulation that a dashboard shows.
type Demo struct {
	// Narrate describes the situation in one line.
	Narrate func(simulate.View) string
	// SetRate sets the rate of the clock, limited to the allowed range, and returns the new
	// rate.
	SetRate func(rate float64) float64
	// Stop stops the simulation and its clock, or starts them again if stop is false.
	Stop func(stop bool)
	// Restarts returns how many times the simulation has started over.
	Restarts func() int
}

// demoState is the state of the simulation as displayed.
type demoState struct {
	stopped  bool
	restarts int
}

// narrate adds the narration, the speed and the keys of a simulation to the screen.
func (m *Model) narrate(s *ui.Screen) {
	demo := m.cfg.Demo
	if demo == nil {
		return
	}
	view := simulate.View{Pool: m.pool, Policy: m.policy, At: m.now, Room: ui.NarrationWidth(s)}
	if m.selected != nil {
		view.Selected = m.selected.Provider
	}
	if m.whyNoWrite() == "" && m.keys.ResetProvider.Enabled() {
		view.ResetKey = word(m.keys.ResetProvider)
	}
	s.Narration = demo.Narrate(view)
	s.Path = fmt.Sprintf("%s ×%g", s.Path, m.cfg.Clock.Rate)
	s.Paused = s.Paused || m.demo.stopped
	if n := len(s.Short); m.pane == ui.PaneTable && n > 2 && s.Dialog == nil && !m.arrangement.typing {
		stop := "stop"
		if m.demo.stopped {
			stop = "resume"
		}
		s.Short = slices.Insert(slices.Clone(s.Short), min(4, n-2), briefly(m.keys.Pause, stop), m.keys.speed())
	}
}

// speed returns Faster and Slower as one binding.
func (k *keyMap) speed() key.Binding {
	words := ui.KeyWords([]string{shortest(k.Faster), shortest(k.Slower)})
	b := key.NewBinding(key.WithKeys(shortest(k.Faster)), key.WithHelp(words, "speed"))
	b.SetEnabled(k.Faster.Enabled() && k.Slower.Enabled())
	return b
}

func (m *Model) clockPressed(pressed fmt.Stringer) tea.Cmd {
	switch {
	case key.Matches(pressed, m.keys.Faster):
		return m.changeSpeed(2)
	case key.Matches(pressed, m.keys.Slower):
		return m.changeSpeed(0.5)
	case m.cfg.Demo == nil:
		m.togglePause()
	default:
		m.demo.stopped = !m.demo.stopped
		m.cfg.Demo.Stop(m.demo.stopped)
	}
	return nil
}

// changeSpeed multiplies the speed of a simulation by a factor.
func (m *Model) changeSpeed(factor float64) tea.Cmd {
	clock := &m.cfg.Clock
	rate := m.cfg.Demo.SetRate(clock.Rate * factor)
	if rate == clock.Rate {
		return m.setStatus(ui.AnswerRefused, fmt.Sprintf("×%g is the limit", rate))
	}
	clock.Rate = rate
	return m.setStatus(ui.AnswerDone, fmt.Sprintf("speed ×%g", rate))
}

// startOver clears events, marks and the undo history if the simulation has started over.
func (m *Model) startOver() {
	if m.cfg.Demo == nil || m.cfg.Demo.Restarts() == m.demo.restarts {
		return
	}
	m.demo.restarts = m.cfg.Demo.Restarts()
	m.log = eventLog{journal: m.log.journal, write: m.log.write, filterField: m.log.filterField}
	for _, st := range m.stores {
		st.observed, st.observer, st.outages, st.evidence = false, poolstate.Observer{}, poolstate.Outages{}, poolstate.NoEvidence
	}
	m.status, m.dialog, m.performed, m.passed = nil, nil, nil, nil
	clear(m.writes)
	clear(m.marked)
}
