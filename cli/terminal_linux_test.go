package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"

	"pooltop/cli/config"
	"pooltop/cli/internal/testkit"
	"pooltop/model"
	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/poolstate/simulate"
)

func init() {
	roles["panicking"] = func([]string) int { runPanicking(); return 0 }
	roles["shell"] = func([]string) int { runShell(); return 0 }
}

// runOn starts the test binary in a role on a terminal, with a temporary home directory.
func runOn(t *testing.T, c *testkit.Terminal, role string, env []string, args ...string) {
	t.Helper()
	home := t.TempDir()
	cmd := helper(t, role, args...)
	cmd.Env = append(append(cmd.Env, "TERM=xterm-256color", "COLORTERM=truecolor", "TZ=UTC",
		"HOME="+home, "XDG_STATE_HOME="+filepath.Join(home, "state")), env...)
	c.Start(cmd)
}

// runDashboardOn starts the dashboard on a sample and waits until it is drawn.
func runDashboardOn(t *testing.T, c *testkit.Terminal, role string) (file string) {
	t.Helper()
	file = sampleFile(t, "backoff.json")
	runOn(t, c, role, nil, "--file", file, "--now", sampleTime)
	c.Shows("work-oauth", "personal-api-key")
	return file
}

func TestDashboard_RestoresTerminal(t *testing.T) {
	t.Parallel()
	signal := func(s syscall.Signal) func(*testkit.Terminal) {
		return func(c *testkit.Terminal) { c.Signal(s) }
	}
	for _, tt := range []struct {
		name string
		end  func(*testkit.Terminal)
	}{
		{"q", func(c *testkit.Terminal) { c.Type("q") }},
		{"ctrl+c", func(c *testkit.Terminal) { c.Type("\x03") }},
		{"mouse on", func(c *testkit.Terminal) { c.Type("m"); c.Shows("mouse on"); c.Type("q") }},
		{"SIGTERM", signal(syscall.SIGTERM)},
		{"SIGHUP", signal(syscall.SIGHUP)},
		{"SIGINT", signal(syscall.SIGINT)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := testkit.Open(t)
			runDashboardOn(t, c, "pooltop")
			if testkit.Read(c, (*testkit.Emulator).Switched) == "" || c.Settings() == c.Initial {
				t.Error("the dashboard changed nothing that could be restored")
			}
			tt.end(c)
			equal(t, "exit code", c.Wait(), exitDone)
			c.CheckRestored()
		})
	}
}

// TestMain_IgnoredSIGHUP checks that Main still ignores SIGHUP if its parent did, as
// nohup does.
func TestMain_IgnoredSIGHUP(t *testing.T) {
	c := testkit.Open(t)
	file := storeFile(t, poolOf(`{"access_token": "none", "id": "a"}`, `{"access_token": "none", "id": "b", "last_status": "dead", "last_status_at": 1795425000}`))
	cmd := exec.Command("/bin/sh", "-c", `trap "" HUP; exec "$0" "$@"`, os.Args[0],
		"events", "--file", file, "--since", "2h", "--now", sampleTime, "--no-color")
	cmd.Env = append(os.Environ(), roleEnv+"=pooltop", "TERM=xterm-256color", "XDG_STATE_HOME="+t.TempDir())
	c.Start(cmd)
	c.Shows("p/b", "dead") // the file is watched once the history is printed
	c.Signal(syscall.SIGHUP)
	writeFile(t, file, []byte(poolOf(`{"access_token": "none", "id": "a"}`, `{"access_token": "none", "id": "b"}`, `{"access_token": "none", "id": "after-hangup"}`)))
	c.Shows("p/after-hangup", "added")
	c.Signal(syscall.SIGTERM)
	equal(t, "exit code", c.Wait(), exitDone)
}

// TestDashboard_LateScrollRegion checks that a resized dashboard is redrawn correctly if the
// terminal has a scroll region for its previous size. On a slow line, the terminal receives
// such a region after it was resized.
func TestDashboard_LateScrollRegion(t *testing.T) {
	t.Parallel()
	c := testkit.Open(t)
	runDashboardOn(t, c, "pooltop")
	c.Shows("live", "q quit")
	c.Block()
	c.Resize(120, 40)
	must(t, testkit.Read(c, func(p *testkit.Emulator) error { _, err := p.Write([]byte("\x1b[1;20r")); return err }))
	c.Unblock()
	c.Until("redraw everything", func(p *testkit.Emulator) bool {
		lines := strings.Split(p.String(), "\n")
		return strings.HasPrefix(lines[0], "  pooltop") && strings.HasSuffix(lines[39], "q quit")
	})
	c.Type("q")
	equal(t, "exit code", c.Wait(), exitDone)
}

