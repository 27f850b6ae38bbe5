package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
)

var at = time.Date(2026, 11, 23, 9, 20, 6, 970596000, time.UTC)

const token = "SECRET-9f2c4e-not-a-real-token"

// pool is a store with a dead, a ready and two exhausted credentials. The last one has no
// id.
const pool = `{
  "credential_pool": {
    "anthropic": [
      {"id": "cc", "label": "claude", "source": "claude_code", "last_status": "dead", "access_token": "` + token + `"}
    ],
    "openrouter": [
      {"id": "a1", "label": "primary", "access_token": "` + token + `"},
      {"id": "b2", "label": "backup", "last_status": "exhausted", "last_status_at": 1795422723.0, "last_error_code": 429, "consecutive_failures": 2},
      {"label": "nameless", "last_status": "exhausted", "last_error_reset_at": 1795429000.0}
    ]
  },
  "updated_at": "then"
}
`

var (
	reset = poolstate.Action{Verb: poolstate.VerbReset}
	hold  = poolstate.Action{Verb: poolstate.VerbHold, Hold: poolstate.Hold{Code: 429, For: 2 * time.Hour, Reason: "until payday"}}
)

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func wantErr(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("the error is %v, want %v", err, want)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	return string(data)
}

func writeFile(t testing.TB, path, content string) {
	t.Helper()
	must(t, os.WriteFile(path, []byte(content), 0o600))
}

// newJournal returns a journal in a directory that does not exist yet.
func newJournal(t testing.TB) Journal {
	t.Helper()
	return At(filepath.Join(t.TempDir(), "state", "pooltop", "events.jsonl"))
}

// newOperator returns an operator for a new store. It numbers its actions n1, n2 and so
// on.
func newOperator(t testing.TB, content string) *Operator {
	t.Helper()
	path := filepath.Join(t.TempDir(), "auth.json")
	writeFile(t, path, content)
	n := 0
	return &Operator{
		Store:   poolstate.Open(path, poolstate.WithClock(func() time.Time { return at })),
		Journal: newJournal(t),
		User:    "ada", Host: "engine",
		Number: func() string {
			n++
			return fmt.Sprintf("n%d", n)
		},
	}
}

// seen returns the credentials with the given labels, or all of them.
func seen(t testing.TB, o *Operator, labels ...string) []poolstate.Credential {
	t.Helper()
	snap, err := o.Store.Load()
	must(t, err)
	var list []poolstate.Credential
	for c := range snap.Pool.All() {
		if len(labels) == 0 || slices.Contains(labels, c.Label) {
			list = append(list, *c)
		}
	}
	return list
}

func undoTask(number string, undos []poolstate.Undo) Task {
	return Task{Action: poolstate.Action{Verb: poolstate.VerbUndo, Undos: undos}, Undoes: number}
}

func do(t testing.TB, o *Operator, a poolstate.Action, labels ...string) Done {
	t.Helper()
	return doTask(t, o, Task{Action: a, Seen: seen(t, o, labels...)})
}

func doTask(t testing.TB, o *Operator, task Task) Done {
	t.Helper()
	done, err := o.Do(t.Context(), task)
	must(t, err)
	return done
}

// lastAction returns the last action on the operator's store and its undos.
func lastAction(o *Operator) (action Entry, undos []poolstate.Undo, err error) {
	action, stores, err := o.Journal.LastUndo([]*poolstate.Store{o.Store}, nil)
	if err != nil {
		return Entry{}, nil, err
	}
	return action, stores[0].Undos, stores[0].Err
}

// lastUndo returns the task that undoes the last action.
func lastUndo(t testing.TB, o *Operator) Task {
	t.Helper()
	action, undos, err := lastAction(o)
	must(t, err)
	return undoTask(action.Action, undos)
}

func entries(t testing.TB, j Journal) []Entry {
	t.Helper()
	list, err := j.Read()
	must(t, err)
	return list
}

func toJSON(t testing.TB, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	must(t, err)
	return string(data)
}

// observedEntry returns the entry for a failure observed at the given time after at.
func observedEntry(id string, after time.Duration) Entry {
	return Entry{Store: "s", Record: poolstate.Record{At: at.Add(after), Kind: poolstate.EventExhausted, Provider: "p", ID: id}}
}

// actions returns the action numbers of entries.
func actions(list []Entry) string { return joined(list, func(e Entry) string { return e.Action }) }

// ids returns the credential ids of entries.
func ids(list []Entry) string { return joined(list, func(e Entry) string { return e.ID }) }

func joined[T any](list []T, field func(T) string) string {
	var out []string
	for _, e := range list {
		out = append(out, field(e))
	}
	return strings.Join(out, " ")
}
