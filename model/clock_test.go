package model

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
)

func TestClock_UntilTick(t *testing.T) {
	for _, tt := range []struct {
		name string
		past time.Duration // a full second
		rate float64
		want time.Duration
	}{
		{"full second", 0, 1, time.Second},
		{"quarter past", 250 * time.Millisecond, 1, 750 * time.Millisecond},
		{"nanosecond before", time.Second - 1, 1, 1},
		{"nanosecond after", 1, 1, time.Second - 1},
		{"no rate", 250 * time.Millisecond, 0, 750 * time.Millisecond},
		{"twice as fast", 500 * time.Millisecond, 2, 250 * time.Millisecond},
		{"half as fast", 0, 0.5, 2 * time.Second},
		{"ten times as fast", 500 * time.Millisecond, 10, minTick},
		{"60000 times as fast", 999 * time.Millisecond, 60000, minTick},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, offset := range []int{0, 5*3600 + 1800, -3*3600 - 1800} {
				at := noon.Add(tt.past).In(time.FixedZone("zone", offset))
				clock := Clock{Now: func() time.Time { return at }, Rate: tt.rate}
				equal(t, "the time until the tick", clock.untilTick(), tt.want)
			}
		})
	}
}

// A timer that was rounded down would fire before its deadline, again and again.
func TestClock_RealRoundsUp(t *testing.T) {
	for _, tt := range []struct {
		left time.Duration
		rate float64
		want time.Duration
	}{
		{0, 600, 0},
		{1, 600, 1},
		{600, 600, 1},
		{601, 600, 2},
		{-time.Second, 2, -500 * time.Millisecond},
		{7, 1, 7},
		{7, 0, 7},
	} {
		equal(t, "the real time", Clock{Rate: tt.rate}.real(tt.left), tt.want)
	}
}

func TestTick_WaitsForSecondOrDeadline(t *testing.T) {
	for _, tt := range []struct {
		name     string
		deadline time.Duration
		now      time.Duration
		want     time.Duration
	}{
		{"next second", time.Hour, 400 * time.Millisecond, 600 * time.Millisecond},
		{"deadline before it", 1700 * time.Millisecond, 1200 * time.Millisecond, 500 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := startDashboard(t, coolingPool(noon.Add(tt.deadline)))
			d.now = noon.Add(tt.now)
			d.waits = nil
			d.send(ticked{})
			equal(t, "the number of waits", len(d.waits), 1)
			equal(t, "the wait", d.waits[0], tt.want)
		})
	}
}

func TestUpdate_CountdownMovesOnTicksOnly(t *testing.T) {
	d := startDashboard(t, coolingPool(noon.Add(12*time.Minute+3*time.Second)))
	d.shows("12m03s", "Mon 12:00:00")

	d.now = noon.Add(10 * time.Second)
	d.press("down up")
	d.send(tea.WindowSizeMsg{Width: 121, Height: 37})
	d.shows("12m03s", "Mon 12:00:00")

	d.tick(0, "11m53s", "Mon 12:00:10")
	d.tick(time.Second, "11m52s", "Mon 12:00:11")
}

func TestUpdate_DueWithoutFileChange(t *testing.T) {
	for _, fraction := range []time.Duration{0, time.Millisecond, 700 * time.Millisecond} {
		d := startDashboard(t, coolingPool(noon.Add(2*time.Second+fraction)))
		for left := 2*time.Second + fraction; left > 0; left -= time.Second {
			d.shows("1 cooling")
			d.hides("1 due")
			d.tick(time.Second)
		}
		d.shows("1 due")
		d.hides("cooling")
	}
}

func TestUpdate_ResumedAfterSuspend(t *testing.T) {
	d := startDashboard(t, coolingPool(noon.Add(2*time.Hour)))
	d.now = noon.Add(time.Hour)
	d.send(tea.ResumeMsg{})
	d.shows("1h00m00s", "Mon 13:00:00")
}

func TestView_CaptionOfShownInstant(t *testing.T) {
	d := startDashboard(t, poolOf("p: a"))
	d.m.cfg.Caption = func(at time.Time) string { return "it is " + at.Format("15h04") }
	d.now = noon.Add(time.Hour)
	d.shows("it is 12h00")
	d.tick(0, "it is 13h00")
}

func TestTogglePause(t *testing.T) {
	d := dashboardWithJournal(t, pool(ready("a", 0), exhausted("b", -59*time.Minute, 1)))
	d.read(true)
	d.press("p", "❚ paused")
	before := d.screen()
	d.tick(30 * time.Second)
	equal(t, "the screen", d.screen(), before)
	d.now = d.now.Add(time.Minute)
	d.change(pool(exhausted("a", time.Minute, 1), exhausted("b", -59*time.Minute, 1), ready("c", 0)))
	d.shows("❚ paused, 3 events missed", "Mon 12:00:00")
	d.hides("label-c", "12:01:00")
	equal(t, "the journal", d.journaled(), "b due, a exhausted, c added")
	d.press("p", "● live", "Mon 12:01:30", "label-c", "12:01:00   p/label-a")
	d.hides("paused")
}

// An event that is merged before others does not move those on the screen.
func TestTogglePause_EarlierEvent(t *testing.T) {
	d := startDashboard(t, pool(ready("a", 0)))
	for _, minutes := range []time.Duration{-10, -9, -8} {
		d.m.log.merge([]poolstate.Record{{At: noon.Add(minutes * time.Minute), Kind: poolstate.EventAdded, Provider: "p"}}, false)
	}
	d.press("e p")
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
