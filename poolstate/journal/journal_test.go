package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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

// Other programs read this format.
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

// After a crash within a line, the next entry starts on a line of its own.
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
		must(t, j.Append(Entry{Action: "2"}))
		must(t, j.Append(Entry{Action: "3"}))
		equal(t, fmt.Sprintf("actions after %.18q", line), actions(entries(t, j)), want)
		equal(t, "lines", strings.Count(readFile(t, j.path), "\n"), 4)
	}
}

// Lines that are not entries are ignored and kept. Unknown keys, which a newer
// version may have written, do not matter.
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
		if err == nil || !strings.Contains(err.Error(), "journal") || !strings.Contains(err.Error(), dir) {
			t.Errorf("the error is %v, want one that names the journal and its path", err)
		}
	}
	if _, err := At(filepath.Join(dir, "file", "events.jsonl")).Read(); err == nil {
		t.Error("reading below a file succeeds")
	}
}

func TestDefaultPath(t *testing.T) {
	home := t.TempDir()
	elsewhere, standard := filepath.Join(home, "elsewhere"), filepath.Join(home, ".local", "state")
	for _, tt := range []struct{ home, state, want string }{
		{home, elsewhere, elsewhere},
		{home, "", standard},
		{home, "relative/state", standard},
		{home, "./state", standard},
		{"", elsewhere, elsewhere},
		{"", "", ""},
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

// writerEnv makes the test binary a writer: its name and the path of the journal.
const writerEnv = "JOURNAL_TEST_WRITER"

const (
	writers          = 4
	actionsPerWriter = 25
	linesPerAction   = 3
)

func TestMain(m *testing.M) {
	if job := os.Getenv(writerEnv); job != "" {
		name, path, _ := strings.Cut(job, " ")
		if err := writeActions(At(path), name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func writeActions(j Journal, name string) error {
	for i := range actionsPerWriter {
		var lines []Entry
		for n := range linesPerAction {
			e := fullEntry(fmt.Sprintf("%s-%d", name, i))
			e.ID = fmt.Sprint(n)
			e.Label = strings.Repeat(name, 3000) // three lines exceed a memory page
			lines = append(lines, e)
		}
		if err := j.Append(lines...); err != nil {
			return err
		}
	}
	return nil
}

// No line of several writing processes is lost, and the lines of an action stay
// together.
func TestJournal_Processes(t *testing.T) {
	exe, err := os.Executable()
	must(t, err)
	j := newJournal(t)
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			cmd := exec.Command(exe)
			cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d %s", writerEnv, w, j.path))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("writer: %v: %s", err, out)
			}
		})
	}
	group.Wait()
	list := entries(t, j)
	equal(t, "entries", len(list), writers*actionsPerWriter*linesPerAction)
	for i, e := range list {
		equal(t, "line of the action", e.ID, fmt.Sprint(i%linesPerAction))
		equal(t, "action", e.Action, list[i-i%linesPerAction].Action)
	}
}

// FuzzDecode checks that entries decoded from any bytes can be encoded again
// without a difference, and that no function panics on them.
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
			last(list, store)
			Records(list, store)
			list[i].Same(&list[0].Record)
			list[i].Credential()
		}
		text, err := encode(list)
		must(t, err)
		again, err := encode(decode(bytes.NewReader(text), maxLine))
		if err != nil || !bytes.Equal(again, text) {
			t.Errorf("%q became\n%q, %v", text, again, err)
		}
		for _, l := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
			if len(l) > 0 && !json.Valid(l) {
				t.Errorf("%q is not JSON", l)
			}
		}
	})
}
