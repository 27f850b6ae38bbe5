package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pooltop/poolstate"
)

// verbs returns a task for each verb.
func verbs(t *testing.T, o *Operator) map[string]func() Task {
	tokens := filepath.Join(t.TempDir(), ".credentials.json")
	writeFile(t, tokens, `{"claudeAiOauth": {"accessToken": "SECRET-fresh-5d81-not-a-real-token"}}`)
	on := func(a poolstate.Action, labels ...string) func() Task {
		return func() Task { return Task{Action: a, Seen: seen(t, o, labels...)} }
	}
	return map[string]func() Task{
		"reset": on(reset), "hold": on(hold, "primary", "nameless"), "hold again": on(hold, "backup"),
		"sync": on(poolstate.Action{Verb: poolstate.VerbSync, ClaudeFile: tokens}, "claude"),
		"order": func() Task {
			list := seen(t, o, "primary", "backup", "nameless")
			return Task{Action: poolstate.Action{Verb: poolstate.VerbOrder, Move: poolstate.Move{Target: list[0].Ref, To: 3}}, Seen: list}
		},
		"undo": func() Task { return lastUndo(t, o) },
	}
}

// A process may be killed after it has recorded an action. If the store was written, this is the
// last action. Otherwise, it is the action before. The record contains no secret.
func TestLastUndo_Killed(t *testing.T) {
	for verb := range verbs(t, newOperator(t, pool)) {
		o := newOperator(t, pool)
		task := verbs(t, o)[verb]
		do(t, o, reset, "nameless")
		do(t, o, hold, "backup")
		before := readFile(t, o.Store.Path())
		doTask(t, o, task())
		after, lines := readFile(t, o.Store.Path()), readFile(t, o.Journal.path)
		for _, secret := range []string{token, "SECRET-fresh-5d81-not-a-real-token"} {
			if leak := leaked(lines, secret); leak != "" {
				t.Errorf("%s: %q appears in the journal", verb, leak)
			}
		}
		lines = lines[:strings.LastIndex(strings.TrimSuffix(lines, "\n"), "\n")+1] // without the result
		begin, last := strings.Index(lines, `{"store"`), strings.LastIndex(strings.TrimSuffix(lines, "\n"), "\n")+1
		equal(t, verb+": the last line is of the action", strings.Contains(lines[last:], `"action":"n3"`), true)
		equal(t, verb+": results before", begin > 0 && begin < last, true)
		for _, tt := range []struct{ what, store, journal, want string }{
			{"killed before the store was written", before, lines, "n2"},
			{"and an agent changed another credential", strings.Replace(before, `"claude"`, `"renamed"`, 1), lines, "n2"},
			{"killed while recording", before, lines[:len(lines)-9], "n2"},
			{"killed after the store was written", after, lines, map[string]string{"sync": ErrNotUndoable.Error(), "undo": "n1"}[verb]},
			{"the file was removed", "", lines, ""},
		} {
			writeFile(t, o.Journal.path, tt.journal)
			must(t, os.WriteFile(o.Store.Path(), []byte(tt.store), 0o600))
			if tt.store == "" {
				must(t, os.Remove(o.Store.Path()))
			}
			action, _, err := lastAction(o)
			got := action.Action
			if err != nil {
				got = strings.TrimSpace(got + " " + err.Error())
			}
			want := tt.want
			switch {
			case tt.store == "":
				equal(t, verb+": "+tt.what, errors.Is(err, os.ErrNotExist), true)
				continue
			case want == "":
				want = "n3"
			}
			equal(t, verb+": "+tt.what, got, want)
			shown := Records(entries(t, o.Journal), o.Store)
			equal(t, verb+": "+tt.what+": shown", len(shown) > 2, tt.store == after)
		}
	}
}

