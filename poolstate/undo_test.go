package poolstate

import (
	"slices"
	"strings"
	"testing"
	"time"
)

var oddlySpaced = []string{"escaped keys", "begins with what goes", "ends with what goes"}

// Undo puts back every byte of the entry that an action changed, in every file,
// and also when all that is known of the action is what a journal kept.
func TestUndoPutsEveryByteBack(t *testing.T) {
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
					equal(t, "taken back", len(back.Changed), 1)
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

// One action on a whole pool is taken back in one go.
func TestUndoOfAWholePool(t *testing.T) {
	for _, name := range sampleNames {
		content := string(sample(t, name))
		for _, a := range []Action{resetAction, holdAction} {
			s := newStore(t, content)
			out := perform(t, s, a)
			back := takeBack(t, s, undosOf(out))
			equal(t, "taken back", len(back.Changed), len(out.Changed))
			equal(t, "left alone", len(back.Unchanged), 0)
			equal(t, name, withStamp(t, readFile(t, s.Path())), withStamp(t, content))
			for i := range back.Changed {
				checkSameCredential(t, &back.Changed[i].After, &out.Changed[i].Before)
			}
		}
	}
}

// withStamp is a file whose updated_at is no matter.
func withStamp(t *testing.T, content string) string {
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

// Wherever the key stood that a reset takes out, undo puts it there again.
func TestUndoFindsTheKeysOldPlace(t *testing.T) {
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

// What was taken back cannot be taken back again, nor can the taking back.
func TestUndoWorksOnce(t *testing.T) {
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

// Actions are taken back one by one, the last one first.
func TestUndoGoesBackStepByStep(t *testing.T) {
	content := string(sample(t, "backoff.json"))
	s := newStore(t, content)
	ref := Ref{"openrouter", "d4410b", 0}
	var steps []Undo
	states := []string{withStamp(t, content)}
	for _, a := range []Action{holdAction, {Verb: VerbHold, Hold: Hold{Code: 402, For: time.Minute}}, resetAction, holdAction} {
		steps = append(steps, undosOf(perform(t, s, a, ref))...)
		states = append(states, withStamp(t, readFile(t, s.Path())))
	}
	checkUnchanged(t, takeBack(t, s, steps[1:2]), true, "changed since")
	for i := len(steps) - 1; i >= 0; i-- {
		takeBack(t, s, steps[i:i+1])
		equal(t, "file", withStamp(t, readFile(t, s.Path())), states[i])
	}
}

// An undo is foreseen as an action is: without a trace.
func TestPlanUndoIsWhatUndoDoes(t *testing.T) {
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

// Old files give the time without an offset, which is local: the picture after
// an undo reads it as the picture before the action did.
func TestUndoReadsOldInstantsAsLocalTime(t *testing.T) {
	s := newStore(t, storeOf(`{"id": "a", "last_status": "exhausted", "last_status_at": "2026-11-23T08:12:03"}`))
	s.loc = time.FixedZone("", 3*3600)
	out := perform(t, s, resetAction, smallRef)
	back := takeBack(t, s, undosOf(out))
	equal(t, "since", back.Changed[0].After.StatusAt, out.Changed[0].Before.StatusAt)
	equal(t, "since", find(t, load(t, s), smallRef).StatusAt, out.Changed[0].Before.StatusAt)
}

// FuzzUndo: whatever an entry has inside, an action and its undo, by way of a
// journal, leave what a reader saw before, in one piece.
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
