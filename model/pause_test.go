package model

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
)

func TestTogglePause(t *testing.T) {
	d := dashboardWithJournal(t, pool(ready("a", 0), exhausted("b", -59*time.Minute, 1)))
	d.read(true)
	d.press("p")
	d.shows("❚ paused")
	before := d.screen()
	d.tick(30 * time.Second)
	equal(t, "the screen", d.screen(), before)
	d.now = d.now.Add(time.Minute)
	d.change(pool(exhausted("a", time.Minute, 1), exhausted("b", -59*time.Minute, 1), ready("c", 0)))
	d.shows("❚ paused, 3 events missed", "Mon 12:00:00")
	d.hides("label-c", "12:01:00")
	equal(t, "the journal", d.journaled(), "b due, a exhausted, c added")
	d.press("p")
	d.shows("● live", "Mon 12:01:30", "label-c", "12:01:00   p/label-a")
	d.hides("paused")
}

// An event that is merged before others does not move those on the screen.
func TestTogglePause_EarlierEvent(t *testing.T) {
	d := startDashboard(t, pool(ready("a", 0)))
	for _, minutes := range []time.Duration{-10, -9, -8} {
		d.m.log.merge([]poolstate.Record{{At: noon.Add(minutes * time.Minute), Kind: poolstate.EventAdded, Provider: "p"}}, false)
	}
	d.press("e", "p")
	before := d.screen()
	d.m.log.merge([]poolstate.Record{{At: noon.Add(-time.Hour), Kind: poolstate.EventRemoved, Provider: "p"}}, false)
	d.tick(0)
	equal(t, "the screen", d.screen(), before)
}

func TestFocused_Summary(t *testing.T) {
	d := startDashboard(t, pool(ready("a", 0), ready("b", 0), exhausted("c", 0, 1)))
	d.send(tea.FocusMsg{})
	d.send(tea.BlurMsg{})
	d.send(tea.FocusMsg{})
	d.hides("while you were away")
	d.send(tea.BlurMsg{})
	d.now = d.now.Add(time.Minute)
	d.change(pool(exhausted("a", time.Minute, 1), exhausted("b", time.Minute, 1), ready("c", 1)))
	d.hides("while you were away")
	d.send(tea.FocusMsg{})
	d.shows("● while you were away: 2 exhausted, 1 back")
}

func TestBlurred_TimesInMinutes(t *testing.T) {
	d := startDashboard(t, coolingPool(noon.Add(72*time.Minute+3*time.Second)))
	d.shows("1h12m03s", "Mon 12:00:00")
	d.send(tea.BlurMsg{})
	d.shows("1h13m", "Mon 12:00")
	d.hides("1h12m03s", "12:00:00")
	before := d.screen()
	d.tick(time.Second)
	equal(t, "the screen a second later", d.screen(), before)
	d.send(tea.FocusMsg{})
	d.shows("1h12m02s", "Mon 12:00:01")
}
