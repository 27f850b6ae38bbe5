package poolstate

import (
	"testing"
	"time"
)

func behind(key, neighbour string) memberEdit {
	return memberEdit{key: key, body: hide(`0`), behind: &neighbour}
}

// A member that is put back goes behind the one that stood before it: whatever
// is added besides, and in whatever order.
func TestMembersGoBehindTheirNeighbour(t *testing.T) {
	tests := []struct {
		name, before string
		edits        []memberEdit
		after        string
	}{
		{"first", `{"a": 1, "b": 2}`, []memberEdit{behind("x", "")}, `{"x": 0, "a": 1, "b": 2}`},
		{"in the middle", `{"a": 1, "b": 2}`, []memberEdit{behind("x", "a")}, `{"a": 1, "x": 0, "b": 2}`},
		{"last", `{"a": 1, "b": 2}`, []memberEdit{behind("x", "b")}, `{"a": 1, "b": 2, "x": 0}`},
		{"of an empty entry", `{}`, []memberEdit{behind("x", "")}, `{"x": 0}`},
		{"of an empty entry, behind nobody", `{}`, []memberEdit{behind("x", "gone")}, `{"x": 0}`},
		{"behind nobody", `{"a": 1, "b": 2}`, []memberEdit{behind("x", "gone")}, `{"a": 1, "b": 2, "x": 0}`},
		{"minified", `{"a":1,"b":2}`, []memberEdit{behind("x", ""), behind("y", "a")}, `{"x":0,"a":1,"y":0,"b":2}`},
		{"two in front", `{"a": 1, "b": 2}`, []memberEdit{behind("x", ""), behind("y", "x")}, `{"x": 0, "y": 0, "a": 1, "b": 2}`},
		{"two in front, the second one named first", `{"a": 1, "b": 2}`, []memberEdit{behind("y", "x"), behind("x", "")}, `{"x": 0, "y": 0, "a": 1, "b": 2}`},
		{"two at the end, the second one named first", `{"a": 1, "b": 2}`, []memberEdit{behind("y", "x"), behind("x", "b")}, `{"a": 1, "b": 2, "x": 0, "y": 0}`},
		{"three, named in reverse", `{"a": 1, "b": 2}`, []memberEdit{behind("z", "y"), behind("y", "x"), behind("x", "a")}, `{"a": 1, "x": 0, "y": 0, "z": 0, "b": 2}`},
		{"behind one that goes", `{"a": 1, "b": 2}`, []memberEdit{removal("a"), behind("x", "a")}, `{"b": 2, "x": 0}`},
		{"behind one that changes", `{"a": 1, "b": 2}`, []memberEdit{to("a", "10"), behind("x", "a")}, `{"a": 10, "x": 0, "b": 2}`},
		{"in front, where the first one goes", `{"a": 1, "b": 2}`, []memberEdit{removal("a"), behind("x", "")}, `{"x": 0, "b": 2}`},
		{"where all go", `{"a": 1, "b": 2}`, []memberEdit{removal("a"), removal("b"), behind("x", ""), behind("y", "x")}, `{"x": 0, "y": 0}`},
		{"behind the last of duplicates", `{"a": 1, "b": 2, "a": 3}`, []memberEdit{behind("x", "a")}, `{"a": 1, "b": 2, "a": 3, "x": 0}`},
		{"beside one for the end", `{"a": 1, "b": 2}`, []memberEdit{to("n", "1"), behind("x", "a")}, `{"a": 1, "x": 0, "b": 2, "n": 1}`},
		{"behind each other", `{"a": 1, "b": 2}`, []memberEdit{behind("x", "y"), behind("y", "x")}, `{"a": 1, "b": 2, "x": 0, "y": 0}`},
		{"behind itself", `{"a": 1, "b": 2}`, []memberEdit{behind("x", "x")}, `{"a": 1, "b": 2, "x": 0}`},
		{"there already", `{"a": 1, "x": 5}`, []memberEdit{behind("x", "")}, `{"a": 1, "x": 0}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "entry", edited(t, tt.before, tt.edits...), tt.after)
		})
	}
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
