package cli

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// TestProgram runs main.go. Scripts run the command line inside the test binary.
func TestProgram(t *testing.T) {
	file := sampleFile(t, "backoff.json")
	cmd := exec.Command(build(t), "status", "--file", file, "--now", sampleTime)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	equal(t, "output", string(out), "4/10 ready · openai-codex out, due now\n")
	equal(t, "exit code", cmd.ProcessState.ExitCode(), exitProviderOut)
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
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // as in a release
		if out, err := cmd.CombinedOutput(); err != nil {
			built.err = fmt.Errorf("%w: %s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.path
}
