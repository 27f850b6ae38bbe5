package ui

import "math"

// plan lists the parts of the screen that fit, and their heights. The heights depend on the
// size, the pool and the dialog, but not on the filter, the answer or the events, so that
// nothing moves when these change. As the terminal shrinks, the parts below the table
// disappear first, then blank lines, then the header. The table shrinks last.
type plan struct {
	narration             bool
	counts, next, columns bool
	footer                bool // with the status line above it
	gapTitle, gapHeader   bool
	spaced                bool // blank lines between providers
	table                 int  // height of the table
	detail                int  // height of the detail with its rule, or of the dialog; 0 for none
	chart                 int  // height of the forecast below the detail, including a blank line
	events                int  // height of the events at the bottom, including a blank line
	eventsBeside          bool // events next to the detail, in place of the forecast
}

// Minimum terminal heights for showing the parts, regardless of the length of the table.
const (
	footerFrom    = 6
	countsFrom    = 7
	columnsFrom   = 8
	nextFrom      = 10
	narrationFrom = 11
	detailFrom    = 28 // also for the forecast
	bothFrom      = 36 // both detail and events, even if the table scrolls
)

// Minimum heights of the parts below the table.
const (
	detailLeast = 9
	detailSmall = 8 // with events below the detail
	chartLeast  = 8
	eventsLeast = 3
)

// tableNeeds returns the height of a table of the whole pool without blank lines.
func (s *Screen) tableNeeds() (n int) {
	if s.Pool == nil {
		return 0
	}
	for i := range s.Pool.Providers {
		p := &s.Pool.Providers[i]
		n += len(p.Notes) + len(p.Credentials)
		for j := range p.Credentials {
			if p.Credentials[j].Repeated && !s.byProfile() {
				n--
			}
		}
	}
	return n + s.groupCount()
}

// groupCount returns the number of groups in a table of the whole pool.
func (s *Screen) groupCount() int {
	switch {
	case s.Pool == nil:
		return 0
	case s.byProfile():
		return len(s.Pool.Profiles)
	}
	return len(s.Pool.Providers)
}

// TableFits reports whether a table of the whole pool fits into the height of the screen.
func TableFits(s *Screen) bool {
	p := s.fixedParts()
	return s.tableNeeds() <= s.Height-p.fixedHeight()
}

// fixedParts returns a plan with the parts that depend only on the height.
func (s *Screen) fixedParts() plan {
	return plan{
		narration: s.narrates(),
		counts:    s.Height >= countsFrom,
		next:      s.Height >= nextFrom,
		columns:   s.Height >= columnsFrom,
		footer:    s.Height >= footerFrom,
	}
}

// fixedHeight returns the total height of the parts that are one line high.
func (p *plan) fixedHeight() int {
	return 1 + count(p.narration, p.counts, p.next, p.columns, p.footer, p.footer, p.gapTitle, p.gapHeader)
}

func count(parts ...bool) (n int) {
	for _, shown := range parts {
		if shown {
			n++
		}
	}
	return n
}

func (s *Screen) plan() plan {
	p, need := s.fixedParts(), s.tableNeeds()
	s.planBelow(&p, s.Height-p.fixedHeight()-need)
	spare := s.Height - p.fixedHeight() - need - p.below()
	take := func(n int) bool {
		if spare < n {
			return false
		}
		spare -= n
		return true
	}
	p.gapHeader = p.columns && take(1)
	p.spaced = s.groupCount() > 1 && take(s.groupCount()-1)
	p.gapTitle = p.counts && take(1)
	if p.detail > 0 {
		spare-- // a blank line above its rule
	}
	p.grow(spare, s.Width >= wideFrom)
	switch {
	case s.Pool == nil || s.returning():
	case s.Width >= wideFrom && p.detail > 0 && !p.eventsBeside: // events replace the chart next to the detail
		p.detail, p.events = p.detail+p.events, 0
	default:
		p.chart, p.events = 0, p.chart+p.events
	}
	if s.Dialog != nil {
		s.planDialog(&p)
	}
	p.table = s.Height - p.fixedHeight() - p.below()
	return p
}

func (p *plan) below() int { return p.detail + p.chart + p.events }

// planBelow divides the spare lines among the parts below the table. A negative number of spare
// lines means that the table scrolls. On a wide screen, the forecast is next to the detail; if
// there is no room for events below the detail, events replace the forecast.
func (s *Screen) planBelow(p *plan, spare int) {
	scrolls, high := spare < 0, s.Height >= detailFrom
	switch {
	case high && s.Width >= mediumFrom && (spare >= detailSmall+eventsLeast || scrolls && s.Height >= bothFrom):
		p.detail, p.events = detailSmall, eventsLeast
	case high && s.Width >= wideFrom && (spare >= detailLeast || scrolls):
		p.detail, p.eventsBeside = detailLeast, len(s.Events) > 0
	case high && s.Width >= mediumFrom && scrolls:
		p.detail = detailLeast
	case s.Width >= narrowFrom && spare >= eventsLeast-1:
		p.events = min(spare, eventsLeast)
	}
	if high && s.Width >= narrowFrom && s.Width < wideFrom && spare-p.below() >= chartLeast {
		p.chart = chartLeast
	}
}

// grow gives spare lines to the parts below the table in turn. On a wide screen, the detail
// grows as far as a forecast does, because the forecast is next to it.
func (p *plan) grow(spare int, wide bool) {
	give := func(to *int, most int) {
		if n := min(spare, most-*to); n > 0 && *to > 0 {
			*to += n
			spare -= n
		}
	}
	give(&p.events, 4)
	give(&p.detail, 12)
	give(&p.chart, 10)
	give(&p.events, 9)
	give(&p.detail, 14)
	for _, h := range [...]int{16, 20, 24, 30, 40} {
		give(&p.chart, h)
		if wide {
			give(&p.detail, h)
		}
		give(&p.events, h)
	}
}

// planDialog replaces the parts below the table with the dialog. If the dialog needs
// more room, it takes all but one line of the table, and then the blank lines of the header.
func (s *Screen) planDialog(p *plan) {
	need := len(s.dialogLines(s.inner(), math.MaxInt)) + 1
	p.chart, p.events = 0, 0
	for _, gap := range []*bool{&p.gapTitle, &p.gapHeader} {
		*gap = *gap && need < s.Height-p.fixedHeight()
	}
	p.detail = max(min(need, s.Height-p.fixedHeight()-1), 0)
}
