package poolstate

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate/internal/jsonedit"
)

// An undo restores every byte of an entry, even after it was encoded for a journal. The comment
// on checkRestored lists the exceptions.
func TestUndo_RestoresBytes(t *testing.T) {
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
					back := undo(t, s, throughJSON(t, undosOf(out)))
					equal(t, "undone", len(back.Changed), 1)
					checkSameCredential(t, &back.Changed[0].After, &c)
					checkRestored(t, s, name, content, &c)
				}
			}
		})
	}
}

// checkRestored checks that a file is the same as before, except for updated_at. Where
// bytes cannot be restored, it checks that readers get the same values: only one of
// duplicate keys is kept, irregular white space moves with the nearest member, and JSON
// in a journal cannot contain invalid UTF-8.
func checkRestored(t *testing.T, s *Store, name, content string, c *Credential) {
	t.Helper()
	after := readFile(t, s.Path())
	before, err := jsonedit.Parse([]byte(content))
	wantErr(t, err, nil)
	now, err := jsonedit.Parse([]byte(after))
	if err != nil {
		t.Fatalf("%v after undo: %s", err, after)
	}
	was, is := entryAt(before, c.Provider, c.Position), entryAt(now, c.Provider, c.Position)
	had := before.Find("updated_at") != nil
	equal(t, "around the entry", around([]byte(after), now, is, had), around([]byte(content), before, was, had))
	x, y := string(was.Raw), string(is.Raw)
	seen := valuesIn(was)
	switch {
	case strings.ToValidUTF8(x, "\ufffd") != x:
		x, y = strings.ToValidUTF8(x, "\ufffd"), strings.ToValidUTF8(y, "\ufffd")
	case len(seen) < len(was.Members), name == "escaped keys":
		equal(t, "values", maps.Equal(seen, valuesIn(is)), true)
		return
	}
	equal(t, "entry", y, x)
}

