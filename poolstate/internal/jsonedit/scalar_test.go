package jsonedit

import (
	"math"
	"testing"
)

// The expected values are the output of Python's json.dumps.
func TestQuote(t *testing.T) {
	for text, want := range map[string]string{
		"":                         `""`,
		"plain":                    `"plain"`,
		`say "no" \ to / this`:     `"say \"no\" \\ to / this"`,
		"\b\f\n\r\t":               `"\b\f\n\r\t"`,
		"\x00\x01\x1f":             `"\u0000\u0001\u001f"`,
		"\x7f":                     `"\u007f"`,
		"<b>&'</b>":                `"<b>&'</b>"`,
		"é":                        `"\u00e9"`,
		"ключ":                     `"\u043a\u043b\u044e\u0447"`,
		"您":                        `"\u60a8"`,
		"\u2028\ufeff\uffff":       `"\u2028\ufeff\uffff"`,
		"\u010a\u0222":             `"\u010a\u0222"`,
		"🔑":                        `"\ud83d\udd11"`,
		"\U00010000\U0010ffff":     `"\ud800\udc00\udbff\udfff"`,
		"not \xff UTF-8, \xe2\x82": `"not \ufffd UTF-8, \ufffd\ufffd"`,
	} {
		equal(t, "text", string(Quote(text)), want)
	}
}

func TestText(t *testing.T) {
	for raw, want := range map[string]string{
		`"plain"`: "plain", `"é\n"`: "é\n", `"\ud83d\udd11"`: "🔑", `"\ud83d"`: "\ufffd", "\"\xff\"": "\ufffd", `""`: "",
	} {
		got, ok := Text([]byte(raw))
		equal(t, raw, got, want)
		equal(t, raw+" is text", ok, true)
	}
	for _, raw := range []string{``, `"`, `null`, `1`, `["a"]`, `{"a": "b"}`} {
		_, ok := Text([]byte(raw))
		equal(t, raw+" is text", ok, false)
	}
}

func TestNumber(t *testing.T) {
	for raw, want := range map[string]float64{`0`: 0, `-1.5`: -1.5, `1E5`: 1e5, `1e400`: math.Inf(1), `-1e400`: math.Inf(-1), `-Infinity`: math.Inf(-1), `Infinity`: math.Inf(1)} {
		got, ok := Number([]byte(raw))
		equal(t, raw, got, want)
		equal(t, raw+" is a number", ok, true)
	}
	for _, raw := range []string{``, `"1"`, `null`, `NaN`, `[1]`, `true`} {
		_, ok := Number([]byte(raw))
		equal(t, raw+" is a number", ok, false)
	}
}

// FuzzQuote checks that quoted text is ASCII and decodes to the original text.
func FuzzQuote(f *testing.F) {
	f.Add("say \"no\" \\ é 🔑 \x00 \xff")
	f.Fuzz(func(t *testing.T, s string) {
		raw := Quote(s)
		for _, b := range raw {
			if b < ' ' || b > '~' {
				t.Fatalf("%q contains the byte %#x", raw, b)
			}
		}
		back, ok := Text(raw)
		equal(t, "text", ok, true)
		equal(t, "read back", back, string([]rune(s)))
	})
}
