package ui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"pooltop/ui/internal/uitest"
	"pooltop/ui/theme"
)

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
			for _, scheme := range theme.Schemes() {
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
	for _, s := range theme.Schemes() {
		for profile, want := range map[colorprofile.Profile]bool{
			colorprofile.ASCII: true, colorprofile.ANSI: s >= theme.SchemeLight, colorprofile.ANSI256: false, colorprofile.TrueColor: false,
		} {
			l := s.Theme(profile).Line()
			(&table{theme: l.Theme}).ladder(l, 1)
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
