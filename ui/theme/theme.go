// Package theme turns the roles of text on screen, such as "ready" or "faint",
// into terminal styles for a color scheme and for what the terminal supports. It
// also has the symbols of states and marks, and [Line] to build a styled row.
package theme

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"

	"pooltop/poolstate"
)

// Role is what a piece of text is for. A palette gives each role a color.
type Role uint8

// The roles, in the order of the palettes.
const (
	Text Role = iota
	Secondary
	Faint
	Rule // lines, and the unlit rungs of a ladder
	Accent
	Ready
	Cooling
	Held
	Due
	Dead
	Step4 // third rung of the ladder: four times the base cooldown
	Fill  // below the edge of a chart
	roleCount
)

// StateRole returns the role of an availability.
func StateRole(a poolstate.Availability) Role {
	return [...]Role{Ready, Cooling, Held, Due, Dead, Secondary}[a]
}

// StepRole returns the role of a step of the ladder: the higher, the warmer.
func StepRole(step int) Role {
	return [...]Role{Cooling, Cooling, Cooling, Step4, Dead}[step]
}

// Weight is the weight of a piece of text.
type Weight uint8

// The weights.
const (
	Regular Weight = iota
	Bold
	weightCount
)

// Theme holds the finished style of each role, so build it once and keep it. It
// is read-only.
type Theme struct {
	// Shapes is true without colors: shapes have to show what colors would.
	Shapes bool
	// DottedSteps is true if unlit steps of a ladder have to be dots, because no
	// color is sure to be quieter than that of a lit step.
	DottedSteps bool
	// HatchedFill is true if areas have to be hatched, because no color is sure to
	// be quieter than text.
	HatchedFill bool

	styles [roleCount][weightCount][2]sgr // the last index is 1 in the selected row
	dimmed *Theme
}

// sgr is the pair of escape sequences around a piece of text.
type sgr struct{ open, end string }

// Plain returns a theme without escape sequences, for output to a file or pipe.
func Plain() *Theme {
	t := &Theme{Shapes: true, DottedSteps: true, HatchedFill: true}
	t.dimmed = t
	return t
}

// Theme returns the theme of the scheme for what the terminal supports.
func (s Scheme) Theme(profile colorprofile.Profile) *Theme {
	var p palette // without colors, bold is all that is left
	if profile > colorprofile.ASCII {
		p = palettes[s][profile-colorprofile.ANSI]
	}
	t := newTheme(p, s, profile)
	quiet := p
	for r := range quiet.roles {
		quiet.roles[r] = p.roles[Secondary]
	}
	quiet.roles[Rule], quiet.roles[Faint], quiet.roles[Fill] = p.roles[Rule], p.roles[Faint], p.roles[Rule]
	t.dimmed = newTheme(quiet, s, profile)
	t.dimmed.dimmed = t.dimmed
	return t
}

// Dimmed returns the theme for a snapshot that is stale: no state has its color.
func (t *Theme) Dimmed() *Theme { return t.dimmed }

func newTheme(p palette, s Scheme, profile colorprofile.Profile) *Theme {
	t := &Theme{Shapes: profile <= colorprofile.ASCII, HatchedFill: profile <= colorprofile.ANSI}
	t.DottedSteps = t.Shapes || profile == colorprofile.ANSI && s >= SchemeLight
	for r, c := range p.roles {
		for w := range weightCount {
			for selected := range 2 {
				style := lipgloss.NewStyle().Bold(w == Bold)
				if c != nil {
					style = style.Foreground(c)
				}
				if selected == 1 && p.selected != nil {
					style = style.Background(p.selected)
				}
				open, end, _ := strings.Cut(style.Render("x"), "x")
				t.styles[r][w][selected] = sgr{open, end}
			}
		}
	}
	return t
}
