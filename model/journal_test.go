package model

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWriteJournal_Fails(t *testing.T) {
	d := newDashboard(t, pool(ready("a", 0)))
	equal(t, "the error", os.WriteFile(filepath.Join(filepath.Dir(d.file), "state"), nil, 0o600), nil)
	d.finish(d.m.loadAll())
	d.send(journalRead(nil, nil))
	d.change(pool(exhausted("a", 0, 1)), "the journal cannot be written: not a directory (", "no journal", "failed", "exhausted   agent     429")
}
