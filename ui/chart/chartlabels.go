package chart

import (
	"slices"

	"pooltop/poolstate"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// label is a text under the axis.
type label struct {
	col, end int // of the text; end is exclusive
	text     string
	role     theme.Role
	tick     int // column that it names, -1 for none
}

// rule draws the axis: a quiet line with a tick for each label, the marks of
// the deadlines, the gap and the cursor.
func (p *plot) rule() string {
	l := p.begin(p.number(-1))
	for col := range p.scale.width {
		switch {
		case col == p.cursor:
			l.Write(theme.Accent, "▲")
		case p.marks[col] == theme.MarkSuspect:
			l.Write(theme.Dead, theme.MarkSuspect)
		case p.marks[col] != "":
			l.Write(theme.Secondary, p.marks[col])
		case p.scale.broken() && col == p.scale.gap:
			l.Write(theme.Secondary, "⋯")
		case p.ticked(col):
			l.Write(theme.Rule, "┬")
		default:
			l.Write(theme.Rule, "─")
		}
	}
	return l.String()
}

// labels draws the line under the axis.
func (p *plot) labels() string {
	l := p.begin("")
	for _, k := range p.placed {
		l.To(p.gutter+k.col).Write(k.role, k.text)
	}
	return l.To(p.gutter + p.scale.width).String()
}

// ticked reports whether a label names the column.
func (p *plot) ticked(col int) bool {
	return slices.ContainsFunc(p.placed, func(k label) bool { return k.tick == col })
}

// place chooses the labels, the most telling first: when the selected
// credential is back, now, what lies beyond the gap, midnights, clock times.
func (p *plot) place() {
	p.placeCursor()
	if p.scale.broken() {
		p.placeFar()
	}
	if len(p.steps) == 0 {
		return // there is nothing to tell times of
	}
	before := len(p.placed)
	ticks := p.scale.ticks()
	for _, major := range []bool{true, false} {
		for _, k := range ticks {
			if k.major == major {
				p.centre(label{text: k.text, role: theme.Faint, tick: k.col}, k.col, 0)
			}
		}
	}
	if len(p.placed) == before && !p.scale.broken() { // no round time fits
		p.nameStep(&p.steps[len(p.steps)-1])
	}
	if !p.ruled {
		p.placeMarks()
	}
}

// placeCursor names now and when the selected credential is back, which wins
// if there is no room for both.
func (p *plot) placeCursor() {
	now := label{text: "now", end: len("now"), role: theme.Faint}
	p.add(now)
	if p.cursor < 0 || p.point() {
		return
	}
	p.placed = nil
	p.point()
	p.add(now)
}

// point names the instant of the cursor. Without an axis of its own it points
// at the column from the line of the labels.
func (p *plot) point() bool {
	k := label{text: text.Moment(p.at, p.Now), role: theme.Accent, tick: p.cursor}
	if p.ruled {
		return p.beside(k, p.cursor)
	}
	w := text.Width(k.text)
	left, right := k, k
	left.col, left.text = p.cursor-w, k.text+"▲"
	right.col, right.text = p.cursor, "▲"+k.text
	sides := []label{right, left}
	if p.scale.broken() && p.cursor < p.scale.gap { // what is beyond needs the room
		slices.Reverse(sides)
	}
	for _, k := range sides {
		k.end = k.col + w + 1
		if k.col >= 0 && k.end <= p.scale.width && p.add(k) {
			return true
		}
	}
	return false
}

// placeFar names the last step beyond the gap, and the first if there is room.
func (p *plot) placeFar() {
	p.nameStep(&p.steps[len(p.steps)-1])
	for i := range p.steps {
		if s := &p.steps[i]; p.scale.column(s.At) > p.scale.gap {
			p.nameStep(s)
			break
		}
	}
	if !p.ruled {
		p.add(label{col: p.scale.gap, end: p.scale.gap + gapWidth, text: "⋯", role: theme.Secondary, tick: -1})
	}
}

// nameStep labels a step with its instant, or with the distance to it where
// that is too long.
func (p *plot) nameStep(s *poolstate.ForecastStep) {
	k := label{role: theme.Faint, tick: p.scale.column(s.At)}
	if p.ticked(k.tick) {
		return
	}
	for _, words := range []string{text.Moment(s.At, p.Now), "+" + text.Span(s.At.Sub(p.Now))} {
		if k.text = words; p.beside(k, k.tick) {
			return
		}
	}
}

// placeMarks puts the marks of the deadlines where no label stands.
func (p *plot) placeMarks() {
	for col, mark := range p.marks {
		if mark == "" {
			continue
		}
		i := theme.Secondary
		if mark == theme.MarkSuspect {
			i = theme.Dead
		}
		p.add(label{col: col, end: col + 1, text: mark, role: i, tick: -1})
	}
}

// beside puts a label under a column, or as far from there as it still touches
// the column.
func (p *plot) beside(k label, col int) bool { return p.centre(k, col, text.Width(k.text)/2+1) }

// centre puts a label under a column, or up to shift cells beside it.
func (p *plot) centre(k label, col, shift int) bool {
	w := text.Width(k.text)
	want := col - w/2
	for d := range shift + 1 {
		for _, at := range []int{want + d, want - d} {
			k.col, k.end = at, at+w
			if at >= 0 && k.end <= p.scale.width && p.add(k) {
				return true
			}
		}
	}
	return false
}

// add puts a label in its place, if there is a blank on both sides of it.
func (p *plot) add(k label) bool {
	for _, other := range p.placed {
		if k.col <= other.end && other.col <= k.end {
			return false
		}
	}
	at, _ := slices.BinarySearchFunc(p.placed, k, func(a, b label) int { return a.col - b.col })
	p.placed = slices.Insert(p.placed, at, k)
	return true
}
