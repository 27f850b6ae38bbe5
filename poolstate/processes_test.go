package poolstate

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/fsnotify/fsnotify"
	"github.com/gofrs/flock"
)

var long = flag.Bool("long", false, "run concurrent tests for minutes instead of seconds")

// repetitions returns the number of repetitions of a test, which depends on -long.
func repetitions(withoutLong, withLong int) int {
	if *long {
		return withLong
	}
	return withoutLong
}

// helperEnv is an environment variable that makes the test binary run as a helper
// process. It contains a role, a number and the path of a store.
const helperEnv = "POOLSTATE_TEST_HELPER"

var roles = map[string]func(path string, n int) error{
	"pooltop": func(path string, n int) error { return countRequests(Open(path), n) },
	"agent":   countRequestsAsAgent,
	"holder":  holdLock,
}

func TestMain(m *testing.M) {
	if job := strings.SplitN(os.Getenv(helperEnv), " ", 3); len(job) == 3 {
		n, err := strconv.Atoi(job[1])
		if err == nil {
			err = roles[job[0]](job[2], n)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// helper returns a command that runs the test binary in a role.
func helper(t *testing.T, role, path string, n int) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	must(t, err)
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), fmt.Sprint(helperEnv, "=", role, " ", n, " ", path))
	return cmd
}

// process returns a writer that runs in a separate process.
func process(t *testing.T, role string) writer {
	return func(path string, n int) error {
		if out, err := helper(t, role, path, n).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", role, err, out)
		}
		return nil
	}
}

// countedRef identifies the entry whose requests are counted.
var countedRef = Ref{Provider: "openrouter", ID: "d4410b"}

// writer adds n requests to an entry of the store at path.
type writer func(path string, n int) error

// countRequests adds n requests, one update each.
func countRequests(s *Store, n int) error {
	return retryLocked(n, func() error {
		return update(context.Background(), s, countedRef, func(c Credential) Change { return Used(c, 1) })
	})
}

// countRequestsAsAgent adds n requests as an agent does.
func countRequestsAsAgent(path string, n int) error {
	snap, err := Open(path).Load()
	if err != nil {
		return err
	}
	at := snap.Pool.Find(countedRef).Position
	return retryLocked(n, func() error { return countAsAgent(path, countedRef.Provider, at) })
}

// retryLocked calls fn until it has succeeded n times. It retries after ErrLocked, because many
// writers poll for the lock, so some may time out.
func retryLocked(n int, fn func() error) error {
	for n > 0 {
		switch err := fn(); {
		case err == nil:
			n--
		case !errors.Is(err, ErrLocked) && !errors.Is(err, context.DeadlineExceeded):
			return err
		}
	}
	return nil
}

// If agents, pooltop processes and goroutines write to the same store, no update is
// lost and no reader sees an incomplete file.
func TestUpdate_Concurrent(t *testing.T) {
	var shared sync.Map // stores by path
	goroutine := func(path string, n int) error {
		s, _ := shared.LoadOrStore(path, Open(path))
		return countRequests(s.(*Store), n)
	}
	for _, tt := range []struct {
		name    string
		each    int
		writers []writer
	}{
		{"processes", repetitions(12, 150), slices.Concat(
			slices.Repeat([]writer{process(t, "agent"), process(t, "pooltop")}, repetitions(4, 6)),
			[]writer{goroutine, goroutine})},
		{"goroutines", repetitions(10, 250), slices.Repeat([]writer{goroutine}, 4)},
	} {
		t.Run(tt.name, func(t *testing.T) { checkConcurrent(t, tt.each, tt.writers) })
	}
}

// checkConcurrent runs writers that add the given number of requests each, and reads the
// store at the same time.
func checkConcurrent(t *testing.T, each int, writers []writer) {
	t.Helper()
	s := newStore(t, string(sample(t, "backoff.json")))
	before, err := requests(s)
	wantErr(t, err, nil)
	var running sync.WaitGroup
	for _, run := range writers {
		running.Go(func() { wantErr(t, run(s.Path(), each), nil) })
	}
	done := make(chan struct{})
	go func() {
		running.Wait()
		close(done)
	}()
	changes, err := fsnotify.NewWatcher()
	wantErr(t, err, nil)
	defer func() { wantErr(t, changes.Close(), nil) }()
	wantErr(t, changes.Add(filepath.Dir(s.Path())), nil)
	last := before
	for reading := true; reading; {
		select {
		case <-done:
			reading = false
		case <-changes.Events:
		case err := <-changes.Errors: // the watcher missed events
			t.Log(err)
		}
		n, err := requests(s)
		if err != nil || n < last {
			t.Errorf("the count went from %d to %d: %v", last, n, err)
			break
		}
		last = n
	}
	<-done
	equal(t, "requests", last, before+len(writers)*each)
	checkNames(t, filepath.Dir(s.Path()), "auth.json", "auth.lock")
}

// requests returns the request count of countedRef, or an error if the file is not valid JSON.
func requests(s *Store) (int, error) {
	data, err := os.ReadFile(s.Path())
	if err != nil {
		return 0, err
	}
	if !json.Valid(data) {
		return 0, fmt.Errorf("incomplete file of %d bytes", len(data))
	}
	snap, err := s.Load()
	if err != nil {
		return 0, err
	}
	n, _ := snap.Pool.Find(countedRef).RequestCount.Get()
	return n, nil
}

// holdLock takes the lock, prints a line, and holds the lock until standard input is
// closed. If n is 0, it takes the lock in Store.Update, otherwise as an agent does.
func holdLock(path string, n int) error {
	keep := func() error {
		fmt.Println("held")
		_, err := io.Copy(io.Discard, os.Stdin)
		return err
	}
	if n == 0 {
		_, err := Open(path).Update(context.Background(), func(*Draft) error { return keep() })
		return err
	}
	l := flock.New(LockPath(path))
	return errors.Join(l.Lock(), keep(), l.Unlock())
}
