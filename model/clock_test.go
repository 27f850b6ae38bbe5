package model

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/poolstate/simulate"
	"pooltop/ui"
)

func TestClock_UntilTick(t *testing.T) {
	for _, tt := range []struct {
		past time.Duration // time since the last full second
		rate float64
		want time.Duration
	}{
		{0, 1, time.Second},
		{250 * time.Millisecond, 1, 750 * time.Millisecond},
		{time.Second - 1, 1, 1},
		{1, 1, time.Second - 1},
		{250 * time.Millisecond, 0, 750 * time.Millisecond},
		{500 * time.Millisecond, 2, 250 * time.Millisecond},
		{0, 0.5, 2 * time.Second},
		{500 * time.Millisecond, 10, minTick},
		{999 * time.Millisecond, 60000, minTick},
	} {
		at := noon.Add(tt.past).In(time.FixedZone("zone", -3*3600-1800))
		clock := Clock{Now: func() time.Time { return at }, Rate: tt.rate}
		equal(t, fmt.Sprintf("the time until the tick at %v, rate %v", tt.past, tt.rate), clock.untilTick(), tt.want)
	}
}

// TestClock_RealRoundsUp checks that real times are rounded up. If they were rounded down,
// timers would repeatedly fire before the deadline.
func TestClock_RealRoundsUp(t *testing.T) {
	for _, tt := range []struct {
		left time.Duration
		rate float64
		want time.Duration
	}{
		{0, 600, 0}, {1, 600, 1}, {600, 600, 1}, {601, 600, 2}, {-time.Second, 2, -500 * time.Millisecond}, {7, 1, 7}, {7, 0, 7},
	} {
		equal(t, "the real time", Clock{Rate: tt.rate}.real(tt.left), tt.want)
	}
}

func TestTick_WaitsForSecondOrDeadline(t *testing.T) {
	for _, tt := range []struct{ deadline, now, want time.Duration }{
		{time.Hour, 400 * time.Millisecond, 600 * time.Millisecond},
		{1700 * time.Millisecond, 1200 * time.Millisecond, 500 * time.Millisecond},
	} {
		d := startDashboard(t, coolingPool(noon.Add(tt.deadline)))
		d.now = noon.Add(tt.now)
		d.waits = nil
		d.send(ticked{})
		equal(t, "the waits", fmt.Sprint(d.waits), fmt.Sprint([]time.Duration{tt.want}))
	}
}

func TestUpdate_CountdownChangesOnTicks(t *testing.T) {
	d := startDashboard(t, coolingPool(noon.Add(12*time.Minute+3*time.Second)))
	d.m.cfg.Demo = &Demo{Narrate: func(s simulate.View) string { return "it is " + s.At.Format("04m05s") }, Restarts: func() int { return 0 }}
	d.shows("12m03s", "Mon 12:00:00", "it is 00m00s")
	d.later(time.Second).press("down up")
	d.handle(tea.WindowSizeMsg{Width: 121, Height: 37}, "12m03s", "Mon 12:00:00", "it is 00m00s")
	d.tick(9*time.Second, "11m53s", "Mon 12:00:10", "it is 00m10s")
	d.tick(time.Second, "11m52s", "Mon 12:00:11")
}

// TestUpdate_MissedTicks checks that after missed ticks, any message corrects the time, with
// or without focus.
func TestUpdate_MissedTicks(t *testing.T) {
	for name, msg := range map[string]tea.Msg{
		"key": keyPress(t, "down"), "wheel": tea.MouseWheelMsg{Button: tea.MouseWheelDown}, "paste": tea.PasteMsg{},
		"focus": tea.FocusMsg{}, "resize": tea.WindowSizeMsg{Width: 121, Height: 36}, "resume": tea.ResumeMsg{},
	} {
		t.Run(name, func(t *testing.T) {
			d := startDashboard(t, coolingPool(noon.Add(12*time.Minute+3*time.Second)))
			d.later(time.Minute).handle(msg, "11m03s", "Mon 12:01:00")
			d.press("p")
			d.later(time.Minute).handle(msg, "11m03s", "Mon 12:01:00")
			d.press("p", "10m03s", "Mon 12:02:00")
			d.handle(tea.BlurMsg{}, "11m", "Mon 12:02")
			d.later(9*time.Minute).handle(msg, "Mon 12:11")
			d.later(2*time.Minute).handle(msg, "1 due", "Mon 12:13")
			equal(t, "the journal", d.journaled(), "a due")
		})
	}
}

