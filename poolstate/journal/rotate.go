package journal

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/gofrs/flock"
)

const (
	// maxSize is the size in bytes above which the file is rotated. One rotated
	// file is kept.
	maxSize = 5 << 20
	// lockTimeout is how long to wait for another process, which needs the lock
	// only for the time of a write, and lockPoll how often to try.
	lockTimeout = time.Second
	lockPoll    = 5 * time.Millisecond
	// recent is how much of the end of the file is searched for events that were
	// recorded already.
	recent = 256 << 10
)

func (j Journal) rotated() string { return j.path + ".1" }

// lock excludes other processes and reports whether it succeeded.
func (j Journal) lock() (unlock func(), locked bool) {
	l := flock.New(j.path+".lock", flock.SetPermissions(fileMode))
	ctx, cancel := context.WithTimeout(context.Background(), lockTimeout)
	defer cancel()
	if locked, err := l.TryLockContext(ctx, lockPoll); err != nil || !locked {
		return func() {}, false
	}
	return func() { _ = l.Unlock() }, true // the lock ends with the process
}

// rotate renames the file if more bytes would make it too large. The caller
// holds the lock.
func (j Journal) rotate(more int) error {
	info, err := os.Stat(j.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Size()+int64(more) <= maxSize || info.Size() == 0:
		return nil
	}
	return os.Rename(j.path, j.rotated())
}

// withoutKnown returns the entries that are not among the last of the file.
func (j Journal) withoutKnown(entries []Entry) []Entry {
	known := j.tail()
	return slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool {
		return slices.ContainsFunc(known, func(k Entry) bool { return k.Store == e.Store && k.Same(&e.Record) })
	})
}

// tail returns the last entries of the file.
func (j Journal) tail() []Entry {
	f, err := os.Open(j.path)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.Size() > recent {
		// This is usually within a line, which is then ignored.
		if _, err := f.Seek(-recent, io.SeekEnd); err != nil {
			return nil
		}
	}
	return decode(f, recent)
}
