package watch

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/fsnotify/fsnotify"
)

// sampleFilter is for /home/me/link, which leads to /data/auth.json.
func sampleFilter() *filter {
	return newFilter(plan{
		sites: []site{
			{dir: "/", name: "home"},
			{dir: "/home", name: "me"},
			{dir: "/home/me", name: "link"},
			{dir: "/", name: "data"},
			{dir: "/data", name: "auth.json", file: true},
		},
		dirs: []watchedDir{{path: "/"}, {path: "/home"}, {path: "/home/me"}, {path: "/data"}},
	})
}

func TestClassify(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the paths are Unix ones")
	}
	const (
		create = fsnotify.Create
		write  = fsnotify.Write
		remove = fsnotify.Remove
		rename = fsnotify.Rename
		chmod  = fsnotify.Chmod
	)
	tests := []struct {
		name string
		op   fsnotify.Op
		want signal
	}{
		{"/data/auth.json", create, touched | review},
		{"/data/auth.json", remove, touched | review},
		{"/data/auth.json", rename, touched | review},
		{"/data/auth.json", create | write, touched | review},
		{"/data/auth.json", write, touched},
		{"/data/auth.json", chmod, touched},
		{"/home/me/link", create, moved},
		{"/home/me/link", remove, moved},
		{"/home/me", rename, moved},
		{"/home/me", remove, moved},
		{"/home/me", chmod, review},
		{"/home/me", write, 0},
		{"//data", create, moved},
		{"/data", rename, moved},
		{"/", chmod, review},
		{"/", write, 0},

		{"/data/auth.json.tmp", create, 0},
		{"/data/.auth.json", create, 0},
		{"/data/json", create, 0},
		{"/home/me/auth.json", create, 0},
		{"/home/auth.json", write, 0},
		{"/home/you", create, 0},
		{"//tmp", create, 0},
		{"/home/data", create, 0},
		{"auth.json", create, 0},
		{"", create, 0},
	}
	f := sampleFilter()
	for _, tt := range tests {
		if got := f.classify(fsnotify.Event{Name: tt.name, Op: tt.op}); got != tt.want {
			t.Errorf("%s %v: got %b, want %b", tt.name, tt.op, got, tt.want)
		}
	}
	var none *filter
	if got := none.classify(fsnotify.Event{Name: "/data/auth.json", Op: create}); got != 0 {
		t.Errorf("without a filter: got %b", got)
	}
}

func TestClassifyError(t *testing.T) {
	if got := classifyError(fmt.Errorf("x: %w", fsnotify.ErrEventOverflow)); got != overflow {
		t.Errorf("got %b, want overflow", got)
	}
	if got := classifyError(errors.New("x")); got != trouble {
		t.Errorf("got %b, want trouble", got)
	}
}

func TestNamesFold(t *testing.T) {
	if got := sameName("Auth.json", "auth.JSON"); got != foldNames {
		t.Errorf("got %t", got)
	}
	if sameName("auth.json", "auth.jsn") {
		t.Error("different names are the same")
	}
}

func TestMailbox(t *testing.T) {
	m := newMailbox()
	m.post(0)
	select {
	case <-m.wake:
		t.Error("woken by nothing")
	default:
	}
	for range 3 {
		m.post(touched)
		m.post(review)
	}
	<-m.wake
	if got := m.take(); got != touched|review {
		t.Errorf("got %b", got)
	}
	if got := m.take(); got != 0 {
		t.Errorf("got %b, want nothing more", got)
	}
}

func TestIgnoredEventDoesNotAllocate(t *testing.T) {
	f := sampleFilter()
	m := newMailbox()
	ev := fsnotify.Event{Name: filepath.FromSlash("/data/another.json"), Op: fsnotify.Create}
	if n := testing.AllocsPerRun(1000, func() { m.post(f.classify(ev)) }); n != 0 {
		t.Errorf("%v allocations per event", n)
	}
}

func BenchmarkIgnoredEvent(b *testing.B) {
	ev := fsnotify.Event{Name: filepath.FromSlash("/data/another.json"), Op: fsnotify.Create}
	b.Run("filter", func(b *testing.B) {
		f := sampleFilter()
		b.ReportAllocs()
		for b.Loop() {
			if f.classify(ev) != 0 {
				b.Fatal("not ignored")
			}
		}
	})
	b.Run("pump", func(b *testing.B) {
		src := &fakeSource{rig: &rig{}, events: make(chan fsnotify.Event, buffered), errors: make(chan error)}
		var f atomic.Pointer[filter]
		f.Store(sampleFilter())
		fd := newFeed(src, &f)
		b.ReportAllocs()
		for b.Loop() {
			src.events <- ev
		}
		fd.close()
		if got := fd.mail.take(); got != lost {
			b.Errorf("got %b", got)
		}
	})
}
