package journal

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
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
			{Key: "failure_reason", Before: new("{\"a\":\t1}"), Behind: "label"},
		}},
	}
}

// What was appended is read, in order, whole.
func TestEntriesComeBack(t *testing.T) {
	j := newJournal(t)
	want := []Entry{fullEntry("1"), {Action: "2"}, {Action: "3", Undoes: "1", Verb: "undo"}}
	wantErr(t, j.Append(want[0]), nil)
	wantErr(t, j.Append(want[1:]...), nil)
	got := entries(t, j)
	equal(t, "entries", len(got), len(want))
	for i := range got {
		equal(t, "entry", shown(t, got[i]), shown(t, want[i]))
	}
	equal(t, "lines", strings.Count(readFile(t, j.path), "\n"), len(want))
}

// The form of a line is what other programs read.
func TestTheFormOfALine(t *testing.T) {
	j := newJournal(t)
	seen := Entry{Store: "s", Record: poolstate.Record{
		At: at, Kind: poolstate.EventExhausted, Provider: "p", ID: "a", Before: poolstate.State{Streak: new(0)}, Code: new(429),
	}}
	acted := Entry{Store: "s", Action: "1", Verb: "reset", User: "ada", Host: "engine", Record: poolstate.Record{
		At: at, Kind: poolstate.EventReset, By: poolstate.ByOperator, Provider: "p", ID: "a",
	}}
	wantErr(t, j.Append(seen, acted), nil)
	equal(t, "lines", readFile(t, j.path), `{"at":"2026-11-23T09:20:06.970596Z","event":"exhausted","by":"agent","provider":"p","id":"a","label":"",`+
		`"before":{"status":null,"streak":0,"deadline":null},"after":{"status":null,"streak":null,"deadline":null},"error_code":429,"store":"s"}`+"\n"+
		`{"at":"2026-11-23T09:20:06.970596Z","event":"reset","by":"operator","provider":"p","id":"a","label":"",`+
		`"before":{"status":null,"streak":null,"deadline":null},"after":{"status":null,"streak":null,"deadline":null},"store":"s",`+
		`"action":"1","verb":"reset","user":"ada","host":"engine"}`+"\n")
}

// A journal that keeps nothing, and entries that are none, touch no file.
func TestNothingIsKeptOfNothing(t *testing.T) {
	wantErr(t, Journal{}.Append(fullEntry("1")), nil)
	equal(t, "entries", len(entries(t, Journal{})), 0)
	j := newJournal(t)
	wantErr(t, j.Append(), nil)
	equal(t, "entries of no file", len(entries(t, j)), 0)
	if _, err := os.Stat(filepath.Dir(j.path)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the directory is there: %v", err)
	}
}

// A line that a crash tore stays alone: the next one begins on a line of its
// own, and nothing but the torn one is lost.
func TestATornLineIsEnded(t *testing.T) {
	for name, torn := range map[string]string{
		"half a line":        `{"at":"2026-11-23T09:20:06Z","acti`,
		"all but the break":  `{"action":"whole","event":"reset"}`,
		"half a character":   "{\"action\":\"\xd0",
		"a line that is not": `not JSON`,
	} {
		t.Run(name, func(t *testing.T) {
			j := newJournal(t)
			wantErr(t, j.Append(Entry{Action: "1"}), nil)
			writeFile(t, j.path, readFile(t, j.path)+torn)
			want := "1"
			if name == "all but the break" {
				want += " whole"
			}
			equal(t, "actions", actions(entries(t, j)), want)
			wantErr(t, j.Append(Entry{Action: "2"}), nil)
			wantErr(t, j.Append(Entry{Action: "3"}), nil)
			equal(t, "actions", actions(entries(t, j)), want+" 2 3")
			equal(t, "lines", strings.Count(readFile(t, j.path), "\n"), 4)
		})
	}
}

// Lines of others, and lines that are too long to be ours, are passed over; they
// are left where they are.
func TestForeignLinesArePassedOver(t *testing.T) {
	foreign := []string{
		``, ` `, `null`, `5`, `"action"`, `[]`, `{}`, `{"action": ""}`, `{"action": 5}`, `{"action": "x", "at": "yesterday"}`,
		`{"action": "x"} {"action": "y"}`, "\x00\xff", `{"action":"big","label":"` + strings.Repeat("x", 2<<20) + `"}`,
		strings.Repeat("[", 100_000), "\r",
	}
	for _, line := range foreign {
		name := line[:min(len(line), 30)]
		t.Run(name, func(t *testing.T) {
			j := newJournal(t)
			wantErr(t, j.Append(Entry{Action: "1"}), nil)
			writeFile(t, j.path, line+"\n"+readFile(t, j.path)+line+"\n")
			wantErr(t, j.Append(Entry{Action: "2"}), nil)
			equal(t, "actions", actions(entries(t, j)), "1 2")
			if !strings.HasPrefix(readFile(t, j.path), line+"\n") {
				t.Error("the foreign line is gone")
			}
		})
	}
	j := newJournal(t)
	wantErr(t, j.Append(Entry{Action: "1"}), nil)
	writeFile(t, j.path, readFile(t, j.path)+foreign[12]) // torn, and too long
	equal(t, "actions", actions(entries(t, j)), "1")
}

