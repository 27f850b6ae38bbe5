package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pooltop/poolstate"
)

func fullEntry(action string) Entry {
	return Entry{
		Record: poolstate.Record{
			At: at, Kind: poolstate.EventHeld, By: poolstate.ByOperator, Provider: "openrouter", ID: "a1", Label: "ключ <&> 🔑\u2028",
			Before: poolstate.State{Status: new("ok"), Streak: new(2)},
			After:  poolstate.State{Status: new("exhausted"), Streak: new(3), Deadline: new(at.Add(4 * time.Hour))},
			Code:   new(429), Reason: "until payday", Message: "m", Source: "manual",
		},
		Action: action, Verb: "exhaust", User: "ada", Host: "engine", Store: "/home/ada/.hermes/auth.json",
		Undo: &poolstate.Undo{Provider: "openrouter", ID: "a1", Position: 1, Fields: []poolstate.UndoField{
			{Key: "last_status", Before: new(`"ok"`), After: new(`"\u0065xhausted"`)},
			{Key: "failure_reason", Before: new("{\"a\":\t1}"), Previous: "label"},
		}},
	}
}

func TestJournal_RoundTrip(t *testing.T) {
	j := newJournal(t)
	must(t, j.Append())
	equal(t, "entries without a file", len(entries(t, j)), 0)
	if _, err := os.Stat(filepath.Dir(j.path)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("appending nothing created the directory: %v", err)
	}
	want := []Entry{fullEntry("1"), {Action: "2"}, {Action: "3", Undoes: "1", Verb: "undo"}}
	must(t, j.Append(want[0]))
	must(t, j.Append(want[1:]...))
	equal(t, "entries", toJSON(t, entries(t, j)), toJSON(t, want))
	equal(t, "lines", strings.Count(readFile(t, j.path), "\n"), len(want))

	must(t, Journal{}.Append(fullEntry("1")))
	equal(t, "entries of the zero value", len(entries(t, Journal{})), 0)
}

// The format must not change, because other programs read it.
func TestJournal_Format(t *testing.T) {
	j := newJournal(t)
	seen := Entry{Store: "s", Record: poolstate.Record{
		At: at, Kind: poolstate.EventExhausted, Provider: "p", ID: "a", Before: poolstate.State{Streak: new(0)}, Code: new(429),
	}}
	acted := Entry{Store: "s", Action: "1", Verb: "reset", User: "ada", Host: "engine", Record: poolstate.Record{
		At: at, Kind: poolstate.EventReset, By: poolstate.ByOperator, Provider: "p", ID: "a",
	}}
	must(t, j.Append(seen, acted))
	equal(t, "lines", readFile(t, j.path), `{"at":"2026-11-23T09:20:06.970596Z","event":"exhausted","by":"agent","provider":"p","id":"a","label":"",`+
		`"before":{"status":null,"streak":0,"deadline":null},"after":{"status":null,"streak":null,"deadline":null},"error_code":429,"store":"s"}`+"\n"+
		`{"at":"2026-11-23T09:20:06.970596Z","event":"reset","by":"operator","provider":"p","id":"a","label":"",`+
		`"before":{"status":null,"streak":null,"deadline":null},"after":{"status":null,"streak":null,"deadline":null},"store":"s",`+
		`"action":"1","verb":"reset","user":"ada","host":"engine"}`+"\n")
}

// If a crash left an incomplete line, the next entry replaces it. A line that lacks only
// its newline is complete.
func TestJournal_IncompleteLine(t *testing.T) {
	for line, want := range map[string]string{
		`{"at":"2026-11-23T09:20:06Z","acti`:                               "1 2 3",
		`{"action":"whole","event":"reset"}`:                               "1 whole 2 3",
		"{\"action\":\"\xd0":                                               "1 2 3",
		`{"action":"big","label":"` + strings.Repeat("x", 2*maxLine) + `"`: "1 2 3",
	} {
		j := newJournal(t)
		must(t, j.Append(Entry{Action: "1"}))
		writeFile(t, j.path, readFile(t, j.path)+line)
		equal(t, fmt.Sprintf("actions with %.18q", line), actions(entries(t, j)), strings.TrimSuffix(want, " 2 3"))
		must(t, j.Append(Entry{Action: "2"}))
		must(t, j.Append(Entry{Action: "3"}))
		equal(t, fmt.Sprintf("actions after %.18q", line), actions(entries(t, j)), want)
		equal(t, "lines", strings.Count(readFile(t, j.path), "\n"), len(strings.Fields(want)))
	}
}

