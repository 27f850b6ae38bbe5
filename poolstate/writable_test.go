package poolstate

import (
	"path/filepath"
	"testing"
)

// Missing files and directories are not an error, and nothing is created.
func TestWritable(t *testing.T) {
	s := newStore(t, small)
	wantErr(t, s.Writable(), nil)
	checkNames(t, filepath.Dir(s.Path()), "auth.json")
	wantErr(t, openStore(filepath.Join(t.TempDir(), "auth.json")).Writable(), nil)
	wantErr(t, openStore(filepath.Join(t.TempDir(), "no", "auth.json")).Writable(), nil)
}