// waitForName starts watching a directory. The returned function waits for a change to a
// file whose name begins with the prefix, and returns the path of the file.
func waitForName(t *testing.T, dir, prefix string) func() string {
	t.Helper()
	w, err := fsnotify.NewWatcher()
	if err == nil {
		err = w.Add(dir)
	}
	must(t, err)
	t.Cleanup(func() { _ = w.Close() })
	return func() string {
		t.Helper()
		timeout := time.After(time.Minute)
		for {
			select {
			case e := <-w.Events:
				if strings.HasPrefix(filepath.Base(e.Name), prefix) {
					return e.Name
				}
			case err := <-w.Errors:
				t.Fatal(err)
			case <-timeout:
				t.Fatalf("no %s appeared in %s", prefix, dir)
			}
		}
	}
}

// TestDemo_BlockedTerminal checks that signals end the demo even if its terminal has stopped
// reading.
func TestDemo_BlockedTerminal(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		atStart bool
		signal  syscall.Signal
	}{
		{"from the start", true, syscall.SIGTERM},
		{"while running", false, syscall.SIGTERM},
		{"terminal hung up", false, syscall.SIGHUP},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel() // each waits for shutdownTimeout
			c, tmp := testkit.Open(t), t.TempDir()
			created := waitForName(t, tmp, "pooltop-demo-")
			if tt.atStart {
				c.Block()
			}
			runOn(t, c, "pooltop", []string{"TMPDIR=" + tmp}, "demo", "--speed", "60000")
			dir := created()
			if !tt.atStart {
				c.Shows("ready", "anthropic")
				c.Block()
			}
			c.Signal(tt.signal)
			if tt.signal == syscall.SIGHUP {
				_ = c.Cmd.Process.Signal(tt.signal) // the kernel and the shell may both send it
			}
			equal(t, "exit code", c.Wait(), exitDone)
			if _, err := os.Stat(dir); !os.IsNotExist(err) {
				t.Errorf("%s was not removed", dir)
			}
			equal(t, "terminal settings", c.Settings(), c.Initial)
		})
	}
}

// TestDashboard_BlockedTerminal checks that the dashboard still records events while its
// terminal is blocked, and shows the latest state afterwards.
func TestDashboard_BlockedTerminal(t *testing.T) {
	t.Parallel()
	c, state := testkit.Open(t), t.TempDir()
	file := storeFile(t, poolOf(`{"access_token": "none", "id": "a", "label": "label-a"}`, `{"access_token": "none", "id": "b"}`))
	runOn(t, c, "pooltop", []string{"XDG_STATE_HOME=" + state}, "--file", file)
	c.Shows("label-a", "2 ready")
	directory := waitForName(t, state, "pooltop")
	c.Block()
	writeFile(t, file, []byte(poolOf(`{"access_token": "none", "id": "a", "label": "label-a", "last_status": "dead"}`, `{"access_token": "none", "id": "b"}`)))
	journaled := waitForName(t, directory(), "events.jsonl")
	writeFile(t, file, []byte(poolOf(`{"access_token": "none", "id": "a", "label": "label-c"}`, `{"access_token": "none", "id": "b", "last_status": "dead"}`)))
	journaled()
	c.Unblock()
	c.Shows("label-c", "1 dead")
	c.Type("q")
	equal(t, "exit code", c.Wait(), exitDone)
	c.CheckRestored()
}

func TestEvents_BlockedTerminal(t *testing.T) {
	t.Parallel()
	c, log := testkit.Open(t), filepath.Join(t.TempDir(), "debug.log")
	file := storeFile(t, poolOf(`{"access_token": "none", "id": "a"}`, `{"access_token": "none", "id": "b", "last_status": "dead", "last_status_at": 1795425000}`))
	runOn(t, c, "pooltop", nil, "events", "--file", file, "--since", "2h", "--now", sampleTime, "--no-color", "--log-file", log)
	c.Shows("p/b", "dead")
	c.Block()
	logged := waitForName(t, filepath.Dir(log), "debug.log")
	writeFile(t, file, []byte(poolOf(`{"access_token": "none", "id": "a", "last_status": "dead"}`, `{"access_token": "none", "id": "b"}`)))
	for !strings.Contains(string(readFile(t, log)), "msg=event") { // events are logged before they are printed
		logged()
	}
	c.Signal(syscall.SIGTERM)
	equal(t, "exit code", c.Wait(), exitDone)
}

// TestDashboard_ResetAndQuitTogether checks that keys that arrive together are handled in
// order, and that quitting waits for the reset.
func TestDashboard_ResetAndQuitTogether(t *testing.T) {
	t.Parallel()
	c := testkit.Open(t)
	file := runDashboardOn(t, c, "pooltop")
	c.Type("jrq")
	equal(t, "exit code", c.Wait(), exitDone)
	c.CheckRestored()
	c.Shows("reset work-oauth: cooling, streak 3, until", "ready, streak 0")
	contains(t, done(t, at(t, file, "list", "anthropic")), "2 of 3 ready")
}

