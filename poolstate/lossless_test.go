package poolstate

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate/internal/jsonedit"
)

// wanted is the expected value of a field after an edit. raw is empty if the field is
// removed.
type wanted struct{ key, raw string }

// checkEdited checks that an edit changed only updated_at and the wanted fields of one
// entry. The white space between members is tested in jsonedit.
func checkEdited(before, after []byte, provider string, position int, want []wanted) error {
	b, err := jsonedit.Parse(before)
	if err != nil {
		return err
	}
	a, err := jsonedit.Parse(after)
	if err != nil {
		return fmt.Errorf("after the edit: %w", err)
	}
	was, is := entryAt(b, provider, position), entryAt(a, provider, position)
	if was == nil || is == nil {
		return fmt.Errorf("no entry %d of %q", position, provider)
	}
	if !slices.ContainsFunc(want, func(w wanted) bool { return string(was.RawOf(w.key)) != w.raw }) {
		if !bytes.Equal(before, after) {
			return errors.New("there is nothing to change, but bytes differ")
		}
		return nil
	}
	if string(a.RawOf("updated_at")) != stamp {
		return errors.New("updated_at is not the time of the write")
	}
	if x, y := around(before, b, was, true), around(after, a, is, b.Find("updated_at") != nil); x != y {
		return fmt.Errorf("something outside the entry changed:\n%s\n%s", x, y)
	}
	if x, y := membersAfter(before, was, want), membersOf(after, is); !slices.Equal(x, y) {
		return fmt.Errorf("the members are %q, want %q", y, x)
	}
	return nil
}

// entryAt returns an entry of a parsed store, or nil if there is none.
func entryAt(root *jsonedit.Value, provider string, position int) *jsonedit.Value {
	list := root.Find("credential_pool").Find(provider)
	if list == nil || position >= len(list.Items) || !list.Items[position].IsObject() {
		return nil
	}
	return &list.Items[position]
}

// around returns the text of a store without one entry and without the value of
// updated_at. If the edit added updated_at, the whole member is omitted.
func around(data []byte, root, entry *jsonedit.Value, hadStamp bool) string {
	cuts := [][2]int{{entry.Start, entry.End()}}
	if v := root.Find("updated_at"); v != nil {
		cut := [2]int{v.Start, v.End()}
		if !hadStamp {
			cut[0] = root.Members[len(root.Members)-2].Value.End()
		}
		cuts = append(cuts, cut)
	}
	slices.SortFunc(cuts, func(a, b [2]int) int { return a[0] - b[0] })
	var out []byte
	at := 0
	for _, c := range cuts {
		out = append(out, data[at:c[0]]...)
		at = c[1]
	}
	return string(append(out, data[at:]...))
}

// membersOf returns the members of an object as text.
func membersOf(data []byte, object *jsonedit.Value) (members []string) {
	for i := range object.Members {
		m := &object.Members[i]
		members = append(members, string(data[m.NameStart:m.Value.End()]))
	}
	return members
}

// membersAfter returns the expected result of membersOf after an edit.
func membersAfter(data []byte, entry *jsonedit.Value, want []wanted) (members []string) {
	values := map[string]string{}
	for _, w := range want {
		values[w.key] = w.raw
	}
	for i := range entry.Members {
		m := &entry.Members[i]
		raw, edited := values[m.Key]
		switch {
		case edited && raw == "": // removed, including duplicates
		case edited && entry.Find(m.Key) == &m.Value:
			members = append(members, string(data[m.NameStart:m.Value.Start])+raw)
		default:
			members = append(members, string(data[m.NameStart:m.Value.End()]))
		}
	}
	colon := ": "
	if n := len(entry.Members); n > 0 {
		m := &entry.Members[n-1]
		colon = string(data[m.NameEnd:m.Value.Start])
	}
	for _, w := range want {
		if w.raw != "" && entry.Find(w.key) == nil {
			members = append(members, fmt.Sprintf("%q%s%s", w.key, colon, w.raw))
		}
	}
	return members
}

// operation is an edit of one entry and the fields that it is expected to write.
type operation struct {
	name   string
	change func(Credential) (Change, []wanted)
}

