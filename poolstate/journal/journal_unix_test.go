//go:build unix

package journal

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"pooltop/poolstate"
)

// Only the owner can read the journal, even if others could read it before.
func TestJournal_Mode(t *testing.T) {
	j := newJournal(t)
	must(t, j.Append(Entry{Action: "1"}))
	must(t, os.Chmod(j.path, 0o644))
	must(t, j.Append(Entry{Action: "2"}))
	for path, want := range map[string]os.FileMode{
		j.path:                             0o600,
		filepath.Dir(j.path):               0o700 | os.ModeDir,
		filepath.Dir(filepath.Dir(j.path)): 0o700 | os.ModeDir,
	} {
		info, err := os.Stat(path)
		must(t, err)
		equal(t, "mode of "+path, info.Mode(), want)
	}
}

// A pipe or a device in place of a file causes an error, which says what to do. It is not used.
func TestJournal_NotRegular(t *testing.T) {
	for name, create := range map[string]func(path string) error{
		"pipe":   func(path string) error { return syscall.Mkfifo(path, 0o644) },
		"device": func(path string) error { return os.Symlink("/dev/null", path) },
	} {
		for extension, read := range map[string]bool{"": true, ".1": true, ".lock": false} {
			j := newJournal(t)
			must(t, os.MkdirAll(filepath.Dir(j.path), 0o700))
			must(t, create(j.path+extension))
			before, err := os.Stat(j.path + extension)
			must(t, err)
			if extension != ".1" { // which only a rotation replaces
				err := j.Append(Entry{Action: "1"})
				wantErr(t, err, poolstate.ErrNotFile)
				if err != nil && !strings.HasSuffix(err.Error(), "; remove it, or set journal = false") {
					t.Errorf("%s as events.jsonl%s: the error is %v", name, extension, err)
				}
			}
			if _, err := j.Read(); read {
				wantErr(t, err, poolstate.ErrNotFile)
			}
			if after, err := os.Stat(j.path + extension); err != nil || after.Mode() != before.Mode() {
				t.Errorf("%s as events.jsonl%s: the mode was changed", name, extension)
			}
		}
	}
}
