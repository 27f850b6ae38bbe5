package cli

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// The program itself, built once and run as a script would: its exit codes, and
// what it writes where.
func TestTheProgram(t *testing.T) {
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
		got := decoded(t, done(t, run(t, "list", "--json", "--file", file, "--now", pictureAt)))
		want := decoded(t, string(readFile(t, filepath.Join("testdata", "golden", "backoff.json"))))
		equal(t, "the path", got["path"], any(file))
		for _, field := range []string{"policy", "summary", "providers"} {
			equal(t, field, asJSON(t, got[field]), asJSON(t, want[field]))
		}
	})
	t.Run("list", func(t *testing.T) {
		text := done(t, run(t, "list", "--file", file, "--now", pictureAt))
		says(t, text, "4 ready", "work-oauth", "3h11m53s")
		equal(t, "what would act on a terminal", raw(text), "")
	})
	t.Run("status", func(t *testing.T) {
		o := run(t, "status", "--file", file, "--now", pictureAt)
		equal(t, "the line", o.stdout, "4/10 ready · openai-codex out, due now\n")
		equal(t, "the exit code", o.code, exitProviderOut)
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
	equal(t, "what lies beside the file", len(namesIn(t, filepath.Dir(file))), 1)
}

// build makes the program and returns its path.
func build(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the program")
	}
	program := filepath.Join(t.TempDir(), "pooltop")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", program, "..").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}
