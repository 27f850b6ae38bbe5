package ui

import (
	"math"
	"slices"

	"pooltop/poolstate"
	"pooltop/ui/filter"
	"pooltop/ui/text"
)

// Smallest terminal width, in cells, for each of the wider layouts.
const (
	wideFrom   = 110 // forecast or events next to the detail
	mediumFrom = 80  // wider margins, the detail, full words
	narrowFrom = 50  // columns other than symbol, name and countdown
)

// Column is a column of the table.
type Column uint8

// The columns, in screen order.
const (
	columnName     Column = iota
	ColumnProfile         // only if providers of several profiles are listed
	columnProvider        // only if the groups are profiles
	columnState
	ColumnWhy
	ColumnStreak
	columnBack
	ColumnAt
	ColumnCooldown
	ColumnNextFail
	columnCount
)

// Fixed widths of parts of columns, in cells.
const (
	ladderWidth = poolstate.Steps
	streakWidth = ladderWidth + 4 // the ladder, a space and up to three digits
	totalWidth  = 6               // the length of the cooldown, after the bar
	minBar      = 10
	originWidth = 1 // the mark after a countdown
	leastName   = 14
	leastWhy    = 19
)

// columnSpec describes a column. To add one, add its constant, its entries in
// columnSpecs and requests, and a method in row.go that draws it.
type columnSpec struct {
	option string // name in the configuration; "" if the column cannot be hidden
	title  string
	right  bool         // right-align the title
	order  filter.Order // the order that a click on the title selects
	from   int          // smallest terminal width that shows the column
	gap    int          // spaces before the column
	after  int          // cells reserved for a mark to the right of the title and the values
	draw   func(*row)
}

var columnSpecs = [columnCount]columnSpec{
	columnName:     {"", "CREDENTIAL", false, filter.OrderPool, 0, 0, 0, (*row).name},
	ColumnProfile:  {"profile", "PROFILE", false, filter.OrderPool, narrowFrom, 2, 0, (*row).profile},
	columnProvider: {"", "PROVIDER", false, filter.OrderPool, narrowFrom, 2, 0, (*row).provider},
	columnState:    {"", "STATE", false, filter.OrderState, narrowFrom, 2, 0, (*row).state},
	ColumnWhy:      {"why", "WHY", false, filter.OrderWorst, 0, 2, 0, (*row).why},
	ColumnStreak:   {"streak", "STREAK", false, filter.OrderStreak, 0, 2, 0, (*row).streak},
	columnBack:     {"", "BACK IN", true, filter.OrderDeadline, 0, 1, originWidth, (*row).back},
	ColumnAt:       {"at", "AT", true, filter.OrderDeadline, 0, 1, 0, (*row).at},
	ColumnCooldown: {"cooldown", "COOLDOWN", false, filter.OrderDeadline, 0, 2, 0, (*row).cooldown},
	ColumnNextFail: {"next-fail", "NEXT FAIL", true, filter.OrderStreak, 0, 1, 0, (*row).nextFail},
}

// requests lists the widths that columns request, most important first. The first request
// of a column makes the column visible. Later requests widen it, but not beyond its content.
// A request is ignored if the column in its with field is hidden.
var requests = [...]struct {
	column Column
	width  int
	with   Column
}{
	{column: columnName, width: 5},
	{column: columnBack, width: 10}, // including a cell for the origin mark
	{column: columnName, width: 21},
	{column: columnState, width: 8},
	{column: columnProvider, width: 12},
	{column: ColumnProfile, width: 9},
	{ColumnWhy, 12, columnProvider},
	{ColumnWhy, 15, columnProvider},
	{ColumnWhy, 12, ColumnProfile},
	{ColumnWhy, 15, ColumnProfile},
	{column: ColumnStreak, width: len("STREAK")},
	{column: ColumnWhy, width: 12},
	{column: ColumnStreak, width: streakWidth},
	{column: ColumnWhy, width: leastWhy},
	{ColumnCooldown, minBar + 1 + totalWidth, columnProvider},
	{column: ColumnAt, width: 9},
	{column: ColumnCooldown, width: minBar + 1 + totalWidth},
	{column: ColumnProfile, width: 10},
	{column: ColumnNextFail, width: len("NEXT FAIL")},
	{column: ColumnProfile, width: 16},
	{column: columnProvider, width: 16},
	{column: ColumnCooldown, width: 25},
	{column: ColumnWhy, width: 30},
	{column: columnName, width: 32},
	{column: ColumnCooldown, width: 47},
	{column: ColumnWhy, width: 44},
	{column: columnName, width: 40},
	{column: ColumnProfile, width: 30},
	{column: columnProvider, width: 30},
	{column: ColumnCooldown, width: 300},
	{column: columnName, width: 60},
	{column: ColumnWhy, width: 80},
}

