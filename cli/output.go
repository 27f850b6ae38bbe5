package cli

import (
	"bytes"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"
)

const (
	// writeTimeout is how long Write waits for the terminal.
	writeTimeout = 100 * time.Millisecond
	// shutdownTimeout is how long draining the queue on exit may take. The last bytes in the
	// queue restore the terminal.
	shutdownTimeout = time.Second
	// maxQueue is the maximum size of the queue in bytes. A full redraw is smaller.
	maxQueue = 1 << 20
)

// output writes to the dashboard's terminal. If the terminal stops reading, after ctrl+s or
// on a stalled connection, the data is queued, so that the program can still handle file
// changes and signals.
type output struct {
	*os.File
	redraw func()      // requests a full redraw; must not block
	gone   func(error) // called when the terminal no longer exists; must not block
	wake   chan struct{}

	mu      sync.Mutex
	queue   []byte
	drained chan struct{} // closed when the queue is empty again; nil while it is empty
	slow    bool          // a write has timed out, so later ones do not wait
	dropped bool          // the queue has overflowed, so a full redraw is needed
	err     error
}

func newOutput(f *os.File, gone func(error)) *output {
	o := &output{File: f, redraw: func() {}, gone: gone, wake: make(chan struct{}, 1)}
	go o.pump()
	return o
}

// Write queues p and waits at most writeTimeout until it is written. If the queue overflows,
// older output is dropped, and a full redraw is requested once the terminal catches up.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	if o.err != nil {
		defer o.mu.Unlock()
		return 0, o.err
	}
	if len(o.queue) > 0 && len(o.queue)+len(p) > maxQueue {
		o.queue, o.dropped = nil, true
	}
	o.queue = append(o.queue, resetMargins(p)...)
	if o.drained == nil {
		o.drained = make(chan struct{})
	}
	drained, slow := o.drained, o.slow
	o.mu.Unlock()
	select {
	case o.wake <- struct{}{}:
	default: // pump has already been notified
	}
	if !slow && !waitFor(drained, writeTimeout) {
		o.mu.Lock()
		o.slow = o.drained == drained // unless pump has caught up in the meantime
		o.mu.Unlock()
	}
	return len(p), nil
}

// resetMargins inserts a reset of the scroll region before each full redraw. On a slow line,
// the terminal may have received a region for its previous size after it was resized.
func resetMargins(p []byte) []byte {
	const redraw = ansi.CursorHomePosition + ansi.EraseEntireScreen
	return bytes.ReplaceAll(p, []byte(redraw), []byte("\x1b[r"+redraw))
}

// saveTitle and restoreTitle preserve the window title (XTWINOPS), which Bubble Tea
// would clear on exit.
func (o *output) saveTitle() { _, _ = o.Write([]byte("\x1b[22;2t")) }

func (o *output) restoreTitle() { _, _ = o.Write([]byte("\x1b[23;2t")) }

// drain waits, for at most shutdownTimeout, until the queue is empty.
func (o *output) drain() {
	o.mu.Lock()
	drained := o.drained
	o.mu.Unlock()
	if drained != nil {
		waitFor(drained, shutdownTimeout)
	}
}

// waitFor reports whether done was closed within the timeout.
func waitFor(done <-chan struct{}, timeout time.Duration) bool {
	late := time.NewTimer(timeout)
	defer late.Stop()
	select {
	case <-done:
		return true
	case <-late.C:
		return false
	}
}

// pump writes the queue to the terminal until a write fails.
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

// next empties the queue and returns its content, or nil if it is already empty.
func (o *output) next() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	next := o.queue
	if o.queue = nil; next == nil && o.drained != nil {
		close(o.drained)
		if o.dropped {
			go o.redraw()
		}
		o.drained, o.slow, o.dropped = nil, false, false
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

// keyboard reads from the terminal. It calls gone when the terminal is closed.
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
