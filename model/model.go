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

// Config is what the dashboard needs from outside.
type Config struct {
	// Operator acts on the store that is shown, and keeps account of it.
	Operator *journal.Operator
	// Pending is what has to be written before the program ends; whoever runs it
	// has to see to that.
	Pending *Pending
	// ClaudeFile is where claude_code keeps its tokens.
	ClaudeFile string
	Clock      Clock
	Policy     poolstate.PolicyChoice
	// Path is the store's path as it is shown.
	Path string
	// Caption, if set, says what to show beside the path at an instant.
	Caption func(time.Time) string
	// ReadOnly, if not empty, says why nothing may be written.
	ReadOnly string
	// Notify turns notifications on from the start, and Notifications is the form
	// in which the terminal takes them.
	Notify        bool
	Notifications ui.NotificationForm
	// Scheme is in what colours to begin; nil is what the terminal's background
	// asks for.
	Scheme *theme.Scheme
	// Order is by what the table is sorted at first, and Descending turns it
	// round.
	Order      filter.Order
	Descending bool
	// Without are the columns that the table does without.
	Without ui.Hidden
	// Keys are the keys that a person chose; they have passed Check.
	Keys KeyBindings
	// After makes a message of a moment that is some time ahead; nil is tea.Tick.
	After func(time.Duration, func(time.Time) tea.Msg) tea.Cmd
	// ExplainError turns an error of the store into the sentence to show.
	ExplainError func(error) string
	// ExplainWrite is the same for a write that failed; it says as well whether
	// anything was written.
	ExplainWrite func(error) string
}

// Model is the dashboard.
type Model struct {
	cfg        Config
	keys       *keyMap
	dialogKeys *dialogKeys

	width, height int
	scheme        theme.Scheme
	themeChosen   bool // by a person
	profile       colorprofile.Profile
	theme         *theme.Theme

	// now is the beat that the screen shows; it moves on ticks and loads only,
	// so that all rows change together.
	now  time.Time
	feed ui.Feed

	snapshot poolstate.Snapshot
	policy   poolstate.Policy
	groups   []filter.Group
	loading  loadState

	selected *poolstate.Ref
	offset   int
	pane     ui.Pane
	// paneOffset is how far the open pane is scrolled.
	paneOffset int

	arrangement arrangement
	mouse       mouse
	clockTimes  bool // times as the clock shows them, not as distances
	// forecastOf is the provider whose forecast is open, empty for all.
	forecastOf string

	// unwritable says why the store cannot be written, by its permissions.
	unwritable string
	marked     map[poolstate.Ref]bool
	dialog     *dialog
	answer     *ui.Answer
	answeredAt time.Time
	actions    int // ever started
	running    *running
	undos      []undoable
	guarded    map[poolstate.Ref]guarded

	log      eventLog
	evidence evidence
	paused   paused
	away     away
	notifier notifier

	beat beat
	// clickable is filled by View; all copies of the model share it.
	clickable *ui.Targets
}

// New returns the dashboard in its first state: nothing read yet.
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

		arrangement: newArrangement(cfg.Order, cfg.Descending),
		away:        away{since: -1},
		beat:        beat{pace: time.Second},
		notifier:    notifier{on: cfg.Notify},
		clickable:   &ui.Targets{},
	}
	if cfg.Scheme != nil {
		m.scheme, m.themeChosen = *cfg.Scheme, true
	}
	m.policy = cfg.Policy.Resolve(&poolstate.Pool{}, poolstate.NoEvidence)
	m.retheme()
	// Init starts this load; counting it here keeps a change that is reported
	// meanwhile from starting a second one.
	m.loading.running = true
	return m
}

// Init reads the file, starts the beat and, unless somebody chose the colours,
// asks the terminal for its background.
func (m Model) Init() tea.Cmd {
	begin := tea.Batch(m.loadPool(), m.readJournal(), m.tick())
	if m.themeChosen {
		return begin
	}
	return tea.Batch(begin, tea.RequestBackgroundColor)
}

// ticked is sent on each beat of the clock. A beat that was called off has an
// older number.
type ticked struct{ number int }

// beat is when the screen is drawn anew for the clock's sake alone.
type beat struct {
	pace   time.Duration
	number int
}

// tick waits for the next beat, or for the next deadline where that is sooner.
func (m Model) tick() tea.Cmd {
	wait, number := m.cfg.Clock.untilBeat(m.beat.pace), m.beat.number
	if next := m.log.observer.Next(); !next.IsZero() {
		left := m.cfg.Clock.real(next.Sub(m.cfg.Clock.Now()))
		wait = max(min(wait, left), 0)
	}
	return m.cfg.After(wait, func(time.Time) tea.Msg { return ticked{number} })
}

// keepPace calls the next beat off and another one in when the picture has come
// to change more often than that, or less.
func (m *Model) keepPace() tea.Cmd {
	pace := ui.PaceOf(m.screen())
	if pace == m.beat.pace {
		return nil
	}
	m.beat = beat{pace, m.beat.number + 1}
	return m.tick()
}

// Update takes a message and returns the state after it.
func (m Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case ticked:
		if msg.number != m.beat.number {
			return m, nil
		}
		m.moved()
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
		cmd = m.retry()
	case planned:
		cmd = m.planned(msg)
	case actionSlow:
		cmd = m.actionSlow(msg)
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
		if !m.themeChosen { // a late answer does not undo a choice
			m.scheme = theme.SchemeFor(msg.IsDark())
			m.retheme()
		}
	case tea.ResumeMsg:
		m.catchUp()
	}
	m.refreshEvents()
	m.offset = m.scrolled()
	return m, tea.Batch(cmd, m.writeJournal(), m.notify(), m.keepPace())
}

// scrolled is the offset at which the table shows the selection, whatever pane
// is open.
func (m *Model) scrolled() int {
	s := m.screen()
	s.Offset = m.offset
	return ui.ScrollTo(s)
}

func (m *Model) retheme() { m.theme = m.scheme.Theme(m.profile) }

// screen gathers what ui draws.
func (m *Model) screen() *ui.Screen {
	s := &ui.Screen{
		Width: m.width, Height: m.height,
		Theme: m.theme, Now: m.now,
		Path: m.cfg.Path, Feed: m.feed, ReadOnly: m.cfg.ReadOnly != "" || m.unwritable != "",
		Pool: m.snapshot.Pool, Groups: m.groups,
		Policy: m.policy, PolicyForced: m.cfg.Policy != poolstate.PolicyAuto,
		Selected: m.selected, Offset: m.offset,
		Pane: m.pane, Marked: m.marked, ForecastOf: m.forecastOf,
		Dialog: m.drawn(), Answer: m.answer, Filter: m.filterLine(),
		Timeline: m.arrangement.order == filter.OrderDeadline, Clock: m.clockTimes,
		Without: m.cfg.Without,
		Short:   m.keys.short(m.pane, m.snapshot.Pool != nil && m.snapshot.Pool.Len() > 0),
	}
	if m.pane == ui.PaneHelp {
		s.Full = m.keys.full()
	}
	if s.Dialog != nil {
		s.Short = s.Dialog.Keys
	}
	if m.arrangement.typing {
		s.Short = []key.Binding{m.dialogKeys.Keep, m.dialogKeys.Clear}
	}
	if waiting := m.waiting(); waiting != nil {
		s.Answer = waiting
	}
	s.Pace, s.Coarse = m.beat.pace, m.away.since >= 0 && !m.cfg.Clock.fast()
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
