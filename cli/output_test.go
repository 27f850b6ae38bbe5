package cli

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
)

// slowTerminal is an output whose other end is read by the test.
func slowTerminal(t *testing.T) (*output, *os.File, chan error) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close(); _ = w.Close() })
	gone := make(chan error, 1)
	return newOutput(w, func(err error) { gone <- err }), r, gone
}

// What a prompt terminal gets is written when Write returns: what comes next,
// such as a signal that stops the program, may count on that.
func TestOutputIsWrittenAtOnce(t *testing.T) {
	o, r, _ := slowTerminal(t)
	for _, text := range []string{"a", "bc", "def"} {
		n, err := o.Write([]byte(text))
		if n != len(text) || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		o.mu.Lock()
		equal(t, "something waits", o.drained != nil, false)
		o.mu.Unlock()
		got := make([]byte, len(text))
		if _, err := io.ReadFull(r, got); err != nil {
			t.Fatal(err)
		}
		equal(t, "what arrives", string(got), text)
	}
}

// Nobody waits for a terminal that takes nothing. What waits is bounded; when
// something was dropped, the whole picture is asked for, after the newest.
func TestOutputDropsTheOldest(t *testing.T) {
	o, r, _ := slowTerminal(t)
	asked := make(chan struct{}, 1)
	o.redraw = func() { asked <- struct{}{} }
	const pieces, size = 100, 1 << 16
	for i := range pieces {
		if _, err := o.Write(bytes.Repeat([]byte{byte(i)}, size)); err != nil {
			t.Fatal(err)
		}
		o.mu.Lock()
		equal(t, "too much waits", len(o.waiting) > maxWaiting, false)
		o.mu.Unlock()
	}
	if _, err := o.Write([]byte("the end")); err != nil {
		t.Fatal(err)
	}
	read := make(chan string)
	go func() {
		all, _ := io.ReadAll(r) // its end is that the other one is closed
		read <- string(all)
	}()
	<-asked
	o.leave()
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	all := <-read
	equal(t, "the first is whole", strings.Count(all, "\x00"), size)
	equal(t, "the end", strings.HasSuffix(all, "the end"), true)
	equal(t, "something was dropped", len(all) < pieces*size, true)
	for i := range pieces {
		if n := strings.Count(all, string([]byte{byte(i)})); i < ' ' && n != 0 && n != size {
			t.Errorf("of piece %d there are %d bytes: it was cut in two", i, n)
		}
	}
}

// A terminal that is gone is nothing to write to, and somebody is told, once.
func TestOutputTellsThatTheTerminalIsGone(t *testing.T) {
	o, r, gone := slowTerminal(t)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	_, _ = o.Write([]byte("x")) // the first one may not know yet
	if err := <-gone; err == nil {
		t.Error("it is gone without a reason")
	}
	if _, err := o.Write([]byte("y")); err == nil {
		t.Error("writing to it goes well")
	}
	o.leave()
	equal(t, "told again", len(gone), 0)
}
