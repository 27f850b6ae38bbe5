package model

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/text"
)

// dialog is an open dialog: the hold form or a confirmation.
type dialog struct {
	task    task
	form    *holdForm // nil for a confirmation
	plan    poolstate.Outcome
	command *commandRun // the command to confirm, instead of a task
	undoes  string      // describes the recorded action that an undo reverts, or ""
	from    ui.Pane     // the pane to reopen when the dialog closes
	yes     bool        // "yes" has the focus
	ignored bool        // the last key was not an answer
	// submitted is true if the last key would have submitted the form, but the form is invalid.
	submitted bool
}

func (m *Model) openDialog(d *dialog) tea.Cmd {
	if !ui.Legible(m.width, m.height) {
		return m.setStatus(ui.AnswerRefused, "the terminal is too small for a dialog")
	}
	if len(d.task.Seen) == 1 && m.view() == ui.PaneEvents { // the table is drawn behind the dialog
		m.selectInTable(&d.task.Seen[0])
	}
	d.from = m.pane
	m.status, m.dialog = nil, d
	m.open(ui.PaneTable)
	return nil
}

func (m *Model) closeDialog() {
	from := m.dialog.from
	m.dialog = nil
	m.open(from)
}

func (m *Model) cancelDialog(because string) tea.Cmd {
	verb, command := ui.VerbWord(m.dialog.task.Verb), m.dialog.command
	m.closeDialog()
	if command != nil {
		return m.setStatus(ui.AnswerCanceled, command.Name+" canceled"+because+"; nothing was run")
	}
	return m.setStatus(ui.AnswerCanceled, verb+" canceled"+because+"; nothing was written")
}

func (m *Model) dialogPressed(pressed fmt.Stringer) tea.Cmd {
	k := &dialogKeys
	switch {
	case key.Matches(pressed, k.Abort):
		return m.quit()
	case key.Matches(pressed, k.Cancel):
		return m.cancelDialog("")
	case !ui.Legible(m.width, m.height):
		return nil // the dialog is not drawn, so it must not be answered
	case m.dialog.form != nil:
		return m.formPressed(pressed)
	}
	return m.confirmPressed(pressed)
}

func (m *Model) confirmPressed(pressed fmt.Stringer) tea.Cmd {
	k, d := &dialogKeys, m.dialog
	d.ignored = false
	switch {
	case key.Matches(pressed, k.Toggle):
		d.yes = !d.yes
	case key.Matches(pressed, k.Yes), d.yes && key.Matches(pressed, k.Accept):
		m.closeDialog()
		if d.command != nil {
			return m.startCommand(d.command)
		}
		return m.run(d.task)
	case key.Matches(pressed, k.No, k.Accept):
		return m.cancelDialog("")
	default:
		d.ignored = true
	}
	return nil
}

func (m *Model) dialogView() *ui.Dialog {
	switch {
	case m.dialog == nil:
		return nil
	case m.dialog.form != nil:
		return m.formView()
	case m.dialog.command != nil:
		return m.commandDialog(m.dialog)
	}
	d, k := m.dialog, &dialogKeys
	what := text.Plural(len(d.plan.Changed), "credential", "credentials")
	if d.undoes != "" {
		what = d.undoes + ": " + what
	} else if d.task.Verb == poolstate.VerbUndo && len(m.performed) > 0 {
		what = m.lastAction(&d.plan)
	}
	out := &ui.Dialog{
		Title:      ui.VerbWord(d.task.Verb) + " " + what + m.inFiles(&d.plan) + "?",
		Unaffected: ui.UnaffectedWords(&d.plan),
		Warnings:   append(m.warnings(d.plan), d.task.notes...),
		Choice:     &d.yes,
		Keys:       []key.Binding{k.Toggle, k.Accept, k.Cancel},
	}
	for i := range d.plan.Changed {
		e := &d.plan.Changed[i]
		out.Changes = append(out.Changes, ui.Change{
			Name: rowName(&e.Before), Words: ui.TransitionWords(e, m.policy, m.now), Brief: ui.ResultWords(e, m.policy, m.now),
		})
	}
	if w := ui.LongHoldWords(d.plan.Changed, m.now); w != "" {
		out.Warnings = append(out.Warnings, w)
	}
	if d.ignored {
		out.Problem = "press y or n"
	}
	return out
}

