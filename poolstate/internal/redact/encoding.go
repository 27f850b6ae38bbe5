package redact

import (
	"iter"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// reading is a string or a decoded form of it.
type reading struct {
	text string
	// from and to are the offsets of the beginning and end of each byte of text in the original
	// string. They are nil for the original string itself.
	from, to []int
}

// span returns the part of the original string that encodes the bytes from i to end.
func (r *reading) span(i, end int) span {
	if r.from == nil {
		return span{i, end}
	}
	return span{r.from[i], r.to[end-1]}
}

// maxNesting is the maximum number of times that readings decodes nested escapes.
const maxNesting = 3

// readings returns an iterator over the text, the text with escapes decoded and
// invisible characters removed, and the base64 decoded from each of these.
func readings(text string) iter.Seq[reading] {
	return func(yield func(reading) bool) {
		r := reading{text: text}
		for range maxNesting {
			if !yield(r) || !decodeBase64(&r, yield) || !strings.ContainsFunc(r.text, mayVanish) {
				return
			}
			next := unescape(&r)
			if next.text == r.text {
				return
			}
			r = next
		}
	}
}

// mayVanish reports whether unescape may change a string that contains r.
func mayVanish(r rune) bool { return r == '%' || r == '\\' || isInvisible(r) }

// isInvisible reports whether terminals display nothing for r.
func isInvisible(r rune) bool {
	return r > 0x7f && unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// unescape decodes escapes such as %41, \u0041 and \x41. It removes the backslash before
// any other character, and invisible characters.
func unescape(r *reading) reading {
	var u reading
	out := make([]byte, 0, len(r.text))
	for i := 0; i < len(r.text); {
		decoded, n := decodeEscape(r.text[i:])
		at := r.span(i, i+n)
		for j := range len(decoded) {
			out, u.from, u.to = append(out, decoded[j]), append(u.from, at.from), append(u.to, at.to)
		}
		i += n
	}
	u.text = string(out)
	return u
}

// decodeEscape decodes the first character or escape of s and returns its length.
func decodeEscape(s string) (decoded string, n int) {
	digits := func(from, to int) (uint64, bool) {
		if to > len(s) {
			return 0, false
		}
		v, err := strconv.ParseUint(s[from:to], 16, 16)
		return v, err == nil
	}
	switch {
	case s[0] == '%':
		if v, ok := digits(1, 3); ok {
			return string([]byte{byte(v)}), 3
		}
	case s[0] == '\\' && len(s) > 1:
		if v, ok := digits(2, 6); ok && s[1] == 'u' {
			r := rune(v)
			if low, ok := digits(8, 12); ok && utf16.IsSurrogate(r) && s[6:8] == `\u` {
				return string(utf16.DecodeRune(r, rune(low))), 12
			}
			return string(r), 6
		}
		if v, ok := digits(2, 4); ok && s[1] == 'x' {
			return string([]byte{byte(v)}), 4
		}
		return s[1:2], 2
	}
	if r, n := utf8.DecodeRuneInString(s); isInvisible(r) {
		return "", n
	}
	return s[:1], 1
}

// minBase64 is the number of base64 digits for MinLeak bytes.
const minBase64 = (MinLeak*4 + 2) / 3

// decodeBase64 yields each run of base64 in a reading, decoded at each of the four
// possible alignments. It ignores runs without both upper and lower case, because they
// are probably words. It reports whether to continue.
func decodeBase64(r *reading, yield func(reading) bool) bool {
	for i := 0; i < len(r.text); {
		begin, cases := i, 0
		for ; i < len(r.text) && sextets[r.text[i]] >= 0; i++ {
			if v := sextets[r.text[i]]; v < 52 {
				cases |= 1 << (v / 26)
			}
		}
		for skip := 0; skip < 4 && cases == 3 && i-begin-skip >= minBase64; skip++ {
			if !yield(fromBase64(r, begin+skip, i)) {
				return false
			}
		}
		i++
	}
	return true
}

// fromBase64 decodes the part of a reading between two offsets.
func fromBase64(r *reading, begin, end int) reading {
	n := (end - begin) * 3 / 4
	out, d := make([]byte, n), reading{from: make([]int, n), to: make([]int, n)}
	for i := range n {
		first := begin + i*4/3 // offset of the first of the two digits that encode the byte
		pair := int(sextets[r.text[first]])<<6 | int(sextets[r.text[first+1]])
		out[i] = byte(pair >> (4 - i%3*2))
		at := r.span(first, first+2)
		d.from[i], d.to[i] = at.from, at.to
	}
	d.text = string(out)
	return d
}

// sextets maps base64 digits, in the standard or URL alphabet, to their values, and all other
// bytes to -1.
var sextets = func() (values [256]int8) {
	for c := range values {
		values[c] = int8(strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", byte(c)))
	}
	values['-'], values['_'] = values['+'], values['/']
	return values
}()
