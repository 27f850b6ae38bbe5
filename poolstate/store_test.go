package poolstate

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

const small = `{"credential_pool": {"p": [{"id": "a", "request_count": 1}]}, "updated_at": "then"}`

// smallAfter is small after one request more.
var smallAfter = strings.NewReplacer(`count": 1`, `count": 2`, `"then"`, stamp).Replace(small)

var smallRef = Ref{"p", "a", 0}

func useOnce(s *Store) error {
	return update(context.Background(), s, smallRef, func(c Credential) Change { return Used(c, 1) })
}

func TestUpdateReplacesTheFile(t *testing.T) {
	s := newStore(t, small)
	before, err := os.Stat(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	if err := useOnce(s); err != nil {
		t.Fatal(err)
	}
	equal(t, "content", readFile(t, s.Path()), smallAfter)
	after, err := os.Stat(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "the same file, written in place", os.SameFile(before, after), false)
	checkNames(t, filepath.Dir(s.Path()), "auth.json", "auth.lock")
}

// Under the lock the file is read anew: what somebody wrote since the picture
// was taken is neither lost nor overlooked.
func TestUpdateWorksOnWhatIsThereNow(t *testing.T) {
	s := newStore(t, small)
	old := *find(t, load(t, s), smallRef)
	writeFile(t, s.Path(), strings.Replace(small, `"request_count": 1`, `"request_count": 9, "label": "new"`, 1))
	err := s.Update(context.Background(), func(d *Draft) error {
		c := d.Pool().Find(old.Ref)
		equal(t, "requests under the lock", c.RequestCount, Some(9))
		return d.Apply(c.Ref, Used(*c, 1))
	})
	if err != nil {
		t.Fatal(err)
	}
	c := find(t, load(t, s), smallRef)
	equal(t, "requests", c.RequestCount, Some(10))
	equal(t, "label", c.Label, "new")
}

// untouched runs an update and makes sure that the very same file is there
// afterwards, and nothing beside it.
func untouched(t *testing.T, s *Store, content string, run func() error) error {
	t.Helper()
	old := time.Unix(1700000000, 0)
	if err := os.Chtimes(s.Path(), old, old); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	failure := run()
	after, err := os.Stat(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "same file", os.SameFile(before, after), true)
	equal(t, "time of change", after.ModTime(), before.ModTime())
	equal(t, "content", readFile(t, s.Path()), content)
	checkNames(t, filepath.Dir(s.Path()), "auth.json", "auth.lock")
	return failure
}

func TestAnEditThatFailsWritesNothing(t *testing.T) {
	s := newStore(t, small)
	changedSince := errors.New("it changed since the operator looked")
	err := untouched(t, s, small, func() error {
		return s.Update(context.Background(), func(d *Draft) error {
			return errors.Join(d.Apply(smallRef, Used(Credential{}, 7)), changedSince)
		})
	})
	wantErr(t, err, changedSince)
	if !strings.Contains(err.Error(), s.Path()) {
		t.Errorf("%q does not name the file", err)
	}
	err = untouched(t, s, small, func() error {
		return s.Update(context.Background(), func(d *Draft) error {
			return d.Apply(Ref{"p", "gone", 0}, Used(Credential{}, 7))
		})
	})
	wantErr(t, err, ErrGone)
}

func TestNoChangeLeavesTheFileAlone(t *testing.T) {
	s := newStore(t, small)
	for name, edit := range map[string]func(*Draft) error{
		"no edit":                func(*Draft) error { return nil },
		"empty change":           func(d *Draft) error { return d.Apply(smallRef, Change{}) },
		"the value it has":       func(d *Draft) error { return d.Apply(smallRef, Used(Credential{}, 1)) },
		"removing what is not":   func(d *Draft) error { return d.Apply(smallRef, Change{[]memberEdit{removal("x")}}) },
		"reset of a clear entry": func(d *Draft) error { return d.Apply(smallRef, reset(*d.Pool().Find(smallRef), stampAt)) },
	} {
		t.Run(name, func(t *testing.T) {
			wantErr(t, untouched(t, s, small, func() error { return s.Update(context.Background(), edit) }), nil)
		})
	}
}

// A file that cannot be read whole as a pool is never written, and the edit is
// not even asked.
func TestAFileThatIsNoPoolIsNeverWritten(t *testing.T) {
	for name, content := range map[string]string{
		"empty":             "",
		"white space":       " \n",
		"truncated":         small[:len(small)-1],
		"more after":        small + "x",
		"a list":            "[" + small + "]",
		"text":              `"SECRET-1"`,
		"null":              "null",
		"the pool a list":   `{"credential_pool": [{"id": "a"}]}`,
		"the pool a number": `{"credential_pool": 5}`,
		"the pool a text":   `{"credential_pool": "SECRET-1"}`,
		"not JSON":          `{'credential_pool': {}}`,
		"a number too much": strings.Replace(small, `"request_count": 1`, `"request_count": NaN1`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t, content)
			err := untouched(t, s, content, func() error {
				return s.Update(context.Background(), func(*Draft) error {
					t.Error("the edit was asked")
					return nil
				})
			})
			var syntax *SyntaxError
			if !errors.As(err, &syntax) && !errors.Is(err, ErrNotPool) {
				t.Errorf("the error is %v", err)
			}
			_, loadErr := s.Load()
			for _, err := range []error{err, loadErr} {
				if err == nil || !strings.Contains(err.Error(), s.Path()) || strings.Contains(err.Error(), "SECRET") {
					t.Errorf("%v: does not name the file, or quotes it", err)
				}
			}
		})
	}
}

