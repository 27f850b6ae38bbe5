package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

const (
	ellipsis = "…"
	// unprintable stands for what would act on a terminal instead of showing.
	unprintable = '\uFFFD'
	// maxMarks is how many combining marks a character may carry; scripts need
	// three at the most, floods of them paint over the neighbouring rows.
	maxMarks = 3
)

// Clean returns s, at most limit bytes of it, as text that is safe to draw and
// that every terminal gives the same width. Control characters, escape
// sequences' introducers and bidirectional overrides become U+FFFD, line
// breaks and tabs become blanks, invisible characters vanish, and clusters on
// whose width terminals disagree are reduced until they agree.
func Clean(s string, limit int) string {
	if len(s) > limit {
		s = cutBytes(s, limit)
	}
	if isPrintableASCII(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	marks, last := 0, rune(0)
	for _, r := range s {
		switch c := classify(r); {
		case c == runeBlank:
			r = ' '
		case c == runeHarmful:
			if last == unprintable {
				continue // one for the whole run
			}
			r = unprintable
		case c == runeInvisible:
			continue
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks || last == 0 {
				continue
			}
			b.WriteRune(r)
			continue
		}
		marks, last = 0, r
		b.WriteRune(r)
	}
	return settled(b.String())
}

// maxPasses bounds how often clusters are reduced: what is left of one may form
// another one with its neighbour.
const maxPasses = 4

// settled applies agreeOnWidth until there is nothing left to do. Text that
// does not come to rest is not worth more: it loses all but its ASCII.
func settled(s string) string {
	for range maxPasses {
		again := agreeOnWidth(s)
		if again == s {
			return s
		}
		s = again
	}
	return strings.Map(func(r rune) rune {
		if r > '~' {
			return unprintable
		}
		return r
	}, s)
}

func cutBytes(s string, limit int) string {
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

func isPrintableASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

type runeClass uint8

const (
	runePlain runeClass = iota
	runeBlank
	runeHarmful
	runeInvisible
)

func classify(r rune) runeClass {
	switch {
	case r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029' || r == '\u00a0':
		return runeBlank
	case unicode.Is(unicode.Cc, r), r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069',
		r == '\u200e', r == '\u200f', r == '\u061c':
		return runeHarmful
	case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r),
		r >= 0x1f3fb && r <= 0x1f3ff, // skin tones: a modifier here, a character there
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r):
		return runeInvisible
	}
	return runePlain
}

// agreeOnWidth makes the width of s the same for terminals that count by
// character and for those that count by cluster: it keeps of a cluster on which
// they differ the first character only, and regional indicators (flags) become
// the letters they stand for.
func agreeOnWidth(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for len(s) > 0 {
		cluster, width := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
		if cluster == "" {
			break
		}
		s = s[len(cluster):]
		if r, _ := utf8.DecodeRuneInString(cluster); r >= 0x1f1e6 && r <= 0x1f1ff {
			for _, r := range cluster {
				b.WriteRune('A' + r - 0x1f1e6)
			}
			continue
		}
		if b.Len() == 0 && follows(cluster) {
			b.WriteRune(unprintable)
			continue
		}
		if width != ansi.StringWidthWc(cluster) || joins(cluster) {
			cluster = reduce(cluster)
		}
		b.WriteString(cluster)
	}
	return b.String()
}

// reduce returns the first character of a cluster if terminals agree on it.
func reduce(cluster string) string {
	_, n := utf8.DecodeRuneInString(cluster)
	first := cluster[:n]
	if ansi.StringWidth(first) == ansi.StringWidthWc(first) && !joins(first) {
		return first
	}
	return string(unprintable)
}

// follows reports whether a cluster would be swallowed by what stands before
// it, such as the blank after the column before.
func follows(cluster string) bool {
	if len(cluster) == 1 {
		return false
	}
	both, _ := ansi.FirstGraphemeCluster(" "+cluster, ansi.GraphemeWidth)
	return len(both) > 1
}

// joins reports whether a cluster would swallow what follows it, such as the
// blank before the next column. Some scripts have such prefixes.
func joins(cluster string) bool {
	if len(cluster) == 1 {
		return false
	}
	both, _ := ansi.FirstGraphemeCluster(cluster+" ", ansi.GraphemeWidth)
	return len(both) > len(cluster)
}

// width is the number of cells that cleaned text takes.
func width(s string) int {
	if isPrintableASCII(s) {
		return len(s)
	}
	return ansi.StringWidth(s)
}

// fit shortens cleaned text to w cells, with an ellipsis where something is
// missing.
func fit(s string, w int) string {
	if w <= 0 {
		return ""
	}
	if width(s) <= w {
		return s
	}
	return ansi.Truncate(s, w, ellipsis)
}

// fitLeft shortens from the left, for paths, whose end says most.
func fitLeft(s string, w int) string {
	n := width(s)
	if n <= w || w <= 0 {
		return fit(s, w)
	}
	for n >= w { // the ellipsis needs a cell
		cluster, cells := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
		s, n = s[len(cluster):], n-cells
	}
	return ellipsis + s
}

// fitPath shortens a path from the left, at a separator: a piece of a file name
// says nothing. It is empty when not even the file name fits.
func fitPath(path string, w int) string {
	if width(path) <= w {
		return path
	}
	for i, r := range path {
		if (r == '/' || r == '\\') && i > 0 && 1+width(path[i:]) <= w {
			return ellipsis + path[i:]
		}
	}
	return ""
}

// wrap breaks cleaned text into lines of at most w cells.
func wrap(s string, w int) []string {
	if w <= 0 || s == "" {
		return nil
	}
	return strings.Split(ansi.Wrap(s, w, ""), "\n")
}
