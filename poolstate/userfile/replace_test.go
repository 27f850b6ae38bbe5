package userfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"pooltop/poolstate"
)

func TestReplacePublic(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "a.prom"), filepath.Join(dir, "link.prom")
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err)
	}
	for _, step := range []struct{ path, data string }{{path, "one\n"}, {path, "two\n"}, {link, "three\n"}} {
		warning, err := ReplacePublic(step.path, []byte(step.data))
		if warning != nil || err != nil {
			t.Fatal(warning, err)
		}
		if data, err := os.ReadFile(path); err != nil || string(data) != step.data {
			t.Errorf("the content is %q (%v), want %q", data, err, step.data)
		}
		info, err := os.Lstat(path)
		if err != nil || runtime.GOOS != "windows" && info.Mode() != 0o644 {
			t.Errorf("the mode is %v (%v)", info.Mode(), err)
		}
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("%d files remain (%v), want 2", len(entries), err)
	}
	if _, err := ReplacePublic(filepath.Join(dir, "no", "a.prom"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a directory: %v", err)
	}
	if _, err := ReplacePublic(dir, nil); !errors.Is(err, poolstate.ErrNotFile) {
		t.Errorf("a directory: %v", err)
	}
}
