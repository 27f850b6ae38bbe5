package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
)

var at = time.Date(2026, 11, 23, 9, 20, 6, 970596000, time.UTC)

const token = "SECRET-9f2c4e-not-a-real-token"

// pool is a store with credentials of every sort.
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

func readFile(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func writeFile(t testing.TB, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// newJournal is a journal that is not there yet, in a directory that is not
// there either.
func newJournal(t testing.TB) Journal {
	t.Helper()
	return At(filepath.Join(t.TempDir(), "state", "pooltop", "events.jsonl"))
}

// newOperator acts on a store of its own with the given content.
func newOperator(t testing.TB, content string) *Operator {
	t.Helper()
	path := filepath.Join(t.TempDir(), "auth.json")
	writeFile(t, path, content)
	n := 0
	return &Operator{
		Store: poolstate.Open(path,
			poolstate.WithClock(func() time.Time { return at })),
		Journal: newJournal(t),
		User:    "ada", Host: "engine",
		Number: func() string {
			n++
			return fmt.Sprintf("n%d", n)
		},
	}
}

// seen is what the operator sees of the named credentials, of all without any.
func seen(t testing.TB, o *Operator, names ...string) []poolstate.Credential {
	t.Helper()
	snap, err := o.Store.Load()
	if err != nil {
		t.Fatal(err)
	}
	var list []poolstate.Credential
	for c := range snap.Pool.All() {
		if len(names) == 0 || strings.Contains(" "+strings.Join(names, " ")+" ", " "+c.Label+" ") {
			list = append(list, *c)
		}
	}
	return list
}

func do(t testing.TB, o *Operator, a poolstate.Action, names ...string) Done {
	t.Helper()
	done, err := o.Do(t.Context(), a, poolstate.Backoff, seen(t, o, names...))
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func takeBack(t testing.TB, o *Operator, number string, undos []poolstate.Undo) Done {
	t.Helper()
	done, err := o.Undo(t.Context(), number, poolstate.Backoff, undos)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func entries(t testing.TB, j Journal) []Entry {
	t.Helper()
	list, err := j.Read()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// shown is an entry on one line, to be compared.
func shown(t testing.TB, e Entry) string {
	t.Helper()
	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// actions are the numbers of entries, in order.
func actions(list []Entry) string {
	var numbers []string
	for _, e := range list {
		numbers = append(numbers, e.Action)
	}
	return strings.Join(numbers, " ")
}
