package journal

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/gofrs/flock"
)

// maxSize is from when on the file gives way to a new one. There are never more
// than two of them.
const maxSize = 5 << 20

// older is where the file went that had grown too large.
func (j Journal) older() string { return j.path + ".1" }

// How long to wait for another process that writes, which takes a moment, and
// how often to look.
const (
	lockPatience = time.Second
	lockPoll     = 5 * time.Millisecond
)

// lock keeps other processes from writing, so that no two of them move the file
// away or note the same. It says whether it could.
func (j Journal) lock() (unlock func(), locked bool) {
	l := flock.New(j.path+".lock", flock.SetPermissions(journalMode))
	ctx, cancel := context.WithTimeout(context.Background(), lockPatience)
	defer cancel()
	if locked, err := l.TryLockContext(ctx, lockPoll); err != nil || !locked {
		return func() {}, false
	}
	return func() { _ = l.Unlock() }, true // it ends with the process at the latest
}

// rotate moves the file away if more bytes would make it too large. The lock
// has to be held.
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
	return os.Rename(j.path, j.older())
}

// recent is how much of the end of the file is searched for what is already
// known; events that are the same lie close together.
const recent = 256 << 10

// unknown returns the entries that the end of the file does not have.
func (j Journal) unknown(entries []Entry) []Entry {
	known := j.tail()
	var out []Entry
	for _, e := range entries {
		if !knows(known, &e) {
			out = append(out, e)
		}
	}
	return out
}

func knows(known []Entry, e *Entry) bool {
	for i := len(known) - 1; i >= 0; i-- {
		if known[i].Store == e.Store && known[i].Same(&e.Record) {
			return true
		}
	}
	return false
}

// tail returns the last entries of the file.
func (j Journal) tail() []Entry {
	f, err := os.Open(j.path)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.Size() > recent {
		// Into a line, most likely, which is passed over.
		if _, err := f.Seek(-recent, io.SeekEnd); err != nil {
			return nil
		}
	}
	return read(f, recent)
}
