package watch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestHealth(t *testing.T) {
	tests := []struct {
		health health
		reason string
	}{
		{health{}, ""},
		{health{broken: "a"}, "a"},
		{health{remote: "b"}, "b"},
		{health{silent: true}, reasonSilent},
		{health{remote: "b", silent: true}, "b"},
		{health{broken: "a", remote: "b", silent: true}, "a"},
	}
	for _, tt := range tests {
		want := Change{Mode: Polling, Interval: time.Second, Reason: tt.reason}
		if tt.reason == "" {
			want = Change{}
		}
		if got := tt.health.change(time.Second); got != want {
			t.Errorf("%+v: got %+v, want %+v", tt.health, got, want)
		}
	}
}

func TestExplain(t *testing.T) {
	seen := make(map[string]error)
	for _, err := range []error{
		syscall.ENOSPC, syscall.EMFILE, syscall.ENFILE, syscall.EACCES,
		syscall.EIO, errors.New("Unknown"),
	} {
		got := explain(fmt.Errorf("adding: %w", err))
		if got == "" || got != strings.ToLower(got) || strings.HasSuffix(got, ".") {
			t.Errorf("%v: %q is no lower-case clause", err, got)
		}
		if len(got) > 40 {
			t.Errorf("%v: %q is too long for the head of a screen", err, got)
		}
		if other, ok := seen[got]; ok {
			t.Errorf("%q is said of %v and of %v", got, err, other)
		}
		seen[got] = err
	}
}

func TestMode(t *testing.T) {
	for mode, want := range map[Mode]string{Events: "events", Polling: "polling", 7: "mode 7"} {
		if got := mode.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestLocalFileSystem(t *testing.T) {
	if got := networkFS(filepath.Join(t.TempDir(), "missing")); got != "" {
		t.Errorf("missing directory: %q", got)
	}
	// What the machine's disk is cannot be known here, only that asking works.
	if got := networkFS(t.TempDir()); got != "" {
		t.Logf("temporary directory: %q", got)
	}
}

func TestState(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	last := observe(path)
	differs := func(what string, want bool) {
		t.Helper()
		now := observe(path)
		if got := !now.same(last); got != want {
			t.Errorf("%s: differs is %t", what, got)
		}
		if now.same(last) != last.same(now) {
			t.Errorf("%s: not symmetric", what)
		}
		last = now
	}
	differs("still missing", false)
	write(t, path, "1")
	differs("created", true)
	differs("nothing done", false)
	write(t, path, "22")
	differs("size", true)
	must(t, os.Chtimes(path, time.Time{}, time.Unix(1, 0)))
	differs("time", true)
	must(t, os.Rename(path, path+".old"))
	write(t, path, "22")
	must(t, os.Chtimes(path, time.Time{}, time.Unix(1, 0)))
	differs("identity", true)
	must(t, os.Remove(path))
	differs("removed", true)
	if os.Symlink("file", path) == nil {
		differs("loop of links", true)
		differs("the same loop", false)
	}
}
