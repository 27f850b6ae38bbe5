package counts

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"pooltop/poolstate"
	"pooltop/poolstate/guard"
	"pooltop/poolstate/userfile"
)

var now = time.Unix(1795425600, 0).UTC()

const secret = "sk-SECRET-0123456789"

// failed returns a pool whose first credential failed the given time before now and whose
// second is ready.
func failed(t *testing.T, ago time.Duration) *poolstate.Pool {
	t.Helper()
	at := now.Add(-ago).Format(`"last_status_at": "2006-01-02T15:04:05Z"`)
	pool, err := poolstate.Decode([]byte(`{"credential_pool": {"p": [
		{"id": "a", "access_token": "`+secret+`", "last_status": "exhausted", "last_error_code": 429, `+at+`},
		{"id": "b", "access_token": "sk-SECRET-9876543210"}]}}`), time.UTC)
	must(t, err)
	return pool
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// observed observes a pool and returns the streak of its first credential.
func observed(t *testing.T, c *Counter, pool *poolstate.Pool) int {
	t.Helper()
	_, err := c.Observe(pool, guard.Rules{Policy: poolstate.Flat()}, now)
	must(t, err)
	return pool.Providers[0].Credentials[0].Observed.Or(-1)
}

func wantStreak(t *testing.T, what string, got, want int) {
	t.Helper()
	if got != want {
		t.Errorf("%s: streak %d, want %d", what, got, want)
	}
}

// Concurrent counters for a store count each failure once, and a new counter continues with
// the stored state.
func TestObserve_Concurrent(t *testing.T) {
	dir := t.TempDir()
	for _, ago := range []time.Duration{4 * time.Hour, 2 * time.Hour, 0} {
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() { observed(t, New(dir, "/auth.json"), failed(t, ago)) })
		}
		group.Wait()
	}
	wantStreak(t, "after three failures", observed(t, New(dir, "/auth.json"), failed(t, 0)), 3)
	wantStreak(t, "another store", observed(t, New(dir, "/other.json"), failed(t, 0)), 1)
}

// A snapshot that shows nothing new is observed without the lock.
func TestObserve_NoLock(t *testing.T) {
	dir := t.TempDir()
	c := New(dir, "/auth.json")
	observed(t, c, failed(t, 0))
	l, err := userfile.Lock(c.path+".lock", lockTimeout)
	must(t, err)
	defer func() { _ = l.Unlock() }()
	wantStreak(t, "while the state is locked", observed(t, New(dir, "/auth.json"), failed(t, 0)), 1)
}

func TestObserve_NoSecret(t *testing.T) {
	dir := t.TempDir()
	observed(t, New(dir, "/auth.json"), failed(t, 0))
	files, err := filepath.Glob(filepath.Join(dir, "counts", "*"))
	must(t, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		must(t, err)
		if strings.Contains(string(data), "SECRET") {
			t.Errorf("%s contains a secret", file)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
			t.Errorf("%s: %v %v", file, info.Mode(), err)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "counts")); err != nil || info.Mode().Perm() != 0o700 && runtime.GOOS != "windows" {
		t.Errorf("the directory: %v %v", info.Mode(), err)
	}
	if len(files) != 2 {
		t.Errorf("files %v", files)
	}
}

// New tokens end the streak, even if they arrived while no process was running.
func TestObserve_NewTokens(t *testing.T) {
	dir := t.TempDir()
	observed(t, New(dir, "/auth.json"), failed(t, 0))
	pool, err := poolstate.Decode([]byte(`{"credential_pool": {"p": [{"id": "a", "access_token": "sk-new"}]}}`), time.UTC)
	must(t, err)
	wantStreak(t, "new tokens", observed(t, New(dir, "/auth.json"), pool), 0)
}

func TestPeek(t *testing.T) {
	dir := t.TempDir()
	c, pool := New(dir, "/auth.json"), failed(t, 0)
	must(t, c.Peek(pool, guard.Rules{Policy: poolstate.Flat()}, now))
	wantStreak(t, "without a state", pool.Providers[0].Credentials[0].Observed.Or(-1), 1)
	if names, _ := os.ReadDir(dir); len(names) > 0 {
		t.Errorf("Peek creates %v", names)
	}
}

