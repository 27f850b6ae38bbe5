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

// The smallest chart, and what the numbers of the y axis have to leave of it.
const (
	minWidth     = 20
	minHeight    = 3
	minPlotWidth = 10
)

// Lines draws the chart: h lines of exactly w cells, or none without room for it.
//
// The height of a column is the number of credentials ready at the end of its
// time span; the first column is now. Marks on the axis show the origin of
// deadlines: * set by the provider, ^ set by an operator, ? suspect.
func (c *Capacity) Lines(w, h int) []string {
	gutter := len(strconv.Itoa(c.Forecast.Total)) + 1
	if w < minWidth || h < minHeight || w-gutter < minPlotWidth {
		return nil
	}
	p := c.plot(w-gutter, h-2)
	out := make([]string, 0, h)
	for row := p.rows - 1; row >= 0; row-- {
		out = append(out, p.row(row))
	}
	return append(out, p.rule(), p.labelLine())
}

// plot is a chart of a certain size.
type plot struct {
	*Capacity
	axis   axis
	steps  []poolstate.ForecastStep // those ahead of Now
	rows   int
	gutter int // cells before the first column: a number and a blank

	// By column: the height in eighths of a row, 0 if none is ready, and the mark
	// of deadlines.
	heights []int
	marks   []string

	selected   int // the column of its return, -1 for none
	selectedAt time.Time
	labels     []label
}

func (c *Capacity) plot(width, rows int) *plot {
	p := &plot{
		Capacity: c, rows: rows, gutter: len(strconv.Itoa(c.Forecast.Total)) + 1, selected: -1,
		heights: make([]int, width), marks: make([]string, width),
	}
	first := slices.IndexFunc(c.Forecast.Steps, func(s poolstate.ForecastStep) bool { return s.At.After(c.Now) })
	if first >= 0 {
		p.steps = c.Forecast.Steps[first:]
	}
	p.axis = newAxis(c.Now, p.steps, width)
	ready, next := c.Forecast.At(c.Now), 0
	for col := range width {
		for ; next < len(p.steps) && p.axis.column(p.steps[next].At) <= col; next++ {
			ready = p.steps[next].Ready
			p.mark(col, &p.steps[next])
		}
		p.heights[col] = p.eighths(ready)
	}
	p.placeLabels()
	return p
}

// mark records the origin of a step's deadlines, and whether the selected
// credential returns then. Of two marks in one column the more unusual wins.
func (p *plot) mark(col int, s *poolstate.ForecastStep) {
	const order = theme.MarkOperator + theme.MarkProvider + theme.MarkSuspect
	if mark := stepMark(s); mark != "" && strings.Index(order, mark) >= strings.Index(order, p.marks[col]) {
		p.marks[col] = mark
	}
	if p.Selected != nil && slices.ContainsFunc(s.Back, func(c *poolstate.Credential) bool { return c.Ref == *p.Selected }) {
		p.selected, p.selectedAt = col, s.At
	}
}

// eighths returns the height for n ready credentials, in eighths of a row. If
// whole rows for each fill most of the chart, the edge is half a row everywhere;
// else heights are in proportion, but one credential is always visible.
func (p *plot) eighths(n int) int {
	if n <= 0 {
		return 0
	}
	total := p.Forecast.Total
	if each := p.rows / total; each*total*4 >= p.rows*3 {
		return n*each*8 - 4
	}
	return max(n*p.rows*8/total, 1)
}

// level returns the row with the edge over n credentials, -1 (the axis) for none.
func (p *plot) level(n int) int { return (p.eighths(n)+7)/8 - 1 }

// number returns the label of the y axis at a row: the total, half of it if that
// is well apart from both ends, and 0 at the axis, which is row -1.
func (p *plot) number(row int) string {
	total := p.Forecast.Total
	half := (total + 1) / 2
	switch {
	case row == p.level(total):
		return strconv.Itoa(total)
	case row < 0:
		return "0"
	case row == p.level(half) && row > 0 && row < p.level(total)-1:
		return strconv.Itoa(half)
	}
	return ""
}

// begin returns a line with its number, up to the first column.
func (p *plot) begin(number string) *theme.Line {
	l := p.Theme.Line().Right(p.gutter-1, theme.Faint, theme.Regular, number)
	return l.To(p.gutter)
}

func (p *plot) row(row int) string {
	number := p.number(row)
	l := p.begin(number)
	for col := range p.heights {
		role, s := p.cell(col, row)
		if s == "" && number != "" && p.ticked(col) {
			role, s = theme.Rule, "·"
		}
		l.Write(role, s).To(p.gutter + col + 1)
	}
	return l.String()
}

var eighthBlocks = [...]string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}

// cell returns what a column shows in a row: the quiet fill, the bright edge,
// which rises where a step is, and nothing above it.
func (p *plot) cell(col, row int) (theme.Role, string) {
	height, before := p.heights[col], p.heights[max(col-1, 0)]
	top := (height+7)/8 - 1
	edge := theme.Ready
	if col == p.selected {
		edge = theme.Accent
	}
	switch {
	case p.axis.broken() && col == p.axis.end:
		return theme.Text, ""
	case height == 0 && row == 0:
		return theme.Dead, p.noneReady()
	case row > top:
		return theme.Text, ""
	case row == top:
		return edge, eighthBlocks[height-8*top-1]
	case height > before && row >= (before+7)/8-1:
		return edge, "█"
	}
	return theme.Fill, p.fill()
}

// fill is a full block in a color that is quieter than text, or a quiet shape.
func (p *plot) fill() string {
	if p.Theme.HatchedFill {
		return "░"
	}
	return "█"
}

// noneReady is the edge where none is ready. Without colors it must not look like
// a low one.
func (p *plot) noneReady() string {
	if p.Theme.Shapes {
		return "╌"
	}
	return "▁"
}
