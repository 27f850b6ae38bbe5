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
)

// countAsAgent adds one request to an entry as an agent does, with nothing of
// ours: its lock, the file read again, written whole in its own form into a
// temporary file of its own, and renamed.
func countAsAgent(path, provider string, position int) (err error) {
	l := flock.New(LockPath(path))
	ctx, cancel := context.WithTimeout(context.Background(), LockPatience)
	defer cancel()
	if ok, err := l.TryLockContext(ctx, lockPoll); !ok {
		return fmt.Errorf("the agent did not get its lock: %w", err)
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

// counted is a store with one request more, indented as json.dumps does it.
func counted(data []byte, provider string, position int) ([]byte, error) {
	top, err := readJSON(data)
	if err != nil {
		return nil, err
	}
	entry := entryAt(top, provider, position)
	if entry == nil || entry.last("request_count") == nil {
		return nil, errors.New("the entry is gone")
	}
	at := entry.last("request_count").value
	n, err := strconv.Atoi(string(data[at.start:at.end]))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	more := fmt.Sprint(string(data[:at.start]), n+1, string(data[at.end:]))
	if err := json.Indent(&out, []byte(more), "", "  "); err != nil {
		return nil, err
	}
	return append(bytes.TrimSpace(out.Bytes()), '\n'), nil
}
