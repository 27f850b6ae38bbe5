package ui

import (
	"image/color"
	"math"
	"regexp"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"

	"pooltop/poolstate"
)

// matrix maps one linear colour space to another.
type matrix [3][3]float64

func (m matrix) of(v [3]float64) (out [3]float64) {
	for i, row := range m {
		for j := range v {
			out[i] += row[j] * v[j]
		}
	}
	return out
}

// visions are how eyes see linear RGB: the usual ones, and those that lack the
// receptor for red or for green (Machado, Oliveira and Fernandes 2009).
var visions = map[string]matrix{
	"trichromacy":  {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protanopia":   {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deuteranopia": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
}

// oklab is a colour where distance is how different it looks (Ottosson 2020).
func oklab(c color.Color, vision matrix) [3]float64 {
	r, g, b, _ := c.RGBA()
	var rgb [3]float64
	for i, v := range []uint32{r, g, b} {
		s := float64(v) / 0xffff
		if rgb[i] = s / 12.92; s > 0.04045 {
			rgb[i] = math.Pow((s+0.055)/1.055, 2.4)
		}
	}
	rgb = vision.of(rgb)
	for i := range rgb {
		rgb[i] = min(max(rgb[i], 0), 1)
	}
	lms := matrix{
		{0.4122214708, 0.5363325363, 0.0514459929},
		{0.2119034982, 0.6806995451, 0.1073969566},
		{0.0883024619, 0.2817188376, 0.6299787005},
	}.of(rgb)
	for i := range lms {
		lms[i] = math.Cbrt(lms[i])
	}
	return matrix{
		{0.2104542553, 0.7936177850, -0.0040720468},
		{1.9779984951, -2.4285922050, 0.4505937099},
		{0.0259040371, 0.7827717662, -0.8086757660},
	}.of(lms)
}

// difference is how different two colours look, from 0 to 1.
func difference(a, b color.Color, vision matrix) float64 {
	x, y := oklab(a, vision), oklab(b, vision)
	return math.Sqrt((x[0]-y[0])*(x[0]-y[0]) + (x[1]-y[1])*(x[1]-y[1]) + (x[2]-y[2])*(x[2]-y[2]))
}

func TestDifferenceIsMeasuredRight(t *testing.T) {
	for _, c := range []struct {
		a, b, vision string
		least, most  float64
	}{
		{"#000000", "#ffffff", "trichromacy", 0.999, 1.001},
		{"#000000", "#ffffff", "protanopia", 0.999, 1.001},
		{"#808080", "#808080", "deuteranopia", 0, 0},
		{"#c8641e", "#829600", "trichromacy", 0.15, 1}, // an orange and a green
		{"#c8641e", "#829600", "deuteranopia", 0, 0.06},
		{"#0000ff", "#ffff00", "deuteranopia", 0.5, 1},
	} {
		got := difference(lipgloss.Color(c.a), lipgloss.Color(c.b), visions[c.vision])
		if got < c.least || got > c.most {
			t.Errorf("%s and %s differ by %.3f in %s", c.a, c.b, got, c.vision)
		}
	}
}

// TestStatesStayApart compares the states' colours of high contrast as people
// with each kind of red-green blindness see them. Two colours can just be told
// apart side by side from 0.02 on.
func TestStatesStayApart(t *testing.T) {
	const least = 0.09
	states := poolstate.Availabilities[:poolstate.Disabled] // that one is grey
	for name, p := range map[string]palette{
		"contrastDark": contrastDark, "contrastDark256": contrastDark256,
		"contrastLight": contrastLight, "contrastLight256": contrastLight256,
	} {
		for vision, eyes := range visions {
			for i, a := range states {
				for _, b := range states[:i] {
					if got := difference(p.inks[stateInk(a)], p.inks[stateInk(b)], eyes); got < least {
						t.Errorf("%s, %s: %v and %v differ by %.3f", name, vision, a, b, got)
					}
				}
			}
		}
	}
}

// TestSchemesAreARing comes to each scheme once; the first step from a usual
// one stays on its background.
func TestSchemesAreARing(t *testing.T) {
	seen := map[Scheme]bool{}
	words := map[string]bool{}
	for s := SchemeDark; !seen[s]; s = s.Next() {
		seen[s], words[s.String()] = true, true
	}
	equal(t, "schemes", len(seen), len(schemeWords))
	equal(t, "their words", len(words), len(schemeWords))
	equal(t, "after dark", SchemeFor(true).Next(), SchemeContrastDark)
	equal(t, "after light", SchemeFor(false).Next(), SchemeContrastLight)
}

// calm is bold, a colour and a ground, or less than that.
var calm = regexp.MustCompile(`^(\x1b\[(1;?)?((3[0-7]|9[0-7]|38;5;\d+|38;2(;\d+){3});?)?(48;5;\d+|48;2(;\d+){3})?m)?$`)

// TestNothingBlinks looks at the sequences of each theme: colours and bold are
// all there is.
func TestNothingBlinks(t *testing.T) {
	for s := range Scheme(len(schemeWords)) {
		for _, profile := range []colorprofile.Profile{colorprofile.ANSI, colorprofile.ANSI256, colorprofile.TrueColor} {
			theme := s.Theme(profile)
			for i := range theme.pens {
				for w := range weights {
					for sel := range 2 {
						if open := theme.pens[i][w][sel].open; !calm.MatchString(open) {
							t.Errorf("%v writes %s in %q", s, inkNames[i], open)
						}
					}
				}
			}
		}
	}
}
