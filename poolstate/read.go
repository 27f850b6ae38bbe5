package poolstate

import (
	"fmt"
	"io/fs"
	"time"

	"pooltop/poolstate/internal/atomicfile"
)

// A file that cannot be replaced by renaming, such as a bind-mounted one, is overwritten in
// place, so that a reader may see a part of the new content. It tries again every retryWait
// until the content is valid, at most maxRetries times. It gives up early if the file does
// not change during maxQuiet waits.
const (
	retryWait  = 20 * time.Millisecond
	maxRetries = 25
	maxQuiet   = 2
)

// read reads the file and passes the content to decode. If decode fails, another process may
// be writing the file, even if this process holds the lock: a bind mount can have a separate
// lock file. See retryWait.
func (s *Store) read(decode func(data []byte) error) (*atomicfile.State, error) {
	var before fs.FileInfo
	for tries, quiet := 0, 0; ; tries++ {
		file, err := atomicfile.Read(s.fs, s.path)
		if err != nil {
			return nil, err
		}
		if err = decode(file.Data); err == nil {
			return file, nil
		}
		if quiet++; before != nil && changed(before, file.Info) {
			quiet = 0
		}
		if tries == maxRetries || quiet > maxQuiet {
			return nil, fmt.Errorf("%s: %w", s.path, err)
		}
		before = file.Info
		s.wait(retryWait)
	}
}

// changed reports whether a file has been written between two states.
func changed(before, after fs.FileInfo) bool {
	return before.Size() != after.Size() || !before.ModTime().Equal(after.ModTime())
}
