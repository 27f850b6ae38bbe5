// Package chart draws when credentials become ready. [Capacity] shows how many will be ready
// from now on. [Timeline] shows the cooldowns of several rows on one scale.
package chart

import (
	"slices"
	"strconv"

	"pooltop/poolstate"
	"pooltop/ui/theme"
)

// Minimum sizes of the capacity chart and of its plot, in cells and lines.
const minWidth, minHeight, minPlotWidth = 20, 3, 10

// Capacity draws a step chart of the number of ready credentials, from now until the last
// cooldown ends. The chart has h lines of exactly w cells. Capacity returns nil if the chart
// does not fit or if no cooldown will end.
//
// The first column shows the current number of ready credentials, and each further column
// the number at the end of its time span. Marks on the axis show where a deadline comes
// from: * from the provider, ^ from an operator, ? suspect. If selected is not nil, ▲ marks
// the time at which the selected credential recovers. If named is set, each step shows the
// name of a credential that recovers.
func Capacity(th *theme.Theme, f *poolstate.Forecast, selected *poolstate.Ref, named bool, w, h int) []string {
	gutter := len(strconv.Itoa(f.Total)) + 1
	if len(f.Steps) == 0 || w < minWidth || h < minHeight || w-gutter < minPlotWidth {
		return nil
	}
	p := newPlot(th, f, selected, named, w-gutter, h-2)
	p.gutter = gutter
	out := make([]string, 0, h)
	for row := range p.rows {
		out = append(out, p.row(p.rows-1-row))
	}
	return append(out, p.rule(), p.labelLine())
}

// plot is a chart laid out for one size.
type plot struct {
	*poolstate.Forecast
	theme   *theme.Theme
	gutter  int // width to the left: a number and a space
	axis    axis
	rows    int
	heights []int // by column, in half rows
	marks   []int // by column, as an index into deadlineMarks

	step     int       // index of the step at which the selected credential recovers, or -1
	selected int       // column of that step, or -1
	names    [][]label // by row
	labels   []label   // below the axis
}

// deadlineMarks are the marks for a deadline's origin, the most unusual last.
var deadlineMarks = [...]string{"", theme.MarkOperator, theme.MarkProvider, theme.MarkSuspect}

func newPlot(th *theme.Theme, f *poolstate.Forecast, selected *poolstate.Ref, named bool, width, rows int) *plot {
	p := &plot{Forecast: f, theme: th, axis: newAxis(f, width), rows: rows, selected: -1}
	p.heights, p.marks, p.names = make([]int, width), make([]int, width), make([][]label, rows)
	p.step = slices.IndexFunc(f.Steps, func(s poolstate.ForecastStep) bool { return find(&s, selected) >= 0 })
	if p.step >= 0 {
		p.selected = p.axis.column(f.Steps[p.step].At)
	}
	ready, ahead := f.Ready, f.Steps
	for col := range width {
		for ; len(ahead) > 0 && p.axis.column(ahead[0].At) <= col; ahead = ahead[1:] {
			ready = ahead[0].Ready
			for i, n := range [...]int{ahead[0].Held, ahead[0].ByProvider, ahead[0].Suspect} {
				if n > 0 {
					p.marks[col] = max(p.marks[col], i+1)
				}
			}
		}
		p.heights[col] = p.height(ready)
	}
	p.placeLabels(named, selected)
	return p
}

// find returns the index in s.Back of the credential with the given ref, or of a credential
// borrowed from it. It returns -1 if s.Back contains neither.
func find(s *poolstate.ForecastStep, ref *poolstate.Ref) int {
	return slices.IndexFunc(s.Back, func(c *poolstate.Credential) bool { return ref != nil && (c.Ref == *ref || c.Original() == *ref) })
}

// height returns the height for n ready credentials, in half rows. All steps have the same
// height if equal steps fill most of the chart. Otherwise, heights are proportional, but
// even a single credential is visible. The edge is in the lower half of a row if possible,
// and always if the fill is hatched, because half a cell cannot be hatched.
func (p *plot) height(n int) int {
	if n <= 0 {
		return 0
	}
	all := 2 * p.rows
	h := max(n*all/p.Total, 1)
	if each := all / p.Total; each*p.Total*4 >= all*3 {
		h = n*each - (each+1)%2
	}
	if p.theme.HatchedFill {
		h = (h - 1) | 1
	}
	return h
}