// TestUpdate_ClockSet checks that any message corrects the time after the clock was set, and
// that later events are not dated in the future.
func TestUpdate_ClockSet(t *testing.T) {
	d := startDashboard(t, coolingPool(noon.Add(30*time.Minute)))
	d.later(2*time.Hour).press("down", "1 due", "Mon 14:00:00")
	d.m.setStatus(ui.AnswerDone, "an answer")
	d.later(-110*time.Minute).press("up", "1 cooling", "20m00s", "Mon 12:10:00")
	d.tick(0)
	d.hides("an answer")
	d.change(pool(exhausted("a", 90*time.Minute, 1), ready("b", 0)))
	d.change(pool(exhausted("a", 90*time.Minute, 1), exhausted("b", 10*time.Minute, 1)))
	var events []string
	for _, r := range d.m.log.records {
		events = append(events, r.At.Format("15:04")+" "+r.Kind.String())
	}
	equal(t, "events", strings.Join(events, ", "), "11:00 exhausted, 12:10 exhausted, 12:10 exhausted, 12:30 due") // the last precedes the set-back
}

func TestClockTicked_ExpiresStatus(t *testing.T) {
	for kind, stays := range map[ui.AnswerKind]bool{ui.AnswerDone: false, ui.AnswerRefused: false, ui.AnswerNotice: true} {
		d := startDashboard(t, twoOut)
		d.m.setStatus(kind, "text")
		d.tick(statusStays, "text")
		d.tick(time.Second)
		equal(t, "shown", d.m.status != nil, stays)
	}
}

func TestTogglePause(t *testing.T) {
	d := startDashboard(t, pool(ready("a", 0), exhausted("b", -59*time.Minute, 1)))
	d.press("p", "❚ paused")
	before := d.screen()
	d.tick(30 * time.Second)
	equal(t, "the screen", d.screen(), before)
	d.later(time.Minute).change(pool(exhausted("a", time.Minute, 1), exhausted("b", -59*time.Minute, 1), ready("c", 0)))
	d.shows("❚ paused, 3 events missed", "Mon 12:00:00")
	d.hides("label-c", "12:01:00")
	equal(t, "the journal", d.journaled(), "b due, a exhausted, c added")
	d.press("p", "● live", "Mon 12:01:30", "label-c", "12:01:00   p/label-a")
	d.hides("paused")
}

// TestTogglePause_EarlierEvent checks that inserting an earlier event does not move the
// events on a frozen display.
func TestTogglePause_EarlierEvent(t *testing.T) {
	d := startDashboard(t, pool(ready("a", 0)))
	for _, seconds := range []time.Duration{-600, -540, -480, -477} { // the last two are the same event
		d.m.log.merge([]poolstate.Record{{At: noon.Add(seconds * time.Second), Kind: poolstate.EventAdded, Provider: "p"}}, false)
	}
	equal(t, "the number of events", len(d.m.log.records), 3)
	d.press("e p")
	before := d.screen()
	d.m.log.merge([]poolstate.Record{{At: noon.Add(-time.Hour), Kind: poolstate.EventRemoved, Provider: "p"}}, false)
	equal(t, "the events are sorted", slices.IsSortedFunc(d.m.log.records, byTime), true)
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
	d.later(time.Minute).change(pool(exhausted("a", time.Minute, 1), exhausted("b", time.Minute, 1), ready("c", 1)))
	d.hides("while you were away")
	d.handle(tea.FocusMsg{}, "● while you were away: 2 exhausted, 1 back")
}

func TestScreen_UnfocusedShowsMinutes(t *testing.T) {
	d := startDashboard(t, coolingPool(noon.Add(72*time.Minute+3*time.Second)))
	d.shows("1h12m03s", "Mon 12:00:00")
	d.handle(tea.BlurMsg{}, "1h13m", "Mon 12:00")
	d.hides("1h12m03s", "12:00:00")
	before := d.screen()
	d.tick(time.Second)
	equal(t, "the screen a second later", d.screen(), before)
	d.handle(tea.FocusMsg{}, "1h12m02s", "Mon 12:00:01")
}
