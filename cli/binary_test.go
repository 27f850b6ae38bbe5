package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// The built program, without a terminal.
func TestProgram(t *testing.T) {
	program := build(t)
	file := sampleFile(t, "backoff.json")
	run := func(t *testing.T, args ...string) outcome {
		t.Helper()
		var stdout, stderr bytes.Buffer
		cmd := exec.Command(program, args...)
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		cmd.Env = append(os.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor", "TZ=UTC")
		err := cmd.Run()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return outcome{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
	}

	t.Run("list --json", func(t *testing.T) {
		got := decoded(t, done(t, run(t, "list", "--json", "--file", file, "--now", sampleTime)))
		want := decoded(t, string(readFile(t, filepath.Join("testdata", "golden", "backoff.json"))))
		equal(t, "path", got["path"], any(file))
		for _, field := range []string{"policy", "summary", "providers"} {
			equal(t, field, asJSON(t, got[field]), asJSON(t, want[field]))
		}
	})
	t.Run("list", func(t *testing.T) {
		text := done(t, run(t, "list", "--file", file, "--now", sampleTime))
		says(t, text, "4 ready", "work-oauth", "3h11m53s")
		equal(t, "control sequences", raw(text), "")
	})
	t.Run("status", func(t *testing.T) {
		o := run(t, "status", "--file", file, "--now", sampleTime)
		equal(t, "output", o.stdout, "4/10 ready · openai-codex out, due now\n")
		equal(t, "exit code", o.code, exitProviderOut)
		equal(t, "standard error", o.stderr, "")
	})
	t.Run("backoff", func(t *testing.T) {
		says(t, done(t, run(t, "backoff")), "5+      8×          8h\n")
	})
	t.Run("the dashboard", func(t *testing.T) {
		refused(t, run(t, "--file", file), exitUsage, "terminal")
		refused(t, run(t, "demo"), exitUsage, "terminal")
	})
	t.Run("a missing file", func(t *testing.T) {
		refused(t, run(t, "list", "--file", file+".missing"), exitRefused, file+".missing")
	})
	t.Run("wrong usage", func(t *testing.T) {
		refused(t, run(t, "--nonsense"), exitUsage, "--nonsense")
	})
	t.Run("help and version", func(t *testing.T) {
		says(t, done(t, run(t, "--help")), "demo", "list", "status", "backoff")
		says(t, done(t, run(t, "--version")), version)
	})
	equal(t, "files in the directory", len(namesIn(t, filepath.Dir(file))), 1)
}

// built holds the path of the program, which is built once for all tests.
var built struct {
	once sync.Once
	path string
	err  error
}

// build returns the path of the program.
func build(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the program")
	}
	built.once.Do(func() {
		built.path = filepath.Join(buildDir, "pooltop")
		if runtime.GOOS == "windows" {
			built.path += ".exe"
		}
		cmd := exec.Command("go", "build", "-buildvcs=false", "-o", built.path, "..")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // as it is released
		if out, err := cmd.CombinedOutput(); err != nil {
			built.err = fmt.Errorf("%w: %s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.path
}
