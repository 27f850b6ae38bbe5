// Package chart draws what happens over time: [Capacity] shows how many
// credentials will be ready from now on, [Timeline] the cooldowns of several rows
// on one scale.
package chart

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/theme"
)

// Capacity draws how many credentials are ready from now until the last cooldown
// ends, as steps.
type Capacity struct {
	Theme    *theme.Theme
	Forecast poolstate.Forecast
	// Now is the left edge. Times are shown in its location.
	Now time.Time
	// Selected is the credential whose return is marked; nil for none.
	Selected *poolstate.Ref
}

// Smallest chart, and the height from which the axis is a line of its own.
const (
	chartMinWidth  = 20
	chartMinHeight = 3
	chartRuleFrom  = 5
	// plotMinWidth is what the numbers of the y axis have to leave.
	plotMinWidth = 10
)

// The inks of a chart.
const (
	roleEdge  = theme.Ready
	roleEmpty = theme.Dead // the edge where none is ready
)

// Lines draws the chart: h lines of exactly w cells, or none if there is no
// room for it.
//
// The height of a column is what is ready in the end of its stretch of time;
// the first column is now. From five lines up the axis is a line of its own,
// which shows where the deadlines of the steps come from with the marks of the
// table: * the provider named it, ^ an operator set it, ? it cannot be right.
func (c *Capacity) Lines(w, h int) []string {
	p := c.plot(w, h)
	if p == nil {
		return nil
	}
	out := make([]string, 0, h)
	for row := p.rows - 1; row >= 0; row-- {
		out = append(out, p.row(row))
	}
	if p.ruled {
		out = append(out, p.rule())
	}
	return append(out, p.labels())
}

// plot is a chart that knows its size.
type plot struct {
	*Capacity
	scale  scale
	steps  []poolstate.ForecastStep // those that are still ahead
	rows   int
	gutter int // cells before the first column: a number and a blank
	ruled  bool
	unit   int // eighths of a row for a credential; 0 for heights in proportion
	height []int
	marks  []string // of the deadlines, by column
	empty  []bool   // where none is ready
	cursor int      // column, -1 for none
	at     time.Time
	placed []label
}

func (c *Capacity) plot(w, h int) *plot {
	gutter := len(strconv.Itoa(c.Forecast.Total)) + 1
	if w < chartMinWidth || h < chartMinHeight || w-gutter < plotMinWidth {
		return nil
	}
	p := &plot{Capacity: c, gutter: gutter, ruled: h >= chartRuleFrom, rows: h - 1, cursor: -1}
	if p.ruled {
		p.rows--
	}
	all := c.Forecast.Steps
	passed, _ := slices.BinarySearchFunc(all, c.Now, func(s poolstate.ForecastStep, now time.Time) int {
		if s.At.After(now) {
			return 1
		}
		return -1
	})
	p.steps = all[passed:]
	p.scale = newScale(c.Now, p.steps, w-gutter)
	p.unit = unitFor(p.rows, c.Forecast.Total)
	p.climb()
	p.place()
	return p
}

// unitFor is how many eighths of a row a credential gets, the same for each:
// whole rows if they fill most of the height, else halves, quarters or eighths;
// 0 if none of them does.
func unitFor(rows, total int) int {
	if total == 0 {
		return 0
	}
	most := rows * 8 / total
	for _, part := range []int{8, 4, 2, 1} {
		if unit := most / part * part; unit*total >= rows*6 {
			return unit
		}
	}
	return 0
}

// eighths is the height of the edge over n credentials. A single credential
// shows, and so does a single one that is missing. Where each has an even number
// of eighths, all heights are lowered alike, so that no edge fills a whole cell:
// with whole rows it is half a cell everywhere, a fine line.
func (p *plot) eighths(n int) int {
	total, full := p.Forecast.Total, p.rows*8
	switch {
	case n <= 0:
		return 0
	case p.unit > 0:
		even := min(p.unit&-p.unit, 8) // the largest of 1, 2, 4, 8 that divides it
		return n*p.unit - even/2
	case n < total:
		return min(max(int(float64(n)/float64(total)*float64(full)), 1), full-1)
	}
	return full
}

