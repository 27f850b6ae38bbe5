// Package ui draws the dashboard: header, table, detail, dialogs, events, forecast
// and help. It also describes states and changes in words. The output depends only
// on a [Screen]: drawing reads no clock, does no I/O and keeps no state.
//
// Text from the file is untrusted. It passes through [text.Clean] before it is
// measured or drawn.
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
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// FeedState describes how the snapshot is kept current.
type FeedState uint8

// The states of a feed.
const (
	FeedWaiting FeedState = iota // for the first snapshot
	FeedLive
	FeedPolling // because file events are not available
	FeedStale   // because the file can no longer be read
)

// Feed describes the source of the snapshot.
type Feed struct {
	State    FeedState
	Interval time.Duration // between polls
	Reason   string        // why the feed polls or is stale, as a short phrase
	Since    time.Time     // when a stale snapshot was last current
}

// StoreFeed is the feed of one of several stores. If there are several, Screen.Feed is stale
// only if all of their feeds are stale.
type StoreFeed struct {
	Profile string
	Path    string // as displayed
	Feed    Feed
	Guard   *poolstate.Curve // see Screen.Guard
	// Strategies are the rotation strategies of the profile's agent by provider.
	Strategies map[string]poolstate.Strategy
	Evidence   *Evidence // see Screen.Evidence
}

// Pane is the view that fills the screen.
type Pane uint8

// The panes.
const (
	PaneTable Pane = iota
	PaneDetail
	PaneHelp
	PaneForecast
	PaneEvents
	PaneOutput
)

// Screen holds everything that is drawn. Times are shown in Now's location.
type Screen struct {
	Width, Height int
	Theme         *theme.Theme
	Now           time.Time
	Path          string // displayed path of the store
	RootPath      string // displayed path of a root's store that is not in Stores, or ""
	Narration     string // describes a simulation, on a separate line; "" for none
	Profile       string // of the store, if only one is shown
	ActiveProfile string // the agent's active profile, if a different profile is shown
	CorruptCopy   string // name of the agent's copy of an unreadable store, or ""
	Feed          Feed
	Stores        []StoreFeed // one per profile, if several are shown
	ByProfile     bool        // Groups are profiles, not providers
	ReadOnly      bool
	NoJournal     bool            // the journal cannot be used
	Pool          *poolstate.Pool // nil before the first snapshot
	Groups        []filter.Group
	Policy        poolstate.Policy
	Guard         *poolstate.Curve              // the backoff schedule of the guard running on the store, or nil
	Strategies    map[string]poolstate.Strategy // the agent's rotation strategies by provider, if only one store is shown
	ResetKey      string                        // key that resets the selected credential, or "" if resetting is not possible
	SyncKey       string                        // key that imports tokens, or "" if importing is not possible
	CopyKey       string                        // key that copies the login command of a dead credential, or ""
	MoreKey       string                        // key that scrolls the pane, or ""
	Evidence      *Evidence                     // the observation that settled the policy, or nil
	Selected      *poolstate.Ref                // nil for none
	Offset        int                           // first visible line of the table or the pane
	Pane          Pane
	Timeline      bool                   // draw all cooldowns on one scale
	Clock         bool                   // show clock times first, not the time left
	Coarse        bool                   // show times with minute precision, for a terminal without focus
	View          string                 // name of the view that arranges the table, or ""
	Hidden        Hidden                 // columns that the table never shows
	ForecastOf    string                 // the provider whose forecast is shown; "" for the whole pool
	Marked        map[poolstate.Ref]bool // targets of the next action; if empty, Selected is the target
	Fresh         map[poolstate.Ref]int  // recently changed credentials: 2 at first, then 1 while the mark fades
	Events        []poolstate.Record     // oldest first
	Cursor        int                    // the position of the selected event in PaneEvents, counted from the newest
	Output        []OutputLine           // the output of a command, in PaneOutput
	Paused        bool                   // the display is frozen
	Missed        int                    // events since the display was frozen
	Order         filter.Order           // the order of Groups, reversed if Descending is set
	Descending    bool
	OutFirst      bool           // in the default order, providers that are out come first
	Outages       map[string]int // number of accounts that each provider's outage has affected so far
	Filter        *FilterLine    // Filter, Dialog and Answer are nil if not shown
	Dialog        *Dialog
	Answer        *Answer
	Short         []key.Binding // keys shown in the footer
	Off           []string      // displayed names of the keys in Short that currently have no effect
	Full          []KeyGroup    // keys shown in the help
	Targets       *Targets      // receives the clickable areas, unless nil
}

// Evidence is an observation of how an agent handles a streak.
type Evidence struct {
	Counts bool      // whether the agent increased the streak
	Name   string    // name of the credential that failed
	At     time.Time // when it failed
}

// The smallest terminal that shows a table, in cells and lines.
const (
	minWidth  = 20
	minHeight = 5
)

// Legible reports whether a terminal of the given size shows more than one line. A
// smaller one cannot show a dialog.
func Legible(width, height int) bool { return width >= minWidth && height >= minHeight }

// Render draws the screen in at most Height lines, none wider than Width.
func Render(s *Screen) string {
	drawn := s.render()
	if s.Theme.ASCII {
		return text.ASCII(drawn)
	}
	return drawn
}

func (s *Screen) render() string {
	if s.Targets != nil {
		*s.Targets = Targets{spots: s.Targets.spots[:0]}
	}
	switch {
	case !Legible(s.Width, s.Height):
		return s.tiny()
	case s.Pane == PaneHelp:
		return s.paged(s.helpLines())
	case s.Pane == PaneOutput:
		return s.paged(s.outputLines())
	case s.isEmpty():
		return s.empty()
	case s.Pane == PaneDetail && s.selected() != nil:
		return s.paged(s.detailLines())
	case s.Pane == PaneForecast:
		return s.paged(s.forecastPane())
	case s.Pane == PaneEvents:
		return s.eventsPane()
	}
	return s.main()
}

