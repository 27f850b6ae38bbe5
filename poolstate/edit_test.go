package poolstate

import (
	"errors"
	"strings"
	"testing"
)

// edited applies bare edits to the one entry of a store and returns the entry's
// bytes, so that expectations show nothing else.
func edited(t *testing.T, entry string, edits ...memberEdit) string {
	t.Helper()
	const before, after = `{"credential_pool":{"p":[`, `]},"updated_at":"then"}`
	out, err := editInMemory([]byte(before+entry+after), func(d *Draft) error {
		return d.Apply(d.Pool().Providers[0].Credentials[0].Ref, Change{edits})
	})
	if err != nil {
		t.Fatal(err)
	}
	entry, ok := strings.CutPrefix(string(out), before)
	if !ok {
		t.Fatalf("what stands before the entry changed: %s", out)
	}
	for _, end := range []string{after, strings.Replace(after, `"then"`, stamp, 1)} {
		if entry, ok := strings.CutSuffix(entry, end); ok {
			return entry
		}
	}
	t.Fatalf("what stands after the entry changed: %s", out)
	return ""
}

func to(key, raw string) memberEdit { return memberEdit{key: key, body: hide(raw)} }
func removal(key string) memberEdit { return memberEdit{key: key} }

// New members come last, separated as the object separates its members.
func TestInsertionFollowsTheObjectsOwnForm(t *testing.T) {
	tests := []struct{ name, before, after string }{
		{"minified", `{"id":"a","n":1}`, `{"id":"a","n":1,"x":1,"y":null}`},
		{"one line", `{"id": "a", "n": 1}`, `{"id": "a", "n": 1, "x": 1, "y": null}`},
		{"indented by tabs", "{\n\t\"id\": \"a\",\n\t\"n\": 1\n}", "{\n\t\"id\": \"a\",\n\t\"n\": 1,\n\t\"x\": 1,\n\t\"y\": null\n}"},
		{"CRLF", "{\r\n  \"id\": \"a\",\r\n  \"n\": 1\r\n}", "{\r\n  \"id\": \"a\",\r\n  \"n\": 1,\r\n  \"x\": 1,\r\n  \"y\": null\r\n}"},
		{"comma first", "{ \"id\" : \"a\"\n, \"n\" : 1\n}", "{ \"id\" : \"a\"\n, \"n\" : 1\n, \"x\" : 1\n, \"y\" : null\n}"},
		{"a single member, indented", "{\n    \"id\": \"a\"\n}", "{\n    \"id\": \"a\",\n    \"x\": 1,\n    \"y\": null\n}"},
		{"a single member, minified", `{"id":"a"}`, `{"id":"a","x":1,"y":null}`},
		{"empty", `{}`, `{"x": 1, "y": null}`},
		{"empty with a blank", `{ }`, `{"x": 1, "y": null }`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "entry", edited(t, tt.before, to("x", "1"), to("y", "null")), tt.after)
		})
	}
}

// A value is replaced where it stands; of duplicates it is the one that counts.
func TestReplacementTouchesTheValueOnly(t *testing.T) {
	tests := []struct{ name, before, after string }{
		{"first", `{"x" : null , "b": 1.50}`, `{"x" : "new" , "b": 1.50}`},
		{"last", "{\"a\": 1e5,\n\"x\":\t[1, {\"x\": 2}]\n}", "{\"a\": 1e5,\n\"x\":\t\"new\"\n}"},
		{"only", `{"x":"old"}`, `{"x":"new"}`},
		{"duplicate", `{"x": 1, "a": 2, "x": 3, "b": 4}`, `{"x": 1, "a": 2, "x": "new", "b": 4}`},
		{"escaped key", `{"\u0078": 1}`, `{"\u0078": "new"}`},
		{"a number of Python", `{"x": -Infinity, "a": NaN}`, `{"x": "new", "a": NaN}`},
		{"the same already", `{"x":"new", "a": 1}`, `{"x":"new", "a": 1}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "entry", edited(t, tt.before, to("x", `"new"`)), tt.after)
		})
	}
}

// With a member goes exactly one comma, and with a key all its duplicates: an
// earlier one would otherwise come to light.
func TestRemovalTakesOneCommaAlong(t *testing.T) {
	tests := []struct{ name, before, after string }{
		{"first", `{ "x": 1,  "b": 2 }`, `{ "b": 2 }`},
		{"middle", "{\n\t\"a\": 1,\n\t\"x\": 2,\n\t\"b\": 3\n}", "{\n\t\"a\": 1,\n\t\"b\": 3\n}"},
		{"last", "{\r\n  \"a\": 1,\r\n  \"x\": 2\r\n}", "{\r\n  \"a\": 1\r\n}"},
		{"only", "{\n  \"x\": {\"x\": []}\n}", "{\n  \n}"},
		{"only, minified", `{"x":1}`, `{}`},
		{"two beside each other, in front", `{"x":1,"y":2,"b":3}`, `{"b":3}`},
		{"two beside each other, in the middle", `{"a":0,"x":1,"y":2,"b":3}`, `{"a":0,"b":3}`},
		{"two beside each other, at the end", `{"a":0, "x":1, "y":2}`, `{"a":0}`},
		{"both ends", `{"x": 1, "a": 0, "y": 2}`, `{"a": 0}`},
		{"all", `{"x": 1, "y": 2}`, `{}`},
		{"duplicates", `{"x":1,"a":2,"x":3,"b":4,"y":5,"x":6}`, `{"a":2,"b":4}`},
		{"comma first", "{ \"a\": 1\n, \"x\": 2\n, \"b\": 3\n}", "{ \"a\": 1\n, \"b\": 3\n}"},
		{"nothing to remove", `{"a": {"x": 1}, "b": "x"}`, `{"a": {"x": 1}, "b": "x"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "entry", edited(t, tt.before, removal("x"), removal("y")), tt.after)
		})
	}
}

