//go:build unix

package proc

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"
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

func init() {
	roles["polite"] = func() { // ends on SIGTERM
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGTERM)
		_, _ = os.Stdout.WriteString("ready")
		<-signals
		_, _ = os.Stderr.WriteString(", ended")
	}
	roles["stubborn"] = func() {
		signal.Ignore(syscall.SIGTERM)
		_, _ = os.Stdout.WriteString("ready")
		wait()
	}
}

// canceling is an output that cancels the command as soon as the command has written something.
type canceling struct {
	written bytes.Buffer
	cancel  func()
}

func (w *canceling) Write(p []byte) (int, error) {
	w.cancel()
	return w.written.Write(p)
}

// TestRun_Grace checks that a canceled command can end on its own, and is killed otherwise.
func TestRun_Grace(t *testing.T) {
	for _, tt := range []struct {
		role  string
		grace time.Duration
		want  string
	}{
		{"polite", time.Hour, "ready, ended"},
		{"stubborn", time.Millisecond, "ready"},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		out := &canceling{cancel: cancel}
		c := command(tt.role)
		c.Timeout, c.Grace, c.Out = 0, tt.grace, out
		if _, err := c.Run(ctx); !errors.Is(err, context.Canceled) || out.written.String() != tt.want {
			t.Errorf("%s: error %v, output %q", tt.role, err, out.written.String())
		}
	}
}
