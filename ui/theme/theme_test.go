package theme

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"pooltop/poolstate"
	"pooltop/ui/internal/uitest"
)

// TestTheme_Styles checks what a theme sends to each kind of terminal: bold and the
// colors that it supports. Nothing blinks or is inverted.
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
		for _, s := range Schemes() {
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
				t.Errorf("%v in %v has no color for the dead", s, c.profile)
			}
		}
	}
	if th := Plain(); th.styles != (Theme{}).styles {
		t.Errorf("the plain theme has sequences: %v", th.styles)
	}
}

func TestDimmed(t *testing.T) {
	for _, profile := range []colorprofile.Profile{colorprofile.ANSI, colorprofile.ANSI256, colorprofile.TrueColor} {
		th := SchemeDark.Theme(profile)
		for r := Ready; r < Fill; r++ {
			uitest.Equal(t, fmt.Sprintf("style of role %d", r), th.Dimmed().styles[r][Regular][0], th.styles[Secondary][Regular][0])
		}
		uitest.Equal(t, "style of lines", th.Dimmed().styles[Rule][Regular][0], th.styles[Rule][Regular][0])
		uitest.Equal(t, "dimmed twice", th.Dimmed().Dimmed(), th.Dimmed())
	}
}

// TestStateGlyph_DistinctWithoutColor compares all glyphs and words of states:
// color is never the only signal.
func TestStateGlyph_DistinctWithoutColor(t *testing.T) {
	seen := map[string]poolstate.Availability{}
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
