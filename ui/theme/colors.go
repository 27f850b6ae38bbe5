package theme

import (
	"image/color"
	"math"
	"slices"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/lucasb-eyer/go-colorful"
)

// Colors replaces the colors of some roles. The colors are hex values.
type Colors map[Role]string

var roleNames = []string{"text", "secondary", "faint", "rule", "accent", "ready", "cooling", "held", "due", "dead", "step", "fill"}

// RoleNames returns the names of the roles in the configuration, in the order of the roles.
func RoleNames() []string { return slices.Clone(roleNames) }

// String returns the role's name in the configuration.
func (r Role) String() string { return roleNames[r] }

// MinContrast is the contrast ratio below which text is hard to read.
const MinContrast = 4.5

// Contrast returns the lowest contrast ratio of a color on common backgrounds of that kind, as
// defined by WCAG 2. For a role that is fainter than text on purpose, it returns +Inf.
func (c Colors) Contrast(r Role, b Background) float64 {
	if r == Rule || r == Fill || r == Faint {
		return math.Inf(1)
	}
	ground := map[Background]string{BackgroundDark: "#16171f", BackgroundLight: "#fafaf8"}[b]
	return contrast(lipgloss.Color(c[r]), lipgloss.Color(ground))
}

// contrast returns the WCAG 2 contrast ratio of two colors, from 1 to 21.
func contrast(a, b color.Color) float64 {
	luminance := func(c color.Color) float64 {
		rgb, _ := colorful.MakeColor(c)
		_, y, _ := rgb.Xyz()
		return y
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// on returns a palette with the colors, converted to what a terminal supports.
func (c Colors) on(p palette, profile colorprofile.Profile) palette {
	for r, hex := range c {
		p.roles[r] = profile.Convert(lipgloss.Color(hex))
	}
	return p
}
