package poolstate

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate/internal/jsonedit"
)

var oddlySpaced = []string{"escaped keys", "begins with what goes", "ends with what goes"}

// Undo restores every byte of the entry, also from a journal.
func TestUndo(t *testing.T) {
	for name, content := range actionFiles(t) {
		t.Run(name, func(t *testing.T) {
			s := newStore(t, content)
			for _, c := range seen(t, s) {
				for _, a := range []Action{resetAction, holdAction} {
					writeFile(t, s.Path(), content)
					out := performOn(t, s, a, []Credential{c})
					if len(out.Changed) == 0 {
						continue
					}
					checkIsJSON(t, s)
					back := takeBack(t, s, throughJSON(t, undosOf(out)))
					equal(t, "undone", len(back.Changed), 1)
					checkRestored(t, s, name, content, &c)
				}
			}
		})
	}
}

func checkIsJSON(t *testing.T, s *Store) {
	t.Helper()
	data := readFile(t, s.Path())
	if _, err := readJSON([]byte(data)); err != nil {
		t.Errorf("%v in %s", err, data)
	}
}

// checkRestored proves that a file is as it was, except for updated_at. Where a
// key was given twice, a reader has to see the same values; where members were
// spaced in no regular way, they have to be the same ones in the same order.
func checkRestored(t *testing.T, s *Store, name, content string, c *Credential) {
	t.Helper()
	after := readFile(t, s.Path())
	before, err := readJSON([]byte(content))
	if err != nil {
		t.Fatal(err)
	}
	now, err := readJSON([]byte(after))
	if err != nil {
		t.Fatalf("%v after undo: %s", err, after)
	}
	was, is := entryAt(before, c.Provider, c.Position), entryAt(now, c.Provider, c.Position)
	had := before.last("updated_at") != nil
	equal(t, "around the entry", string(around([]byte(after), now, is, had)), string(around([]byte(content), before, was, had)))
	x, y := content[was.start:was.end], after[is.start:is.end]
	switch {
	case strings.ToValidUTF8(x, "�") != x:
		x, y = strings.ToValidUTF8(x, "�"), strings.ToValidUTF8(y, "�") // JSON knows no other way
	case hasDuplicates(was):
		x, y = valuesOf(content, was), valuesOf(after, is)
	case slices.Contains(oddlySpaced, name):
		equal(t, "keys", strings.Join(keysOf(is), " "), strings.Join(keysOf(was), " "))
		x, y = valuesOf(content, was), valuesOf(after, is)
	}
	equal(t, "entry", y, x)
}

// valuesOf is what a reader sees of an object, in order of its keys.
func valuesOf(data string, n *node) string {
	keys := keysOf(n)
	slices.Sort(keys)
	var b strings.Builder
	for _, k := range slices.Compact(keys) {
		v := n.last(k).value
		b.WriteString(k + "=" + data[v.start:v.end] + "\n")
	}
	return b.String()
}

func TestUndo_WholePool(t *testing.T) {
	for _, name := range sampleNames {
		content := string(sample(t, name))
		for _, a := range []Action{resetAction, holdAction} {
			s := newStore(t, content)
			out := perform(t, s, a)
			back := takeBack(t, s, undosOf(out))
			equal(t, "undone", len(back.Changed), len(out.Changed))
			equal(t, "left alone", len(back.Unchanged), 0)
			equal(t, name, withoutStamp(t, readFile(t, s.Path())), withoutStamp(t, content))
			for i := range back.Changed {
				checkSameCredential(t, &back.Changed[i].After, &out.Changed[i].Before)
			}
		}
	}
}

// withoutStamp returns a file without the value of updated_at.
func withoutStamp(t *testing.T, content string) string {
	t.Helper()
	top, err := readJSON([]byte(content))
	if err != nil {
		t.Fatal(err)
	}
	v := top.last("updated_at").value
	return content[:v.start] + content[v.end:]
}

func checkSameCredential(t *testing.T, got, want *Credential) {
	t.Helper()
	equal(t, "status", got.StatusText, want.StatusText)
	equal(t, "since", got.StatusAt, want.StatusAt)
	equal(t, "deadline", got.ResetAt, want.ResetAt)
	equal(t, "message", got.ErrorMessage, want.ErrorMessage)
	equal(t, "streak", got.Streak, want.Streak)
	equal(t, "failure reason", got.FailureReason, want.FailureReason)
	equal(t, "model cooldowns", len(got.ModelCooldowns), len(want.ModelCooldowns))
	equal(t, "cleared", got.ClearedAt, want.ClearedAt)
}

