package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/ui"
)

// dialog is a question that is open: the form of a hold, or a confirmation.
type dialog struct {
	seen []poolstate.Credential
	form *holdForm
	// action is what a confirmation is about; yes is its focus.
	action poolstate.Action
	yes    bool
	// ignored is set by a key that does not answer it.
	ignored bool
	plan    *poolstate.Outcome
	strand  []poolstate.LastReady
}

// holdForm is the inputs of a hold.
type holdForm struct {
	inputs  [3]textinput.Model
	focus   int
	problem string
}

// The fields of the form.
const (
	fieldCode = iota
	fieldLength
	fieldReason
)

// codes are what the arrows offer in the field of the code.
var codes = []string{"429", "402", "401", "403", "500"}

// Limits of the fields, in characters.
const (
	maxCodeText   = 3
	maxLengthText = 40
	maxReasonText = 120
)

// openHold opens the form of a hold for credentials. Dead ones are refused
// before anything is asked.
func (m *Model) openHold(seen []poolstate.Credential) tea.Cmd {
	if c := &seen[0]; len(seen) == 1 && c.Status == poolstate.StatusDead {
		return m.refuse("%s is dead: no agent uses it before a re-auth", ui.CredentialName(c))
	}
	if !ui.Legible(m.width, m.height) {
		return m.refuse("the terminal is too small to ask")
	}
	f := &holdForm{}
	for i, limit := range []int{maxCodeText, maxLengthText, maxReasonText} {
		f.inputs[i] = textinput.New()
		f.inputs[i].CharLimit = limit
	}
	f.inputs[fieldCode].SetValue(strconv.Itoa(poolstate.HoldCode(seen)))
	f.inputs[fieldCode].CursorEnd()
	f.setFocus(fieldLength)
	m.answer = nil
	m.dialog = &dialog{seen: seen, form: f, action: poolstate.Action{Verb: poolstate.VerbHold}}
	m.open(ui.PaneTable)
	return nil
}

func (f *holdForm) setFocus(i int) {
	n := len(f.inputs)
	f.focus = (i%n + n) % n
	for j := range f.inputs {
		f.inputs[j].Blur()
	}
	_ = f.inputs[f.focus].Focus() // its command only makes a cursor blink
}

// hold reads the form. The problem says what is wrong with it.
func (f *holdForm) hold(m *Model) (h poolstate.Hold, problem string) {
	if text := strings.TrimSpace(f.inputs[fieldLength].Value()); text != "" {
		var err error
		if h, err = poolstate.ParseHold(text, m.now); err != nil {
			return h, "duration: " + err.Error()
		}
	}
	code, err := strconv.Atoi(strings.TrimSpace(f.inputs[fieldCode].Value()))
	if err != nil {
		return h, "code: a number such as 429"
	}
	h.Code = code
	h.Reason = strings.TrimSpace(f.inputs[fieldReason].Value())
	return h, ""
}

// openConfirm asks before an action that touches more than one credential or
// strands a provider. No has the focus.
func (m *Model) openConfirm(a poolstate.Action, seen []poolstate.Credential, plan *poolstate.Outcome, strands []poolstate.LastReady) {
	if !ui.Legible(m.width, m.height) {
		m.refuse("the terminal is too small to ask")
		return
	}
	m.answer = nil
	m.dialog = &dialog{seen: seen, action: a, plan: plan, strand: strands}
	m.open(ui.PaneTable)
}

// dialogPressed acts on a key while a dialog is open.
func (m *Model) dialogPressed(msg tea.KeyPressMsg) tea.Cmd {
	k := m.dialogKeys
	switch {
	case key.Matches(msg, k.Abort):
		return m.quit()
	case key.Matches(msg, k.Cancel):
		verb := m.dialog.action.Verb
		m.dialog = nil
		return m.refuse("%s cancelled; nothing was written", verb)
	case !ui.Legible(m.width, m.height):
		return nil // a question that cannot be read is not answered
	case m.dialog.form != nil:
		return m.formPressed(msg)
	}
	return m.confirmPressed(msg)
}

