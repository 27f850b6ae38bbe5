package journal

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"pooltop/poolstate"
)

// How much the crowd does to one file.
const (
	roundsOfOperator = 30
	roundsOfAgent    = 60
)

// TestTwoOperatorsAndAnAgentLoseNothing lets two operators hold and reset a
// credential each, over and over, while an agent of another make rewrites the
// whole file under the same lock. Every action is done or refused, and every
// update of the agent is there in the end.
func TestTwoOperatorsAndAnAgentLoseNothing(t *testing.T) {
	o := newOperator(t, `{"credential_pool": {"p": [
		{"id": "a", "label": "first", "request_count": 0, "access_token": "SECRET-a"},
		{"id": "b", "label": "second", "access_token": "SECRET-b"},
		{"id": "c", "label": "the agent's", "request_count": 0, "access_token": "SECRET-c"}]}}`)
	var crowd sync.WaitGroup
	written := make([]int, 2)
	for i, name := range []string{"first", "second"} {
		mine := *o
		n := 0
		mine.Number = func() string { n++; return fmt.Sprint(name, n) }
		crowd.Go(func() {
			for round := range roundsOfOperator {
				a := poolstate.Action{Verb: poolstate.VerbHold, Hold: poolstate.Hold{Code: 429, For: time.Hour}}
				if round%2 == 1 {
					a = poolstate.Action{Verb: poolstate.VerbReset}
				}
				snap, err := mine.Store.Load()
				if err != nil {
					t.Error(err)
					return
				}
				target := snap.Pool.Providers[0].Credentials[i]
				done, err := mine.Do(t.Context(), a, poolstate.Backoff, []poolstate.Credential{target})
				if err != nil || len(done.Changed)+done.Refusals() != 1 {
					t.Errorf("action %d on %s was neither done nor refused: %v", round, name, err)
				}
				written[i] += len(done.Changed)
			}
		})
	}
	crowd.Go(func() {
		for range roundsOfAgent {
			if err := agentUpdate(o.Store.Path()); err != nil {
				t.Error(err)
			}
		}
	})
	crowd.Wait()

	pool, err := o.Store.Load()
	if err != nil {
		t.Fatal(err)
	}
	agents := pool.Pool.Find(poolstate.Ref{Provider: "p", ID: "c", Position: 2})
	equal(t, "updates of the agent", agents.RequestCount.Or(-1), roundsOfAgent)
	for i, id := range []string{"a", "b"} {
		c := pool.Pool.Find(poolstate.Ref{Provider: "p", ID: id, Position: i})
		equal(t, "held after the last reset", c.Held(), false)
		equal(t, "streak after the last reset", c.Streak.Count(), 0)
		equal(t, "actions of "+id, written[i], roundsOfOperator)
	}
	equal(t, "lines of the journal", len(entries(t, o.Journal)), 2*roundsOfOperator)
}

// agentUpdate counts one request, as an agent does: lock, read again, write the
// file whole in its own form, rename.
func agentUpdate(path string) (err error) {
	l := flock.New(poolstate.LockPath(path))
	if err := l.Lock(); err != nil {
		return err
	}
	defer func() { _ = l.Unlock() }()
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var whole struct {
		Pool      map[string][]map[string]any `json:"credential_pool"`
		UpdatedAt string                      `json:"updated_at"`
	}
	if err := json.Unmarshal(data, &whole); err != nil {
		return fmt.Errorf("the agent read a torn file: %w", err)
	}
	entry := whole.Pool["p"][2]
	count, _ := entry["request_count"].(float64)
	entry["request_count"] = int(count) + 1
	out, err := json.MarshalIndent(whole, "", "  ")
	if err != nil {
		return err
	}
	tmp := path + ".tmp.agent"
	if err := os.WriteFile(tmp, append(out, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}
