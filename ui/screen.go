package ui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"

	"pooltop/poolstate"
	"pooltop/ui/filter"
	"pooltop/ui/theme"
)

// FeedState is how current the snapshot is.
type FeedState uint8

// The states: waiting for a first snapshot; live; polling, because file events
// are not available; stale, because the file can no longer be read.
const (
	FeedWaiting FeedState = iota
	FeedLive
	FeedPolling
	FeedStale
)

// Feed is the source of the snapshot.
type Feed struct {
	State FeedState
	// Interval is the time between two looks of a feed that polls.
	Interval time.Duration
	// Reason says in one clause why the feed polls or is stale.
	Reason string
	// Since is when a stale snapshot was last current.
	Since time.Time
}

// Pane is what fills the screen.
type Pane uint8

// The panes.
const (
	PaneTable Pane = iota
	PaneDetail
	PaneHelp
	PaneForecast
	PaneEvents
)

// Screen is everything that a screen shows. Times are shown in Now's location.
type Screen struct {
	Width, Height int
	Theme         *theme.Theme
	Now           time.Time
	// Path is the path of the store as people read it.
	Path string
	// Caption is shown next to the path, such as the state of a simulation.
	Caption  string
	Feed     Feed
	ReadOnly bool
	// Pool is nil until a first snapshot was read.
	Pool   *poolstate.Pool
	Groups []filter.Group
	Policy poolstate.Policy
	// PolicyForced is true if the policy was set by a person, not found out.
	PolicyForced bool
	// Evidence, if any, is the observation that settled the policy.
	Evidence *Evidence
	// Selected is nil if no credential is.
	Selected *poolstate.Ref
	// Offset is the first line that is shown of the table or of the pane.
	Offset int
	Pane   Pane
	// Timeline draws all cooldowns on one scale.
	Timeline bool
	// Clock shows clock times first instead of the time left.
	Clock bool
	// Hidden are the columns that the table never shows.
	Hidden Hidden
	// ForecastOf is the provider whose forecast is shown; "" is the whole pool.
	ForecastOf string
	// Marked are the targets of the next action; without any, it is Selected.
	Marked map[poolstate.Ref]bool
	// Fresh are the credentials that have just changed: 2, then 1 as it fades.
	Fresh map[poolstate.Ref]int
	// Events are the events to show, oldest first.
	Events []poolstate.Record
	// Paused is true while the display is frozen. Missed is the number of events
	// since.
	Paused bool
	Missed int
	// Coarse writes all times to the minute, for a terminal without focus.
	Coarse bool
	// Filter, Dialog and Answer are shown if they are not nil.
	Filter *FilterLine
	Dialog *Dialog
	Answer *Answer
	// Short and Full are the keys of the footer and of the help.
	Short []key.Binding
	Full  [][]key.Binding

	// Targets, if not nil, receives what can be clicked.
	Targets *Targets
}

// Evidence is an observation of how an agent handles a streak.
type Evidence struct {
	// Counts is true if the agent raised the streak.
	Counts bool
	// Name and At say which credential failed, and when.
	Name string
	At   time.Time
}

// Smallest terminal that gets a table, in cells and lines.
const (
	minWidth  = 20
	minHeight = 5
)

// Legible reports whether a terminal of that size shows more than one line. A
// smaller one cannot show a dialog.
func Legible(width, height int) bool { return width >= minWidth && height >= minHeight }

// Render draws the screen: Height lines or fewer, none wider than Width.
func Render(s *Screen) string {
	s.Targets.reset()
	th := s.Theme
	if s.Feed.State == FeedStale {
		th = th.Dimmed()
	}
	switch {
	case !Legible(s.Width, s.Height):
		return s.tiny()
	case s.Pane == PaneHelp:
		return s.paged(s.helpLines())
	case s.Pool == nil || !s.Pool.HasPool || len(s.Pool.Providers) == 0:
		return s.empty()
	case s.Pane == PaneDetail && s.selected() != nil:
		return s.paged(s.detailLines(th, s.inner()))
	case s.Pane == PaneForecast:
		return s.paged(s.forecastPane(th))
	case s.Pane == PaneEvents:
		return s.eventsPane(th)
	}
	return s.main(th)
}