// interruptions maps each exit code to the interruption that causes it.
var interruptions = map[int]func(*testkit.Terminal){
	130: func(c *testkit.Terminal) { c.Type("\x03") },
	143: func(c *testkit.Terminal) { c.Signal(syscall.SIGTERM) },
	129: func(c *testkit.Terminal) { c.Signal(syscall.SIGHUP) },
}

func TestReset_InterruptedWhileWaiting(t *testing.T) {
	t.Parallel()
	file := sampleFile(t, "backoff.json")
	lock(t, file)
	for code, interrupt := range interruptions {
		c := testkit.Open(t)
		runOn(t, c, "pooltop", nil, "reset", "openrouter", "backup-key", "--file", file, "--now", sampleTime)
		c.Shows("reset: waiting up to 15s for the lock held by ")
		interrupt(c)
		equal(t, "exit code", c.Wait(), code)
		c.Shows("pooltop reset: interrupted; nothing was written")
	}
	equal(t, "file", string(readFile(t, file)), string(sample(t, "backoff.json")))
}

func TestReset_InterruptedConfirmation(t *testing.T) {
	t.Parallel()
	file := sampleFile(t, "backoff.json")
	for code, interrupt := range interruptions {
		c := testkit.Open(t)
		runOn(t, c, "pooltop", nil, "reset", "openrouter", "--file", file, "--now", sampleTime)
		c.Shows("Reset anyway? [y/N]")
		interrupt(c)
		equal(t, "exit code", c.Wait(), code)
		c.Shows("\npooltop reset: interrupted; nothing was written")
	}
	equal(t, "file", string(readFile(t, file)), string(sample(t, "backoff.json")))
}

// Environment variables for the role "panicking".
const (
	panicIn   = "POOLTOP_TEST_PANIC"
	panicFile = "POOLTOP_TEST_FILE"
)

// runPanicking runs a dashboard that panics in the function that the environment variable
// panicIn names. It panics only after the file auth.json.armed has been created.
func runPanicking() {
	file := os.Getenv(panicFile)
	store := poolstate.Open(file)
	var armed atomic.Bool
	panicAt := func(place string) {
		if armed.Load() && os.Getenv(panicIn) == place {
			snapshot, err := store.Load()
			panic(fmt.Sprintf("%+v %v", *snapshot.Pool, err)) // everything that a panic could print
		}
	}
	cfg := model.Config{
		Stores: []model.Store{{
			Operator:     &journal.Operator{Store: store, Log: noLog, Number: func() string { panicAt("command"); return "n" }},
			Path:         "the store",
			ExplainError: func(error) string { panicAt("error"); return "" },
		}},
		Clock: model.Clock{Now: func() time.Time { panicAt("update"); return time.Now() }, Rate: 1},
		Demo: &model.Demo{Restarts: func() int { return 0 }, Narrate: func(simulate.View) string {
			panicAt("view")
			_, err := os.Stat(file + ".armed")
			armed.Store(err == nil)
			return ""
		}},
	}
	if err := runDashboard(context.Background(), config.Default(), noLog, cfg); err != nil {
		printError(os.Stderr, "pooltop", err)
		os.Exit(exitCode(err))
	}
}

// TestDashboard_Panic checks that a panic restores the terminal and prints no secrets.
func TestDashboard_Panic(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"update", "view", "command"} {
		t.Run(place, func(t *testing.T) {
			c, file := testkit.Open(t), storeFile(t, secretStore())
			runOn(t, c, "panicking", []string{panicIn + "=" + place, panicFile + "=" + file, "GOTRACEBACK=all"})
			c.Shows("one", "two", "live")
			writeFile(t, file+".armed", nil)
			c.Type("jkrjk")
			if code := c.Wait(); code == exitDone {
				t.Error("exit code 0 after a panic")
			}
			c.CheckRestored()
			c.Until("print the end of the panic", func(p *testkit.Emulator) bool {
				return bytes.Contains(p.All, []byte("pooltop: program was killed"))
			})
			dump := testkit.Read(c, func(p *testkit.Emulator) string { return string(p.All) })
			if place != "command" { // a panic in a command may end the program before the dump is complete
				contains(t, dump, "Caught panic", "openrouter/a", "goroutine")
			}
			checkNoSecret(t, "the dump", outcome{stdout: dump})
		})
	}
}

