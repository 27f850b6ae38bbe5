package theme

import (
	"fmt"
	"regexp"
	"strings"
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

func TestLine(t *testing.T) {
	th := SchemeDark.Theme(colorprofile.ANSI)
	for _, c := range []struct {
		name, want string
		build      func(l *Line)
	}{
		{"empty", "", func(*Line) {}},
		{"default color", "a", func(l *Line) { l.Write(Text, "a") }},
		{"one style", "\x1b[91ma b\x1b[m", func(l *Line) { l.Write(Dead, "a").To(2).Write(Dead, "b") }},
		{"two styles", "\x1b[91ma\x1b[m \x1b[92mb\x1b[m", func(l *Line) { l.Write(Dead, "a").To(2).Write(Ready, "b") }},
		{"blanks at the end", "\x1b[1;91ma\x1b[m  ", func(l *Line) { l.Bold(Dead, "a").To(3) }},
		{"backward", "abc", func(l *Line) { l.Write(Text, "abc").To(1) }},
		{"to the right", "   ab", func(l *Line) { l.Right(5, Text, Regular, "ab") }},
		{"rule", "a\x1b[90m──\x1b[m", func(l *Line) { l.Write(Text, "a").Rule(3) }},
		{"rule without room", "abc", func(l *Line) { l.Write(Text, "abc").Rule(2) }},
	} {
		l := th.Line()
		c.build(l)
		uitest.Equal(t, c.name, strings.ReplaceAll(l.String(), "\x1b[0m", "\x1b[m"), c.want)
		uitest.Equal(t, c.name+": column", l.Col(), len([]rune(uitest.SGR.ReplaceAllString(l.String(), ""))))
	}
}

// TestLine_Selected checks that the background covers blanks, too.
func TestLine_Selected(t *testing.T) {
	l := SchemeDark.Theme(colorprofile.TrueColor).Line().To(1)
	l.Selected = true
	l.To(3).Write(Dead, "a").To(5)
	drawn := strings.TrimPrefix(l.String(), " ")
	for _, piece := range strings.SplitAfter(drawn, "\x1b[m") {
		if piece != "" && !strings.Contains(piece, "48;2;") {
			t.Errorf("%q has no background", piece)
		}
	}
}
