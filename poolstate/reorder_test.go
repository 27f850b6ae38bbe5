package poolstate

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// orderIn returns the ids of a provider's credentials in rotation order.
func orderIn(t *testing.T, s *Store, provider string) (ids []string) {
	t.Helper()
	for _, c := range load(t, s).Provider(provider).Credentials {
		ids = append(ids, c.Handle())
	}
	return ids
}

// moveTo moves the credential with the given index.
func moveTo(t *testing.T, s *Store, provider string, from, to int, strategy Strategy) Outcome {
	t.Helper()
	seen := load(t, s).Provider(provider).Credentials
	return performOn(t, s, Action{Verb: VerbOrder, Move: Move{Target: seen[from-1].Ref, To: to, Strategy: strategy}}, seen)
}

// withoutUpdatedAt removes the line with updated_at from a store.
func withoutUpdatedAt(content string) string {
	lines := strings.Split(content, "\n")
	for i, line := range lines {
		if strings.Contains(line, `"updated_at"`) {
			lines[i] = ""
		}
	}
	return strings.Join(lines, "\n")
}

// Every possible move of every provider either writes the new order or is refused without
// changing the file. An undo restores the file exactly.
func TestPerform_OrderOfSamples(t *testing.T) {
	for _, name := range []string{"backoff.json", "stock-2026-07.json", "stock-2026-09.json", "stock-2026-10.json"} {
		content := string(sample(t, name))
		s := newStore(t, content)
		for _, p := range decoded(t, content).Providers {
			n := len(p.Credentials)
			for from := 1; from <= n; from++ {
				for to := 1; to <= n; to++ {
					writeFile(t, s.Path(), content)
					before := orderIn(t, s, p.Name)
					want := append([]string{}, before...)
					want = append(want[:from-1], want[from:]...)
					want = append(want[:to-1], append([]string{before[from-1]}, want[to-1:]...)...)
					out := moveTo(t, s, p.Name, from, to, FillFirst)
					what := fmt.Sprintf("%s: %s #%d to #%d", name, p.Name, from, to)
					if from == to {
						checkUnchanged(t, out, false, "already #")
						continue
					}
					if out.Refusals() > 0 {
						equal(t, what, p.Name, "anthropic")
						checkUnchanged(t, out, true, "would undo the move")
						equal(t, what+": content", readFile(t, s.Path()), content)
						continue
					}
					equal(t, what, fmt.Sprint(orderIn(t, s, p.Name)), fmt.Sprint(want))
					equal(t, what+": index", out.Changed[0].After.Index, to)
					undone := undo(t, s, throughJSON(t, undosOf(out)))
					equal(t, what+": undo refused", undone.Refusals(), 0)
					equal(t, what+": undone", withoutUpdatedAt(readFile(t, s.Path())), withoutUpdatedAt(content))
				}
			}
		}
	}
}

func TestPerform_OrderRefused(t *testing.T) {
	const pool = `{"credential_pool": {"p": [{"id": "a", "priority": 0}, {"id": "b", "priority": 1}, {"id": "c", "priority": 2}]}}`
	for strategy, why := range map[Strategy]string{
		RoundRobin: "rewrite the order", LeastUsed: "no effect under least_used", Random: "no effect under random",
	} {
		s := newStore(t, pool)
		check := unchangedFile(t, s)
		checkUnchanged(t, moveTo(t, s, "p", 3, 1, strategy), true, why)
		check("auth.json", "auth.lock")
	}
	for _, to := range []int{-1, 0, 4} {
		checkUnchanged(t, moveTo(t, newStore(t, pool), "p", 3, to, FillFirst), true, "between 1 and 3")
	}
	s := newStore(t, pool)
	seen := load(t, s).Provider("p").Credentials
	a := Action{Verb: VerbOrder, Move: Move{Target: seen[2].Ref, To: 1}}
	for name, content := range map[string]string{
		"order":   strings.Replace(pool, `"priority": 1`, `"priority": 3`, 1),
		"added":   strings.Replace(pool, `[`, `[{"id": "new"}, `, 1),
		"removed": strings.Replace(pool, `{"id": "a", "priority": 0}, `, ``, 1),
		"gone":    `{"credential_pool": {}}`,
	} {
		t.Run(name, func(t *testing.T) {
			writeFile(t, s.Path(), content)
			checkUnchanged(t, performOn(t, s, a, seen), true, "the order has changed")
			equal(t, "content", readFile(t, s.Path()), content)
		})
	}
	s = newStore(t, strings.Replace(pool, `"p"`, `"P"`, 1))
	checkUnchanged(t, moveTo(t, s, "P", 3, 1, FillFirst), true, "the name is not in lower case, so agents never use it")
	s = newStore(t, pool)
	a.Move.Target.ID = "x"
	checkUnchanged(t, performOn(t, s, a, seen), true, "no longer in the file")
}

