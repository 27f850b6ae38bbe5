package jsonedit

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func parsed(t testing.TB, text string) *Value {
	t.Helper()
	v, err := Parse([]byte(text))
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

// edited returns an object after the given edits. It checks that the surrounding text
// is unchanged.
func edited(t testing.TB, object string, edits ...Edit) string {
	t.Helper()
	const prefix, suffix = "\ufeff {\"n\" : [1.50 ,\t", "] }\r\n"
	text := prefix + object + suffix
	e := NewEditor([]byte(text))
	e.Edit(&parsed(t, text).Find("n").Items[1], edits)
	out := string(e.Bytes())
	equal(t, "changed", e.Changed(), out != text)
	inside, ok := strings.CutPrefix(out, prefix)
	inside, too := strings.CutSuffix(inside, suffix)
	if !ok || !too {
		t.Fatalf("the text around the object changed: %q", out)
	}
	return inside
}

func set(key, value string) Edit { return Edit{Key: key, Value: &value} }
func removal(key string) Edit    { return Edit{Key: key} }
func insert(key, after string) Edit {
	return Edit{Key: key, Value: new("0"), After: &after}
}

// New members are added at the end, with the separators of their object.
func TestEdit_Add(t *testing.T) {
	for _, tt := range []struct{ name, before, after string }{
		{"minified", `{"id":"a","n":1}`, `{"id":"a","n":1,"x":1,"y":null}`},
		{"tabs", "{\n\t\"id\": \"a\",\n\t\"n\": 1\n}", "{\n\t\"id\": \"a\",\n\t\"n\": 1,\n\t\"x\": 1,\n\t\"y\": null\n}"},
		{"commas at line starts", "{ \"id\" : \"a\"\n, \"n\" : 1\n}", "{ \"id\" : \"a\"\n, \"n\" : 1\n, \"x\" : 1\n, \"y\" : null\n}"},
		{"one member, indented", "{\n    \"id\": \"a\"\n}", "{\n    \"id\": \"a\",\n    \"x\": 1,\n    \"y\": null\n}"},
		{"one member, one line", `{"id": "a"}`, `{"id": "a", "x": 1, "y": null}`},
		{"empty", `{}`, `{"x": 1, "y": null}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "object", edited(t, tt.before, set("x", "1"), set("y", "null")), tt.after)
		})
	}
}

// Only the value is replaced. If the key is repeated, the last member is edited.
func TestEdit_Replace(t *testing.T) {
	for _, tt := range []struct{ name, before, after string }{
		{"first", `{"x" : null , "b": 1.50}`, `{"x" : "new" , "b": 1.50}`},
		{"last", "{\"a\": 1e5,\n\"x\":\t[1, {\"x\": 2}]\n}", "{\"a\": 1e5,\n\"x\":\t\"new\"\n}"},
		{"duplicate", `{"x": 1, "a": 2, "x": 3, "b": 4}`, `{"x": 1, "a": 2, "x": "new", "b": 4}`},
		{"escaped key", `{"\u0078": 1}`, `{"\u0078": "new"}`},
		{"numbers that only Python writes", `{"x": -Infinity, "a": NaN}`, `{"x": "new", "a": NaN}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "object", edited(t, tt.before, set("x", `"new"`)), tt.after)
		})
	}
}

// Each member is removed together with one comma and all duplicates of its key.
func TestEdit_Remove(t *testing.T) {
	for _, tt := range []struct{ name, before, after string }{
		{"first", `{ "x": 1,  "b": 2 }`, `{ "b": 2 }`},
		{"middle", "{\n\t\"a\": 1,\n\t\"x\": 2,\n\t\"b\": 3\n}", "{\n\t\"a\": 1,\n\t\"b\": 3\n}"},
		{"only", "{\n  \"x\": {\"x\": []}\n}", "{\n  \n}"},
		{"two at the front", `{"x":1,"y":2,"b":3}`, `{"b":3}`},
		{"first and last", `{"x": 1, "a": 0, "y": 2}`, `{"a": 0}`},
		{"all", `{"x": 1, "y": 2}`, `{}`},
		{"duplicates", `{"x":1,"a":2,"x":3,"b":4,"y":5,"x":6}`, `{"a":2,"b":4}`},
		{"nothing to remove", `{"a": {"x": 1}, "b": "x"}`, `{"a": {"x": 1}, "b": "x"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "object", edited(t, tt.before, removal("x"), removal("y")), tt.after)
		})
	}
}

func TestEdit_Mixed(t *testing.T) {
	for _, tt := range []struct{ name, before, after string }{
		{"in the middle", `{"x":1,"r":2,"a":3}`, `{"r":"new","a":3,"n":0}`},
		{"only member removed", `{ "x" : 1 }`, `{ "r" : "new", "n" : 0 }`},
		{"all members removed, with duplicates", `{"x":1,"x":2}`, `{"r":"new","n":0}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "object", edited(t, tt.before, removal("x"), set("r", `"new"`), set("n", "0")), tt.after)
		})
	}
}

