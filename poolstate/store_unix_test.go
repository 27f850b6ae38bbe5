//go:build unix

package poolstate

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode()
}

// Tokens are for their owner only, whatever the file's mode was and whatever
// the umask takes or gives.
func TestTheResultIsForItsOwnerOnly(t *testing.T) {
	for _, umask := range []int{0, 0o777} {
		for _, before := range []fs.FileMode{0o644, 0o600, 0o666, 0o700} {
			s := newStore(t, small)
			if err := os.Chmod(s.Path(), before); err != nil {
				t.Fatal(err)
			}
			old := syscall.Umask(umask)
			err := useOnce(s)
			syscall.Umask(old)
			wantErr(t, err, nil)
			equal(t, "mode", mode(t, s.Path()), 0o600)
		}
	}
	created := openStore(filepath.Join(t.TempDir(), "auth.json"))
	wantErr(t, created.Create(context.Background(), []byte(small)), nil)
	equal(t, "mode of a new file", mode(t, created.Path()), 0o600)
	equal(t, "mode of a new lock", mode(t, LockPath(created.Path())), 0o600)
}

// A link stays a link, through however many links it goes; its target is what
// is replaced. The lock stands beside the link, where the agent looks for it.
func TestALinkStaysAndItsTargetIsReplaced(t *testing.T) {
	for name, links := range map[string][][2]string{
		"absolute": {{"home/auth.json", "/real/pool.json"}},
		"relative": {{"home/auth.json", "../real/pool.json"}},
		"chain":    {{"home/auth.json", "../other/link"}, {"other/link", "/real/pool.json"}},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			for _, dir := range []string{"home", "other", "real"} {
				if err := os.Mkdir(filepath.Join(root, dir), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			target := filepath.Join(root, "real", "pool.json")
			writeFile(t, target, small)
			for _, l := range links {
				to := l[1]
				if filepath.IsAbs(to) {
					to = filepath.Join(root, to)
				}
				if err := os.Symlink(to, filepath.Join(root, l[0])); err != nil {
					t.Fatal(err)
				}
			}
			s := openStore(filepath.Join(root, "home", "auth.json"))
			wantErr(t, useOnce(s), nil)
			for _, l := range links {
				equal(t, l[0]+" is a link", mode(t, filepath.Join(root, l[0])).Type(), fs.ModeSymlink)
			}
			equal(t, "target", readFile(t, target), smallAfter)
			equal(t, "mode of the target", mode(t, target), 0o600)
			checkNames(t, filepath.Join(root, "home"), "auth.json", "auth.lock")
			checkNames(t, filepath.Join(root, "real"), "pool.json")

			withFaults(s, map[string]fault{"Rename": {err: errFault}})
			wantErr(t, useOnce(s), errFault)
			equal(t, "target after a failure", readFile(t, target), smallAfter)
			checkNames(t, filepath.Join(root, "real"), "pool.json")
		})
	}
}

// Opening a pipe would wait for a writer, for ever.
func TestWhatIsNoRegularFileIsRefusedAtOnce(t *testing.T) {
	makers := map[string]func(path string) error{
		"pipe":      func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"directory": func(path string) error { return os.Mkdir(path, 0o700) },
		"device":    func(path string) error { return os.Symlink(os.DevNull, path) },
	}
	for name, create := range makers {
		t.Run(name, func(t *testing.T) {
			s := openStore(filepath.Join(t.TempDir(), "auth.json"))
			if err := create(s.Path()); err != nil {
				t.Fatal(err)
			}
			_, err := s.Load()
			wantErr(t, err, ErrNotFile)
			if !strings.Contains(err.Error(), s.Path()) {
				t.Errorf("%q does not name the file", err)
			}
			wantErr(t, useOnce(s), ErrNotFile)
			wantErr(t, s.Create(context.Background(), []byte(small)), ErrNotFile)
			checkNames(t, filepath.Dir(s.Path()), "auth.json", "auth.lock")
		})
	}
}

var cannotRenameErrors = []error{syscall.EXDEV, syscall.EBUSY}

