// Package chart draws the future of a pool. [Capacity] shows how many credentials will
// be ready from now on. [Timeline] shows the cooldowns of several rows on one scale.
package chart

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// Minimum sizes of the capacity chart and of its plot, in cells and lines.
const minWidth, minHeight, minPlotWidth = 20, 3, 10

// Capacity draws a step chart of how many credentials are ready, from now until the last
// cooldown ends, in h lines of exactly w cells. It returns nil if it does not fit. A column
// shows how many credentials are ready at the end of its time span, and the first column is
// now. Marks on the axis show the origin of a deadline: * provider, ^ operator, ? suspect.
// The recovery of the selected credential is also marked, unless selected is nil.
func Capacity(th *theme.Theme, f *poolstate.Forecast, selected *poolstate.Ref, w, h int) []string {
	gutter := len(strconv.Itoa(f.Total)) + 1
	if w < minWidth || h < minHeight || w-gutter < minPlotWidth {
		return nil
	}
	p := newPlot(f, selected, w-gutter, h-2)
	p.theme, p.gutter = th, gutter
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
	heights []int // by column, in eighths of a row
	marks   []int // by column, as an index into deadlineMarks

	selected   int // column in which the selected credential recovers, or -1
	selectedAt time.Time
	labels     []label // from left to right
}

// deadlineMarks are the marks for a deadline's origin, the most unusual last.
var deadlineMarks = [...]string{"", theme.MarkOperator, theme.MarkProvider, theme.MarkSuspect}

func newPlot(f *poolstate.Forecast, selected *poolstate.Ref, width, rows int) *plot {
	ready, ahead := f.Ready, f.Steps
	p := &plot{Forecast: f, rows: rows, selected: -1, heights: make([]int, width), marks: make([]int, width)}
	p.axis = newAxis(f.Now, ahead, width)
	for col := range width {
		for ; len(ahead) > 0 && p.axis.column(ahead[0].At) <= col; ahead = ahead[1:] {
			ready = ahead[0].Ready
			p.mark(col, &ahead[0], selected)
		}
		p.heights[col] = p.eighths(ready)
	}
	p.placeLabels()
	return p
}

// mark records the origin of a step's deadlines, and whether the selected credential
// recovers then. It keeps only the most unusual mark of a column.
func (p *plot) mark(col int, s *poolstate.ForecastStep, selected *poolstate.Ref) {
	for i, n := range [...]int{s.Held, s.ByProvider, s.Suspect} {
		if n > 0 {
			p.marks[col] = max(p.marks[col], i+1)
		}
	}
	if selected != nil && slices.ContainsFunc(s.Back, func(c *poolstate.Credential) bool { return c.Ref == *selected }) {
		p.selected, p.selectedAt = col, s.At
	}
}

// eighths returns the height for n ready credentials, in eighths of a row. Each
// credential takes a whole number of rows if this fills most of the chart, and the edge
// is then in the middle of the top row. Otherwise, heights are proportional, but even a
// single credential is visible.
func (p *plot) eighths(n int) int {
	if n <= 0 {
		return 0
	}
	total := p.Total
	if each := p.rows / total; each*total*4 >= p.rows*3 {
		return n*each*8 - 4
	}
	return max(n*p.rows*8/total, 1)
}

// level returns the row of the edge above n credentials, or -1, the axis, if n is 0.
func (p *plot) level(n int) int { return (p.eighths(n)+7)/8 - 1 }

// number returns the y-axis label of a row: the total at the top, half of the total in
// the middle if there is room, and 0 at the axis, which is row -1.
func (p *plot) number(row int) string {
	total, half := p.Total, (p.Total+1)/2
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

// begin returns a line with a number in the gutter.
func (p *plot) begin(number string) *theme.Line {
	return p.theme.Line().Right(p.gutter-1, theme.Faint, theme.Regular, number).To(p.gutter)
}

func (p *plot) row(row int) string {
	number := p.number(row)
	l := p.begin(number)
	start := l.Col()
	for col := range p.heights {
		role, s := p.cell(col, row)
		if s == "" && number != "" && p.ticked(col) {
			role, s = theme.Rule, "·"
		}
		l.Write(role, s).To(start + col + 1)
	}
	return l.String()
}

// cell returns the content of a cell: the faint fill, the bright edge above it, or
// nothing. At each step, the edge rises through several rows.
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
	case height == 0 && row == 0 && p.theme.Shapes: // must not look like a low edge
		return theme.Dead, "╌"
	case height == 0 && row == 0:
		return theme.Dead, "▁"
	case row > top:
		return theme.Text, ""
	case row == top:
		return edge, string('▁' + rune(height-8*top-1))
	case height > before && row >= (before+7)/8-1:
		return edge, "█"
	case p.theme.HatchedFill:
		return theme.Fill, "░"
	}
	return theme.Fill, "█"
}