// TestDashboard_StartErrors checks that the terminal is unchanged if the dashboard fails to
// start.
func TestDashboard_StartErrors(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--policy", "nonsense"}, {"--now", "nonsense"}, {"demo", "--scenario", "nonsense"}, {"list", "--file", "/nowhere"}} {
		c := testkit.Open(t)
		runOn(t, c, "pooltop", []string{"TMPDIR=/nowhere"}, args...)
		if code := c.Wait(); code == exitDone {
			t.Errorf("%q: exit code 0", args)
		}
		c.CheckRestored()
		c.Shows("pooltop")
	}
}

// TestDashboard_ClosedTerminal checks that the dashboard ends when its terminal is closed, even
// without SIGHUP, and that it does not use much CPU time.
func TestDashboard_ClosedTerminal(t *testing.T) {
	t.Parallel()
	for name, attr := range map[string]*syscall.SysProcAttr{
		"SIGHUP":    {Setsid: true, Setctty: true},
		"no signal": {Setsid: true},
	} {
		t.Run(name, func(t *testing.T) {
			c := testkit.Open(t)
			c.Attr = attr
			runDashboardOn(t, c, "pooltop")
			must(t, c.Slave.Close())
			must(t, c.Master.Close())
			c.Wait()
			state := c.Cmd.ProcessState
			if used := state.UserTime() + state.SystemTime(); used > 5*time.Second {
				t.Errorf("the program used %s of CPU time", used)
			}
		})
	}
}

// TestCommands_NoTerminalQuery checks that only the dashboard queries the terminal's
// background color. Other commands would be delayed by a terminal that does not answer,
// and a dumb terminal would print the query.
func TestCommands_NoTerminalQuery(t *testing.T) {
	program, file := build(t), sampleFile(t, "backoff.json")
	for _, tt := range []struct {
		name, env string
		args      []string
		code      int
	}{
		{"status", "TERM=xterm-256color", []string{"status"}, exitProviderOut},
		{"list with unknown provider", "TERM=xterm-256color", []string{"list", "no-such-provider"}, exitNoSuch},
		{"dashboard with TERM=dumb", "TERM=dumb", nil, exitUsage},
		{"list with TERM=dumb", "TERM=dumb", []string{"list"}, exitDone},
		{"help with TERM=dumb", "TERM=dumb", []string{"list", "--help"}, exitDone},
		{"list", "TERM=xterm-256color", []string{"list"}, exitDone},
		{"help", "TERM=xterm-256color", []string{"help", "list"}, exitDone},
		{"report", "TERM=xterm-256color", []string{"report"}, exitDone},
		{"list without colors", "TERM=xterm-256color", []string{"list", "--no-color"}, exitDone},
		{"list with a theme", "TERM=xterm-256color", []string{"list", "--theme", "light"}, exitDone},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd := exec.Command(program, tt.args...)
			cmd.Env = append(os.Environ(), "HERMES_HOME="+filepath.Dir(file), "TERM=xterm-256color", tt.env)
			shown := outputOnTerminal(t, cmd)
			equal(t, "exit code", cmd.ProcessState.ExitCode(), tt.code)
			if strings.Contains(shown, "\x1b]") || tt.env == "TERM=dumb" && strings.Contains(shown, "\x1b") {
				t.Errorf("sequences were sent: %q", shown)
			}
			if slices.Contains(tt.args, "--no-color") && strings.Contains(shown, "38;") {
				t.Errorf("colors were sent: %q", shown)
			}
		})
	}
}

// TestReset_Confirmation checks that resetting a whole provider asks for confirmation.
func TestReset_Confirmation(t *testing.T) {
	t.Parallel()
	for answer, code := range map[string]int{"n": exitRefused, "": exitRefused, "y": exitDone, "YES": exitDone} {
		t.Run(answer, func(t *testing.T) {
			c, file := testkit.Open(t), sampleFile(t, "backoff.json")
			runOn(t, c, "pooltop", nil, "reset", "openrouter", "--file", file, "--now", sampleTime)
			c.Shows("no target was specified: 2 credentials", "Reset anyway? [y/N]")
			c.Type(answer + "\r")
			equal(t, "exit code", c.Wait(), code)
			equal(t, "the file was written", string(readFile(t, file)) != string(sample(t, "backoff.json")), code == exitDone)
		})
	}
}

// outputOnTerminal runs a command on a terminal that answers no queries.
func outputOnTerminal(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	master, terminal := testkit.OpenPTY(t)
	defer func() { _ = master.Close() }()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, terminal, terminal
	err := cmd.Start()
	_ = terminal.Close() // the command has its own descriptor
	must(t, err)
	shown, _ := io.ReadAll(master) // fails when the last process has closed the terminal
	_ = cmd.Wait()                 // ProcessState holds the exit code
	return string(shown)
}