// Without a usable state, failures are counted in memory and Decide returns no decisions.
func TestDecide_NoState(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, dir string, c *Counter){
		"the directory is a file": func(t *testing.T, dir string, _ *Counter) {
			must(t, os.WriteFile(filepath.Join(dir, "counts"), nil, 0o600))
		},
		"the state is damaged": func(t *testing.T, dir string, c *Counter) {
			must(t, os.Mkdir(filepath.Join(dir, "counts"), 0o700))
			must(t, os.WriteFile(c.path+".json", []byte(`{"providers":`), 0o600))
		},
		"the state is a directory": func(t *testing.T, _ string, c *Counter) { must(t, os.MkdirAll(c.path+".json", 0o700)) },
		"the lock is a directory":  func(t *testing.T, _ string, c *Counter) { must(t, os.MkdirAll(c.path+".lock", 0o700)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			c := New(dir, "/auth.json")
			spoil(t, dir, c)
			rules := guard.Rules{Policy: poolstate.Flat(), Curve: poolstate.DefaultCurve()}
			for n, ago := range []time.Duration{2 * time.Hour, 0} {
				pool := failed(t, ago)
				if _, err := c.Observe(pool, rules, now); err == nil {
					t.Error("no error")
				}
				wantStreak(t, "in memory", pool.Providers[0].Credentials[0].Observed.Or(-1), n+1)
			}
			if _, decisions, err := c.Decide(failed(t, 0), rules, now); err == nil || len(decisions) > 0 {
				t.Errorf("decisions %v, error %v", decisions, err)
			}
			if c.Check() == nil {
				t.Error("Check returns no error")
			}
		})
	}
}

// An in-memory counter counts failures, but Check and Detach return an error.
func TestInMemory(t *testing.T) {
	c := InMemory()
	wantStreak(t, "first failure", observed(t, c, failed(t, 2*time.Hour)), 1)
	wantStreak(t, "second failure", observed(t, c, failed(t, 0)), 2)
	for name, err := range map[string]error{"Check": c.Check(), "Detach": c.Detach()} {
		if !errors.Is(err, ErrInMemory) {
			t.Errorf("%s returns %v", name, err)
		}
	}
}

// The error about a damaged state file contains instructions.
func TestCheck_Damaged(t *testing.T) {
	c := New(t.TempDir(), "/auth.json")
	must(t, c.Check())
	must(t, os.WriteFile(c.path+".json", []byte(`{"providers": {"p": null}}`), 0o600))
	if err := c.Check(); err == nil || !strings.Contains(err.Error(), "remove it to start counting again") {
		t.Errorf("error %v", err)
	}
}

// A detached counter starts with the stored state and does not change it.
func TestDetach(t *testing.T) {
	dir := t.TempDir()
	observed(t, New(dir, "/auth.json"), failed(t, 2*time.Hour))
	c := New(dir, "/auth.json")
	must(t, c.Detach())
	wantStreak(t, "detached", observed(t, c, failed(t, 0)), 2)
	stored := failed(t, 2*time.Hour)
	wantStreak(t, "stored", observed(t, New(dir, "/auth.json"), stored), 1)
}

func TestGuard(t *testing.T) {
	dir := t.TempDir()
	first, second := New(dir, "/auth.json"), New(dir, "/auth.json")
	if _, running := second.Running(); running {
		t.Error("a guard is running before the first one has started")
	}
	self := Guard{Host: "box", PID: 312, Command: "pooltop guard", Only: []string{"p"}, Sole: true}
	release, err := first.Guard(self)
	must(t, err)
	if other, running := second.Running(); !running || !reflect.DeepEqual(other, self) {
		t.Errorf("running %v: %v", running, other)
	}
	var busy *RunningError
	if _, err := second.Guard(Guard{}); !errors.As(err, &busy) || !reflect.DeepEqual(busy.Other, self) ||
		err.Error() != "another guard is running on this store: pooltop guard (process 312 on box)" {
		t.Errorf("error %v", err)
	}
	if curve := self.Limit(poolstate.DefaultCurve()); !curve.Includes("p") || curve.Includes("q") || !curve.Sole {
		t.Errorf("the guard has the curve %v", curve)
	}
	release()
	if _, running := second.Running(); running {
		t.Error("a guard is still running after it was released")
	}
	if _, err := os.Stat(first.path + ".guard"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the description of the guard was not removed: %v", err)
	}
	release, err = second.Guard(self)
	must(t, err)
	release()
}

// Peek counts in memory while the stored state does not change. When another process stores
// the counts, no total decreases and no failure is counted twice.
func TestCounter_Peek_Totals(t *testing.T) {
	dir := t.TempDir()
	observed(t, New(dir, "/auth.json"), failed(t, 9*time.Hour))
	c := New(dir, "/auth.json")
	peek := func(what string, ago time.Duration, want int) {
		t.Helper()
		pool := failed(t, ago)
		must(t, c.Peek(pool, guard.Rules{Policy: poolstate.Flat()}, now))
		if got := pool.Providers[0].Credentials[0].Exhaustions[429]; got != want {
			t.Errorf("%s: %d failures, want %d", what, got, want)
		}
	}
	peek("stored", 9*time.Hour, 1)
	peek("a new failure", 6*time.Hour, 2)
	peek("the same failure", 6*time.Hour, 2)
	peek("another failure", 4*time.Hour, 3)
	observed(t, New(dir, "/auth.json"), failed(t, 4*time.Hour)) // has missed a failure
	peek("stored by another process", 4*time.Hour, 3)
	peek("a failure after that", 2*time.Hour, 4)
}
