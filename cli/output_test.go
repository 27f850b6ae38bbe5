package cli

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
)

// pipedOutput returns an output that writes to a pipe, the read end of the pipe, and a
// channel that receives the error of a failed write.
func pipedOutput(t *testing.T) (*output, *os.File, chan error) {
	t.Helper()
	r, w, err := os.Pipe()
	must(t, err)
	t.Cleanup(func() { _ = r.Close(); _ = w.Close() })
	gone := make(chan error, 1)
	return newOutput(w, func(err error) { gone <- err }), r, gone
}

// TestOutput_FastTerminal checks that Write returns with an empty queue if the terminal
// is fast. Otherwise, output would be lost if a signal stopped the program immediately
// afterwards.
func TestOutput_FastTerminal(t *testing.T) {
	o, r, _ := pipedOutput(t)
	for _, text := range []string{"a", "bc", "def"} {
		if n, err := o.Write([]byte(text)); n != len(text) || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		o.mu.Lock()
		equal(t, "queued after Write", o.drained != nil, false)
		o.mu.Unlock()
		got := make([]byte, len(text))
		_, err := io.ReadFull(r, got)
		must(t, err)
		equal(t, "written", string(got), text)
	}
}

func TestOutput_QueueOverflow(t *testing.T) {
	o, r, _ := pipedOutput(t)
	redraws := make(chan struct{}, 1)
	o.redraw = func() { redraws <- struct{}{} }
	const pieces, size = 100, 1 << 16
	for i := range pieces {
		_, err := o.Write(bytes.Repeat([]byte{byte(i)}, size))
		must(t, err)
		o.mu.Lock()
		equal(t, "queue over its limit", len(o.queue) > maxQueue, false)
		o.mu.Unlock()
	}
	_, err := o.Write([]byte("the end"))
	must(t, err)
	read := make(chan string)
	go func() {
		all, _ := io.ReadAll(r) // until the writer is closed
		read <- string(all)
	}()
	<-redraws
	o.drain()
	must(t, o.Close())
	all := <-read
	equal(t, "bytes of the first write", strings.Count(all, "\x00"), size)
	equal(t, "last write is at the end", strings.HasSuffix(all, "the end"), true)
	equal(t, "dropped some", len(all) < pieces*size, true)
	for i := range ' ' {
		if n := strings.Count(all, string(i)); n != 0 && n != size {
			t.Errorf("write %d was cut: %d of %d bytes", i, n, size)
		}
	}
}

func TestOutput_ClosedTerminal(t *testing.T) {
	o, r, gone := pipedOutput(t)
	must(t, r.Close())
	_, _ = o.Write([]byte("x")) // may be queued before the error is known
	if err := <-gone; err == nil {
		t.Error("gone was called without an error")
	}
	if _, err := o.Write([]byte("y")); err == nil {
		t.Error("Write succeeds after the terminal is gone")
	}
	o.drain()
	equal(t, "further calls of gone", len(gone), 0)
}