// climb finds the height of each column, its mark and the cursor.
func (p *plot) climb() {
	cols := p.scale.width
	p.height = make([]int, cols)
	p.empty = make([]bool, cols)
	p.marks = make([]string, cols)
	ready, next := p.Forecast.At(p.Now), 0
	for col := range cols {
		for ; next < len(p.steps) && p.scale.column(p.steps[next].At) <= col; next++ {
			s := &p.steps[next]
			ready = s.Ready
			p.marks[col] = heavier(p.marks[col], stepMark(s))
			if p.Selected != nil && slices.ContainsFunc(s.Back, func(c *poolstate.Credential) bool { return c.Ref == *p.Selected }) {
				p.cursor, p.at = col, s.At
			}
		}
		p.height[col], p.empty[col] = p.eighths(ready), ready == 0
	}
}

// stepMark tells where the deadlines of a step come from, like the mark beside
// a countdown. Computed ones, the rule, have none.
func stepMark(s *poolstate.ForecastStep) string {
	switch {
	case s.Suspect > 0:
		return theme.MarkSuspect
	case s.ByProvider > 0:
		return theme.MarkProvider
	case s.Held > 0:
		return theme.MarkOperator
	}
	return ""
}

// heavier is the mark that stands for two steps in one column.
func heavier(a, b string) string {
	const order = theme.MarkOperator + theme.MarkProvider + theme.MarkSuspect
	if b != "" && strings.Index(order, b) >= strings.Index(order, a) {
		return b
	}
	return a
}

// level is the row that holds the edge over n credentials; -1 for none of them,
// which is the axis.
func (p *plot) level(n int) int { return (p.eighths(n)+7)/8 - 1 }

// number is the label of the y axis at a row: the total, the middle where it is
// well apart from both ends, and 0 at the axis, which is row -1.
func (p *plot) number(row int) string {
	total := p.Forecast.Total
	middle := (total + 1) / 2
	switch {
	case row == p.level(total):
		return strconv.Itoa(total)
	case row < 0:
		return "0"
	case row == p.level(middle) && row > 0 && row < p.level(total)-1:
		return strconv.Itoa(middle)
	}
	return ""
}

// begin is a line with its number, up to the first column.
func (p *plot) begin(number string) *theme.Line {
	l := p.Theme.Line()
	l.Right(p.gutter-1, theme.Faint, theme.Regular, number)
	return l.To(p.gutter)
}

var eighthBlocks = [...]string{"", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}

// row draws a row of the plot.
func (p *plot) row(row int) string {
	number := p.number(row)
	l := p.begin(number)
	for col := range p.height {
		i, s := p.cell(col, row)
		if s == " " && number != "" && p.ticked(col) {
			i, s = theme.Rule, "·"
		}
		if s == " " {
			l.To(l.Col() + 1)
		} else {
			l.Write(i, s)
		}
	}
	return l.To(p.gutter + p.scale.width).String()
}

// cell is what a column shows in a row: the quiet fill, the bright edge, which
// rises where a step is, and nothing above it.
func (p *plot) cell(col, row int) (theme.Role, string) {
	top := (p.height[col] - 1) / 8
	edge := roleEdge
	if col == p.cursor {
		edge = theme.Accent
	}
	switch {
	case p.scale.broken() && col == p.scale.gap:
		return theme.Text, " "
	case p.empty[col]:
		if row == 0 {
			return roleEmpty, p.flat()
		}
		return theme.Text, " "
	case row > top:
		return theme.Text, " "
	case row == top:
		return edge, eighthBlocks[p.height[col]-8*top]
	case p.rises(col) && row >= (p.height[col-1]+7)/8-1:
		return edge, "█"
	}
	return theme.Fill, p.fill()
}

// fill is a full block in an ink that is quieter than text. Where there is none,
// with sixteen colours or without any, the shape is quiet.
func (p *plot) fill() string {
	if p.Theme.HatchedFill {
		return "░"
	}
	return "█"
}

// flat is the edge where none is ready. Without colours it must not look like a
// low one.
func (p *plot) flat() string {
	if p.Theme.Shapes {
		return "╌"
	}
	return "▁"
}

// rises reports whether a column is higher than the one before.
func (p *plot) rises(col int) bool { return col > 0 && p.height[col] > p.height[col-1] }
