package model

import (
	"fmt"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui"
	"pooltop/ui/text"
)

// dialog is an open question: the form of a hold, or a confirmation.
type dialog struct {
	task journal.Task
	form *holdForm // nil for a confirmation

	// The rest is for a confirmation. yes is true while yes has the focus, and
	// ignored after a key that does not answer it.
	plan         poolstate.Outcome
	yes, ignored bool
}

// openDialog opens a dialog over the table.
func (m *Model) openDialog(d *dialog) tea.Cmd {
	if !ui.Legible(m.width, m.height) {
		return m.setStatus(ui.AnswerRefused, "the terminal is too small for a dialog")
	}
	m.status, m.dialog = nil, d
	m.open(ui.PaneTable)
	return nil
}

func (m *Model) cancelDialog(because string) tea.Cmd {
	verb := ui.VerbWord(m.dialog.task.Verb)
	m.dialog = nil
	return m.setStatus(ui.AnswerRefused, verb+" cancelled"+because+"; nothing was written")
}

// dialogPressed acts on a key while a dialog is open.
func (m *Model) dialogPressed(pressed fmt.Stringer) tea.Cmd {
	k := m.dialogKeys
	switch {
	case key.Matches(pressed, k.Abort):
		return m.quit()
	case key.Matches(pressed, k.Cancel):
		return m.cancelDialog("")
	case !ui.Legible(m.width, m.height):
		return nil // a dialog that is not drawn cannot be answered
	case m.dialog.form != nil:
		return m.formPressed(pressed)
	}
	return m.confirmPressed(pressed)
}

func (m *Model) confirmPressed(pressed fmt.Stringer) tea.Cmd {
	k, d := m.dialogKeys, m.dialog
	d.ignored = false
	switch {
	case key.Matches(pressed, k.Toggle):
		d.yes = !d.yes
	case key.Matches(pressed, k.Yes), d.yes && key.Matches(pressed, k.Accept):
		m.dialog = nil
		return m.run(d.task)
	case key.Matches(pressed, k.No, k.Accept):
		return m.cancelDialog("")
	default:
		d.ignored = true
	}
	return nil
}

// dialogView returns the dialog for ui to draw, nil if none is open.
func (m *Model) dialogView() *ui.Dialog {
	switch {
	case m.dialog == nil:
		return nil
	case m.dialog.form != nil:
		return m.formView()
	}
	d, k := m.dialog, m.dialogKeys
	out := &ui.Dialog{
		Title:      fmt.Sprintf("%s %s in %s?", ui.VerbWord(d.task.Verb), count(len(d.plan.Changed)), m.cfg.Path),
		Unaffected: ui.UnaffectedWords(&d.plan),
		Warnings:   m.lastReadyWarnings(d.plan),
		Choice:     &d.yes,
		Keys:       []key.Binding{k.Toggle, k.Accept, k.Cancel},
	}
	for i := range d.plan.Changed {
		e := &d.plan.Changed[i]
		out.Changes = append(out.Changes, ui.Change{
			Name: e.Before.Provider + "/" + text.CredentialName(&e.Before), Words: ui.FromTo(e, m.policy, m.now),
		})
	}
	if d.ignored {
		out.Problem = "press y or n"
	}
	return out
}

// lastReadyWarnings warns of providers that an outcome leaves with none ready.
func (m *Model) lastReadyWarnings(out poolstate.Outcome) []string {
	var warnings []string
	for _, p := range m.snapshot.Pool.LastReady(out, m.policy) {
		warnings = append(warnings, ui.LastReadyWords(&p, m.now))
	}
	return warnings
}

func count(n int) string {
	if n == 1 {
		return "1 credential"
	}
	return fmt.Sprintf("%d credentials", n)
}
