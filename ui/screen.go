package ui

import (
	"strconv"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"

	"pooltop/poolstate"
	"pooltop/ui/filter"
	"pooltop/ui/theme"
)

// FeedState is how fresh the picture is.
type FeedState uint8

// The feed is waiting for a first picture, live, polling because events cannot
// be had, or stale because the file cannot be read any more.
const (
	FeedWaiting FeedState = iota
	FeedLive
	FeedPolling
	FeedStale
)

// Feed is where the picture comes from and how fresh it is.
type Feed struct {
	State FeedState
	// Interval is how often a polling feed looks.
	Interval time.Duration
	// Reason says in one clause why the feed polls or is stale.
	Reason string
	// Since is when a stale picture was last true.
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
	// Path is the store's path as it is shown to people.
	Path string
	// Caption stands beside the path, such as what a simulation is doing.
	Caption  string
	Feed     Feed
	ReadOnly bool
	// Pool is nil as long as no picture could be read.
	Pool   *poolstate.Pool
	Groups []filter.Group
	Policy poolstate.Policy
	// PolicyForced is true when a person chose the policy and not the file.
	PolicyForced bool
	// Selected is nil when nothing is.
	Selected *poolstate.Ref
	// Offset is the first line of the table (or of a pane) that is shown.
	Offset int
	Pane   Pane
	// Timeline draws all cooldowns on one scale, which reads well when they are
	// sorted by deadline.
	Timeline bool
	// Clock is true for times as the clock shows them; otherwise they are
	// distances from now.
	Clock bool
	// Without are the columns that the table does without.
	Without Hidden
	// ForecastOf is the provider whose forecast the pane shows, empty for all.
	ForecastOf string
	// Marked are the credentials that the next action is about, instead of the
	// selected one.
	Marked map[poolstate.Ref]bool
	// Fresh are the credentials that have just changed; the number falls from 2
	// to 1 as the change fades.
	Fresh map[poolstate.Ref]int
	// Events are what happened, oldest first.
	Events []poolstate.Record
	// Paused is true for a picture that stands still, and Missed is how many
	// events it does not show.
	Paused bool
	Missed int
	// Evidence, if any, is by what the policy was chosen.
	Evidence *Evidence
	// Coarse shows times to the minute, for a terminal without the focus.
	Coarse bool
	// Filter, if any, says what of the pool is listed, and how.
	Filter *FilterLine
	// Dialog, if any, waits for the operator's answer.
	Dialog *Dialog
	// Answer, if any, is what came of the last action.
	Answer *Answer
	// Short and Full are the keys of the footer and of the help, from the key
	// map that acts on them.
	Short []key.Binding
	Full  [][]key.Binding

	// Targets, if not nil, receives what can be clicked.
	Targets *Targets
}

// Evidence is what an agent was seen to do with a streak: of which credential,
// and when.
type Evidence struct {
	Counts bool
	Name   string
	At     time.Time
}

// Smallest terminal that gets a table.
const (
	minWidth  = 20
	minHeight = 5
)

// Legible reports whether a terminal of that size shows more than one line; in
// a smaller one no question can be asked.
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
		return s.paged(s.detailLines(th, s.Width-2*s.margin()))
	case s.Pane == PaneForecast:
		return s.paged(s.forecastPane(th))
	case s.Pane == PaneEvents:
		return s.eventsPane(th)
	}
	return s.main(th)
}

