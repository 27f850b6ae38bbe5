package ui

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pooltop/ui/internal/uitest"
)

// flaw returns what is wrong with a drawn screen of a size, or nothing.
func flaw(drawn string, w, h int) string {
	if !utf8.ValidString(drawn) {
		return "it is no valid UTF-8"
	}
	if strings.Contains(drawn, "SECRET-") {
		return "it shows a secret"
	}
	lines := strings.Split(drawn, "\n")
	if len(lines) > max(h, 1) {
		return fmt.Sprintf("it has %d lines", len(lines))
	}
	for i, line := range lines {
		if said := uitest.LineFlaw(line, w); said != "" {
			return fmt.Sprintf("line %d %s: %q", i+1, said, line)
		}
	}
	return ""
}

// sizes samples the sizes of terminals, in combinations that differ from scene
// to scene: four scenes together see each width and each height.
func sizes(salt int) [][2]int {
	var out [][2]int
	for w := 1 + salt%4; w <= 200; w += 4 {
		out = append(out, [2]int{w, 1 + (w*7+salt*11)%60})
	}
	for h := 1 + salt%4; h <= 60; h += 4 {
		out = append(out, [2]int{1 + (h*31+salt*17)%200, h})
	}
	for w := 78 + salt%4; w <= 132; w += 4 {
		out = append(out, [2]int{w, 28 + (w+salt)%20}) // with the detail below
	}
	return out
}

// TestEveryScreenFits renders every scene at many sizes.
func TestEveryScreenFits(t *testing.T) {
	for salt, sc := range scenes(t) {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			for i, size := range sizes(salt) {
				w, h := size[0], size[1]
				s := sc.screen.sizedAt(w, h)
				if i%3 == 0 {
					s.Offset = 1 + w // wherever a key has scrolled to
				}
				if said := flaw(Render(s), w, h); said != "" {
					t.Fatalf("at %d×%d, from line %d, %s", w, h, s.Offset, said)
				}
			}
		})
	}
}

// TestImpossibleSizes are those that a terminal reports before it knows.
func TestImpossibleSizes(t *testing.T) {
	for _, sc := range scenes(t) {
		for _, size := range [][2]int{{0, 0}, {-1, -1}, {80, 0}, {0, 24}, {-5, 24}, {80, -5}} {
			s := sc.screen.sizedAt(size[0], size[1])
			if got := Render(s); got != "" {
				t.Errorf("%s at %d×%d draws %q", sc.name, size[0], size[1], got)
			}
		}
	}
}

// TestPanesEndInSight scrolls each pane as far as it goes: the last line is
// there, and one more does not move it.
func TestPanesEndInSight(t *testing.T) {
	for _, sc := range scenes(t) {
		if sc.screen.Pane == PaneTable {
			continue
		}
		for _, size := range goldenSizes[:5] {
			s := sc.screen.sizedAt(size[0], size[1])
			s.Offset = PaneLines(s)
			end := Render(s)
			if strings.Contains(end, "↓ more") {
				t.Errorf("%s at %d×%d has more below its end", sc.name, size[0], size[1])
			}
			s.Offset++
			equal(t, sc.name+" beyond its end", Render(s), end)
			if s.Offset = 0; PaneLines(s) > 0 && !strings.Contains(Render(s), "↓ more") {
				t.Errorf("%s at %d×%d does not say that there is more", sc.name, size[0], size[1])
			}
		}
	}
}

// TestSelectionStaysInSight draws each credential selected, from either end of
// the table.
func TestSelectionStaysInSight(t *testing.T) {
	for _, sc := range scenes(t) {
		if sc.screen.Pane != PaneTable || len(credentials(sc.screen)) == 0 {
			continue
		}
		sc.screen.Theme = darkTheme // whose tint is on the selected row alone
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			for _, size := range [][2]int{{160, 50}, {120, 36}, {80, 24}, {60, 10}, {40, 7}, {20, 5}} {
				step := 1 + sc.screen.Pool.Len()/40
				for i, c := range credentials(sc.screen) {
					if i%step != 0 {
						continue
					}
					for _, from := range []int{0, 10000} {
						s := *sc.screen
						s.Width, s.Height, s.Offset, s.Selected = size[0], size[1], from, &c.Ref
						s.Offset = ScrollTo(&s)
						if n := tintedRows(Render(&s)); n != 1 {
							t.Fatalf("at %d×%d from %d, credential %d: %d selected rows in sight", size[0], size[1], from, i, n)
						}
						equal(t, "offset, asked again", ScrollTo(&s), s.Offset)
					}
				}
			}
		})
	}
}
