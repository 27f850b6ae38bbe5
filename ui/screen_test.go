package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/exp/golden"

	"pooltop/ui/filter"
	"pooltop/ui/internal/uitest"
	"pooltop/ui/theme"
)

// goldenSizes are the sizes of a wide and a narrow terminal.
var goldenSizes = [][2]int{{120, 36}, {60, 20}}

// TestRender_Golden compares every scene, without colors, at two sizes.
func TestRender_Golden(t *testing.T) {
	for _, sc := range scenes(t) {
		t.Run(sc.name, func(t *testing.T) { golden.RequireEqual(t, renderSizes(sc.screen, goldenSizes)) })
	}
}

// TestRender_GoldenSizes compares a scene in each layout that TestRender_Golden does not
// cover, and a scene with a guard on small terminals.
func TestRender_GoldenSizes(t *testing.T) {
	s := backoffScreen(t)
	golden.RequireEqual(t, renderSizes(s, [][2]int{{160, 50}, {100, 40}, {80, 40}, {80, 24}, {72, 22}, {40, 12}, {18, 4}})+
		renderSizes(guardedScreen(t), [][2]int{{80, 24}, {50, 15}}))
}

func renderSizes(s *Screen, sizes [][2]int) string {
	var b strings.Builder
	for _, size := range sizes {
		fmt.Fprintf(&b, "=== %d×%d\n%s\n", size[0], size[1], plain(Render(s.sizedAt(size[0], size[1]))))
	}
	return b.String()
}

// TestRender_GoldenColors compares one scene in each scheme. To see its golden files in
// color, print them in a terminal.
func TestRender_GoldenColors(t *testing.T) {
	for _, scheme := range theme.Schemes() {
		t.Run(scheme.Name(), func(t *testing.T) {
			s := backoffScreen(t)
			s.Theme = scheme.Theme(colorprofile.TrueColor)
			golden.RequireEqual(t, Render(s.sizedAt(120, 36))+"\n")
		})
	}
}

// flaw describes a defect in a drawn screen. It returns "" if there is none.
func flaw(drawn string, w, h int) string {
	if !utf8.ValidString(drawn) {
		return "is not valid UTF-8"
	}
	if strings.Contains(drawn, "SECRET-") {
		return "shows a secret"
	}
	lines := strings.Split(drawn, "\n")
	if len(lines) > max(h, 1) {
		return fmt.Sprintf("has %d lines", len(lines))
	}
	for i, line := range lines {
		if problem := uitest.LineFlaw(line, w); problem != "" {
			return fmt.Sprintf("in line %d %s: %q", i+1, problem, line)
		}
	}
	return ""
}

// sizes returns terminal sizes, including invalid ones. The sizes for eight
// successive salts together cover every width and every height.
func sizes(salt int) [][2]int {
	out := [][2]int{{0, 0}, {-1, -1}, {80, 0}, {0, 24}, {80, -5}} // some terminals report such sizes at first
	for w := 1 + salt%8; w <= 200; w += 8 {
		out = append(out, [2]int{w, 1 + (w*7+salt*11)%60})
	}
	for h := 1 + salt%8; h <= 60; h += 8 {
		out = append(out, [2]int{1 + (h*31+salt*17)%200, h})
	}
	for w := 78 + salt%8; w <= 132; w += 8 {
		out = append(out, [2]int{w, 28 + (w+salt)%20}) // large enough for the detail
	}
	return out
}

// TestRender_Fits checks every scene at many sizes: no line is too wide, the only
// escape sequences are styles, and no secret is shown.
func TestRender_Fits(t *testing.T) {
	for salt, sc := range scenes(t) {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			for i, size := range sizes(salt) {
				w, h := size[0], size[1]
				s := sc.screen.sizedAt(w, h)
				if i%3 == 0 {
					s.Offset = 1 + w // an arbitrary offset
				}
				s.Timeline = s.Timeline || i%4 == 0
				if problem := flaw(Render(s), max(w, 0), h); problem != "" {
					t.Fatalf("%d×%d at offset %d %s", w, h, s.Offset, problem)
				}
			}
		})
	}
}

