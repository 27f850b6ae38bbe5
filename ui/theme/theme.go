// Package theme turns the roles of text on screen, such as "ready" or "faint",
// into styles of the terminal. It also has the symbols of states and marks, and
// [Line] to build a styled row.
package theme

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"

	"pooltop/poolstate"
	"pooltop/ui/text"
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
func StepRole(step int) Role { return [...]Role{Cooling, Cooling, Cooling, Step4, Dead}[step] }

// Weight is [Regular] or [Bold].
type Weight uint8

// The weights.
const (
	Regular Weight = iota
	Bold
)

// Theme holds the finished style of each role, so build it once and keep it. It
// is read-only.
type Theme struct {
	Shapes      bool // show by shape what colors would
	DottedSteps bool // no color is sure to be quieter than that of a lit step of a ladder
	HatchedFill bool // no color is sure to be quieter than text

	styles [roleCount][2][2]sgr // by weight, and 1 in the selected row
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
		for w := range t.styles[r] {
			for selected := range 2 {
				style := lipgloss.NewStyle().Bold(Weight(w) == Bold)
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

// StateGlyph returns the symbol of an availability, which is one cell wide.
func StateGlyph(a poolstate.Availability) string {
	return [...]string{"●", "◔", "◑", "◌", "✕", "○"}[a]
}

// Marks beside a name or a countdown, one cell wide each; the help explains them.
const (
	MarkShared   = "≡"
	MarkExpiry   = "!"
	MarkProvider = "*"
	MarkComputed = "·"
	MarkOperator = "^"
	MarkSuspect  = "?"
	MarkFresh    = "›"
)

// OriginMark returns the mark for where a deadline comes from, or a blank
// without a deadline.
func OriginMark(d poolstate.Deadline) string {
	if d.Suspect {
		return MarkSuspect
	}
	return [...]string{" ", MarkProvider, MarkComputed, MarkOperator}[d.Origin]
}

// Line is a row of the screen under construction. Text is added from left to
// right and must be clean: see [text.Clean].
type Line struct {
	// Selected gives all further text the background of the selected row.
	Selected bool
	Theme    *Theme

	b      strings.Builder
	col    int
	blanks int // at the end, not yet written
	style  sgr // of what was written last
}

// Line returns an empty line.
func (t *Theme) Line() *Line { return &Line{Theme: t} }

// Col returns the cell where the next text begins, which is also the width of the
// line so far.
func (l *Line) Col() int { return l.col }

// Write adds text at the next cell.
func (l *Line) Write(r Role, s string) *Line { return l.Draw(r, Regular, s) }

// Bold adds bold text at the next cell.
func (l *Line) Bold(r Role, s string) *Line { return l.Draw(r, Bold, s) }

// Draw adds text of a weight at the next cell. Neighboring pieces of one style
// share their escape sequences.
func (l *Line) Draw(r Role, w Weight, s string) *Line {
	if s == "" {
		return l
	}
	selected := 0
	if l.Selected {
		selected = 1
	}
	if style := l.Theme.styles[r][w][selected]; style != l.style {
		l.b.WriteString(l.style.end)
		l.writeBlanks()
		l.b.WriteString(style.open)
		l.style = style
	}
	l.writeBlanks()
	l.b.WriteString(s)
	l.col += text.Width(s)
	return l
}

func (l *Line) writeBlanks() {
	for ; l.blanks > 0; l.blanks-- {
		l.b.WriteByte(' ')
	}
}

// To moves on to a cell; it never moves back.
func (l *Line) To(col int) *Line {
	n := max(col-l.col, 0)
	if l.Selected {
		return l.Draw(Text, Regular, strings.Repeat(" ", n))
	}
	l.blanks += n
	l.col += n
	return l
}

// Right adds text so that it ends before a cell.
func (l *Line) Right(end int, r Role, w Weight, s string) *Line {
	return l.To(end-text.Width(s)).Draw(r, w, s)
}

// Rule adds a horizontal line up to a cell.
func (l *Line) Rule(end int) *Line { return l.Write(Rule, strings.Repeat("─", max(end-l.col, 0))) }

// String returns the line with its escape sequences, all of them closed.
func (l *Line) String() string { return l.b.String() + l.style.end + strings.Repeat(" ", l.blanks) }
