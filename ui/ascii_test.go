package ui

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/exp/golden"

	"pooltop/poolstate"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// asciiFlaw describes a defect in a screen drawn in ASCII. It returns "" if there is none.
func asciiFlaw(s *Screen) string {
	drawn, before := strings.Split(Render(s), "\n"), strings.Split(s.render(), "\n")
	for i, line := range drawn {
		switch {
		case strings.ContainsFunc(line, func(r rune) bool { return r >= utf8.RuneSelf }):
			return "contains other characters: " + line
		case text.Width(line) != text.Width(before[i]):
			return "has a different width: " + line + " and " + before[i]
		}
	}
	return ""
}

// TestRender_ASCII checks that every scene is drawn with ASCII characters only, and that lines keep
// their widths.
func TestRender_ASCII(t *testing.T) {
	for salt, sc := range scenes(t) {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			for i, size := range append(sizes(salt)[salt%3:], goldenSizes...) {
				if i%4 > 0 && size != goldenSizes[0] {
					continue // TestRender_Fits checks more
				}
				s := sc.screen.sizedAt(size[0], size[1])
				if s.Theme = plainTheme.InASCII(); i%8 == 0 {
					s.Theme = darkTheme.InASCII()
				}
				flaw := asciiFlaw(s)
				if s.Feed.State = FeedStale; flaw == "" {
					flaw = asciiFlaw(s)
				}
				if flaw != "" {
					t.Fatalf("%d×%d %s", size[0], size[1], flaw)
				}
			}
		})
	}
}

func TestRender_GoldenASCII(t *testing.T) {
	draw := func(s *Screen, sizes ...[2]int) string {
		s.Theme = plainTheme.InASCII()
		return renderSizes(s, sizes)
	}
	forecast, help := backoffScreen(t), backoffScreen(t)
	forecast.Pane, help.Pane = PaneForecast, PaneHelp
	golden.RequireEqual(t, draw(backoffScreen(t), [2]int{120, 36}, [2]int{80, 24}, [2]int{50, 15})+draw(forecast, [2]int{80, 24})+draw(help, [2]int{120, 50}))
}

// In ASCII, no two states have the same symbol, and no two marks.
func TestRender_ASCIISymbols(t *testing.T) {
	states := map[string]bool{text.ASCII(theme.GlyphPartly): true}
	for _, a := range poolstate.Availabilities() {
		states[text.ASCII(theme.StateGlyph(a))] = true
	}
	equal(t, "symbols of states", len(states), 1+len(poolstate.Availabilities()))
	marks := map[string]bool{}
	for _, mark := range slices.Concat(markWords, profileHelp[1:]) {
		marks[text.ASCII(mark[0])] = true
	}
	equal(t, "marks", len(marks), len(markWords)+len(profileHelp)-1)
}
