package cli

import (
	"bytes"
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/cancelreader"
	"golang.org/x/term"
)

const (
	// writeTimeout is how long Write waits for the terminal.
	writeTimeout = 100 * time.Millisecond
	// shutdownTimeout is how long draining the queue on exit may take. The last bytes in the
	// queue restore the terminal.
	shutdownTimeout = time.Second
	// pieceSize is the maximum size of a write to the terminal in bytes.
	pieceSize = 512
)

// output writes to the dashboard's terminal. If the terminal stops reading, after ctrl+s or
// on a stalled connection, the data is queued, so that the program can still handle file
// changes and signals.
type output struct {
	*os.File
	now     func() time.Time
	due     func()      // requests a new frame; must not block
	gone    func(error) // called when the terminal no longer exists; must not block
	wake    chan struct{}
	resized atomic.Bool // a change of the size has been dropped

	mu        sync.Mutex
	queue     []byte
	left      bool          // the dashboard's screen has been left, or will be with the next write
	restoring int           // number of bytes queued since then
	drained   chan struct{} // closed when the queue is empty again; nil while it is empty
	slow      bool          // a write has timed out, so later ones do not wait
	skipped   bool          // a frame has been skipped
	pace      pacer
	confirmed bool // whether replies of the terminal can be read
	err       error
}

func newOutput(f *os.File, gone func(error)) *output {
	o := &output{File: f, due: func() {}, gone: gone, wake: make(chan struct{}, 1)}
	o.now = time.Now //nolint:forbidigo // only durations are measured
	go o.pump()
	return o
}

// leaveScreen is part of the output that restores the terminal, and enterScreen of the output that
// sets it up.
var leaveScreen, enterScreen = []byte(ansi.ResetModeAltScreenSaveCursor), []byte(ansi.SetModeAltScreenSaveCursor)

// Write queues p and waits at most writeTimeout until it is written. The queue stays small,
// because pacedModel draws no frames while the terminal is behind.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	if o.err != nil {
		defer o.mu.Unlock()
		return 0, o.err
	}
	n := len(p)
	p = resetMargins(p)
	switch {
	case bytes.Contains(p, leaveScreen):
		o.left = true
	case bytes.Contains(p, enterScreen):
		o.left, o.restoring = false, 0
	}
	if o.confirmed && (!o.left || asks(p)) {
		p = o.pace.mark(p, o.now())
	}
	if o.left {
		o.restoring += len(p)
	}
	o.queue = append(o.queue, p...)
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
	return n, nil
}

// behind reports whether the terminal cannot show another frame in time. If so, output calls due
// when the terminal has caught up.
func (o *output) behind() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.isBehind() {
		o.skipped = true
		return true
	}
	o.progressed() // replies have been lost or a timeout has passed since a frame was skipped
	return false
}

func (o *output) isBehind() bool { return o.drained != nil || o.pace.behind(o.now()) }

// replied records replies to status requests.
func (o *output) replied(n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for range n {
		o.pace.reply(o.now())
	}
	o.progressed()
}

// leave marks all further output as part of restoring the terminal.
func (o *output) leave() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.left = true
}

// forget drops outstanding status requests: another process may have read the replies.
func (o *output) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pace.forget()
}

// progressed requests a frame if one was skipped and the terminal has caught up.
func (o *output) progressed() {
	if o.skipped && !o.isBehind() {
		o.skipped = false
		go o.due()
	}
}

// awaited returns how long to wait for outstanding replies of the terminal.
func (o *output) awaited() time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.pace.awaited(o.now())
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

// drain waits, for at most shutdownTimeout, until the queue is empty. If it is still not
// empty, drain drops the queued frames, so that the terminal is restored, and waits once more.
func (o *output) drain() {
	o.mu.Lock()
	drained := o.drained
	o.mu.Unlock()
	if drained == nil || waitFor(drained, shutdownTimeout) {
		return
	}
	o.mu.Lock()
	frames := o.restoring > 0 && o.restoring <= len(o.queue) // otherwise, the terminal is being restored
	if frames {
		o.queue = append([]byte("\x1b\\"), o.queue[len(o.queue)-o.restoring:]...) // ST ends a sequence that was cut
		o.pace.forget()
	}
	unblock(o.File, frames)
	o.mu.Unlock()
	waitFor(drained, shutdownTimeout)
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

// next removes the beginning of the queue and returns it, or nil if the queue is empty.
func (o *output) next() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := min(len(o.queue), pieceSize)
	next := o.queue[:n:n]
	if o.queue = o.queue[n:]; n > 0 {
		return next
	}
	o.queue = nil
	if o.drained != nil {
		close(o.drained)
		o.drained, o.slow, o.restoring = nil, false, 0
		o.progressed()
	}
	return nil
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

// keyboard reads from the terminal. It calls gone when the terminal is closed, and passes
// status replies to out.
type keyboard struct {
	*os.File
	gone    func(error)
	out     *output
	replies replyFilter
}

// newKeyboard returns a keyboard for standard input, or nil if that is not a terminal.
func newKeyboard(gone func(error), out *output) *keyboard {
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return nil
	}
	out.confirmed = confirms
	return &keyboard{File: os.Stdin, gone: gone, out: out}
}

func (k *keyboard) Read(p []byte) (int, error) {
	n, err := k.File.Read(p)
	if errors.Is(err, io.EOF) {
		k.gone(err)
	}
	n, replies := k.replies.filter(p[:n])
	if replies > 0 {
		k.out.replied(replies)
	}
	return n, err
}

// settle reads replies that the terminal has not sent yet, so that the shell does not
// receive them. Replies that do not arrive in time count as lost.
func (k *keyboard) settle() {
	if k == nil {
		return
	}
	defer k.out.forget()
	if k.out.awaited() == 0 {
		return
	}
	fd := int(k.Fd())
	cooked, err := term.MakeRaw(fd) // otherwise, replies would be echoed
	if err != nil {
		return
	}
	defer func() { _ = term.Restore(fd, cooked) }()
	r, err := cancelreader.NewReader(k)
	if err != nil {
		return
	}
	defer func() { _ = r.Close() }()
	defer time.AfterFunc(k.out.awaited(), func() { r.Cancel() }).Stop()
	for buf := make([]byte, 256); k.out.awaited() > 0; {
		if _, err := r.Read(buf); err != nil {
			return
		}
	}
}