// A removed key returns to its place.
func TestUndo_KeyOrder(t *testing.T) {
	for _, inside := range []string{
		`"failure_reason": "x"`,
		`"failure_reason": "x", "id": "a"`,
		`"id": "a", "failure_reason": "x"`,
		`"id": "a", "failure_reason": "x", "label": "y"`,
		`"failure_reason": "x", "model_cooldowns": {"m": 5}`,
		`"model_cooldowns": {"m": 5}, "failure_reason": "x"`,
		`"id": "a", "failure_reason": "x", "model_cooldowns": {"m": 5}`,
		`"id": "a", "model_cooldowns": {"m": 5}, "failure_reason": "x"`,
		`"model_cooldowns": {"m": 5}, "failure_reason": "x", "id": "a"`,
		`"model_cooldowns": {"m": 5}, "id": "a", "failure_reason": "x"`,
		`"failure_reason": "x", "last_status": "exhausted", "model_cooldowns": {"m": 5}`,
		`"last_status": "exhausted", "failure_reason": "x", "status_cleared_at": 5.5, "model_cooldowns": {"m": 5}`,
		`"consecutive_failures": 2, "model_cooldowns": {"m": 5}, "failure_reason": "x", "last_status": "dead"`,
	} {
		for form, apply := range map[string]func(string) string{
			"one line": func(s string) string { return "{" + s + "}" },
			"minified": func(s string) string { return "{" + strings.NewReplacer(": ", ":", ", ", ",").Replace(s) + "}" },
			"indented": func(s string) string { return "{\n  " + strings.ReplaceAll(s, ", ", ",\n  ") + "\n}" },
			"tabs":     func(s string) string { return "{\n\t\t\t" + strings.ReplaceAll(s, ", ", ",\n\t\t\t") + "\n\t\t}" },
			"CRLF":     func(s string) string { return "{\r\n  " + strings.ReplaceAll(s, ", ", ",\r\n  ") + "\r\n}" },
		} {
			t.Run(form+" "+inside, func(t *testing.T) {
				content := `{"credential_pool": {"p": [` + apply(inside) + `]}, "updated_at": ` + stamp + `}`
				s := newStore(t, content)
				out := perform(t, s, resetAction)
				takeBack(t, s, throughJSON(t, undosOf(out)))
				equal(t, "file", readFile(t, s.Path()), content)
			})
		}
	}
}

func TestUndo_Twice(t *testing.T) {
	for _, a := range []Action{resetAction, holdAction} {
		s := newStore(t, string(sample(t, "stock-2026-09.json")))
		ref := Ref{"openrouter", "e5b7f2", 1}
		out := perform(t, s, a, ref)
		back := takeBack(t, s, undosOf(out))
		equal(t, "the undo of an undo", len(undosOf(back)), 0)
		before := stateOf(t, s)
		checkUnchanged(t, takeBack(t, s, undosOf(out)), true, "changed since")
		checkUntouched(t, s, before, true)
	}
}

// Actions are undone in reverse order.
func TestUndo_Steps(t *testing.T) {
	content := string(sample(t, "backoff.json"))
	s := newStore(t, content)
	ref := Ref{"openrouter", "d4410b", 0}
	var steps []Undo
	states := []string{withoutStamp(t, content)}
	for _, a := range []Action{holdAction, {Verb: VerbHold, Hold: Hold{Code: 402, For: time.Minute}}, resetAction, holdAction} {
		steps = append(steps, undosOf(perform(t, s, a, ref))...)
		states = append(states, withoutStamp(t, readFile(t, s.Path())))
	}
	checkUnchanged(t, takeBack(t, s, steps[1:2]), true, "changed since")
	for i := len(steps) - 1; i >= 0; i-- {
		takeBack(t, s, steps[i:i+1])
		equal(t, "file", withoutStamp(t, readFile(t, s.Path())), states[i])
	}
}

func TestPlanUndo(t *testing.T) {
	s := newStore(t, string(sample(t, "stock-2026-09.json")))
	undos := undosOf(perform(t, s, resetAction))
	undos = append(undos, Undo{Provider: "openrouter", ID: "gone"}, undos[0])
	before := stateOf(t, s)
	plan, err := s.PlanUndo(undos)
	if err != nil {
		t.Fatal(err)
	}
	checkUntouched(t, s, before, false)
	checkSameOutcome(t, takeBack(t, s, undos), plan)
}

