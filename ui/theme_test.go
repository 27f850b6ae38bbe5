package ui

import (
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"pooltop/poolstate"
	"pooltop/ui/internal/uitest"
)

// What WCAG asks of text at level AA, and at level AAA.
const (
	leastContrast = 4.5
	highContrast  = 7
)

// luminance is the relative luminance of a colour by WCAG 2.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	linear := func(v uint32) float64 {
		s := float64(v) / 0xffff
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

// contrast is the ratio of two colours by WCAG 2, from 1 to 21.
func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestContrastIsMeasuredRight(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{
		{"#000000", "#ffffff", 21},
		{"#ffffff", "#ffffff", 1},
		{"#767676", "#ffffff", 4.54},
		{"#0000ff", "#ffffff", 8.59},
	} {
		got := contrast(lipgloss.Color(c.a), lipgloss.Color(c.b))
		if math.Abs(got-c.want) > 0.005 {
			t.Errorf("%s on %s is %.2f, want %.2f", c.a, c.b, got, c.want)
		}
	}
	// The 256 have fixed colours from 16 on.
	for number, hex := range map[string]string{"16": "#000000", "111": "#87afff", "231": "#ffffff", "240": "#585858", "254": "#e4e4e4"} {
		if got := contrast(lipgloss.Color(number), lipgloss.Color(hex)); got != 1 {
			t.Errorf("colour %s is not %s", number, hex)
		}
	}
}

var inkNames = [inkCount]string{
	"text", "secondary", "faint", "line", "accent",
	"ready", "cooling", "held", "due", "dead", "step 4×", "step 8×", "fill",
}

// TestTextIsReadable measures every ink that text is written in on the grounds
// it may stand on. Lines and unlit parts are quiet on purpose, and so is the
// faint ink of the dark palettes, which writes titles and axes only.
func TestTextIsReadable(t *testing.T) {
	dark := []string{"#16171f", "#000000"}
	light := []string{"#fafaf8", "#ffffff"}
	for _, c := range []struct {
		name    string
		palette palette
		grounds []string
		quiet   []ink
		tinted  bool
		least   float64
	}{
		{"dark", darkPalette, dark, []ink{inkLine, inkFill, inkFaint}, false, leastContrast},
		{"dark256", dark256, dark, []ink{inkLine, inkFill, inkFaint}, false, leastContrast},
		{"light", lightPalette, light, []ink{inkLine, inkFill}, true, leastContrast},
		{"light256", light256, light, []ink{inkLine, inkFill}, true, leastContrast},
		{"contrastDark", contrastDark, dark, []ink{inkLine, inkFill}, true, highContrast},
		{"contrastDark256", contrastDark256, dark, []ink{inkLine, inkFill}, true, highContrast},
		{"contrastLight", contrastLight, light, []ink{inkLine, inkFill}, true, highContrast},
		{"contrastLight256", contrastLight256, light, []ink{inkLine, inkFill}, false, highContrast},
	} {
		t.Run(c.name, func(t *testing.T) {
			grounds := map[string]color.Color{}
			for _, g := range c.grounds {
				grounds[g] = lipgloss.Color(g)
			}
			if c.tinted {
				grounds["the selected row"] = c.palette.selected
			}
			for i, name := range inkNames {
				for ground, on := range grounds {
					got := contrast(c.palette.inks[i], on)
					if got < c.least && !slices.Contains(c.quiet, ink(i)) {
						t.Errorf("%s on %s has %.2f:1", name, ground, got)
					}
				}
			}
		})
	}
}

// TestQuietPartsStayQuiet keeps lines and unlit parts below text, and the tint
// of the selected row close to the ground.
func TestQuietPartsStayQuiet(t *testing.T) {
	for name, c := range map[string]struct {
		palette palette
		ground  string
	}{
		"dark": {darkPalette, "#16171f"}, "dark256": {dark256, "#16171f"},
		"light": {lightPalette, "#fafaf8"}, "light256": {light256, "#fafaf8"},
		"contrastDark": {contrastDark, "#16171f"}, "contrastDark256": {contrastDark256, "#16171f"},
		"contrastLight": {contrastLight, "#fafaf8"}, "contrastLight256": {contrastLight256, "#fafaf8"},
	} {
		ground := lipgloss.Color(c.ground)
		if got := contrast(c.palette.inks[inkLine], ground); got >= leastContrast || got < 1.2 {
			t.Errorf("%s: lines have %.2f:1", name, got)
		}
		if c.palette.selected == nil {
			continue
		}
		if got := contrast(c.palette.selected, ground); got > 1.6 || got < 1.05 {
			t.Errorf("%s: the selected row has %.2f:1", name, got)
		}
	}
}

