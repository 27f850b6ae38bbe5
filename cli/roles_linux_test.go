package cli

import (
	"path/filepath"
	"testing"

	"pooltop/cli/internal/testkit"
)

func init() {
	roles["pooltop"] = func([]string) int { return Main(version) }
	roles["panicking"] = func([]string) int { panicking(); return 0 }
	roles["shell"] = func([]string) int { shell(); return 0 }
}

// runOn starts the test binary in a role on a terminal, with a home of its own.
func runOn(t *testing.T, c *testkit.Terminal, role string, env []string, args ...string) {
	t.Helper()
	home := t.TempDir()
	cmd := helper(t, role, args...)
	cmd.Env = append(append(cmd.Env, "TERM=xterm-256color", "COLORTERM=truecolor", "TZ=UTC",
		"HOME="+home, "XDG_STATE_HOME="+filepath.Join(home, "state")), env...)
	c.Start(cmd)
}
