package watch

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// link makes a symbolic link, or skips the test where that is not allowed.
func link(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Skipf("no symbolic links: %v", err)
	}
}

// repoint makes the link at path lead to target, without a moment between.
func repoint(t *testing.T, target, path string) {
	t.Helper()
	link(t, target, path+".new")
	must(t, os.Rename(path+".new", path))
}

func TestLinkTargetChanges(t *testing.T) {
	target := populated(t, t.TempDir(), "first")
	path := filepath.Join(t.TempDir(), "link")
	link(t, target, path)
	p := newProbe(t, path)
	p.prove()
	must(t, os.Remove(target))
	p.expect(absent)
	write(t, target, "back")
	p.expect("back")
	p.prove()
}

func TestLinkRepointed(t *testing.T) {
	top := t.TempDir()
	path := filepath.Join(t.TempDir(), "link")
	link(t, populated(t, filepath.Join(top, "0"), "first"), path)
	p := newProbe(t, path)
	for i := range 10 {
		content := fmt.Sprintf("target %d", i)
		repoint(t, populated(t, filepath.Join(top, fmt.Sprint(i)), content), path)
		p.expect(content)
	}
	p.prove()
}

func TestLinkBecomesFileAndBack(t *testing.T) {
	target := populated(t, t.TempDir(), "target")
	path := filepath.Join(t.TempDir(), "link")
	link(t, target, path)
	p := newProbe(t, path)
	for range 5 {
		write(t, path+".tmp", "file")
		must(t, os.Rename(path+".tmp", path))
		p.expect("file")
		repoint(t, target, path)
		p.expect("target")
	}
	p.prove()
}

func TestChainOfLinks(t *testing.T) {
	a, b, c := t.TempDir(), t.TempDir(), t.TempDir()
	target := populated(t, c, "first")
	link(t, target, filepath.Join(b, "middle"))
	link(t, filepath.Join(b, "middle"), filepath.Join(a, "link"))
	p := newProbe(t, filepath.Join(a, "link"))
	p.prove()
	repoint(t, populated(t, filepath.Join(b, "sub"), "by the middle"), filepath.Join(b, "middle"))
	p.expect("by the middle")
	p.prove()
	repoint(t, target, filepath.Join(a, "link"))
	p.receive()
	p.prove()
}

func TestDanglingLink(t *testing.T) {
	top := t.TempDir()
	path := filepath.Join(t.TempDir(), "link")
	link(t, filepath.Join(top, "a", "b", "auth.json"), path)
	p := newProbe(t, path)
	populated(t, filepath.Join(top, "a", "b"), "first")
	p.expect("first")
	p.prove()
	must(t, os.RemoveAll(filepath.Join(top, "a")))
	p.expect(absent)
	populated(t, filepath.Join(top, "a", "b"), "again")
	p.expect("again")
	p.prove()
}

func TestLinkedDirectoryRepointed(t *testing.T) {
	top := t.TempDir()
	populated(t, filepath.Join(top, "v0"), "first")
	current := filepath.Join(top, "current")
	link(t, "v0", current)
	p := newProbe(t, filepath.Join(current, "auth.json"))
	for i := range 10 {
		version := fmt.Sprint("v", i)
		populated(t, filepath.Join(top, version), version)
		repoint(t, version, current)
		p.expect(version)
	}
	p.prove()
}

// Like a directory that is mounted with all its content exchanged at once: the
// file is a link into a linked directory.
func TestLinkThroughLinkedDirectory(t *testing.T) {
	top := t.TempDir()
	populated(t, filepath.Join(top, "v0"), "first")
	link(t, "v0", filepath.Join(top, "data"))
	link(t, filepath.Join("data", "auth.json"), filepath.Join(top, "auth.json"))
	p := newProbe(t, filepath.Join(top, "auth.json"))
	for i := range 10 {
		version := fmt.Sprint("v", i+1)
		populated(t, filepath.Join(top, version), version)
		repoint(t, version, filepath.Join(top, "data"))
		p.expect(version)
		must(t, os.RemoveAll(filepath.Join(top, fmt.Sprint("v", i))))
	}
	p.prove()
}

func TestParentOfLinkedDirectory(t *testing.T) {
	if !compareMode {
		t.Skip("\"..\" is not looked up on this system")
	}
	top := t.TempDir()
	target := populated(t, filepath.Join(top, "real"), "first")
	must(t, os.Mkdir(filepath.Join(top, "real", "sub"), 0o700))
	link(t, filepath.Join("real", "sub"), filepath.Join(top, "link"))
	p := newProbe(t, top+"/link/../auth.json")
	p.path = target
	p.prove()
}

func TestLoopOfLinks(t *testing.T) {
	top := t.TempDir()
	a, b := filepath.Join(top, "a"), filepath.Join(top, "b")
	link(t, b, a)
	link(t, a, b)
	p := newProbe(t, a)
	target := populated(t, filepath.Join(top, "sub"), "out of the loop")
	repoint(t, target, b)
	p.expect("out of the loop")
	p.prove()
	repoint(t, a, b)
	p.expect(absent)
	repoint(t, target, a)
	p.receive()
	p.prove()
}
