package model

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"pooltop/ui"
)

// ConfigChanged reports that the configuration file has changed.
type ConfigChanged struct {
	Apply    func(*Config) // sets the new values
	Applied  []string      // the names of the settings that Apply changes
	Restart  []string      // changed settings that take effect at the next start
	Repaired bool          // the file was invalid before
	Warning  string        // a problem with the new values, or ""
}

// configChanged applies a new configuration. What the operator has changed with a key stays,
// unless the same setting has changed in the file.
func (m *Model) configChanged(msg ConfigChanged) (cmd tea.Cmd) {
	msg.Apply(&m.cfg)
	changed := func(name string) bool { return slices.Contains(msg.Applied, name) }
	m.reapplyView()
	a := &m.arrangement
	m.keys = newKeyMap(m.cfg.Keys, m.cfg.Demo != nil)
	m.keys.setSeveral(m.several)
	m.setViews()
	m.keys.addCommands(m.cfg.Commands.List)
	if a.view == nil && changed("sort") {
		a.order, a.descending = m.cfg.Order, m.cfg.Descending
	}
	if a.view == nil && changed("columns") {
		a.hidden = m.cfg.Without
	}
	if changed("notify") {
		m.notifier = notifier{on: m.cfg.Notify}
	}
	if changed("theme") {
		cmd = m.configureTheme()
	}
	if changed("ascii") {
		m.retheme()
	}
	m.arrange()
	m.setStatus(ui.AnswerDone, msg.words())
	if msg.Warning != "" {
		m.setStatus(ui.AnswerRefused, msg.Warning)
	}
	return cmd
}

// configureTheme sets the configured theme or, if that depends on the terminal, asks the
// terminal for its background.
func (m *Model) configureTheme() tea.Cmd {
	if m.themeChosen = m.cfg.Scheme != nil; !m.themeChosen {
		return tea.RequestBackgroundColor
	}
	m.scheme = *m.cfg.Scheme
	m.background = m.scheme.Background()
	m.retheme()
	return nil
}

// words describes the change for the status line.
func (msg *ConfigChanged) words() string {
	var parts []string
	if len(msg.Applied) > 0 {
		parts = append(parts, strings.Join(msg.Applied, ", ")+" changed")
	}
	if len(msg.Restart) > 0 {
		parts = append(parts, "after the next start: "+strings.Join(msg.Restart, ", "))
	}
	if parts == nil {
		parts = []string{"valid again, nothing changed"}
	}
	return "configuration: " + strings.Join(parts, "; ")
}
