package poolstate

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate/internal/atomicfile"
)

const small = `{"credential_pool": {"p": [{"id": "a", "request_count": 1}]}, "updated_at": "then"}`

// smallAfter is the content of small after one more request.
var smallAfter = strings.NewReplacer(`count": 1`, `count": 2`, `"then"`, stamp).Replace(small)

var smallRef = Ref{Provider: "p", ID: "a", Position: 0}

func useOnce(ctx context.Context, s *Store) error {
	return update(ctx, s, smallRef, func(c Credential) Change { return Used(c, 1) })
}

// runUnchanged runs an update and returns its error. It checks that the file is unchanged
// and that the error, if any, contains the directory of the file.
func runUnchanged(t *testing.T, s *Store, run func() error) error {
	t.Helper()
	check := unchangedFile(t, s)
	err := run()
	check("auth.json", "auth.lock")
	equal(t, "error contains the directory", err == nil || strings.Contains(err.Error(), filepath.Dir(s.Path())), true)
	return err
}

func TestUpdate_EditFails(t *testing.T) {
	s := newStore(t, small)
	wantErr(t, runUnchanged(t, s, func() error {
		_, err := s.Update(t.Context(), func(d *Draft) error { return errors.Join(d.Apply(smallRef, Used(Credential{}, 7)), errFault) })
		return err
	}), errFault)
}

func TestUpdate_NothingChanges(t *testing.T) {
	s := newStore(t, small)
	for name, change := range map[string]Change{
		"empty change":           {},
		"same value":             Used(Credential{}, 1),
		"removing a missing key": removal("x"),
		"reset of a clear entry": reset(*find(t, load(t, s), smallRef), stampAt),
	} {
		t.Run(name, func(t *testing.T) {
			wantErr(t, runUnchanged(t, s, func() error {
				return update(t.Context(), s, smallRef, func(Credential) Change { return change })
			}), nil)
		})
	}
}

func to(key, raw string) (ch Change) {
	ch.set(key, []byte(raw))
	return ch
}

func removal(key string) (ch Change) {
	ch.remove(key)
	return ch
}

// An invalid file is not loaded or written, and the edit is not called.
func TestUpdate_InvalidFile(t *testing.T) {
	for name, content := range map[string]string{
		"empty":            "",
		"cut off":          small[:len(small)-1],
		"a string":         `"SECRET-1"`,
		"pool is a string": `{"credential_pool": "SECRET-1"}`,
		"pool is a list":   `{"credential_pool": [{"id": "a"}]}`,
		"not UTF-8":        strings.Replace(small, `"credential_pool"`, "\"caf\xe9\": 1, \"credential_pool\"", 1),
		"too deep":         strings.Replace(small, "{", `{"x": `+strings.Repeat("[", 1000)+strings.Repeat("]", 1000)+`, `, 1),
		"part of a word":   strings.Replace(small, `"request_count": 1`, `"request_count": NaN1`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t, content)
			err := runUnchanged(t, s, func() error {
				_, err := s.Update(t.Context(), func(*Draft) error {
					t.Error("the edit was called")
					return nil
				})
				return err
			})
			_, loadErr := s.Load()
			for _, err := range []error{err, loadErr} {
				var syntax *SyntaxError
				if !errors.As(err, &syntax) && !errors.Is(err, ErrNotPool) {
					t.Errorf("error is %v", err)
				}
				if err == nil || !strings.Contains(err.Error(), s.Path()) || strings.Contains(err.Error(), "SECRET") {
					t.Errorf("error %v does not contain the path, or quotes the file", err)
				}
			}
		})
	}
}

// A write is refused if its result would be invalid.
func TestUpdate_InvalidResult(t *testing.T) {
	s := newStore(t, small)
	err := runUnchanged(t, s, func() error {
		return update(t.Context(), s, smallRef, func(Credential) Change { return to("x", `{"cut": "off"`) })
	})
	equal(t, "an error", err != nil, true)
}

