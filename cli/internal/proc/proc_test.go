package proc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// roles are further commands that the test binary can act as.
var roles = map[string]func(){}

// TestMain makes the test binary act as a command if the environment says so.
func TestMain(m *testing.M) {
	switch os.Getenv("PROC_TEST") {
	case "":
		os.Exit(m.Run())
	case "echo":
		_, _ = io.Copy(os.Stdout, os.Stdin)
		fmt.Fprint(os.Stderr, strings.Join(os.Args[1:], "|"))
	case "fail":
		os.Exit(3)
	case "child": // leaves a process running that keeps the output open
		cmd := exec.Command(os.Args[0])
		cmd.Env, cmd.Stdout = append(os.Environ(), "PROC_TEST=hang"), os.Stdout
		if err := cmd.Start(); err != nil {
			os.Exit(1)
		}
		if len(os.Args) > 1 {
			wait()
		}
	case "hang":
		if path := os.Getenv("PROC_TEST_PIPE"); path != "" {
			pipe, _ := os.OpenFile(path, os.O_WRONLY, 0)
			_, _ = pipe.WriteString("x")
			defer func() { _ = pipe.Close() }()
		}
		wait()
	default:
		roles[os.Getenv("PROC_TEST")]()
	}
}

// wait waits for this process to be killed. The timer keeps the runtime from reporting a deadlock.
func wait() { <-time.After(time.Hour) }

func command(role string, args ...string) *Command {
	return &Command{
		Args: append([]string{os.Args[0]}, args...), Env: append(os.Environ(), "PROC_TEST="+role), Timeout: time.Minute, MaxOutput: 1 << 10,
	}
}

func TestRun(t *testing.T) {
	c := command("echo", "a b", "$HOME", "*")
	c.Stdin = []byte("input\n")
	out, err := c.Run(t.Context())
	if err != nil || string(out.Stdout) != "input\n" || string(out.Stderr) != "a b|$HOME|*" {
		t.Errorf("echo: %q, %q, %v", out.Stdout, out.Stderr, err)
	}
	c.Stdin, c.MaxOutput = bytes.Repeat([]byte("x"), 1<<20), 10
	if out, err = c.Run(t.Context()); err != nil || string(out.Stdout) != "xxxxxxxxxx" || len(out.Stderr) != 10 {
		t.Errorf("with too much output: %q, %q, %v", out.Stdout, out.Stderr, err)
	}
	c = command("fail")
	c.Stdin = bytes.Repeat([]byte("x"), 1<<20) // more than fits into the pipe; it is not read
	if _, err = c.Run(t.Context()); err == nil || err.Error() != "exit status 3" {
		t.Errorf("a command that fails: %v", err)
	}
	c.Args[0] = "/nonexistent"
	if _, err = c.Run(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no command: %v", err)
	}
}

func TestRun_Ended(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := command("hang")
	if _, err := c.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	c.Timeout = time.Millisecond
	if _, err := c.Run(t.Context()); !errors.Is(err, ErrTimeout) {
		t.Errorf("error %v, want %v", err, ErrTimeout)
	}
}
