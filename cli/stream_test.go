package cli

import (
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func init() { roles["pooltop"] = func([]string) int { return Main(version) } }

// fullDevice is an output on which every write fails.
type fullDevice struct{}

func (fullDevice) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.ENOSPC}
}

// onFullDevice runs a command with a standard output on a full device.
func onFullDevice(t *testing.T, args []string) outcome {
	t.Helper()
	var stderr strings.Builder
	code := 0
	running.Lock()
	defer running.Unlock()
	synctest.Test(t, func(t *testing.T) {
		root := rootCommand()
		root.SetArgs(args)
		root.SetIn(strings.NewReader(""))
		root.SetOut(fullDevice{})
		root.SetErr(&stderr)
		code = run(t.Context(), root)
	})
	return outcome{stderr: stderr.String(), code: code}
}

func TestOutput_FullDevice(t *testing.T) {
	const (
		printed = ": the output could not be printed: no space left on device; free some space and try again\n"
		written = ": written, but this report could not be printed: no space left on device\n"
	)
	store := sampleFile(t, "backoff.json")
	failed := storeFile(t, failedAt(guardStart))
	done(t, pooltop(t, "guard", "--once", "--file", failed, "--now", guardStart.Format(time.RFC3339)))
	again := guardStart.Add(time.Hour)
	writeFile(t, failed, []byte(failedAt(again)))
	on := " --file " + store + " --now " + sampleTime
	for _, c := range []struct{ args, want string }{
		{"list" + on, printed},
		{"list --json" + on, printed},
		{"status" + on, printed},
		{"status --format waybar" + on, printed},
		{"status --format {{.policy}}" + on, printed},
		{"report" + on, printed},
		{"report --json" + on, printed},
		{"metrics" + on, printed},
		{"order openrouter" + on, printed},
		{"order openrouter --json" + on, printed},
		{"events --since 2h" + on, printed},
		{"backoff", printed},
		{"backoff --json", printed},
		{"simulate --json", printed},
		{"config", printed},
		{"config --example", printed},
		{"completion bash", printed},
		{"man", printed},
		{"help", printed},
		{"help list", printed},
		{"list --help", printed},
		{"--version", printed},
		{"reset anthropic work-oauth --dry-run" + on, printed},
		{"reset anthropic work-oauth" + on, written},
		{"exhaust anthropic work-oauth --json" + on, written},
		{"order openrouter backup-key first" + on, written},
		{"undo" + on, written},
		{"sync" + on, printed},
		{"guard --once --file " + failed + " --now " + again.Format(time.RFC3339), written},
	} {
		args := strings.Fields(c.args)
		command := "pooltop"
		if !strings.HasPrefix(args[0], "-") && args[len(args)-1] != "--help" {
			command += " " + args[0]
		} else if args[0] == "list" {
			command += " list"
		}
		o := onFullDevice(t, args)
		equal(t, "the message of "+c.args, o.stderr, command+c.want)
		equal(t, "the exit code of "+c.args, o.code, exitFailed)
	}
}

func TestOutput_ClosedPipe(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no SIGPIPE")
	}
	store := sampleFile(t, "backoff.json")
	for _, c := range []struct {
		args, message string
		code          int
	}{
		{"reset anthropic work-oauth", "pooltop reset: written, but this report could not be printed: broken pipe\n", exitFailed},
		{"list", "", exitClosedPipe},
		{"help", "", exitClosedPipe},
	} {
		args := strings.Fields(c.args)
		if args[0] != "help" {
			args = append(args, "--file", store)
		}
		cmd := helper(t, "pooltop", args...)
		stdout, err := cmd.StdoutPipe()
		must(t, err)
		must(t, stdout.Close())
		var stderr strings.Builder
		cmd.Stderr = &stderr
		_ = cmd.Run() // fails with the exit code
		equal(t, "the exit code of "+c.args, cmd.ProcessState.ExitCode(), c.code)
		equal(t, "the message of "+c.args, stderr.String(), c.message)
	}
}