// Actions that failed or are incomplete are omitted, and those without a result are pending.
func TestAssemble(t *testing.T) {
	got := assemble([]Entry{
		{Store: "s", Action: "old"},
		{Store: "s", Action: "1", Of: 2},
		{Store: "s"},
		{Store: "s", Action: "1", Of: 2},
		{Store: "s", Action: "2", Of: 2},
		{Store: "s", Action: "3", Of: 1},
		{Store: "s", Failed: "3"},
		{Store: "s", Action: "4", Of: 1},
		{Store: "t", Action: "4", Of: 1},
		{Store: "t", Done: "4"},
		{Store: "s", Lost: "5"},
		{Store: "s", Lost: "6"},
		{Store: "s", Failed: "6"},
		{Store: "s", Action: "7", Of: 1},
		{Store: "s", Done: "7"},
		{Store: "s", Action: "8", Of: 1},
		{Store: "s", Failed: "8"}, // according to the store
		{Store: "s", Done: "8"},
		{Store: "s", Action: "9", Of: 1},
		{Store: "s", Done: "9"}, // according to the store
		{Store: "s", Failed: "9"},
	})
	equal(t, "entries", joined(got, func(e Entry) string {
		return fmt.Sprint(e.Store, e.Action, map[bool]string{true: "?"}[e.pending], map[bool]string{true: "!"}[e.unreadable])
	}), "sold s1? s s1? s4? t4 s! s7 s8")
}

// The next action records the result of a pending one, which the store may not show later.
func TestDo_RecordsResult(t *testing.T) {
	for _, written := range []bool{false, true} {
		o := newOperator(t, pool)
		before := readFile(t, o.Store.Path())
		do(t, o, hold, "primary")
		lines := strings.SplitAfter(readFile(t, o.Journal.path), "\n")
		writeFile(t, o.Journal.path, lines[0])
		if !written {
			writeFile(t, o.Store.Path(), before)
		}
		do(t, o, reset, "backup")
		journal := readFile(t, o.Journal.path)
		equal(t, "done", strings.Contains(journal, `"done":"n1"`), written)
		equal(t, "failed", strings.Contains(journal, `"failed":"n1"`), !written)
		equal(t, "actions", actions(entries(t, o.Journal)), map[bool]string{false: "n2", true: "n1 n2"}[written])
	}
}

// An action that failed is not the last action, even if its credential has changed since.
func TestLastUndo_Failed(t *testing.T) {
	o := newOperator(t, pool)
	do(t, o, reset, "backup")
	task, store := Task{Action: hold, Seen: seen(t, o, "primary")}, readFile(t, o.Store.Path())
	o.Journal.wrap = func(f file) file {
		_ = os.Remove(o.Store.Path())
		return f
	}
	_, err := o.Do(t.Context(), task)
	wantErr(t, err, os.ErrNotExist)
	equal(t, "recorded", strings.Contains(readFile(t, o.Journal.path), `"action":"n2"`), true)
	writeFile(t, o.Store.Path(), strings.Replace(store, `"primary",`, `"primary", "last_status": "ok",`, 1))
	action, _, err := lastAction(o)
	wantErr(t, err, nil)
	equal(t, "the last action", action.Action, "n1")
}

// memory is a journal in memory, on a simulated disk with room for a number of bytes.
type memory struct {
	file
	text       string
	room       int
	noTruncate bool
}

var errFull = errors.New("no space left")

func (m *memory) ReadAt(p []byte, off int64) (int, error) {
	return strings.NewReader(m.text).ReadAt(p, off)
}

func (m *memory) Stat() (os.FileInfo, error) { return sized{size: int64(len(m.text))}, nil }

func (m *memory) Write(p []byte) (int, error) {
	if n := m.room - len(m.text); n < len(p) {
		m.text += string(p[:max(n, 0)])
		return max(n, 0), errFull
	}
	m.text += string(p)
	return len(p), nil
}

func (m *memory) Truncate(size int64) error {
	if m.noTruncate {
		return errFull
	}
	m.text = m.text[:size]
	return nil
}

func (m *memory) Sync() error { return nil }

type sized struct {
	os.FileInfo
	size int64
}

func (s sized) Size() int64 { return s.size }

