// Package text cleans, measures and shortens text for the screen, and formats times,
// durations and failures. Text from the file is untrusted: it must pass through [Clean]
// before it is measured or drawn.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Limits for [Clean], in bytes. RowLimit is more than fits into a row, and MessageLimit is
// longer than any useful message.
const (
	RowLimit     = 512
	MessageLimit = 4096
)

// Ellipsis marks where text was cut.
const Ellipsis = "…"

const (
	unprintable = '\uFFFD' // replaces characters that a terminal would act on
	maxMarks    = 3        // maximum combining marks per character; more would overlap other rows
	maxPasses   = 4        // maximum calls to agreeOnWidth; a reduced cluster may merge with its neighbor
	maxCluster  = 48       // maximum bytes per syllable; real syllables are shorter
)

// joinerScripts are the scripts in which U+200C and U+200D between letters are part
// of the spelling.
var joinerScripts = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati,
	unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar,
}

// Clean returns the first limit bytes of s as text that is safe to draw and has the
// same width in every terminal:
//
//   - Control characters, including those that begin an escape sequence, and
//     bidirectional overrides become U+FFFD.
//   - Line breaks and tabs become spaces. Invisible characters are dropped.
//   - If terminals disagree on the width of a grapheme cluster, it is reduced until
//     they agree. Syllables of letters and vowel signs are kept; [Width] counts their
//     characters, as wcwidth does.
func Clean(s string, limit int) string {
	if len(s) > limit {
		for limit > 0 && !utf8.RuneStart(s[limit]) {
			limit--
		}
		s = s[:limit]
	}
	if isPrintableASCII(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	marks, last := 0, rune(0)
	for i, r := range s {
		switch {
		case r >= ' ' && r <= '~':
		case isJoiner(r) && unicode.In(last, joinerScripts...) && canFollowJoiner(s[i+len("\u200d"):]):
			b.WriteRune(r)
			last = r // a second joiner is dropped
			continue
		case strings.ContainsRune("\n\r\t\u2028\u2029\u00a0", r):
			r = ' '
		case unicode.In(r, unicode.Cc, unicode.Bidi_Control):
			if last == unprintable {
				continue // a run becomes a single replacement character
			}
			r = unprintable
		case unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point),
			r >= 0x1f3fb && r <= 0x1f3ff: // skin tones: a modifier on some terminals, a character on others
			continue
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks <= maxMarks && last != 0 {
				b.WriteRune(r)
			}
			continue
		}
		marks, last = 0, r
		b.WriteRune(r)
	}
	clean := b.String()
	for range maxPasses {
		again := agreeOnWidth(clean)
		if again == clean {
			return clean
		}
		clean = again
	}
	return strings.Map(func(r rune) rune { // the text keeps changing, so keep only its ASCII
		if r > '~' {
			return unprintable
		}
		return r
	}, clean)
}

func isJoiner(r rune) bool { return r == '\u200c' || r == '\u200d' }

// canFollowJoiner reports whether s begins with a letter that may follow a joiner.
func canFollowJoiner(s string) bool {
	r, n := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r) && unicode.In(r, joinerScripts...) && !merges(s[:n], " ")
}

func isPrintableASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// agreeOnWidth makes s equally wide on terminals that count characters and on those
// that count clusters. If they disagree on a cluster that is not a syllable, it keeps
// only the first character. It replaces regional indicators (flags) with letters.
func agreeOnWidth(s string) string {
	s = joinJamo(s)
	var b strings.Builder
	b.Grow(len(s))
	for len(s) > 0 {
		if isPrintableASCII(s[:min(len(s), 2)]) { // the second character cannot join the first
			b.WriteByte(s[0])
			s = s[1:]
			continue
		}
		cluster, width := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
		s = s[len(cluster):]
		if r, _ := utf8.DecodeRuneInString(cluster); r >= 0x1f1e6 && r <= 0x1f1ff {
			for _, r := range cluster {
				b.WriteRune('A' + r - 0x1f1e6)
			}
			continue
		}
		switch { // on screen, there is a space before and after the text
		case b.Len() == 0 && merges(" ", cluster):
			cluster = string(unprintable)
		case merges(cluster, " "), width != ansi.StringWidthWc(cluster) && !isSyllable(cluster):
			cluster = reduce(cluster)
		}
		b.WriteString(cluster)
	}
	return b.String()
}

