//go:build unix

package userfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"pooltop/poolstate"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A file that is not regular is refused at once and left unchanged. The device is a link to
// /dev/zero, whose mode must not change.
func TestOpen_NotRegular(t *testing.T) {
	dir := t.TempDir()
	device, err := os.Stat("/dev/zero")
	must(t, err)
	closed := func(f *os.File, err error) error {
		if err == nil {
			_ = f.Close()
		}
		return err
	}
	for what, create := range map[string]func(path string) error{
		"pipe":      func(path string) error { return syscall.Mkfifo(path, 0o644) },
		"device":    func(path string) error { return os.Symlink("/dev/zero", path) },
		"directory": func(path string) error { return os.Mkdir(path, 0o755) },
	} {
		path := filepath.Join(dir, what)
		must(t, create(path))
		before, err := os.Lstat(path)
		must(t, err)
		for name, use := range map[string]func() error{
			"Open":   func() error { return closed(Open(path)) },
			"Read":   func() error { _, err := Read(path); return err },
			"Append": func() error { return closed(Append(path)) },
			"Lock": func() error {
				_, err := Lock(path, time.Second)
				return err
			},
			"Replace":       func() error { return Replace(path, nil) },
			"ReplacePublic": func() error { _, err := ReplacePublic(path, nil); return err },
		} {
			if err := use(); !errors.Is(err, poolstate.ErrNotFile) {
				t.Errorf("%s of a %s: the error is %v", name, what, err)
			}
			if after, err := os.Lstat(path); err != nil || after.Mode() != before.Mode() {
				t.Errorf("%s changed the %s: %v", name, what, err)
			}
		}
		if err := MkdirAll(filepath.Join(path, "a")); (err != nil) != (what != "directory") {
			t.Errorf("MkdirAll in a %s: the error is %v", what, err)
		}
	}
	if after, err := os.Stat("/dev/zero"); err != nil || after.Mode() != device.Mode() {
		t.Errorf("the mode of the device is %v", after.Mode())
	}
}

// Through a link, a file is used but its mode is not changed.
func TestAppend_Link(t *testing.T) {
	dir := t.TempDir()
	own, target, link := filepath.Join(dir, "own"), filepath.Join(dir, "target"), filepath.Join(dir, "link")
	must(t, os.WriteFile(own, nil, 0o644))
	must(t, os.WriteFile(target, nil, 0o644))
	must(t, os.Symlink(target, link))
	for path, want := range map[string]fs.FileMode{own: 0o600, link: 0o644} {
		f, err := Append(path)
		must(t, err)
		_, err = f.WriteString("line\n")
		must(t, err)
		must(t, f.Close())
		if info, err := os.Stat(path); err != nil || info.Mode() != want || info.Size() != 5 {
			t.Errorf("%s: mode %v, want %v (%v)", path, info.Mode(), want, err)
		}
	}
	must(t, os.Remove(target))
	f, err := Append(link)
	must(t, err)
	must(t, f.Close())
	if info, err := os.Stat(target); err != nil || info.Mode() != 0o600 {
		t.Errorf("the target was not created: %v", err)
	}
}

// OpenLog opens a pipe that has a reader, and does not wait for one.
func TestOpenLog_Pipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	must(t, syscall.Mkfifo(path, 0o600))
	if _, err := OpenLog(path); !errors.Is(err, syscall.ENXIO) {
		t.Errorf("without a reader: the error is %v", err)
	}
	r, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	must(t, err)
	defer func() { _ = r.Close() }()
	f, err := OpenLog(path)
	must(t, err)
	must(t, f.Close())
}

// What root creates in the home of a user belongs to the user.
func TestOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can create files for others")
	}
	const uid, gid = 1234, 4321
	home := t.TempDir()
	must(t, os.Chown(home, uid, gid))
	state := filepath.Join(home, ".local", "state", "pooltop")
	l, err := Lock(filepath.Join(state, "lock"), time.Second)
	must(t, err)
	must(t, l.Unlock())
	f, err := Append(filepath.Join(state, "events.jsonl"))
	must(t, err)
	must(t, f.Close())
	must(t, Replace(filepath.Join(state, "counts", "a.json"), nil))
	log, err := OpenLog(filepath.Join(home, "log"))
	must(t, err)
	must(t, log.Close())
	_, err = ReplacePublic(filepath.Join(home, "a.prom"), nil)
	must(t, err)
	tmp, err := os.CreateTemp(home, "a")
	must(t, err)
	must(t, Adopt(tmp, filepath.Join(home, "missing")))
	must(t, tmp.Close())
	linked := filepath.Join(t.TempDir(), "link") // in a directory of root
	must(t, os.Symlink(filepath.Join(home, "second"), linked))
	must(t, os.Symlink("target", filepath.Join(home, "second")))
	must(t, os.Lchown(filepath.Join(home, "second"), uid, gid))
	f, err = Append(linked)
	must(t, err)
	must(t, f.Close())
	n := 0
	must(t, filepath.WalkDir(home, func(path string, entry fs.DirEntry, err error) error {
		must(t, err)
		info, err := entry.Info()
		must(t, err)
		if owner := info.Sys().(*syscall.Stat_t); owner.Uid != uid || owner.Gid != gid {
			t.Errorf("%s belongs to %d:%d", path, owner.Uid, owner.Gid)
		}
		if entry.IsDir() && path != home && info.Mode().Perm() != 0o700 {
			t.Errorf("the mode of %s is %v", path, info.Mode())
		}
		n++
		return nil
	}))
	if n != 13 {
		t.Errorf("%d files and directories, want 13", n)
	}
}

// isAt does not follow links, so that a link cannot redirect a change of owner.
func TestIsAt(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	must(t, os.Symlink(dir, link))
	f, err := os.Open(link)
	must(t, err)
	defer func() { _ = f.Close() }()
	if isAt(f, link) || !isAt(f, dir) {
		t.Error("isAt follows links")
	}
}