func TestUpdate_MissingFile(t *testing.T) {
	s := openStore(filepath.Join(t.TempDir(), "auth.json"))
	err := useOnce(t.Context(), s)
	wantErr(t, err, fs.ErrNotExist)
	_, system := errors.AsType[*fs.PathError](err)
	equal(t, "a system error", system, false)
	checkNames(t, filepath.Dir(s.Path()), "auth.lock")

	s = openStore(filepath.Join(t.TempDir(), "no", "such", "auth.json"))
	err = useOnce(t.Context(), s)
	wantErr(t, err, fs.ErrNotExist)
	equal(t, "error contains the directory", strings.Contains(err.Error(), filepath.Dir(s.Path())), true)
}

// If the file was replaced but SyncDir fails, the update succeeds with a warning.
func TestUpdate_Warning(t *testing.T) {
	s := newStore(t, storeOf(`{"id": "a", "last_status": "dead"}`))
	out := perform(t, s, resetAction, smallRef)
	wantErr(t, out.Warning, nil)
	undo(t, s, undosOf(out))

	s.fs = faultyFS{FS: atomicfile.OS, syncErr: errFault}
	out = perform(t, s, resetAction, smallRef)
	wantErr(t, out.Warning, errFault)
	equal(t, "changed", len(out.Changed), 1)
	out = undo(t, s, undosOf(out))
	wantErr(t, out.Warning, errFault)
	equal(t, "undone", len(out.Changed), 1)
}

// A failure to release the lock is only a warning if the file was written. It does not
// replace another warning or error.
func TestUnlocked(t *testing.T) {
	errFirst, errUnlock := errors.New("first"), errors.New("unlock")
	for _, tt := range []struct {
		warning, err, unlock   error
		written                bool
		wantWarning, wantError error
	}{
		{nil, nil, nil, true, nil, nil},
		{nil, nil, errUnlock, true, errUnlock, nil},
		{errFirst, nil, errUnlock, true, errFirst, nil},
		{nil, nil, errUnlock, false, nil, errUnlock},
		{nil, errFirst, errUnlock, false, nil, errFirst},
	} {
		warning, err := unlocked(tt.written, tt.warning, tt.err, tt.unlock)
		wantErr(t, warning, tt.wantWarning)
		wantErr(t, err, tt.wantError)
	}
}

// The clock is read after the edit, so that updated_at is the time of the write rather
// than of the call.
func TestUpdate_ReadsClockAfterEdit(t *testing.T) {
	s := newStore(t, small)
	var order []string
	s.now = func() time.Time {
		order = append(order, "clock")
		return stampAt
	}
	_, err := s.Update(t.Context(), func(d *Draft) error {
		order = append(order, "edit")
		return d.Apply(smallRef, Used(Credential{}, 5))
	})
	wantErr(t, err, nil)
	if want := []string{"edit", "clock"}; !slices.Equal(order, want) {
		t.Errorf("order is %v, want %v", order, want)
	}
}

// Every change sets updated_at. If the file has no such key, it is added as the last
// top-level key.
func TestUpdate_UpdatedAt(t *testing.T) {
	for _, tt := range []struct{ name, before, after string }{
		{
			"replaced", `{"updated_at": 5, "credential_pool": {"p": [{"id": "a", "updated_at": 1}]}, "z": 1}`,
			`{"updated_at": ` + stamp + `, "credential_pool": {"p": [{"id": "a", "updated_at": 1, "request_count": 1}]}, "z": 1}`,
		},
		{
			"added", "{\n  \"version\": 1,\n  \"credential_pool\": {\"p\": [{\"id\":\"a\"}]}\n}\n",
			"{\n  \"version\": 1,\n  \"credential_pool\": {\"p\": [{\"id\":\"a\",\"request_count\":1}]},\n  \"updated_at\": " + stamp + "\n}\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStore(t, tt.before)
			wantErr(t, useOnce(t.Context(), s), nil)
			equal(t, "file", readFile(t, s.Path()), tt.after)
		})
	}
}

// Several changes to the same entry are joined. Changes to a missing entry fail.
func TestDraft_Apply(t *testing.T) {
	const data = `{"credential_pool": {"p": [{"id": "a", "request_count": 1}]}}`
	out, err := editInMemory([]byte(data), func(d *Draft) error {
		return errors.Join(d.Apply(smallRef, Used(Credential{}, 2)), d.Apply(smallRef, to("x", "1")), d.Apply(smallRef, Used(Credential{}, 3)))
	})
	wantErr(t, err, nil)
	equal(t, "store", string(out), strings.Replace(data, `1}]}`, `3, "x": 1}]}, "updated_at": `+stamp, 1))
	for _, ref := range []Ref{{Provider: "p", ID: "b", Position: 0}, {Provider: "p", ID: "", Position: 0}, {Provider: "q", ID: "a", Position: 0}} {
		_, err := editInMemory([]byte(data), func(d *Draft) error { return d.Apply(ref, Used(Credential{}, 1)) })
		wantErr(t, err, ErrGone)
		equal(t, "error contains the entry", strings.Contains(err.Error(), ref.String()), true)
	}
}

