package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/gofrs/flock"

	"pooltop/poolstate"
)

func init() { roles["agent"] = runAgent }

// runAgent increments the request counts in a store n times, as an agent does. The arguments
// are the path of the store and n.
func runAgent(args []string) int {
	n, _ := strconv.Atoi(args[1])
	for n > 0 {
		switch err := countAsAgent(args[0]); {
		case err == nil:
			n--
		case !errors.Is(err, context.DeadlineExceeded): // if the lock was busy, try again
			fmt.Fprintln(os.Stderr, "agent:", err)
			return 1
		}
	}
	return 0
}

var (
	requestCount = regexp.MustCompile(`"request_count": ?(\d+)`)
	doneLine     = regexp.MustCompile(`"done":"[^"]*"`)
)

// countAsAgent increments the request counts in a file, as an agent does.
func countAsAgent(path string) error {
	return rewriteAsAgent(path, func(data []byte) ([]byte, error) {
		data = requestCount.ReplaceAllFunc(data, func(was []byte) []byte {
			n, _ := strconv.Atoi(string(requestCount.FindSubmatch(was)[1]))
			return fmt.Appendf(nil, `"request_count": %d`, n+1)
		})
		if !json.Valid(data) {
			return nil, fmt.Errorf("a torn file of %d bytes", len(data))
		}
		return data, nil
	})
}

