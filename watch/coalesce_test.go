package watch

import (
	"fmt"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

func TestFirstEventIsPassedOnAtOnce(t *testing.T) {
	bubble(t, func(r *rig) {
		r.inEvents(r.start())
		for range 3 {
			r.quiet(time.Second)
			r.event(fsnotify.Write)
			r.inEvents(r.atOnce())
		}
		r.quiet(time.Second)
	})
}

func TestBurstCostsTwoChanges(t *testing.T) {
	for _, window := range []time.Duration{defaultWindow, 300 * time.Millisecond} {
		t.Run(window.String(), func(t *testing.T) {
			bubble(t, func(r *rig) {
				r.start()
				r.quiet(time.Second)
				r.event(fsnotify.Write)
				r.atOnce()
				for range 10 {
					<-time.After(window / 20)
					r.event(fsnotify.Write)
				}
				r.inEvents(r.after(window - 10*(window/20)))
				r.quiet(time.Second)
			}, WithWindow(window))
		})
	}
}

func TestSteadyStreamIsThinnedOut(t *testing.T) {
	bubble(t, func(r *rig) {
		r.start()
		r.quiet(time.Second)
		const length = time.Second
		begin, count := time.Now(), 0
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for time.Since(begin) < length {
			select {
			case <-tick.C:
				r.event(fsnotify.Write)
			case <-r.w.Changes():
				count++
			}
		}
		if limit := int(length/defaultWindow) + 1; count < limit-2 || count > limit {
			t.Errorf("%d changes in %v, want about %d", count, length, limit)
		}
		r.within(defaultWindow)
	})
}

func TestSlowReaderGetsTheLatest(t *testing.T) {
	bubble(t, func(r *rig) {
		r.inEvents(r.start())
		for range 100 {
			<-time.After(time.Millisecond)
			r.event(fsnotify.Write)
		}
		// Nothing was received yet, and now the mode changes as well.
		r.close()
		<-time.After(time.Second)
		r.polling(r.atOnce(), reasonLost)
		r.quiet(10 * time.Second)
	})
}

func TestDeliverReplaces(t *testing.T) {
	ch := make(chan Change, 1)
	for i := range 5 {
		deliver(ch, Change{Reason: fmt.Sprint(i)})
	}
	if got := <-ch; got.Reason != "4" {
		t.Errorf("got %q, want the last one", got.Reason)
	}
	select {
	case c := <-ch:
		t.Errorf("there is another one: %+v", c)
	default:
	}
}

func TestAlarm(t *testing.T) {
	bubble(t, func(*rig) {
		var a alarm
		a.off() // before it was armed
		a.arm(time.Second)
		<-time.After(2 * time.Second)
		a.off() // after it has gone off, unreceived
		select {
		case <-a.c:
			t.Error("an alarm that is off went off")
		case <-time.After(time.Minute):
		}
		a.arm(time.Second)
		a.arm(time.Minute)
		begin := time.Now()
		<-a.c
		if took := time.Since(begin); took != time.Minute {
			t.Errorf("went off after %v", took)
		}
	})
}
