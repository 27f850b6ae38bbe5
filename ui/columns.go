package ui

import (
	"pooltop/poolstate"
)

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

// Column is a column of the table that a person can do without. State, name and
// the way back always stand, as far as there is room.
type Column uint8

// The columns, in the order in which they stand.
const (
	ColumnWhy Column = iota
	ColumnStreak
	ColumnAt
	ColumnCooldown
	ColumnThen
)

var columnNames = [...]string{"why", "streak", "at", "cooldown", "then"}

// Name is what a person writes to choose it: in the configuration, on the
// command line.
func (c Column) Name() string { return columnNames[c] }

// Columns are all of them, in their order.
func Columns() []Column {
	return []Column{ColumnWhy, ColumnStreak, ColumnAt, ColumnCooldown, ColumnThen}
}

// Hidden is a set of columns that a table does without. The zero value hides
// none; what is not hidden still gives way where there is no room.
type Hidden uint8

// AllBut hides every column that is not named.
func AllBut(shown ...Column) Hidden {
	var h Hidden
	for _, c := range Columns() {
		h |= 1 << c
	}
	for _, c := range shown {
		h &^= 1 << c
	}
	return h
}

func (h Hidden) has(c Column) bool { return h&(1<<c) != 0 }

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

// columnsFor lays out the table for a width, without the columns that a person
// does not want. What those would take goes to the others.
func columnsFor(w int, without Hidden) columns {
	switch {
	case w >= wideFrom:
		return wideColumns(w, without)
	case w >= mediumFrom:
		return mediumColumns(w, without)
	case w >= narrowFrom:
		return narrowColumns(w, without)
	}
	return singleColumn(w)
}

// Fixed shares of a wide and a medium row: its margins, the name's gap, state
// and countdown, and what each other column adds, its gap included.
const (
	fixedPart    = 5 + 2 + stateWidth + 1 + backWidth + 1 + 2
	whyGap       = 2
	streakPart   = 2 + streakWidth
	atPart       = 1 + atWidth
	cooldownPart = 2 + 1 + totalWidth // and the bar
	thenPart     = 1 + thenWidth
)

// nameMost is how wide a name becomes when nothing else takes what is left.
const nameMost = 60

func wideColumns(w int, without Hidden) columns {
	c := columns{cursor: 1, glyph: 3, name: 5, end: w - 2}
	// What the fixed columns, their gaps and the margins leave is shared.
	rest := w - fixedPart
	for column, part := range map[Column]int{
		ColumnWhy: whyGap, ColumnStreak: streakPart, ColumnAt: atPart, ColumnCooldown: cooldownPart, ColumnThen: thenPart,
	} {
		if !without.has(column) {
			rest -= part
		}
	}
	why, bar := !without.has(ColumnWhy), !without.has(ColumnCooldown)
	c.nameW = min(rest*36/100, 40)
	switch {
	case why && bar:
		c.whyW = min(rest*33/100, 44)
	case why:
		c.whyW = rest - c.nameW
	case !bar:
		c.nameW = min(rest, nameMost)
	}
	if bar {
		c.barW = rest - c.nameW - c.whyW
	}
	at := c.leftPart(without) + 1 // behind the mark of the origin
	if !without.has(ColumnAt) {
		at += atPart
		c.atEnd = at
	}
	if bar {
		c.bar = at + 2
		c.total = c.bar + c.barW + 1
		at = c.total + totalWidth
	}
	if !without.has(ColumnThen) {
		c.thenEnd = at + thenPart
	}
	return c
}

func mediumColumns(w int, without Hidden) columns {
	c := columns{cursor: 1, glyph: 3, name: 5, end: w - 2}
	rest := w - fixedPart
	if !without.has(ColumnStreak) {
		rest -= streakPart
	}
	if !without.has(ColumnWhy) {
		rest -= whyGap
	}
	const withBar = cooldownPart + minBar
	least := 36 // for name and reason, before there is a bar
	if without.has(ColumnWhy) {
		least = 20
	}
	if !without.has(ColumnCooldown) && rest >= least+withBar {
		c.barW = minBar
		rest -= withBar
	}
	switch {
	case !without.has(ColumnWhy):
		c.nameW = rest * 54 / 100
		c.whyW = rest - c.nameW
	case c.barW > 0:
		c.nameW = min(rest, 40)
		c.barW += rest - c.nameW
	default:
		c.nameW = min(rest, nameMost)
	}
	back := c.leftPart(without)
	if c.barW > 0 {
		c.bar = back + 3
		c.total = c.bar + c.barW + 1
	}
	return c
}

// leftPart places the columns up to the countdown, which wide and medium
// tables share, and returns where that ends.
func (c *columns) leftPart(without Hidden) int {
	c.state = c.name + c.nameW + 2
	at := c.state + stateWidth
	if !without.has(ColumnWhy) {
		c.why = at + 2
		at = c.why + c.whyW
	}
	if !without.has(ColumnStreak) {
		c.ladder = at + 2
		c.number = c.ladder + ladderWidth + 1
		at = c.ladder + streakWidth
	}
	c.backEnd = at + 1 + backWidth
	return c.backEnd
}

func narrowColumns(w int, without Hidden) columns {
	c := columns{cursor: 0, glyph: 1, name: 3, end: w - 1}
	c.backEnd = c.end - 1
	at := c.backEnd - backWidth
	if !without.has(ColumnStreak) {
		c.number = at - 5
		at = c.number
	}
	c.state = at - stateWidth - 2
	c.nameW = c.state - c.name - 2
	return c
}

func singleColumn(w int) columns {
	c := columns{cursor: 0, glyph: 1, name: 3, end: w - 1}
	c.backEnd = w - 2
	c.nameW = max(c.backEnd-backWidth-1-c.name, 1)
	return c
}
