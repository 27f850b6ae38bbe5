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

// TestGuard_AlreadyRunning checks that a second guard exits with code 6, or 0 with --once, and
// that SIGTERM ends a guard.
func TestGuard_AlreadyRunning(t *testing.T) {
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
			output, _ := second.CombinedOutput()
			equal(t, "exit code with "+args, second.ProcessState.ExitCode(), code)
			if running := strings.Contains(string(output), "another guard is running on this store: pooltop guard (process "); running != (args != "--dry-run --once") {
				t.Errorf("%s printed %q", args, output)
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

// TestGuard_Profiles checks that with several stores, guard skips those that another process
// is guarding, and exits with code 6 if it skips all of them.
func TestGuard_Profiles(t *testing.T) {
	t.Parallel()
	program, state, root := build(t), t.TempDir(), t.TempDir()
	for _, file := range []string{"auth.json", "profiles/play/auth.json", "profiles/work/auth.json"} {
		writeFile(t, filepath.Join(root, file), []byte(failedAt(guardStart)))
	}
	must(t, os.Mkdir(filepath.Join(root, "profiles", "new"), 0o700))
	start := func(lines int, args ...string) (plan string) {
		t.Helper()
		cmd := exec.Command(program, append([]string{"guard", "--home", root}, args...)...)
		cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+state)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
		read := bufio.NewReader(out)
		for range lines {
			line, err := read.ReadString('\n')
			must(t, err)
			plan += strings.SplitAfter(line, "p: ")[0]
		}
		return plan
	}
	equal(t, "the plan of the first", start(1), "p: ")
	equal(t, "the plan of the second", start(2, "--all-profiles"), "play: p: work: p: ")
	third := exec.Command(program, "guard", "--all-profiles", "--home", root)
	third.Env = append(os.Environ(), "XDG_STATE_HOME="+state)
	output, _ := third.CombinedOutput()
	equal(t, "exit code of the third", third.ProcessState.ExitCode(), exitGuarded)
	for _, words := range []string{"pooltop guard: default: another guard", "pooltop guard: new: another guard", "pooltop guard: other guards are already running on all of these stores\n"} {
		if !strings.Contains(string(output), words) {
			t.Errorf("%q does not contain %q", output, words)
		}
	}
}
