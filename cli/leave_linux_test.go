package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"pooltop/model"
	"pooltop/poolstate"
)

// errands of the roles, by the environment.
const (
	panicIn   = "POOLTOP_TEST_PANIC"
	panicFile = "POOLTOP_TEST_FILE"
)

// panicking is the dashboard over a store, which comes to grief at a place that
// the environment names, when the store was loaded.
func panicking() {
	file := os.Getenv(panicFile)
	o := &options{policy: "auto", noJournal: true}
	store := poolstate.Open(file)
	var armed atomic.Bool
	here := func(place string) {
		if armed.Load() && os.Getenv(panicIn) == place {
			snapshot, err := store.Load()
			panic(fmt.Sprintf("%+v %v", *snapshot.Pool, err)) // as much as anybody could say of it
		}
	}
	cfg := model.Config{
		Operator: onlooker(store),
		Path:     "the store",
		Clock:    model.Clock{Now: func() time.Time { here("update"); return time.Now() }, Rate: 1},
		Caption: func(time.Time) string {
			here("view")
			_, err := os.Stat(file + ".armed")
			armed.Store(err == nil)
			return ""
		},
		ExplainError: func(error) string { here("error"); return "" },
	}
	cfg.Operator.Number = func() string { here("command"); return "n" }
	if err := runDashboard(context.Background(), o, cfg); err != nil {
		printError(os.Stderr, err)
		os.Exit(exitCode(err))
	}
}

// The terminal is restored after a panic as well, wherever it happens, and what
// is printed of it holds no secret.
func TestAPanicRestoresTheTerminal(t *testing.T) {
	for _, place := range []string{"update", "view", "command"} {
		t.Run(place, func(t *testing.T) {
			c, file := sitDown(t), storeFile(t, secretStore())
			c.run("panicking", []string{panicIn + "=" + place, panicFile + "=" + file, "GOTRACEBACK=all"})
			c.shows("one", "two", "live")
			writeFile(t, file+".armed", nil)
			c.typed("jkrjk")
			if code := c.ends(); code == exitDone {
				t.Error("it ends as if nothing had happened")
			}
			c.restored()
			c.until("say all of the panic", func(p *picturedTerminal) bool {
				return bytes.Contains(p.all, []byte("pooltop: program was killed"))
			})
			dump := look(c, func(p *picturedTerminal) string { return string(p.all) })
			if place != "command" { // whose dump may be cut off by the end of the program
				says(t, dump, "Caught panic", "openrouter/a", "goroutine")
			}
			checkNoSecret(t, "the dump", outcome{stdout: dump})
		})
	}
}

// A dashboard that cannot begin leaves the terminal alone.
func TestAnErrorLeavesTheTerminalAlone(t *testing.T) {
	for _, args := range [][]string{{"--policy", "nonsense"}, {"--now", "nonsense"}, {"demo", "--scenario", "nonsense"}, {"list", "--file", "/nowhere"}} {
		c := sitDown(t)
		c.run("pooltop", []string{"TMPDIR=/nowhere"}, args...)
		if code := c.ends(); code == exitDone {
			t.Errorf("%q is accepted", args)
		}
		c.restored()
		c.shows("pooltop: ")
	}
}

// shell runs pooltop in the foreground, as a job of its own, and waits with it:
// it says on its own terminal when the job has stopped, and sends it on when a
// line is typed.
func shell() {
	signal.Ignore(syscall.SIGTTOU) // to take the terminal back
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	cmd := exec.Command(self, os.Args[1:]...)
	cmd.Env = append(os.Environ(), roleEnv+"=pooltop")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Foreground: true, Ctty: 0}
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	for {
		var status syscall.WaitStatus
		if _, err := syscall.Wait4(cmd.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil {
			panic(err)
		}
		foreground(syscall.Getpgrp())
		if !status.Stopped() {
			os.Exit(status.ExitStatus())
		}
		fmt.Print("job stopped\r\n")
		_, _ = os.Stdin.Read(make([]byte, 80))
		foreground(cmd.Process.Pid)
		if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGCONT); err != nil {
			panic(err)
		}
	}
}

func foreground(group int) {
	if err := unix.IoctlSetPointerInt(0, unix.TIOCSPGRP, group); err != nil {
		panic(err)
	}
}

// ctrl+z gives the terminal back to the shell, and fg brings the dashboard back.
func TestSuspendAndResume(t *testing.T) {
	c := sitDown(t)
	c.run("shell", nil, "--file", sampleFile(t, "backoff.json"), "--now", pictureAt)
	c.shows("work-oauth", "personal-api-key")
	for range 3 {
		running := c.settings()
		c.typed("\x1a")
		c.shows("job stopped")
		c.restored()
		c.typed("fg\n")
		c.until("be the dashboard's again", func(p *picturedTerminal) bool {
			return p.switched() != "" && strings.Contains(p.String(), "work-oauth")
		})
		equal(t, "the settings under the dashboard", c.settings(), running)
	}
	c.typed("q")
	equal(t, "the exit code", c.ends(), exitDone)
	c.restored()
}

// A terminal that is closed ends the dashboard, whether a signal says so or
// not, and it does not spin meanwhile.
func TestAClosedTerminalEndsIt(t *testing.T) {
	for name, attr := range map[string]*syscall.SysProcAttr{
		"with a signal": {Setsid: true, Setctty: true},
		"without one":   {Setsid: true},
	} {
		t.Run(name, func(t *testing.T) {
			c := sitDown(t)
			c.attr = attr
			c.run("pooltop", nil, "--file", sampleFile(t, "backoff.json"), "--now", pictureAt)
			c.shows("work-oauth", "personal-api-key")
			if err := c.slave.Close(); err != nil {
				t.Fatal(err)
			}
			if err := c.master.Close(); err != nil {
				t.Fatal(err)
			}
			c.ends()
			state := c.cmd.ProcessState
			if used := state.UserTime() + state.SystemTime(); used > 5*time.Second {
				t.Errorf("it used %s of the processor", used)
			}
		})
	}
}