// isSyllable reports whether a cluster consists of letters, their marks and joiners.
// It excludes Korean: terminals disagree on letters that joinJamo does not compose.
func isSyllable(cluster string) bool {
	return len(cluster) <= maxCluster && !strings.ContainsFunc(cluster, func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.M) && !isJoiner(r) || unicode.Is(unicode.Hangul, r)
	})
}

// joinJamo composes decomposed Korean letters into syllables (Unicode 3.12), because
// terminals agree on the width of syllables.
func joinJamo(s string) string {
	const syllables, leads, vowels, tails = 0xac00, 0x1100, 0x1161, 0x11a7
	var out []rune
	for _, r := range s {
		if n := len(out) - 1; n >= 0 {
			lead, vowel, tail := out[n]-leads, r-vowels, r-tails
			switch syllable := out[n] - syllables; {
			case lead >= 0 && lead < 19 && vowel >= 0 && vowel < 21:
				out[n] = syllables + (lead*21+vowel)*28
				continue
			case syllable >= 0 && syllable < 11172 && syllable%28 == 0 && tail > 0 && tail < 28:
				out[n] += tail
				continue
			}
		}
		out = append(out, r)
	}
	return string(out)
}

// reduce returns the first character of a cluster, or U+FFFD if terminals disagree even
// on its width.
func reduce(cluster string) string {
	_, n := utf8.DecodeRuneInString(cluster)
	first := cluster[:n]
	if ansi.StringWidth(first) == ansi.StringWidthWc(first) && !merges(first, " ") {
		return first
	}
	return string(unprintable)
}

// merges reports whether b would form a cluster with the preceding character a. In
// some scripts, even a space does.
func merges(a, b string) bool {
	if len(a) == 1 && len(b) == 1 {
		return false
	}
	both, _ := ansi.FirstGraphemeCluster(a+b, ansi.GraphemeWidth)
	return len(both) > len(a)
}

// Width returns the number of cells that cleaned text occupies.
func Width(s string) int {
	if isPrintableASCII(s) {
		return len(s)
	}
	return ansi.StringWidthWc(s)
}

// Fit shortens cleaned text, which may be styled, to w cells and marks the cut with an
// ellipsis.
func Fit(s string, w int) string {
	if w <= 0 {
		return ""
	}
	if Width(s) <= w {
		return s
	}
	if fit := s; strings.Contains(s, "\x1b") {
		for n := w; Width(fit) > w; n-- { // TruncateWc compares n with the width in clusters
			fit = ansi.TruncateWc(s, n, Ellipsis)
		}
		return fit
	}
	at, n := 0, 1 // the ellipsis needs a cell
	for {
		cluster, cells := ansi.FirstGraphemeCluster(s[at:], ansi.WcWidth)
		if n += cells; n > w {
			return s[:at] + Ellipsis
		}
		at += len(cluster)
	}
}

// FitLeft shortens text as [Fit] does, but cuts the beginning.
func FitLeft(s string, w int) string {
	n := Width(s)
	if n <= w || w <= 0 {
		return Fit(s, w)
	}
	for n >= w { // the ellipsis needs a cell
		cluster, cells := ansi.FirstGraphemeCluster(s, ansi.WcWidth)
		s, n = s[len(cluster):], n-cells
	}
	return Ellipsis + s
}

// FitPath cuts the beginning of a path, at a separator. It returns "" if not even the
// file name fits.
func FitPath(path string, w int) string {
	if Width(path) <= w {
		return path
	}
	for i, r := range path {
		if (r == '/' || r == '\\') && i > 0 && 1+Width(path[i:]) <= w {
			return Ellipsis + path[i:]
		}
	}
	return ""
}

// Wrap breaks cleaned text into lines of at most w cells.
func Wrap(s string, w int) []string {
	if w <= 0 || s == "" {
		return nil
	}
	return strings.Split(ansi.WrapWc(s, w, ""), "\n")
}
