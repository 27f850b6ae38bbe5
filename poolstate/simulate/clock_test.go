package simulate

import (
	"testing"
	"time"
)

func TestClock(t *testing.T) {
	real := start.Add(100 * time.Hour)
	c := NewClock(start, 600, func() time.Time { return real })
	shows := func(what string, want time.Time, left time.Duration, running bool) {
		t.Helper()
		equal(t, "the time "+what, c.Now(), want)
		got, is, _ := c.Until(want.Add(time.Hour))
		equal(t, "the real time until an hour later, "+what, got, left)
		equal(t, "whether the clock runs "+what, is, running)
	}
	shows("at the start", start, 6*time.Second, true)
	real = real.Add(time.Second)
	shows("after a second", start.Add(10*time.Minute), 6*time.Second, true)
	c.SetRate(1200)
	shows("at a new rate", start.Add(10*time.Minute), 3*time.Second, true)
	real = real.Add(time.Second)
	shows("at that rate", start.Add(30*time.Minute), 3*time.Second, true)
	c.Stop(true)
	real = real.Add(time.Minute)
	shows("while stopped", start.Add(30*time.Minute), 3*time.Second, false)
	c.Jump(start.Add(5 * time.Hour))
	shows("set forward", start.Add(5*time.Hour), 3*time.Second, false)
	c.SetRate(600)
	c.Stop(false)
	real = real.Add(time.Second)
	shows("restarted", start.Add(5*time.Hour+10*time.Minute), 6*time.Second, true)
}

func TestClock_Changed(t *testing.T) {
	c := NewClock(start, 1, time.Now)
	for name, change := range map[string]func(){
		"rate": func() { c.SetRate(2) }, "stop": func() { c.Stop(true) }, "jump": func() { c.Jump(start.Add(time.Hour)) },
	} {
		_, _, changed := c.Until(start)
		select {
		case <-changed:
			t.Errorf("the channel is closed before the change of the %s", name)
		default:
		}
		change()
		select {
		case <-changed:
		default:
			t.Errorf("the channel is open after the change of the %s", name)
		}
	}
}