// TestProfiles checks how each terminal is talked to.
func TestProfiles(t *testing.T) {
	for _, c := range []struct {
		name    string
		profile colorprofile.Profile
		has     string // what its colours begin with; empty for none
		shapes  bool
	}{
		{"no terminal", colorprofile.NoTTY, "", true},
		{"no colours", colorprofile.ASCII, "", true},
		{"sixteen", colorprofile.ANSI, "", false},
		{"256", colorprofile.ANSI256, "38;5;", false},
		{"true colour", colorprofile.TrueColor, "38;2;", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for scheme := range Scheme(len(schemeWords)) {
				for _, sc := range scenes(t) {
					sc.screen.Theme = scheme.Theme(c.profile)
					equal(t, "shapes", sc.screen.Theme.Shapes, c.shapes)
					drawn := Render(sc.screen.sizedAt(120, 36))
					for _, seq := range uitest.SGR.FindAllString(drawn, -1) {
						if said := strange(seq, c.profile); said != "" {
							t.Fatalf("%s: %s", sc.name, said)
						}
					}
					if !strings.Contains(drawn, c.has) {
						t.Errorf("%s has no %s", sc.name, c.has)
					}
				}
			}
		})
	}
}

// strange says what a sequence has that a terminal of the profile cannot show.
func strange(seq string, p colorprofile.Profile) string {
	parameters := strings.TrimSuffix(strings.TrimPrefix(seq, "\x1b["), "m")
	rgb, indexed := strings.Contains(parameters, "8;2;"), strings.Contains(parameters, "8;5;")
	switch {
	case parameters == "" || parameters == "1":
		return ""
	case p <= colorprofile.ASCII:
		return "a colour where there are none: " + parameters
	case p == colorprofile.ANSI && (rgb || indexed):
		return "more than sixteen colours: " + parameters
	case p == colorprofile.ANSI256 && rgb:
		return "more than 256 colours: " + parameters
	}
	return ""
}

// TestUnlitRungsAreQuiet has dots where the terminal's own grey may be as loud
// as what is lit.
func TestUnlitRungsAreQuiet(t *testing.T) {
	for s := range Scheme(len(schemeWords)) {
		for profile, want := range map[colorprofile.Profile]bool{
			colorprofile.ASCII: true, colorprofile.ANSI: s >= SchemeLight, colorprofile.ANSI256: false, colorprofile.TrueColor: false,
		} {
			l := s.Theme(profile).line()
			(&table{theme: l.theme}).ladder(l, 1)
			equal(t, s.String()+" in "+profile.String(), strings.HasSuffix(plain(l.String()), "···"), want)
		}
	}
}

// TestPlainThemeIsText has not even bold in it.
func TestPlainThemeIsText(t *testing.T) {
	for _, sc := range scenes(t) {
		sc.screen.Theme = plainTheme
		drawn := Render(sc.screen.sizedAt(120, 36))
		equal(t, sc.name+" without its sequences", ansi.Strip(drawn), drawn)
	}
}

// TestColourIsNeverTheOnlySignal compares the states without colours: glyph
// and word differ, each glyph is one cell wide on every terminal.
func TestColourIsNeverTheOnlySignal(t *testing.T) {
	seen := map[string]poolstate.Availability{}
	for _, a := range poolstate.Availabilities {
		for _, signal := range []string{stateGlyph(a), a.String()} {
			if other, taken := seen[signal]; taken {
				t.Errorf("%v and %v share %q", a, other, signal)
			}
			seen[signal] = a
		}
		equal(t, "width of "+stateGlyph(a), ansi.StringWidth(stateGlyph(a)), 1)
		equal(t, "width of "+stateGlyph(a), ansi.StringWidthWc(stateGlyph(a)), 1)
	}
}

// TestStaleIsDim draws a picture that is no longer true in quiet inks: no state
// keeps its colour in the table.
func TestStaleIsDim(t *testing.T) {
	for _, profile := range []colorprofile.Profile{colorprofile.ANSI, colorprofile.ANSI256, colorprofile.TrueColor} {
		theme := NewTheme(true, profile)
		for i := inkReady; i < inkFill; i++ {
			equal(t, "stale "+inkNames[i], theme.dim.pens[i][regular][0], theme.pens[inkSecondary][regular][0])
		}
		equal(t, "stale lines", theme.dim.pens[inkLine][regular][0], theme.pens[inkLine][regular][0])
		equal(t, "stale, twice", theme.dim.dim, theme.dim)
	}
}
