package poolstate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"

	"github.com/gofrs/flock"

	"pooltop/poolstate/internal/atomicfile"
	"pooltop/poolstate/internal/jsonedit"
)

// countAsAgent adds one request to an entry as an agent does: it takes the lock, reads
// the file, encodes it again, writes a temporary file and renames it.
func countAsAgent(path, provider string, position int) (err error) {
	l := flock.New(LockPath(path))
	ctx, cancel := context.WithTimeout(context.Background(), LockTimeout)
	defer cancel()
	if ok, err := l.TryLockContext(ctx, lockPoll); !ok {
		return fmt.Errorf("the agent did not get the lock: %w", err)
	}
	defer func() { err = errors.Join(err, l.Unlock()) }()
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	data, err = counted(data, provider, position)
	if err != nil {
		return fmt.Errorf("the agent read a torn file: %w", err)
	}
	tmp := fmt.Sprintf("%s.tmp.%d.%016x%016x", path, os.Getpid(), rand.Uint64(), rand.Uint64())
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, atomicfile.Mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(tmp))
	}
	return os.Rename(tmp, path)
}

// counted returns the store with the request count of an entry increased by one. The result is
// indented as by json.dumps.
func counted(data []byte, provider string, position int) ([]byte, error) {
	root, err := jsonedit.Parse(data)
	if err != nil {
		return nil, err
	}
	count := entryAt(root, provider, position).Find("request_count")
	if count == nil {
		return nil, errors.New("the entry is gone")
	}
	n, err := strconv.Atoi(string(count.Raw))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	more := fmt.Sprint(string(data[:count.Start]), n+1, string(data[count.End():]))
	if err := json.Indent(&out, []byte(more), "", "  "); err != nil {
		return nil, err
	}
	return append(bytes.TrimSpace(out.Bytes()), '\n'), nil
}
