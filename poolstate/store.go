package poolstate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"time"
)

// maxStoreSize bounds what is read. Ten thousand credentials take six
// megabytes; what is a hundred times larger is no pool.
const maxStoreSize = 256 << 20

// Store is an auth.json on disk. It keeps nothing open and nothing cached; any
// number of them may work on one file, in any number of processes.
type Store struct {
	path   string
	fs     files
	now    func() time.Time
	random func() string
	loc    *time.Location
}

// Option changes how a [Store] works.
type Option func(*Store)

// WithClock sets where the store takes the time from, for updated_at.
func WithClock(now func() time.Time) Option { return func(s *Store) { s.now = now } }

// WithRandom sets where the names of temporary files take their random part
// from.
func WithRandom(random func() string) Option { return func(s *Store) { s.random = random } }

// WithLocation sets what local time is, for instants without an offset.
func WithLocation(loc *time.Location) Option { return func(s *Store) { s.loc = loc } }

// Open returns the store at path. It touches nothing; the file may not exist.
func Open(path string, opts ...Option) *Store {
	s := &Store{
		path:   path,
		fs:     osFiles{},
		now:    time.Now,
		random: func() string { return strconv.FormatUint(rand.Uint64(), 36) },
		loc:    time.Local,
	}
	for _, opt := range opts {
		opt(s)
	}
	return s
}

// Path returns the path as it was given.
func (s *Store) Path() string { return s.path }

var versionSeed = maphash.MakeSeed()

// Version names the content of a file; equal contents have equal versions
// within one process. The zero value is the version of nothing.
type Version struct {
	size int
	hash uint64
}

func versionOf(data []byte) Version {
	return Version{len(data), maphash.Bytes(versionSeed, data)}
}

// Snapshot is a pool as it was read, and the version it was read from.
type Snapshot struct {
	Pool    *Pool
	Version Version
}

// Load reads the pool. It locks nothing and writes nothing. The errors tell
// apart a file that is not there (fs.ErrNotExist), one that may not be read
// (fs.ErrPermission), one that is no JSON (*SyntaxError) and one whose pool is
// no object (ErrNotPool).
func (s *Store) Load() (Snapshot, error) {
	return s.LoadIfChanged(Snapshot{})
}

// LoadIfChanged is Load, but returns prev without parsing when the file still
// has prev's content.
func (s *Store) LoadIfChanged(prev Snapshot) (Snapshot, error) {
	m := borrowMemory()
	defer m.giveBack()
	data, _, err := s.read(nil, m)
	if err != nil {
		return Snapshot{}, err
	}
	v := versionOf(data)
	if prev.Pool != nil && prev.Version == v {
		return prev, nil
	}
	pool, err := Decode(data, s.loc)
	if err != nil {
		return Snapshot{}, fmt.Errorf("%s: %w", s.path, err)
	}
	return Snapshot{Pool: pool, Version: v}, nil
}

// ErrNotFile is the error of a path that is a directory, a pipe or a device.
var ErrNotFile = errors.New("not a regular file")

// ErrTooLarge is the error of a file that is too large to be a pool.
var ErrTooLarge = fmt.Errorf("larger than %d MB, too large for a credential pool", maxStoreSize>>20)

// read returns the bytes of the file, in the memory if there is one, and its
// state. The bytes are like itself if the file still holds that.
func (s *Store) read(like []byte, into *memory) ([]byte, fs.FileInfo, error) {
	info, err := s.fs.Stat(s.path)
	if err != nil {
		return nil, nil, err
	}
	// A device may do something when it is opened, so it is not opened at all.
	if err := readable(s.path, info); err != nil {
		return nil, nil, err
	}
	data, err := s.fs.ReadFile(s.path, like, into)
	return data, info, err
}

// readable returns why a file cannot be a store, by what it is.
func readable(path string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s: %w", path, ErrNotFile)
	}
	if info.Size() > maxStoreSize {
		return fmt.Errorf("%s: %w", path, ErrTooLarge)
	}
	return nil
}

// Draft is the store as it is under the lock, about to be changed.
type Draft struct {
	doc     *document
	pool    *Pool
	changes map[place]Change
}

// Format prints nothing of the file, whatever the verb: its secrets are in it.
func (d Draft) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "draft of a store") }

// place is where an entry stands in one version of the file.
type place struct {
	provider string
	position int
}

func placeOf(c *Credential) place { return place{c.Provider, c.Position} }

