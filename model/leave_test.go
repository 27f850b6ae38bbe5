package model

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"pooltop/poolstate"
)

// What a key began is done though the program ends before it could say so; it
// waits for the lock a second, or not at all when it has been seen to wait.
func TestWhatAKeyBeganIsDoneAtTheEnd(t *testing.T) {
	held := func(t *testing.T, d *dashboard) *flock.Flock {
		t.Helper()
		l := flock.New(poolstate.LockPath(d.file))
		if ok, err := l.TryLock(); !ok || err != nil {
			t.Fatal(ok, err)
		}
		t.Cleanup(func() { _ = l.Close() })
		return l
	}
	written := "reset cooling-key: cooling, streak 2, until "
	tests := []struct {
		name  string
		end   func(*testing.T, *dashboard)
		said  string // its beginning
		fails string
		waits time.Duration
	}{
		{"nothing was begun", func(_ *testing.T, d *dashboard) { d.press("q") }, "", "", 0},
		{"a key and q", func(_ *testing.T, d *dashboard) { d.press("r", "q") }, written, "", 0},
		{
			"the lock is held", func(t *testing.T, d *dashboard) { held(t, d); d.press("r", "q") }, "",
			"reset failed: another process holds the lock; nothing was written, try again", time.Second,
		},
		{"the lock is held for a moment", func(t *testing.T, d *dashboard) {
			l := held(t, d)
			time.AfterFunc(120*time.Millisecond, func() { _ = l.Unlock() })
			d.press("r", "q")
		}, written, "", 150 * time.Millisecond},
		{"it is seen to wait", func(t *testing.T, d *dashboard) {
			held(t, d)
			cmds := batch(d.press("r"))
			go cmds[0]()
			d.send(cmds[1]())
			d.shows("◌ reset waits for the lock")
			d.press("q")
		}, "", "reset cancelled; nothing was written", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				d := dashboardAt(t, "a")
				tt.end(t, d)
				left := time.Now()
				said, err := d.m.Leave()
				equal(t, "how long it takes", time.Since(left), tt.waits)
				equal(t, "it says "+said, strings.HasPrefix(said, tt.said) && (said == "") == (tt.said == ""), true)
				equal(t, "it changes the file", d.text() != mixedPool, tt.said != "")
				if tt.fails == "" {
					equal(t, "the error", err, nil)
					return
				}
				equal(t, "the error", err.Error(), tt.fails)
				equal(t, "it is the lock's", errors.Is(err, poolstate.ErrLocked), tt.waits > 0)
			})
		})
	}
}
