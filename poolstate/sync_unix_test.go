//go:build unix

package poolstate

import (
	"path/filepath"
	"syscall"
	"testing"
)

// Opening a pipe would block while the lock is held.
func TestSync_Pipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	s := newStore(t, storeOfOne("anthropic", `{"id": "a", "source": "claude_code", "last_status": "dead"}`, `{}`))
	checkUnchanged(t, perform(t, s, Action{Verb: VerbSync, ClaudeFile: pipe}, claudeRef), false, "cannot be read")
}
