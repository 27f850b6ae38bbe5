package jsonedit

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParse_Errors(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       SyntaxError
	}{
		{"empty", "", SyntaxError{Line: 1, Column: 1, Empty: true}},
		{"byte order mark only", "\ufeff", SyntaxError{Line: 1, Column: 4, Empty: true}},
		{"cut off in text", `{"a": "SECRET`, SyntaxError{Line: 1, Column: 14}},
		{"text after the end", "{}\n x", SyntaxError{Line: 1, Column: 3}},
		{"missing comma", "{\"a\": 1\n \"b\": 2}", SyntaxError{Line: 2, Column: 2}},
		{"inside an entry", "{\"p\": [{\"a\": 1},\n {\"b\": }]}", SyntaxError{Line: 2, Column: 8}},
		{"digit after a word", `[NaN5]`, SyntaxError{Line: 1, Column: 2}},
		{"number and word", `[1NaN]`, SyntaxError{Line: 1, Column: 3}},
		{"lists nested too deeply", strings.Repeat("[", 951) + strings.Repeat("]", 951), SyntaxError{Line: 1, Column: 952, TooDeep: true}},
		{"objects nested too deeply", strings.Repeat("{\"a\":\n", 951), SyntaxError{Line: 951, Column: 2, TooDeep: true}},
		{"too many digits", "[-" + strings.Repeat("1", 4301) + "]", SyntaxError{Line: 1, Column: 4304}},
		{"UTF-16 with byte order mark", "\xff\xfe{\x00}\x00", SyntaxError{Line: 1, Column: 1, Encoding: "UTF-16"}},
		{"UTF-16, big-endian", "\xfe\xff\x00{\x00}", SyntaxError{Line: 1, Column: 1, Encoding: "UTF-16"}},
		{"UTF-16 without byte order mark", "{\x00}\x00", SyntaxError{Line: 1, Column: 5, Encoding: "UTF-16"}},
		{"UTF-32 with byte order mark", "\xff\xfe\x00\x00{\x00\x00\x00}\x00\x00\x00", SyntaxError{Line: 1, Column: 1, Encoding: "UTF-32"}},
		{"UTF-32, big-endian", "\x00\x00\xfe\xff\x00\x00\x00{\x00\x00\x00}", SyntaxError{Line: 1, Column: 3, Encoding: "UTF-32"}},
		{"UTF-32 without byte order mark", "{\x00\x00\x00}\x00\x00\x00", SyntaxError{Line: 1, Column: 9, Encoding: "UTF-32"}},
		{"Latin-1", "{\n\"a\": \"caf\xe9\"}", SyntaxError{Line: 2, Column: 10, NotUTF8: true}},
		{"surrogate in UTF-8", "[\"\xed\xa0\x80\"]", SyntaxError{Line: 1, Column: 3, NotUTF8: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse([]byte(tt.text))
			if syntax, ok := errors.AsType[*SyntaxError](err); !ok || *syntax != tt.want {
				t.Errorf("the error is %#v", err)
			}
		})
	}
}

func TestSyntaxError(t *testing.T) {
	equal(t, "invalid", (&SyntaxError{Line: 2, Column: 9}).Error(), "not valid JSON at line 2, column 9")
	equal(t, "empty", (&SyntaxError{Empty: true}).Error(), "the file is empty")
	equal(t, "not an object", (&SyntaxError{NotObject: true}).Error(), "the file is not a JSON object")
	equal(t, "UTF-16", (&SyntaxError{Encoding: "UTF-16"}).Error(), "the file is in UTF-16; agents read only UTF-8")
	equal(t, "not UTF-8", (&SyntaxError{Line: 2, Column: 9, NotUTF8: true}).Error(), "not valid UTF-8 at line 2, column 9")
	equal(t, "too deep", (&SyntaxError{Line: 2, Column: 9, TooDeep: true}).Error(),
		"nested too deeply for agents at line 2, column 9")
}