// valuesIn returns the values that a reader gets from an object.
func valuesIn(object *jsonedit.Value) map[string]string {
	values := map[string]string{}
	for _, m := range object.Members {
		values[m.Key] = string(m.Value.Raw)
	}
	return values
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

// withoutStamp returns the text of a store without the value of updated_at.
func withoutStamp(t *testing.T, content string) string {
	t.Helper()
	root, err := jsonedit.Parse([]byte(content))
	must(t, err)
	v := root.Find("updated_at")
	return content[:v.Start] + content[v.End():]
}

// Several actions can be undone one by one, starting with the last.
func TestUndo_StepByStep(t *testing.T) {
	content := string(sample(t, "backoff.json"))
	s := newStore(t, content)
	var steps []Undo
	states := []string{withoutStamp(t, content)}
	for _, a := range []Action{holdAction, {Verb: VerbHold, Hold: Hold{Code: 402, For: time.Minute, Shorten: true}}, resetAction, holdAction} {
		steps = append(steps, undosOf(perform(t, s, a, Ref{Provider: "openrouter", ID: "d4410b", Position: 0}))...)
		states = append(states, withoutStamp(t, readFile(t, s.Path())))
	}
	checkUnchanged(t, undo(t, s, steps[1:2]), true, "changed since")
	for i := len(steps) - 1; i >= 0; i-- {
		undo(t, s, steps[i:i+1])
		equal(t, "file", withoutStamp(t, readFile(t, s.Path())), states[i])
	}
}

// Times without an offset, as in old files, are still local after an undo.
func TestUndo_LocalTime(t *testing.T) {
	s := newStore(t, storeOf(`{"id": "a", "last_status": "exhausted", "last_status_at": "2026-11-23T08:12:03"}`))
	s.loc = time.FixedZone("", 3*3600)
	out := perform(t, s, resetAction, smallRef)
	back := undo(t, s, undosOf(out))
	equal(t, "since", back.Changed[0].After.StatusAt, out.Changed[0].Before.StatusAt)
	equal(t, "since", find(t, load(t, s), smallRef).StatusAt, out.Changed[0].Before.StatusAt)
}

// interfere changes an entry as another process would.
func interfere(t *testing.T, s *Store, ch Change) {
	t.Helper()
	wantErr(t, update(t.Context(), s, smallRef, func(Credential) Change { return ch }), nil)
}

func entryText(t *testing.T, s *Store, position int) string {
	t.Helper()
	root, err := jsonedit.Parse([]byte(readFile(t, s.Path())))
	must(t, err)
	return string(entryAt(root, "p", position).Raw)
}

// An undo does not change an entry if a field that the action wrote has changed since. It
// still restores the other entries.
func TestUndo_ChangedSince(t *testing.T) {
	const entry = `{"id": %q, "last_status": "exhausted", "last_status_at": 1795422723.0, "last_error_code": 401, "last_error_reason": "r", "last_error_message": "m", "last_error_reset_at": 1795430000.0, "consecutive_failures": 4, "failure_reason": "billing", "model_cooldowns": {"m": 1795430000.5}, "model_cooldown_observed_at": {"m": 1795422723.5}, "status_cleared_at": 1795420000.5}`
	content := storeOf(fmt.Sprintf(entry, "a"), fmt.Sprintf(entry, "b"))
	other := Ref{Provider: "p", ID: "b", Position: 1}
	for verb, written := range map[Verb][]wanted{VerbReset: resetFields(true), VerbHold: holdFields(429, "", stampAt, 5, true)} {
		for _, f := range written {
			changes := []Change{to(f.key, `"changed"`), to(f.key, `1795425607.5`), to(f.key, `{"m": 1}`)}
			if f.raw != "" && f.raw != "null" { // otherwise removing the field changes nothing
				changes = append(changes, removal(f.key))
			}
			for _, change := range changes {
				s := newStore(t, content)
				out := perform(t, s, Action{Verb: verb, Hold: Hold{Code: 429}}, smallRef, other)
				interfere(t, s, change)
				left := entryText(t, s, 0)
				back := undo(t, s, throughJSON(t, undosOf(out)))
				equal(t, "entry after "+f.key+" changed", entryText(t, s, 0), left)
				equal(t, "the other entry", entryText(t, s, 1), fmt.Sprintf(entry, "b"))
				equal(t, "undone", len(back.Changed), 1)
				equal(t, "refused", back.Refusals(), 1)
			}
		}
	}
}

// An undo does not change fields that the action did not write.
func TestUndo_KeepsOtherFields(t *testing.T) {
	s := newStore(t, storeOf(`{"id": "a", "failure_reason": "x", "request_count": 1, "access_token": "SECRET-old"}`))
	out := perform(t, s, resetAction, smallRef)
	interfere(t, s, Join(to("request_count", "2"), to("access_token", `"SECRET-new"`), to("label", `"new"`)))
	equal(t, "undone", len(undo(t, s, undosOf(out)).Changed), 1)
	equal(t, "entry", entryText(t, s, 0), `{"id": "a", "failure_reason": "x", "request_count": 2, "access_token": "SECRET-new", "label": "new"}`)
}

// An entry is found by its id at any position. An entry without an id is found by its
// position and name.
func TestUndo_MovedEntry(t *testing.T) {
	s := newStore(t, storeOf(`{"id": "a", "last_status": "dead"}`))
	out := perform(t, s, resetAction, smallRef)
	now := entryText(t, s, 0)
	writeFile(t, s.Path(), storeOf(`{"id": "new"}`, now))
	equal(t, "undone", len(undo(t, s, undosOf(out)).Changed), 1)
	equal(t, "entry", entryText(t, s, 1), `{"id": "a", "last_status": "dead"}`)
	writeFile(t, s.Path(), storeOf(`{"id": "new"}`))
	checkUnchanged(t, undo(t, s, undosOf(out)), true, "no longer in the file")

	x, y := `{"label": "x", "last_status": "dead"}`, `{"label": "y", "last_status": "exhausted"}`
	s = newStore(t, storeOf(x, y))
	undos := throughJSON(t, undosOf(perform(t, s, resetAction, Ref{Provider: "p", ID: "", Position: 0}, Ref{Provider: "p", ID: "", Position: 1})))
	equal(t, "undone", len(undo(t, s, undos).Changed), 2)
	equal(t, "entries", entryText(t, s, 0)+entryText(t, s, 1), x+y)
	undos = undosOf(perform(t, s, resetAction, Ref{Provider: "p", ID: "", Position: 0}, Ref{Provider: "p", ID: "", Position: 1}))
	writeFile(t, s.Path(), storeOf(entryText(t, s, 1)))
	out = undo(t, s, undos)
	equal(t, "refused", out.Refusals(), 2)
}

// A different encoding of the same value is not a change.
func TestUndo_DifferentEncoding(t *testing.T) {
	for old, now := range map[string]string{
		`"last_error_code": 402`:     `"last_error_code": 4.02e2`,
		`"\u043a"`:                   `"к"`,
		`"consecutive_failures": 1`:  `"consecutive_failures" : 1.0`,
		`"last_status": "exhausted"`: `"last_status": "\u0065xhausted"`,
		`, "last_error_code": null`:  ``,
		`{"id"`:                      `{"failure_reason": null, "id"`,
	} {
		a, entry := Action{Verb: VerbHold, Hold: Hold{Code: 402, Reason: "к"}}, `{"id": "a", "consecutive_failures": 0}`
		if strings.Contains(old, "null") || strings.Contains(now, "null") {
			a, entry = resetAction, `{"id": "a", "last_status": "dead", "last_error_code": 401, "failure_reason": "x"}`
		}
		s := newStore(t, storeOf(entry, `{}`))
		out := perform(t, s, a, smallRef)
		after := readFile(t, s.Path())
		if !strings.Contains(after, old) {
			t.Fatalf("%s is not in %s", old, after)
		}
		writeFile(t, s.Path(), strings.Replace(after, old, now, 1))
		equal(t, "undone after "+now, len(undo(t, s, undosOf(out)).Changed), 1)
		checkSameCredential(t, find(t, load(t, s), smallRef), &out.Changed[0].Before)
	}
}

// An invalid undo, such as one from an edited journal, is refused and does not damage the
// store.
func TestUndo_Invalid(t *testing.T) {
	field := func(key, before string) []UndoField { return []UndoField{{Key: key, Before: &before}} }
	for name, u := range map[string]Undo{
		"no field":           {Provider: "p", ID: "a"},
		"no value":           {Provider: "p", ID: "a", Fields: field("x", "")},
		"half a value":       {Provider: "p", ID: "a", Fields: field("x", `{"a": [`)},
		"another member":     {Provider: "p", ID: "a", Fields: field("x", `1, "y": 2`)},
		"two values":         {Provider: "p", ID: "a", Fields: field("x", `1 2`)},
		"end of the entry":   {Provider: "p", ID: "a", Fields: field("x", `1}, {"id": "b"`)},
		"a secret":           {Provider: "p", ID: "a", Fields: field("access_token", `"SECRET"`)},
		"negative position":  {Provider: "p", ID: "z", Position: -1, Fields: []UndoField{{Key: "x"}}},
		"position too large": {Provider: "p", Position: 99, Fields: []UndoField{{Key: "x"}}},
		"no provider":        {ID: "a", Fields: []UndoField{{Key: "x"}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t, small)
			check := unchangedFile(t, s)
			out := undo(t, s, []Undo{u})
			equal(t, "changed", len(out.Changed), 0)
			equal(t, "unchanged", len(out.Unchanged), 1)
			check("auth.json", "auth.lock")
		})
	}
}

