package ui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"pooltop/ui/text"
)

// part is a part of the detail, such as a sentence. It is shown whole or not at all.
type part struct {
	section section
	rank    int // parts of a higher rank are dropped first
	lines   []string
}

// section identifies a section of the detail. Blank lines separate sections.
type section uint8

const (
	sectionFailure section = iota
	sectionTimes
	sectionRemarks
	sectionFacts
)

// The ranks of the parts. The first remark has rankRemark, and each further
// remark has the next higher rank.
const (
	rankHead = iota
	rankFailure
	rankTimes
	rankOrigin
	rankLadder
	rankStreak
	rankQuote // a message that has been shortened
	rankRemark
	rankMessage = 100
	rankFact    = 101
)

// fit drops the least important parts until the others fit into h lines of w cells. It shortens the
// provider's message before dropping it.
func fit(parts []part, w, h int) []part {
	parts = slices.Clone(parts)
	for len(parts) > 1 {
		over, last := -h, 0
		for i, p := range parts {
			over += len(p.lines)
			if p.rank >= parts[last].rank {
				last = i
			}
		}
		p := &parts[last]
		switch {
		case over <= 0:
			return parts
		case p.rank == rankMessage:
			p.lines, p.rank = shortened(p.lines, w, max(len(p.lines)-over, 1)), rankQuote
		default:
			parts = slices.Delete(parts, last, last+1)
		}
	}
	return parts
}

// shortened cuts a quoted message to h lines of at most w cells, if possible after a sentence.
// An ellipsis marks the cut.
func shortened(lines []string, w, h int) []string {
	const more, reset = text.Ellipsis + "”", "\x1b[m"
	if h >= len(lines) {
		return lines
	}
	cut := func(n, at int) []string {
		line := ansi.TruncateWc(lines[n]+" ", at, "")
		if bare, styled := strings.CutSuffix(strings.TrimSuffix(line, " "), reset); styled {
			return append(slices.Clone(lines[:n]), bare+strings.Repeat(" ", at-text.Width(bare))+more+reset)
		}
		return append(slices.Clone(lines[:n]), line+more)
	}
	for i := h - 1; i >= 0; i-- {
		plain := ansi.Strip(lines[i]) + " "
		if end := strings.LastIndex(plain, ". ") + 2; end >= 2 && text.Width(plain[:end]+more) <= w {
			return cut(i, text.Width(plain[:end]))
		}
	}
	return cut(h-1, min(text.Width(lines[h-1]), w-text.Width(more)))
}

// join returns the lines of all parts, with blank lines between the sections if the result
// fits into h lines.
func join(parts []part, h int) []string {
	var dense, spaced []string
	for i, p := range parts {
		if i > 0 && p.section != parts[i-1].section {
			spaced = append(spaced, "")
		}
		dense, spaced = append(dense, p.lines...), append(spaced, p.lines...)
	}
	if len(spaced) <= h {
		return spaced
	}
	return dense
}
