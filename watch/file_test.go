package watch

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// absent is the content of a file that cannot be read.
const absent = "\x00"

// probe runs a Watcher with the events of the operating system. What an event
// should have announced is found in no other way: the intervals of all other
// ways are longer than any test.
type probe struct {
	t    *testing.T
	ctx  context.Context
	path string
	w    *Watcher
}

func newProbe(t *testing.T, path string, opts ...Option) *probe {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	p := &probe{t: t, ctx: ctx, path: path}
	p.w = New(path, append([]Option{
		WithWindow(2 * time.Millisecond),
		WithSafetyInterval(time.Hour),
		WithPollInterval(time.Hour),
		WithRetryInterval(time.Hour),
		withNetFS(func(string) string { return "" }),
	}, opts...)...)
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.w.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
		for range p.w.Changes() {
			continue // to the end, which must come
		}
	})
	p.receive()
	return p
}

// receive waits for a Change.
func (p *probe) receive() {
	p.t.Helper()
	select {
	case c, ok := <-p.w.Changes():
		if !ok {
			p.t.Fatal("channel closed")
		}
		if c.Mode != Events {
			p.t.Fatalf("polling: %s", c.Reason)
		}
	case <-p.ctx.Done():
		p.t.Fatalf("no change came; content is %q", read(p.path))
	}
}

// expect receives until the file has the content.
func (p *probe) expect(content string) {
	p.t.Helper()
	for {
		p.receive()
		if read(p.path) == content {
			return
		}
	}
}

// prove makes sure that changes of the file are noticed where it is now. One
// would not prove much, for a Change may be left of what happened before.
func (p *probe) prove() {
	p.t.Helper()
	for i := range 4 {
		content := fmt.Sprintf("in place %d", i)
		write(p.t, p.path, content)
		p.expect(content)
		content = fmt.Sprintf("replaced %d", i)
		replace(p.t, p.path, content)
		p.expect(content)
	}
}

func read(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return absent
	}
	return string(data)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// write writes in place.
func write(t *testing.T, path, content string) {
	t.Helper()
	must(t, os.WriteFile(path, []byte(content), 0o600))
}

// replace writes by rename, to the target if path is a link.
func replace(t *testing.T, path, content string) {
	t.Helper()
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	write(t, path+".tmp", content)
	must(t, os.Rename(path+".tmp", path))
}

// swap puts the directory at other in the place of dir.
func swap(t *testing.T, dir, other string) {
	t.Helper()
	must(t, os.Rename(dir, filepath.Join(t.TempDir(), "away")))
	must(t, os.Rename(other, dir))
}

// populated makes a directory with a file in it and returns the file's path.
func populated(t *testing.T, dir, content string) string {
	t.Helper()
	must(t, os.MkdirAll(dir, 0o700))
	path := filepath.Join(dir, "auth.json")
	write(t, path, content)
	return path
}

func TestReplacedManyTimes(t *testing.T) {
	p := newProbe(t, populated(t, t.TempDir(), "first"))
	for i := range 100 {
		replace(t, p.path, fmt.Sprint(i))
	}
	p.expect("99")
	p.prove()
}

func TestEachReplacementIsSeen(t *testing.T) {
	p := newProbe(t, populated(t, t.TempDir(), "first"), WithWindow(time.Microsecond))
	for i := range 100 {
		replace(t, p.path, fmt.Sprint(i))
		p.expect(fmt.Sprint(i))
	}
}

func TestWrittenInPlace(t *testing.T) {
	p := newProbe(t, populated(t, t.TempDir(), "first"))
	for i := range 20 {
		write(t, p.path, fmt.Sprint(i))
		p.expect(fmt.Sprint(i))
	}
}

func TestTruncated(t *testing.T) {
	p := newProbe(t, populated(t, t.TempDir(), "first"))
	for range 10 {
		must(t, os.Truncate(p.path, 0))
		p.expect("")
		write(t, p.path, "full")
		p.expect("full")
	}
}

func TestPermissionsChanged(t *testing.T) {
	if !compareMode {
		t.Skip("permissions do not count on this system")
	}
	p := newProbe(t, populated(t, t.TempDir(), "first"))
	for i := range 10 {
		must(t, os.Chmod(p.path, os.FileMode(0o600+i%2*0o40)))
		p.receive()
	}
}

func TestDeletedAndBack(t *testing.T) {
	p := newProbe(t, populated(t, t.TempDir(), "first"))
	for i := range 20 {
		must(t, os.Remove(p.path))
		p.expect(absent)
		write(t, p.path, fmt.Sprint(i))
		p.expect(fmt.Sprint(i))
	}
	p.prove()
}

func TestMovedAwayAndBack(t *testing.T) {
	p := newProbe(t, populated(t, t.TempDir(), "first"))
	away := filepath.Join(t.TempDir(), "away")
	for range 10 {
		must(t, os.Rename(p.path, away))
		p.expect(absent)
		must(t, os.Rename(away, p.path))
		p.expect("first")
	}
}

func TestRelativePath(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	populated(t, dir, "first")
	t.Chdir(dir)
	p := newProbe(t, "auth.json")
	t.Chdir(elsewhere)
	p.path = filepath.Join(dir, "auth.json")
	p.prove()
}

func TestUnrelatedEventsAreIgnored(t *testing.T) {
	dir := t.TempDir()
	p := newProbe(t, populated(t, dir, "first"), WithWindow(time.Microsecond))
	const rounds = 20
	last := fmt.Sprint(rounds - 1)
	counted := make(chan int)
	go func() {
		n := 0
		for range p.w.Changes() {
			n++
			if read(p.path) == last {
				break
			}
		}
		counted <- n
	}()
	for i := range rounds {
		for j := range 50 {
			other := filepath.Join(dir, fmt.Sprint("other", j))
			write(t, other, "x")
			must(t, os.Chmod(other, 0o640))
			must(t, os.Rename(other, other+".moved"))
			must(t, os.Remove(other+".moved"))
		}
		replace(t, p.path, fmt.Sprint(i))
	}
	select {
	case n := <-counted:
		// A few systems report a replacement as removal and creation.
		if n > 3*rounds {
			t.Errorf("%d changes for %d replacements", n, rounds)
		}
	case <-p.ctx.Done():
		t.Fatal("the last replacement was not noticed")
	}
}

func TestManyWatchersAndNoGoroutineLeft(t *testing.T) {
	path := populated(t, t.TempDir(), "first")
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		w := New(path)
		done := make(chan struct{})
		go func() {
			defer close(done)
			w.Run(ctx)
		}()
		<-w.Changes()
		replace(t, path, "second") // may be on its way when Run returns
		cancel()
		<-done
	}
	gone(t, "watch.pump", "fsnotify.(*")
}

func TestCanceledBeforehand(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := New(filepath.Join(t.TempDir(), "auth.json"))
	w.Run(ctx)
	if c, ok := <-w.Changes(); ok {
		t.Errorf("got %+v, want a closed channel", c)
	}
}