// An undo of a move is refused as a whole if any of the priorities has changed.
func TestPerform_UndoOrder(t *testing.T) {
	s := newStore(t, `{"credential_pool": {"p": [{"id": "a"}, {"id": "b", "priority": 5}, {"id": "c", "priority": 5}]}}`)
	undos := undosOf(moveTo(t, s, "p", 3, 1, FillFirst))
	equal(t, "order", fmt.Sprint(orderIn(t, s, "p")), "[c a b]")
	content := readFile(t, s.Path())
	writeFile(t, s.Path(), strings.Replace(content, `"priority": 2`, `"priority": 7`, 1))
	out := undo(t, s, undos)
	equal(t, "refused", out.Refusals(), 3)
	equal(t, "order", fmt.Sprint(orderIn(t, s, "p")), "[c a b]")
	writeFile(t, s.Path(), content)
	out = undo(t, s, undos)
	equal(t, "refused", out.Refusals(), 0)
	for _, e := range out.Changed {
		equal(t, e.After.ID, fmt.Sprintf("%d", e.After.Index), map[string]string{"a": "1", "b": "2", "c": "3"}[e.After.ID])
	}
}

// FuzzMove checks that undoing any move restores the priorities of all entries exactly,
// including absent ones.
func FuzzMove(f *testing.F) {
	for seed := range uint64(50) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 0))
		priorities := []string{"", `, "priority": null`, `, "priority": 0`, `, "priority": 1`, `, "priority": 1.5`, `, "priority": -7`, `, "priority": "2"`, `, "priority": true`, `, "priority": 1e400`}
		sources := []string{"", `, "source": "manual"`, `, "source": "claude_code"`, `, "source": "env:X"`}
		provider, n := []string{"p", "anthropic"}[r.IntN(2)], 1+r.IntN(6)
		var entries []string
		for i := range n {
			entries = append(entries, fmt.Sprintf(`{"id": "c%d"%s%s}`, r.IntN(n+i), priorities[r.IntN(len(priorities))], sources[r.IntN(len(sources))]))
		}
		content := fmt.Sprintf(`{"updated_at": "", "credential_pool": {%q: [%s]}}`, provider, strings.Join(entries, ", "))
		d, err := newDraft([]byte(content), nil)
		must(t, err)
		seen := d.pool.Providers[0].Credentials
		s := openStore("auth.json")
		out := d.performAll(Action{Verb: VerbOrder, Move: Move{Target: seen[r.IntN(n)].Ref, To: 1 + r.IntN(n)}}, seen, s)
		moved := d.bytes(stampAt)
		d, err = newDraft(moved, nil)
		must(t, err)
		undone := d.performAll(Action{Verb: VerbUndo, Undos: undosOf(out)}, nil, s)
		equal(t, "refused", undone.Refusals(), 0)
		var was, is struct {
			Pool json.RawMessage `json:"credential_pool"`
		}
		must(t, json.Unmarshal([]byte(content), &was))
		must(t, json.Unmarshal(d.bytes(stampAt), &is))
		equal(t, "pool", string(is.Pool), string(was.Pool))
	})
}
