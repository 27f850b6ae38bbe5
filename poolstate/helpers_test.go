package poolstate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate/internal/atomicfile"
)

// sampledAt is when the samples were written.
var sampledAt = time.Unix(1795425600, 0).UTC()

// stampAt is the time of writes in tests, and stamp is the resulting updated_at.
var stampAt = time.Date(2026, 11, 23, 9, 20, 6, 970596000, time.UTC)

const stamp = `"2026-11-23T09:20:06.970596+00:00"`

// sampleNames lists files that were written by builds of the agent.
var sampleNames = []string{"backoff.json", "stock-2026-07.json", "stock-2026-09.json", "stock-2026-10.json"}

func sample(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", "samples", name))
	must(t, err)
	return data
}

// vectors reads test cases that were computed by the agent's own code.
func vectors[C any](t testing.TB, name string) []C {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "vectors", name))
	must(t, err)
	var file struct{ Cases []C }
	must(t, json.Unmarshal(data, &file))
	if len(file.Cases) == 0 {
		t.Fatalf("%s has no test cases", name)
	}
	return file.Cases
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func decoded(t testing.TB, data string) *Pool {
	t.Helper()
	p, err := Decode([]byte(data), time.UTC)
	if err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return p
}

// poolOf returns a pool with the given entries of a provider "p". It adds a different token to
// each entry that has none.
func poolOf(t testing.TB, entries ...string) *Pool {
	t.Helper()
	entries = slices.Clone(entries)
	for i, entry := range entries {
		entries[i] = strings.Replace(entry, "{", fmt.Sprintf(`{"access_token": "token-%d", `, i), 1)
		entries[i] = strings.Replace(entries[i], ", }", "}", 1)
	}
	return decoded(t, storeOf(entries...))
}

func storeOf(entries ...string) string {
	return `{"credential_pool": {"p": [` + strings.Join(entries, ", ") + `]}}`
}

// entryOf decodes an entry. The provider has another entry that is ready, so that the
// credential is not Sole.
func entryOf(t testing.TB, entry string) Credential {
	t.Helper()
	return *find(t, poolOf(t, entry, `{"id": "companion", "priority": 1000000}`), Ref{Provider: "p", ID: idIn(entry), Position: 0})
}

func idIn(entry string) string {
	var e struct{ ID string }
	_ = json.Unmarshal([]byte(entry), &e) // empty without a valid id
	return e.ID
}

func find(t testing.TB, p *Pool, ref Ref) *Credential {
	t.Helper()
	c := p.Find(ref)
	if c == nil {
		t.Fatalf("no %s in the pool", ref)
	}
	return c
}

// newStore writes content to a new file and opens it.
func newStore(t testing.TB, content string) *Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "auth.json")
	writeFile(t, path, content)
	return openStore(path)
}

func openStore(path string) *Store {
	s := Open(path, WithClock(func() time.Time { return stampAt }))
	s.random = func() string { return "r4nd0m" }
	s.loc = time.UTC
	s.wait = func(time.Duration) {}
	s.fs = noSyncFS{s.fs}
	return s
}

// noSyncFS is a file system that syncs nothing, because syncing is slow.
type noSyncFS struct{ atomicfile.FS }

func (noSyncFS) SyncDir(string) error { return nil }

func (f noSyncFS) Create(path string) (atomicfile.File, error) {
	file, err := f.FS.Create(path)
	return noSyncFile{file}, err
}

type noSyncFile struct{ atomicfile.File }

func (noSyncFile) Sync() error { return nil }

func writeFile(t testing.TB, path, content string) {
	t.Helper()
	must(t, os.WriteFile(path, []byte(content), 0o600))
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	return string(data)
}

func checkNames(t testing.TB, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	wantErr(t, err, nil)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s contains %q, want %q", filepath.Base(dir), got, want)
	}
}

// update applies the change that a function returns to one entry of a store.
func update(ctx context.Context, s *Store, ref Ref, change func(Credential) Change) error {
	_, err := s.Update(ctx, func(d *Draft) error {
		c := d.Pool().Find(ref)
		if c == nil {
			return ErrGone
		}
		return d.Apply(ref, change(*c))
	})
	return err
}

func load(t testing.TB, s *Store) *Pool {
	t.Helper()
	snap, err := s.Load()
	must(t, err)
	return snap.Pool
}

// editInMemory is like Store.Update, but on bytes instead of a file.
func editInMemory(data []byte, edit func(*Draft) error) ([]byte, error) {
	d, err := newDraft(data, time.UTC)
	if err != nil {
		return nil, err
	}
	if err := edit(d); err != nil {
		return nil, err
	}
	out := d.bytes(stampAt)
	_, err = parse(out)
	return out, err
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("the error is %v, want %v", err, want)
	}
}

var errFault = errors.New("injected fault")

// faultyFS is a file system that calls onRead before it reads a file and returns syncErr
// from SyncDir.
type faultyFS struct {
	atomicfile.FS
	onRead  func()
	syncErr error
}

func (f faultyFS) ReadFile(path string) ([]byte, error) {
	if f.onRead != nil {
		f.onRead()
	}
	return f.FS.ReadFile(path)
}

func (f faultyFS) SyncDir(path string) error { return errors.Join(f.syncErr, f.FS.SyncDir(path)) }
