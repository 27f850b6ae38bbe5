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
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"pooltop/poolstate"
)

func init() { roles["agent"] = agentRole }

// agentRole counts requests of the entries of a store, as an agent does:
// arguments are the path and how many.
func agentRole(args []string) int {
	n, _ := strconv.Atoi(args[1])
	for n > 0 {
		switch err := countAsAgent(args[0]); {
		case err == nil:
			n--
		case !errors.Is(err, context.DeadlineExceeded): // it got no turn, and wants another one
			fmt.Fprintln(os.Stderr, "agent:", err)
			return 1
		}
	}
	return 0
}

var requestCount = regexp.MustCompile(`"request_count": ?(\d+)`)

// countAsAgent takes the agent's lock, reads the file again, writes it whole in
// the agent's form and renames it.
func countAsAgent(path string) (err error) {
	l := flock.New(poolstate.LockPath(path))
	ctx, cancel := context.WithTimeout(context.Background(), poolstate.LockPatience)
	defer cancel()
	if ok, err := l.TryLockContext(ctx, 50*time.Millisecond); !ok {
		return err
	}
	defer func() { err = errors.Join(err, l.Unlock()) }()
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	data = requestCount.ReplaceAllFunc(data, func(was []byte) []byte {
		n, _ := strconv.Atoi(string(requestCount.FindSubmatch(was)[1]))
		return fmt.Appendf(nil, `"request_count": %d`, n+1)
	})
	if data, err = indented(data); err != nil {
		return fmt.Errorf("a torn file: %w", err)
	}
	tmp := fmt.Sprintf("%s.tmp.%d.%032x", path, os.Getpid(), len(data))
	if err := os.WriteFile(tmp, data, 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

func indented(data []byte) ([]byte, error) {
	var out bytes.Buffer
	if err := json.Indent(&out, data, "", "  "); err != nil {
		return nil, err
	}
	return append(bytes.TrimSpace(out.Bytes()), '\n'), nil
}

// Operators hold a credential by the command, over and over and at once, while
// agents rewrite the file. Each command that ends well adds one to the streak
// and one line to the journal, each turn of an agent adds a request, and no
// reader ever sees half a file.
func TestCommandsAndAgentsLoseNoUpdate(t *testing.T) {
	program := build(t)
	agents, turns := amount(3, 6), amount(30, 300)
	operators, commands := amount(3, 6), amount(6, 60)
	state := t.TempDir()
	file := storeFile(t, poolOf(`{"id": "a", "request_count": 0, "consecutive_failures": 0}`, `{"id": "b", "request_count": 0}`))
	var crowd sync.WaitGroup
	var held atomic.Int64
	for range operators {
		crowd.Go(func() {
			for range commands {
				cmd := exec.Command(program, "exhaust", "p", "a", "--for", "1h", "--file", file, "--now", pictureAt)
				cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+state)
				out, err := cmd.CombinedOutput()
				switch cmd.ProcessState.ExitCode() {
				case exitDone:
					held.Add(1)
				case exitRefused, exitLocked: // somebody else was first, or it got no turn
				default:
					t.Errorf("%v: %s", err, out)
				}
			}
		})
	}
	for range agents {
		agent := helper(t, "agent", file, strconv.Itoa(turns))
		crowd.Go(func() {
			if out, err := agent.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	done := make(chan struct{})
	go func() {
		crowd.Wait()
		close(done)
	}()
	looks := lookUntil(t, file, done)

	entry := credentialsIn(listedAt(t, file))[0]
	t.Logf("%d commands of %d were done, beside %d turns of agents and %d looks", held.Load(), operators*commands, agents*turns, looks)
	equal(t, "the streak", fmt.Sprint(entry["streak"]), fmt.Sprint(held.Load()))
	equal(t, "requests", fmt.Sprint(entry["request_count"]), fmt.Sprint(agents*turns))
	journal := readFile(t, filepath.Join(state, "pooltop", "events.jsonl"))
	equal(t, "lines of the journal", bytes.Count(journal, []byte("\n")), int(held.Load()))
	equal(t, "what lies beside the file", fmt.Sprint(namesIn(t, filepath.Dir(file))), "[auth.json auth.lock]")
	equal(t, "commands that were done", int(held.Load()) >= commands, true)
}

// lookUntil reads the file until done and returns how often; each version that
// it sees has to be whole.
func lookUntil(t *testing.T, file string, done <-chan struct{}) (looks int) {
	t.Helper()
	for ; ; looks++ {
		data := readFile(t, file)
		if _, err := poolstate.Decode(data, nil); err != nil || !json.Valid(data) {
			t.Errorf("look %d sees a torn file of %d bytes: %v", looks, len(data), err)
			<-done // who writes reports to this test
			return looks
		}
		select {
		case <-done:
			return looks
		default:
		}
	}
}

func listedAt(t *testing.T, file string) object {
	t.Helper()
	o := at(t, file, "list", "--json")
	equal(t, "the exit code of list", o.code, exitDone)
	return decoded(t, o.stdout)
}