// A bind-mounted file cannot be renamed over. It is overwritten in place then.
func TestWhereARenameIsImpossibleTheContentIsCopied(t *testing.T) {
	for _, cause := range cannotRenameErrors {
		for name, content := range map[string]string{
			"longer than before":  small,
			"shorter than before": strings.Replace(small, `"then"`, `"`+strings.Repeat("then ", 100)+`"`, 1),
		} {
			s := newStore(t, content)
			if err := os.Chmod(s.Path(), 0o640); err != nil {
				t.Fatal(err)
			}
			before, err := os.Stat(s.Path())
			if err != nil {
				t.Fatal(err)
			}
			f := withFaults(s, map[string]fault{"Rename": {err: cause}})
			wantErr(t, useOnce(s), nil)
			after, err := os.Stat(s.Path())
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "same file", os.SameFile(before, after), true)
			equal(t, "mode", after.Mode(), 0o600)
			equal(t, name, readFile(t, s.Path()), smallAfter)
			equal(t, "times something was synced", f.taken["Sync"], 2)
			checkNames(t, filepath.Dir(s.Path()), "auth.json", "auth.lock")
		}
	}
}

// Copying in place is not atomic: when it fails halfway, the old bytes are put
// back.
func TestACopyThatFailsHalfwayPutsTheOldBytesBack(t *testing.T) {
	for _, cause := range cannotRenameErrors {
		for _, step := range []string{"Chmod", "Write", "Truncate", "Sync", "Close"} {
			s := newStore(t, small)
			// The first time is the temporary file's, the second the copy's.
			withFaults(s, map[string]fault{"Rename": {err: cause}, step: {n: 2, err: syscall.ENOSPC}})
			err := useOnce(s)
			wantErr(t, err, syscall.ENOSPC)
			if !strings.Contains(err.Error(), s.Path()) {
				t.Errorf("%q does not name the file", err)
			}
			if strings.Contains(err.Error(), "put back") {
				t.Errorf("%s: %q, but it was", step, err)
			}
			equal(t, "content after "+step, readFile(t, s.Path()), small)
			checkNames(t, filepath.Dir(s.Path()), "auth.json", "auth.lock")
		}
	}
}

// Nothing was written that would have to be put back, so nothing is said of it.
func TestACopyThatCannotBeginChangesNothing(t *testing.T) {
	for _, step := range []string{"OpenForCopy", "Chmod"} {
		s := newStore(t, small)
		n := map[string]int{"OpenForCopy": 0, "Chmod": 2}[step]
		f := withFaults(s, map[string]fault{"Rename": {err: syscall.EBUSY}, step: {n: n, err: syscall.EROFS}})
		err := untouched(t, s, small, func() error { return useOnce(s) })
		wantErr(t, err, syscall.EROFS)
		if strings.Contains(err.Error(), "put back") {
			t.Errorf("%s: %q, but there was nothing to put back", step, err)
		}
		equal(t, "writes", f.taken["Write"], 1)
	}
}

// The worst case is said in full.
func TestWhatCannotBePutBackIsSaid(t *testing.T) {
	s := newStore(t, small)
	f := withFaults(s, map[string]fault{"Rename": {err: syscall.EBUSY}, "Truncate": {n: 2, err: syscall.EIO}})
	s.fs = &secondOpenFails{f, 0}
	err := useOnce(s)
	wantErr(t, err, syscall.EIO)
	wantErr(t, err, errFault)
	if !strings.Contains(err.Error(), "could not be put back") {
		t.Errorf("%q does not say that the file is damaged", err)
	}
}

type secondOpenFails struct {
	*faults
	opened int
}

func (f *secondOpenFails) OpenForCopy(path string) (file, error) {
	if f.opened++; f.opened == 2 {
		return nil, errFault
	}
	return f.faults.OpenForCopy(path)
}

// A file system that cannot sync directories is no failure of ours.
func TestSyncDir(t *testing.T) {
	wantErr(t, syncDir(t.TempDir()), nil)
	wantErr(t, syncDir(filepath.Join(t.TempDir(), "gone")), fs.ErrNotExist)
}

// A file keeps its owner when root replaces it: the agent could not read it any
// more otherwise.
func TestTheOwnerStaysTheOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file away")
	}
	s := newStore(t, small)
	if err := os.Chown(s.Path(), 12345, 23456); err != nil {
		if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EINVAL) {
			t.Skip("this root may not")
		}
		t.Fatal(err)
	}
	wantErr(t, useOnce(s), nil)
	info, err := os.Stat(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		t.Fatalf("the state of a file is %T", info.Sys())
	}
	equal(t, "user", owner.Uid, 12345)
	equal(t, "group", owner.Gid, 23456)
}