// TestScrollTo checks that ScrollTo makes every selection visible, from several offsets.
func TestScrollTo(t *testing.T) {
	for _, sc := range scenes(t) {
		if sc.screen.Pane != PaneTable || len(credentials(sc.screen)) == 0 {
			continue
		}
		sc.screen.Theme = darkTheme // for selectedRows
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			all := credentials(sc.screen)
			for i := 0; i < len(all); i += 1 + len(all)/40 {
				for _, size := range [][3]int{{120, 36, 0}, {80, 24, 10000}, {60, 10, 0}, {60, 10, 10000}, {20, 5, 0}, {20, 5, 10000}} {
					s := *sc.screen
					s.Width, s.Height, s.Offset, s.Selected = size[0], size[1], size[2], &all[i].Ref
					s.Offset = ScrollTo(&s)
					if n := selectedRows(Render(&s)); n != 1 {
						t.Fatalf("%v, credential %d: %d visible selected rows", size, i, n)
					}
					equal(t, "offset of a second call", ScrollTo(&s), s.Offset)
				}
			}
		})
	}
}

// TestScrollTo_Collapsed checks that the first row below a collapsed provider is visible at
// every height, even if the table has only two lines.
func TestScrollTo_Collapsed(t *testing.T) {
	s := backoffScreen(t)
	s.Groups = (&filter.Listing{Collapsed: map[string]bool{s.Groups[0].Name: true}}).Groups(s.Pool, s.Policy, s.Now)
	s.Selected, s.Dialog, s.Width = &credentials(s)[0].Ref, form("2h"), 60
	for s.Height = minHeight; s.Height <= 20; s.Height++ {
		for offset := range 3 {
			s.Offset = offset
			s.Offset = ScrollTo(s)
			equal(t, fmt.Sprint("selected rows at height ", s.Height), selectedRows(Render(s)), 1)
		}
	}
}

// TestShowsRow checks that ShowsRow agrees with the drawn screen at many heights and offsets.
func TestShowsRow(t *testing.T) {
	s := backoffScreen(t)
	for s.Height = 1; s.Height <= 30; s.Height++ {
		for s.Offset = range 14 {
			drawn := plain(Render(s.sizedAt(60, s.Height)))
			for _, c := range credentials(s) {
				if c.Label == "" { // shown under the name of its source
					continue
				}
				shown := slices.ContainsFunc(strings.Split(drawn, "\n"), func(line string) bool {
					_, after, found := strings.Cut(line, theme.StateGlyph(s.Policy.Availability(c, s.Now)))
					return found && strings.HasPrefix(strings.TrimLeft(after, " "+theme.MarkNext), c.Label)
				})
				equal(t, fmt.Sprint(c.Ref, " is shown at height ", s.Height, " and offset ", s.Offset), ShowsRow(s.sizedAt(60, s.Height), c.Ref), shown)
			}
		}
	}
}

// TestPaneLines checks that each pane can scroll to its last line and no further.
func TestPaneLines(t *testing.T) {
	for _, sc := range scenes(t) {
		if sc.screen.Pane == PaneTable || sc.screen.Pane == PaneEvents {
			continue
		}
		for _, size := range [][2]int{{160, 50}, {120, 36}, {80, 24}, {60, 20}, {40, 12}} {
			s := sc.screen.sizedAt(size[0], size[1])
			s.Offset = PaneLines(s)
			end := Render(s)
			equal(t, sc.name+" shows more at its end", strings.Contains(end, "PgDn more"), false)
			s.Offset++
			equal(t, sc.name+" past its end", Render(s), end)
			if s.Offset = 0; PaneLines(s) > 0 {
				equal(t, sc.name+" shows more at its beginning", strings.Contains(Render(s), "PgDn more"), true)
			}
		}
	}
}

// TestList_Golden compares the table as the list command prints it.
func TestList_Golden(t *testing.T) {
	for _, name := range []string{"backoff", "stock-2026-07", "stock-2026-09", "stock-2026-10"} {
		t.Run(name, func(t *testing.T) {
			s := screenOf(sample(t, name+".json"))
			s.Theme = plainTheme
			var b strings.Builder
			for _, width := range []int{120, 60} {
				s.Width = width
				fmt.Fprintf(&b, "=== %d\n%s\n", width, List(s))
			}
			golden.RequireEqual(t, b.String())
		})
	}
}

// BenchmarkRender draws a frame, which must take far less than 16 ms with 1,000
// credentials.
func BenchmarkRender(b *testing.B) {
	for _, n := range []int{10, 1000, 10000} {
		b.Run(fmt.Sprintf("credentials=%d", n), func(b *testing.B) {
			s := screenOf(uitest.BigPool(b, n)).choose(b, "key-1-4").sizedAt(120, 36)
			b.ReportAllocs()
			for b.Loop() {
				ScrollTo(s)
				Render(s)
			}
		})
	}
}
