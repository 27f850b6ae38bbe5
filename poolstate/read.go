package poolstate

import (
	"fmt"
	"io/fs"
	"time"

	"pooltop/poolstate/internal/atomicfile"
)

// A file that cannot be replaced by renaming, such as a bind-mounted one, is overwritten in
// place, and a reader may see only part of the new content. While the content is invalid, read
// tries again every retryWait, at most maxRetries times. It gives up earlier if the file has not
// changed during the last maxQuiet waits.
const (
	retryWait  = 20 * time.Millisecond
	maxRetries = 25
	maxQuiet   = 2
)

// read reads the file and passes the content to decode. If decode fails, read tries again,
// because another process may be writing the file. That can happen even while this process holds
// the lock: the other one may use another path, with another lock file, if there is a bind mount.
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
		if quiet++; before == nil || changed(before, file.Info) {
			quiet = 0
		}
		if tries == maxRetries || quiet == maxQuiet {
			return nil, fmt.Errorf("%s: %w", s.path, err)
		}
		before = file.Info
		s.wait(retryWait)
	}
}

// changed reports whether a file has changed between two states.
func changed(before, after fs.FileInfo) bool {
	return before.Size() != after.Size() || !before.ModTime().Equal(after.ModTime())
}
