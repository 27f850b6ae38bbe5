package cli

import (
	"io"
	"os"
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
