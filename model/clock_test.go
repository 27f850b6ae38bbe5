package model

import (
	"fmt"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// The beat falls on the full second of the clock, in real time; a fast clock is
// drawn ten times a second at the most.
func TestUntilBeat(t *testing.T) {
	for _, c := range []struct {
		name   string
		offset time.Duration // of the clock, behind a full second
		rate   float64
		want   time.Duration
	}{
		{"on the second", 0, 1, time.Second},
		{"a quarter past", 250 * time.Millisecond, 1, 750 * time.Millisecond},
		{"half past", 500 * time.Millisecond, 1, 500 * time.Millisecond},
		{"just before", 999 * time.Millisecond, 1, time.Millisecond},
		{"a nanosecond before", time.Second - 1, 1, 1},
		{"a nanosecond after", 1, 1, time.Second - 1},
		{"no rate is that of the world", 250 * time.Millisecond, 0, 750 * time.Millisecond},
		{"twice as fast", 0, 2, 500 * time.Millisecond},
		{"twice as fast, half past", 500 * time.Millisecond, 2, 250 * time.Millisecond},
		{"half as fast", 0, 0.5, 2 * time.Second},
		{"ten times as fast", 0, 10, 100 * time.Millisecond},
		{"ten times as fast, half past", 500 * time.Millisecond, 10, 100 * time.Millisecond},
		{"as fast as the demo", 0, 600, 100 * time.Millisecond},
		{"as fast as it gets", 999 * time.Millisecond, 60000, 100 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			clock := Clock{Now: func() time.Time { return noon.Add(c.offset) }, Rate: c.rate}
			equal(t, "the time until the beat", clock.untilTick(time.Second), c.want)
		})
	}
}

// A wait on a fast clock ends when it is over there, however short it is: one that
// ended before would begin anew at once, again and again.
func TestAWaitIsNotOverBeforeItsTime(t *testing.T) {
	for _, tt := range []struct {
		left time.Duration
		rate float64
		want time.Duration
	}{
		{0, 600, 0},
		{1, 600, 1},
		{599, 600, 1},
		{600, 600, 1},
		{601, 600, 2},
		{-time.Second, 2, -500 * time.Millisecond},
		{7, 1, 7},
		{7, 0, 7},
	} {
		equal(t, "the real time", Clock{Rate: tt.rate}.real(tt.left), tt.want)
	}
}

// A clock that is shown in a zone half an hour off the hour beats with the
// others.
func TestTheBeatIsTheSameInEveryZone(t *testing.T) {
	for _, offset := range []int{0, 5*3600 + 1800, -3*3600 - 1800, 14 * 3600} {
		at := noon.Add(300 * time.Millisecond).In(time.FixedZone("zone", offset))
		clock := Clock{Now: func() time.Time { return at }}
		equal(t, "the time until the beat", clock.untilTick(time.Second), 700*time.Millisecond)
	}
}

// Each beat asks for the next one: on the next full second while something is
// counted in seconds, else on the next full minute, and at the next deadline in
// any case.
func TestABeatIsFollowedByTheNextOne(t *testing.T) {
	for _, tt := range []struct {
		name, content string
		clock         time.Duration
		want          time.Duration
	}{
		{"a countdown", coolingPool(noon.Add(time.Hour)), 400 * time.Millisecond, 600 * time.Millisecond},
		{"nothing waits", poolOf("p: a"), 400 * time.Millisecond, 59600 * time.Millisecond},
		{"a countdown in days", coolingPool(noon.Add(50 * time.Hour)), 1400 * time.Millisecond, 58600 * time.Millisecond},
		{"a deadline between two beats", coolingPool(noon.Add(1700 * time.Millisecond)), 1200 * time.Millisecond, 500 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := sitReading(t, tt.content)
			d.now = noon.Add(tt.clock)
			d.beats = nil
			d.send(ticked{d.m.ticker.number})
			equal(t, "beats", len(d.beats), 1)
			equal(t, "the time until it", d.beats[0], tt.want)
		})
	}
}

