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

// simpleSGR matches bold, a foreground and a background, or less than that.
var simpleSGR = regexp.MustCompile(`^(\x1b\[(1;?)?((3[0-7]|9[0-7]|38;5;\d+|38;2(;\d+){3});?)?(48;5;\d+|48;2(;\d+){3})?m)?$`)

// TestTheme_Sequences checks that themes use colors and bold only: nothing blinks
// or is inverted.
func TestTheme_Sequences(t *testing.T) {
	for _, s := range Schemes() {
		for _, profile := range []colorprofile.Profile{colorprofile.ASCII, colorprofile.ANSI, colorprofile.ANSI256, colorprofile.TrueColor} {
			th := s.Theme(profile)
			for r := range th.styles {
				for _, weight := range th.styles[r] {
					for _, style := range weight {
						if !simpleSGR.MatchString(style.open) {
							t.Errorf("%v in %v writes role %d with %q", s, profile, r, style.open)
						}
					}
				}
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
	for _, a := range poolstate.Availabilities {
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
