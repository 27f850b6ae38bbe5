package cli

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"

	"pooltop/cli/internal/testkit"
)

// appears returns a function that waits for a name with a prefix to appear in
// a directory.
func appears(t *testing.T, dir, prefix string) func() string {
	t.Helper()
	w, err := fsnotify.NewWatcher()
	if err == nil {
		err = w.Add(dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return func() string {
		t.Helper()
		late := time.After(time.Minute)
		for {
			select {
			case e := <-w.Events:
				if strings.HasPrefix(filepath.Base(e.Name), prefix) {
					return e.Name
				}
			case err := <-w.Errors:
				t.Fatal(err)
			case <-late:
				t.Fatalf("no %s appears in %s", prefix, dir)
			}
		}
	}
}

// A terminal that takes nothing holds no signal up, and nothing stays behind.
func TestABlockedTerminalIsLeft(t *testing.T) {
	for _, tt := range []struct {
		name    string
		atFirst bool
		signal  syscall.Signal
	}{
		{"blocked from the start", true, syscall.SIGTERM},
		{"blocked later", false, syscall.SIGTERM},
		{"and hung up", false, syscall.SIGHUP},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, tmp := testkit.Open(t), t.TempDir()
			begun := appears(t, tmp, "pooltop-demo-")
			if tt.atFirst {
				c.Block()
			}
			runOn(t, c, "pooltop", []string{"TMPDIR=" + tmp}, "demo", "--speed", "60000")
			dir := begun()
			if !tt.atFirst {
				c.Shows("ready", "anthropic")
				c.Block()
			}
			c.Signal(tt.signal)
			if tt.signal == syscall.SIGHUP {
				_ = c.Cmd.Process.Signal(tt.signal) // the kernel's and the shell's, unless the first was enough
			}
			equal(t, "the exit code", c.Wait(), exitDone)
			if _, err := os.Stat(dir); !os.IsNotExist(err) {
				t.Errorf("%s is still there", dir)
			}
			equal(t, "the settings of the terminal", c.Settings(), c.Initial)
		})
	}
}

// Nor does it hold up what is seen of the file, and whoever reads on sees the
// latest.
func TestABlockedTerminalHoldsNothingUp(t *testing.T) {
	c, state := testkit.Open(t), t.TempDir()
	file := storeFile(t, poolOf(`{"id": "a", "label": "label-a"}`, `{"id": "b"}`))
	runOn(t, c, "pooltop", []string{"XDG_STATE_HOME=" + state}, "--file", file)
	c.Shows("label-a", "2 ready")
	kept := appears(t, state, "pooltop")
	c.Block()
	writeFile(t, file, []byte(poolOf(`{"id": "a", "label": "label-a", "last_status": "dead"}`, `{"id": "b"}`)))
	journal := kept() // the directory, which was made for what was seen
	lines := appears(t, journal, "events.jsonl")
	writeFile(t, file, []byte(poolOf(`{"id": "a", "label": "label-c"}`, `{"id": "b", "last_status": "dead"}`)))
	lines()
	c.Unblock()
	c.Shows("label-c", "1 dead")
	c.Type("q")
	equal(t, "the exit code", c.Wait(), exitDone)
	c.CheckRestored()
}

// Whoever reads what events prints may stop as well.
func TestABlockedReaderOfEventsIsLeft(t *testing.T) {
	c := testkit.Open(t)
	file := storeFile(t, poolOf(`{"id": "a"}`, `{"id": "b", "last_status": "dead", "last_status_at": 1795425000}`))
	runOn(t, c, "pooltop", nil, "events", "--file", file, "--since", "2h", "--now", pictureAt, "--no-color")
	c.Shows("p/b", "dead")
	c.Block()
	changed := appears(t, filepath.Dir(file), "auth.json")
	writeFile(t, file, []byte(poolOf(`{"id": "a", "last_status": "dead"}`, `{"id": "b"}`)))
	changed()
	c.Signal(syscall.SIGTERM)
	equal(t, "the exit code", c.Wait(), exitDone)
}
