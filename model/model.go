// Package model implements the dashboard as a Bubble Tea model. [Model] turns key
// presses, snapshots of the pool and clock ticks into a screen, which package ui draws.
// Slow operations, such as reading the file or performing an action, are commands that
// run outside Update.
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

// Config configures a dashboard.
type Config struct {
	Stores     []Store // the stores to show, the root's first; at least one that is not hidden
	ClaudeFile string  // path of the file with the tokens for claude_code
	Clock      Clock
	Policy     poolstate.PolicyChoice
	Curve      poolstate.Curve // determines the default length of a hold
	Home       string          // the agent's home as displayed, for the title if several stores are shown
	Demo       *Demo           // nil unless the store is simulated
	ReadOnly   string          // why writing is not allowed, or "" if it is
	// Notify turns notifications on at startup. Notifications is the form of
	// notification that the terminal supports.
	Notify        bool
	Notifications ui.NotificationForm
	// OnEvent is called for each event of a store, and must not block. It may be nil.
	OnEvent func(profile string, o *journal.Operator, r *poolstate.Record)

	ASCII      bool          // draw with ASCII characters only
	Scheme     *theme.Scheme // nil chooses one for the terminal's background
	Colors     theme.Colors  // replaces colors of Scheme, if that is not nil
	Order      filter.Order  // initial order of the table; Descending reverses it
	Descending bool
	Model      string    // initial model of the filter, or ""
	Without    ui.Hidden // columns to leave out
	Views      []View    // selected by their keys
	// SaveView adds a view to the configuration. It may be nil.
	SaveView func(View) error
	Keys     KeyBindings // replaces default keys; must have passed Check
	Commands Commands
	After    func(time.Duration, func(time.Time) tea.Msg) tea.Cmd // replaces tea.Tick in tests
}

// Model is the dashboard. Call Finish after its program has ended.
type Model struct {
	cfg  Config
	keys *keyMap

	width, height int
	scheme        theme.Scheme
	themeChosen   bool // do not adapt the theme to the terminal's background
	background    theme.Background
	profile       colorprofile.Profile
	theme         *theme.Theme

	now       time.Time // the time on screen, shared by all rows
	stores    []*store  // shared by all copies of the model
	several   bool      // more than one store is shown
	views     []poolstate.View
	latest    assembled // the combined state of all stores
	assembled           // what is on screen: latest unless the display is frozen
	settled   bool      // all stores have been loaded, or a key has been pressed
	groups    []filter.Group
	outFirst  bool           // providers that are out are listed first, because the table does not fit
	outages   map[string]int // number of accounts affected by each provider's outage
	resets    map[poolstate.Ref]time.Time

	selected   *poolstate.Ref
	offset     int // first visible line of the table
	pane       ui.Pane
	paneOffset int
	scrolledUp bool // the end of the open pane is not shown

	arrangement arrangement
	search      filterField // the filter of the help
	mouse       mouse
	clockTimes  bool   // show clock times instead of the time left
	forecastOf  string // provider, or "" for the whole pool
	readOnly    bool   // the operator has turned writing off
	marked      map[poolstate.Ref]bool
	dialog      *dialog
	status      *ui.Answer
	statusAt    time.Time
	running     *running
	command     *commandRun  // the last command that was started
	performed   []actionDone // the actions of this session in the files that they changed, the latest last
	passed      []string     // identifiers of actions that could not be undone, and that undo ignores
	writes      map[poolstate.Ref]watchedWrite

	log       eventLog
	paused    paused
	demo      demoState
	awaySince int // number of events at the time the terminal lost focus, or -1
	notifier  notifier
	clickable *ui.Targets // set by View; shared by all copies of the model
}

// New returns a dashboard that has not read anything yet.
func New(cfg Config) Model {
	if cfg.After == nil {
		cfg.After = tea.Tick
	}
	m := Model{
		cfg:         cfg,
		keys:        newKeyMap(cfg.Keys, cfg.Demo != nil),
		profile:     colorprofile.TrueColor,
		now:         cfg.Clock.Now(),
		arrangement: arrangement{filterField: newFilterField(), order: cfg.Order, descending: cfg.Descending, hidden: cfg.Without, folded: map[string]bool{}, otherFolded: map[string]bool{}},
		search:      newFilterField(),
		log:         eventLog{filterField: newFilterField()},
		awaySince:   -1,
		marked:      map[poolstate.Ref]bool{},
		resets:      map[poolstate.Ref]time.Time{},
		writes:      map[poolstate.Ref]watchedWrite{},
		notifier:    notifier{on: cfg.Notify},
		clickable:   &ui.Targets{},
	}
	m.setViews()
	m.keys.addCommands(cfg.Commands.List)
	if cfg.Scheme != nil {
		m.scheme, m.themeChosen = *cfg.Scheme, true
		m.background = m.scheme.Background()
	}
	for _, s := range cfg.Stores {
		st := m.newStore(s)
		st.loading = loadState{running: true, at: m.now} // started by Init
		m.stores = append(m.stores, st)
	}
	if cfg.Model != "" {
		m.arrangement.input.SetValue(filter.ForModel(cfg.Model))
		m.refilter()
	}
	m.setSeveral(m.stores)
	m.latest.policy = m.stores[0].policy
	m.assembled = m.latest
	m.retheme()
	return m
}

// Init reads the stores and the journal and starts the clock. It asks the terminal for its
// background color unless the chosen scheme implies one.
func (m Model) Init() tea.Cmd {
	begin := tea.Batch(m.loadAll(), m.readJournal(m.stores...), m.tick())
	if m.background != theme.BackgroundUnknown {
		return begin
	}
	return tea.Batch(begin, tea.RequestBackgroundColor)
}

