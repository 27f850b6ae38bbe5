package journal_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
)

// One operator resets a credential, and another one undoes the reset, as two processes could.
func ExampleOperator() {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	dir, err := os.MkdirTemp("", "example")
	must(err)
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "auth.json")
	must(os.WriteFile(path, []byte(`{"credential_pool": {"openrouter": [{"id": "e5b7f2", "label": "backup-key",
		"last_status": "exhausted", "last_status_at": 1795425600.0, "consecutive_failures": 3}]}}`), 0o600))

	ctx, now := context.Background(), time.Unix(1795425600, 0)
	newOperator := func() *journal.Operator {
		return &journal.Operator{
			Store:   poolstate.Open(path, poolstate.WithClock(func() time.Time { return now })),
			Journal: journal.At(filepath.Join(dir, "events.jsonl")),
			Number:  func() string { return "action-1" },
		}
	}
	streak := func(when string, o *journal.Operator) []poolstate.Credential {
		snapshot, err := o.Store.Load()
		must(err)
		c := snapshot.Pool.Find(poolstate.Ref{Provider: "openrouter", ID: "e5b7f2"})
		fmt.Printf("%s: status %q, streak %d\n", when, c.StatusText, c.Streak.Count())
		return []poolstate.Credential{*c}
	}

	first := newOperator()
	seen := streak("before", first)
	_, err = first.Do(ctx, journal.Task{Action: poolstate.Action{Verb: poolstate.VerbReset}, Seen: seen})
	must(err)
	streak("after the reset", first)

	second := newOperator()
	action, undos, err := second.Journal.LastUndo([]*poolstate.Store{second.Store}, nil)
	must(err)
	_, err = second.Do(ctx, journal.Task{Action: poolstate.Action{Verb: poolstate.VerbUndo, Undos: undos[0].Undos}, Undoes: action.Action})
	must(err)
	streak("after "+action.Action+" was undone", second)
	// Output:
	// before: status "exhausted", streak 3
	// after the reset: status "", streak 0
	// after action-1 was undone: status "exhausted", streak 3
}
