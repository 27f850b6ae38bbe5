//go:build unix

package journal

import (
	"os"
	"path/filepath"
	"testing"
)

// Only the owner can read the journal, even if others could read it before.
func TestJournal_Mode(t *testing.T) {
	j := newJournal(t)
	must(t, j.Append(Entry{Action: "1"}))
	must(t, os.Chmod(j.path, 0o644))
	must(t, j.Append(Entry{Action: "2"}))
	for path, want := range map[string]os.FileMode{
		j.path:                             0o600,
		filepath.Dir(j.path):               0o700 | os.ModeDir,
		filepath.Dir(filepath.Dir(j.path)): 0o700 | os.ModeDir,
	} {
		info, err := os.Stat(path)
		must(t, err)
		equal(t, "mode of "+path, info.Mode(), want)
	}
}