// Name returns the column's name in the configuration and on the command line.
func (c Column) Name() string { return columnSpecs[c].option }

// Columns returns the columns that can be hidden, in screen order.
func Columns() []Column {
	return []Column{ColumnProfile, ColumnWhy, ColumnStreak, ColumnAt, ColumnCooldown, ColumnNextFail}
}

// Hidden is a set of columns that are never shown. The other columns are shown if
// there is room.
type Hidden uint16

// AllBut returns a set of all columns that can be hidden, except the given ones.
func AllBut(shown ...Column) Hidden {
	var h Hidden
	for _, c := range Columns() {
		if !slices.Contains(shown, c) {
			h |= 1 << c
		}
	}
	return h
}

// hidden returns the columns that are hidden by choice or by the current grouping.
func (s *Screen) hidden() Hidden {
	switch {
	case s.byProfile():
		return s.Hidden | 1<<ColumnProfile
	case s.several():
		return s.Hidden | 1<<columnProvider
	}
	return s.Hidden | 1<<ColumnProfile | 1<<columnProvider
}

func (h Hidden) has(c Column) bool { return h&(1<<c) != 0 }

// span is a half-open range of cells in a line.
type span struct{ from, to int }

func (s span) width() int { return s.to - s.from }

type columns struct {
	cursor, glyph int               // positions of the selection bar and the state symbol, in cells
	at            [columnCount]span // empty for a column that is not shown
	end           int               // cell at which horizontal rules end
}

func (c *columns) shows(col Column) bool { return c.at[col].width() > 0 }

// content holds the width of the longest text in each column that is sized to fit its text.
type content struct{ name, why, profile, provider int }

// content measures the whole pool, so that columns do not move when the filter changes or
// time passes.
func (s *Screen) content() content {
	c := content{leastName, leastWhy, len("PROFILE"), len("PROVIDER")}
	if s.Pool == nil {
		return c
	}
	if s.several() {
		for i := range s.Pool.Providers {
			c.provider = max(c.provider, text.Width(text.ProviderName(s.Pool.Providers[i].Name)))
		}
	}
	for each := range s.Pool.All() {
		marks, why := 0, text.Failure(each)
		if each.Shares != nil || !each.ExpiresAt.IsZero() || each.Copy != poolstate.NoCopy || each.BorrowedFrom != "" && !each.Repeated {
			marks = 3
		}
		if each.Profile != "" {
			name, users := profileOf(each)
			c.profile = max(c.profile, text.Width(name)+text.Width(users))
		}
		if each.Held() {
			why = clean(each.ErrorMessage)
		}
		if each.Status == poolstate.StatusOther {
			why = readyRemark(each, s.Now)
		}
		c.name, c.why = max(c.name, text.Width(text.CredentialName(each))+marks), max(c.why, text.Width(why))
	}
	return c
}

func (c content) limit(col Column) int {
	switch col {
	case columnName:
		return c.name
	case ColumnWhy:
		return c.why
	case ColumnProfile:
		return c.profile
	case columnProvider:
		return c.provider
	}
	return math.MaxInt
}

// columnsFor lays out the table for a terminal w cells wide. Requests are granted
// in order until one does not fit, so a wider terminal never makes a column narrower.
func columnsFor(w int, hidden Hidden, content content) columns {
	c := columns{cursor: 1, glyph: 3, end: w - 2}
	first := c.glyph + 2
	room := c.end - first
	if w < mediumFrom {
		c, first = columns{cursor: 0, glyph: 1, end: w - 1}, 3
		// Margins grow at mediumFrom; columns must not shrink there.
		room = min(c.end-first, mediumFrom-2-5)
	}
	const maxSlack = 20 // largest extra gap after the name
	slack := c.end - first - room
	var widths [columnCount]int
	for _, r := range requests {
		if hidden.has(r.column) || hidden.has(r.with) {
			continue
		}
		if spec := &columnSpecs[r.column]; widths[r.column] == 0 {
			if spec.gap+r.width > room || w < spec.from {
				break
			}
			room -= spec.gap
		}
		more := max(min(r.width, content.limit(r.column), widths[r.column]+room)-widths[r.column], 0)
		widths[r.column] += more
		room -= more
	}
	at := first
	for i, width := range widths {
		if width > 0 {
			at += columnSpecs[i].gap
			c.at[i] = span{at, at + width}
			at += width
		}
		if Column(i) == columnName {
			at += min(slack+room, maxSlack)
		}
	}
	return c
}