var cleared = []wanted{
	{"last_status_at", "null"},
	{"last_error_code", "null"},
	{"last_error_reason", "null"},
	{"last_error_message", "null"},
	{"last_error_reset_at", "null"},
}

// fieldsOf returns a change and its wanted fields, or no fields if the change is empty.
func fieldsOf(ch Change, want ...wanted) (Change, []wanted) {
	if ch.IsEmpty() {
		want = nil
	}
	return ch, want
}

var operations = []operation{
	{"exhausted", func(c Credential) (Change, []wanted) {
		f := Failure{Code: 402, Reason: "operator_hold", Message: "until payday \U0001f4b6", ResetAt: time.Unix(1795432800, 0)}
		return fieldsOf(Exhausted(c, f, time.Unix(1795425600, 250000000)),
			wanted{"last_status", `"exhausted"`}, wanted{"last_status_at", "1795425600.25"}, wanted{"last_error_code", "402"},
			wanted{"last_error_reason", `"operator_hold"`}, wanted{"last_error_message", `"until payday \ud83d\udcb6"`},
			wanted{"last_error_reset_at", "1795432800.0"}, wanted{"consecutive_failures", fmt.Sprint(c.Streak.Next().Count())})
	}},
	{"cooled down", func(c Credential) (Change, []wanted) {
		late := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
		return fieldsOf(CooledDown(c, Backoff(), late), append([]wanted{{"last_status", `"ok"`}}, cleared...)...)
	}},
	{"operator reset", func(c Credential) (Change, []wanted) {
		want := append([]wanted{{"last_status", "null"}}, cleared...)
		if c.hasStreak {
			want = append(want, wanted{"consecutive_failures", "0"})
		}
		return fieldsOf(reset(c, sampledAt), append(want, wanted{"failure_reason", ""}, wanted{"model_cooldowns", ""},
			wanted{"model_cooldown_observed_at", ""}, wanted{"status_cleared_at", "1795425600.0"})...)
	}},
	{"succeeded", func(Credential) (Change, []wanted) {
		tokens := Tokens{Access: NewSecret("SECRET-new-a"), Refresh: NewSecret("SECRET-new-r"), ExpiresAt: time.UnixMilli(1795430600123)}
		want := []wanted{
			{"access_token", `"SECRET-new-a"`},
			{"refresh_token", `"SECRET-new-r"`},
			{"expires_at_ms", "1795430600123"},
			{"last_status", `"ok"`},
		}
		return fieldsOf(Succeeded(tokens), append(append(want, cleared...), wanted{"consecutive_failures", "0"})...)
	}},
	{"used", func(c Credential) (Change, []wanted) {
		return fieldsOf(Used(c, 3), wanted{"request_count", fmt.Sprint(c.RequestCount.Or(0) + 3)})
	}},
}

