package poolstate

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// writerEnv makes the test binary one of several writers of the store that it
// names.
const writerEnv = "POOLSTATE_TEST_WRITER"

const (
	writers        = 4
	writesOfWriter = 25
)

func TestMain(m *testing.M) {
	if path := os.Getenv(writerEnv); path != "" {
		if err := write(Open(path)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// write counts requests, one update each.
func write(s *Store) error {
	ref := Ref{Provider: "openrouter", ID: "d4410b"}
	for range writesOfWriter {
		err := update(context.Background(), s, ref, func(c Credential) Change { return Used(c, 1) })
		if err != nil {
			return err
		}
	}
	return nil
}

// crowd has several writers at work on one store, and somebody who looks all
// the while. Every version that can be seen is whole, and no write is lost.
func crowd(t *testing.T, run func(path string) error) {
	s := newStore(t, string(sample(t, "backoff.json")))
	ref := Ref{Provider: "openrouter", ID: "d4410b"}
	before, _ := find(t, load(t, s), ref).RequestCount.Get()

	var crew sync.WaitGroup
	for range writers {
		crew.Go(func() {
			if err := run(s.Path()); err != nil {
				t.Error(err)
			}
		})
	}
	done := make(chan struct{})
	go func() {
		crew.Wait()
		close(done)
	}()
	looks, last := 0, before
	for reading := true; reading; looks++ {
		select {
		case <-done:
			reading = false
		default:
		}
		snap, err := s.Load()
		if err != nil {
			t.Errorf("look %d: %v", looks, err)
			break
		}
		n, _ := snap.Pool.Find(ref).RequestCount.Get()
		if n < last {
			t.Errorf("look %d: the count fell from %d to %d", looks, last, n)
		}
		last = n
	}
	<-done
	equal(t, "requests", last, before+writers*writesOfWriter)
	checkNames(t, filepath.Dir(s.Path()), "auth.json", "auth.lock")
}

func TestSeveralProcessesLoseNoWrite(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	crowd(t, func(path string) error {
		cmd := exec.Command(exe)
		cmd.Env = append(os.Environ(), writerEnv+"="+path)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("a writer: %w: %s", err, out)
		}
		return nil
	})
}

func TestSeveralGoroutinesLoseNoWrite(t *testing.T) {
	crowd(t, func(path string) error { return write(openStore(path)) })
}

// One store may be used by several goroutines as well.
func TestOneStoreServesSeveralGoroutines(t *testing.T) {
	var shared *Store
	var once sync.Once
	crowd(t, func(path string) error {
		once.Do(func() { shared = Open(path) })
		return write(shared)
	})
}
