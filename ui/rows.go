package ui

import (
	"slices"

	"pooltop/poolstate"
)

// lineKind is what a line of the table shows.
type lineKind uint8

const (
	lineHeading lineKind = iota
	lineNote
	lineCredential
	lineBlank
)

// tableLine is a line of the table before it is drawn.
type tableLine struct {
	kind  lineKind
	group int
	item  int // index into the group's notes or credentials
}

// lines returns all lines of the table; spaced puts a blank line between groups.
func (s *Screen) lines(spaced bool) []tableLine {
	n := 0
	for g := range s.Groups {
		n += 2 + len(s.Groups[g].Provider.Notes) + len(s.Groups[g].Credentials)
	}
	out := make([]tableLine, 0, n)
	for g := range s.Groups {
		if spaced && g > 0 {
			out = append(out, tableLine{kind: lineBlank, group: g})
		}
		out = append(out, tableLine{kind: lineHeading, group: g})
		for i := range s.Groups[g].Provider.Notes {
			out = append(out, tableLine{lineNote, g, i})
		}
		for i := range s.Groups[g].Credentials {
			out = append(out, tableLine{lineCredential, g, i})
		}
	}
	return out
}

// lineOfSelected returns the index of the line of the selected credential, or -1.
func (s *Screen) lineOfSelected(lines []tableLine) int {
	return slices.IndexFunc(lines, func(l tableLine) bool {
		return l.kind == lineCredential && s.isSelected(s.Groups[l.group].Credentials[l.item])
	})
}

func (s *Screen) isSelected(c *poolstate.Credential) bool {
	return s.Selected != nil && c.Ref == *s.Selected
}
