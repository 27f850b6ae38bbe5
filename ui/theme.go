package ui

import (
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"

	"pooltop/poolstate"
)

// ink is what a piece of text is drawn in: a role, not a colour.
type ink uint8

const (
	inkText ink = iota
	inkSecondary
	inkFaint
	inkLine
	inkAccent
	inkReady
	inkCooling
	inkHeld
	inkDue
	inkDead
	inkStep4
	inkStep8
	inkFill // below the edge of a chart
	inkCount
)

// Weight of a piece of text.
const (
	regular = iota
	bold
	weights
)

// palette gives each ink its colour; nil is the terminal's own foreground.
type palette struct {
	inks     [inkCount]color.Color
	selected color.Color // background of the selected row; nil for none
}

// colours makes a palette from hex colours or from numbers of the 256.
func colours(selected string, inks ...string) palette {
	var p palette
	if selected != "" {
		p.selected = lipgloss.Color(selected)
	}
	for i, c := range inks {
		p.inks[i] = lipgloss.Color(c)
	}
	return p
}

// The palettes. Light is darkened until text has a contrast of 4.5:1 on white
// and on the selected row; lines and unlit parts have less, on purpose.
var (
	darkPalette = colours("#262a3a",
		"#cdd0dc", "#7d8299", "#454a5f", "#2f3344", "#8aadf4",
		"#8fcf7f", "#f0b866", "#c3a0f5", "#6fc6d9", "#ed7a87", "#f29a5c", "#ed7a87", "#2b4138")
	lightPalette = colours("#e7eaf4",
		"#2b2e3d", "#585d74", "#63687e", "#d3d6e0", "#2554c0",
		"#2a6f2e", "#8a5200", "#6a3fc0", "#00687d", "#b8293d", "#a8430a", "#b8293d", "#d9e8da")
	// The 256 have few dark shades that are not garish, so these are chosen and
	// not left to the nearest match, which makes teal of a grey.
	dark256 = colours("236",
		"252", "245", "240", "237", "111",
		"114", "215", "183", "80", "210", "209", "210", "237")
	light256 = colours("254",
		"235", "240", "241", "251", "25",
		"22", "94", "55", "23", "124", "88", "124", "252")
	// Sixteen colours are the user's own, so only their meaning is relied on.
	darkANSI = palette{inks: [inkCount]color.Color{
		nil, lipgloss.White, lipgloss.BrightBlack, lipgloss.BrightBlack, lipgloss.BrightBlue,
		lipgloss.BrightGreen, lipgloss.BrightYellow, lipgloss.BrightMagenta, lipgloss.BrightCyan,
		lipgloss.BrightRed, lipgloss.Yellow, lipgloss.BrightRed, lipgloss.BrightBlack,
	}}
	lightANSI = palette{inks: [inkCount]color.Color{
		nil, nil, lipgloss.BrightBlack, lipgloss.BrightBlack, lipgloss.Blue,
		lipgloss.Green, lipgloss.Yellow, lipgloss.Magenta, lipgloss.Cyan,
		lipgloss.Red, lipgloss.Red, lipgloss.Red, lipgloss.BrightBlack,
	}}
)

// Theme turns inks into terminal styles. Build one with [NewTheme] and keep it:
// it holds the finished sequences.
type Theme struct {
	// Shapes is true where there are no colours: what a colour would tell, a
	// shape has to.
	Shapes bool
	// dotted is true where no ink is sure to be quieter than a lit rung: those
	// that are not lit are dots.
	dotted bool
	pens   [inkCount][weights][2]pen
	dim    *Theme
}

// pen is the sequences around a piece of text.
type pen struct{ open, end string }

// NewTheme returns the usual theme for a background and for what the terminal
// can show.
func NewTheme(dark bool, profile colorprofile.Profile) *Theme {
	return SchemeFor(dark).Theme(profile)
}

// Theme returns the theme of the scheme for what the terminal can show.
func (s Scheme) Theme(profile colorprofile.Profile) *Theme {
	p := s.palette(profile)
	t := newTheme(p)
	t.Shapes = profile <= colorprofile.ASCII
	t.dotted = t.Shapes || profile == colorprofile.ANSI && s >= SchemeLight
	// A picture that is no longer true is drawn in the quietest two inks.
	quiet := p
	for i := range quiet.inks {
		quiet.inks[i] = p.inks[inkSecondary]
	}
	quiet.inks[inkLine] = p.inks[inkLine]
	quiet.inks[inkFaint] = p.inks[inkFaint]
	quiet.inks[inkFill] = p.inks[inkLine]
	t.dim = newTheme(quiet)
	t.dim.Shapes, t.dim.dotted = t.Shapes, t.dotted
	t.dim.dim = t.dim
	return t
}

// PlainTheme draws without any sequence, for output that is no terminal.
func PlainTheme() *Theme {
	t := &Theme{Shapes: true, dotted: true}
	t.dim = t
	return t
}

func newTheme(p palette) *Theme {
	t := &Theme{}
	for i, c := range p.inks {
		for w := range weights {
			for sel := range 2 {
				s := lipgloss.NewStyle().Bold(w == bold)
				if c != nil {
					s = s.Foreground(c)
				}
				if sel == 1 && p.selected != nil {
					s = s.Background(p.selected)
				}
				t.pens[i][w][sel] = penOf(s)
			}
		}
	}
	return t
}

func penOf(s lipgloss.Style) pen {
	open, end, _ := strings.Cut(s.Render("x"), "x")
	return pen{open, end}
}

// stateInk is the one colour of an availability.
func stateInk(a poolstate.Availability) ink {
	return [...]ink{inkReady, inkCooling, inkHeld, inkDue, inkDead, inkSecondary}[a]
}

// stateGlyph is the shape of an availability, always one cell wide.
func stateGlyph(a poolstate.Availability) string {
	return [...]string{"●", "◔", "◑", "◌", "✕", "○"}[a]
}

// stepInk warms with the step of the ladder.
func stepInk(step int) ink {
	return [...]ink{inkCooling, inkCooling, inkCooling, inkStep4, inkStep8}[step]
}
