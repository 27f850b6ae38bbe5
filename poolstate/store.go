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

// Store is an auth.json on disk. It keeps no file open and caches nothing; any
// number of stores, in any number of processes, may share a file.
type Store struct {
	path   string
	fs     atomicfile.FS
	now    func() time.Time
	random func() string
	loc    *time.Location
	// identity is resolved on first use.
	identity func() string
}

// Option configures a [Store].
type Option func(*Store)

// WithClock sets the clock that timestamps actions and updated_at. The default
// is [time.Now].
func WithClock(now func() time.Time) Option { return func(s *Store) { s.now = now } }

// Open returns the store at path. It does not access the file, which need not
// exist.
func Open(path string, opts ...Option) *Store {
	s := &Store{
		path:   path,
		fs:     atomicfile.OS,
		now:    time.Now,
		random: func() string { return strconv.FormatUint(rand.Uint64(), 36) },
		loc:    time.Local,

		identity: sync.OnceValue(func() string { return identityOf(path) }),
	}
	for _, opt := range opts {
		opt(s)
	}
	return s
}

// Path returns the path that was given to [Open].
func (s *Store) Path() string { return s.path }

// Identity returns the absolute path of the file without symlinks, as it was at
// the first call: all paths that lead to one file have the same. The file need
// not exist.
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

// Version identifies the content of a file: within one process, equal contents
// have equal versions. The zero value is the version of no content.
type Version struct {
	size int
	hash uint64
}

func versionOf(data []byte) Version {
	return Version{len(data), maphash.Bytes(versionSeed, data)}
}

// Snapshot is a pool as it was read at one instant, and the version of the file.
type Snapshot struct {
	Pool    *Pool
	Version Version
}

// Load reads the pool. It takes no lock and writes nothing. Errors:
// fs.ErrNotExist, fs.ErrPermission, ErrNotFile, ErrTooLarge, *SyntaxError and
// ErrNotPool.
func (s *Store) Load() (Snapshot, error) {
	return s.LoadIfChanged(Snapshot{})
}

// LoadIfChanged is [Store.Load], but returns prev without parsing if the file
// still has its content.
func (s *Store) LoadIfChanged(prev Snapshot) (Snapshot, error) {
	file, err := atomicfile.Read(s.fs, s.path)
	if err != nil {
		return Snapshot{}, err
	}
	v := versionOf(file.Data)
	if prev.Pool != nil && prev.Version == v {
		return prev, nil
	}
	pool, err := Decode(file.Data, s.loc)
	if err != nil {
		return Snapshot{}, fmt.Errorf("%s: %w", s.path, err)
	}
	return Snapshot{Pool: pool, Version: v}, nil
}

// Errors of a path that cannot be a store.
var (
	// ErrNotFile is the error of a directory, a pipe or a device.
	ErrNotFile = atomicfile.ErrNotRegular
	// ErrTooLarge is the error of a file of more than 256 MB.
	ErrTooLarge = atomicfile.ErrTooLarge
)

// DamagedError is the error of a file that could neither be written nor
// restored. It can only occur where the file cannot be renamed over, such as a
// bind-mounted file. Its field Whole is the path of the complete new content.
type DamagedError = atomicfile.DamagedError

// Draft is the store as it is under the lock, about to be changed.
type Draft struct {
	doc     *document
	pool    *Pool
	changes map[place]Change
}

// Format prints nothing of the file, which holds secrets, whatever the verb.
func (d Draft) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "draft of a store") }

// place is the position of an entry in one version of the file.
type place struct {
	provider string
	position int
}

func placeOf(c *Credential) place { return place{c.Provider, c.Position} }

// Pool returns the pool in the file, without the draft's changes.
func (d *Draft) Pool() *Pool { return d.pool }

// ErrGone is the error of a change to an entry that is no longer in the file.
var ErrGone = errors.New("no such credential in the file any more")

// Apply adds a change of the entry that ref names to the draft. Without that
// entry it returns ErrGone.
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

// apply is Apply for a credential of the draft's pool.
func (d *Draft) apply(c *Credential, ch Change) {
	at := placeOf(c)
	d.changes[at] = Join(d.changes[at], ch)
}

// bytes returns the text with all changes and a new updated_at, or as it is if
// nothing changes.
func (d *Draft) bytes(now time.Time) []byte {
	e := jsonedit.NewEditor(d.doc.data)
	for at, ch := range d.changes {
		e.Edit(&d.doc.lists[at.provider].Items[at.position], ch.edits)
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
	return &Draft{doc: doc, pool: doc.toPool(loc), changes: map[place]Change{}}, nil
}

// Result is what a successful write reports.
type Result struct {
	// Warning is what went wrong after the change was in place, such as a
	// directory that could not be synced. It is nil as a rule.
	Warning error
}

// Update is the only way to change an existing store. It takes the agent's lock,
// reads the file again, lets edit change the draft, and replaces the file
// atomically. If edit fails or changes nothing, or if the file is not a valid
// pool, nothing is written.
//
// Waiting for the lock ends with ctx, or with ErrLocked after LockPatience.
func (s *Store) Update(ctx context.Context, edit func(*Draft) error) (Result, error) {
	return s.write(ctx, func(old *atomicfile.State) ([]byte, error) {
		if old == nil {
			return nil, fs.ErrNotExist
		}
		d, err := newDraft(old.Data, s.loc)
		if err != nil {
			return nil, err
		}
		if err := edit(d); err != nil {
			return nil, err
		}
		return d.bytes(s.now()), nil
	})
}

// Create writes a new store. Content has to be a valid pool. An existing file is
// left alone and reported as fs.ErrExist.
func (s *Store) Create(ctx context.Context, content []byte) (Result, error) {
	return s.write(ctx, func(old *atomicfile.State) ([]byte, error) {
		if old != nil {
			return nil, fs.ErrExist
		}
		return content, nil
	})
}

// write is the function through which every write goes. It calls revise with the
// file as it is under the lock, nil if it does not exist, and writes what revise
// returns, unless that is the same.
func (s *Store) write(ctx context.Context, revise func(old *atomicfile.State) ([]byte, error)) (res Result, err error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return Result{}, err
	}
	written := false
	defer func() { res, err = unlocked(res, err, written, unlock()) }()

	old, err := atomicfile.Read(s.fs, s.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Result{}, err
	}
	data, err := revise(old)
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w", s.path, err)
	}
	if old != nil && bytes.Equal(data, old.Data) {
		return Result{}, nil
	}
	if _, err := parse(data); err != nil {
		return Result{}, fmt.Errorf("%s: nothing was written, the result would be invalid: %w", s.path, err)
	}
	target := s.path
	if old != nil {
		// A symlink stays, and its target is replaced.
		if target, err = filepath.EvalSymlinks(s.path); err != nil {
			return Result{}, err
		}
	}
	res.Warning, err = atomicfile.Replace(s.fs, target, data, old, s.random())
	if err != nil {
		return Result{}, fmt.Errorf("write %s: %w", s.path, err)
	}
	written = true
	return res, nil
}

// unlocked adds the error of releasing the lock to the result of a write. The
// lock ends with the process at the latest.
func unlocked(res Result, err error, written bool, unlockErr error) (Result, error) {
	switch {
	case unlockErr == nil:
	case written:
		res.Warning = cmp.Or(res.Warning, fmt.Errorf("the lock could not be released: %w", unlockErr))
	default:
		err = cmp.Or(err, fmt.Errorf("the lock could not be released: %w", unlockErr))
	}
	return res, err
}
