package ui

// plan is which parts of the screen there is room for, and how high the table
// is. The table always wins: what is not it leaves as the height shrinks, the
// detail first, then blank lines, then the rest of the head.
type plan struct {
	counts, next, columns, footer  bool
	gapTitle, gapHeader, gapFooter bool
	spaced                         bool
	filter                         bool
	detail                         int // lines, its rule included; 0 for none
	events                         int // lines below the detail, a blank one included; 0 for none
	eventsBeside                   bool
	answer                         int // lines; they take the place of the gap above the footer
	table                          int
}

// Heights, in lines, from which a part has a place whatever the table needs.
const (
	countsFrom  = 7
	columnsFrom = 8
	footerFrom  = 6
	nextFrom    = 10
	detailFrom  = 28
)

// detailLeast and detailMost bound the detail below the table, its rule
// included, and detailSmall is what it keeps when events stand below it.
const (
	detailLeast = 9
	detailSmall = 8
	detailMost  = 14
)

// eventsLeast and eventsMost bound the events below the detail, the blank line
// included, and eventsUsual is what they get before the detail grows; bothFrom is the height from which a table that scrolls leaves room
// for them.
const (
	eventsLeast = 3
	eventsUsual = 4
	eventsMost  = 9
	bothFrom    = 36
)

func (s *Screen) plan() plan {
	p := plan{
		counts:  s.Height >= countsFrom,
		next:    s.Height >= nextFrom,
		columns: s.Height >= columnsFrom,
		footer:  s.Height >= footerFrom,
	}
	left := s.Height - 1
	for _, has := range []bool{p.counts, p.next, p.columns, p.footer} {
		if has {
			left--
		}
	}
	need := rowCount(s.Groups, false)
	switch {
	case s.Dialog != nil:
		// A question is never cut for the sake of the table, as long as one row
		// of that is left.
		lines := len(s.dialogLines(s.Width-2*s.margin())) + 1
		p.detail = max(min(lines, left-1), 0)
	case need <= left && need > left-detailLeast:
		// Rows that could all be in sight are not scrolled for the detail's sake.
	case s.Height >= detailFrom && s.Width >= mediumFrom:
		s.planBelow(&p, left-need)
	}
	if s.Filter != nil && left-p.detail-p.events > 1 {
		p.filter = true
		left--
	}
	if s.Answer != nil {
		p.answer = max(min(len(s.answerLines()), left-p.detail-p.events-1), 0)
		left -= p.answer
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
	if groups := len(s.Groups); groups > 1 {
		p.spaced = take(groups - 1)
	}
	p.gapFooter = p.footer && p.answer == 0 && take(1)
	p.gapTitle = p.counts && take(1)
	if p.detail > 0 && s.Dialog == nil {
		p.grow(spare - 1)
	}
	p.table = left - p.detail - p.events
	for _, gap := range []bool{p.gapHeader, p.gapTitle, p.gapFooter} {
		if gap {
			p.table--
		}
	}
	return p
}

// planBelow decides what stands below the table, given the lines that it leaves:
// forecast, detail and events; without room for all three the forecast gives
// way, and without any events those do.
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

// grow gives lines that are left to detail and events, to the one that needs
// them more first.
func (p *plan) grow(spare int) {
	give := func(to *int, most int) {
		if n := min(spare, most-*to); n > 0 {
			*to += n
			spare -= n
		}
	}
	if p.events > 0 {
		give(&p.events, eventsUsual)
	}
	give(&p.detail, detailMost-2)
	if p.events > 0 {
		give(&p.events, eventsMost)
	}
	give(&p.detail, detailMost)
}
