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

	"pooltop/cli/internal/testkit"
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
		Operator: unjournaled(store),
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
			c, file := testkit.Open(t), storeFile(t, secretStore())
			runOn(t, c, "panicking", []string{panicIn + "=" + place, panicFile + "=" + file, "GOTRACEBACK=all"})
			c.Shows("one", "two", "live")
			writeFile(t, file+".armed", nil)
			c.Type("jkrjk")
			if code := c.Wait(); code == exitDone {
				t.Error("it ends as if nothing had happened")
			}
			c.CheckRestored()
			c.Until("say all of the panic", func(p *testkit.Emulator) bool {
				return bytes.Contains(p.All, []byte("pooltop: program was killed"))
			})
			dump := testkit.Read(c, func(p *testkit.Emulator) string { return string(p.All) })
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
		c := testkit.Open(t)
		runOn(t, c, "pooltop", []string{"TMPDIR=/nowhere"}, args...)
		if code := c.Wait(); code == exitDone {
			t.Errorf("%q is accepted", args)
		}
		c.CheckRestored()
		c.Shows("pooltop: ")
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
	c := testkit.Open(t)
	runOn(t, c, "shell", nil, "--file", sampleFile(t, "backoff.json"), "--now", pictureAt)
	c.Shows("work-oauth", "personal-api-key")
	for range 3 {
		running := c.Settings()
		c.Type("\x1a")
		c.Shows("job stopped")
		c.CheckRestored()
		c.Type("fg\n")
		c.Until("be the dashboard's again", func(p *testkit.Emulator) bool {
			return p.Switched() != "" && strings.Contains(p.String(), "work-oauth")
		})
		equal(t, "the settings under the dashboard", c.Settings(), running)
	}
	c.Type("q")
	equal(t, "the exit code", c.Wait(), exitDone)
	c.CheckRestored()
}

// A terminal that is closed ends the dashboard, whether a signal says so or
// not, and it does not spin meanwhile.
func TestAClosedTerminalEndsIt(t *testing.T) {
	for name, attr := range map[string]*syscall.SysProcAttr{
		"with a signal": {Setsid: true, Setctty: true},
		"without one":   {Setsid: true},
	} {
		t.Run(name, func(t *testing.T) {
			c := testkit.Open(t)
			c.Attr = attr
			runOn(t, c, "pooltop", nil, "--file", sampleFile(t, "backoff.json"), "--now", pictureAt)
			c.Shows("work-oauth", "personal-api-key")
			if err := c.Slave.Close(); err != nil {
				t.Fatal(err)
			}
			if err := c.Master.Close(); err != nil {
				t.Fatal(err)
			}
			c.Wait()
			state := c.Cmd.ProcessState
			if used := state.UserTime() + state.SystemTime(); used > 5*time.Second {
				t.Errorf("it used %s of the processor", used)
			}
		})
	}
}