// Lines that are not entries are ignored but kept. Unknown keys, which a newer version
// may have written, are ignored.
func TestJournal_ForeignLines(t *testing.T) {
	for _, line := range []string{
		``, ` `, `null`, `5`, `"action"`, `[]`, `{}`, `{"action": ""}`, `{"action": 5}`, `{"action": "x", "at": "yesterday"}`,
		`{"action": "x"} {"action": "y"}`, "\x00\xff", `{"action":"big","label":"` + strings.Repeat("x", 2*maxLine) + `"}`,
		strings.Repeat("[", 100_000), "\r",
	} {
		j := newJournal(t)
		must(t, os.MkdirAll(filepath.Dir(j.path), 0o700))
		writeFile(t, j.path, line+"\n"+`{"action": "1", "new_in_2027": {"x": []}}`+"\r\n"+line+"\n")
		must(t, j.Append(Entry{Action: "2"}))
		equal(t, "actions beside "+line[:min(len(line), 30)], actions(entries(t, j)), "1 2")
		if !strings.HasPrefix(readFile(t, j.path), line+"\n") {
			t.Error("the foreign line is gone")
		}
	}
}

func TestJournal_NotAFile(t *testing.T) {
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "events.jsonl"), 0o700))
	writeFile(t, filepath.Join(dir, "file"), "")
	for _, path := range []string{filepath.Join(dir, "events.jsonl"), filepath.Join(dir, "file", "events.jsonl")} {
		err := At(path).Append(Entry{Action: "1"})
		if err == nil || !strings.Contains(err.Error(), dir) {
			t.Errorf("error is %v, want one with its path", err)
		}
	}
	if _, err := At(filepath.Join(dir, "file", "events.jsonl")).Read(); err == nil {
		t.Error("a journal whose directory is a file was read without an error")
	}
}

func TestDefaultPath(t *testing.T) {
	home := t.TempDir()
	elsewhere, standard := filepath.Join(home, "elsewhere"), filepath.Join(home, ".local", "state")
	for _, tt := range []struct{ home, state, want string }{
		{home, elsewhere, elsewhere}, {home, "", standard}, {home, "relative/state", standard}, {"", elsewhere, elsewhere}, {"", "", ""},
	} {
		t.Setenv("HOME", tt.home)
		t.Setenv("USERPROFILE", tt.home)
		t.Setenv("XDG_STATE_HOME", tt.state)
		got, err := DefaultPath()
		if tt.want == "" {
			equal(t, "an error without a home", err != nil, true)
			continue
		}
		must(t, err)
		equal(t, "path with "+tt.state, got, filepath.Join(tt.want, "pooltop", "events.jsonl"))
	}
}

// If the journal is missing, reading it fails. An action is performed, and its JournalErr is
// set. Observed events cannot be recorded either.
func TestMissing(t *testing.T) {
	o, want := newOperator(t, pool), errors.New("no home")
	o.Journal = Missing(want)
	_, err := o.Journal.Read()
	equal(t, "error from Read", err, want)
	_, _, err = lastAction(o)
	equal(t, "error from LastUndo", err, want)
	done, err := o.Do(t.Context(), Task{Action: reset, Seen: seen(t, o)})
	must(t, err)
	equal(t, "changed", len(done.Changed) > 0, true)
	equal(t, "JournalErr", done.JournalErr, want)
	equal(t, "error from RecordSeen", o.RecordSeen([]poolstate.Record{done.Entries[0].Record}), want)
}

// FuzzDecode checks that entries decoded from any bytes do not change when encoded and
// decoded again, and that no function panics on them.
func FuzzDecode(f *testing.F) {
	line := toJSON(f, Entry{
		Record: poolstate.Record{At: at, Kind: poolstate.EventHeld, Provider: "p", ID: "a", Reason: "why", After: poolstate.State{Status: new("exhausted")}},
		Store:  "/store", Action: "n1", Verb: "exhaust", Undo: &poolstate.Undo{},
	})
	for _, content := range []string{
		"", "\n\n", "{}", "null\n[]\n5", line, line + "\n" + line[:len(line)/2],
		`{"action":"n2","undoes":"n1","store":"/store"}`, `{"at":"9999-12-31T23:59:59Z","event":"nonsense","by":7}`,
		`{"at":"2026-11-23T09:20:06Z","event":"due","before":null,"after":{"streak":-1},"cooldown_seconds":-9223372036854775808}`,
	} {
		f.Add([]byte(content))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		list := decode(bytes.NewReader(data), 1<<12)
		for i := range list {
			store := poolstate.Open(list[i].Store)
			_, _ = last(of(list, store))
			Records(list, store)
			list[i].Same(&list[0].Record)
			list[i].Credential()
		}
		list = slices.DeleteFunc(list, func(e Entry) bool { return e.unreadable })
		text, err := encode(list)
		must(t, err)
		again, err := encode(decode(bytes.NewReader(text), maxLine))
		if err != nil || !bytes.Equal(again, text) {
			t.Errorf("%q was decoded again as\n%q, %v", text, again, err)
		}
		for _, l := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
			if len(l) > 0 && !json.Valid(l) {
				t.Errorf("%q is not JSON", l)
			}
		}
	})
}