// Old files have instants without an offset, which are local time.
func TestUndo_LocalTime(t *testing.T) {
	s := newStore(t, storeOf(`{"id": "a", "last_status": "exhausted", "last_status_at": "2026-11-23T08:12:03"}`))
	s.loc = time.FixedZone("", 3*3600)
	out := perform(t, s, resetAction, smallRef)
	back := takeBack(t, s, undosOf(out))
	equal(t, "since", back.Changed[0].After.StatusAt, out.Changed[0].Before.StatusAt)
	equal(t, "since", find(t, load(t, s), smallRef).StatusAt, out.Changed[0].Before.StatusAt)
}

// FuzzUndo checks that an action and its undo by way of a journal leave the values
// of any entry as they were.
func FuzzUndo(f *testing.F) {
	for _, inside := range []string{
		``, ` `, `"id":"a"`, "\n\t\"id\": \"a\",\n\t\"last_status\": \"exhausted\"\n", `"failure_reason":1,"failure_reason":2`,
		`"model_cooldowns":{"m":[{}]},"failure_reason":"x"`, `"failure_reason":"x","model_cooldowns":{}`,
		`"last_status" : "weird" , "last\u005fstatus":NaN`, `"id":"}","label":"{\"id\":","consecutive_failures":-Infinity`,
		`"status_cleared_at": 1795425606.970596, "consecutive_failures": 0.0, "last_error_code": 5`,
		`"last_error_message":"quotes SECRET-x-not-a-real-token","access_token":"SECRET-x-not-a-real-token","last_status":"dead"`,
		`"last_error_message":"quotes SECRET-x-not-a-real-token","access_token":"SECRET-x-not-a-real-token","access_token":"","last_status":"dead"`,
	} {
		f.Add(inside, false)
		f.Add(inside, true)
	}
	f.Fuzz(func(t *testing.T, inside string, holding bool) {
		data := []byte("{\"credential_pool\": {\"p\": [{\"id\": \"z\"}, {" + inside + "}, 5]},\r\n \"updated_at\": 0 }")
		pool, err := Decode(data, time.UTC)
		if err != nil {
			return
		}
		a := resetAction
		if holding {
			a = holdAction
		}
		s := &Store{now: func() time.Time { return stampAt }, loc: time.UTC}
		for c := range pool.All() {
			var out, back Outcome
			after, err := editInMemory(data, func(d *Draft) error {
				out = d.performAll(a, []Credential{*c}, s)
				return nil
			})
			if err != nil || len(out.Changed) == 0 {
				continue
			}
			restored, err := editInMemory(after, func(d *Draft) error {
				back = d.undoAll(throughJSON(t, undosOf(out)), s)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			now, err := Decode(restored, time.UTC)
			if err != nil {
				t.Fatalf("%v\nbefore: %q\nafter:  %q\nundone: %q", err, data, after, restored)
			}
			if len(back.Changed) != 1 {
				t.Fatalf("left alone: %+v\nbefore: %q\nafter:  %q", back.Unchanged, data, after)
			}
			checkSameCredential(t, find(t, now, c.Ref), c)
			checkSameCredential(t, &back.Changed[0].After, c)
		}
	})
}

// interfere sets a key of an entry as another process would.
func interfere(t *testing.T, s *Store, ref Ref, key, raw string) {
	t.Helper()
	err := update(t.Context(), s, ref, func(Credential) Change {
		return to(key, raw)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// If any written field has changed, the credential is refused. The others of the
// same action are restored.
func TestUndo_ChangedSince(t *testing.T) {
	const entry = `{"id": %q, "last_status": "exhausted", "last_status_at": 1795422723.0, "last_error_code": 401, "last_error_reason": "r", "last_error_message": "m", "last_error_reset_at": 1795430000.0, "consecutive_failures": 4, "failure_reason": "billing", "model_cooldowns": {"m": 1795430000.5}, "status_cleared_at": 1795420000.5}`
	content := storeOf(fmt.Sprintf(entry, "a"), fmt.Sprintf(entry, "b"))
	other := Ref{"p", "b", 1}
	for verb, written := range map[Verb][]wanted{
		VerbReset: resetFields(),
		VerbHold:  holdFields(429, "", 0, 5),
	} {
		for _, f := range written {
			for _, value := range []string{`"other"`, `1795425607.5`, `{"m": 1}`, `true`} {
				t.Run(fmt.Sprintf("%s, %s is %s", verb, f.key, value), func(t *testing.T) {
					s := newStore(t, content)
					out := perform(t, s, Action{Verb: verb, Hold: Hold{Code: 429}}, smallRef, other)
					interfere(t, s, smallRef, f.key, value)
					left := entryText(t, s, 0)
					back := takeBack(t, s, throughJSON(t, undosOf(out)))
					equal(t, "entry", entryText(t, s, 0), left)
					equal(t, "the other entry", entryText(t, s, 1), fmt.Sprintf(entry, "b"))
					equal(t, "undone", back.Changed[0].Before.Ref, other)
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

func TestUndo_RemovedSince(t *testing.T) {
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

// Changes of other fields are kept.
func TestUndo_OtherFields(t *testing.T) {
	s := newStore(t, storeOf(`{"id": "a", "failure_reason": "x", "request_count": 1, "access_token": "SECRET-old"}`))
	out := perform(t, s, resetAction, smallRef)
	interfere(t, s, smallRef, "request_count", "2")
	interfere(t, s, smallRef, "access_token", `"SECRET-new"`)
	interfere(t, s, smallRef, "label", `"new"`)
	equal(t, "undone", len(takeBack(t, s, undosOf(out)).Changed), 1)
	equal(t, "entry", entryText(t, s, 0), `{"id": "a", "failure_reason": "x", "request_count": 2, "access_token": "SECRET-new", "label": "new"}`)
}

func TestUndo_Moved(t *testing.T) {
	s := newStore(t, storeOf(`{"id": "a", "last_status": "dead"}`))
	out := perform(t, s, resetAction, smallRef)
	now := entryText(t, s, 0)
	writeFile(t, s.Path(), storeOf(`{"id": "new"}`, now))
	equal(t, "undone", len(takeBack(t, s, undosOf(out)).Changed), 1)
	equal(t, "entry", entryText(t, s, 1), `{"id": "a", "last_status": "dead"}`)

	writeFile(t, s.Path(), storeOf(`{"id": "new"}`))
	checkUnchanged(t, takeBack(t, s, undosOf(out)), true, "no longer in the file")
}

// Entries without an id are identified by position and name.
func TestUndo_NoID(t *testing.T) {
	x, y := `{"label": "x", "last_status": "dead"}`, `{"label": "y", "last_status": "exhausted"}`
	s := newStore(t, storeOf(x, y))
	undos := throughJSON(t, undosOf(perform(t, s, resetAction, Ref{"p", "", 0}, Ref{"p", "", 1})))
	equal(t, "undone", len(takeBack(t, s, undos).Changed), 2)
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

// An agent may have rewritten the whole file in its own format.
func TestUndo_Rewritten(t *testing.T) {
	withReason := Action{Verb: VerbHold, Hold: Hold{Code: 402, Reason: "до зарплаты 💶 <&>"}}
	for _, name := range sampleNames {
		for _, a := range []Action{resetAction, withReason} {
			content := string(sample(t, name))
			s := newStore(t, content)
			out := perform(t, s, a)
			writeFile(t, s.Path(), rewrittenByAgent(t, readFile(t, s.Path())))
			back := takeBack(t, s, throughJSON(t, undosOf(out)))
			equal(t, "left alone", len(back.Unchanged), 0)
			equal(t, "undone", len(back.Changed), len(out.Changed))
			checkIsJSON(t, s)
			equal(t, name, normalizedStore(t, readFile(t, s.Path())), normalizedStore(t, content))
		}
	}
}

// normalizedStore returns the values of a store without its format and updated_at.
func normalizedStore(t *testing.T, content string) string {
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

// Another spelling of a value is not a change: 0.0 for 0, an escape for its
// character, null for an absent key.
func TestUndo_Spelling(t *testing.T) {
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
		equal(t, now, withoutStamp(t, readFile(t, s.Path())), strings.Replace(content, "]}}", "]}, \"updated_at\": }", 1))
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

// A journal can be edited by hand. An undo that makes no sense is refused.
func TestUndo_Garbage(t *testing.T) {
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

func TestUndo_Empty(t *testing.T) {
	s := newStore(t, small)
	before := stateOf(t, s)
	out := takeBack(t, s, nil)
	equal(t, "effects", len(out.Changed)+len(out.Unchanged), 0)
	checkUntouched(t, s, before, true)
	if _, err := os.Stat(LockPath(s.Path())); err != nil {
		t.Error(err)
	}
}
