//go:build unix

package proc

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestRun_Group checks that canceling a command, or Contain, also ends the processes that the
// command has started. Such a process holds a named pipe open until it ends.
func TestRun_Group(t *testing.T) {
	for _, contain := range []bool{false, true} {
		pipe := filepath.Join(t.TempDir(), "pipe")
		if err := syscall.Mkfifo(pipe, 0o600); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() {
			f, err := os.Open(pipe)
			if err == nil {
				_, err = f.Read(make([]byte, 1)) // written by the process
			}
			if !contain {
				cancel()
			}
			if err == nil {
				_, err = io.ReadAll(f)
			}
			ended <- err
		}()
		c := command("child", "wait")
		if c.Contain = contain; contain {
			c = command("child")
			c.Contain = true
		}
		c.Env = append(c.Env, "PROC_TEST_PIPE="+pipe)
		_, err := c.Run(ctx)
		if errors.Is(err, context.Canceled) == contain {
			t.Errorf("error %v", err)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
		cancel()
	}
}
