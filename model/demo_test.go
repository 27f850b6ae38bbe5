package model

import (
	"fmt"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate/simulate"
	"pooltop/ui"
)

// testDemo records what a dashboard does to a simulation.
type testDemo struct {
	rate     float64
	stopped  bool
	restarts int
	scene    simulate.View
}

// startDemo starts the dashboard of a simulation with speeds of up to 2400.
func startDemo(t *testing.T) (*dashboard, *testDemo) {
	t.Helper()
	s := &testDemo{}
	return startDashboard(t, twoOut, func(c *Config) {
		c.Stores[0].Path, c.Clock.Rate = "demo", 600
		c.Demo = &Demo{
			Narrate:  func(scene simulate.View) string { s.scene = scene; return "this is the story" },
			SetRate:  func(rate float64) float64 { s.rate = min(max(rate, 300), 2400); return s.rate },
			Stop:     func(stop bool) { s.stopped = stop },
			Restarts: func() int { return s.restarts },
		}
	}), s
}

func TestDemo_Speed(t *testing.T) {
	d, s := startDemo(t)
	d.shows("demo ×600", "this is the story", "+ - speed")
	for _, tt := range []struct {
		key  string
		rate float64
		says []string
	}{
		{"+", 1200, []string{"✓ speed ×1200", "demo ×1200"}},
		{"+", 2400, []string{"✓ speed ×2400", "demo ×2400"}},
		{"+", 2400, []string{"✕ ×2400 is the limit", "demo ×2400"}},
		{"-", 1200, []string{"✓ speed ×1200", "demo ×1200"}},
	} {
		d.press(tt.key, tt.says...)
		equal(t, "the rate of the simulation", s.rate, tt.rate)
		equal(t, "the rate of the dashboard", d.m.cfg.Clock.Rate, tt.rate)
	}
}

// TestDemo_Stop checks that pausing stops the simulation, and that keys still change the
// stopped simulation.
func TestDemo_Stop(t *testing.T) {
	d, s := startDemo(t)
	d.press("p", "❚ paused", "p resume")
	equal(t, "stopped", s.stopped, true)
	d.do("down r", "✓ reset")
	d.press("p", "● live", "p stop")
	equal(t, "stopped", s.stopped, false)
}

func TestDemo_Scene(t *testing.T) {
	d, s := startDemo(t)
	equal(t, "the selected provider", s.scene.Selected, "p")
	equal(t, "the key", s.scene.ResetKey, "R")
	equal(t, "the pool", s.scene.Pool, d.m.pool)
	equal(t, "the time", s.scene.At, d.m.now)
	d.press("G")
	equal(t, "the selected provider", s.scene.Selected, "q")
	d.m.cfg.ReadOnly = "because"
	d.screen()
	equal(t, "the key when nothing can be written", s.scene.ResetKey, "")
}

// TestDemo_StartsOver checks that earlier events, marks and actions are cleared when the
// simulation starts over.
func TestDemo_StartsOver(t *testing.T) {
	d, s := startDemo(t)
	d.do("down r", "reset label-b")
	d.press("a", "4 marked")
	s.restarts++
	d.change(twoOut) // must not be reported as an overwritten reset
	d.hides("reset label-b", "marked", "overwritten")
	events := len(d.m.log.records)
	d.press("e", "11:30:00")
	d.hides("operator   cooling")
	d.press("esc")
	equal(t, "the number of actions to undo", len(d.m.performed), 0)
	d.change(twoOut + " ")
	equal(t, "the number of events after another load", len(d.m.log.records), events)
}

// TestDemo_News checks that news disappears after statusStays in real time, and when the
// simulation starts over.
func TestDemo_News(t *testing.T) {
	d, s := startDemo(t)
	news := func() { d.m.setStatus(ui.AnswerNews, "label-a refreshed"); d.shows("● label-a refreshed") }
	news()
	d.tick(600*statusStays, "refreshed")
	d.tick(600 * time.Second)
	d.hides("refreshed")
	news()
	s.restarts++
	d.change(twoOut)
	d.hides("refreshed")
}

// TestDemo_TableFits checks that the narration line is not counted as room for the table.
func TestDemo_TableFits(t *testing.T) {
	demo, _ := startDemo(t)
	for height, fits := range map[int][2]bool{14: {false, false}, 15: {true, false}, 16: {true, true}} {
		for i, d := range []*dashboard{startDashboard(t, twoOut), demo} {
			d.send(tea.WindowSizeMsg{Width: 80, Height: height})
			equal(t, fmt.Sprint("out first at height ", height), d.m.outFirst, !fits[i])
		}
	}
}
