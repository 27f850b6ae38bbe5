package theme

import (
	"fmt"
	"image/color"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/lucasb-eyer/go-colorful"

	"pooltop/poolstate"
	"pooltop/ui/internal/uitest"
)

// TestTheme_Styles checks that styles use only bold and the colors that the terminal
// supports.
func TestTheme_Styles(t *testing.T) {
	for _, c := range []struct {
		profile                 colorprofile.Profile
		colors                  string
		shapes, dotted, hatched bool
	}{
		{colorprofile.NoTTY, ``, true, true, true},
		{colorprofile.ASCII, ``, true, true, true},
		{colorprofile.ANSI, `3[0-7]|9[0-7]`, false, false, true},
		{colorprofile.ANSI256, `[34]8;5;\d+`, false, false, false},
		{colorprofile.TrueColor, `[34]8;2(;\d+){3}`, false, false, false},
	} {
		allowed := regexp.MustCompile(`^(\x1b\[(1;?)?(` + c.colors + `)?;?(` + c.colors + `)?m)?$`)
		colored := regexp.MustCompile(`(` + c.colors + `)m$`)
		for s := range SchemeTerminal {
			th := s.Theme(c.profile)
			uitest.Equal(t, "shapes", th.Shapes, c.shapes)
			uitest.Equal(t, "dotted steps", th.DottedSteps, c.dotted || c.profile == colorprofile.ANSI && s >= SchemeLight)
			uitest.Equal(t, "hatched fill", th.HatchedFill, c.hatched)
			for r := range th.styles {
				for _, weight := range th.styles[r] {
					for _, style := range weight {
						if !allowed.MatchString(style.open) {
							t.Errorf("%v in %v writes role %d with %q", s, c.profile, r, style.open)
						}
					}
				}
			}
			if c.colors != "" && !colored.MatchString(th.styles[Dead][Regular][0].open) {
				t.Errorf("%v in %v has no color for dead credentials", s, c.profile)
			}
		}
	}
	uitest.Equal(t, "the terminal's colors", SchemeTerminal.Theme(colorprofile.TrueColor).styles, SchemeTerminal.Theme(colorprofile.ANSI).styles)
	if th := Plain(); th.styles != (Theme{}).styles {
		t.Errorf("the plain theme has sequences: %v", th.styles)
	}
}

func TestTheme_Dimmed(t *testing.T) {
	for _, profile := range []colorprofile.Profile{colorprofile.ANSI, colorprofile.ANSI256, colorprofile.TrueColor} {
		th := SchemeDark.Theme(profile)
		for r := Ready; r < Fill; r++ {
			uitest.Equal(t, fmt.Sprintf("style of role %d", r), th.Dimmed().styles[r][Regular][0], th.styles[Secondary][Regular][0])
		}
		uitest.Equal(t, "style of lines", th.Dimmed().styles[Rule][Regular][0], th.styles[Rule][Regular][0])
		uitest.Equal(t, "dimmed twice", th.Dimmed().Dimmed(), th.Dimmed())
	}
}

// TestStateGlyph checks that no two states have the same symbol or word, so that they
// do not differ only in color.
func TestStateGlyph(t *testing.T) {
	seen := map[string]poolstate.Availability{GlyphPartly: poolstate.Ready}
	for _, a := range poolstate.Availabilities() {
		for _, signal := range []string{StateGlyph(a), a.String()} {
			if other, taken := seen[signal]; taken {
				t.Errorf("%v and %v share %q", a, other, signal)
			}
			seen[signal] = a
		}
		uitest.Equal(t, "width of "+StateGlyph(a), ansi.StringWidth(StateGlyph(a)), 1)
		uitest.Equal(t, "width of "+StateGlyph(a), ansi.StringWidthWc(StateGlyph(a)), 1)
	}
}