// rewriteAsAgent changes a file as an agent does: it takes the lock and replaces the file.
func rewriteAsAgent(path string, change func([]byte) ([]byte, error)) (err error) {
	l := flock.New(poolstate.LockPath(path))
	ctx, cancel := context.WithTimeout(context.Background(), poolstate.LockTimeout)
	defer cancel()
	if ok, err := l.TryLockContext(ctx, 50*time.Millisecond); !ok {
		return err
	}
	defer func() { err = errors.Join(err, l.Unlock()) }()
	data, err := os.ReadFile(path)
	if err == nil {
		data, err = change(data)
	}
	if err != nil {
		return err
	}
	tmp := fmt.Sprintf("%s.tmp.%d.%032x", path, os.Getpid(), len(data))
	if err := os.WriteFile(tmp, data, 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

// TestExhaust_ConcurrentAgents holds a credential repeatedly while agents rewrite the same
// file. Each successful command must increment the streak and add a line to the journal, each
// write by an agent must increment the request count, and readers must see only complete
// files.
func TestExhaust_ConcurrentAgents(t *testing.T) {
	t.Parallel()
	program := build(t)
	agents, turns := amount(3, 6), amount(30, 300)
	operators, commands := amount(3, 6), amount(6, 60)
	state := t.TempDir()
	file := storeFile(t, poolOf(`{"access_token": "none", "id": "a", "request_count": 0, "consecutive_failures": 0}`, `{"access_token": "none", "id": "b", "request_count": 0}`))
	var group sync.WaitGroup
	var held atomic.Int64
	for range operators {
		group.Go(func() {
			for range commands {
				cmd := exec.Command(program, "exhaust", "p", "a", "--for", "1h", "--file", file, "--now", sampleTime)
				cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+state)
				out, err := cmd.CombinedOutput()
				switch cmd.ProcessState.ExitCode() {
				case exitDone:
					held.Add(1)
				case exitRefused, exitLocked: // an agent has changed the credential, or the lock was busy
				default:
					t.Errorf("%v: %s", err, out)
				}
			}
		})
	}
	for range agents {
		agent := helper(t, "agent", file, strconv.Itoa(turns))
		group.Go(func() {
			if out, err := agent.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	done := make(chan struct{})
	go func() { group.Wait(); close(done) }()
	reads := readUntil(t, file, done)

	snapshot, err := poolstate.Open(file).Load()
	must(t, err)
	credential := snapshot.Pool.Find(poolstate.Ref{Provider: "p", ID: "a"})
	t.Logf("%d of %d commands succeeded during %d agent writes and %d reads", held.Load(), operators*commands, agents*turns, reads)
	equal(t, "streak", credential.Streak.Count(), int(held.Load()))
	equal(t, "requests", credential.RequestCount.Or(0), agents*turns)
	journal := readFile(t, filepath.Join(state, "pooltop", "events.jsonl"))
	equal(t, "actions in the journal", bytes.Count(journal, []byte(`"action":`)), int(held.Load()))
	results := map[string]bool{} // another command may have recorded the result as well
	for _, line := range doneLine.FindAllString(string(journal), -1) {
		results[line] = true
	}
	equal(t, "results in the journal", len(results), int(held.Load()))
	equal(t, "names in the directory", strings.Join(namesIn(t, filepath.Dir(file)), " "), "auth.json auth.lock")
	equal(t, "enough commands succeeded", int(held.Load()) >= commands, true)
}

// TestExhaust_Profiles holds a credential in 14 stores at once while agents rewrite them. No
// store may lose an update, and each command must report the stores that it changed.
func TestExhaust_Profiles(t *testing.T) {
	t.Parallel()
	program, state, root := build(t), t.TempDir(), t.TempDir()
	turns, commands := amount(15, 150), amount(3, 15)
	files := map[string]string{"default": filepath.Join(root, "auth.json")}
	for i := range 13 {
		name := fmt.Sprintf("bot-%02d", i)
		files[name] = filepath.Join(root, "profiles", name, "auth.json")
	}
	var group sync.WaitGroup
	for _, file := range files {
		writeFile(t, file, []byte(poolOf(`{"access_token": "none", "id": "a", "request_count": 0, "consecutive_failures": 0}`, `{"access_token": "none", "id": "b", "request_count": 0}`)))
		agent := helper(t, "agent", file, strconv.Itoa(turns))
		group.Go(func() {
			if out, err := agent.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	var mu sync.Mutex
	held, total := map[string]int{}, 0
	for range 2 {
		group.Go(func() {
			for range commands {
				cmd := exec.Command(program, "exhaust", "p", "a", "--for", "1h", "--all-profiles", "--json", "--home", root, "--now", sampleTime)
				cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+state)
				out, err := cmd.Output()
				if code := cmd.ProcessState.ExitCode(); code != exitDone && code != exitRefused && code != exitLocked {
					t.Errorf("%v: %s", err, out)
				}
				var result struct{ Changed []struct{ Profile string } }
				if err := json.Unmarshal(out, &result); err != nil && len(out) > 0 {
					t.Error(err)
				}
				mu.Lock()
				for _, c := range result.Changed {
					held[c.Profile]++
					total++
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	t.Logf("%d holds and %d writes by agents", total, turns*len(files))
	for name, file := range files {
		snapshot, err := poolstate.Open(file).Load()
		must(t, err)
		credential := snapshot.Pool.Find(poolstate.Ref{Provider: "p", ID: "a"})
		equal(t, "streak of "+name, credential.Streak.Count(), held[name])
		equal(t, "requests of "+name, credential.RequestCount.Or(0), turns)
		equal(t, "at least one hold of "+name, held[name] > 0, true)
		equal(t, "names in the directory of "+name, strings.TrimSuffix(strings.Join(namesIn(t, filepath.Dir(file)), " "), " profiles"), "auth.json auth.lock")
	}
	journal := readFile(t, filepath.Join(state, "pooltop", "events.jsonl"))
	equal(t, "actions in the journal", bytes.Count(journal, []byte(`"action":`)), total)
}

// readUntil reads a file after each change in its directory until done is closed. It returns
// the number of reads and fails the test if the file is ever incomplete.
func readUntil(t *testing.T, file string, done <-chan struct{}) (reads int) {
	t.Helper()
	changes, err := fsnotify.NewWatcher()
	must(t, err)
	defer func() { must(t, changes.Close()) }()
	must(t, changes.Add(filepath.Dir(file)))
	for ; ; reads++ {
		data := readFile(t, file)
		if _, err := poolstate.Decode(data, nil); err != nil || !json.Valid(data) {
			t.Errorf("read %d: a torn file of %d bytes: %v", reads, len(data), err)
			<-done // wait for the writers, because they use t
			return reads
		}
		select {
		case <-done:
			return reads
		case <-changes.Events:
		case err := <-changes.Errors: // the event queue overflowed
			t.Log(err)
		}
	}
}

// lock holds the agent's lock until the test ends.
func lock(t *testing.T, file string) {
	t.Helper()
	l := flock.New(poolstate.LockPath(file))
	if ok, err := l.TryLock(); !ok || err != nil {
		t.Fatal(ok, err)
	}
	t.Cleanup(func() { _ = l.Close() })
}

// TestActionRun_LockTimeout checks that a command reports once that it is waiting for the
// lock, and gives up after 15 seconds.
func TestActionRun_LockTimeout(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	file := sampleFile(t, "backoff.json")
	lock(t, file)
	got := at(t, file, "reset", "openrouter", "backup-key")
	equal(t, "the exit code", got.code, exitLocked)
	if !regexp.MustCompile(`^pooltop reset: waiting up to 15s for the lock held by .+\npooltop reset: .+\n$`).MatchString(got.stderr) {
		t.Errorf("standard error is %q", got.stderr)
	}
	equal(t, "the file", string(readFile(t, file)), string(sample(t, "backoff.json")))
}
