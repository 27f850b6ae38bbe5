package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// A seen event is recorded once, whichever process sees it, unless it is an
// action. An action is always recorded.
func TestWrite_Known(t *testing.T) {
	j := newJournal(t)
	note := func(want string, list ...Entry) {
		t.Helper()
		must(t, At(j.path).write(list, true))
		equal(t, "recorded", ids(entries(t, j)), want)
	}
	note("a b", sighting("a", 0), sighting("b", 0))
	note("a b c", sighting("b", time.Second), sighting("c", 0))
	note("a b c a", sighting("a", time.Minute))
	other := sighting("a", 0)
	other.Store = "another"
	note("a b c a a", other)
	acted := sighting("d", 0)
	acted.Action = "1"
	must(t, j.Append(acted, acted))
	note("a b c a a d d", sighting("d", 0))
}

func TestRotate(t *testing.T) {
	j := newJournal(t)
	grow := func(size int) {
		text := readFile(t, j.path)
		writeFile(t, j.path, text+strings.Repeat("\n", size-len(text)))
	}
	must(t, j.Append(sighting("a", 0)))
	line := len(readFile(t, j.path))
	grow(maxSize - line)
	must(t, j.Append(sighting("b", 0)))
	equal(t, "size", len(readFile(t, j.path)), maxSize)
	must(t, j.Append(sighting("c", 0)))
	equal(t, "size of the new file", len(readFile(t, j.path)), line)
	equal(t, "entries of both", ids(entries(t, j)), "a b c")
	grow(maxSize)
	must(t, j.write([]Entry{sighting("d", 0)}, true))
	equal(t, "entries of the last two", ids(entries(t, j)), "c d")
	files, err := os.ReadDir(filepath.Dir(j.path))
	must(t, err)
	equal(t, "files including the lock", len(files), 3)
}

// Concurrent writers lose and repeat no event, also while the file is rotated.
func TestRotate_Concurrent(t *testing.T) {
	const writers, rounds = 8, 40
	j := newJournal(t)
	must(t, j.Append(sighting("x", 0)))
	writeFile(t, j.path, readFile(t, j.path)+strings.Repeat("\n", maxSize-writers*rounds*100))
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for r := range rounds {
				wantErr(t, At(j.path).write([]Entry{sighting(fmt.Sprintf("w%d-%d", w, r), 0)}, true), nil)
			}
		})
	}
	group.Wait()
	count := map[string]int{}
	for _, e := range entries(t, j) {
		count[e.ID]++
	}
	equal(t, "entries", len(count), writers*rounds+1)
	for id, n := range count {
		equal(t, "lines of "+id, n, 1)
	}
}
