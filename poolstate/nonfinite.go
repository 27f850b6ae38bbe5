package poolstate

import "bytes"

// nonFinite are the numbers that Python writes and JSON does not have, with
// numbers of the same length to read in their place.
var nonFinite = []struct{ word, stand string }{
	{"-Infinity", "-0.000000"},
	{"Infinity", "0.000000"},
	{"NaN", "0.0"},
}

// withoutNonFinite returns data with NaN and infinities replaced, outside of
// strings, by numbers of the same length, so that a strict reader finds every
// other value at its place. An agent reads such a file, so we have to; what
// they stand for is read from the original bytes, where they mean nothing.
func withoutNonFinite(data []byte) []byte {
	if !bytes.Contains(data, []byte("NaN")) && !bytes.Contains(data, []byte("Infinity")) {
		return data
	}
	out := bytes.Clone(data)
	inString := false
	for i := 0; i < len(out); i++ {
		switch c := out[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		default:
			for _, nf := range nonFinite {
				if isValueAt(out, i, nf.word) {
					i += copy(out[i:], nf.stand) - 1
					break
				}
			}
		}
	}
	return out
}

// isValueAt reports whether word stands at data[i:] as a whole value. As part
// of a longer one, 1NaN or NaN5, its stand-in would make a number of what is
// none.
func isValueAt(data []byte, i int, word string) bool {
	rest, ok := bytes.CutPrefix(data[i:], []byte(word))
	return ok &&
		(i == 0 || bytes.IndexByte([]byte(" \t\r\n:,["), data[i-1]) >= 0) &&
		(len(rest) == 0 || bytes.IndexByte([]byte(" \t\r\n,]}"), rest[0]) >= 0)
}