// A change of the pace calls the beat off that was waited for; when it comes all
// the same, it is none.
func TestAChangeOfThePaceCallsABeatOff(t *testing.T) {
	d := sitReading(t, poolOf("p: a"))
	old := d.m.ticker.number
	equal(t, "the pace", d.m.ticker.interval, time.Minute)
	d.beats = nil
	d.change(coolingPool(noon.Add(time.Hour)))
	equal(t, "the pace with a countdown", d.m.ticker.interval, time.Second)
	equal(t, "beats", fmt.Sprint(d.beats), "[1s]")
	d.now = noon.Add(time.Minute)
	d.send(ticked{old})
	equal(t, "beats after the one that was called off", len(d.beats), 1)
	d.shows("1h00m00s")
	d.send(ticked{d.m.ticker.number})
	d.shows("59m00s")
}

// While nobody looks, times are to the minute and so is the pace; whoever comes
// back sees the seconds again.
func TestNobodyLooks(t *testing.T) {
	d := sitReading(t, coolingPool(noon.Add(72*time.Minute+3*time.Second)))
	d.shows("1h12m03s", "Mon 12:00:00")
	d.send(tea.BlurMsg{})
	d.shows("1h13m", "Mon 12:00")
	d.hides("1h12m03s", "12:00:00")
	equal(t, "the pace", d.m.ticker.interval, time.Minute)
	before := d.screen()
	d.now = noon.Add(time.Second)
	d.send(tea.FocusMsg{})
	d.shows("1h12m02s", "Mon 12:00:01")
	equal(t, "the pace with somebody", d.m.ticker.interval, time.Second)
	d.send(tea.BlurMsg{})
	d.shows("Mon 12:00")
	equal(t, "the screen within the minute", d.screen(), before)
}

// A countdown moves on ticks, whatever the clock says in between and whatever
// else makes the screen be drawn.
func TestACountdownMovesOnTicks(t *testing.T) {
	d := sitReading(t, coolingPool(noon.Add(12*time.Minute+3*time.Second)))
	d.shows("12m03s", "Mon 12:00:00")

	d.now = noon.Add(10 * time.Second)
	d.press("down", "up")
	d.send(tea.WindowSizeMsg{Width: 121, Height: 37})
	d.shows("12m03s", "Mon 12:00:00")

	d.tick(0)
	d.shows("11m53s", "Mon 12:00:10")
	d.tick(time.Second)
	d.shows("11m52s", "Mon 12:00:11")
}

// At zero the row is due, without a word from the file.
func TestACredentialIsDueAtZero(t *testing.T) {
	for _, fraction := range []time.Duration{0, time.Millisecond, 700 * time.Millisecond} {
		d := sitReading(t, coolingPool(noon.Add(2*time.Second+fraction)))
		d.shows("1 cooling")
		d.hides("1 due")
		for left := 2*time.Second + fraction; left > 0; left -= time.Second {
			d.shows("1 cooling")
			d.tick(time.Second)
		}
		d.shows("1 due")
		d.hides("cooling")
	}
}

// The shell stopped the program for an hour; what it shows then is of now.
func TestAResumedProgramShowsThePresent(t *testing.T) {
	d := sitReading(t, coolingPool(noon.Add(2*time.Hour)))
	d.now = noon.Add(time.Hour)
	d.send(tea.ResumeMsg{})
	d.shows("1h00m00s", "Mon 13:00:00")
}

// A caption is that of the instant that the screen shows.
func TestTheCaptionIsOfTheBeat(t *testing.T) {
	d := sitReading(t, poolOf("p: a"))
	d.m.cfg.Caption = func(at time.Time) string { return "it is " + at.Format("15h04") }
	d.now = noon.Add(time.Hour)
	d.shows("it is 12h00")
	d.tick(0)
	d.shows("it is 13h00")
}
