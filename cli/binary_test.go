package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// TestProgram runs the built program, including main.go. TestScript runs Main in the test
// binary instead.
func TestProgram(t *testing.T) {
	file := sampleFile(t, "backoff.json")
	cmd := exec.Command(build(t), "status", "--file", file, "--now", sampleTime)
	out, _ := cmd.CombinedOutput() // fails, because the exit code is not 0
	equal(t, "output", string(out), "4/10 ready · openai-codex out, due now\n")
	equal(t, "exit code", cmd.ProcessState.ExitCode(), exitProviderOut)
}

// build returns the path of the program, which is built once for all tests.
func build(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the program")
	}
	path, err := built()
	must(t, err)
	return path
}

var built = sync.OnceValues(func() (string, error) {
	path := filepath.Join(buildDir, "pooltop")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	cmd := exec.Command("go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", path, "..")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // as in a release
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})
