package theme

import (
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"
)

// Scheme is a set of colors for one kind of background.
type Scheme uint8

// The schemes. Each is followed by the other one for the same background.
const (
	SchemeDark Scheme = iota
	SchemeContrastDark
	SchemeLight
	SchemeContrastLight
	schemeCount
)

// String returns the scheme as text on screen.
func (s Scheme) String() string {
	return [...]string{"dark", "high contrast on a dark background", "light", "high contrast on a light background"}[s]
}

// Name returns the scheme's name in the configuration and on the command line.
func (s Scheme) Name() string {
	return [...]string{"dark", "high-contrast-dark", "light", "high-contrast-light"}[s]
}

// Schemes lists all schemes in the order of their constants.
func Schemes() []Scheme {
	return []Scheme{SchemeDark, SchemeContrastDark, SchemeLight, SchemeContrastLight}
}

// Next returns the following scheme; the last is followed by the first.
func (s Scheme) Next() Scheme { return (s + 1) % schemeCount }

// SchemeFor returns the default scheme for a background.
func SchemeFor(dark bool) Scheme {
	if dark {
		return SchemeDark
	}
	return SchemeLight
}

// palette gives each role its color; nil is the terminal's own foreground.
type palette struct {
	selected color.Color // background of the selected row; nil for none
	roles    [roleCount]color.Color
}

// colors parses a palette: hex, a number of the 256, or "-" for none.
func colors(selected, roles string) palette {
	var all [1 + roleCount]color.Color
	for i, c := range strings.Fields(selected + " " + roles) {
		if c != "-" {
			all[i] = lipgloss.Color(c)
		}
	}
	return palette{all[0], [roleCount]color.Color(all[1:])}
}

// palettes holds the palettes of each scheme for 16 colors, 256 and true color.
//
// Text has a contrast of 4.5:1, in the high-contrast schemes 7:1; lines, fill and,
// in the dark scheme, faint text have less, on purpose. The state colors of the
// high-contrast schemes keep their hue, and the two most alike are as far apart as
// that permits for people with protanopia or deuteranopia.
var palettes = [schemeCount][3]palette{
	SchemeDark: {
		// Users choose what the 16 colors look like, so rely on their meaning only.
		colors("-", "- 7 8 8 12 10 11 13 14 9 3 8"),
		// Chosen by hand: the nearest match would turn some grays into teal.
		colors("236", "252 245 240 237 111 114 215 183 80 210 209 237"),
		colors("#262a3a", "#cdd0dc #7d8299 #454a5f #2f3344 #8aadf4 #8fcf7f #f0b866 #c3a0f5 #6fc6d9 #ed7a87 #f29a5c #2b4138"),
	},
	SchemeContrastDark: {
		// Without blue, which is too dark, and green, which some confuse with yellow.
		colors("-", "15 - - 8 14 14 11 13 15 9 11 -"),
		colors("235", "231 252 249 240 153 156 214 147 159 217 215 238"),
		colors("#1f2338", "#ffffff #c9cee0 #aab0c8 #4f5570 #9fc8ff #b9feac #f4bc10 #b1a4fe #9ce6fa #fc909c #ffa45c #2c5240"),
	},
	SchemeLight: {
		colors("-", "- - 8 8 4 2 3 5 6 1 1 8"),
		colors("254", "235 240 241 251 25 22 94 55 23 124 88 252"),
		colors("#e7eaf4", "#2b2e3d #585d74 #63687e #d3d6e0 #2554c0 #2a6f2e #8a5200 #6a3fc0 #00687d #b8293d #a8430a #d9e8da"),
	},
	SchemeContrastLight: {
		// Only blue, magenta and red are dark enough.
		colors("-", "- - - 8 4 4 5 5 - 1 5 -"),
		// On any background of the selected row, the only dark green falls below 7:1.
		colors("-", "16 237 239 248 19 22 52 91 21 89 88 252"),
		colors("#e6eaf6", "#000000 #3a3f54 #44495e #a6abbd #0b3d91 #0e3406 #704204 #5511d5 #014281 #76013c #6b2b00 #b9d6bb"),
	},
}