// An event that several processes observe is recorded once, and not at all if its action
// is recorded. An action is always recorded.
func TestWrite_AlreadyRecorded(t *testing.T) {
	j := newJournal(t)
	note := func(want string, list ...Entry) {
		t.Helper()
		must(t, At(j.path).write(list, writing{seen: true}))
		equal(t, "recorded", ids(entries(t, j)), want)
	}
	note("a b", observedEntry("a", 0), observedEntry("b", 0))
	note("a b c", observedEntry("b", time.Second), observedEntry("c", 0))
	note("a b c a", observedEntry("a", time.Minute))
	other := observedEntry("a", 0)
	other.Store = "another"
	note("a b c a a", other)
	acted := observedEntry("d", 0)
	acted.Action = "1"
	must(t, j.Append(acted, acted))
	note("a b c a a d d", observedEntry("d", 0))
}

func TestRotate(t *testing.T) {
	j := newJournal(t)
	grow := func(size int) {
		text := readFile(t, j.path)
		writeFile(t, j.path, text+strings.Repeat("\n", size-len(text)))
	}
	must(t, j.Append(observedEntry("a", 0)))
	line := len(readFile(t, j.path))
	grow(maxSize - line)
	must(t, j.Append(observedEntry("b", 0)))
	equal(t, "size", len(readFile(t, j.path)), maxSize)
	must(t, j.Append(observedEntry("c", 0)))
	equal(t, "size of the new file", len(readFile(t, j.path)), line)
	equal(t, "entries of both files", ids(entries(t, j)), "a b c")
	grow(maxSize)
	must(t, j.write([]Entry{observedEntry("d", 0)}, writing{seen: true}))
	equal(t, "entries of the last two files", ids(entries(t, j)), "c d")
	files, err := os.ReadDir(filepath.Dir(j.path))
	must(t, err)
	equal(t, "files including the lock", len(files), 3)
}

// If the journal is rotated while it is read, both files are the same.
func TestRead_Rotated(t *testing.T) {
	j := newJournal(t)
	must(t, j.Append(Entry{Action: "1"}))
	must(t, os.Link(j.path, j.rotated()))
	equal(t, "actions", actions(entries(t, j)), "1")
}

// Concurrent writers do not lose or repeat events, even while the file is rotated, and
// the lines of an action stay together. Each write opens the file separately, as if by
// another process.
func TestRotate_Concurrent(t *testing.T) {
	const writers, rounds = 8, 40
	j := newJournal(t)
	must(t, j.Append(observedEntry("x", 0)))
	writeFile(t, j.path, readFile(t, j.path)+strings.Repeat(strings.Repeat(" ", 99)+"\n", maxSize/100-writers*rounds*5))
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for r := range rounds {
				id := fmt.Sprintf("w%d-%d", w, r)
				wantErr(t, At(j.path).write([]Entry{observedEntry(id, 0)}, writing{seen: true}), nil)
				acted := observedEntry(id, time.Hour)
				acted.Action, acted.Label = id, strings.Repeat("x", 3000) // two lines exceed a memory page
				wantErr(t, At(j.path).Append(acted, acted), nil)
			}
		})
	}
	group.Wait()
	count, list := map[string]int{}, entries(t, j)
	for i, e := range list {
		count[e.ID]++
		if e.Action != "" && e.Action != list[i-1].Action {
			equal(t, "next line of "+e.ID, list[i+1].Action, e.Action)
		}
	}
	equal(t, "events", len(count), writers*rounds+1)
	delete(count, "x")
	for id, n := range count {
		equal(t, "lines of "+id, n, 3)
	}
}
