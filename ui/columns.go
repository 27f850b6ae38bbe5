package ui

import (
	"cmp"
	"slices"

	"pooltop/poolstate"
	"pooltop/ui/filter"
)

// Widths of the terminal, in cells, from which the screen changes its form.
const (
	wideFrom   = 110 // forecast or events beside the detail
	mediumFrom = 80  // wider margins, the detail, words in full
	narrowFrom = 50  // more than symbol, name and countdown
)

// Column is a column of the table.
type Column uint8

// The columns, in their order on screen.
const (
	columnName Column = iota
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
	streakWidth = ladderWidth + 4 // the ladder, a blank and up to three digits
	totalWidth  = 6               // the length of a cooldown, after its bar
	minBar      = 10
)

// columnSpec describes a column. To add one, add its constant and its entry in
// columnSpecs here, and a method that draws it in row.go.
type columnSpec struct {
	// option is the name of the column in the configuration; a column without one
	// cannot be hidden.
	option string
	title  string
	right  bool         // align the title with the end of the column
	order  filter.Order // how a click on the title sorts
	from   int          // the narrowest terminal that shows the column
	gap    int          // blanks before it
	widths []request
	draw   func(*row)
}

// request is a width that a column asks for: the first one to be shown at all,
// the others to grow. Ranks order the requests of all columns, lowest first.
type request struct{ rank, width int }

var columnSpecs = [columnCount]columnSpec{
	columnName: {
		title: "CREDENTIAL", order: filter.OrderPool, draw: (*row).name,
		widths: []request{{0, 5}, {2, 21}, {13, 32}, {16, 40}, {18, 60}},
	},
	columnState: {
		title: "STATE", order: filter.OrderState, from: narrowFrom, gap: 2, draw: (*row).state,
		widths: []request{{3, 8}},
	},
	ColumnWhy: {
		option: "why", title: "WHY", order: filter.OrderWorst, gap: 2, draw: (*row).why,
		widths: []request{{5, 12}, {6, 19}, {12, 30}, {15, 44}, {19, 80}},
	},
	ColumnStreak: {
		option: "streak", title: "STREAK", order: filter.OrderStreak, gap: 2, draw: (*row).streak,
		widths: []request{{4, len("STREAK")}, {7, streakWidth}},
	},
	columnBack: {
		title: "BACK IN ", right: true, order: filter.OrderDeadline, gap: 1, draw: (*row).back,
		widths: []request{{1, 10}}, // the last cell is for the mark of the origin
	},
	ColumnAt: {
		option: "at", title: "AT", right: true, order: filter.OrderDeadline, gap: 1, draw: (*row).at,
		widths: []request{{9, 9}},
	},
	ColumnCooldown: {
		option: "cooldown", title: "COOLDOWN", order: filter.OrderDeadline, gap: 2, draw: (*row).cooldown,
		widths: []request{{8, minBar + 1 + totalWidth}, {11, 25}, {14, 47}, {17, 300}},
	},
	ColumnNextFail: {
		option: "next-fail", title: "NEXT FAIL", right: true, order: filter.OrderStreak, gap: 1, draw: (*row).nextFail,
		widths: []request{{10, len("NEXT FAIL")}},
	},
}

// Name returns the name of a column in the configuration and on the command
// line.
func (c Column) Name() string { return columnSpecs[c].option }

// Columns returns the columns that can be hidden, in their order on screen.
func Columns() []Column {
	var out []Column
	for c := range columnCount {
		if columnSpecs[c].option != "" {
			out = append(out, c)
		}
	}
	return out
}

// Hidden is a set of columns that are never shown. The zero value hides none;
// columns that are not hidden are shown if there is room.
type Hidden uint16

// AllBut hides every column that is not named.
func AllBut(shown ...Column) Hidden {
	var h Hidden
	for _, c := range Columns() {
		if !slices.Contains(shown, c) {
			h |= 1 << c
		}
	}
	return h
}

func (h Hidden) has(c Column) bool { return h&(1<<c) != 0 }

// span is a range of cells of a line: from its first to the one after its last.
type span struct{ from, to int }

func (s span) width() int { return s.to - s.from }

// columns is the layout of the table in a terminal.
type columns struct {
	cursor, glyph int               // cells of the selection's bar and of the state's symbol
	at            [columnCount]span // empty for a column that is not shown
	end           int               // where rules end
}

func (c *columns) shows(col Column) bool { return c.at[col].width() > 0 }

// requests are those of all columns, by rank.
var requests = func() (all []columnRequest) {
	for c := range columnCount {
		for _, r := range columnSpecs[c].widths {
			all = append(all, columnRequest{c, r})
		}
	}
	slices.SortFunc(all, func(a, b columnRequest) int { return cmp.Compare(a.rank, b.rank) })
	return all
}()

type columnRequest struct {
	column Column
	request
}

// maxSlack is the most that unused cells widen the gap after the name.
const maxSlack = 20

// columnsFor lays out the table for a terminal of w cells. Requests are met in
// turn until one cannot be, so a wider terminal never makes a column narrower.
func columnsFor(w int, hidden Hidden) columns {
	c := columns{cursor: 1, glyph: 3, end: w - 2}
	first := c.glyph + 2
	room := c.end - first
	if w < mediumFrom {
		c, first = columns{cursor: 0, glyph: 1, end: w - 1}, 3
		// No column pays for the margins that grow at mediumFrom.
		room = min(c.end-first, mediumFrom-2-5)
	}
	slack := c.end - first - room
	var widths [columnCount]int
	for _, r := range requests {
		if hidden.has(r.column) {
			continue
		}
		spec, need := &columnSpecs[r.column], r.width-widths[r.column]
		if widths[r.column] == 0 {
			if spec.gap+need > room || w < spec.from {
				break
			}
			room -= spec.gap
		}
		need = min(need, room)
		widths[r.column] += need
		room -= need
	}
	slack = min(slack+room, maxSlack)
	at := first
	for i, width := range widths {
		if width == 0 {
			continue
		}
		at += columnSpecs[i].gap
		c.at[i] = span{at, at + width}
		if at += width; Column(i) == columnName {
			at += slack
		}
	}
	return c
}
