package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// Contents of the test file: short and long are original contents, and after is the
// replacement.
const (
	short = `{"a": 1}`
	after = `{"a": 2, "b": 3}`
)

var long = `{"a": "` + strings.Repeat("x", 2000) + `"}`

// target creates a file in a new directory and returns its path.
func target(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "auth.json")
	if err := os.WriteFile(path, []byte(content), 0o640); err != nil {
		t.Fatal(err)
	}
	return path
}

// replaceWith reads a file and replaces its content, as a store does.
func replaceWith(fsys FS, path, content string) (warning, err error) {
	old, err := Read(fsys, path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return Replace(fsys, path, []byte(content), old, "r4nd0m")
}

func checkContent(t testing.TB, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	wantErr(t, err, nil)
	equal(t, "content", string(got), want)
}

// checkFiles checks the names of all files in the directory of path.
func checkFiles(t testing.TB, path string, want ...string) {
	t.Helper()
	names, err := OS.Names(filepath.Dir(path))
	wantErr(t, err, nil)
	slices.Sort(names)
	if !slices.Equal(names, want) {
		t.Errorf("the directory contains %q, want %q", names, want)
	}
}

func checkMode(t testing.TB, path string) {
	t.Helper()
	info, err := os.Lstat(path)
	wantErr(t, err, nil)
	if err == nil && runtime.GOOS != "windows" {
		equal(t, "mode", info.Mode(), Mode)
	}
}

func TestReplace_NewFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "auth.json")
	_, err := replaceWith(OS, path, after)
	wantErr(t, err, nil)
	checkContent(t, path, after)
	checkMode(t, path)

	for _, step := range []string{"Create", "Chmod", "Write", "Truncate", "Sync", "Close", "Rename"} {
		path := filepath.Join(t.TempDir(), "auth.json")
		f, _ := fail(map[string]fault{step: {err: errFault}})
		_, err := replaceWith(f, path, after)
		wantErr(t, err, errFault)
		checkFiles(t, path)
	}
}

// The new content must be on disk before the rename.
func TestReplace(t *testing.T) {
	path := target(t, short)
	var steps []string
	_, err := replaceWith(&fakeFS{FS: OS, step: func(name string) error {
		steps = append(steps, name)
		return nil
	}}, path, after)
	wantErr(t, err, nil)
	checkContent(t, path, after)
	checkMode(t, path)
	checkFiles(t, path, "auth.json")
	equal(t, "steps", strings.Join(steps, " "), "Stat ReadFile Names Create Chmod ChownLike Write "+midWrite+" Truncate Sync Close Rename SyncDir")
}

// If the temporary file cannot be removed after a failure, the error includes its path.
func TestReplace_RemoveFails(t *testing.T) {
	errRemove := errors.New("cannot remove")
	path := target(t, short)
	tmp := fmt.Sprintf("%s.tmp.%d.pooltopr4nd0m", path, os.Getpid())
	f, _ := fail(map[string]fault{"Sync": {err: errFault}, "Remove": {err: errRemove}})
	_, err := replaceWith(f, path, after)
	wantErr(t, err, errFault)
	wantErr(t, err, errRemove)
	equal(t, "the error names the file", strings.Contains(err.Error(), tmp), true)
	checkContent(t, path, short)
}

// An existing temporary file belongs to another writer and is left alone.
func TestReplace_TemporaryFileExists(t *testing.T) {
	path := target(t, short)
	tmp, release := temporary(path, "r4nd0m")
	defer release()
	wantErr(t, os.WriteFile(tmp, []byte("other"), Mode), nil)
	_, err := replaceWith(OS, path, after)
	wantErr(t, err, fs.ErrExist)
	checkContent(t, tmp, "other")
	checkContent(t, path, short)
}

// crash is the panic value of a simulated crash.
type crash struct{}

// crashAt replaces the content and crashes before the n-th step, counted from 1. It
// returns the name of that step, or "" if there are fewer steps. If renameErr is not
// nil, every rename fails with it.
func crashAt(path, content string, renameErr error, n int) (step string) {
	defer func() {
		if r := recover(); r != nil && r != any(crash{}) {
			panic(r)
		}
	}()
	count := 0
	_, _ = replaceWith(&fakeFS{FS: OS, step: func(name string) error {
		if count++; count == n {
			step = name
		}
		if count >= n {
			panic(crash{})
		}
		if name == "Rename" {
			return renameErr
		}
		return nil
	}}, path, content)
	return ""
}

// checkCrashed checks that the file has the old or the new content after a crash, and
// that the next write succeeds and removes all leftover files.
func checkCrashed(t testing.TB, path, step, old, content string) {
	t.Helper()
	data, err := os.ReadFile(path)
	wantErr(t, err, nil)
	switch strings.TrimRight(string(data), "\n") {
	case strings.TrimRight(old, "\n"):
	case strings.TrimRight(content, "\n"):
		checkMode(t, path)
	default:
		t.Errorf("a crash before %s leaves %d bytes that are neither the old content nor the new", step, len(data))
	}
	_, err = replaceWith(OS, path, "next")
	wantErr(t, err, nil)
	checkContent(t, path, "next")
	checkFiles(t, path, "auth.json")
}

func TestRetry(t *testing.T) {
	errBusy := errors.New("busy")
	for _, tt := range []struct {
		name         string
		failures     int
		err          error
		tries, waits int
		want         error
	}{
		{"success", 0, nil, 1, 0, nil},
		{"briefly blocked", 3, errBusy, 4, 3, nil},
		{"success at the last attempt", maxAttempts - 1, errBusy, maxAttempts, maxAttempts - 1, nil},
		{"blocked permanently", 1000, errBusy, maxAttempts, maxAttempts - 1, errBusy},
		{"another error", 1000, errFault, 1, 0, errFault},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tries, waits := 0, 0
			err := retry(func() error {
				if tries++; tries <= tt.failures {
					return tt.err
				}
				return nil
			}, func(err error) bool { return errors.Is(err, errBusy) }, func() { waits++ })
			wantErr(t, err, tt.want)
			equal(t, "tries", tries, tt.tries)
			equal(t, "waits", waits, tt.waits)
		})
	}
}
