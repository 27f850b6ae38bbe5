package watch

import (
	"sync/atomic"

	"github.com/fsnotify/fsnotify"
)

// buffered is how many events may wait between the kernel and the filter. It
// spares a change of goroutine per event when a directory is busy.
const buffered = 128

// source delivers the events of directories. Both channels are closed after
// Close; until then they must be received from.
type source interface {
	Add(dir string) error
	Remove(dir string) error
	Close() error
	Events() <-chan fsnotify.Event
	Errors() <-chan error
}

// notifier is the source backed by the operating system.
type notifier struct {
	w *fsnotify.Watcher
}

func openSource() (source, error) {
	w, err := fsnotify.NewBufferedWatcher(buffered)
	if err != nil {
		return nil, err
	}
	return notifier{w}, nil
}

func (n notifier) Add(dir string) error          { return n.w.Add(dir) }
func (n notifier) Remove(dir string) error       { return n.w.Remove(dir) }
func (n notifier) Close() error                  { return n.w.Close() }
func (n notifier) Events() <-chan fsnotify.Event { return n.w.Events }
func (n notifier) Errors() <-chan error          { return n.w.Errors }

// feed is an open source together with the goroutine that receives from it.
//
// The goroutine is there for two reasons. A source may hold a lock that Add
// and Remove need, or be the very thread that carries them out, while it waits
// for its event or error to be received; whoever adds watches must therefore
// not be the receiver. And events of no interest end there, without waking
// anything else.
type feed struct {
	source
	mail    *mailbox
	stopped chan struct{}
}

func newFeed(src source, f *atomic.Pointer[filter]) *feed {
	fd := &feed{source: src, mail: newMailbox(), stopped: make(chan struct{})}
	go func() {
		defer close(fd.stopped)
		pump(src, f, fd.mail)
	}()
	return fd
}

// close ends the source and waits for its goroutines. If the source refuses to
// close they cannot be waited for.
func (fd *feed) close() {
	if err := fd.Close(); err == nil {
		<-fd.stopped
	}
}

// pump posts what the filter lets through until both channels of src are
// closed.
func pump(src source, f *atomic.Pointer[filter], mail *mailbox) {
	events, errs := src.Events(), src.Errors()
	for events != nil || errs != nil {
		select {
		case ev, ok := <-events:
			if !ok {
				events = nil
				mail.post(lost)
				continue
			}
			mail.post(f.Load().classify(ev))
		case err, ok := <-errs:
			if !ok {
				errs = nil
				mail.post(lost)
				continue
			}
			mail.post(classifyError(err))
		}
	}
}

// mailbox gathers signals for one reader: any number of posts cost one wake.
type mailbox struct {
	bits atomic.Uint32
	wake chan struct{}
}

func newMailbox() *mailbox {
	return &mailbox{wake: make(chan struct{}, 1)}
}

// post adds s to what the reader will take. It never blocks.
func (m *mailbox) post(s signal) {
	if s == 0 {
		return
	}
	m.bits.Or(uint32(s))
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// take returns all signals posted since the last take. It may return none
// after a wake whose signals an earlier take already got.
func (m *mailbox) take() signal {
	return signal(m.bits.Swap(0))
}
