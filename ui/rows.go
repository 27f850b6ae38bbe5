package ui

import (
	"pooltop/ui/filter"
)

// rowKind is what a line of the table shows.
type rowKind uint8

const (
	rowHeading rowKind = iota
	rowNote
	rowCredential
	rowBlank
)

// row is a line of the table before it is drawn.
type row struct {
	kind  rowKind
	group int
	item  int // of the group's notes or credentials
}

// rowCount is how many lines the whole table has; spaced puts a blank one
// between groups.
func rowCount(groups []filter.Group, spaced bool) int {
	n := 0
	for g := range groups {
		n += rowsOf(groups, g, spaced)
	}
	return n
}

// rowsOf is how many lines a group takes, the blank one before it included.
func rowsOf(groups []filter.Group, g int, spaced bool) int {
	n := 1 + len(groups[g].Provider.Notes) + len(groups[g].Credentials)
	if g > 0 && spaced {
		n++
	}
	return n
}

// rowsFrom lists at most n of the table's lines, from one on. What is not asked
// for costs nothing but a look at each group.
func rowsFrom(groups []filter.Group, spaced bool, from, n int) []row {
	var out []row
	for g := range groups {
		all := rowsOf(groups, g, spaced)
		for i := from; i < all && len(out) < n; i++ {
			out = append(out, rowOf(groups, g, spaced, i))
		}
		if from = max(from-all, 0); len(out) >= n {
			break
		}
	}
	return out
}

// rowOf is the i-th line of a group.
func rowOf(groups []filter.Group, g int, spaced bool, i int) row {
	if g > 0 && spaced {
		if i == 0 {
			return row{kind: rowBlank, group: g}
		}
		i--
	}
	notes := len(groups[g].Provider.Notes)
	switch {
	case i == 0:
		return row{kind: rowHeading, group: g}
	case i <= notes:
		return row{kind: rowNote, group: g, item: i - 1}
	}
	return row{kind: rowCredential, group: g, item: i - 1 - notes}
}

// rowOfSelected is the line of the selected credential, -1 without one.
func (s *Screen) rowOfSelected(spaced bool) int {
	at, found := s.locate()
	if !found {
		return -1
	}
	before := 0
	for g := range at.group {
		before += rowsOf(s.Groups, g, spaced)
	}
	return before + rowsOf(s.Groups, at.group, spaced) - len(s.Groups[at.group].Credentials) + at.item
}

// location is where a credential is listed.
type location struct{ group, item int }

// locate finds the selected credential among those that are listed.
func (s *Screen) locate() (at location, found bool) {
	if s.Selected == nil {
		return at, false
	}
	for g := range s.Groups {
		if s.Groups[g].Provider.Name != s.Selected.Provider {
			continue
		}
		for i, c := range s.Groups[g].Credentials {
			if c.Ref == *s.Selected {
				return location{g, i}, true
			}
		}
	}
	return at, false
}
