package poolstate

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"pooltop/poolstate/internal/atomicfile"
	"pooltop/poolstate/internal/jsonedit"
)

// Store is an auth.json file on disk. It keeps no file open and caches no content. Any
// number of stores, in any number of processes, may share a file.
type Store struct {
	path     string
	fs       atomicfile.FS
	now      func() time.Time
	random   func() string
	wait     func(time.Duration)
	loc      *time.Location
	identity func() string // resolved on the first call
}

// Option configures a [Store].
type Option func(*Store)

// WithClock sets the clock for actions and updated_at. The default is [Now].
func WithClock(now func() time.Time) Option { return func(s *Store) { s.now = now } }

// Open returns the store at path. The file need not exist.
func Open(path string, opts ...Option) *Store {
	s := &Store{
		path:   path,
		fs:     atomicfile.OS,
		now:    Now,
		random: func() string { return strconv.FormatUint(rand.Uint64(), 36) },
		wait:   time.Sleep,
		loc:    time.Local,

		identity: sync.OnceValue(func() string { return identityOf(path) }),
	}
	for _, opt := range opts {
		opt(s)
	}
	return s
}

// Path returns the path that was passed to [Open].
func (s *Store) Path() string { return s.path }

// Identity returns the absolute path of the file with symlinks resolved. It is resolved
// only on the first call. The file need not exist.
func (s *Store) Identity() string { return s.identity() }

func identityOf(path string) string {
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		return resolved
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		return filepath.Join(dir, filepath.Base(path))
	}
	return path
}

var versionSeed = maphash.MakeSeed()

// Version identifies the content of a file within one process. The zero value matches
// no content.
type Version struct {
	size int
	hash uint64
}

// Snapshot is a pool as read at one time, and the version of the file.
type Snapshot struct {
	Pool    *Pool
	Version Version
}

// Load reads the pool. It takes no lock and writes nothing. If the content is invalid, it tries
// again for a moment, because another process may be writing the file in place. Its errors
// include [fs.ErrNotExist], [fs.ErrPermission], [ErrNotFile], [ErrTooLarge], [*SyntaxError] and
// [ErrNotPool].
func (s *Store) Load() (Snapshot, error) { return s.LoadIfChanged(Snapshot{}) }

// LoadIfChanged is like [Store.Load], but returns prev if the content has not changed.
func (s *Store) LoadIfChanged(prev Snapshot) (Snapshot, error) {
	var next Snapshot
	_, err := s.read(func(data []byte) error {
		v := Version{len(data), maphash.Bytes(versionSeed, data)}
		if prev.Pool != nil && prev.Version == v {
			next = prev
			return nil
		}
		pool, err := Decode(data, s.loc)
		next = Snapshot{Pool: pool, Version: v}
		return err
	})
	if err != nil {
		return Snapshot{}, err
	}
	return next, nil
}

// Errors from reading or writing a store.
var (
	ErrNotFile      = atomicfile.ErrNotRegular // a directory, a pipe or a device
	ErrTooLarge     = atomicfile.ErrTooLarge   // more than 256 MB
	ErrReadOnly     = errors.New("not writable by this user; run as the owner, or change its mode")
	ErrReadOnlyDisk = errors.New("on a read-only file system; remount it as writable")
)

// DamagedError reports that writing in place failed and the old content could not be
// restored. It can only occur for a file that cannot be replaced by renaming, such as a
// bind-mounted one. Whole is the path of a file with the complete new content.
type DamagedError = atomicfile.DamagedError

// Draft is the content of a store and the changes to be made to it.
type Draft struct {
	doc     *document
	pool    *Pool
	changes map[*Credential]Change // by credential in pool
}

// Format prints a constant for every verb, because the file contains secrets.
func (d Draft) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "draft of a store") }

// Pool returns the pool as it is in the file, without the changes of the draft.
func (d *Draft) Pool() *Pool { return d.pool }

// ErrGone is returned when the entry to be changed is no longer in the file.
var ErrGone = errors.New("the credential is no longer in the file")

