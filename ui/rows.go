package ui

import "pooltop/ui/filter"

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

// lineCount returns the number of lines of the whole table; spaced puts a blank
// line between groups.
func lineCount(groups []filter.Group, spaced bool) int {
	n := 0
	for g := range groups {
		n += groupLines(groups, g, spaced)
	}
	return n
}

// groupLines returns the number of lines of a group, with the blank one before
// it.
func groupLines(groups []filter.Group, g int, spaced bool) int {
	n := 1 + len(groups[g].Provider.Notes) + len(groups[g].Credentials)
	if g > 0 && spaced {
		n++
	}
	return n
}

// linesFrom lists at most n lines of the table from one on. Its cost depends on
// n and on the number of groups, not on the length of the table.
func linesFrom(groups []filter.Group, spaced bool, from, n int) []tableLine {
	var out []tableLine
	for g := range groups {
		all := groupLines(groups, g, spaced)
		for i := from; i < all && len(out) < n; i++ {
			out = append(out, lineOf(groups, g, spaced, i))
		}
		if from = max(from-all, 0); len(out) >= n {
			break
		}
	}
	return out
}

// lineOf returns the i-th line of a group.
func lineOf(groups []filter.Group, g int, spaced bool, i int) tableLine {
	if g > 0 && spaced {
		if i == 0 {
			return tableLine{kind: lineBlank, group: g}
		}
		i--
	}
	notes := len(groups[g].Provider.Notes)
	switch {
	case i == 0:
		return tableLine{kind: lineHeading, group: g}
	case i <= notes:
		return tableLine{kind: lineNote, group: g, item: i - 1}
	}
	return tableLine{kind: lineCredential, group: g, item: i - 1 - notes}
}

// lineOfSelected returns the line of the selected credential, -1 without one.
func (s *Screen) lineOfSelected(spaced bool) int {
	group, item, found := s.locate()
	if !found {
		return -1
	}
	before := 0
	for g := range group {
		before += groupLines(s.Groups, g, spaced)
	}
	return before + groupLines(s.Groups, group, spaced) - len(s.Groups[group].Credentials) + item
}

// locate finds the selected credential among those that are listed.
func (s *Screen) locate() (group, item int, found bool) {
	if s.Selected == nil {
		return 0, 0, false
	}
	for g := range s.Groups {
		if s.Groups[g].Provider.Name != s.Selected.Provider {
			continue
		}
		for i, c := range s.Groups[g].Credentials {
			if c.Ref == *s.Selected {
				return g, i, true
			}
		}
	}
	return 0, 0, false
}