func (m *Model) confirmPressed(msg tea.KeyPressMsg) tea.Cmd {
	k, d := m.dialogKeys, *m.dialog
	d.ignored = false
	switch {
	case key.Matches(msg, k.Toggle):
		d.yes = !d.yes
		m.dialog = &d
		return nil
	case key.Matches(msg, k.Yes):
		d.yes = true
	case key.Matches(msg, k.No):
		d.yes = false
	case key.Matches(msg, k.Accept):
	default:
		d.ignored = true
		m.dialog = &d
		return nil
	}
	m.dialog = nil
	if !d.yes {
		return m.refuse("%s cancelled; nothing was written", d.action.Verb)
	}
	if why := m.cannotAct(); why != "" {
		return m.refuse("%s", why)
	}
	return m.perform(d.action, d.seen)
}

func (m *Model) formPressed(msg tea.KeyPressMsg) tea.Cmd {
	k := m.dialogKeys
	f := *m.dialog.form // a form is a value: the model before stays as it was
	d := *m.dialog
	d.form, m.dialog = &f, &d
	f.problem = ""
	switch {
	case key.Matches(msg, k.Accept):
		return m.submitHold()
	case key.Matches(msg, k.Next):
		f.setFocus(f.focus + 1)
	case key.Matches(msg, k.Previous):
		f.setFocus(f.focus - 1)
	case f.focus == fieldCode && key.Matches(msg, k.Later):
		f.cycleCode(1)
	case f.focus == fieldCode && key.Matches(msg, k.Earlier):
		f.cycleCode(-1)
	case key.Matches(msg, k.Later):
		f.setFocus(f.focus + 1)
	case key.Matches(msg, k.Earlier):
		f.setFocus(f.focus - 1)
	default:
		f.inputs[f.focus], _ = f.inputs[f.focus].Update(msg) // its command only makes a cursor blink
	}
	return nil
}

// pasted puts text from the clipboard into the focused field.
func (m *Model) pasted(msg tea.PasteMsg) {
	if m.dialog == nil && m.arrangement.typing {
		msg.Content = ui.Clean(msg.Content, maxFilterText)
		*m.arrangement.input, _ = m.arrangement.input.Update(msg)
		m.refilter()
		return
	}
	if m.dialog == nil || m.dialog.form == nil {
		return
	}
	f, d := *m.dialog.form, *m.dialog
	msg.Content = ui.Clean(msg.Content, maxReasonText)
	f.inputs[f.focus], _ = f.inputs[f.focus].Update(msg)
	d.form, m.dialog = &f, &d
}

func (f *holdForm) cycleCode(by int) {
	i := slices.Index(codes, f.inputs[fieldCode].Value())
	if i < 0 && by < 0 {
		i = 0
	}
	n := len(codes)
	f.inputs[fieldCode].SetValue(codes[((i+by)%n+n)%n])
	f.inputs[fieldCode].CursorEnd()
}

// submitHold writes the hold, asks first, or says what is wrong.
func (m *Model) submitHold() tea.Cmd {
	d := m.dialog
	h, problem := d.form.hold(m)
	if problem != "" {
		d.form.problem = problem
		return nil
	}
	a := poolstate.Action{Verb: poolstate.VerbHold, Hold: h}
	plan := a.Plan(d.seen, m.now)
	if len(plan.Changed) == 0 {
		d.form.problem = plan.Unchanged[0].Reason
		return nil
	}
	if why := m.cannotAct(); why != "" {
		m.dialog = nil
		return m.refuse("%s", why)
	}
	m.dialog = nil
	return m.askOrPerform(a, d.seen)
}