// At whichever byte the disk becomes full, the record of an action is in the journal as a whole
// or not at all. An incomplete line that was left earlier is removed.
func TestAppendTo_FullDisk(t *testing.T) {
	o := newOperator(t, pool)
	do(t, o, hold)
	text := readFile(t, o.Journal.path)
	first := strings.SplitAfter(text, "\n")[0]
	for i, left := range []string{text, "", text + first[:len(first)/2], text + "\x00\x00", text + first[:len(first)-1]} {
		whole := text
		if left == "" || strings.HasSuffix(left, "}") {
			whole = left
		}
		for room := len(left); room <= len(left)+len(text)+1; room += 1 + 10*i { // every byte in the first case, fewer in the others
			m := &memory{text: left, room: room}
			err := appendTo(m, []byte(text), true, true)
			want := whole
			if err == nil {
				if want += text; strings.HasSuffix(whole, "}") {
					want = whole + "\n" + text
				}
			}
			if m.text != want {
				t.Fatalf("with room for %d bytes: %v, %d bytes, want %d", room-len(left), err, len(m.text), len(want))
			}
			equal(t, "the error", err == nil || errors.Is(err, errFull) && !errors.Is(err, errTorn), true)
		}
	}
	for _, m := range []*memory{{room: 9, noTruncate: true}, {room: 9}} {
		wantErr(t, appendTo(m, []byte(text), m.noTruncate, true), errTorn)
		equal(t, "the text", m.text, text[:9])
	}
}

// limited is a journal on a full disk. If noTruncate is set, it cannot be truncated.
type limited struct {
	file
	room       int
	noTruncate bool
}

func (l limited) Write(p []byte) (int, error) {
	if strings.Contains(string(p), `"lost"`) && len(p) <= 4096 { // fits into the last block
		return l.file.Write(p)
	}
	n, err := l.file.Write(p[:min(l.room, len(p))])
	if err == nil && n < len(p) {
		err = errFull
	}
	return n, err
}

func (l limited) Truncate(size int64) error {
	if l.noTruncate {
		return errFull
	}
	return l.file.Truncate(size)
}

// If the journal cannot take the record of an action, the action is performed and the error
// returned. The action cannot be undone, not even in part, nor can the one before it. If a part
// of the record remains, nothing is written.
func TestDo_FullDisk(t *testing.T) {
	o := newOperator(t, pool)
	do(t, o, reset, "backup")
	store, lines := readFile(t, o.Store.Path()), readFile(t, o.Journal.path)
	move := verbs(t, o)["order"] // leaves no trace in the store
	length := len(doTask(t, o, move()).Entries)
	room := len(readFile(t, o.Journal.path)) - len(lines)
	equal(t, "entries", length, 3)
	for n := 0; n < room-len(`{"store":"","done":""}`)-len(o.Store.Identity()); n += room / 9 {
		for _, torn := range []bool{false, true} {
			writeFile(t, o.Store.Path(), store)
			writeFile(t, o.Journal.path, lines)
			o.Journal.wrap = func(f file) file { return limited{f, n, torn} }
			done, err := o.Do(t.Context(), move())
			what := fmt.Sprintf("room for %d of %d bytes, torn %v: ", n, room, torn)
			if torn {
				equal(t, what+"the error", err != nil && strings.Contains(err.Error(), errTorn.Error()), true)
				equal(t, what+"the store", readFile(t, o.Store.Path()), store)
				action, _, err := lastAction(o)
				wantErr(t, err, nil)
				equal(t, what+"the last action", action.Action, "n1")
				continue
			}
			wantErr(t, err, nil)
			wantErr(t, done.JournalErr, errFull)
			equal(t, what+"moved", seen(t, o, "primary")[0].Index, 3)
			rest, _ := strings.CutPrefix(readFile(t, o.Journal.path), lines)
			equal(t, what+"the journal", rest, fmt.Sprintf(`{"store":%q,"lost":%q}`, o.Store.Identity(), done.Number)+"\n")
			_, _, err = lastAction(o)
			wantErr(t, err, ErrUnrecorded)

			o.Journal.wrap = nil
			doTask(t, o, undoTask(done.Number, done.Undos()))
			action, _, err := lastAction(o)
			wantErr(t, err, nil)
			equal(t, what+"the last action after an undo by the same process", action.Action, "n1")
		}
	}
}