// result is a message that applies the result of a command to the model.
type result func(m *Model) tea.Cmd

// Warning is a message that shows a problem on the status line.
type Warning string

// ticked advances the clock and loads the stores that are due for it.
func (m *Model) ticked() tea.Cmd {
	m.clockTicked()
	cmd := m.tick()
	for _, st := range m.stores {
		if m.reloadDue(st) {
			cmd = tea.Batch(cmd, m.startLoad(st))
		}
	}
	return cmd
}

func (m *Model) backgroundReported(b theme.Background) {
	m.background = b
	if !m.themeChosen { // the operator may have chosen a theme since the query
		m.scheme = theme.SchemeFor(b)
	}
	m.retheme()
}

// Update handles a message.
func (m Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	if m.late() {
		m.clockTicked()
	}
	switch msg := msg.(type) {
	case result:
		cmd = msg(&m)
	case ticked:
		cmd = m.ticked()
	case Warning:
		m.setStatus(ui.AnswerRefused, string(msg))
	case ConfigChanged:
		cmd = m.configChanged(msg)
	case StoresChanged:
		cmd = m.storesChanged(msg)
	case FileChanged:
		cmd = m.fileChanged(msg)
	case poolLoaded:
		cmd = m.poolLoaded(msg)
	case actionDone:
		cmd = m.actionDone(msg)
	case tea.BlurMsg:
		m.awaySince = m.log.dropped + len(m.log.records)
	case tea.FocusMsg:
		m.focused()
	case tea.PasteMsg:
		m.pasted(msg)
	case tea.KeyPressMsg:
		if msg.String() == "alt+esc" { // esc was pressed twice, and both bytes arrived together
			esc := tea.KeyPressMsg{Code: tea.KeyEscape}
			once, first := m.Update(esc)
			twice, second := once.Update(esc)
			return twice, tea.Batch(first, second)
		}
		cmd = m.keyPressed(msg)
	case tea.MouseClickMsg:
		cmd = m.clicked(msg)
	case tea.MouseWheelMsg:
		m.wheeled(msg)
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		m.arrange() // the order depends on whether the table fits
	case tea.ColorProfileMsg:
		m.profile = msg.Profile
		m.retheme()
	case tea.BackgroundColorMsg:
		m.backgroundReported(theme.BackgroundOf(msg.IsDark()))
	}
	m.refreshEvents()
	s := m.screen()
	if m.view() == ui.PaneEvents {
		m.log.offset = ui.ScrollEvents(s)
	}
	s.Offset = m.offset // for the table, even if a pane is open
	m.offset = ui.ScrollTo(s)
	return m, tea.Batch(cmd, m.writeJournal(), m.notify())
}

func (m *Model) retheme() {
	scheme, profile := m.scheme.On(m.background, m.profile)
	var own theme.Colors
	if m.cfg.Scheme != nil && m.scheme == *m.cfg.Scheme {
		own = m.cfg.Colors
	}
	if m.theme = scheme.ThemeWith(profile, own); m.cfg.ASCII {
		m.theme = m.theme.InASCII()
	}
}

func (m *Model) screen() *ui.Screen {
	s := &ui.Screen{
		Width: m.width, Height: m.height,
		Theme: m.theme, Now: m.now,
		ReadOnly: m.isReadOnly(), NoJournal: m.log.failed,
		Pool: m.pool, Groups: m.groups,
		Policy:   m.viewPolicy(),
		ResetKey: m.writeKey(m.keys.Reset), SyncKey: m.writeKey(m.keys.Sync), CopyKey: word(m.keys.Copy), MoreKey: word(m.keys.PageDown),
		Selected: m.selected, Offset: m.offset,
		Pane: m.pane, Marked: m.marked, ForecastOf: m.forecastOf,
		Dialog: m.dialogView(), Answer: m.shownStatus(), Filter: m.filterLine(),
		OutFirst: m.outFirst, Outages: m.outages,
		Order: m.arrangement.order, Descending: m.arrangement.descending,
		Timeline: m.arrangement.order == filter.OrderDeadline, Clock: m.clockTimes,
		Hidden: m.arrangement.hidden, View: m.viewName(), Coarse: m.awaySince >= 0 && !m.cfg.Clock.fast(),
		Short: m.keys.footer(m.view(), !m.empty()),
	}
	m.addStores(s)
	if m.pane == ui.PaneHelp {
		s.Full = m.keys.help()
	}
	if s.Dialog != nil {
		s.Short = s.Dialog.Keys
	} else if !m.filterField().typing {
		s.Off = m.keysOff()
	}
	if m.filterField().typing {
		s.Short = []key.Binding{briefly(dialogKeys.Accept, "keep"), briefly(dialogKeys.Cancel, "clear")}
	}
	if m.pane == ui.PaneOutput {
		s.Output = m.command.output.shown()
		if m.commandRunning() && s.Dialog == nil {
			s.Short = []key.Binding{m.keys.move(), briefly(m.keys.Back, "end "+m.command.Name), briefly(m.keys.Quit, "table")}
		}
	}
	m.addEvents(s)
	m.narrate(s)
	if m.pane != ui.PaneTable {
		s.Offset = m.paneOffset
	}
	if m.pane == ui.PaneEvents {
		s.Cursor = m.log.cursor
		s.Offset = m.log.offset
	}
	return s
}

// writeKey returns a key that changes the selected credential, or "" if changes are not possible.
func (m *Model) writeKey(b key.Binding) string {
	if m.isReadOnly() || !b.Enabled() {
		return ""
	}
	return word(b)
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
