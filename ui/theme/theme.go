// Package theme maps the roles of text on screen, such as [Ready] or [Faint], to
// terminal styles. It also defines the symbols for states and marks, and a builder for
// styled rows, [Line].
package theme

import (
	"cmp"
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"

	"pooltop/poolstate"
)

// Role is the purpose of text on screen. A palette gives each role a color.
type Role uint8

// The roles, in the order of the palettes.
const (
	Text Role = iota
	Secondary
	Faint
	Rule // lines, and the unlit steps of a ladder
	Accent
	Ready
	Cooling
	Held
	Due
	Dead
	Step4 // third step of the ladder: four times the base cooldown
	Fill  // area below the edge of a chart
	roleCount
)

// StateRole returns the role for an availability.
func StateRole(a poolstate.Availability) Role {
	return [...]Role{Ready, Cooling, Held, Due, Dead, Secondary}[a]
}

// StepRole returns the role for a step of the ladder. The last two steps have warmer colors.
func StepRole(step int) Role { return [...]Role{Cooling, Cooling, Cooling, Step4, Dead}[step] }

// Weight is [Regular] or [Bold].
type Weight uint8

// The weights.
const (
	Regular Weight = iota
	Bold
)

// Theme holds the style of each role. It is read-only and can be shared.
type Theme struct {
	Shapes      bool // distinguish states by shape, because there are no colors
	DottedSteps bool // draw unlit steps as dots, because no color is reliably fainter than a lit step
	HatchedFill bool // hatch the fill, because no color is reliably fainter than text
	ASCII       bool // draw with ASCII characters only

	styles [roleCount][2][grounds]sgr // by role, weight and background
	dimmed *Theme                     // nil if the theme is already dimmed
}

// The backgrounds of text: the terminal's, the selected row's, or a chart's fill.
const (
	groundNone = iota
	groundSelected
	groundFill
	grounds
)

// sgr holds the escape sequences before and after styled text.
type sgr struct{ open, end string }

// Plain returns a theme without escape sequences, for output to a file or pipe.
func Plain() *Theme { return &Theme{Shapes: true, DottedSteps: true, HatchedFill: true} }

// Theme returns the scheme's theme for a terminal with the given color support.
func (s Scheme) Theme(profile colorprofile.Profile) *Theme { return s.ThemeWith(profile, nil) }

// ThemeWith is like [Scheme.Theme], with other colors for some roles.
func (s Scheme) ThemeWith(profile colorprofile.Profile, own Colors) *Theme {
	if s == SchemeTerminal {
		profile = min(profile, colorprofile.ANSI)
	}
	var p palette // empty: without colors, only bold remains
	if profile > colorprofile.ASCII {
		p = own.on(palettes[s][profile-colorprofile.ANSI], profile)
	}
	t := newTheme(p, s, profile)
	quiet := p
	for r := range quiet.roles {
		quiet.roles[r] = p.roles[Secondary]
	}
	quiet.roles[Rule], quiet.roles[Faint], quiet.roles[Fill] = p.roles[Rule], p.roles[Faint], p.roles[Rule]
	t.dimmed = newTheme(quiet, s, profile)
	return t
}

// InASCII returns the theme for a terminal that shows only ASCII characters. Like a theme
// without colors, it distinguishes states by shape.
func (t *Theme) InASCII() *Theme {
	ascii := *t
	ascii.ASCII, ascii.Shapes, ascii.DottedSteps, ascii.HatchedFill = true, true, true, true
	if t.dimmed != nil {
		ascii.dimmed = t.dimmed.InASCII()
	}
	return &ascii
}

// RowEnd returns the character for the last cell of the selected row. It is not an ordinary space,
// because some terminals erase that without its background.
func (t *Theme) RowEnd() string {
	if t.ASCII {
		return "<"
	}
	return "\u00a0"
}

// Dimmed returns the theme for a stale snapshot. It shows states without color.
func (t *Theme) Dimmed() *Theme { return cmp.Or(t.dimmed, t) }

func newTheme(p palette, s Scheme, profile colorprofile.Profile) *Theme {
	t := &Theme{Shapes: profile <= colorprofile.ASCII, HatchedFill: profile <= colorprofile.ANSI || s >= SchemeTerminal}
	t.DottedSteps = t.Shapes || profile == colorprofile.ANSI && s >= SchemeLight || s >= SchemeTerminal
	for r, c := range p.roles {
		for w := range t.styles[r] {
			for ground := range grounds {
				style := lipgloss.NewStyle().Bold(Weight(w) == Bold).Foreground(c)
				switch {
				case ground == groundSelected:
					style = style.Background(p.selected)
				case ground == groundFill && !t.HatchedFill:
					style = style.Background(p.roles[Fill])
				}
				open, end, _ := strings.Cut(style.Render("x"), "x")
				t.styles[r][w][ground] = sgr{open, end}
			}
		}
	}
	return t
}