// FuzzUndo checks that an undo restores the values of any entry, even after the undo was
// encoded for a journal.
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
				back = d.performAll(Action{Verb: VerbUndo, Undos: throughJSON(t, undosOf(out))}, nil, s)
				return nil
			})
			must(t, err)
			now, err := Decode(restored, time.UTC)
			if err != nil {
				t.Fatalf("%v\nbefore: %q\nafter:  %q\nundone: %q", err, data, after, restored)
			}
			if len(back.Changed) != 1 {
				t.Fatalf("not undone: %+v\nbefore: %q\nafter:  %q", back.Unchanged, data, after)
			}
			if len(back.Changed[0].Lost) > 0 {
				continue // strings that quoted a secret are not restored
			}
			checkSameCredential(t, find(t, now, c.Ref), c)
			checkSameCredential(t, &back.Changed[0].After, c)
		}
	})
}

// Wrote returns false only if no entry has the values that the action wrote, and at least one has
// the previous values.
func TestStore_Wrote(t *testing.T) {
	const a, b = `"consecutive_failures": 2, "last_error_message": "sk-secret-0123456789"}`, `"consecutive_failures": 1}`
	s := newStore(t, `{"credential_pool": {"p": [{"id": "a", "last_status": "exhausted", "access_token": "sk-secret-0123456789", `+a+`,
		{"id": "b", "last_status": "exhausted", `+b+`, {"id": "c"}]}}`)
	before := readFile(t, s.Path())
	var effects []Undo
	for _, e := range perform(t, s, resetAction).Changed {
		effects = append(effects, *e.Wrote)
	}
	after := readFile(t, s.Path())
	equal(t, "effects", len(effects), 2)
	swap := func(content, old, replacement string) string {
		t.Helper()
		swapped := strings.Replace(content, old, replacement, 1)
		equal(t, "contains "+old, swapped != content, true)
		return swapped
	}
	changed := func(content, id string) string {
		return swap(content, `"id": "`+id+`",`, `"id": "`+id+`", "failure_reason": "x",`)
	}
	for _, tt := range []struct {
		name, content string
		want          bool
	}{
		{"before", before, false},
		{"after", after, true},
		{"before, one changed", changed(before, "a"), false},
		{"before, the other changed", changed(before, "b"), false},
		{"before, both changed", changed(changed(before, "a"), "b"), true},
		{"after, one changed", changed(after, "b"), true},
		{"before, one removed", swap(before, `"id": "b"`, `"id": "d"`), false},
		{"both removed", swap(swap(before, `"id": "b"`, `"id": "d"`), `"id": "a"`, `"id": "e"`), true},
	} {
		writeFile(t, s.Path(), tt.content)
		got, err := s.Wrote(effects)
		wantErr(t, err, nil)
		equal(t, tt.name, got, tt.want)
	}
	writeFile(t, s.Path(), "{")
	if _, err := s.Wrote(effects); err == nil {
		t.Error("a damaged store was read without an error")
	}
}
