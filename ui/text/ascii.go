package text

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// glyphs maps the symbols that pooltop draws, and common punctuation, to ASCII characters. Each
// symbol is one cell wide. None becomes |, <, @ or a backquote: text in a Markdown report is
// escaped before it is converted.
var glyphs = func() map[rune]byte {
	m := map[rune]byte{}
	for _, pair := range [...][2]string{
		{"●◕◔◑◌✕○", "o%ch:x-"},       // availability
		{"◐❚✓", "~=v"},               // the header and answers
		{"→←↑↓›≡≠°·", ">&^v)=#%."},   // marks
		{"▌▏▾▴▲◂▸", ">_v^#{}"},       // the selection, the cursor and the order
		{"▁▃▅▇", "_-=#"},             // the ladder
		{"█▀▄▒░", "#\"_=:"},          // bars and charts
		{"─━╶╴╺╸╌│┬⋯", "-=--==-:+~"}, // lines
		{"×–—‐‑−…•\u00a0", "x-----~* "},
		{"“”„‘’‚", "\"\"\"'','"},
		{"‹¦", "(:"},
	} {
		ascii := pair[1]
		for _, r := range pair[0] {
			m[r], ascii = ascii[0], ascii[1:]
		}
	}
	return m
}()

// ASCII replaces the characters of s that are not ASCII: symbols with similar characters, and others
// with question marks. The result has the same width. The text must be cleaned, and may be styled.
func ASCII(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i, r := range s {
		if r < utf8.RuneSelf {
			b.WriteByte(byte(r))
		} else if r == '·' && separates(s, i) {
			b.WriteByte('-')
		} else if glyph, known := glyphs[r]; known {
			b.WriteByte(glyph)
		} else {
			b.WriteString(strings.Repeat("?", ansi.StringWidthWc(string(r))))
		}
	}
	return b.String()
}

// separates reports whether the middle dot at position i of s has one space and a word on both
// sides.
func separates(s string, i int) bool {
	before, after := s[:i], s[i+len("·"):]
	word := func(side string) bool { return side != "" && side[0] != ' ' }
	return len(before) > 1 && strings.HasSuffix(before, " ") && before[len(before)-2] != ' ' &&
		strings.HasPrefix(after, " ") && word(after[1:])
}
