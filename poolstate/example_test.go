package poolstate_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"pooltop/poolstate"
)

// This example resets one credential after its quota was topped up.
func ExampleStore_Perform() {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	dir, err := os.MkdirTemp("", "example")
	must(err)
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "auth.json")
	must(os.WriteFile(path, []byte(`{"credential_pool": {"openrouter": [{"id": "e5b7f2", "label": "backup-key", "source": "env:KEY",
		"last_status": "exhausted", "last_status_at": 1795425600.0, "consecutive_failures": 3}]}}`), 0o600))

	now := time.Unix(1795425600, 0)
	store := poolstate.Open(path, poolstate.WithClock(func() time.Time { return now }))
	ref := poolstate.Ref{Provider: "openrouter", ID: "e5b7f2"}
	show := func(when string) []poolstate.Credential {
		snapshot, err := store.Load()
		must(err)
		policy := poolstate.PolicyChoice{}.Resolve(snapshot.Pool, poolstate.NoEvidence)
		c := snapshot.Pool.Find(ref)
		fmt.Printf("%s: %s is %s\n", when, c.Name(), policy.Availability(c, now))
		return []poolstate.Credential{*c}
	}

	seen := show("before")
	outcome, err := store.Perform(context.Background(), poolstate.Action{Verb: poolstate.VerbReset}, seen, nil)
	must(err)
	fmt.Println("changed:", len(outcome.Changed))
	show("after")
	// Output:
	// before: backup-key is cooling
	// changed: 1
	// after: backup-key is ready
}

// The policy of the agent determines when a credential becomes usable again.
func ExamplePolicy_Assess() {
	now := time.Unix(1795425600, 0).UTC()
	c := poolstate.Credential{
		Status:    poolstate.StatusExhausted,
		StatusAt:  now.Add(-90 * time.Minute),
		ErrorCode: poolstate.Some(429),
		Streak:    poolstate.KnownStreak(3),
	}
	for _, policy := range []poolstate.Policy{poolstate.Backoff(), poolstate.Flat()} {
		a := policy.Assess(&c, now)
		fmt.Printf("%s: %s until %s, %s × %d, %v left, if it fails: %v\n", policy, a.Availability,
			a.Deadline.At.Format(time.TimeOnly), a.Base, a.Multiplier, a.Remaining, a.Next)
	}
	// Output:
	// backoff: cooling until 11:50:00, 1h0m0s × 4, 2h30m0s left, if it fails: 8h0m0s
	// flat: due until 08:50:00, 1h0m0s × 1, 0s left, if it fails: 1h0m0s
}