// main draws header, table and detail.
func (s *Screen) main(th *theme.Theme) string {
	plan := s.plan()
	t := newTable(s, th)
	out := make([]string, 0, s.Height)
	out = append(out, s.title())
	if plan.gapTitle {
		out = append(out, "")
	}
	switch {
	case plan.counts && !plan.next && s.Feed.State == FeedStale:
		out = append(out, s.staleLine()) // the reason wins over the numbers
	case plan.counts:
		out = append(out, s.counts(th))
	}
	if plan.next {
		out = append(out, s.next(th))
	}
	if plan.gapHeader {
		out = append(out, "")
	}
	s.Targets.begin(len(out))
	if plan.columns {
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
	s.Targets.begin(len(out))
	if plan.footer {
		out = append(out, s.footer(s.place(plan)))
	}
	return strings.Join(out, "\n")
}

// place says how many credentials are marked, or which of how many is selected
// in a table that does not fit.
func (s *Screen) place(plan plan) string {
	if n := len(s.Marked); n > 0 {
		return strconv.Itoa(n) + " marked"
	}
	if rowCount(s.Groups, plan.spaced) <= plan.table {
		return ""
	}
	number, total := 0, 0
	at, found := s.locate()
	for g := range s.Groups {
		if found && g == at.group {
			number = total + at.item + 1
		}
		total += len(s.Groups[g].Credentials)
	}
	return strconv.Itoa(number) + " of " + strconv.Itoa(total)
}

// tableLines draws the visible part of the table. When a group's heading is
// scrolled out of sight, it stays on top.
func (s *Screen) tableLines(t *table, plan plan) []string {
	total := rowCount(s.Groups, plan.spaced)
	offset := clampOffset(s.Offset, total, plan.table)
	out := make([]string, 0, plan.table)
	for i, r := range rowsFrom(s.Groups, plan.spaced, offset, plan.table) {
		if i == 0 && offset > 0 && r.kind != rowHeading && plan.table > 1 {
			r = row{kind: rowHeading, group: r.group}
		}
		s.addRow(len(out), r)
		out = append(out, t.draw(r))
	}
	if total == 0 && plan.table > 0 {
		out = append(out, t.theme.Line().To(t.cols.name).Write(theme.Secondary, "nothing matches; esc clears the filter").String())
	}
	for len(out) < plan.table {
		out = append(out, "")
	}
	return out
}

func clampOffset(offset, total, height int) int {
	return max(min(offset, total-height), 0)
}

// ScrollTo returns the offset, nearest to the present one, at which the
// selection is in sight.
func ScrollTo(s *Screen) int {
	if s.Pool == nil {
		return 0
	}
	plan := s.plan()
	offset := clampOffset(s.Offset, rowCount(s.Groups, plan.spaced), plan.table)
	at := s.rowOfSelected(plan.spaced)
	if at < 0 {
		return offset
	}
	// The line on top may be covered by a heading that stays.
	top := at
	if top > 0 && plan.table > 1 {
		top--
	}
	if top == 1 && rowsFrom(s.Groups, plan.spaced, top, 1)[0].kind == rowHeading {
		top = 0
	}
	switch {
	case top < offset:
		offset = top
	case at >= offset+plan.table:
		offset = at - plan.table + 1
	}
	return clampOffset(offset, rowCount(s.Groups, plan.spaced), plan.table)
}

// PageSize is how many lines of the table are in sight.
func PageSize(s *Screen) int { return max(s.plan().table-1, 1) }

// summary counts the whole pool.
func (s *Screen) summary() poolstate.Summary { return s.Pool.Summarize(s.Policy, s.Now) }

// selected returns the selected credential, or nil.
func (s *Screen) selected() *poolstate.Credential {
	if s.Selected == nil || s.Pool == nil {
		return nil
	}
	return s.Pool.Find(*s.Selected)
}

// margin is the empty columns on both sides.
func (s *Screen) margin() int {
	if s.Width >= mediumFrom {
		return 2
	}
	return 1
}

// paged draws title, a scrolled text and the footer.
func (s *Screen) paged(lines []string) string {
	height := s.paneHeight()
	offset := clampOffset(s.Offset, len(lines), height)
	out := make([]string, 0, s.Height)
	second := ""
	if s.Feed.State == FeedStale {
		second = s.staleLine()
	}
	out = append(out, s.title(), second)
	out = append(out, lines[offset:min(offset+height, len(lines))]...)
	more := ""
	if offset+height < len(lines) {
		more = "↓ more"
	}
	return s.withBottom(out, more)
}

// withBottom ends a screen without a table: the answer, if any, and the footer
// stand on its last lines.
func (s *Screen) withBottom(out []string, place string) string {
	s.Targets.begin(s.Height - 1)
	bottom := append(s.answerAtMost(2), s.footer(place))
	for len(out) < s.Height-len(bottom) {
		out = append(out, "")
	}
	return strings.Join(append(out[:s.Height-len(bottom)], bottom...), "\n")
}

// answerAtMost is the answer in at most n lines, none without one.
func (s *Screen) answerAtMost(n int) []string {
	if s.Answer == nil {
		return nil
	}
	lines := s.answerLines()
	return lines[:min(n, len(lines))]
}

// paneHeight is how many lines of text a pane shows.
func (s *Screen) paneHeight() int {
	return max(s.Height-3-len(s.answerAtMost(2)), 1)
}

// PaneLines is how many lines the open pane can be scrolled.
func PaneLines(s *Screen) int {
	var lines []string
	switch {
	case s.Pane == PaneHelp:
		lines = s.helpLines()
	case s.Pane == PaneDetail && s.selected() != nil:
		lines = s.detailLines(s.Theme, s.Width-2*s.margin())
	case s.Pane == PaneEvents:
		return max(len(s.Events)-s.paneHeight()+1, 0)
	}
	return max(len(lines)-s.paneHeight(), 0)
}