// Keys that are not ours are no matter, so that a newer pooltop may add some.
func TestNewerLinesAreRead(t *testing.T) {
	j := newJournal(t)
	wantErr(t, j.Append(Entry{Action: "1"}), nil)
	writeFile(t, j.path, `{"action": "0", "new_in_2027": {"x": []}}`+"\r\n"+readFile(t, j.path))
	equal(t, "actions", actions(entries(t, j)), "0 1")
}

// A journal that cannot be opened is an error that says so, and no panic.
func TestAJournalThatCannotBeOpened(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "events.jsonl"), 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "file"), "")
	for _, path := range []string{filepath.Join(dir, "events.jsonl"), filepath.Join(dir, "file", "events.jsonl")} {
		err := At(path).Append(Entry{Action: "1"})
		if err == nil || !strings.Contains(err.Error(), "journal") || !strings.Contains(err.Error(), dir) {
			t.Errorf("the error is %v, want one of the journal and its path", err)
		}
	}
	if _, err := At(filepath.Join(dir, "file", "events.jsonl")).Read(); err == nil {
		t.Error("a file in the place of a directory is read")
	}
}

// The last action is the newest one on that store that was not undone; an undo
// names the action that it took back.
func TestLast(t *testing.T) {
	one := func(action, store, undoes string) Entry { return Entry{Action: action, Store: store, Undoes: undoes} }
	tests := []struct {
		name    string
		entries []Entry
		want    string
	}{
		{"nothing", nil, ""},
		{"one", []Entry{one("1", "s", "")}, "1"},
		{"the newest", []Entry{one("1", "s", ""), one("2", "s", "")}, "2"},
		{"all its credentials", []Entry{one("1", "s", ""), one("2", "s", ""), one("2", "s", ""), one("2", "s", "")}, "2 2 2"},
		{"undone", []Entry{one("1", "s", ""), one("2", "s", "1")}, ""},
		{"the one before", []Entry{one("1", "s", ""), one("2", "s", ""), one("3", "s", "2")}, "1"},
		{"two undone", []Entry{one("1", "s", ""), one("2", "s", ""), one("3", "s", "2"), one("4", "s", "1")}, ""},
		{"one anew after an undo", []Entry{one("1", "s", ""), one("2", "s", "1"), one("3", "s", "")}, "3"},
		{"an undo of many", []Entry{one("1", "s", ""), one("1", "s", ""), one("2", "s", "1"), one("2", "s", "1")}, ""},
		{"another store", []Entry{one("1", "other", "")}, ""},
		{"beside another store", []Entry{one("1", "s", ""), one("2", "other", ""), one("3", "other", "2")}, "1"},
		{"undone, by another store", []Entry{one("1", "s", ""), one("2", "other", "1")}, "1"},
		{"the same number for another store", []Entry{one("1", "s", ""), one("1", "other", "")}, "1"},
		{"two writers at once", []Entry{one("1", "s", ""), one("2", "s", ""), one("1", "s", "")}, "1 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Last(tt.entries, "s")
			equal(t, "last", actions(got), tt.want)
			for _, e := range got {
				equal(t, "store", e.Store, "s")
			}
		})
	}
}

// The place is the user's own, by the rules for such files.
func TestDefaultPath(t *testing.T) {
	home := t.TempDir()
	for state, want := range map[string]string{
		filepath.Join(home, "elsewhere"): filepath.Join(home, "elsewhere", "pooltop", "events.jsonl"),
		"":                               filepath.Join(home, ".local", "state", "pooltop", "events.jsonl"),
		"relative/state":                 filepath.Join(home, ".local", "state", "pooltop", "events.jsonl"),
		"./state":                        filepath.Join(home, ".local", "state", "pooltop", "events.jsonl"),
	} {
		t.Setenv("HOME", home)
		t.Setenv("USERPROFILE", home)
		t.Setenv("XDG_STATE_HOME", state)
		got, err := DefaultPath()
		wantErr(t, err, nil)
		equal(t, "path with "+state, got, want)
	}
	t.Setenv("HOME", "")
	t.Setenv("USERPROFILE", "")
	t.Setenv("XDG_STATE_HOME", "")
	if path, err := DefaultPath(); err == nil {
		t.Errorf("without a home the path is %s", path)
	}
	t.Setenv("XDG_STATE_HOME", home)
	got, err := DefaultPath()
	wantErr(t, err, nil)
	equal(t, "path without a home", got, filepath.Join(home, "pooltop", "events.jsonl"))
}