// handMade returns files with formatting that people and other programs use, but agents
// do not.
func handMade() map[string]string {
	const exhausted = `{
	"updated_at":	"then",
	"credential_pool": {
		"p": [
			{
				"id":	"a",
				"last_status": "exhausted",
				"last_status_at": 1795422000.0,
				"last_error_code": 429,
				"failure_reason": "rate_limit",
				"consecutive_failures": 2
			}
		]
	}
}
`
	minified := strings.NewReplacer("\n", "", "\t", "").Replace(exhausted)
	deep := strings.Repeat(`{"k": [`, 400) + `1.50` + strings.Repeat(`]}`, 400)
	return map[string]string{
		"tabs":                            exhausted,
		"CRLF":                            strings.ReplaceAll(exhausted, "\n", "\r\n"),
		"many newlines at the end":        exhausted + "\n \n\t\n",
		"minified":                        minified,
		"byte order mark":                 "\ufeff" + exhausted,
		"no updated_at":                   strings.Replace(exhausted, "\t\"updated_at\":\t\"then\",\n", "", 1),
		"updated_at twice":                `{"updated_at":1,"credential_pool":{"p":[{"id":"a","last_status":"dead"}]},"updated_at":null,"z":0}`,
		"empty entry":                     `{"credential_pool": {"p": [{}, { }, {` + "\n\t" + `}, {"id": "d"}]}}`,
		"duplicate keys":                  `{"credential_pool": {"p": [{"id": "a", "last_status": 1, "failure_reason": "x", "last_status": "exhausted", "failure_reason": "y", "request_count": 1, "request_count": 2, "failure_reason": "z"}]}}`,
		"escaped keys":                    `{"credential\u005fpool": {"\u0070": [{"\u0069d": "a", "last\u005fstatus": "exhausted", "last_error\u005Fcode": 429, "failure\u005freason": "q"}]}, "updated\u005fat": "x"}`,
		"odd white space":                 " {\r\n\"credential_pool\"\t:\n{ \"p\" :\t[ {\"id\"\n:\t\"a\"\r\n,\n\n\"last_status\":\"dead\"\t,\"request_count\"   :   7   } ,{} ]\n}\t}\n ",
		"numbers that only Python writes": `{"n": NaN, "credential_pool": {"p": [{"id": "a", "x": NaN, "last_status": "exhausted", "last_status_at": NaN, "last_error_code": Infinity, "last_error_reset_at": -Infinity, "request_count": NaN, "consecutive_failures": Infinity}]}, "i": [Infinity,-Infinity , NaN]}`,
		"spelling of numbers":             `{"a": 1.50, "b": 1E5, "credential_pool": {"p": [{"id": "a", "x": 1.50, "y": -0.0, "z": 123456789012345678901, "request_count": 123, "w": 1e+02, "v": 0.10000000000000000555}]}, "c": 123456789012345678901}`,
		"unpaired surrogates":             `{"credential_pool": {"p": [{"id": "\ud83d", "label": "\udd11\ud83d", "\ud800": 1}]}}`,
		"deep nesting":                    `{"d": ` + deep + `, "credential_pool": {"p": [{"id": "a", "plugin": ` + deep + `, "last_status": "exhausted", "after": {}}]}}`,
		"unknown keys at every depth":     `{"x": {"credential_pool": {"p": [{"id": "a"}]}}, "credential_pool": {"p": [{"id": "a", "p": [{"id": "a", "last_status": "dead"}], "last_status": "dead", "plugin_meta": {"last_status": "dead", "n": [1, {}]}}], "q": {"id": "a"}}, "y": []}`,
		"other values in the list":        `{"credential_pool": {"p": [null, {"id": "a"}, "x", 5, [], {"id": "b", "last_status": "dead"}, true], "q": 1, "": [{"id": "e"}]}}`,
		"duplicate pool":                  `{"credential_pool": {"p": [{"id": "a", "request_count": 1}]}, "credential_pool": {"p": [{"id": "a"}], "p": [{"id": "a", "request_count": 5}]}}`,
	}
}

// Each operation, on any entry of any file, changes only the fields that it sets, and
// updated_at. Changing all entries at once has the same result as changing them one by one.
func TestUpdate_Lossless(t *testing.T) {
	files := handMade()
	for _, name := range sampleNames {
		files[name] = string(sample(t, name))
	}
	for name, content := range files {
		t.Run(name, func(t *testing.T) {
			pool := decoded(t, content)
			if pool.Len() == 0 {
				t.Fatal("no entry to edit")
			}
			for _, op := range operations {
				one := []byte(content)
				for c := range pool.All() {
					checkEdit(t, []byte(content), c, op)
					ch, _ := op.change(*c)
					var err error
					one, err = editInMemory(one, func(d *Draft) error { return d.Apply(c.Ref, ch) })
					wantErr(t, err, nil)
				}
				all, err := editInMemory([]byte(content), func(d *Draft) error {
					for c := range pool.All() {
						ch, _ := op.change(*c)
						if err := d.Apply(c.Ref, ch); err != nil {
							return err
						}
					}
					return nil
				})
				wantErr(t, err, nil)
				equal(t, op.name+" of all", string(all), string(one))
			}
		})
	}
}

func checkEdit(t *testing.T, data []byte, c *Credential, op operation) {
	t.Helper()
	change, want := op.change(*c)
	out, err := editInMemory(data, func(d *Draft) error { return d.Apply(c.Ref, change) })
	if err == nil {
		err = checkEdited(data, out, c.Provider, c.Position, want)
	}
	if err != nil {
		t.Fatalf("%s of %s: %v\nbefore: %q\nafter:  %q", op.name, c.Ref, err, data, out)
	}
}
