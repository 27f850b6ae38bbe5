package poolstate

import (
	"path/filepath"
	"testing"
)

// What is not there yet is no reason against writing, and asking writes nothing.
func TestWritable(t *testing.T) {
	s := newStore(t, small)
	before := stateOf(t, s)
	wantErr(t, s.Writable(), nil)
	checkUntouched(t, s, before, false)
	wantErr(t, useOnce(s), nil)
	wantErr(t, s.Writable(), nil) // now with a lock beside it
	wantErr(t, openStore(filepath.Join(t.TempDir(), "auth.json")).Writable(), nil)
	wantErr(t, openStore(filepath.Join(t.TempDir(), "nowhere", "auth.json")).Writable(), nil)
}
