package jsonedit

import (
	"bytes"
	"math"
	"regexp"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Text decodes a JSON string. It returns false if raw is not a string. Unpaired
// surrogates and invalid UTF-8 become replacement characters.
func Text(raw []byte) (string, bool) {
	if len(raw) < 2 || raw[0] != '"' {
		return "", false
	}
	if inner := raw[1 : len(raw)-1]; bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner), true
	}
	b, _ := jsontext.AppendUnquote(nil, raw) // the error only reports replaced characters
	return string(b), true
}

// Number decodes a JSON number. It returns false if raw is not a number. A number that
// is too large for a float64 becomes infinity.
func Number(raw []byte) (float64, bool) {
	if len(raw) == 0 || raw[0] != '-' && raw[0] != 'I' && (raw[0] < '0' || raw[0] > '9') {
		return 0, false // "Infinity" is also a number
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	return f, err == nil || math.IsInf(f, 0)
}

// Quote encodes s as a JSON string in the same way as Python's json.dumps. All
// characters except printable ASCII are escaped, as surrogate pairs if necessary.
func Quote(s string) []byte {
	const hexDigits = "0123456789abcdef"
	b := make([]byte, 0, len(s)+2)
	unit := func(u uint16) {
		b = append(b, '\\', 'u', hexDigits[u>>12], hexDigits[u>>8&15], hexDigits[u>>4&15], hexDigits[u&15])
	}
	b = append(b, '"')
	for _, r := range s {
		short := bytes.IndexByte([]byte("\"\\\n\r\t\b\f"), byte(r))
		switch {
		case r < utf8.RuneSelf && short >= 0:
			b = append(b, '\\', `"\nrtbf`[short])
		case r >= ' ' && r <= '~':
			b = append(b, byte(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			unit(uint16(high))
			unit(uint16(low))
		default:
			unit(uint16(r))
		}
	}
	return append(b, '"')
}

// word matches a whole string or any other scalar.
var word = regexp.MustCompile(`(?s)"(?:\\.|[^"\\])*"|[^\s:,\[\]{}"]+`)

// beginsValue reports whether name occurs where a value may begin, and not only inside
// other text such as a random token.
func beginsValue(data []byte, name string) bool {
	for {
		i := bytes.Index(data, []byte(name))
		if i < 0 {
			return false
		}
		if i == 0 || bytes.IndexByte([]byte(" \t\r\n:,[-"), data[i-1]) >= 0 {
			return true
		}
		data = data[i+len(name):]
	}
}

// withoutNonFinite replaces NaN and the infinities, which agents read and write, with
// numbers of the same length. A strict parser can then parse the text without a change
// in offsets. [Value.Raw] still contains the original text.
func withoutNonFinite(data []byte) []byte {
	if !beginsValue(data, "NaN") && !beginsValue(data, "Infinity") {
		return data
	}
	return word.ReplaceAllFunc(data, func(w []byte) []byte {
		switch string(w) {
		case "-Infinity":
			return []byte("-0.000000")
		case "Infinity":
			return []byte("0.000000")
		case "NaN":
			return []byte("0.0")
		}
		return w
	})
}