// Each case is at a limit of what Python can read.
func TestParse_Limits(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("[", 950) + strings.Repeat("]", 950), strings.Repeat("[[],", 949) + "1" + strings.Repeat("]", 949),
		"-" + strings.Repeat("1", 4300), "0." + strings.Repeat("1", 5000), "\ufeff{}", `"\ud800"`, "[\"é🔑\"]",
	} {
		equal(t, "value", string(parsed(t, text).Raw), strings.TrimPrefix(text, "\ufeff"))
	}
}

func TestFind(t *testing.T) {
	v := parsed(t, `{"a": 1, "\u0061": 2, "b": [3], "c": null}`)
	equal(t, "last duplicate", string(v.Find("a").Raw), "2")
	equal(t, "array", v.Find("b").IsArray(), true)
	equal(t, "missing", v.Find("x") == nil, true)
	equal(t, "in a missing object", v.Find("x").Find("y") == nil, true)
	equal(t, "in an array", v.Find("b").Find("y") == nil, true)
	equal(t, "a missing value is an object", v.Find("x").IsObject(), false)
}

// NaN and the infinities are accepted only as values, and are not reformatted.
func TestParse_NonFinite(t *testing.T) {
	for _, text := range []string{
		`NaN`, `-Infinity`, ` [ Infinity,-Infinity ,NaN]`, `{"a":NaN}`, "{\"a\":\tNaN\n}", `"NaN"`,
		`["\"", NaN, "\\", Infinity]`, `{"NaN": "Infinity"}`,
	} {
		equal(t, "value", string(parsed(t, text).Raw), strings.TrimSpace(text))
	}
	for _, text := range []string{`nan`, `+Infinity`, `--Infinity`, `NaN NaN`, `[NaN1]`, `{NaN: 1}`, `Inf`, `-NaN`} {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("%s is accepted as JSON", text)
		}
	}
}

// FuzzParse compares the parser with encoding/json. Both must accept the same valid UTF-8
// and find the same tokens at the same offsets.
func FuzzParse(f *testing.F) {
	for _, text := range []string{`{"a": [1, {"b": null}], "a": NaN}`, "\ufeff[-Infinity]", `"\ud800"`, ` {} x`, `[1NaN]`, `{"a":[{]}}`, "\"\xf0\""} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > maxDepth {
			t.Skip("may exceed limits that encoding/json does not have")
		}
		v, err := Parse(data)
		body := bytes.TrimPrefix(data, []byte("\ufeff"))
		plain := withoutNonFinite(body)
		if valid := utf8.Valid(data) && json.Valid(plain); valid != (err == nil) {
			t.Fatalf("%q: the error is %v, but encoding/json says valid: %v", data, err, valid)
		}
		if err != nil {
			return
		}
		var want []int
		dec := json.NewDecoder(bytes.NewReader(plain))
		dec.UseNumber()
		for {
			if _, err := dec.Token(); err != nil {
				break
			}
			want = append(want, int(dec.InputOffset())+len(data)-len(body))
		}
		if got := tokenEnds(t, data, v, nil); !slices.Equal(got, want) {
			t.Fatalf("%q: tokens end at %v, want %v", data, got, want)
		}
	})
}

// tokenEnds appends the end offset of each token of a value.
func tokenEnds(t *testing.T, data []byte, v *Value, ends []int) []int {
	if !bytes.Equal(v.Raw, data[v.Start:v.End()]) {
		t.Fatalf("%q is not at %d", v.Raw, v.Start)
	}
	if v.IsObject() || v.IsArray() {
		ends = append(ends, v.Start+1)
	}
	for i := range v.Items {
		ends = tokenEnds(t, data, &v.Items[i], ends)
	}
	for i := range v.Members {
		m := &v.Members[i]
		if key, ok := Text(data[m.NameStart:m.NameEnd]); !ok || key != m.Key {
			t.Fatalf("%q is not at %d", m.Key, m.NameStart)
		}
		ends = tokenEnds(t, data, &m.Value, append(ends, m.NameEnd))
	}
	return append(ends, v.End())
}
