package ui

import "math"

// plan lists the parts of the screen that fit, and their heights. As the
// terminal shrinks, the detail disappears first, then blank lines, then the
// header; the table shrinks last.
type plan struct {
	counts, next, columns bool
	footer                bool // with the status line above it
	gapTitle, gapHeader   bool
	spaced                bool // blank lines between providers
	detail                int  // height of the detail with its rule, or of the dialog; 0 for none
	events                int  // height of the events below the detail, including a blank line
	eventsBeside          bool
	table                 int // height of the table
}

// Smallest terminal height that shows each part, however long the table is.
const (
	footerFrom  = 6
	countsFrom  = 7
	columnsFrom = 8
	nextFrom    = 10
	detailFrom  = 28
	bothFrom    = 36 // both detail and events, even if the table scrolls
)

// Heights of the detail, including its rule, and of the events, including their
// blank line.
const (
	detailLeast = 9
	detailSmall = 8 // with events below the detail
	detailMost  = 14
	eventsLeast = 3
	eventsUsual = 4
	eventsMost  = 9
)

// TableFits reports whether a table of the whole pool fits into the height of the screen.
func TableFits(s *Screen) bool {
	n := 0
	for i := range s.Pool.Providers {
		p := &s.Pool.Providers[i]
		n += 1 + len(p.Notes) + len(p.Credentials)
	}
	p := s.fixedParts()
	return n <= s.Height-p.fixedHeight()
}

// fixedParts returns a plan with the parts that depend only on the height.
func (s *Screen) fixedParts() plan {
	return plan{
		counts:  s.Height >= countsFrom,
		next:    s.Height >= nextFrom,
		columns: s.Height >= columnsFrom,
		footer:  s.Height >= footerFrom,
	}
}

func (p *plan) fixedHeight() int { return 1 + count(p.counts, p.next, p.columns, p.footer, p.footer) }

func (s *Screen) plan() plan {
	p := s.fixedParts()
	left, need := s.Height-p.fixedHeight(), len(s.lines(false))
	switch {
	case s.Dialog != nil: // may leave only one row of the table
		p.detail = max(min(len(s.dialogLines(s.inner(), math.MaxInt))+1, left-1), 0)
	case need <= left && need > left-detailLeast: // the table would scroll because of the detail
	case s.Height >= detailFrom && s.Width >= mediumFrom:
		s.planBelow(&p, left-need)
	}
	spare := left - p.detail - p.events - need
	take := func(n int) bool {
		if spare < n {
			return false
		}
		spare -= n
		return true
	}
	p.gapHeader = p.columns && take(1)
	p.spaced = len(s.Groups) > 1 && take(len(s.Groups)-1)
	p.gapTitle = p.counts && take(1)
	if p.detail > 0 && s.Dialog == nil {
		p.grow(spare - 1)
	}
	p.table = left - p.detail - p.events - count(p.gapHeader, p.gapTitle)
	return p
}

func count(parts ...bool) (n int) {
	for _, shown := range parts {
		if shown {
			n++
		}
	}
	return n
}

// planBelow divides the spare lines below the table. If the forecast, the detail
// and the events do not all fit, the events replace the forecast.
func (s *Screen) planBelow(p *plan, spare int) {
	p.detail = detailLeast
	switch {
	case len(s.Events) == 0:
	case spare >= detailSmall+eventsLeast, spare < 0 && s.Height >= bothFrom:
		p.detail, p.events = detailSmall, eventsLeast
	case s.Width >= wideFrom:
		p.eventsBeside = true
	}
}

// grow gives spare lines to the detail and to the events in turn.
func (p *plan) grow(spare int) {
	give := func(to *int, most int) {
		if n := min(spare, most-*to); n > 0 && *to > 0 {
			*to += n
			spare -= n
		}
	}
	give(&p.events, eventsUsual)
	give(&p.detail, detailMost-2)
	give(&p.events, eventsMost)
	give(&p.detail, detailMost)
}
