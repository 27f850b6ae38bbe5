package cli

import (
	"errors"
	"io"
	"os"
	"sync"
	"time"
)

// output is the terminal of the dashboard. Somebody may stop reading what is
// written there, with a key or because a line is down; the dashboard goes on
// without waiting for it, and so hears of changes and of signals.
type output struct {
	*os.File
	// redraw asks for the whole picture, and gone says that there is no terminal
	// any more. Neither may wait.
	redraw func()
	gone   func(error)

	mu      sync.Mutex
	waiting []byte
	// drained is closed when nothing waits any more; nil when nothing does.
	drained chan struct{}
	behind  bool // the terminal takes its time
	lost    bool // something that waited was dropped
	err     error
	wake    chan struct{}
}

const (
	// prompt is how long a terminal may take before nobody waits for it.
	prompt = 100 * time.Millisecond
	// parting is how long it may take at the end, to be left as it was found.
	parting = time.Second
	// maxWaiting bounds, in bytes, what waits: more than any picture.
	maxWaiting = 1 << 20
)

func newOutput(f *os.File, gone func(error)) *output {
	o := &output{File: f, redraw: func() {}, gone: gone, wake: make(chan struct{}, 1)}
	go o.pump()
	return o
}

// Write takes everything, and waits only for a terminal that is prompt. One
// that is not gets the newest of what was written, and then a picture anew.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	if o.err != nil {
		defer o.mu.Unlock()
		return 0, o.err
	}
	if len(o.waiting) > 0 && len(o.waiting)+len(p) > maxWaiting {
		o.waiting, o.lost = nil, true
	}
	o.waiting = append(o.waiting, p...)
	if o.drained == nil {
		o.drained = make(chan struct{})
	}
	drained, behind := o.drained, o.behind
	o.mu.Unlock()
	select {
	case o.wake <- struct{}{}:
	default: // it is awake
	}
	if !behind && !inTime(drained, prompt) {
		o.mu.Lock()
		o.behind = o.drained == drained // unless it has just caught up
		o.mu.Unlock()
	}
	return len(p), nil
}

// leave gives the terminal some time to take what still waits.
func (o *output) leave() {
	o.mu.Lock()
	drained := o.drained
	o.mu.Unlock()
	if drained != nil {
		inTime(drained, parting)
	}
}

// inTime waits for something to be done, and reports whether it was in time.
func inTime(done <-chan struct{}, patience time.Duration) bool {
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-done:
		return true
	case <-late.C:
		return false
	}
}

// pump writes what waits, for as long as the program lives.
func (o *output) pump() {
	for range o.wake {
		for next := o.next(); next != nil; next = o.next() {
			if _, err := o.File.Write(next); err != nil {
				o.fail(err)
				return
			}
		}
	}
}

// next takes all that waits; nil is nothing.
func (o *output) next() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	next := o.waiting
	if o.waiting = nil; next == nil && o.drained != nil {
		close(o.drained)
		if o.lost {
			go o.redraw()
		}
		o.drained, o.behind, o.lost = nil, false, false
	}
	return next
}

func (o *output) fail(err error) {
	o.mu.Lock()
	o.err = err
	if o.drained != nil {
		close(o.drained)
		o.drained = nil
	}
	o.mu.Unlock()
	o.gone(err)
}

// keyboard is the terminal that keys come from. One that was closed has no more
// of them, ever.
type keyboard struct {
	*os.File
	gone func(error)
}

func (k keyboard) Read(p []byte) (int, error) {
	n, err := k.File.Read(p)
	if errors.Is(err, io.EOF) {
		k.gone(err)
	}
	return n, err
}