// visions holds matrices from linear RGB to perceived colors, for normal vision,
// protanopia and deuteranopia (Machado, Oliveira and Fernandes 2009).
var visions = map[string][3][3]float64{
	"trichromacy":  {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protanopia":   {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deuteranopia": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
}

// difference returns how different two colors look: their distance in Oklab, from 0 to 1.
func difference(x, y color.Color, vision string) float64 {
	oklab := func(c color.Color) (l, a, b float64) {
		rgb, _ := colorful.MakeColor(c)
		r, g, b := rgb.LinearRgb()
		var seen [3]float64
		for i, m := range visions[vision] {
			seen[i] = m[0]*r + m[1]*g + m[2]*b
		}
		return colorful.LinearRgb(seen[0], seen[1], seen[2]).Clamped().OkLab()
	}
	l1, a1, b1 := oklab(x)
	l2, a2, b2 := oklab(y)
	return math.Hypot(l1-l2, math.Hypot(a1-a2, b1-b2))
}

func TestDifference(t *testing.T) {
	orange, green := lipgloss.Color("#c8641e"), lipgloss.Color("#829600")
	uitest.Equal(t, "orange and green differ", difference(orange, green, "trichromacy") > 0.15, true)
	uitest.Equal(t, "orange and green differ with deuteranopia", difference(orange, green, "deuteranopia") > 0.06, false)
}

// TestPalettes_Contrast requires WCAG AA (4.5:1) or AAA (7:1) on common terminal
// backgrounds and on the selected row. Lines and fill are intentionally fainter, as are
// titles and axes in the dark scheme.
func TestPalettes_Contrast(t *testing.T) {
	dark, light := []string{"#16171f", "#000000"}, []string{"#fafaf8", "#ffffff"}
	for _, c := range []struct {
		scheme      Scheme
		backgrounds []string
		quiet       []Role
		onSelected  bool    // also check the selected row
		least       float64 // minimum contrast
	}{
		{SchemeDark, dark, []Role{Rule, Fill, Faint}, false, 4.5},
		{SchemeCatppuccin, dark, []Role{Rule, Fill, Faint}, true, 4.5},
		{SchemeGruvbox, dark, []Role{Rule, Fill, Faint}, false, 4.5},
		{SchemeLight, light, []Role{Rule, Fill}, true, 4.5},
		{SchemeContrastDark, dark, []Role{Rule, Fill}, true, 7},
		{SchemeContrastLight, light, []Role{Rule, Fill}, true, 7},
	} {
		for i, p := range palettes[c.scheme][1:] { // 256 colors and true color
			t.Run(fmt.Sprintf("%s/%d", c.scheme.Name(), i), func(t *testing.T) {
				var backgrounds []color.Color
				for _, b := range c.backgrounds {
					backgrounds = append(backgrounds, lipgloss.Color(b))
				}
				if c.onSelected && p.selected != nil {
					backgrounds = append(backgrounds, p.selected)
				}
				for r, fg := range p.roles {
					for _, bg := range backgrounds {
						if got := contrast(fg, bg); got < c.least && !slices.Contains(c.quiet, Role(r)) {
							t.Errorf("role %d on %v has %.2f:1", r, bg, got)
						}
					}
				}
				for _, r := range []Role{Text, Accent} { // names in a chart
					if got := contrast(p.roles[r], p.roles[Fill]); got < 4.5 {
						t.Errorf("role %d on the fill has %.2f:1", r, got)
					}
				}
				if got := contrast(p.roles[Rule], backgrounds[0]); got >= 4.5 || got < 1.2 {
					t.Errorf("lines have %.2f:1", got)
				}
				if p.selected == nil {
					return
				}
				if got := contrast(p.selected, backgrounds[0]); got > 1.6 || got < 1.05 {
					t.Errorf("the selected row has %.2f:1", got)
				}
			})
		}
	}
}

// TestPalettes_ContrastAny requires a contrast of at least 3.6:1 on both dark and light
// backgrounds.
func TestPalettes_ContrastAny(t *testing.T) {
	for _, p := range palettes[SchemeAny][1:] {
		for r, fg := range p.roles {
			for _, bg := range []string{"#16171f", "#000000", "#fafaf8", "#ffffff"} {
				if quiet := Role(r) == Rule || Role(r) == Fill; fg != nil && !quiet && contrast(fg, lipgloss.Color(bg)) < 3.6 {
					t.Errorf("role %d on %s has %.2f:1", r, bg, contrast(fg, lipgloss.Color(bg)))
				}
			}
		}
	}
}

// terminals holds the 16 colors of common terminals, and the backgrounds on which they
// are used: xterm, the Linux console, Terminal on macOS, GNOME, Windows, and Solarized.
var terminals = []struct {
	name, dark, light string
	colors            string // by color number, without the default foreground
}{
	{"xterm", "#000000", "#ffffff", "#000000 #cd0000 #00cd00 #cdcd00 #0000ee #cd00cd #00cdcd #e5e5e5 #7f7f7f #ff0000 #00ff00 #ffff00 #5c5cff #ff00ff #00ffff #ffffff"},
	{"linux", "#000000", "", "#000000 #aa0000 #00aa00 #aa5500 #0000aa #aa00aa #00aaaa #aaaaaa #555555 #ff5555 #55ff55 #ffff55 #5555ff #ff55ff #55ffff #ffffff"},
	{"macos", "", "#ffffff", "#000000 #990000 #00a600 #999900 #0000b2 #b200b2 #00a6b2 #bfbfbf #666666 #e50000 #00d900 #e5e500 #0000ff #e500e5 #00e5e5 #e5e5e5"},
	{"gnome", "#1e1e1e", "#ffffff", "#171421 #c01c28 #26a269 #a2734c #12488b #a347ba #2aa1b3 #d0cfcc #5e5c64 #f66151 #33d17a #e9ad0c #2a7bde #c061cb #33c7de #ffffff"},
	{"windows", "#0c0c0c", "#ffffff", "#0c0c0c #c50f1f #13a10e #c19c00 #0037da #881798 #3a96dd #cccccc #767676 #e74856 #16c60c #f9f1a5 #3b78ff #b4009e #61d6d6 #f2f2f2"},
	{"solarized", "", "#fdf6e3", "#073642 #dc322f #859900 #b58900 #268bd2 #d33682 #2aa198 #eee8d5 #002b36 #cb4b16 #586e75 #657b83 #839496 #6c71c4 #93a1a1 #fdf6e3"},
}

// TestPalettes_ContrastSixteen requires a contrast of at least 3:1 in common terminals.
func TestPalettes_ContrastSixteen(t *testing.T) {
	for s := range schemeCount {
		for _, term := range terminals {
			for b, bg := range map[Background]string{BackgroundDark: term.dark, BackgroundLight: term.light} {
				if bg == "" || s.Background() != b && s.Background() != BackgroundUnknown {
					continue
				}
				for r, fg := range palettes[s][0].roles {
					n, isBasic := fg.(ansi.BasicColor)
					if quiet := slices.Contains([]Role{Rule, Fill, Faint}, Role(r)); !isBasic || quiet {
						continue
					}
					if got := contrast(lipgloss.Color(strings.Fields(term.colors)[n]), lipgloss.Color(bg)); got < 3 {
						t.Errorf("%s in %s on %s: role %d has %.2f:1", s.Name(), term.name, bg, r, got)
					}
				}
			}
		}
	}
}

// TestScheme_Next checks the order in which Next cycles through the schemes for a background.
func TestScheme_Next(t *testing.T) {
	for _, c := range []struct {
		b       Background
		profile colorprofile.Profile
		want    string
	}{
		{BackgroundDark, colorprofile.TrueColor, "dark high-contrast-dark catppuccin-mocha gruvbox-dark terminal dark"},
		{BackgroundLight, colorprofile.ANSI256, "light high-contrast-light terminal light"},
		{BackgroundDark, colorprofile.ANSI, "dark high-contrast-dark dark high-contrast-dark"},
		{BackgroundLight, colorprofile.ANSI, "light high-contrast-light light high-contrast-light"},
		{BackgroundUnknown, colorprofile.TrueColor, "dark terminal dark terminal"},
		{BackgroundUnknown, colorprofile.ANSI, "dark terminal dark terminal"},
	} {
		s := SchemeFor(c.b)
		var names []string
		for range strings.Fields(c.want) {
			names = append(names, s.Name())
			s = s.Next(c.b, c.profile)
		}
		uitest.Equal(t, fmt.Sprint("on background ", c.b, " with ", c.profile), strings.Join(names, " "), c.want)
	}
	uitest.Equal(t, "on the other background", SchemeDark.Next(BackgroundLight, colorprofile.TrueColor), SchemeLight)
}

func TestScheme_On(t *testing.T) {
	for b, want := range map[Background]Scheme{BackgroundDark: SchemeDark, BackgroundLight: SchemeLight, BackgroundUnknown: SchemeTerminal} {
		s, p := SchemeTerminal.On(b, colorprofile.TrueColor)
		uitest.Equal(t, "scheme", s, want)
		uitest.Equal(t, "limited to 16 colors", p == colorprofile.ANSI, b != BackgroundUnknown)
	}
}

// TestPalettes_ColorVision compares the state colors in the high-contrast schemes as
// seen with normal vision and with each kind of red-green blindness. A difference of 0.02
// is just visible. The gray of unusable credentials is not compared.
func TestPalettes_ColorVision(t *testing.T) {
	const least = 0.09
	states := poolstate.Availabilities()[:poolstate.Unusable]
	for _, s := range []Scheme{SchemeContrastDark, SchemeContrastLight} {
		for _, p := range palettes[s][1:] {
			for vision := range visions {
				for i, a := range states {
					for _, b := range states[:i] {
						if got := difference(p.roles[StateRole(a)], p.roles[StateRole(b)], vision); got < least {
							t.Errorf("%v, %s: %v and %v differ by %.3f", s, vision, a, b, got)
						}
					}
				}
			}
		}
	}
}
