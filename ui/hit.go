package ui

import (
	"charm.land/bubbles/v2/key"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// TargetKind is what can be pointed at.
type TargetKind uint8

// The kinds: nothing, the row of a credential, the heading of a provider, the
// title of a column, a key of the footer, and the two answers of a dialog.
const (
	TargetNothing TargetKind = iota
	TargetCredential
	TargetProvider
	TargetTitle
	TargetKey
	TargetNo
	TargetYes
)

// Target is what stands at a place of the screen.
type Target struct {
	Kind TargetKind
	// Credential is whose row it is, Provider whose heading.
	Credential poolstate.Ref
	Provider   string
	// Order is what the column can be sorted by.
	Order Order
	// Key is the name of the key to press.
	Key string
	// From and To are its first cell and the one after its last.
	From, To int
}

// Hit returns what stands at a cell of the screen, both counted from 0. It draws
// the screen and looks where things went, so that it knows no layout of its own.
func Hit(s *Screen, x, y int) Target {
	return sketched(s).at(x, y)
}

// sketched draws a screen and returns where things went.
func sketched(s *Screen) *sketch {
	noted := *s
	noted.sketch = &sketch{}
	Render(&noted)
	return noted.sketch
}

// sketch notes down, while a screen is drawn, where on it things stand. A nil
// one, as for drawing alone, notes nothing.
type sketch struct {
	// line is the line of the screen at which the present part begins.
	line  int
	spots []spot
}

type spot struct {
	y int
	Target
}

// begin says at which line of the screen a part begins.
func (k *sketch) begin(line int) {
	if k != nil {
		k.line = line
	}
}

// note remembers what stands on a line of the present part.
func (k *sketch) note(line int, t Target) {
	if k != nil {
		k.spots = append(k.spots, spot{k.line + line, t})
	}
}

func (k *sketch) at(x, y int) Target {
	for _, s := range k.spots {
		if s.y == y && x >= s.From && x < s.To {
			return s.Target
		}
	}
	return Target{}
}

// noteRow remembers a line of the table; all of it counts.
func (s *Screen) noteRow(line int, r row) {
	if s.sketch == nil {
		return
	}
	g := &s.Groups[r.group]
	switch r.kind {
	case rowHeading:
		s.sketch.note(line, Target{Kind: TargetProvider, Provider: g.Provider.Name, To: s.Width})
	case rowCredential:
		s.sketch.note(line, Target{Kind: TargetCredential, Credential: g.Credentials[r.item].Ref, To: s.Width})
	case rowNote, rowBlank:
	}
}

// noteTitles remembers the titles of the columns: each from its first cell to
// the next column.
func (s *Screen) noteTitles(c *columns) {
	starts := []Target{
		{From: c.cursor, Order: OrderPool},
		{From: c.state, Order: OrderState},
		{From: c.why, Order: OrderWorst},
		{From: c.ladder, Order: OrderStreak},
		{From: c.backEnd - backWidth, Order: OrderDeadline},
		{From: c.thenEnd - thenWidth, Order: OrderStreak},
	}
	if c.ladder == 0 && c.number > 0 {
		starts[3].From = c.number + 4 - len("STREAK")
	}
	end := c.end
	for i := len(starts) - 1; i >= 0; i-- {
		t := starts[i]
		if i > 0 && t.From <= 0 {
			continue // not on a screen of this width
		}
		t.Kind, t.To, end = TargetTitle, end, t.From
		s.sketch.note(0, t)
	}
}

// noteKey remembers a key of the footer. One that shows two keys, such as the
// arrows, is two keys.
func (s *Screen) noteKey(from, to int, b key.Binding) {
	keys, name := b.Keys(), b.Help().Key
	if len(keys) == 0 {
		return
	}
	if len(keys) == 2 {
		first, second := KeyWord(keys[0]), KeyWord(keys[1])
		if name == first+second || name == first+" "+second {
			next := from + text.Width(name) - text.Width(second)
			s.sketch.note(0, Target{Kind: TargetKey, Key: keys[0], From: from, To: next})
			from, keys = next, keys[1:]
		}
	}
	s.sketch.note(0, Target{Kind: TargetKey, Key: keys[0], From: from, To: to})
}

// noteChoice remembers no and yes, as choiceLine draws them.
func (s *Screen) noteChoice(line int) {
	no := s.margin() + optionWidth("no")
	s.sketch.note(line, Target{Kind: TargetNo, From: s.margin(), To: no})
	s.sketch.note(line, Target{Kind: TargetYes, From: no, To: no + optionWidth("yes")})
}
