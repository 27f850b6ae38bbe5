package chart

import (
	"slices"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// label is a text below the axis.
type label struct {
	col, end int // end is exclusive
	text     string
	role     theme.Role
	tick     int // the column that it names
}

// rule draws the axis: a tick for each label, the marks of deadlines, the gap and
// the return of the selected credential.
func (p *plot) rule() string {
	l := p.begin(p.number(-1))
	for col := range p.axis.width {
		switch {
		case col == p.selected:
			l.Write(theme.Accent, "▲")
		case p.marks[col] == theme.MarkSuspect:
			l.Write(theme.Dead, theme.MarkSuspect)
		case p.marks[col] != "":
			l.Write(theme.Secondary, p.marks[col])
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

// labelLine draws the line below the axis.
func (p *plot) labelLine() string {
	l := p.begin("")
	for _, k := range p.labels {
		l.To(p.gutter+k.col).Write(k.role, k.text)
	}
	return l.To(p.gutter + p.axis.width).String()
}

// ticked reports whether a label names the column.
func (p *plot) ticked(col int) bool {
	return slices.ContainsFunc(p.labels, func(k label) bool { return k.tick == col })
}

// placeLabels chooses the labels by importance: when the selected credential
// returns, now, the last step, midnights, other round times.
func (p *plot) placeLabels() {
	if p.selected >= 0 {
		p.place(p.moment(p.selectedAt), p.selected, theme.Accent, p.axis.width)
	}
	p.place("now", 0, theme.Faint, len("now")/2)
	if len(p.steps) == 0 {
		return
	}
	last := p.steps[len(p.steps)-1].At
	p.place(p.moment(last), p.axis.column(last), theme.Faint, p.axis.width)
	ticks := p.axis.ticks()
	for _, major := range []bool{true, false} {
		for _, k := range ticks {
			if k.major == major {
				p.place(k.text, k.col, theme.Faint, 0)
			}
		}
	}
}

func (p *plot) moment(t time.Time) string { return text.Moment(t, p.Now) }

// place adds a label centered below a column, or up to shift cells beside that as
// long as it still touches the column. It leaves a blank between labels and
// adds no text twice.
func (p *plot) place(words string, tick int, role theme.Role, shift int) {
	w := text.Width(words)
	for d := range min(shift, w/2+1) + 1 {
		for _, col := range []int{tick - w/2 + d, tick - w/2 - d} {
			k := label{col: col, end: col + w, text: words, role: role, tick: tick}
			if col < 0 || k.end > p.axis.width || slices.ContainsFunc(p.labels, k.conflicts) {
				continue
			}
			at, _ := slices.BinarySearchFunc(p.labels, k, func(a, b label) int { return a.col - b.col })
			p.labels = slices.Insert(p.labels, at, k)
			return
		}
	}
}

func (k label) conflicts(other label) bool {
	return k.text == other.text || k.col <= other.end && other.col <= k.end
}

// stepMark returns the mark for the origin of a step's deadlines. Computed ones, the
// usual case, have none.
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
