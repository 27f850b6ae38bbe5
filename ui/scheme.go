package ui

import (
	"image/color"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
)

// Scheme is which colours a theme is made of.
type Scheme uint8

// The schemes, in the order in which they are offered: the one that is for the
// same background is the next.
const (
	SchemeDark Scheme = iota
	SchemeContrastDark
	SchemeLight
	SchemeContrastLight
)

var schemeWords = [...]string{
	"dark", "high contrast on a dark background", "light", "high contrast on a light background",
}

// String returns the words for it on screen.
func (s Scheme) String() string { return schemeWords[s] }

// schemeNames are what the schemes are called where a word has to do.
var schemeNames = [...]string{"dark", "high-contrast-dark", "light", "high-contrast-light"}

// Name is what a person writes to choose it: in the configuration, on the
// command line.
func (s Scheme) Name() string { return schemeNames[s] }

// Schemes are all of them, in the order in which they are offered.
func Schemes() []Scheme {
	return []Scheme{SchemeDark, SchemeContrastDark, SchemeLight, SchemeContrastLight}
}

// Next is the scheme after it, in a ring.
func (s Scheme) Next() Scheme { return (s + 1) % Scheme(len(schemeWords)) }

// SchemeFor is the usual scheme on a background.
func SchemeFor(dark bool) Scheme {
	if dark {
		return SchemeDark
	}
	return SchemeLight
}

// The palettes of high contrast. Text, faint text too, has 7:1 on the ground
// and on the selected row. The five states were searched for: each keeps the hue
// that one expects, and the two most alike are as far apart as that allows for
// protanopes and deuteranopes, who have blue, yellow and lightness to go by.
var (
	contrastDark = colours("#1f2338",
		"#ffffff", "#c9cee0", "#aab0c8", "#4f5570", "#9fc8ff",
		"#b9feac", "#f4bc10", "#b1a4fe", "#9ce6fa", "#fc909c", "#ffa45c", "#fc909c", "#2c5240")
	contrastLight = colours("#e6eaf6",
		"#000000", "#3a3f54", "#44495e", "#a6abbd", "#0b3d91",
		"#0e3406", "#704204", "#5511d5", "#014281", "#76013c", "#6b2b00", "#76013c", "#b9d6bb")
	contrastDark256 = colours("235",
		"231", "252", "249", "240", "153",
		"156", "214", "147", "159", "217", "215", "217", "238")
	// On any tint the only dark green of the 256 would fall below 7:1, so the
	// selected row has none: its mark and its bold name tell.
	contrastLight256 = colours("",
		"16", "237", "239", "248", "19",
		"22", "52", "91", "21", "89", "88", "89", "252")
	// Of the user's own sixteen the bright ones are what contrasts with a dark
	// background. Green, which is too near to yellow for some, is not among
	// them, nor is blue, which is too dark.
	contrastDarkANSI = palette{inks: [inkCount]color.Color{
		lipgloss.BrightWhite, nil, nil, lipgloss.BrightBlack, lipgloss.BrightCyan,
		lipgloss.BrightCyan, lipgloss.BrightYellow, lipgloss.BrightMagenta, lipgloss.BrightWhite,
		lipgloss.BrightRed, lipgloss.BrightYellow, lipgloss.BrightRed, nil,
	}}
	// On a light one only blue, magenta and red are dark enough to read.
	contrastLightANSI = palette{inks: [inkCount]color.Color{
		nil, nil, nil, lipgloss.BrightBlack, lipgloss.Blue,
		lipgloss.Blue, lipgloss.Magenta, lipgloss.Magenta, nil,
		lipgloss.Red, lipgloss.Magenta, lipgloss.Red, nil,
	}}
)

// palette is that of the scheme for sixteen colours, for 256, or for all.
func (s Scheme) palette(profile colorprofile.Profile) palette {
	if profile <= colorprofile.ASCII {
		return palette{}
	}
	return [...][3]palette{
		SchemeDark:          {darkANSI, dark256, darkPalette},
		SchemeContrastDark:  {contrastDarkANSI, contrastDark256, contrastDark},
		SchemeLight:         {lightANSI, light256, lightPalette},
		SchemeContrastLight: {contrastLightANSI, contrastLight256, contrastLight},
	}[s][profile-colorprofile.ANSI]
}
