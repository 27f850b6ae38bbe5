package poolstate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/gofrs/flock"
)

// helperEnv makes the test binary another process of a test: the role, a
// number and the store, separated by blanks.
const helperEnv = "POOLSTATE_TEST_HELPER"

var roles = map[string]func(path string, n int) error{
	"pooltop": write,
	"agent":   writeAsAgent,
	"holder":  holdTheLock,
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

// helper is the command of another process with a role.
func helper(t *testing.T, role, path string, n int) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), fmt.Sprint(helperEnv, "=", role, " ", n, " ", path))
	return cmd
}

// process runs another process with a role to its end.
func process(t *testing.T, role, path string, n int) error {
	if out, err := helper(t, role, path, n).CombinedOutput(); err != nil {
		return fmt.Errorf("the %s: %w: %s", role, err, out)
	}
	return nil
}

// countedRef is the entry whose requests are counted.
var countedRef = Ref{Provider: "openrouter", ID: "d4410b"}

// write counts n requests, one update each.
func write(path string, n int) error { return writeTo(Open(path), n) }

func writeTo(s *Store, n int) error {
	return patiently(n, func() error {
		return update(context.Background(), s, countedRef, func(c Credential) Change { return Used(c, 1) })
	})
}

// patiently does something n times. Who polls for a lock may have bad luck in a
// crowd; one who gave up has written nothing and tries again.
func patiently(n int, do func() error) error {
	for n > 0 {
		switch err := do(); {
		case err == nil:
			n--
		case !errors.Is(err, ErrLocked) && !errors.Is(err, context.DeadlineExceeded):
			return err
		}
	}
	return nil
}

// writeAsAgent counts n requests of the same entry, as an agent does.
func writeAsAgent(path string, n int) error {
	snap, err := Open(path).Load()
	if err != nil {
		return err
	}
	at := snap.Pool.Find(countedRef).Position
	return patiently(n, func() error { return countAsAgent(path, countedRef.Provider, at) })
}

// crowd has writers at work on one store that count each requests, and somebody
// who looks all the while. Every version that can be seen is whole, and no
// update is lost.
func crowd(t *testing.T, each int, writers ...func(path string, n int) error) {
	t.Helper()
	s := newStore(t, string(sample(t, "backoff.json")))
	before, _ := find(t, load(t, s), countedRef).RequestCount.Get()
	var crew sync.WaitGroup
	for _, run := range writers {
		crew.Go(func() {
			if err := run(s.Path(), each); err != nil {
				t.Error(err)
			}
		})
	}
	done := make(chan struct{})
	go func() {
		crew.Wait()
		close(done)
	}()
	last := before
	for reading := true; reading; {
		select {
		case <-done:
			reading = false
		default:
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

// requests reads the count as we do, from a file that any other reader takes
// for JSON as well.
func requests(s *Store) (int, error) {
	data, err := os.ReadFile(s.Path())
	if err != nil {
		return 0, err
	}
	if !json.Valid(data) {
		return 0, fmt.Errorf("a torn file of %d bytes", len(data))
	}
	snap, err := s.Load()
	if err != nil {
		return 0, err
	}
	n, _ := snap.Pool.Find(countedRef).RequestCount.Get()
	return n, nil
}

func several(n int, run func(path string, n int) error) []func(string, int) error {
	var out []func(string, int) error
	for range n {
		out = append(out, run)
	}
	return out
}

// Agents and pooltops, a process each, and more pooltops in this one: all take
// turns at one entry of one file.
func TestAgentsAndPooltopsLoseNoUpdate(t *testing.T) {
	agent := func(path string, n int) error { return process(t, "agent", path, n) }
	pooltop := func(path string, n int) error { return process(t, "pooltop", path, n) }
	crew := append(several(amount(4, 6), agent), several(amount(4, 6), pooltop)...)
	crowd(t, amount(20, 150), append(crew, several(2, write)...)...)
}

// One store may be used by several goroutines as well.
func TestOneStoreServesSeveralGoroutines(t *testing.T) {
	var shared *Store
	var once sync.Once
	crowd(t, amount(15, 250), several(4, func(path string, n int) error {
		once.Do(func() { shared = Open(path) })
		return writeTo(shared, n)
	})...)
}

// holdTheLock takes the lock, as pooltop in the midst of a write if n is 0 and
// as an agent else, says so, and keeps it until standard input ends.
func holdTheLock(path string, n int) error {
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
