package watch

import "time"

// alarm is a timer that can be selected on before it was ever armed.
type alarm struct {
	timer *time.Timer
	c     <-chan time.Time
}

// arm makes the alarm go off once, d from now, whatever was set before.
func (a *alarm) arm(d time.Duration) {
	if a.timer == nil {
		a.timer = time.NewTimer(d)
		a.c = a.timer.C
		return
	}
	a.timer.Reset(d)
}

// off makes sure that the alarm does not go off.
func (a *alarm) off() {
	if a.timer != nil {
		a.timer.Stop()
	}
}

// coalescer limits how often emit is called: at once for the first event of a
// quiet time, then at most once per window, never before the last event.
type coalescer struct {
	window  time.Duration
	emit    func()
	end     alarm
	open    bool // a window is running
	pending bool // an event came during the window
}

// event reports that something happened.
func (c *coalescer) event() {
	if c.open {
		c.pending = true
		return
	}
	c.now()
}

// now emits without regard to the window, which covers all that is pending.
func (c *coalescer) now() {
	c.pending = false
	c.open = true
	c.end.arm(c.window)
	c.emit()
}

// expired is called when c.end went off. A window that gathered events is
// followed by another, so that a steady stream does not emit at twice the rate.
func (c *coalescer) expired() {
	c.open = false
	if c.pending {
		c.now()
	}
}

// deliver puts change into ch, which has capacity 1 and no other sender, in
// place of what waits there. It never blocks.
func deliver(ch chan Change, change Change) {
	select {
	case ch <- change:
		return
	default:
	}
	select {
	case <-ch:
	default: // received meanwhile
	}
	ch <- change
}