// drawn is the dialog as ui draws it.
func (m *Model) drawn() *ui.Dialog {
	switch {
	case m.dialog == nil:
		return nil
	case m.dialog.form != nil:
		return m.drawnForm()
	}
	return m.drawnConfirm()
}

func (m *Model) drawnForm() *ui.Dialog {
	d, f, k := m.dialog, m.dialog.form, m.dialogKeys
	what := fmt.Sprintf("%d marked credentials", len(d.seen))
	if len(d.seen) == 1 {
		what = ui.CredentialName(&d.seen[0]) + " of " + d.seen[0].Provider
	}
	out := &ui.Dialog{
		Title: "force-exhaust " + what,
		Keys: []key.Binding{
			k.Next, briefly(k.Accept, "hold"), k.Cancel, // the last ones stay
		},
	}
	names := [...]string{"code", "duration", "reason"}
	hints := [...]string{"↑↓ 429, 402, 401, 403, 500, or typed", "empty: the backoff's; 45m, 2h30m, until 18:00, until tomorrow 9:00", "for whoever looks at it later"}
	for i := range f.inputs {
		out.Fields = append(out.Fields, ui.Field{
			Name: names[i], Value: f.inputs[i].Value(), Hint: hints[i],
			Focused: i == f.focus, Cursor: f.inputs[i].Position(),
		})
	}
	h, problem := f.hold(m)
	out.Problem = problem
	if problem == "" {
		m.preview(out, h)
	}
	if f.problem != "" {
		out.Problem = f.problem
	}
	return out
}

// preview says what the form comes to as it stands, and what may undo it.
func (m *Model) preview(out *ui.Dialog, h poolstate.Hold) {
	plan := poolstate.Action{Verb: poolstate.VerbHold, Hold: h}.Plan(m.dialog.seen, m.now)
	for i := range plan.Unchanged {
		out.Problem = ui.CredentialName(&plan.Unchanged[i].Before) + ": " + plan.Unchanged[i].Reason
	}
	if len(plan.Changed) == 0 {
		return
	}
	first := &plan.Changed[0]
	out.Preview = ui.HoldWords(first, h.For == 0 && h.Until.IsZero(), m.now)
	if n := len(plan.Changed); n > 1 {
		out.Preview = ui.CredentialName(&first.Before) + ": " + out.Preview + fmt.Sprintf(", and %d more", n-1)
	}
	out.Note = "a running agent may use it until its next pool load"
	for i := range plan.Changed {
		if w := h.Warning(&plan.Changed[i].Before); w != "" && !slices.Contains(out.Warnings, w) {
			out.Warnings = append(out.Warnings, w)
		}
	}
	for _, st := range m.snapshot.Pool.LastReady(plan, m.policy) {
		out.Warnings = append(out.Warnings, ui.StrandedWords(&st, m.now))
	}
}

func (m *Model) drawnConfirm() *ui.Dialog {
	d, k := m.dialog, m.dialogKeys
	out := &ui.Dialog{
		Title:      fmt.Sprintf("%s %s in %s?", d.action.Verb, count(len(d.plan.Changed)), m.cfg.Path),
		Unaffected: ui.UnaffectedWords(d.plan),
		Choice:     &d.yes,
		Keys:       []key.Binding{k.Toggle, k.Accept, k.Cancel},
	}
	for i := range d.plan.Changed {
		e := &d.plan.Changed[i]
		out.Changes = append(out.Changes, ui.Change{
			Name: e.Before.Provider + "/" + ui.CredentialName(&e.Before), Words: ui.FromTo(e, m.policy, m.now),
		})
	}
	if d.ignored {
		out.Problem = "that key does not answer this; y and n do"
	}
	for i := range d.strand {
		out.Warnings = append(out.Warnings, ui.StrandedWords(&d.strand[i], m.now))
	}
	return out
}

func count(n int) string {
	if n == 1 {
		return "1 credential"
	}
	return strconv.Itoa(n) + " credentials"
}
