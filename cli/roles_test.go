package cli

import (
	"os"
	"os/exec"
	"testing"
)

// roleEnv makes the test binary another process of a test, by a name of roles.
const roleEnv = "POOLTOP_TEST_ROLE"

// roles are what another process of a test can be. They take arguments and
// return an exit code.
var roles = map[string]func(args []string) int{}

// helper is the command of another process with a role.
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
