package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pooltop/poolstate"
)

func sighting(id string, after time.Duration) Entry {
	return Entry{Store: "s", Record: poolstate.Record{At: at.Add(after), Kind: poolstate.EventExhausted, Provider: "p", ID: id}}
}

func ids(list []Entry) string {
	var out []string
	for _, e := range list {
		out = append(out, e.ID)
	}
	return strings.Join(out, " ")
}

// What is noted twice stands there once, whoever notes it; an action is always
// written down, and a sighting of it is not news.
func TestSightingsAreNotedOnce(t *testing.T) {
	j := newJournal(t)
	wantErr(t, j.AppendSeen(sighting("a", 0), sighting("b", 0)), nil)
	wantErr(t, At(j.path).AppendSeen(sighting("b", time.Second), sighting("c", 0)), nil)
	equal(t, "noted", ids(entries(t, j)), "a b c")
	wantErr(t, j.AppendSeen(sighting("a", time.Minute)), nil)
	equal(t, "another one, later", ids(entries(t, j)), "a b c a")
	other := sighting("a", 0)
	other.Store = "another"
	wantErr(t, j.AppendSeen(other), nil)
	equal(t, "of another store", ids(entries(t, j)), "a b c a a")

	acted := sighting("d", 0)
	acted.Action = "1"
	wantErr(t, j.Append(acted, acted), nil)
	wantErr(t, j.AppendSeen(sighting("d", 0)), nil)
	equal(t, "an action", ids(entries(t, j)), "a b c a a d d")
	equal(t, "records of one store", len(Records(entries(t, j), "s")), 6)
}

// What somebody saw of an action before it was written down is told once, as the
// person's; what only looks alike is told as well.
func TestAnActionIsToldOnce(t *testing.T) {
	acted := sighting("a", time.Second)
	acted.Action, acted.By = "1", poolstate.ByOperator
	got := Records([]Entry{sighting("a", -time.Hour), sighting("a", 0), sighting("b", 0), acted, sighting("a", 2*time.Second), acted}, "s")
	var told []string
	for _, r := range got {
		told = append(told, r.ID+" by "+r.By.String())
	}
	equal(t, "told", strings.Join(told, ", "), "a by agent, b by agent, a by operator, a by operator")
}

// A file that has grown gives way to a new one; of the two nothing is lost, and
// there are never more.
func TestAFileThatHasGrownGivesWay(t *testing.T) {
	j := newJournal(t)
	wantErr(t, j.Append(sighting("first", 0)), nil)
	grow := func() {
		writeFile(t, j.path, readFile(t, j.path)+strings.Repeat("\n", maxSize))
	}
	grow()
	wantErr(t, j.Append(sighting("second", 0)), nil)
	equal(t, "entries of both", ids(entries(t, j)), "first second")
	equal(t, "lines of the new one", strings.Count(readFile(t, j.path), "\n"), 1)
	grow()
	wantErr(t, j.AppendSeen(sighting("third", 0)), nil)
	equal(t, "entries of the last two", ids(entries(t, j)), "second third")
	files, err := os.ReadDir(filepath.Dir(j.path))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "files, the lock's among them", len(files), 3)
}

// The sizes are those of whole files: nothing gives way one byte too early.
func TestNothingGivesWayTooEarly(t *testing.T) {
	j := newJournal(t)
	wantErr(t, j.Append(sighting("a", 0)), nil)
	line := len(readFile(t, j.path))
	writeFile(t, j.path, readFile(t, j.path)+strings.Repeat("\n", maxSize-2*line))
	wantErr(t, j.Append(sighting("b", 0)), nil)
	equal(t, "size", len(readFile(t, j.path)), maxSize)
	wantErr(t, j.Append(sighting("c", 0)), nil)
	equal(t, "size of the new one", len(readFile(t, j.path)), line)
}

// Many that write at once, beyond the size at which the file gives way, lose
// nothing and tear nothing.
func TestACrowdWritesOneJournal(t *testing.T) {
	const writers, rounds = 8, 40
	j := newJournal(t)
	wantErr(t, j.Append(sighting("x", 0)), nil)
	writeFile(t, j.path, readFile(t, j.path)+strings.Repeat("\n", maxSize-writers*rounds*100))
	var crowd sync.WaitGroup
	for w := range writers {
		crowd.Go(func() {
			for r := range rounds {
				wantErr(t, At(j.path).AppendSeen(sighting(fmt.Sprintf("w%d-%d", w, r), 0)), nil)
			}
		})
	}
	crowd.Wait()
	seen := map[string]int{}
	for _, e := range entries(t, j) {
		seen[e.ID]++
	}
	equal(t, "different entries", len(seen), writers*rounds+1)
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s is there %d times", id, n)
		}
	}
}

// A journal that keeps nothing, and nothing to note, are no matter.
func TestNoteOfNothing(t *testing.T) {
	wantErr(t, Journal{}.AppendSeen(sighting("a", 0)), nil)
	j := newJournal(t)
	wantErr(t, j.AppendSeen(), nil)
	equal(t, "entries", len(entries(t, j)), 0)
}