func TestAMissingFileIsNotCreatedByAnUpdate(t *testing.T) {
	s := openStore(filepath.Join(t.TempDir(), "auth.json"))
	wantErr(t, useOnce(s), fs.ErrNotExist)
	checkNames(t, filepath.Dir(s.Path()), "auth.lock")

	s = openStore(filepath.Join(t.TempDir(), "no", "such", "auth.json"))
	err := useOnce(s)
	wantErr(t, err, fs.ErrNotExist)
	if err == nil || !strings.Contains(err.Error(), filepath.Dir(s.Path())) {
		t.Errorf("%v: does not name the directory", err)
	}
}

// A program that only looks creates, writes and locks nothing.
func TestLoadTouchesNothing(t *testing.T) {
	s := newStore(t, small)
	load(t, s)
	checkNames(t, filepath.Dir(s.Path()), "auth.json")
	missing := openStore(filepath.Join(t.TempDir(), "auth.json"))
	_, err := missing.Load()
	wantErr(t, err, fs.ErrNotExist)
	if !strings.Contains(err.Error(), missing.Path()) {
		t.Errorf("%q does not name the file", err)
	}
	checkNames(t, filepath.Dir(missing.Path()))
}

func TestLoadIfChangedParsesOnlyWhatChanged(t *testing.T) {
	s := newStore(t, small)
	first, err := s.Load()
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, s.Path(), small)
	again, err := s.LoadIfChanged(first)
	if err != nil || again != first {
		t.Errorf("the same content was parsed again: %v", err)
	}
	writeFile(t, s.Path(), smallAfter)
	changed, err := s.LoadIfChanged(again)
	if err != nil || changed == first || changed.Version == first.Version {
		t.Errorf("the new content was not parsed: %v", err)
	}
	writeFile(t, s.Path(), "{")
	broken, err := s.LoadIfChanged(changed)
	if err == nil || broken != (Snapshot{}) {
		t.Errorf("a broken file is %v", broken)
	}
}

func TestCreate(t *testing.T) {
	dir := t.TempDir()
	s := openStore(filepath.Join(dir, "auth.json"))
	ctx := context.Background()
	if err := s.Create(ctx, []byte("[]")); err == nil {
		t.Error("something else than a pool was written")
	}
	checkNames(t, dir, "auth.lock")
	if err := s.Create(ctx, []byte(small)); err != nil {
		t.Fatal(err)
	}
	equal(t, "content", readFile(t, s.Path()), small)
	checkNames(t, dir, "auth.json", "auth.lock")
	wantErr(t, untouched(t, s, small, func() error { return s.Create(ctx, []byte(`{}`)) }), fs.ErrExist)
}

// The lock's path is the store's with its suffix replaced, as Python's pathlib
// understands a suffix.
func TestLockPath(t *testing.T) {
	for store, want := range map[string]string{
		"auth.json":        "auth.lock",
		"/h/auth.json":     "/h/auth.lock",
		"/h.d/auth":        "/h.d/auth.lock",
		"auth":             "auth.lock",
		".auth":            ".auth.lock",
		".auth.json":       ".auth.lock",
		"auth.json.bak":    "auth.json.lock",
		"auth.":            "auth..lock",
		"a/../b/auth.json": "a/../b/auth.lock",
	} {
		if runtime.GOOS == "windows" {
			store, want = filepath.FromSlash(store), filepath.FromSlash(want)
		}
		equal(t, "lock of "+store, LockPath(store), want)
	}
}
