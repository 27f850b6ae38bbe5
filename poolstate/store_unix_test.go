//go:build unix

package poolstate

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Lstat(path)
	wantErr(t, err, nil)
	return info.Mode()
}

// After an update, only the owner can access the store and its lock.
func TestUpdate_Mode(t *testing.T) {
	s := newStore(t, small)
	wantErr(t, os.Chmod(s.Path(), 0o644), nil)
	wantErr(t, useOnce(t.Context(), s), nil)
	equal(t, "mode", mode(t, s.Path()), 0o600)
	equal(t, "mode of the lock", mode(t, LockPath(s.Path())), 0o600)
}

// An update replaces the target of a chain of symlinks, not the symlinks. Both
// directories have a lock file, and no temporary file is left.
func TestUpdate_Symlink(t *testing.T) {
	for name, links := range map[string][][2]string{
		"absolute": {{"home/auth.json", "/real/pool.json"}},
		"relative": {{"home/auth.json", "../real/pool.json"}},
		"chain":    {{"home/auth.json", "../other/link"}, {"other/link", "/real/pool.json"}},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			for _, dir := range []string{"home", "other", "real"} {
				wantErr(t, os.Mkdir(filepath.Join(root, dir), 0o700), nil)
			}
			target := filepath.Join(root, "real", "pool.json")
			writeFile(t, target, small)
			for _, l := range links {
				to := l[1]
				if filepath.IsAbs(to) {
					to = filepath.Join(root, to)
				}
				wantErr(t, os.Symlink(to, filepath.Join(root, l[0])), nil)
			}
			s := openStore(filepath.Join(root, "home", "auth.json"))
			wantErr(t, useOnce(t.Context(), s), nil)
			for _, l := range links {
				equal(t, l[0]+" is a symlink", mode(t, filepath.Join(root, l[0])).Type(), fs.ModeSymlink)
			}
			equal(t, "target", readFile(t, target), smallAfter)
			equal(t, "mode of the target", mode(t, target), 0o600)
			checkNames(t, filepath.Join(root, "home"), "auth.json", "auth.lock")
			checkNames(t, filepath.Join(root, "real"), "pool.json", "pool.lock")
		})
	}
}

// A path that is not a regular file is refused immediately.
func TestUpdate_NotRegular(t *testing.T) {
	for name, tt := range map[string]struct {
		create func(path string) error
		want   error
	}{
		"pipe":           {func(path string) error { return syscall.Mkfifo(path, 0o600) }, ErrNotFile},
		"link to itself": {func(path string) error { return os.Symlink("auth.json", path) }, syscall.ELOOP},
	} {
		t.Run(name, func(t *testing.T) {
			s := openStore(filepath.Join(t.TempDir(), "auth.json"))
			wantErr(t, tt.create(s.Path()), nil)
			_, err := s.Load()
			wantErr(t, err, tt.want)
			wantErr(t, useOnce(t.Context(), s), tt.want)
			checkNames(t, filepath.Dir(s.Path()), "auth.json", "auth.lock")
		})
	}
}

// A sync must not open a pipe, because that would block while the lock is held.
func TestSync_Pipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	wantErr(t, syscall.Mkfifo(pipe, 0o600), nil)
	s := newStore(t, syncStore("anthropic", "claude_code", referenced, `{}`))
	checkUnchanged(t, perform(t, s, Action{Verb: VerbSync, ClaudeFile: pipe}, claudeRef), false, "cannot be read")
}
