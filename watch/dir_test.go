package watch

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// gone waits until no goroutine is in a function of one of these names.
func gone(t *testing.T, names ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	stacks := make([]byte, 1<<20)
	for {
		all := string(stacks[:runtime.Stack(stacks, true)])
		found := ""
		for _, name := range names {
			if strings.Contains(all, name) {
				found = name
			}
		}
		if found == "" {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("%s is still running:\n%s", found, all)
		}
		runtime.Gosched()
	}
}

func TestFileMissingAtFirst(t *testing.T) {
	p := newProbe(t, filepath.Join(t.TempDir(), "auth.json"))
	write(t, p.path, "first")
	p.expect("first")
	p.prove()
}

func TestDirectoryMissingAtFirst(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "home")
	p := newProbe(t, filepath.Join(dir, "auth.json"))
	populated(t, dir, "first")
	p.expect("first")
	p.prove()
}

func TestManyDirectoriesMissingAtFirst(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "a", "b", "c", "d")
	p := newProbe(t, filepath.Join(dir, "auth.json"))
	populated(t, dir, "at once")
	p.expect("at once")
	p.prove()

	must(t, os.RemoveAll(filepath.Join(top, "a")))
	p.expect(absent)
	for _, level := range []string{"a", "a/b", "a/b/c", "a/b/c/d"} {
		must(t, os.Mkdir(filepath.Join(top, level), 0o700))
		p.receive()
	}
	write(t, p.path, "step by step")
	p.expect("step by step")
	p.prove()
}

func TestTreeMovedIntoPlace(t *testing.T) {
	top := t.TempDir()
	p := newProbe(t, filepath.Join(top, "a", "b", "auth.json"))
	populated(t, filepath.Join(top, "new", "b"), "first")
	must(t, os.Rename(filepath.Join(top, "new"), filepath.Join(top, "a")))
	p.expect("first")
	p.prove()
}

func TestDirectoryRemovedAndRecreated(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "home")
	p := newProbe(t, populated(t, dir, "first"))
	for i := range 10 {
		must(t, os.RemoveAll(dir))
		p.expect(absent)
		populated(t, dir, fmt.Sprint(i))
		p.expect(fmt.Sprint(i))
	}
	p.prove()
}

// The watcher has no time to follow here. It must come to rest in the end.
func TestDirectoryRecreatedInARow(t *testing.T) {
	top := t.TempDir()
	p := newProbe(t, populated(t, filepath.Join(top, "a", "b"), "first"))
	for i := range 50 {
		must(t, os.RemoveAll(filepath.Join(top, "a")))
		populated(t, filepath.Join(top, "a", "b"), fmt.Sprint(i))
	}
	p.expect("49")
	p.prove()
}

func TestDirectoryReplaced(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "home")
	p := newProbe(t, populated(t, dir, "first"))
	for i := range 10 {
		other := filepath.Join(top, "other")
		populated(t, other, fmt.Sprint(i))
		swap(t, dir, other)
		p.expect(fmt.Sprint(i))
	}
	p.prove()
}

func TestDirectoryMovedAwayAndBack(t *testing.T) {
	top := t.TempDir()
	dir, away := filepath.Join(top, "home"), filepath.Join(top, "away")
	p := newProbe(t, populated(t, dir, "first"))
	for range 20 {
		must(t, os.Rename(dir, away))
		must(t, os.Rename(away, dir))
	}
	p.prove()
	must(t, os.Rename(dir, away))
	p.expect(absent)
	must(t, os.Rename(away, dir))
	p.prove()
}

// A directory that goes away and is deleted at once, while the watches are
// being moved, is where an event source is most easily blocked for good.
func TestDirectoryMovedAwayAndDeleted(t *testing.T) {
	top := t.TempDir()
	dir, away := filepath.Join(top, "home"), filepath.Join(top, "away")
	p := newProbe(t, populated(t, dir, "first"))
	for i := range 100 {
		must(t, os.Rename(dir, away))
		must(t, os.RemoveAll(away))
		populated(t, dir, fmt.Sprint(i))
	}
	p.expect("99")
	p.prove()
}

func TestAncestorReplaced(t *testing.T) {
	if !watchAncestors {
		t.Skip("left to the safety check on this system")
	}
	top := t.TempDir()
	p := newProbe(t, populated(t, filepath.Join(top, "a", "b", "c"), "first"))
	for i := range 5 {
		populated(t, filepath.Join(top, "other", "b", "c"), fmt.Sprint(i))
		swap(t, filepath.Join(top, "a"), filepath.Join(top, "other"))
		p.expect(fmt.Sprint(i))
	}
	p.prove()
}

func TestFileInTheWay(t *testing.T) {
	top := t.TempDir()
	way := filepath.Join(top, "home")
	write(t, way, "no directory")
	p := newProbe(t, filepath.Join(way, "auth.json"))
	must(t, os.Remove(way))
	populated(t, way, "first")
	p.expect("first")
	p.prove()
}