// Load does not create, write or lock any file.
func TestLoad_WritesNothing(t *testing.T) {
	s := newStore(t, small)
	load(t, s)
	checkNames(t, filepath.Dir(s.Path()), "auth.json")
	missing := openStore(filepath.Join(t.TempDir(), "auth.json"))
	_, err := missing.Load()
	wantErr(t, err, fs.ErrNotExist)
	equal(t, "error contains the path", strings.Contains(err.Error(), missing.Path()), true)
	checkNames(t, filepath.Dir(missing.Path()))
}

func TestLoadIfChanged(t *testing.T) {
	s := newStore(t, small)
	first, err := s.Load()
	wantErr(t, err, nil)
	writeFile(t, s.Path(), small)
	again, err := s.LoadIfChanged(first)
	if err != nil || again != first {
		t.Errorf("unchanged content was decoded again: %v", err)
	}
	writeFile(t, s.Path(), smallAfter)
	changed, err := s.LoadIfChanged(again)
	if err != nil || changed == first || changed.Version == first.Version {
		t.Errorf("changed content was not decoded: %v", err)
	}
	writeFile(t, s.Path(), "{")
	broken, err := s.LoadIfChanged(changed)
	if err == nil || broken != (Snapshot{}) {
		t.Errorf("broken file: got %v", broken)
	}
}

// A pool does not retain the bytes that it was decoded from.
func TestDecode_CopiesText(t *testing.T) {
	for _, name := range sampleNames {
		data := sample(t, name)
		text := bytes.Clone(data)
		pool, err := Decode(text, time.UTC)
		wantErr(t, err, nil)
		for i := range text {
			text[i] = '#'
		}
		if !reflect.DeepEqual(pool, decoded(t, string(data))) {
			t.Errorf("%s: the pool changed with the bytes", name)
		}
	}
}

// If the location is nil, times without an offset are local.
func TestDecode_NilLocation(t *testing.T) {
	pool, err := Decode([]byte(storeOf(`{"id": "a", "last_status_at": "2026-11-23T08:12:03"}`)), nil)
	wantErr(t, err, nil)
	equal(t, "since", find(t, pool, smallRef).StatusAt, time.Date(2026, 11, 23, 8, 12, 3, 0, time.Local).UTC())
}

// All paths to a file have the same identity, even if it does not exist yet.
func TestIdentity(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	wantErr(t, err, nil)
	file := filepath.Join(root, "real", "pool.json")
	wantErr(t, os.Mkdir(filepath.Dir(file), 0o700), nil)
	for _, link := range [][2]string{{"link.json", file}, {"dir", filepath.Dir(file)}} {
		if err := os.Symlink(link[1], filepath.Join(root, link[0])); err != nil {
			t.Skip("no symlinks here: ", err)
		}
	}
	t.Chdir(root)
	equal(t, "a file that does not exist", Open(filepath.Join("dir", "pool.json")).Identity(), file)
	writeFile(t, file, small)
	for _, path := range []string{file, "link.json", filepath.Join("dir", "pool.json"), filepath.Join("real", "..", "real", "pool.json")} {
		equal(t, "identity of "+path, Open(path).Identity(), file)
	}
	equal(t, "in a directory that does not exist", Open(filepath.Join("no", "pool.json")).Identity(), filepath.Join(root, "no", "pool.json"))
}

// Missing files and directories are not errors, and Writable does not create them.
func TestWritable(t *testing.T) {
	s := newStore(t, small)
	wantErr(t, s.Writable(), nil)
	checkNames(t, filepath.Dir(s.Path()), "auth.json")
	wantErr(t, openStore(filepath.Join(t.TempDir(), "auth.json")).Writable(), nil)
	wantErr(t, openStore(filepath.Join(t.TempDir(), "no", "auth.json")).Writable(), nil)
}
