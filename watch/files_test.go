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

// absent is the result of read for a file that cannot be read.
const absent = "\x00"

// probe watches a file without polling: the watcher's interval is longer than any test.
type probe struct {
	t    *testing.T
	ctx  context.Context
	top  string // a temporary directory
	path string
	w    *Watcher
}

func newProbe(t *testing.T, top, path string) *probe {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	p := &probe{t: t, ctx: ctx, top: top, path: filepath.Join(top, path)}
	p.w = newWatcher(top + "/" + path)
	p.w.interval, p.w.burst = time.Hour, time.Millisecond
	go p.w.run(ctx)
	t.Cleanup(func() {
		cancel()
		for range p.w.changes {
			continue // until the channel is closed
		}
	})
	p.receive()
	return p
}

func (p *probe) receive() {
	p.t.Helper()
	select {
	case c := <-p.w.changes:
		if c.Polled != "" {
			p.t.Fatalf("polling: %s", c.Polled)
		}
	case <-p.ctx.Done():
		p.t.Fatalf("no change; content is %q", read(p.path))
	}
}

// expect receives changes until the file has the given content.
func (p *probe) expect(content string) {
	p.t.Helper()
	for p.receive(); read(p.path) != content; p.receive() {
		continue
	}
}

// detects checks that changes to the file at its current location are reported. It makes
// several changes, because an earlier change might have caused the first Change.
func (p *probe) detects() {
	p.t.Helper()
	for i := range 3 {
		p.put(p.path, fmt.Sprint("in place ", i))
		p.expect(fmt.Sprint("in place ", i))
		p.replace(fmt.Sprint("replaced ", i))
		p.expect(fmt.Sprint("replaced ", i))
	}
}

func (p *probe) replace(content string) {
	p.t.Helper()
	target, err := filepath.EvalSymlinks(p.path)
	must(p.t, err)
	p.put(target+".tmp", content)
	p.move(target+".tmp", target)
}

func (p *probe) put(path, content string) { p.t.Helper(); put(p.t, p.in(path), content) }
func (p *probe) remove(path string)       { p.t.Helper(); must(p.t, os.RemoveAll(p.in(path))) }
func (p *probe) link(target, path string) { p.t.Helper(); link(p.t, target, p.in(path)) }
func (p *probe) move(from, to string)     { p.t.Helper(); must(p.t, os.Rename(p.in(from), p.in(to))) }

func (p *probe) in(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(p.top, path)
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

// put writes a file in place. It creates the directory if necessary.
func put(t *testing.T, path, content string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	must(t, os.WriteFile(path, []byte(content), 0o600))
}

// link creates a symbolic link or atomically replaces an existing one.
func link(t *testing.T, target, path string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	if err := os.Symlink(target, path+".new"); err != nil {
		t.Skipf("no symbolic links: %v", err)
	}
	must(t, os.Rename(path+".new", path))
}

// fileTests lists sequences of changes to real files. The watched file is the first one
// in files. Paths are relative to a temporary directory.
var fileTests = []struct {
	name  string
	files string // separated by commas; "a -> b" is a link to b, and "a ?" does not exist at first
	run   func(p *probe)
}{
	{"many replacements", "f", func(p *probe) {
		for i := range 100 {
			p.replace(fmt.Sprint(i))
		}
		p.expect("99")
	}},
	{"truncated, permissions changed", "f", func(p *probe) {
		must(p.t, os.Truncate(p.path, 0))
		p.expect("")
		must(p.t, os.Chmod(p.path, 0o400))
		p.receive()
		must(p.t, os.Chmod(p.path, 0o600))
		p.receive()
	}},
	{"removed and created", "f", func(p *probe) {
		p.remove("f")
		p.expect(absent)
		p.put("f", "back")
		p.expect("back")
	}},
	{"renamed and renamed back", "f", func(p *probe) {
		p.move("f", "away")
		p.expect(absent)
		p.move("away", "f")
		p.expect("f")
	}},
	{"file missing", "f ?", func(p *probe) {
		p.put("f", "first")
		p.expect("first")
	}},
	{"directories missing", "a/b/c/f ?", func(p *probe) {
		p.put("a/b/c/f", "at once")
		p.expect("at once")
		p.detects()
		p.remove("a")
		p.expect(absent)
		for _, dir := range []string{"a", "a/b", "a/b/c"} {
			must(p.t, os.Mkdir(p.in(dir), 0o700))
			p.receive()
		}
		p.put("a/b/c/f", "step by step")
		p.expect("step by step")
	}},
	{"tree moved into place", "a/b/f ?", func(p *probe) {
		p.put("new/b/f", "first")
		p.move("new", "a")
		p.expect("first")
	}},
	{"file in place of the directory", "a/f ?,a", func(p *probe) {
		p.remove("a")
		p.put("a/f", "first")
		p.expect("first")
	}},
	{"directories removed and created repeatedly", "a/b/f", func(p *probe) {
		for i := range 50 {
			p.remove("a")
			p.put("a/b/f", fmt.Sprint(i))
		}
		p.expect("49")
	}},
	{"directory replaced", "a/f", func(p *probe) {
		for i := range 10 {
			p.put("other/f", fmt.Sprint(i))
			p.move("a", fmt.Sprint("old", i))
			p.move("other", "a")
			p.expect(fmt.Sprint(i))
		}
	}},
	{"directory renamed and renamed back", "a/f", func(p *probe) {
		for range 20 {
			p.move("a", "away")
			p.move("away", "a")
		}
		p.detects()
		p.move("a", "away")
		p.expect(absent)
		p.move("away", "a")
	}},
	// An event source can deadlock while a watch is being removed.
	{"directory renamed and removed", "a/f", func(p *probe) {
		for i := range 50 {
			p.move("a", "away")
			p.remove("away")
			p.put("a/f", fmt.Sprint(i))
		}
		p.expect("49")
	}},
	{"target of a link", "f -> a/f,a/f", func(p *probe) {
		p.detects()
		p.remove("a/f")
		p.expect(absent)
		p.put("a/f", "back")
		p.expect("back")
	}},
	{"link switched", "a/f -> ../b/f,b/f,c/f", func(p *probe) {
		p.link("../c/f", "a/f")
		p.expect("c/f")
		p.link("../b/f", "a/f")
		p.expect("b/f")
	}},
	{"link becomes a file and back", "f -> a/f,a/f", func(p *probe) {
		p.put("tmp", "file")
		p.move("tmp", "f")
		p.expect("file")
		p.link("a/f", "f")
		p.expect("a/f")
	}},
	{"chain of links", "a/f -> ../b/f,b/f -> ../c/f,c/f,d/f", func(p *probe) {
		p.detects()
		p.link("../d/f", "a/f")
		p.expect("d/f")
	}},
	{"broken link", "f -> a/b/f", func(p *probe) {
		p.put("a/b/f", "first")
		p.expect("first")
		p.detects()
		p.remove("a")
		p.expect(absent)
		p.put("a/b/f", "again")
		p.expect("again")
	}},
	{"linked directory", "now/f,now -> v1,v1/f", func(*probe) {}},
	{"parent of a linked directory", "d/../f,d -> a/sub,a/sub/x,a/f", func(p *probe) {
		if runtime.GOOS == "windows" {
			p.t.Skip(`Windows removes ".." without resolving links`)
		}
		p.path = p.in("a/f")
	}},
}

func TestStart_Files(t *testing.T) {
	for _, tt := range fileTests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			top := t.TempDir()
			files := strings.Split(tt.files, ",")
			watched, _, _ := strings.Cut(files[0], " ")
			for _, f := range files[1:] {
				create(t, top, f)
			}
			if _, err := os.Stat(top + "/" + watched); err != nil {
				create(t, top, files[0])
			}
			p := newProbe(t, top, watched)
			tt.run(p)
			p.detects()
		})
	}
}