// warnings returns the warnings about the outcome of an action: one if holds would end before
// the current cooldowns, and one for each of the first few providers that would have no
// credential ready.
func (m *Model) warnings(out poolstate.Outcome) []string {
	var warnings []string
	if w := ui.ShortHoldWords(out.Changed, m.policy, m.now); w != "" {
		warnings = append(warnings, w)
	}
	const most = 3
	last := m.pool.LastReady(out, m.policy)
	for i, p := range last {
		if i == most && len(last) > most+1 {
			return append(warnings, fmt.Sprintf("%d more providers would have no ready credential", len(last)-most))
		}
		if len(p.Profiles) > 0 {
			p.Provider += " in " + shortened(p.Profiles)
		}
		warnings = append(warnings, ui.LastReadyWords(&p, m.now))
	}
	return warnings
}

type holdForm struct {
	inputs [len(holdFields)]textinput.Model
	focus  int
}

const fieldCode, fieldLength, fieldReason = 0, 1, 2

// holdFields are the fields of the hold form. limit is in characters. Hints fit 80 columns.
var holdFields = [...]struct {
	name, hint string
	limit      int
}{
	fieldCode:   {"code", "←→ 429, 402, 401, 403, 500, or type one", 3},
	fieldLength: {"duration", "90m, 3 hours, 18:00; empty: backoff decides", 40},
	fieldReason: {"reason", "optional; shown to others", 120},
}

var holdCodes = []string{"429", "402", "401", "403", "500"}

// fieldKeys and codeKeys are the keys of the hold form in the footer.
var (
	fieldKeys = key.NewBinding(key.WithKeys("up", "down"), key.WithHelp("↑↓", "field"))
	codeKeys  = key.NewBinding(key.WithKeys("left", "right"), key.WithHelp("←→", "code"))
)

// openHold opens the hold form, unless the only target is dead.
func (m *Model) openHold(t task) tea.Cmd {
	if c := &t.Seen[0]; len(t.Seen) == 1 && c.Status == poolstate.StatusDead {
		return m.setStatus(ui.AnswerRefused, text.CredentialName(c)+" is dead: re-auth required")
	}
	f := &holdForm{}
	for i, field := range holdFields {
		f.inputs[i] = textinput.New()
		f.inputs[i].CharLimit = field.limit
	}
	f.setCode(strconv.Itoa(poolstate.HoldCode(t.Seen)))
	f.setFocus(fieldLength)
	return m.openDialog(&dialog{task: t, form: f})
}

func (f *holdForm) setFocus(i int) {
	f.inputs[f.focus].Blur()
	f.focus = (i + len(f.inputs)) % len(f.inputs)
	_ = f.inputs[f.focus].Focus() // the command only makes the cursor blink
}

func (f *holdForm) setCode(code string) {
	f.inputs[fieldCode].SetValue(code)
	f.inputs[fieldCode].CursorEnd()
}

func (f *holdForm) cycleCode(by int) {
	i := slices.Index(holdCodes, f.inputs[fieldCode].Value())
	if i < 0 && by < 0 {
		i = 0
	}
	f.setCode(holdCodes[(i+by+len(holdCodes))%len(holdCodes)])
}

func (f *holdForm) value(field int) string { return strings.TrimSpace(f.inputs[field].Value()) }

// planHold returns the task that the form describes and the changes that it would make, or
// an error if the task is not possible.
func (m *Model) planHold() (t task, plan poolstate.Outcome, err error) {
	t, f := m.dialog.task, m.dialog.form
	if text := f.value(fieldLength); text != "" {
		if t.Hold, err = poolstate.ParseHold(text, m.now); err != nil {
			return t, plan, fmt.Errorf("%q is %w", text, err)
		}
	}
	if t.Hold.Code, err = strconv.Atoi(f.value(fieldCode)); err != nil {
		return t, plan, errors.New("code: enter a number such as 429")
	}
	t.Hold.Reason, t.Hold.Policy, t.Hold.Curve = f.value(fieldReason), m.policy, m.cfg.Curve
	plan = m.plan(&t)
	if slices.ContainsFunc(plan.Unchanged, func(e poolstate.Effect) bool { return !e.CoolsUntil.IsZero() }) {
		t.Hold.Shorten = true // confirm asks first
		plan = m.plan(&t)
	}
	for i := range plan.Unchanged {
		err = errors.New(text.QualifiedName(&plan.Unchanged[i].Before) + ": " + plan.Unchanged[i].Reason)
	}
	return t, plan, err
}

