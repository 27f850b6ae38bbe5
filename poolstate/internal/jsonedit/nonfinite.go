package jsonedit

import "bytes"

// nonFinite lists the numbers that Python writes and JSON lacks, each with a
// number of the same length that is read in its place.
var nonFinite = []struct{ word, standIn string }{
	{"-Infinity", "-0.000000"},
	{"Infinity", "0.000000"},
	{"NaN", "0.0"},
}

// withoutNonFinite returns data with NaN and the infinities outside of strings
// replaced by numbers of the same length, so that a strict parser finds every
// other value at its own offset. Agents accept such files, so they must not be
// refused. [Value.Raw] keeps the original spelling.
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
					i += copy(out[i:], nf.standIn) - 1
					break
				}
			}
		}
	}
	return out
}

// isValueAt reports whether word is a whole value at data[i:]. Replacing it
// inside a longer word, such as 1NaN or NaN5, could turn invalid text into a
// number.
func isValueAt(data []byte, i int, word string) bool {
	rest, ok := bytes.CutPrefix(data[i:], []byte(word))
	return ok &&
		(i == 0 || bytes.IndexByte([]byte(" \t\r\n:,["), data[i-1]) >= 0) &&
		(len(rest) == 0 || bytes.IndexByte([]byte(" \t\r\n,]}"), rest[0]) >= 0)
}