func create(t *testing.T, top, file string) {
	t.Helper()
	if path, target, ok := strings.Cut(file, " -> "); ok {
		link(t, target, filepath.Join(top, path))
	} else if !strings.HasSuffix(file, "?") {
		put(t, filepath.Join(top, file), file)
	}
}

func TestStart_Directory(t *testing.T) {
	t.Parallel()
	for _, watched := range []string{"d/", "link/"} {
		t.Run(watched, func(t *testing.T) {
			t.Parallel()
			top := t.TempDir()
			link(t, "d", filepath.Join(top, "link"))
			p := newProbe(t, top, watched)
			expect := func(names string) {
				t.Helper()
				for p.receive(); entries(p.in("d")) != names; p.receive() {
					continue
				}
			}
			must(t, os.Mkdir(p.in("d"), 0o700))
			expect("")
			for range 3 {
				p.put("d/a/f", "first")
				expect("a")
				p.put("d/b/f", "first")
				expect("a b")
				p.move("d/a", "d/c")
				expect("b c")
				p.remove("d/b")
				expect("c")
				p.move("d/c", "away")
				expect("")
				p.remove("away")
				p.remove("d")
				expect(absent)
				must(t, os.Mkdir(p.in("d"), 0o700))
				expect("")
			}
		})
	}
}

// entries returns the names in a directory.
func entries(dir string) string {
	list, err := os.ReadDir(dir)
	if err != nil {
		return absent
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func TestStart_RelativePath(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	changes := Start(ctx, "f").Changes()
	t.Chdir(t.TempDir())
	for i := range 3 {
		if c := <-changes; c != (Change{Path: "f"}) {
			t.Errorf("got %+v", c)
		}
		put(t, filepath.Join(dir, "f"), fmt.Sprint(i))
	}
	cancel()
	for range changes {
		continue
	}
}

func TestStart_NoGoroutineLeft(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		changes := Start(ctx, path).Changes()
		<-changes
		put(t, path, "the event may arrive before or after the watcher stops")
		cancel()
		for range changes {
			continue
		}
	}
	stacks := make([]byte, 1<<20)
	for range 1000 { // goroutines that are about to end may still be listed
		if all := string(stacks[:runtime.Stack(stacks, true)]); !strings.Contains(all, "fsnotify.(*") && !strings.Contains(all, "watch.(*feed)") {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("a goroutine is still running:\n%s", stacks)
}
