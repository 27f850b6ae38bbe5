package poolstate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// faults is the operating system with one step that fails: the n-th time
// (from 1) that it is taken, or each time when n is 0.
type faults struct {
	osFiles
	fail  map[string]fault
	taken map[string]int
	info  func(fs.FileInfo) fs.FileInfo // what Stat says instead
}

type fault struct {
	n   int
	err error
}

var errFault = errors.New("the disk is full of faults")

func withFaults(s *Store, fail map[string]fault) *faults {
	f := &faults{fail: fail, taken: map[string]int{}}
	s.fs = f
	return f
}

func (f *faults) step(name string) error {
	f.taken[name]++
	if ft, ok := f.fail[name]; ok && (ft.n == 0 || ft.n == f.taken[name]) {
		return ft.err
	}
	return nil
}

func (f *faults) Stat(path string) (fs.FileInfo, error) {
	if err := f.step("Stat"); err != nil {
		return nil, &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	info, err := f.osFiles.Stat(path)
	if err == nil && f.info != nil {
		info = f.info(info)
	}
	return info, err
}

func (f *faults) ReadFile(path string, like []byte, into *memory) ([]byte, error) {
	if err := f.step("ReadFile"); err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return f.osFiles.ReadFile(path, like, into)
}

func (f *faults) Names(path string) ([]string, error) {
	if err := f.step("Names"); err != nil {
		return nil, err
	}
	return f.osFiles.Names(path)
}

func (f *faults) Create(path string) (file, error) {
	if err := f.step("Create"); err != nil {
		return nil, err
	}
	return f.wrap(f.osFiles.Create(path))
}

func (f *faults) OpenForCopy(path string) (file, error) {
	if err := f.step("OpenForCopy"); err != nil {
		return nil, err
	}
	return f.wrap(f.osFiles.OpenForCopy(path))
}

func (f *faults) wrap(opened file, err error) (file, error) {
	if err != nil {
		return nil, err
	}
	return faultyFile{opened, f}, nil
}

func (f *faults) Rename(from, to string) error {
	if err := f.step("Rename"); err != nil {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
	}
	return f.osFiles.Rename(from, to)
}

func (f *faults) Remove(path string) error {
	if err := f.step("Remove"); err != nil {
		return err
	}
	return f.osFiles.Remove(path)
}

func (f *faults) SyncDir(path string) error {
	if err := f.step("SyncDir"); err != nil {
		return err
	}
	return f.osFiles.SyncDir(path)
}

type faultyFile struct {
	file
	faults *faults
}

// Write writes half of the bytes before it fails, as a full disk does.
func (f faultyFile) Write(p []byte) (int, error) {
	if err := f.faults.step("Write"); err != nil {
		n, _ := f.file.Write(p[:len(p)/2])
		return n, err
	}
	return f.file.Write(p)
}

func (f faultyFile) Truncate(size int64) error {
	return errors.Join(f.faults.step("Truncate"), f.file.Truncate(size))
}

func (f faultyFile) Chmod(mode fs.FileMode) error {
	return errors.Join(f.faults.step("Chmod"), f.file.Chmod(mode))
}

func (f faultyFile) ChownLike(info fs.FileInfo) error {
	return errors.Join(f.faults.step("ChownLike"), f.file.ChownLike(info))
}

func (f faultyFile) Sync() error {
	return errors.Join(f.faults.step("Sync"), f.file.Sync())
}

func (f faultyFile) Close() error {
	return errors.Join(f.faults.step("Close"), f.file.Close())
}

// Whatever fails, the store is what it was, whole, and nothing lies beside it.
func TestAFailingStepLeavesTheFileIntact(t *testing.T) {
	for _, step := range []string{"Stat", "ReadFile", "Create", "Chmod", "ChownLike", "Write", "Truncate", "Sync", "Close", "Rename"} {
		t.Run(step, func(t *testing.T) {
			s := newStore(t, small)
			f := withFaults(s, map[string]fault{step: {err: errFault}})
			err := untouched(t, s, small, func() error { return useOnce(s) })
			wantErr(t, err, errFault)
			if !strings.Contains(err.Error(), s.Path()) {
				t.Errorf("%q does not name the file", err)
			}
			tries := 1
			if step == "Stat" || step == "ReadFile" {
				tries = 2 // ahead of the lock and under it
			}
			equal(t, "times it was tried", f.taken[step], tries)
			// The lock is free and the file as good as before.
			withFaults(s, nil)
			wantErr(t, useOnce(s), nil)
			equal(t, "content", readFile(t, s.Path()), smallAfter)
		})
	}
}

// After the rename there is no way back, and none is needed: the new content is
// there and whole. That it may not survive a power cut is said all the same.
func TestADirectoryThatCannotBeSyncedIsReported(t *testing.T) {
	s := newStore(t, small)
	withFaults(s, map[string]fault{"SyncDir": {err: errFault}})
	err := useOnce(s)
	wantErr(t, err, errFault)
	if !strings.Contains(err.Error(), s.Path()) {
		t.Errorf("%q does not name the file", err)
	}
	equal(t, "content", readFile(t, s.Path()), smallAfter)
	checkNames(t, filepath.Dir(s.Path()), "auth.json", "auth.lock")
}

// A temporary file that cannot be removed is the one thing that may be left,
// and it is said.
func TestATemporaryFileThatStaysIsReported(t *testing.T) {
	s := newStore(t, small)
	errStays := errors.New("it stays")
	withFaults(s, map[string]fault{"Sync": {err: errFault}, "Remove": {err: errStays}})
	err := useOnce(s)
	wantErr(t, err, errFault)
	wantErr(t, err, errStays)
	equal(t, "content", readFile(t, s.Path()), small)
}

// The temporary file stands beside the target and is created exclusively. One
// that is there already is another writer's of this process: it is neither
// written nor removed.
func TestSomebodyElsesTemporaryFileStays(t *testing.T) {
	s := newStore(t, small)
	tmp, release := s.temporary(s.Path())
	defer release()
	equal(t, "its name", filepath.Base(tmp), fmt.Sprintf("auth.json.tmp.%d.pooltopr4nd0m", os.Getpid()))
	writeFile(t, tmp, "mine")
	wantErr(t, useOnce(s), fs.ErrExist)
	equal(t, "the other file", readFile(t, tmp), "mine")
	equal(t, "the store", readFile(t, s.Path()), small)
}

func TestACreationThatFailsLeavesNothing(t *testing.T) {
	for _, step := range []string{"Create", "Chmod", "Write", "Truncate", "Sync", "Close", "Rename"} {
		t.Run(step, func(t *testing.T) {
			s := openStore(filepath.Join(t.TempDir(), "auth.json"))
			withFaults(s, map[string]fault{step: {err: errFault}})
			wantErr(t, s.Create(t.Context(), []byte(small)), errFault)
			checkNames(t, filepath.Dir(s.Path()), "auth.lock")
		})
	}
}

// The steps come in an order that survives a crash at any point: the content is
// on the disk before it takes the file's place.
func TestTheContentIsSyncedBeforeTheRename(t *testing.T) {
	s := newStore(t, small)
	f := withFaults(s, map[string]fault{"Rename": {err: errFault}})
	wantErr(t, useOnce(s), errFault)
	for _, step := range []string{"Create", "Chmod", "Write", "Sync", "Close"} {
		equal(t, step+" before the rename", f.taken[step], 1)
	}
	equal(t, "SyncDir after the failed rename", f.taken["SyncDir"], 0)
}

// sized is a file that says of itself that it is large.
type sized struct {
	fs.FileInfo
	size int64
}

func (s sized) Size() int64 { return s.size }

func TestATooLargeFileIsNotRead(t *testing.T) {
	s := newStore(t, small)
	f := withFaults(s, nil)
	f.info = func(i fs.FileInfo) fs.FileInfo { return sized{i, maxStoreSize + 1} }
	_, err := s.Load()
	wantErr(t, err, ErrTooLarge)
	wantErr(t, untouched(t, s, small, func() error { return useOnce(s) }), ErrTooLarge)
	equal(t, "times it was read", f.taken["ReadFile"], 0)
	if !strings.Contains(err.Error(), s.Path()) {
		t.Errorf("%q does not name the file", err)
	}
	f.info = func(i fs.FileInfo) fs.FileInfo { return sized{i, maxStoreSize} }
	_, err = s.Load()
	wantErr(t, err, nil)
}

func TestAFileThatMayNotBeRead(t *testing.T) {
	for _, step := range []string{"Stat", "ReadFile"} {
		s := newStore(t, small)
		withFaults(s, map[string]fault{step: {err: fs.ErrPermission}})
		_, err := s.Load()
		wantErr(t, err, fs.ErrPermission)
		if !strings.Contains(err.Error(), s.Path()) {
			t.Errorf("%q does not name the file", err)
		}
		wantErr(t, useOnce(s), fs.ErrPermission)
		equal(t, "content", readFile(t, s.Path()), small)
	}
}

// The clock is asked once the lock is held: updated_at is the time of the
// write, not of the wish.
func TestTheClockIsAskedUnderTheLock(t *testing.T) {
	s := newStore(t, small)
	var order []string
	s.now = func() time.Time {
		order = append(order, "clock")
		return stampAt
	}
	err := s.Update(t.Context(), func(d *Draft) error {
		order = append(order, "edit")
		return d.Apply(smallRef, Used(Credential{}, 5))
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"edit", "clock"}; !slices.Equal(order, want) {
		t.Errorf("the order is %v, want %v", order, want)
	}
}

// An action whose change is in place is done and accounted for, though a power
// cut might still undo it.
func TestAnActionThatMayNotLastIsDone(t *testing.T) {
	s := newStore(t, storeOf(`{"id": "a", "last_status": "dead"}`))
	withFaults(s, map[string]fault{"SyncDir": {err: errFault}})
	out := perform(t, s, resetAction, Ref{"p", "a", 0})
	wantErr(t, out.Warning, ErrWritten)
	wantErr(t, out.Warning, errFault)
	equal(t, "changed", len(out.Changed), 1)
	out = takeBack(t, s, undosOf(out))
	wantErr(t, out.Warning, ErrWritten)
	equal(t, "taken back", len(out.Changed), 1)
	withFaults(s, map[string]fault{"Sync": {err: errFault}})
	_, err := s.Perform(t.Context(), resetAction, seen(t, s))
	wantErr(t, err, errFault)
	equal(t, "written", errors.Is(err, ErrWritten), false)
}

// Who is in the way for a moment is waited for; who stays there is not, for ever.
func TestPatience(t *testing.T) {
	errBusy := errors.New("somebody is in the way")
	for _, tt := range []struct {
		name         string
		fails        int
		with         error
		tries, waits int
		want         error
	}{
		{"nobody is in the way", 0, nil, 1, 0, nil},
		{"for a moment", 3, errBusy, 4, 3, nil},
		{"until the last try", patience - 1, errBusy, patience, patience - 1, nil},
		{"for ever", 1000, errBusy, patience, patience - 1, errBusy},
		{"another failure", 1000, errFault, 1, 0, errFault},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tries, waits := 0, 0
			err := untilFree(func() error {
				if tries++; tries <= tt.fails {
					return tt.with
				}
				return nil
			}, func(err error) bool { return errors.Is(err, errBusy) }, func() { waits++ })
			wantErr(t, err, tt.want)
			equal(t, "tries", tries, tt.tries)
			equal(t, "waits", waits, tt.waits)
		})
	}
}
