package cli

import (
	"os"
	"os/exec"
	"testing"
)

// roleEnv makes the test binary play a role instead of running the tests.
const roleEnv = "POOLTOP_TEST_ROLE"

// roles maps names to what the test binary can run instead of the tests. A role
// takes arguments and returns an exit code.
var roles = map[string]func(args []string) int{}

// helper returns the command of a process that plays a role.
func helper(t *testing.T, role string, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, args...)
	cmd.Env = append(os.Environ(), roleEnv+"="+role)
	return cmd
}
