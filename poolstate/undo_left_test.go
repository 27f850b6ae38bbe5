package poolstate

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"pooltop/poolstate/internal/jsonedit"
)

// interfered sets a key of an entry to a value, as somebody else would.
func interfered(t *testing.T, s *Store, ref Ref, key, raw string) {
	t.Helper()
	err := update(t.Context(), s, ref, func(Credential) Change {
		return to(key, raw)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Whichever of the written fields somebody has changed since, the credential is
// left alone, byte for byte. The others of the same action are taken back.
func TestUndoLeavesAloneWhatHasChangedSince(t *testing.T) {
	const entry = `{"id": %q, "last_status": "exhausted", "last_status_at": 1795422723.0, "last_error_code": 401, "last_error_reason": "r", "last_error_message": "m", "last_error_reset_at": 1795430000.0, "consecutive_failures": 4, "failure_reason": "billing", "model_cooldowns": {"m": 1795430000.5}, "status_cleared_at": 1795420000.5}`
	content := storeOf(fmt.Sprintf(entry, "a"), fmt.Sprintf(entry, "b"))
	other := Ref{"p", "b", 1}
	for verb, written := range map[Verb][]wanted{
		VerbReset: resetFields(),
		VerbHold:  holdFields(429, "", 0, 5),
	} {
		for _, f := range written {
			for _, value := range []string{`"somebody"`, `1795425607.5`, `{"m": 1}`, `true`} {
				t.Run(fmt.Sprintf("%s, %s is %s", verb, f.key, value), func(t *testing.T) {
					s := newStore(t, content)
					out := perform(t, s, Action{Verb: verb, Hold: Hold{Code: 429}}, smallRef, other)
					interfered(t, s, smallRef, f.key, value)
					left := entryText(t, s, 0)
					back := takeBack(t, s, throughJSON(t, undosOf(out)))
					equal(t, "entry", entryText(t, s, 0), left)
					equal(t, "the other entry", entryText(t, s, 1), fmt.Sprintf(entry, "b"))
					equal(t, "taken back", back.Changed[0].Before.Ref, other)
					equal(t, "left alone", back.Unchanged[0].Before.Ref, smallRef)
					equal(t, "refused", back.Unchanged[0].Refused, true)
				})
			}
		}
	}
}

func entryText(t *testing.T, s *Store, position int) string {
	t.Helper()
	data := readFile(t, s.Path())
	top, err := readJSON([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	n := entryAt(top, "p", position)
	return data[n.start:n.end]
}

// A field that an action wrote, and that is not there any more, has changed too.
func TestUndoLeavesAloneWhatWasTakenOut(t *testing.T) {
	for _, key := range []string{"last_status", "last_status_at", "consecutive_failures", "last_error_reset_at"} {
		s := newStore(t, storeOf(`{"id": "a"}`, `{}`))
		out := perform(t, s, holdAction, smallRef)
		err := update(t.Context(), s, smallRef, func(Credential) Change { return removal(key) })
		if err != nil {
			t.Fatal(err)
		}
		t.Run(key, func(t *testing.T) { checkUnchanged(t, takeBack(t, s, undosOf(out)), true, "changed since") })
	}
}

// Fields that no action writes are nobody's business: an undo keeps what came
// to stand there meanwhile.
func TestUndoKeepsWhatOthersWroteElsewhere(t *testing.T) {
	s := newStore(t, storeOf(`{"id": "a", "failure_reason": "x", "request_count": 1, "access_token": "SECRET-old"}`))
	out := perform(t, s, resetAction, smallRef)
	interfered(t, s, smallRef, "request_count", "2")
	interfered(t, s, smallRef, "access_token", `"SECRET-new"`)
	interfered(t, s, smallRef, "label", `"new"`)
	equal(t, "taken back", len(takeBack(t, s, undosOf(out)).Changed), 1)
	equal(t, "entry", entryText(t, s, 0), `{"id": "a", "failure_reason": "x", "request_count": 2, "access_token": "SECRET-new", "label": "new"}`)
}

// Entries come and go in front; the one with the id is taken back.
func TestUndoFollowsTheID(t *testing.T) {
	s := newStore(t, storeOf(`{"id": "a", "last_status": "dead"}`))
	out := perform(t, s, resetAction, smallRef)
	now := entryText(t, s, 0)
	writeFile(t, s.Path(), storeOf(`{"id": "new"}`, now))
	equal(t, "taken back", len(takeBack(t, s, undosOf(out)).Changed), 1)
	equal(t, "entry", entryText(t, s, 1), `{"id": "a", "last_status": "dead"}`)

	writeFile(t, s.Path(), storeOf(`{"id": "new"}`))
	checkUnchanged(t, takeBack(t, s, undosOf(out)), true, "no longer in the file")
}

// Two entries without an id that one action changed alike are told apart by
// their names, should the first one have gone since.
func TestUndoTellsEntriesWithoutAnIDApart(t *testing.T) {
	x, y := `{"label": "x", "last_status": "dead"}`, `{"label": "y", "last_status": "exhausted"}`
	s := newStore(t, storeOf(x, y))
	undos := throughJSON(t, undosOf(perform(t, s, resetAction, Ref{"p", "", 0}, Ref{"p", "", 1})))
	equal(t, "taken back", len(takeBack(t, s, undos).Changed), 2)
	equal(t, "x", entryText(t, s, 0), x)
	equal(t, "y", entryText(t, s, 1), y)

	undos = undosOf(perform(t, s, resetAction, Ref{"p", "", 0}, Ref{"p", "", 1}))
	writeFile(t, s.Path(), storeOf(entryText(t, s, 1)))
	before := stateOf(t, s)
	equal(t, "refusals", refusals(takeBack(t, s, undos)), 2)
	checkUntouched(t, s, before, true)
}

func refusals(out Outcome) int { return out.Refusals() }

// rewrittenByAgent is the file as an agent leaves it that read it and wrote it
// whole: its own indent, its own order of keys, everything beyond ASCII escaped,
// and nulls where an entry lacks a field that it always writes.
func rewrittenByAgent(t *testing.T, content string) string {
	t.Helper()
	var whole map[string]json.RawMessage
	if err := json.Unmarshal([]byte(content), &whole); err != nil {
		t.Fatal(err)
	}
	var entries map[string][]map[string]json.RawMessage
	if err := json.Unmarshal(whole["credential_pool"], &entries); err != nil {
		t.Fatal(err)
	}
	for _, list := range entries {
		for _, entry := range list {
			for _, f := range holdFields(0, "", 0, 0)[:6] {
				if _, there := entry[f.key]; !there {
					entry[f.key] = json.RawMessage("null")
				}
			}
		}
	}
	whole["credential_pool"], _ = json.Marshal(entries) // they were JSON before
	out, err := json.MarshalIndent(whole, "", "  ")     // in order of the keys
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, r := range string(out) {
		if r < 0x80 {
			b.WriteRune(r)
			continue
		}
		quoted := jsonedit.Quote(string(r))
		b.Write(quoted[1 : len(quoted)-1])
	}
	return b.String() + "\n"
}

// An agent may write the whole file between an action and its undo.
func TestUndoAfterAnAgentRewroteTheFile(t *testing.T) {
	words := Action{Verb: VerbHold, Hold: Hold{Code: 402, Reason: "до зарплаты 💶 <&>"}}
	for _, name := range sampleNames {
		for _, a := range []Action{resetAction, words} {
			content := string(sample(t, name))
			s := newStore(t, content)
			out := perform(t, s, a)
			writeFile(t, s.Path(), rewrittenByAgent(t, readFile(t, s.Path())))
			back := takeBack(t, s, throughJSON(t, undosOf(out)))
			equal(t, "left alone", len(back.Unchanged), 0)
			equal(t, "taken back", len(back.Changed), len(out.Changed))
			checkIsJSON(t, s)
			equal(t, name, sameMeaning(t, readFile(t, s.Path())), sameMeaning(t, content))
		}
	}
}

// sameMeaning is a store in one form, whatever form it has, without updated_at.
func sameMeaning(t *testing.T, content string) string {
	t.Helper()
	var whole map[string]any
	if err := json.Unmarshal([]byte(rewrittenByAgent(t, content)), &whole); err != nil {
		t.Fatal(err)
	}
	delete(whole, "updated_at")
	out, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// Another spelling of the same value is no change: 0.0 for 0, a character for
// its escape, null for an absent key and the reverse.
func TestUndoReadsValuesNotSpellings(t *testing.T) {
	for old, now := range map[string]string{
		`"last_error_code": 402`:     `"last_error_code": 4.02e2`,
		`"\u043a"`:                   `"к"`,
		`"consecutive_failures": 1`:  `"consecutive_failures" : 1.0`,
		`"last_status": "exhausted"`: `"last_status": "\u0065xhausted"`,
	} {
		s := newStore(t, storeOf(`{"id": "a"}`, `{}`))
		content := readFile(t, s.Path())
		out := perform(t, s, Action{Verb: VerbHold, Hold: Hold{Code: 402, Reason: "к"}}, smallRef)
		after := readFile(t, s.Path())
		if !strings.Contains(after, old) {
			t.Fatalf("no %s in %s", old, after)
		}
		writeFile(t, s.Path(), strings.Replace(after, old, now, 1))
		takeBack(t, s, undosOf(out))
		equal(t, now, withStamp(t, readFile(t, s.Path())), strings.Replace(content, "]}}", "]}, \"updated_at\": }", 1))
	}
	for old, now := range map[string]string{
		`, "last_error_code": null`: ``,
		`{"id"`:                     `{"failure_reason": null, "id"`,
	} {
		s := newStore(t, storeOf(`{"id": "a", "last_status": "dead", "last_error_code": 401, "failure_reason": "x"}`))
		out := perform(t, s, resetAction, smallRef)
		writeFile(t, s.Path(), strings.Replace(readFile(t, s.Path()), old, now, 1))
		equal(t, now, len(takeBack(t, s, undosOf(out)).Changed), 1)
		equal(t, "cause", find(t, load(t, s), smallRef).FailureReason, "x")
		equal(t, "code", find(t, load(t, s), smallRef).ErrorCode, Some(401))
	}
}

// A journal is a file that people can edit. What makes no sense in it is
// refused, and never breaks the store.
func TestUndoOfGarbageWritesNothing(t *testing.T) {
	value := func(s string) *string { return &s }
	for name, u := range map[string]Undo{
		"no field":               {Provider: "p", ID: "a"},
		"no value":               {Provider: "p", ID: "a", Fields: []UndoField{{Key: "x", Before: value("")}}},
		"half a value":           {Provider: "p", ID: "a", Fields: []UndoField{{Key: "x", Before: value(`{"a": [`)}}},
		"two values":             {Provider: "p", ID: "a", Fields: []UndoField{{Key: "x", Before: value(`1, "y": 2`)}}},
		"two values, one behind": {Provider: "p", ID: "a", Fields: []UndoField{{Key: "x", Before: value(`1 2`)}}},
		"the end of the entry":   {Provider: "p", ID: "a", Fields: []UndoField{{Key: "x", Before: value(`1}, {"id": "b"`)}}},
		"a secret":               {Provider: "p", ID: "a", Fields: []UndoField{{Key: "access_token", Before: value(`"SECRET"`)}}},
		"a place below zero":     {Provider: "p", ID: "z", Position: -1, Fields: []UndoField{{Key: "x"}}},
		"a place too far":        {Provider: "p", Position: 99, Fields: []UndoField{{Key: "x"}}},
		"no provider":            {ID: "a", Fields: []UndoField{{Key: "x"}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t, small)
			before := stateOf(t, s)
			out := takeBack(t, s, []Undo{u})
			equal(t, "changed", len(out.Changed), 0)
			equal(t, "unchanged", len(out.Unchanged), 1)
			checkUntouched(t, s, before, true)
		})
	}
}

// Nothing to take back touches nothing.
func TestUndoOfNothing(t *testing.T) {
	s := newStore(t, small)
	before := stateOf(t, s)
	out := takeBack(t, s, nil)
	equal(t, "effects", len(out.Changed)+len(out.Unchanged), 0)
	checkUntouched(t, s, before, true)
	if _, err := os.Stat(LockPath(s.Path())); err != nil {
		t.Error(err)
	}
}
