//go:build unix

package cli

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// While a guard runs, a second one exits with 6, or with 0 if it has --once. SIGTERM ends a
// guard.
func TestGuard_Running(t *testing.T) {
	t.Parallel()
	program, state := build(t), t.TempDir()
	file := storeFile(t, failedAt(guardStart))
	link := filepath.Join(t.TempDir(), "auth.json")
	must(t, os.Symlink(file, link))
	start := func(args ...string) *exec.Cmd {
		cmd := exec.Command(program, append([]string{"guard"}, args...)...)
		cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+state)
		return cmd
	}
	first := start("--file", file)
	out, err := first.StdoutPipe()
	must(t, err)
	must(t, first.Start())
	t.Cleanup(func() { _ = first.Process.Kill() })
	plan, err := bufio.NewReader(out).ReadString('\n')
	must(t, err)
	equal(t, "the plan", plan, "p: pins from the second failure on: 1h, 2h, 4h, 8h (after a 429), staggered\n")

	for _, path := range []string{file, link} { // the same store
		for args, code := range map[string]int{"": exitGuarded, "--once": exitDone, "--dry-run --once": exitDone} {
			second := start(append(strings.Fields(args), "--file", path)...)
			said, _ := second.CombinedOutput()
			equal(t, "exit code with "+args, second.ProcessState.ExitCode(), code)
			if says := strings.Contains(string(said), "another guard is running on this store: pooltop guard (process "); says != (args != "--dry-run --once") {
				t.Errorf("%s says %q", args, said)
			}
		}
	}
	must(t, first.Process.Signal(syscall.SIGTERM))
	must(t, first.Wait())
	for _, name := range namesIn(t, filepath.Join(state, "pooltop", "counts")) {
		if filepath.Ext(name) == ".guard" {
			t.Errorf("%s is still there", name)
		}
	}
}