// Background is the brightness of a terminal's background.
type Background uint8

// The kinds of background.
const (
	BackgroundUnknown Background = iota
	BackgroundDark
	BackgroundLight
)

// BackgroundOf returns the background of a terminal that has reported its color.
func BackgroundOf(dark bool) Background {
	if dark {
		return BackgroundDark
	}
	return BackgroundLight
}

// Scheme is a set of colors for one kind of background, or for any.
type Scheme uint8

// The schemes. SchemeTerminal uses the terminal's own 16 colors. SchemeAny is for output
// to a terminal whose background is not queried, and is legible on both kinds.
const (
	SchemeDark Scheme = iota
	SchemeContrastDark
	SchemeCatppuccin
	SchemeGruvbox
	SchemeLight
	SchemeContrastLight
	SchemeTerminal
	SchemeAny
	schemeCount
)

// String returns the scheme's name as shown on screen.
func (s Scheme) String() string {
	return [...]string{"dark", "high contrast on a dark background", "Catppuccin Mocha", "Gruvbox dark", "light", "high contrast on a light background", "the terminal's own colors", "any"}[s]
}

// Name returns the scheme's name in the configuration and on the command line.
func (s Scheme) Name() string {
	return [...]string{"dark", "high-contrast-dark", "catppuccin-mocha", "gruvbox-dark", "light", "high-contrast-light", "terminal", "any"}[s]
}

// Schemes returns the schemes that can be chosen, in the order of their constants.
func Schemes() []Scheme {
	return []Scheme{SchemeDark, SchemeContrastDark, SchemeCatppuccin, SchemeGruvbox, SchemeLight, SchemeContrastLight, SchemeTerminal}
}

// Background returns the background that the scheme is meant for.
func (s Scheme) Background() Background {
	return [...]Background{BackgroundDark, BackgroundDark, BackgroundDark, BackgroundDark, BackgroundLight, BackgroundLight, BackgroundUnknown, BackgroundUnknown}[s]
}

// Next returns the next scheme that is legible on a background with the given color
// support. With 16 colors, every scheme uses the terminal's colors. On an unknown
// background, Next switches between the default scheme and the terminal's colors.
func (s Scheme) Next(b Background, profile colorprofile.Profile) Scheme {
	for {
		s = (s + 1) % SchemeAny
		switch {
		case profile <= colorprofile.ANSI && (s == SchemeCatppuccin || s == SchemeGruvbox): // equal to SchemeDark
		case s == SchemeFor(b):
			return s
		case s == SchemeTerminal && (profile > colorprofile.ANSI || b == BackgroundUnknown):
			return s
		case s < SchemeTerminal && s.Background() == b:
			return s
		}
	}
}

// On returns the scheme and the color support with which to draw s on a background. On a known
// background, the terminal's own colors are drawn as the default scheme with 16 colors.
func (s Scheme) On(b Background, profile colorprofile.Profile) (Scheme, colorprofile.Profile) {
	if s == SchemeTerminal && b != BackgroundUnknown {
		return SchemeFor(b), min(profile, colorprofile.ANSI)
	}
	return s, profile
}

// SchemeFor returns the default scheme for a background.
func SchemeFor(b Background) Scheme {
	if b == BackgroundLight {
		return SchemeLight
	}
	return SchemeDark
}

// palette maps each role to a color; nil is the terminal's default foreground.
type palette struct {
	selected color.Color // background of the selected row; nil for none
	roles    [roleCount]color.Color
}

// colors parses a palette. Each color is a hex value, a color number from 0 to 255, or
// "-" for none.
func colors(selected, roles string) palette {
	var all [1 + roleCount]color.Color
	for i, c := range strings.Fields(selected + " " + roles) {
		if c != "-" {
			all[i] = lipgloss.Color(c)
		}
	}
	return palette{all[0], [roleCount]color.Color(all[1:])}
}