func (m *Model) formPressed(pressed fmt.Stringer) tea.Cmd {
	k, f := &dialogKeys, m.dialog.form
	m.dialog.submitted = false
	switch {
	case key.Matches(pressed, k.Accept):
		if t, plan, _ := m.planHold(); len(plan.Changed) > 0 { // otherwise, the form shows the problem
			m.closeDialog()
			return m.confirm(t, plan)
		}
		m.dialog.submitted = true
		return nil
	case f.focus == fieldCode && key.Matches(pressed, k.Later):
		f.cycleCode(1)
	case f.focus == fieldCode && key.Matches(pressed, k.Earlier):
		f.cycleCode(-1)
	case key.Matches(pressed, k.Next):
		f.setFocus(f.focus + 1)
	case key.Matches(pressed, k.Previous):
		f.setFocus(f.focus - 1)
	default:
		edit(&f.inputs[f.focus], pressed)
	}
	return nil
}

// edit passes a key to a text field. textinput panics when it deletes the next word and
// only one character follows the cursor, so edit deletes that character instead.
func edit(in *textinput.Model, pressed fmt.Stringer) {
	if key.Matches(pressed, in.KeyMap.DeleteWordForward) && in.Position() == utf8.RuneCountInString(in.Value())-1 {
		pressed = tea.KeyPressMsg{Code: tea.KeyDelete}
	}
	*in, _ = in.Update(pressed) // the command only makes the cursor blink or reads the clipboard
}

// maxPaste is the maximum number of characters in a paste and in the filter.
const maxPaste = 200

func (m *Model) pasted(msg tea.PasteMsg) {
	msg.Content = text.Clean(msg.Content, maxPaste)
	switch a := m.filterField(); {
	case m.dialog != nil && m.dialog.form != nil:
		f := m.dialog.form
		f.inputs[f.focus], _ = f.inputs[f.focus].Update(msg)
	case m.dialog == nil && a.typing:
		*a.input, _ = a.input.Update(msg)
		m.refilter()
	}
}

func (m *Model) formView() *ui.Dialog {
	seen, f, k := m.dialog.task.Seen, m.dialog.form, &dialogKeys
	out := &ui.Dialog{
		Title: fmt.Sprintf("hold %d marked credentials", len(seen)),
		Keys:  []key.Binding{fieldKeys, briefly(k.Accept, "hold"), k.Cancel},
	}
	if f.focus == fieldCode {
		out.Keys = slices.Insert(out.Keys, 1, codeKeys)
	}
	if len(seen) == 1 {
		out.Title = "hold " + text.CredentialName(&seen[0]) + " of " + seen[0].Provider
		if profile := seen[0].Profile; profile != "" {
			out.Title += " in " + profile
		}
	}
	for i, field := range holdFields {
		out.Fields = append(out.Fields, ui.Field{
			Name: field.name, Value: f.inputs[i].Value(), Hint: field.hint,
			Focused: i == f.focus, Cursor: f.inputs[i].Position(),
		})
	}
	if code := strconv.Itoa(poolstate.HoldCode(seen)); code != holdCodes[0] && code == f.value(fieldCode) {
		out.Fields[fieldCode].Note = "because agents would retry early after a 429"
	}
	t, plan, err := m.planHold()
	typing := f.focus == fieldLength && !m.dialog.submitted && errors.Is(err, poolstate.ErrDuration) &&
		poolstate.BeginsHold(f.value(fieldLength), m.now)
	if err != nil && !typing {
		out.Problem = err.Error()
	}
	if len(plan.Changed) == 0 {
		return out
	}
	first := &plan.Changed[0]
	out.Preview = ui.HoldWords(first, t.Hold, m.now)
	if n := len(plan.Changed); n > 1 {
		out.Preview = fmt.Sprintf("%s: %s, and %d more", text.QualifiedName(&first.Before), out.Preview, n-1)
	}
	out.Note = ui.ReloadNote(poolstate.VerbHold, m.policy)
	for i := range plan.Changed {
		if w := t.Hold.Warning(&plan.Changed[i].Before); w != "" && !slices.Contains(out.Warnings, w) {
			out.Warnings = append(out.Warnings, w)
		}
	}
	out.Warnings = append(out.Warnings, m.warnings(plan)...)
	if w := ui.LongHoldWords(plan.Changed, m.now); w != "" {
		out.Warnings = append(out.Warnings, w)
	}
	return out
}