// Apply adds a change to the draft, for the entry that ref identifies. It returns
// [ErrGone] if there is no such entry.
func (d *Draft) Apply(ref Ref, ch Change) error {
	if ch.IsEmpty() {
		return nil
	}
	c := d.pool.Find(ref)
	if c == nil {
		return fmt.Errorf("%s: %w", ref, ErrGone)
	}
	d.apply(c, ch)
	return nil
}

func (d *Draft) apply(c *Credential, ch Change) { d.changes[c] = Join(d.changes[c], ch) }

// bytes returns the content with all changes applied. If there are any, it also sets
// updated_at to now.
func (d *Draft) bytes(now time.Time) []byte {
	e := jsonedit.NewEditor(d.doc.data)
	for c, ch := range d.changes {
		e.Edit(d.doc.entry(c), ch.edits)
	}
	if !e.Changed() {
		return d.doc.data
	}
	updatedAt := string(rawUpdatedAt(now))
	e.Edit(d.doc.root, []jsonedit.Edit{{Key: keyUpdatedAt, Value: &updatedAt}})
	return e.Bytes()
}

func newDraft(data []byte, loc *time.Location) (*Draft, error) {
	doc, err := parse(data)
	if err != nil {
		return nil, err
	}
	return &Draft{doc: doc, pool: doc.toPool(loc), changes: map[*Credential]Change{}}, nil
}

// Update changes an existing store. It takes the agent's lock, reads the file again,
// lets edit change the draft, and replaces the file atomically. It writes
// nothing if edit fails or changes nothing, or if the file is not a valid pool. It stops
// waiting for the lock when ctx is done or, with [ErrLocked], after [LockTimeout]. The
// warning is a problem that occurred after the file was replaced. It is usually nil.
func (s *Store) Update(ctx context.Context, edit func(*Draft) error) (warning, err error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return nil, err
	}
	written := false
	defer func() { warning, err = unlocked(written, warning, err, unlock()) }()

	var draft *Draft
	old, err := s.read(func(data []byte) (err error) {
		draft, err = newDraft(data, s.loc)
		return err
	})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: %w", s.path, fs.ErrNotExist)
	case err != nil:
		return nil, err
	}
	if err := edit(draft); err != nil {
		return nil, fmt.Errorf("%s: %w", s.path, err)
	}
	data := draft.bytes(s.now())
	if bytes.Equal(data, old.Data) {
		return nil, nil
	}
	if _, err := parse(data); err != nil {
		return nil, fmt.Errorf("%s: not written because the result would be invalid: %w", s.path, err)
	}
	target, err := filepath.EvalSymlinks(s.path) // replace the target of a symlink, not the symlink
	if err != nil {
		return nil, err
	}
	if warning, err = atomicfile.Replace(s.fs, target, data, old, s.random()); err != nil {
		return nil, fmt.Errorf("write %s: %w", s.path, err)
	}
	written = true
	return warning, nil
}

// unlocked merges a failure to release the lock into the result of a write. If the file
// was written, the failure is only a warning, because the system releases the lock when
// the process exits.
func unlocked(written bool, warning, err, unlockErr error) (addedWarning, addedErr error) {
	if written {
		return cmp.Or(warning, unlockErr), err
	}
	return warning, cmp.Or(err, unlockErr)
}

// Writable checks whether this process has permission to write the store. If not, it
// returns [ErrReadOnly] or [ErrReadOnlyDisk] with the path that cannot be written. It
// returns no error for a missing file.
func (s *Store) Writable() error {
	target := s.path
	if resolved, err := filepath.EvalSymlinks(s.path); err == nil {
		target = resolved
	}
	paths := []string{target, filepath.Dir(target), LockPath(s.path), LockPath(target)}
	if _, err := s.fs.Stat(LockPath(s.path)); err != nil {
		paths = append(paths, filepath.Dir(s.path)) // where the lock would be created
	}
	for _, path := range paths {
		switch err := mayWrite(path); {
		case errors.Is(err, ErrReadOnlyDisk):
			return fmt.Errorf("%s: %w", path, ErrReadOnlyDisk)
		case errors.Is(err, fs.ErrPermission):
			return fmt.Errorf("%s: %w", path, ErrReadOnly)
		}
	}
	return nil
}
