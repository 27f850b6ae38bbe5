package poolstate

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// stepping is the operating system, and asks before each step; a write comes
// in two halves with a step between them.
type stepping struct {
	osFiles
	step   func(name string)
	rename error // why no rename is possible, if it is not
}

// midWrite is the one step that is not between two system calls.
const midWrite = "Write, half"

func (f stepping) Stat(path string) (fs.FileInfo, error) {
	f.step("Stat")
	return f.osFiles.Stat(path)
}

func (f stepping) ReadFile(path string, like []byte, into *memory) ([]byte, error) {
	f.step("ReadFile")
	return f.osFiles.ReadFile(path, like, into)
}

func (f stepping) Names(path string) ([]string, error) {
	f.step("Names")
	return f.osFiles.Names(path)
}

func (f stepping) Create(path string) (file, error) {
	f.step("Create")
	return f.wrap(f.osFiles.Create(path))
}

func (f stepping) OpenForCopy(path string) (file, error) {
	f.step("OpenForCopy")
	return f.wrap(f.osFiles.OpenForCopy(path))
}

func (f stepping) wrap(opened file, err error) (file, error) {
	return steppingFile{opened, f.step}, err
}

func (f stepping) Rename(from, to string) error {
	f.step("Rename")
	if f.rename != nil {
		return f.rename
	}
	return f.osFiles.Rename(from, to)
}

func (f stepping) Remove(path string) error {
	f.step("Remove")
	return f.osFiles.Remove(path)
}

func (f stepping) SyncDir(path string) error {
	f.step("SyncDir")
	return f.osFiles.SyncDir(path)
}

type steppingFile struct {
	file
	step func(name string)
}

func (f steppingFile) Write(p []byte) (int, error) {
	f.step("Write")
	n, err := f.file.Write(p[:len(p)/2])
	if err != nil {
		return n, err
	}
	f.step(midWrite)
	m, err := f.file.Write(p[n:])
	return n + m, err
}

func (f steppingFile) Truncate(size int64) error {
	f.step("Truncate")
	return f.file.Truncate(size)
}

func (f steppingFile) Chmod(mode fs.FileMode) error {
	f.step("Chmod")
	return f.file.Chmod(mode)
}

func (f steppingFile) ChownLike(info fs.FileInfo) error {
	f.step("ChownLike")
	return f.file.ChownLike(info)
}

func (f steppingFile) Sync() error {
	f.step("Sync")
	return f.file.Sync()
}

func (f steppingFile) Close() error {
	f.step("Close")
	return f.file.Close()
}

// shrinking is a store that gets shorter when it is written, to smallAfter.
var shrinking = strings.Replace(small, `"then"`, `"`+strings.Repeat("then ", 2000)+`"`, 1)

// checkCrashed proves that a crash at a step left the old or the new content,
// for its owner only, and that the next write works and tidies up.
func checkCrashed(t *testing.T, s *Store, step, old string) {
	t.Helper()
	switch now := strings.TrimRight(readFile(t, s.Path()), "\n"); {
	case now != old && now != smallAfter:
		t.Errorf("a crash before %s leaves %d bytes that are neither the old file nor the new one", step, len(now))
	case runtime.GOOS != "windows":
		info, err := os.Stat(s.Path())
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "mode after a crash before "+step, info.Mode(), storeMode)
	}
	count, _ := find(t, load(t, s), smallRef).RequestCount.Get()
	wantErr(t, useOnce(openStore(s.Path())), nil)
	again, _ := find(t, load(t, s), smallRef).RequestCount.Get()
	equal(t, "requests after the next write", again, count+1)
	checkNames(t, filepath.Dir(s.Path()), "auth.json", "auth.lock")
}

// crash is what ends a write in the midst of it.
type crash struct{}

// crashAt writes and crashes before the n-th step, from 1. After the crash
// nothing happens any more, except that the lock is given back, as it is when a
// process ends. The step is empty when the write was done before.
func crashAt(s *Store, rename error, n int) (step string) {
	defer func() {
		s.fs = osFiles{}
		if r := recover(); r != nil && r != any(crash{}) {
			panic(r)
		}
	}()
	taken := 0
	s.fs = stepping{rename: rename, step: func(name string) {
		if taken++; taken == n {
			step = name
		}
		if taken >= n {
			panic(crash{})
		}
	}}
	_ = useOnce(s) // when it fails, the content says so
	return ""
}

// A write that ends before any of its steps leaves the old file or the new one.
func TestACrashAtAnyStepLeavesAWholeFile(t *testing.T) {
	for name, old := range map[string]string{"growing": small, "shrinking": shrinking} {
		t.Run(name, func(t *testing.T) {
			n := 1
			for ; ; n++ {
				s := newStore(t, old)
				step := crashAt(s, nil, n)
				if step == "" {
					break
				}
				checkCrashed(t, s, step, old)
			}
			equal(t, "steps", n > 10, true)
		})
	}
}

// stepThrough writes once, as another process, and asks for each step: it says
// its name and waits for a line.
func stepThrough(path string, impossible int) error {
	answers := bufio.NewReader(os.Stdin)
	f := stepping{step: func(name string) {
		fmt.Println(name)
		if _, err := answers.ReadString('\n'); err != nil {
			os.Exit(1)
		}
	}}
	if impossible > 0 {
		f.rename = errRenameImpossible
	}
	s := openStore(path)
	s.fs = f
	return useOnce(s)
}

// killAt has another process write and kills it before the n-th step, from 1.
// The step is empty when the write was done before.
func killAt(t *testing.T, s *Store, impossible, n int) (step string) {
	t.Helper()
	cmd := helper(t, "stepper", s.Path(), impossible)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for steps := bufio.NewReader(out); ; n-- {
		step, err = steps.ReadString('\n')
		if err != nil { // it is through
			wantErr(t, cmd.Wait(), nil)
			return ""
		}
		if n == 1 {
			break
		}
		if _, err := io.WriteString(in, "go on\n"); err != nil {
			t.Fatal(err)
		}
	}
	wantErr(t, cmd.Process.Kill(), nil)
	_ = cmd.Wait() // it was killed
	return strings.TrimSpace(step)
}

// So does a process that is killed there, as kill -9 does it.
func TestAKilledWriterLeavesAWholeFile(t *testing.T) {
	n := 1
	for ; ; n++ {
		s := newStore(t, small)
		step := killAt(t, s, 0, n)
		if step == "" {
			break
		}
		checkCrashed(t, s, step, small)
	}
	equal(t, "steps", n > 10, true)
}