// A restored member is inserted after the member that used to precede it, regardless of the
// order of the edits.
func TestEdit_After(t *testing.T) {
	for _, tt := range []struct {
		name, before string
		edits        []Edit
		after        string
	}{
		{"first", `{"a": 1, "b": 2}`, []Edit{insert("x", "")}, `{"x": 0, "a": 1, "b": 2}`},
		{"in the middle", `{"a": 1, "b": 2}`, []Edit{insert("x", "a")}, `{"a": 1, "x": 0, "b": 2}`},
		{"empty object, first", `{}`, []Edit{insert("x", "")}, `{"x": 0}`},
		{"missing neighbor", `{"a": 1, "b": 2}`, []Edit{insert("x", "gone")}, `{"a": 1, "b": 2, "x": 0}`},
		{"minified", `{"a":1,"b":2}`, []Edit{insert("x", ""), insert("y", "a")}, `{"x":0,"a":1,"y":0,"b":2}`},
		{"two members at the front, given in reverse", `{"a": 1, "b": 2}`, []Edit{insert("y", "x"), insert("x", "")}, `{"x": 0, "y": 0, "a": 1, "b": 2}`},
		{"three members, given in reverse", `{"a": 1, "b": 2}`, []Edit{insert("z", "y"), insert("y", "x"), insert("x", "a")}, `{"a": 1, "x": 0, "y": 0, "z": 0, "b": 2}`},
		{"after a removed member", `{"a": 1, "b": 2}`, []Edit{removal("a"), insert("x", "a")}, `{"b": 2, "x": 0}`},
		{"at the front, first member removed", `{"a": 1, "b": 2}`, []Edit{removal("a"), insert("x", "")}, `{"x": 0, "b": 2}`},
		{"all members removed", `{"a": 1, "b": 2}`, []Edit{removal("a"), removal("b"), insert("x", ""), insert("y", "x")}, `{"x": 0, "y": 0}`},
		{"after the last duplicate", `{"a": 1, "b": 2, "a": 3}`, []Edit{insert("x", "a")}, `{"a": 1, "b": 2, "a": 3, "x": 0}`},
		{"two members, each after the other", `{"a": 1, "b": 2}`, []Edit{insert("x", "y"), insert("y", "x")}, `{"a": 1, "b": 2, "x": 0, "y": 0}`},
		{"existing key", `{"a": 1, "x": 5}`, []Edit{insert("x", "")}, `{"a": 1, "x": 0}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "object", edited(t, tt.before, tt.edits...), tt.after)
		})
	}
}

// FuzzEdit makes one edit of each kind to an object. The order and the text of all
// other members must not change.
func FuzzEdit(f *testing.F) {
	for _, inside := range []string{
		``, ` `, `"x":1`, "\n\t\"a\": 1,\n\t\"x\": \"y\"\n", `"r":1,"x":2,"r":3,"a":4`, `"a" : NaN , "\u0078":-Infinity`,
		`"a":{"x":[{}]},"x":1.50`, "\"a\":\"\xff\",\"r\":1e5\r\n", `"a":"}","r":"{\"x\":"`,
	} {
		f.Add(inside, "x", "n", "a")
	}
	f.Fuzz(func(t *testing.T, inside, replaced, added, after string) {
		object := "{" + inside + "}"
		before, err := Parse([]byte(object))
		if err != nil || replaced == "r" || added == "r" || replaced == added || !utf8.ValidString(replaced+" "+added) {
			return
		}
		text := edited(t, object, set(replaced, `"new"`), Edit{Key: added, Value: new(`[0]`), After: &after}, removal("r"))
		now := parsed(t, text)
		equal(t, "replaced", string(now.Find(replaced).Raw), `"new"`)
		equal(t, "added", string(now.Find(added).Raw), `[0]`)
		if now.Find("r") != nil {
			t.Errorf("a member was not removed: %q", text)
		}
		same := func(v *Value) (others []string) {
			for _, m := range v.Members {
				if m.Key != "r" && m.Key != added && m.Key != replaced {
					others = append(others, fmt.Sprintf("%q: %s", m.Key, m.Value.Raw))
				}
			}
			return others
		}
		if x, y := same(before), same(now); !reflect.DeepEqual(x, y) {
			t.Errorf("other members changed\nbefore: %q\nafter:  %q", object, text)
		}
	})
}
