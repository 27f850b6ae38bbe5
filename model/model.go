package model

import (
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui"
	"pooltop/ui/filter"
	"pooltop/ui/theme"
)

// Config is what the dashboard is started with.
type Config struct {
	// Operator acts on the store that is shown and records that in the journal.
	Operator *journal.Operator
	// ClaudeFile is the path of the file with the tokens of claude_code.
	ClaudeFile string
	Clock      Clock
	Policy     poolstate.PolicyChoice
	// Path is the path of the store to show.
	Path string
	// Caption, if set, returns a text to show beside the path at an instant.
	Caption func(time.Time) string
	// ReadOnly, unless it is empty, is why nothing may be written.
	ReadOnly string
	// Notify turns notifications on at the start. Notifications is the form that
	// the terminal understands.
	Notify        bool
	Notifications ui.NotificationForm
	// Scheme is the colour scheme; nil chooses one for the terminal's background.
	Scheme *theme.Scheme
	// Order is the first order of the table, Descending reverses it.
	Order      filter.Order
	Descending bool
	// Without are the columns to leave out.
	Without ui.Hidden
	// Keys replace default keys. They must have passed Check.
	Keys KeyBindings
	// After returns a command that sends a message after a delay; nil means
	// tea.Tick.
	After func(time.Duration, func(time.Time) tea.Msg) tea.Cmd
	// ExplainError returns a sentence for an error of the store. ExplainWrite does
	// for an error of a write; it includes whether anything was written.
	ExplainError, ExplainWrite func(error) string
}

// Model is the dashboard. Call Leave when its program has ended.
type Model struct {
	cfg        Config
	keys       *keyMap
	dialogKeys *dialogKeys

	width, height int
	scheme        theme.Scheme
	themeChosen   bool // the terminal's background does not matter
	profile       colorprofile.Profile
	theme         *theme.Theme

	// now is the instant that the screen shows. It changes with ticks and loads
	// only, so that all rows change together.
	now  time.Time
	feed ui.Feed

	snapshot poolstate.Snapshot
	policy   poolstate.Policy
	groups   []filter.Group
	loading  loadState

	selected   *poolstate.Ref
	offset     int // of the table
	pane       ui.Pane
	paneOffset int

	arrangement arrangement
	mouse       mouse
	clockTimes  bool   // show the time of day, not the time left
	forecastOf  string // a provider, "" for the whole pool

	unwritable string // why the store cannot be written, "" if it can
	marked     map[poolstate.Ref]bool
	dialog     *dialog
	status     *ui.Answer
	statusAt   time.Time
	running    *running
	performed  []journal.Done // actions that can be undone, the latest last
	writes     map[poolstate.Ref]watchedWrite

	log eventLog
	// evidence is what the agent was last seen to do with a streak.
	evidence   poolstate.Evidence
	evidenceOf ui.Evidence
	paused     paused
	away       away
	notifier   notifier

	// clickable is filled by View; all copies of the model share it.
	clickable *ui.Targets
}

// New returns a dashboard that has not read anything.
func New(cfg Config) Model {
	if cfg.After == nil {
		cfg.After = tea.Tick
	}
	m := Model{
		cfg:        cfg,
		keys:       newKeyMap(cfg.Keys),
		dialogKeys: newDialogKeys(),
		profile:    colorprofile.TrueColor,
		now:        cfg.Clock.Now(),
		feed:       ui.Feed{State: ui.FeedWaiting},
		loading:    loadState{running: true}, // by Init

		arrangement: newArrangement(cfg.Order, cfg.Descending),
		away:        away{since: -1},
		notifier:    notifier{on: cfg.Notify},
		clickable:   &ui.Targets{},
	}
	if cfg.Scheme != nil {
		m.scheme, m.themeChosen = *cfg.Scheme, true
	}
	m.policy = cfg.Policy.Resolve(&poolstate.Pool{}, poolstate.NoEvidence)
	m.retheme()
	return m
}