// main draws the table and what is around it.
func (s *Screen) main(th *theme.Theme) string {
	plan, t := s.plan(), newTable(s, th)
	out := make([]string, 0, s.Height)
	out = append(out, s.title())
	if plan.gapTitle {
		out = append(out, "")
	}
	switch {
	case plan.counts && !plan.next && s.Feed.State == FeedStale:
		out = append(out, s.staleLine()) // matters more than the numbers
	case plan.counts:
		out = append(out, s.counts(th))
	}
	if plan.next {
		out = append(out, s.next(th))
	}
	if plan.gapHeader {
		out = append(out, "")
	}
	if s.Targets.begin(len(out)); plan.columns {
		s.addTitles(&t.cols)
		out = append(out, t.header())
	}
	s.Targets.begin(len(out))
	out = append(out, s.tableLines(t, plan)...)
	s.Targets.begin(len(out))
	switch {
	case s.Dialog != nil:
		out = append(out, s.dialogBlock(plan.detail)...)
	case plan.detail > 0:
		out = append(out, s.detailBlock(th, plan.detail, plan.eventsBeside)...)
	}
	if plan.events > 0 {
		out = append(out, s.eventBlock(th, plan.events)...)
	}
	if plan.filter {
		out = append(out, s.filterLine())
	}
	switch {
	case plan.answer > 0:
		out = append(out, s.answerLines()[:plan.answer]...)
	case plan.gapFooter:
		out = append(out, "")
	}
	if s.Targets.begin(len(out)); plan.footer {
		out = append(out, s.footer(s.place(plan)))
	}
	return strings.Join(out, "\n")
}

// place says how many credentials are marked or, in a table that scrolls, which
// one is selected.
func (s *Screen) place(plan plan) string {
	if n := len(s.Marked); n > 0 {
		return strconv.Itoa(n) + " marked"
	}
	if len(s.lines(plan.spaced)) <= plan.table {
		return ""
	}
	all := slices.Collect(listed(s.Groups))
	return fmt.Sprintf("%d of %d", 1+slices.IndexFunc(all, s.isSelected), len(all))
}

// tableLines draws the visible part of the table. The heading of the group at
// the top stays in sight.
func (s *Screen) tableLines(t *table, plan plan) []string {
	lines := s.lines(plan.spaced)
	offset := clampOffset(s.Offset, len(lines), plan.table)
	out := make([]string, 0, plan.table)
	for i, l := range lines[offset:min(offset+plan.table, len(lines))] {
		if i == 0 && offset > 0 && l.kind != lineHeading && plan.table > 1 {
			l = tableLine{kind: lineHeading, group: l.group}
		}
		s.addLine(len(out), l)
		out = append(out, t.draw(l))
	}
	if len(lines) == 0 && plan.table > 0 {
		l := t.theme.Line().To(t.cols.at[columnName].from)
		out = append(out, l.Write(theme.Secondary, "nothing matches; esc clears the filter").String())
	}
	return filled(out, plan.table)
}

// filled adds empty lines up to a height.
func filled(lines []string, height int) []string {
	for len(lines) < height {
		lines = append(lines, "")
	}
	return lines
}

func clampOffset(offset, total, height int) int {
	return max(min(offset, total-height), 0)
}

// ScrollTo returns the offset nearest to the present one at which the selection
// is in sight.
func ScrollTo(s *Screen) int {
	if s.Pool == nil {
		return 0
	}
	plan := s.plan()
	lines := s.lines(plan.spaced)
	offset := clampOffset(s.Offset, len(lines), plan.table)
	at := s.lineOfSelected(lines)
	if at < 0 {
		return offset
	}
	top := at
	if top > 0 && plan.table > 1 {
		top-- // the heading that stays covers the first line
	}
	if top == 1 && lines[1].kind == lineHeading {
		top = 0
	}
	switch {
	case top < offset:
		offset = top
	case at >= offset+plan.table:
		offset = at - plan.table + 1
	}
	return clampOffset(offset, len(lines), plan.table)
}

// PageSize returns by how many lines a page key moves in the table.
func PageSize(s *Screen) int { return max(s.plan().table-1, 1) }

// selected returns the selected credential, or nil.
func (s *Screen) selected() *poolstate.Credential {
	if s.Selected == nil || s.Pool == nil {
		return nil
	}
	return s.Pool.Find(*s.Selected)
}

func (s *Screen) summary() poolstate.Summary { return s.Pool.Summarize(s.Policy, s.Now) }

// margin returns the number of empty cells on either side.
func (s *Screen) margin() int {
	if s.Width >= mediumFrom {
		return 2
	}
	return 1
}

// inner returns the number of cells between the margins.
func (s *Screen) inner() int { return s.Width - 2*s.margin() }