// All three at once, on one object.
func TestMixedEdits(t *testing.T) {
	tests := []struct{ name, before, after string }{
		{"in the middle", `{"x":1,"r":2,"a":3}`, `{"r":"new","a":3,"n":0}`},
		{"removing the last", `{"r": 2, "x": 1}`, `{"r": "new", "n": 0}`},
		{"removing the only one", `{ "x" : 1 }`, `{ "r" : "new", "n" : 0 }`},
		{"removing all", `{"x":1,"x":2}`, `{"r":"new","n":0}`},
		{"removing behind the replaced", `{"a":1,"r":2,"x":3}`, `{"a":1,"r":"new","n":0}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := edited(t, tt.before, removal("x"), to("r", `"new"`), to("n", "0"))
			equal(t, "entry", strings.ReplaceAll(got, "\t", ""), tt.after)
		})
	}
}

// updated_at follows every change; where it is missing it becomes the last of
// the top-level keys, in their form.
func TestUpdatedAtFollowsAChange(t *testing.T) {
	tests := []struct{ name, before, after string }{
		{
			"replaced", `{"updated_at": 5, "credential_pool": {"p": [{"id": "a"}]}, "z": 1}`,
			`{"updated_at": ` + stamp + `, "credential_pool": {"p": [{"id": "a", "request_count": 1}]}, "z": 1}`,
		},
		{
			"added", "{\n  \"version\": 1,\n  \"credential_pool\": {\"p\": [{\"id\":\"a\"}]}\n}\n",
			"{\n  \"version\": 1,\n  \"credential_pool\": {\"p\": [{\"id\":\"a\",\"request_count\":1}]},\n  \"updated_at\": " + stamp + "\n}\n",
		},
		{
			"an entry's own is not meant", `{"credential_pool": {"p": [{"id": "a", "updated_at": 1}]}, "updated_at": 1}`,
			`{"credential_pool": {"p": [{"id": "a", "updated_at": 1, "request_count": 1}]}, "updated_at": ` + stamp + `}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, err := editInMemory([]byte(tt.before), func(d *Draft) error {
				return d.Apply(Ref{"p", "a", 0}, Used(Credential{}, 1))
			})
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "file", string(out), tt.after)
		})
	}
}

// A draft takes several changes of one entry as their join, forgets the ones
// that change nothing, and knows when an entry is gone.
func TestDraft(t *testing.T) {
	const data = `{"credential_pool": {"p": [{"id": "a", "request_count": 1}]}}`
	out, err := editInMemory([]byte(data), func(d *Draft) error {
		c := d.Pool().Find(Ref{"p", "a", 0})
		return errors.Join(d.Apply(c.Ref, Used(*c, 1)), d.Apply(c.Ref, Used(*c, 2)))
	})
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(data, `"request_count": 1}]}`, `"request_count": 3}]}, "updated_at": `+stamp, 1)
	equal(t, "two changes", string(out), want)

	out, err = editInMemory([]byte(data), func(d *Draft) error {
		return errors.Join(d.Apply(smallRef, Used(Credential{}, 5)), d.Apply(smallRef, Change{[]memberEdit{to("x", "1")}}))
	})
	if err != nil {
		t.Fatal(err)
	}
	want = strings.Replace(data, `"request_count": 1}]}`, `"request_count": 5, "x": 1}]}, "updated_at": `+stamp, 1)
	equal(t, "two fields", string(out), want)

	for _, ref := range []Ref{{"p", "b", 0}, {"p", "", 0}, {"q", "a", 0}} {
		_, err = editInMemory([]byte(data), func(d *Draft) error { return d.Apply(ref, Used(Credential{}, 1)) })
		wantErr(t, err, ErrGone)
		if !strings.Contains(err.Error(), ref.String()) {
			t.Errorf("%q does not name %s", err, ref)
		}
		out, err = editInMemory([]byte(data), func(d *Draft) error { return d.Apply(ref, Change{}) })
		wantErr(t, err, nil)
		equal(t, "nothing", string(out), data)
	}
	out, _ = editInMemory([]byte(data), func(d *Draft) error { return d.Apply(Ref{"p", "a", 0}, Used(Credential{}, 1)) })
	equal(t, "the value that is there already", string(out), data)
}