// Init reads the store and the journal and starts the clock. If no scheme was
// chosen, it asks the terminal for its background.
func (m Model) Init() tea.Cmd {
	begin := tea.Batch(m.loadPool(), m.readJournal(), m.tick())
	if m.themeChosen {
		return begin
	}
	return tea.Batch(begin, tea.RequestBackgroundColor)
}

// Update handles a message.
func (m Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case ticked:
		m.clockTicked()
		cmd = m.tick()
	case FileChanged:
		cmd = m.fileChanged(msg)
	case poolLoaded:
		cmd = m.poolLoaded(msg)
	case journalRead:
		m.journalRead(msg)
	case journalWritten:
		m.journalWritten(msg)
	case tea.BlurMsg:
		m.blurred()
	case tea.FocusMsg:
		m.focused()
	case retryLoad:
		cmd = m.retryLoad()
	case planned:
		cmd = m.planned(msg)
	case lockBusy:
		cmd = m.lockBusy(msg)
	case actionDone:
		cmd = m.actionDone(msg)
	case tea.PasteMsg:
		m.pasted(msg)
	case tea.KeyPressMsg:
		cmd = m.keyPressed(msg)
	case tea.MouseClickMsg:
		cmd = m.clicked(msg)
	case tea.MouseWheelMsg:
		m.wheeled(msg)
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tea.ColorProfileMsg:
		m.profile = msg.Profile
		m.retheme()
	case tea.BackgroundColorMsg:
		if !m.themeChosen { // since the question
			m.scheme = theme.SchemeFor(msg.IsDark())
			m.retheme()
		}
	case tea.ResumeMsg:
		m.catchUp()
	}
	m.refreshEvents()
	m.offset = m.scrolledOffset()
	return m, tea.Batch(cmd, m.writeJournal(), m.notify())
}

// scrolledOffset returns the offset at which the table shows the selection. It
// does not depend on the open pane.
func (m *Model) scrolledOffset() int {
	s := m.screen()
	s.Offset = m.offset
	return ui.ScrollTo(s)
}

func (m *Model) retheme() { m.theme = m.scheme.Theme(m.profile) }

// screen returns what ui draws.
func (m *Model) screen() *ui.Screen {
	s := &ui.Screen{
		Width: m.width, Height: m.height,
		Theme: m.theme, Now: m.now,
		Path: m.cfg.Path, Feed: m.feed, ReadOnly: m.cfg.ReadOnly != "" || m.unwritable != "",
		Pool: m.snapshot.Pool, Groups: m.groups,
		Policy: m.policy, PolicyForced: m.cfg.Policy != poolstate.PolicyAuto,
		Selected: m.selected, Offset: m.offset,
		Pane: m.pane, Marked: m.marked, ForecastOf: m.forecastOf,
		Dialog: m.dialogView(), Answer: m.shownStatus(), Filter: m.filterLine(),
		Timeline: m.arrangement.order == filter.OrderDeadline, Clock: m.clockTimes,
		Hidden: m.cfg.Without,
		Short:  m.keys.footer(m.pane, m.snapshot.Pool != nil && m.snapshot.Pool.Len() > 0),
	}
	if m.pane == ui.PaneHelp {
		s.Full = m.keys.help()
	}
	if s.Dialog != nil {
		s.Short = s.Dialog.Keys
	}
	if m.arrangement.typing {
		s.Short = []key.Binding{briefly(m.dialogKeys.Accept, "keep"), briefly(m.dialogKeys.Cancel, "clear")}
	}
	s.Coarse = m.away.since >= 0 && !m.cfg.Clock.fast()
	m.addEvents(s)
	if m.cfg.Caption != nil {
		s.Caption = m.cfg.Caption(m.now)
	}
	if m.pane != ui.PaneTable {
		s.Offset = m.paneOffset
	}
	return s
}

// View draws the screen.
func (m Model) View() tea.View {
	if m.width == 0 || m.height == 0 {
		return tea.View{AltScreen: true}
	}
	s := m.screen()
	s.Targets = m.clickable
	v := tea.NewView(ui.Render(s))
	v.AltScreen = true
	v.ReportFocus = true
	m.announce(&v)
	if m.mouse.on {
		v.MouseMode = tea.MouseModeCellMotion
	}
	return v
}
