package theme

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"testing"

	"charm.land/lipgloss/v2"

	"pooltop/poolstate"
)

// The columns of palettes.
const (
	in16 = iota
	in256
	inTrueColor
)

// linear returns a color in linear RGB.
func linear(c color.Color) (rgb [3]float64) {
	r, g, b, _ := c.RGBA()
	for i, v := range []uint32{r, g, b} {
		s := float64(v) / 0xffff
		if rgb[i] = s / 12.92; s > 0.04045 {
			rgb[i] = math.Pow((s+0.055)/1.055, 2.4)
		}
	}
	return rgb
}

// contrast returns the ratio of two colors by WCAG 2, from 1 to 21.
func contrast(a, b color.Color) float64 {
	luminance := func(c color.Color) float64 {
		rgb := linear(c)
		return 0.2126*rgb[0] + 0.7152*rgb[1] + 0.0722*rgb[2]
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// matrix maps one linear color space to another.
type matrix [3][3]float64

func (m matrix) of(v [3]float64) (out [3]float64) {
	for i, row := range m {
		for j := range v {
			out[i] += row[j] * v[j]
		}
	}
	return out
}

// visions maps linear RGB to what is seen: with all receptors, without that for
// red, without that for green (Machado, Oliveira and Fernandes 2009).
var visions = map[string]matrix{
	"trichromacy":  {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protanopia":   {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deuteranopia": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
}

// oklab returns a color in a space where distance is perceived difference
// (Ottosson 2020).
func oklab(c color.Color, vision matrix) [3]float64 {
	rgb := vision.of(linear(c))
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

// difference returns how different two colors look, from 0 to 1.
func difference(a, b color.Color, vision matrix) float64 {
	x, y := oklab(a, vision), oklab(b, vision)
	return math.Sqrt((x[0]-y[0])*(x[0]-y[0]) + (x[1]-y[1])*(x[1]-y[1]) + (x[2]-y[2])*(x[2]-y[2]))
}

// TestColorMetrics checks the measures of this file against known values.
func TestColorMetrics(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{
		{"#767676", "#ffffff", 4.54},
		{"111", "#87afff", 1}, // the 256 colors are fixed from 16 on
	} {
		if got := contrast(lipgloss.Color(c.a), lipgloss.Color(c.b)); math.Abs(got-c.want) > 0.005 {
			t.Errorf("contrast of %s on %s is %.2f, want %.2f", c.a, c.b, got, c.want)
		}
	}
	for _, c := range []struct {
		a, b, vision string
		least, most  float64
	}{
		{"#c8641e", "#829600", "trichromacy", 0.15, 1}, // an orange and a green
		{"#c8641e", "#829600", "deuteranopia", 0, 0.06},
	} {
		if got := difference(lipgloss.Color(c.a), lipgloss.Color(c.b), visions[c.vision]); got < c.least || got > c.most {
			t.Errorf("%s and %s differ by %.3f in %s", c.a, c.b, got, c.vision)
		}
	}
}

// TestPalettes_Contrast measures each role on common terminal backgrounds and on
// the selected row, against WCAG AA (4.5:1) or AAA (7:1). Lines and fill are quiet
// on purpose, and so is the faint text of the dark scheme: titles and axes.
func TestPalettes_Contrast(t *testing.T) {
	dark, light := []string{"#16171f", "#000000"}, []string{"#fafaf8", "#ffffff"}
	for _, c := range []struct {
		scheme      Scheme
		backgrounds []string
		quiet       []Role
		onSelected  bool // the least contrast also on the selected row
		least       float64
	}{
		{SchemeDark, dark, []Role{Rule, Fill, Faint}, false, 4.5},
		{SchemeLight, light, []Role{Rule, Fill}, true, 4.5},
		{SchemeContrastDark, dark, []Role{Rule, Fill}, true, 7},
		{SchemeContrastLight, light, []Role{Rule, Fill}, true, 7},
	} {
		for depth := in256; depth <= inTrueColor; depth++ {
			p := palettes[c.scheme][depth]
			t.Run(fmt.Sprintf("%s/%d", c.scheme.Name(), depth), func(t *testing.T) {
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

// TestPalettes_ColorVision compares the state colors of the high-contrast schemes
// as people with each kind of red-green blindness see them. A difference of 0.02
// is just visible side by side. Disabled is gray and therefore left out.
func TestPalettes_ColorVision(t *testing.T) {
	const least = 0.09
	states := poolstate.Availabilities()[:poolstate.Disabled]
	for _, s := range []Scheme{SchemeContrastDark, SchemeContrastLight} {
		for depth := in256; depth <= inTrueColor; depth++ {
			roles := palettes[s][depth].roles
			for vision, eyes := range visions {
				for i, a := range states {
					for _, b := range states[:i] {
						if got := difference(roles[StateRole(a)], roles[StateRole(b)], eyes); got < least {
							t.Errorf("%v, %s: %v and %v differ by %.3f", s, vision, a, b, got)
						}
					}
				}
			}
		}
	}
}