// line returns an empty line, dimmed if the snapshot is stale.
func (s *Screen) line() *theme.Line {
	if s.Feed.State == FeedStale {
		return s.Theme.Dimmed().Line()
	}
	return s.Theme.Line()
}

func (s *Screen) main() string {
	plan, t := s.plan(), newTable(s)
	out := make([]string, 0, s.Height)
	part := func(shown bool, draw func() []string) {
		if shown {
			s.Targets.begin(len(out))
			out = append(out, draw()...)
		}
	}
	line := func(shown bool, draw func() string) { part(shown, func() []string { return []string{draw()} }) }
	blank := func() string { return "" }
	counts := s.counts
	if s.Feed.State == FeedStale && !plan.next {
		counts = s.staleLine // more important than the counts
	}
	line(true, s.titleLine)
	line(plan.narration, s.narrationLine)
	line(plan.gapTitle, blank)
	line(plan.counts, counts)
	line(plan.next, s.next)
	line(plan.gapHeader, blank)
	line(plan.columns, t.header)
	part(true, func() []string { return s.tableLines(t, plan) })
	part(plan.detail > 0, func() []string { return s.belowTable(plan) })
	part(plan.chart > 0, func() []string { return s.chartBlock(plan.chart) })
	part(plan.events > 0, func() []string { return s.eventBlock(plan) })
	line(plan.footer, s.statusLine)
	line(plan.footer, func() string { return s.footer(s.place(plan)) })
	return strings.Join(out, "\n")
}

// place returns how many credentials are marked and how many match the filter. Without marks
// or a filter, it returns the position of the selection if the table scrolls.
func (s *Screen) place(plan plan) string {
	marked, shown := "", ""
	if n := len(s.Marked); n > 0 {
		marked = strconv.Itoa(n) + " marked"
	}
	if f := s.Filter; f != nil && !f.Typing && f.Text != "" {
		shown = f.result()
	}
	if words := joined(", ", marked, shown); words != "" || len(s.lines(plan.spaced)) <= plan.table {
		return words
	}
	all := slices.Collect(filter.Listed(s.Groups))
	return fmt.Sprintf("%d of %d", 1+slices.IndexFunc(all, s.isSelected), len(all))
}

// tableLines draws the visible part of the table. If the heading of the first row is above
// the visible part, the heading replaces the first line.
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
		l := s.line().To(t.cols.at[columnName].from)
		out = append(out, l.Write(theme.Secondary, "nothing matches; esc clears the filter").String())
	}
	return filled(out, plan.table)
}

func clampOffset(offset, total, height int) int { return max(min(offset, total-height), 0) }

// ScrollTo returns the nearest offset at which the selection is visible.
func ScrollTo(s *Screen) int {
	if s.Pool == nil {
		return 0
	}
	plan := s.plan()
	lines := s.lines(plan.spaced)
	offset := clampOffset(s.Offset, len(lines), plan.table)
	at := slices.IndexFunc(lines, func(l tableLine) bool {
		return l.kind == lineCredential && s.isSelected(s.Groups[l.group].Credentials[l.item])
	})
	if at < 0 {
		return offset
	}
	top := at
	if top > 0 && plan.table > 1 {
		top-- // the sticky heading covers the first line
	}
	if top == 1 && lines[1].kind == lineHeading {
		top = 0
	}
	return clampOffset(max(min(offset, top), at-plan.table+1), len(lines), plan.table)
}

// ShowsRow reports whether a credential's row is in the visible part of the table.
func ShowsRow(s *Screen, ref poolstate.Ref) bool {
	if s.isEmpty() || !Legible(s.Width, s.Height) {
		return false
	}
	plan := s.plan()
	lines := s.lines(plan.spaced)
	offset := clampOffset(s.Offset, len(lines), plan.table)
	covered := offset > 0 && plan.table > 1 // the sticky heading covers the first line
	for i, l := range lines[offset:min(offset+plan.table, len(lines))] {
		if l.kind == lineCredential && (i > 0 || !covered) && s.Groups[l.group].Credentials[l.item].Ref == ref {
			return true
		}
	}
	return false
}

// PageSize returns how many lines PgUp and PgDn move in the table or in the events.
func PageSize(s *Screen) int {
	if s.Pane == PaneEvents {
		return max(s.eventRows()-1, 1)
	}
	return max(s.plan().table-1, 1)
}

func (s *Screen) selected() *poolstate.Credential {
	if s.Selected == nil || s.Pool == nil {
		return nil
	}
	return s.Pool.Find(*s.Selected)
}

func (s *Screen) isSelected(c *poolstate.Credential) bool {
	return s.Selected != nil && c.Ref == *s.Selected
}

// returning reports whether any credential is cooling or held. Otherwise, there is no chart.
func (s *Screen) returning() bool {
	sum := s.summary()
	return sum.Count[poolstate.Cooling]+sum.Count[poolstate.Held] > 0
}

func (s *Screen) summary() poolstate.Summary { return s.Pool.Summarize(s.Policy, s.Now) }

// wider returns narrow or wide, depending on the terminal width.
func (s *Screen) wider(narrow, wide int) int {
	if s.Width >= mediumFrom {
		return wide
	}
	return narrow
}

// margin returns the width of each side margin, and inner the width between the margins.
func (s *Screen) margin() int { return s.wider(1, 2) }
func (s *Screen) inner() int  { return s.Width - 2*s.margin() }