// top returns the row of the edge for a height. For height 0, it returns -1, the row of the
// axis.
func top(height int) int { return (height+1)/2 - 1 }

// level returns the row of the edge above n credentials.
func (p *plot) level(n int) int { return top(p.height(n)) }

// number returns the y-axis label of a row, or "". If there is a row for each credential, every
// number is a label; otherwise, only the total, half the total and 0 are labels. Row -1 is
// the axis.
func (p *plot) number(row int) string {
	step := 1
	if p.Total > p.rows {
		step = (p.Total + 1) / 2
	}
	for n := p.Total; n > 0; n -= step {
		if p.level(n) == row {
			return strconv.Itoa(n)
		}
	}
	if row < 0 {
		return "0"
	}
	return ""
}

// begin returns a line with a number in the gutter.
func (p *plot) begin(number string) *theme.Line {
	return p.theme.Line().Right(p.gutter-1, theme.Faint, theme.Regular, number).To(p.gutter)
}

func (p *plot) row(row int) string {
	l, names := p.begin(p.number(row)), p.names[row]
	for col := range p.heights {
		shape, edge := p.shape(col, row), theme.Ready
		if col == p.selected {
			edge = theme.Accent
		}
		switch {
		case l.Col() > p.gutter+col: // col is inside a name
			continue
		case len(names) > 0 && col == names[0].col && shape == fill:
			l.OnFill(names[0].role, names[0].text)
			names = names[1:]
		case len(names) > 0 && col == names[0].col:
			l.Write(names[0].role, names[0].text)
			names = names[1:]
		case shape == fill && p.theme.HatchedFill:
			l.Write(theme.Fill, "░")
		case shape == fill:
			l.Write(theme.Fill, "█")
		case shape == '▀':
			l.OnFill(edge, "▀")
		case shape == '▁' && p.theme.Shapes: // must not look like a low edge
			l.Write(theme.Dead, "╌")
		case shape == '▁':
			l.Write(theme.Dead, "▁")
		case shape != ' ':
			l.Write(edge, string(shape))
		case row == p.level(p.Total) && p.ticked(col):
			l.Write(theme.Rule, "·")
		}
		l.To(p.gutter + col + 1)
	}
	return l.String()
}

const fill = '░'

// shape returns the character for a cell: the fill, the edge above the fill, a space, or, if
// no credential is ready, a line on the axis. The edge is half a row thick. At a step, it
// extends from the old height to the new one.
func (p *plot) shape(col, row int) rune {
	height := p.heights[col]
	edge, bottom := min(height, p.heights[max(col-1, 0)])-1, 2*row // the lower ends of the edge and of the row, in half rows
	switch {
	case p.axis.broken() && col == p.axis.end:
		return ' '
	case height == 0 && row == 0:
		return '▁'
	case bottom >= height:
		return ' '
	case bottom >= edge && bottom+1 == height:
		return '▄'
	case bottom >= edge:
		return '█'
	case bottom+1 >= edge:
		return '▀'
	}
	return fill
}

// rule draws the axis: ticks for the labels, deadline marks, the gap, and the recovery
// of the selected credential.
func (p *plot) rule() string {
	l := p.begin(p.number(-1))
	for col := range p.axis.width {
		switch {
		case col == p.selected:
			l.Write(theme.Accent, "▲")
		case deadlineMarks[p.marks[col]] == theme.MarkSuspect:
			l.Write(theme.Dead, theme.MarkSuspect)
		case p.marks[col] > 0:
			l.Write(theme.Secondary, deadlineMarks[p.marks[col]])
		case p.axis.broken() && col == p.axis.end:
			l.Write(theme.Secondary, "⋯")
		case p.ticked(col):
			l.Write(theme.Rule, "┬")
		default:
			l.Write(theme.Rule, "─")
		}
	}
	return l.String()
}