// label is a piece of text below the axis.
type label struct {
	tick int // column that the label describes
	text string
	role theme.Role
	col  int // first column of the text
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

func (p *plot) labelLine() string {
	l := p.begin("")
	for _, k := range p.labels {
		l.To(p.gutter+k.col).Write(k.role, k.text)
	}
	return l.To(p.gutter + p.axis.width).String()
}

func (p *plot) ticked(col int) bool {
	return slices.ContainsFunc(p.labels, func(k label) bool { return k.tick == col })
}

// placeLabels places labels in order of importance: the recovery of the selected
// credential, now, the last step, midnights, other round times.
func (p *plot) placeLabels() {
	now, steps, width := p.Now, p.Steps, p.axis.width
	if p.selected >= 0 {
		p.place(label{p.selected, text.Moment(p.selectedAt, now), theme.Accent, 0}, width)
	}
	p.place(label{0, "now", theme.Faint, 0}, len("now")/2)
	if len(steps) == 0 {
		return
	}
	last := steps[len(steps)-1].At
	p.place(label{p.axis.column(last), text.Moment(last, now), theme.Faint, 0}, width)
	ticks := p.axis.ticks()
	slices.SortStableFunc(ticks, func(a, b label) int { return len(b.text) - len(a.text) }) // midnights are longest
	for _, k := range ticks {
		p.place(k, 0)
	}
}

// place adds a label centered below its column. To avoid other labels, it moves the label
// by up to shift cells, but not away from the column. It omits a label that does not fit
// or whose text is already shown.
func (p *plot) place(k label, shift int) {
	w := text.Width(k.text)
	conflicts := func(other label) bool {
		return other.text == k.text || k.col <= other.col+text.Width(other.text) && other.col <= k.col+w
	}
	for d := range min(shift, w/2+1) + 1 {
		for _, k.col = range []int{k.tick - w/2 + d, k.tick - w/2 - d} {
			if k.col >= 0 && k.col+w <= p.axis.width && !slices.ContainsFunc(p.labels, conflicts) {
				p.labels = append(p.labels, k)
				slices.SortFunc(p.labels, func(a, b label) int { return a.col - b.col })
				return
			}
		}
	}
}

// Summary describes when credentials will be ready, such as "5 of 9 by 14:30, all back
// by 21:40". At the first time, half of the cooling credentials will be back.
func Summary(f *poolstate.Forecast) string {
	var parts []string
	var last *poolstate.ForecastStep
	never := 0
	for i := range f.Steps {
		if s := &f.Steps[i]; s.At.Year() > maxYear {
			never += len(s.Back)
		} else {
			last = s
		}
	}
	if half := f.Half(); last != nil {
		if half.Ready < last.Ready && moment(half, f.Now) != moment(last, f.Now) {
			parts = append(parts, fmt.Sprintf("%d of %d by %s", half.Ready, f.Total, moment(half, f.Now)))
		}
		which := "all back"
		switch {
		case f.Due+never > 0 && len(parts) > 0:
			which = strconv.Itoa(last.Ready)
		case f.Due+never > 0:
			which = fmt.Sprintf("%d of %d", last.Ready, f.Total)
		}
		parts = append(parts, which+" by "+moment(last, f.Now))
	}
	if never > 0 {
		parts = append(parts, fmt.Sprintf("%d never (suspect)", never))
	}
	if f.Due > 0 {
		parts = append(parts, fmt.Sprintf("%d due now", f.Due))
	}
	switch {
	case len(parts) > 0:
		return strings.Join(parts, ", ")
	case f.Excluded > 0 && f.Ready > 0:
		return strconv.Itoa(f.Ready) + " ready, none cooling"
	case f.Excluded > 0:
		return noneRecovers
	case f.Total == 0:
		return "no credentials"
	}
	return fmt.Sprintf("all %d ready", f.Total)
}

const (
	noneRecovers = "none will recover on its own"
	maxYear      = 9999 // later dates cannot be shown
)

func moment(s *poolstate.ForecastStep, now time.Time) string {
	if s.Suspect > 0 {
		return text.Moment(s.At, now) + " (suspect)"
	}
	return text.Moment(s.At, now)
}

// Outages returns a line for each provider that is out. It says when the provider's
// first credential recovers: "openai-codex: first back 14:44, in 42m10s".
func Outages(p *poolstate.Pool, policy poolstate.Policy, now time.Time, countdown func(time.Duration) string) []string {
	var out []string
	for i := range p.Providers {
		f := p.Providers[i].Forecast(policy, now)
		if len(p.Providers[i].Credentials) == 0 || f.Ready > 0 {
			continue
		}
		var parts []string
		if f.Due > 0 {
			parts = append(parts, fmt.Sprintf("%d due now", f.Due))
		}
		if len(f.Steps) > 0 {
			parts = append(parts, "first back "+moment(&f.Steps[0], now))
			if at := f.Steps[0].At; at.Year() <= maxYear {
				parts = append(parts, "in "+countdown(at.Sub(now)))
			}
		}
		if len(parts) == 0 {
			parts = []string{noneRecovers}
		}
		out = append(out, text.ProviderName(p.Providers[i].Name)+": "+strings.Join(parts, ", "))
	}
	return out
}
