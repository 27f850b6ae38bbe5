package ui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"

	"pooltop/poolstate"
	"pooltop/ui/filter"
	"pooltop/ui/text"
)

// TargetKind is the kind of a target.
type TargetKind uint8

// The kinds of targets.
const (
	TargetNothing    TargetKind = iota
	TargetCredential            // row of a credential
	TargetHeading               // heading of a provider or a profile
	TargetEvent                 // an event in the list of events
	TargetTitle                 // a column title
	TargetKey                   // a key in the footer
	TargetNo                    // an answer in a dialog
	TargetYes
)

// Target is a clickable part of a line.
type Target struct {
	Kind       TargetKind
	Credential poolstate.Ref // the credential of a row
	Group      string        // the provider or the profile of a heading
	Event      int           // the position of the event, counted from the newest
	Order      filter.Order  // the order that a click on a column title selects
	Key        string        // name of the key to press
	From, To   int           // half-open range of cells
}

// Targets holds the clickable parts of the screen that [Render] drew last. A nil
// *Targets records nothing.
type Targets struct {
	top   int // first line of the part being drawn
	spots []spot
}

type spot struct {
	y int
	Target
}

// At returns the target at a cell. Both coordinates start at 0.
func (t *Targets) At(x, y int) Target {
	for _, s := range t.spots {
		if s.y == y && x >= s.From && x < s.To {
			return s.Target
		}
	}
	return Target{}
}

func (t *Targets) begin(top int) {
	if t != nil {
		t.top = top
	}
}

// raise moves all targets that are added afterwards up by one line.
func (t *Targets) raise() {
	if t != nil {
		t.top--
	}
}

func (t *Targets) add(line int, target Target) {
	if t != nil {
		t.spots = append(t.spots, spot{t.top + line, target})
	}
}

// addLine makes a line of the table clickable across the width of the screen.
func (s *Screen) addLine(y int, l tableLine) {
	switch g := &s.Groups[l.group]; l.kind {
	case lineHeading:
		s.Targets.add(y, Target{Kind: TargetHeading, Group: g.Name, To: s.Width})
	case lineCredential:
		s.Targets.add(y, Target{Kind: TargetCredential, Credential: g.Credentials[l.item].Ref, To: s.Width})
	}
}

// addTitles makes the column titles clickable, each up to the next column.
func (s *Screen) addTitles(c *columns) {
	end := c.end
	for i, cell := range slices.Backward(c.at[:]) {
		if Column(i) == columnName {
			cell.from = c.cursor
		}
		if cell.width() > 0 {
			s.Targets.add(0, Target{Kind: TargetTitle, Order: columnSpecs[i].order, From: cell.from, To: end})
			end = cell.from
		}
	}
}

// addKey makes a key in the footer clickable. If the footer shows both keys of a
// binding, such as the arrows, each becomes a target.
func (s *Screen) addKey(from, to int, b key.Binding) {
	keys, name := b.Keys(), b.Help().Key
	if len(keys) == 0 {
		return
	}
	if words := KeyWords(keys); len(keys) == 2 && (name == words || name == strings.Replace(words, " ", "", 1)) {
		next := from + text.Width(s.keyName(name)) - text.Width(s.keyName(KeyWord(keys[1])))
		s.Targets.add(0, Target{Kind: TargetKey, Key: keys[0], From: from, To: next})
		from, keys = next, keys[1:]
	}
	s.Targets.add(0, Target{Kind: TargetKey, Key: keys[0], From: from, To: to})
}

// addChoice makes "no" and "yes" clickable where choiceLine draws them.
func (s *Screen) addChoice(line int) {
	no := s.margin() + noWidth
	s.Targets.add(line, Target{Kind: TargetNo, From: s.margin(), To: no})
	s.Targets.add(line, Target{Kind: TargetYes, From: no, To: no + yesWidth})
}