// palettes holds the palettes of each scheme for 16 colors, 256 colors and true color.
//
// With 256 colors or true color, text has a contrast of at least 4.5:1, 7:1 in the
// high-contrast schemes, or 3.6:1 in SchemeAny, which must work on both dark and light
// backgrounds (the best possible there is 4.1:1). With 16 colors, it has at least 3:1 in
// common terminals. Lines, fill and, in the dark scheme and with 16 colors, faint text
// intentionally have less. The state colors in the high-contrast schemes were chosen to be
// as distinct as possible for people with protanopia or deuteranopia, without changing
// their hue.
var palettes = [schemeCount][3]palette{
	SchemeDark: {
		// Users can redefine the 16 colors, so rely only on their meaning.
		colors("-", "- 7 8 8 12 10 11 13 14 9 3 8"),
		// Chosen by hand: the nearest match would turn some grays into teal.
		colors("236", "252 245 240 237 111 114 215 183 80 210 209 237"),
		colors("#262a3a", "#cdd0dc #7d8299 #454a5f #2f3344 #8aadf4 #8fcf7f #f0b866 #c3a0f5 #6fc6d9 #ed7a87 #f29a5c #2b4138"),
	},
	SchemeContrastDark: {
		// No blue, which is too dark, and no green, which some people confuse with yellow.
		colors("-", "15 - - 8 14 14 11 13 15 9 11 -"),
		colors("235", "231 252 249 240 153 156 214 147 159 217 215 238"),
		colors("#1f2338", "#ffffff #c9cee0 #aab0c8 #4f5570 #9fc8ff #b9feac #f4bc10 #b1a4fe #9ce6fa #fc909c #ffa45c #2c5240"),
	},
	// The colors of Catppuccin Mocha and of Gruvbox, both of which are under the MIT license.
	SchemeCatppuccin: {
		colors("-", "- 7 8 8 12 10 11 13 14 9 3 8"),
		colors("236", "189 146 243 239 111 151 223 183 117 211 216 237"),
		colors("#313244", "#cdd6f4 #a6adc8 #6c7086 #45475a #89b4fa #a6e3a1 #f9e2af #cba6f7 #89dceb #f38ba8 #fab387 #313244"),
	},
	SchemeGruvbox: {
		colors("-", "- 7 8 8 12 10 11 13 14 9 3 8"),
		colors("236", "223 246 243 239 109 142 214 175 108 167 208 237"),
		colors("#32302f", "#ebdbb2 #a89984 #7c6f64 #504945 #83a598 #b8bb26 #fabd2f #d3869b #8ec07c #fb4934 #fe8019 #32302f"),
	},
	SchemeLight: {
		// Green, yellow and cyan are too pale on white.
		colors("-", "- - 8 8 4 4 5 8 - 1 1 8"),
		colors("254", "235 240 241 251 25 22 94 55 23 124 88 253"),
		colors("#e7eaf4", "#2b2e3d #585d74 #63687e #d3d6e0 #2554c0 #2a6f2e #8a5200 #6a3fc0 #00687d #b8293d #a8430a #d9e8da"),
	},
	SchemeContrastLight: {
		// Only blue, magenta and red are dark enough on white.
		colors("-", "- - - 8 4 4 5 5 - 1 5 -"),
		// No background for the selected row: on any gray, the only dark green (22) would
		// have a contrast below 7:1.
		colors("-", "16 237 239 248 19 22 52 91 21 89 88 252"),
		colors("#e6eaf6", "#000000 #3a3f54 #44495e #a6abbd #0b3d91 #0e3406 #704204 #5511d5 #014281 #76013c #6b2b00 #b9d6bb"),
	},
	// Only these are legible on black and on white.
	SchemeTerminal: {colors("-", "- - - 8 - - 13 13 - 9 9 -")},
	SchemeAny: {
		colors("-", "- - - 8 - - 13 13 - 9 9 -"),
		colors("-", "- 243 243 244 32 28 130 98 31 197 166 244"),
		colors("-", "- #76798a #76798a #8a8d9c #3178e1 #3c893a #a96c04 #8e64d2 #21859b #d44959 #cd5410 #8a8d9c"),
	},
}

// StateGlyph returns the symbol for an availability. It is one cell wide.
func StateGlyph(a poolstate.Availability) string {
	return [...]string{"●", "◔", "◑", "◌", "✕", "○"}[a]
}

// GlyphPartly is the symbol for a credential that is ready, but not for all models.
const GlyphPartly = "◕"

// Marks shown next to a name or a countdown, each one cell wide. The help explains
// them.
const (
	MarkShared    = "≡"
	MarkExpiry    = "!"
	MarkStaleCopy = "≠"
	MarkBorrowed  = "←"
	MarkProvider  = "*"
	MarkComputed  = "·"
	MarkOperator  = "^"
	MarkGuard     = "+"
	MarkModel     = "°"
	MarkSuspect   = "?"
	MarkObserved  = "~"
	MarkFresh     = "›"
	MarkNext      = "→"
)

// OriginMark returns the mark for a deadline's origin, or a space if there is no
// deadline.
func OriginMark(d poolstate.Deadline) string {
	if d.Suspect {
		return MarkSuspect
	}
	return [...]string{" ", MarkProvider, MarkComputed, MarkOperator, MarkGuard, MarkModel}[d.Origin]
}
