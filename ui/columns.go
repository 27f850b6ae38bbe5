package ui

import "pooltop/poolstate"

// Breakpoints of the table, in columns.
const (
	wideFrom   = 110 // everything
	mediumFrom = 80  // without AT, THEN and, when it gets tight, the bar
	narrowFrom = 50  // glyph, name, state, streak, back in
)

// Fixed widths of columns, in cells.
const (
	ladderWidth = poolstate.Steps
	streakWidth = ladderWidth + 4 // the ladder, a blank, up to three digits
	stateWidth  = 8
	backWidth   = 9
	atWidth     = 9
	totalWidth  = 6
	thenWidth   = 4
	minBar      = 10
)

// columns is where things stand in a row: the first cell of left-aligned
// columns, the cell after the last of right-aligned ones. Zero is a column that
// is not there.
type columns struct {
	cursor, glyph  int // the selection's bar, the state's glyph
	name, nameW    int
	state          int
	why, whyW      int
	ladder, number int
	backEnd        int // the origin's mark follows
	atEnd          int
	bar, barW      int
	total          int
	thenEnd        int
	end            int // where rules end
}

// columnsFor lays out the table for a width.
func columnsFor(w int) columns {
	switch {
	case w >= wideFrom:
		return wideColumns(w)
	case w >= mediumFrom:
		return mediumColumns(w)
	case w >= narrowFrom:
		return narrowColumns(w)
	}
	return singleColumn(w)
}

func wideColumns(w int) columns {
	c := columns{cursor: 1, glyph: 3, name: 5, end: w - 2}
	// What the fixed columns, their gaps and the margins leave is shared.
	rest := w - (c.name + 2 + stateWidth + 2 + 2 + streakWidth + 1 + backWidth + 1 + 1 + atWidth + 2 + 1 + totalWidth + 1 + thenWidth + 2)
	c.nameW = min(rest*36/100, 40)
	c.whyW = min(rest*33/100, 44)
	c.barW = rest - c.nameW - c.whyW
	c.leftPart()
	c.atEnd = c.backEnd + 2 + atWidth
	c.bar = c.atEnd + 2
	c.total = c.bar + c.barW + 1
	c.thenEnd = c.end
	return c
}

func mediumColumns(w int) columns {
	c := columns{cursor: 1, glyph: 3, name: 5, end: w - 2}
	rest := w - (c.name + 2 + stateWidth + 2 + 2 + streakWidth + 1 + backWidth + 1 + 2)
	withBar := 2 + minBar + 1 + totalWidth
	if rest >= 36+withBar {
		c.barW = minBar
		rest -= withBar
	}
	c.nameW = rest * 54 / 100
	c.whyW = rest - c.nameW
	c.leftPart()
	if c.barW > 0 {
		c.bar = c.backEnd + 3
		c.total = c.bar + c.barW + 1
	}
	return c
}

// leftPart places the columns up to the countdown, which wide and medium
// tables share.
func (c *columns) leftPart() {
	c.state = c.name + c.nameW + 2
	c.why = c.state + stateWidth + 2
	c.ladder = c.why + c.whyW + 2
	c.number = c.ladder + ladderWidth + 1
	c.backEnd = c.ladder + streakWidth + 1 + backWidth
}

func narrowColumns(w int) columns {
	c := columns{cursor: 0, glyph: 1, name: 3, end: w - 1}
	c.backEnd = c.end - 1
	c.number = c.backEnd - backWidth - 5
	c.state = c.number - stateWidth - 2
	c.nameW = c.state - c.name - 2
	return c
}

func singleColumn(w int) columns {
	c := columns{cursor: 0, glyph: 1, name: 3, end: w - 1}
	c.backEnd = w - 2
	c.nameW = max(c.backEnd-backWidth-1-c.name, 1)
	return c
}
