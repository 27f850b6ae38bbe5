//go:build unix

package journal

import (
	"os"
	"path/filepath"
	"testing"
)

// What was done to the pool is its owner's business.
func TestTheJournalIsForItsOwnerOnly(t *testing.T) {
	j := newJournal(t)
	wantErr(t, j.Append(Entry{Action: "1"}), nil)
	wantErr(t, j.Append(Entry{Action: "2"}), nil)
	for path, want := range map[string]os.FileMode{
		j.path:                             0o600,
		filepath.Dir(j.path):               0o700 | os.ModeDir,
		filepath.Dir(filepath.Dir(j.path)): 0o700 | os.ModeDir,
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "mode of "+path, info.Mode(), want)
	}
}

// A journal that others may read becomes its owner's own with the next line.
func TestAnOpenJournalIsClosedToOthers(t *testing.T) {
	j := newJournal(t)
	wantErr(t, j.Append(Entry{Action: "1"}), nil)
	wantErr(t, os.Chmod(j.path, 0o644), nil)
	wantErr(t, j.Append(Entry{Action: "2"}), nil)
	info, err := os.Stat(j.path)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "mode", info.Mode(), os.FileMode(0o600))
}