// Pool returns the pool as it stands in the file, without the draft's changes.
func (d *Draft) Pool() *Pool { return d.pool }

// ErrGone is the error of a change to an entry that is no longer in the file.
var ErrGone = errors.New("no such credential in the file any more")

// Apply adds a change of the entry that ref names to the draft. An entry that
// is not there is ErrGone.
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

// revision returns the document with all changes and a new updated_at, or one
// without a text when nothing changes.
func (d *Draft) revision(now time.Time) revision {
	e := &editor{doc: d.doc}
	for at, ch := range d.changes {
		e.edit(d.object(at), ch.edits) // in any order, they do not touch each other
	}
	if len(e.splices) == 0 {
		return revision{}
	}
	e.edit(&d.doc.top, []memberEdit{{key: keyUpdatedAt, body: hide(string(rawUpdatedAt(now)))}})
	return e.apply()
}

// Update is the one way in which anything changes the store: it takes the
// agent's lock, reads the file anew, lets edit change the draft, and replaces
// the file atomically. When edit fails or changes nothing, the file is left
// alone. A file that cannot be read whole as a pool is never written.
//
// Waiting for the lock ends with ctx, or with ErrLocked after fifteen seconds.
func (s *Store) Update(ctx context.Context, edit func(*Draft) error) error {
	ahead, likely := s.draftAhead(), []byte(nil)
	if ahead != nil {
		likely = ahead.doc.data
	}
	return s.write(ctx, likely, func(data []byte, exists bool) (revision, error) {
		if !exists {
			return revision{}, fs.ErrNotExist
		}
		d := ahead
		if d == nil || !bytes.Equal(likely, data) {
			var err error
			if d, err = s.draft(data); err != nil {
				return revision{}, err
			}
		}
		if err := edit(d); err != nil {
			return revision{}, err
		}
		return d.revision(s.now()), nil
	})
}

// draftAhead makes the draft before the lock is held, so that an agent that wants
// it waits no longer than it has to. It is good for nothing, and nil where there
// is none, unless the file is found to hold the same under the lock.
func (s *Store) draftAhead() *Draft {
	data, _, err := s.read(nil, nil)
	if err != nil {
		return nil
	}
	d, err := s.draft(data)
	if err != nil {
		return nil
	}
	return d
}

func (s *Store) draft(data []byte) (*Draft, error) {
	doc, err := parse(data)
	if err != nil {
		return nil, err
	}
	return &Draft{doc: doc, pool: doc.pool(s.loc), changes: map[place]Change{}}, nil
}

// Create writes a store that is not there yet. content has to be a pool. An
// existing file is fs.ErrExist and stays as it is.
func (s *Store) Create(ctx context.Context, content []byte) error {
	return s.write(ctx, nil, func(_ []byte, exists bool) (revision, error) {
		if exists {
			return revision{}, fs.ErrExist
		}
		return whole(content), nil
	})
}

// write is the function through which every write goes. revise gets the file as
// it is under the lock, which is likely what likely is, and returns it as it shall
// be; no text or the same leaves it alone.
func (s *Store) write(ctx context.Context, likely []byte, revise func(data []byte, exists bool) (revision, error)) (err error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	written := false
	defer func() { err = unlocked(err, written, unlock()) }()

	old, info, err := s.read(likely, nil)
	exists := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	next, err := revise(old, exists)
	if err != nil {
		return fmt.Errorf("%s: %w", s.path, err)
	}
	if next.text == nil || exists && next.text.equal(old) {
		return nil
	}
	if err := next.verify(); err != nil {
		return fmt.Errorf("%s: nothing was written, it would be broken: %w", s.path, err)
	}
	target := s.path
	if exists {
		// The link stays and its target is replaced.
		if target, err = filepath.EvalSymlinks(s.path); err != nil {
			return err
		}
	}
	err = s.replace(target, next.text, old, info)
	written = err == nil || errors.Is(err, ErrWritten)
	if err != nil {
		return fmt.Errorf("write %s: %w", s.path, err)
	}
	return nil
}

// unlocked is what a write that ended with err comes to when giving back the
// lock ended with back. The lock ends with the process at the latest.
func unlocked(err error, written bool, back error) error {
	const kept = "the lock could not be given back"
	switch {
	case back == nil:
		return err
	case err != nil:
		return fmt.Errorf("%w; and %s: %w", err, kept, back)
	case written:
		return fmt.Errorf("%w, but %s: %w", ErrWritten, kept, back)
	}
	return fmt.Errorf("%s: %w", kept, back)
}
