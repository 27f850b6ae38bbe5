package ui

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"

	"pooltop/ui/internal/uitest"
	"pooltop/ui/theme"
)

// goldenSizes are one size per layout: roomy, as designed, without the last
// columns, narrow, a single column, too small for a table.
var goldenSizes = [][2]int{{160, 50}, {120, 36}, {80, 24}, {60, 20}, {40, 12}, {18, 4}}

// TestGoldenScreens compares every scene at every layout. The files hold what
// a person sees, without colours.
func TestGoldenScreens(t *testing.T) {
	for _, sc := range scenes(t) {
		t.Run(sc.name, func(t *testing.T) {
			var b strings.Builder
			for _, size := range goldenSizes {
				fmt.Fprintf(&b, "=== %d×%d\n%s\n", size[0], size[1], plain(Render(sc.screen.sizedAt(size[0], size[1]))))
			}
			uitest.Golden(t, sc.name+".txt", b.String())
		})
	}
}

// TestGoldenColours compares the sequences of one picture for each palette.
// cat of such a file shows it.
func TestGoldenColours(t *testing.T) {
	for name, scheme := range map[string]theme.Scheme{
		"dark": theme.SchemeDark, "light": theme.SchemeLight, "contrast-dark": theme.SchemeContrastDark, "contrast-light": theme.SchemeContrastLight,
	} {
		for depth, profile := range map[string]colorprofile.Profile{
			"": colorprofile.TrueColor, "-256": colorprofile.ANSI256, "-16": colorprofile.ANSI,
		} {
			t.Run(name+depth, func(t *testing.T) {
				s := screenOf(sample(t, "backoff.json")).choose(t, "work-oauth")
				s.Theme = scheme.Theme(profile)
				uitest.Golden(t, "colours-"+name+depth+".txt", Render(s.sizedAt(120, 36))+"\n")
			})
		}
	}
}

// TestGoldenLists compares what is printed once, for output that does not
// move.
func TestGoldenLists(t *testing.T) {
	for _, name := range []string{"backoff", "stock-2026-07", "stock-2026-09"} {
		t.Run(name, func(t *testing.T) {
			s := screenOf(sample(t, name+".json"))
			s.Theme = plainTheme
			var b strings.Builder
			for _, width := range []int{120, 80, 60, 40} {
				s.Width = width
				fmt.Fprintf(&b, "=== %d\n%s\n", width, List(s))
			}
			uitest.Golden(t, "list-"+name+".txt", b.String())
		})
	}
}
