package cli

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"pooltop/cli/internal/testkit"
	"pooltop/poolstate"
	"pooltop/poolstate/counts"
)

// TestDashboard_Guard checks that with --guard, the dashboard pins a credential after its
// second failure, shows that a guard is running, and releases the guard lock when it ends.
func TestDashboard_Guard(t *testing.T) {
	t.Parallel()
	c, state := testkit.Open(t), t.TempDir()
	failed := func(at time.Time) []byte {
		return []byte(poolOf(fmt.Sprintf(`{"access_token": "one", "id": "a", "label": "label-a", "last_status": "exhausted", "last_error_code": 429, "last_status_at": %d}`,
			at.Unix()), `{"access_token": "two", "id": "b"}`))
	}
	now, err := time.Parse(time.RFC3339, sampleTime)
	must(t, err)
	file := storeFile(t, string(failed(now.Add(-time.Hour))))
	counter := counts.New(filepath.Join(state, "pooltop"), poolstate.Open(file).Identity())
	runOn(t, c, "pooltop", []string{"XDG_STATE_HOME=" + state}, "--guard", "--file", file, "--now", sampleTime)
	c.Shows("label-a", "~1")
	writeFile(t, file, failed(now))
	c.Shows("~2", "2h", "pinned by guard", "guard")
	if _, running := counter.Running(); !running {
		t.Error("no guard is running")
	}
	c.Type("q")
	equal(t, "exit code", c.Wait(), exitDone)
	if other, running := counter.Running(); running {
		t.Errorf("%v is still running", other)
	}
}
