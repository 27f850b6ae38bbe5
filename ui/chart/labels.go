package chart

import (
	"fmt"
	"slices"

	"pooltop/poolstate"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// label is a piece of text in the plot or below the axis.
type label struct {
	tick int // column that the label describes
	text string
	role theme.Role
	col  int // first column of the text
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

// placeLabels places labels in order of importance: the recovery of the selected credential,
// names if named is set, now, the last step, midnights, other round times. If there are many
// steps, it names only the selected credential.
func (p *plot) placeLabels(named bool, selected *poolstate.Ref) {
	now, width := p.Now, p.axis.width
	if p.step >= 0 {
		p.place(label{p.selected, text.Moment(p.Steps[p.step].At, now), theme.Accent, 0}, width)
	}
	for i := range p.Steps {
		if named && (i == p.step || len(p.Steps) <= p.rows) {
			p.placeName(i, selected)
		}
	}
	p.place(label{0, "now", theme.Faint, 0}, len("now")/2)
	last := p.Steps[len(p.Steps)-1].At
	p.place(label{p.axis.column(last), text.Moment(last, now), theme.Faint, 0}, width)
	ticks := p.axis.ticks()
	slices.SortStableFunc(ticks, func(a, b label) int { return len(b.text) - len(a.text) }) // labels of midnights are the longest
	for _, k := range ticks {
		p.place(k, 0)
	}
}

// place adds a label centered below its column. To avoid other labels, it moves the label
// by up to shift cells, but keeps it next to the column. It omits a label that does not fit.
func (p *plot) place(k label, shift int) {
	w := text.Width(k.text)
	for d := range min(shift, w/2+1) + 1 {
		for _, k.col = range []int{k.tick - w/2 + d, k.tick - w/2 - d} {
			if k.col >= 0 && k.col+w <= p.axis.width && insert(&p.labels, k) {
				return
			}
		}
	}
}

// placeName names the credentials that recover at a step. It tries the space to the left of the
// step, then the row above the step, then the fill below it. It omits a name that does not fit.
func (p *plot) placeName(step int, selected *poolstate.Ref) {
	k := label{p.axis.column(p.Steps[step].At), p.stepName(step, selected), theme.Text, 0}
	if step == p.step {
		k.role = theme.Accent
	}
	low, high := top(p.heights[k.tick-1]), p.level(p.Steps[step].Ready)
	left := k.tick - 1 - text.Width(k.text)
	spots := [][2]int{{high + 1, k.tick}} // rows and columns
	for row := low + 1; row <= high; row++ {
		spots = slices.Insert(spots, 0, [2]int{row, left})
	}
	for row := high - 1; row >= low; row-- {
		spots = append(spots, [2]int{row, k.tick + 2})
	}
	spots = append(spots, [2]int{low - 1, left})
	for _, at := range spots {
		if k.col = at[1]; p.placeAt(at[0], k) {
			return
		}
	}
}

// placeAt adds a name to a row of the plot if the cells of the name and the next cell to the
// right are all empty or all part of the fill.
func (p *plot) placeAt(row int, k label) bool {
	end := k.col + text.Width(k.text)
	if row < 0 || row >= p.rows || k.col < 0 || end > p.axis.width {
		return false
	}
	shape := p.shape(k.col, row)
	for col := k.col; col <= min(end, p.axis.width-1); col++ {
		if s := p.shape(col, row); s != shape || s != ' ' && s != fill {
			return false
		}
	}
	return insert(&p.names[row], k)
}

// stepName describes a step: one of its credentials (the selected one if possible), the number
// of the others, and the time.
func (p *plot) stepName(step int, selected *poolstate.Ref) string {
	s := &p.Steps[step]
	c := s.Back[max(find(s, selected), 0)]
	name := text.QualifiedName(c)
	if text.Width(name) > p.axis.width/3 {
		name = text.CredentialName(c)
	}
	name = "+ " + text.Fit(name, p.axis.width/3)
	if others := len(s.Back) - 1; others > 0 {
		name += fmt.Sprintf(" and %d more", others)
	}
	return name + " " + moment(s, p.Now)
}

// insert adds a label to a line and keeps the line sorted from left to right. It returns false
// if the label overlaps another one or if the line already contains its text.
func insert(line *[]label, k label) bool {
	for _, other := range *line {
		if other.text == k.text || k.col <= other.col+text.Width(other.text) && other.col <= k.col+text.Width(k.text) {
			return false
		}
	}
	*line = append(*line, k)
	slices.SortFunc(*line, func(a, b label) int { return a.col - b.col })
	return true
}
