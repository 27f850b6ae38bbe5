package ui

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"

	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// Dialog is a form or a confirmation. It replaces the detail until it is
// answered; the table stays in sight above it.
type Dialog struct {
	// Title names the action and its target.
	Title string
	// Fields are the inputs of a form; a confirmation has none.
	Fields []Field
	// Preview describes the result of the form as it is filled in.
	Preview string
	// Note is further information; it gives way first.
	Note string
	// Changes are what a confirmation asks about.
	Changes []Change
	// Unaffected says how many targets do not change, and why.
	Unaffected []string
	// Warnings are shown before anything is written.
	Warnings []string
	// Problem is why the form cannot be submitted, or the answer not accepted.
	Problem string
	// Choice is true if yes has the focus; nil for a dialog without that choice.
	Choice *bool
	// Keys are the keys of the dialog, for the footer.
	Keys []key.Binding
}

// Field is an input of a form.
type Field struct {
	Name, Value string
	// Hint says what can be typed.
	Hint string
	// Cursor is the place where typing continues, in characters, if Focused.
	Cursor  int
	Focused bool
}

// Change is a credential and what happens to it.
type Change struct{ Name, Words string }

// maxChanges is the number of changes that a confirmation lists one by one.
const maxChanges = 10

// dialogLines draws the dialog, w cells wide. What does not fit into h lines gives
// way: first the note, then changes.
func (s *Screen) dialogLines(w, h int) []string {
	d := s.Dialog
	head, tail := []string{s.dialogTitle(w)}, []string(nil)
	if d.Choice != nil {
		head = s.dialogText(theme.Text, theme.Bold, d.Title, w) // not cut: it ends with a path
	}
	if len(d.Fields) > 0 {
		head = append(head, "")
	}
	for _, f := range d.Fields {
		head = append(head, s.fieldLine(f, w))
	}
	add := func(role theme.Role, words ...string) {
		for _, t := range words {
			if t != "" {
				tail = append(tail, s.dialogText(role, theme.Regular, t, w)...)
			}
		}
	}
	add(theme.Secondary, d.Unaffected...)
	if d.Preview != "" {
		tail = append(tail, "")
		add(theme.Held, d.Preview)
	}
	note := len(tail)
	add(theme.Secondary, d.Note)
	noteEnd := len(tail)
	for _, warning := range d.Warnings {
		add(theme.Cooling, "! "+warning)
	}
	add(theme.Dead, d.Problem)
	if d.Choice != nil {
		tail = append(tail, s.choiceLine(*d.Choice))
	}
	if len(head)+min(len(d.Changes), maxChanges+1)+len(tail) > h {
		tail = slices.Delete(tail, note, noteEnd)
	}
	return slices.Concat(head, s.changeLines(w, h-len(head)-len(tail)), tail)
}

// changeLines lists changes in at most h lines, and counts those that are not
// listed.
func (s *Screen) changeLines(w, h int) []string {
	var out []string
	all := s.Dialog.Changes
	listed := min(len(all), maxChanges)
	if listed > h || listed < len(all) {
		listed = max(min(listed, h-1), 0)
	}
	for _, c := range all[:listed] {
		out = append(out, s.changeLine(c, w))
	}
	if rest := len(all) - listed; rest > 0 {
		out = append(out, s.dialogText(theme.Secondary, theme.Regular, fmt.Sprintf("and %d more", rest), w)...)
	}
	return out
}

func (s *Screen) dialogTitle(w int) string {
	return s.Theme.Line().Bold(theme.Text, text.Fit(text.Clean(s.Dialog.Title, text.RowLimit), w)).String()
}

// changeLine draws a change. The name is cut before the words are, but not to
// less than half of the line.
func (s *Screen) changeLine(c Change, w int) string {
	l := s.Theme.Line().To(2)
	name, words := text.Clean(c.Name, text.RowLimit), text.Clean(c.Words, text.RowLimit)
	l.Write(theme.Text, text.Fit(name, max(w-l.Col()-2-text.Width(words), w/2)))
	return l.To(l.Col()+2).Write(theme.Secondary, text.Fit(words, w-l.Col()-2)).String()
}

func (s *Screen) dialogText(role theme.Role, weight theme.Weight, words string, w int) []string {
	var out []string
	for _, t := range text.Wrap(text.Clean(words, text.MessageLimit), w) {
		out = append(out, s.Theme.Line().Draw(role, weight, t).String())
	}
	return out
}

// fieldLine draws an input: name, value and, if there is room, the hint.
func (s *Screen) fieldLine(f Field, w int) string {
	const nameWidth = 11
	l, role := s.Theme.Line(), theme.Secondary
	if f.Focused {
		l.Bold(theme.Accent, "▌")
		role = theme.Text
	}
	l.To(2).Write(role, f.Name).To(2 + nameWidth)
	drawInput(l, f.Value, f.Cursor, f.Focused, w-l.Col())
	at := max(l.Col()+3, 2+nameWidth+14)
	if at+text.Width(f.Hint) <= w && (f.Focused || f.Value == "") {
		l.To(at).Write(theme.Secondary, f.Hint)
	}
	return l.String()
}

// optionWidth is the width of an answer: its mark, the word and a gap.
func optionWidth(word string) int { return 1 + len(word) + 2 }

// choiceLine draws no and yes. A mark shows which one has the focus.
func (s *Screen) choiceLine(yes bool) string {
	l := s.Theme.Line()
	option := func(word string, focused bool) {
		if focused {
			l.Bold(theme.Accent, "▌").Bold(theme.Text, word+"  ")
		} else {
			l.Write(theme.Secondary, " "+word+"  ")
		}
	}
	option("no", !yes)
	option("yes", yes)
	return l.String()
}

// dialogBlock draws a rule and the dialog below the table in exactly h lines.
func (s *Screen) dialogBlock(h int) []string {
	out := []string{s.Theme.Line().To(s.margin()).Rule(s.Width - s.margin()).String()}
	room := max(h-1, 0)
	lines := s.shortened(s.dialogLines(s.inner(), room), room)
	if s.Dialog.Choice != nil && len(lines) > 1 {
		s.addChoice(len(lines)) // the last line, below the rule
	}
	return filled(append(out, indented(s, lines)...), h)[:h]
}

// shortened cuts the lines of a dialog to the room there is. A confirmation
// keeps its title and its end with the choice; a form keeps its inputs.
func (s *Screen) shortened(lines []string, room int) []string {
	if len(lines) <= room {
		return lines
	}
	fields := len(s.Dialog.Fields)
	if fields == 0 {
		return append([]string{s.dialogTitle(s.inner())}, lines[1+len(lines)-room:]...)
	}
	inputs, rest := lines[2:2+fields], lines[2+fields:]
	if room <= fields {
		focused := slices.IndexFunc(s.Dialog.Fields, func(f Field) bool { return f.Focused })
		return inputs[max(min(focused, fields-room), 0):][:room]
	}
	return slices.Concat(lines[:1], inputs, rest[len(rest)-(room-1-fields):])
}

// AnswerKind is the kind of an answer.
type AnswerKind uint8

// The kinds: an action was done, is waiting, or was refused or failed; a notice
// that needs attention; good news that no action caused.
const (
	AnswerDone AnswerKind = iota
	AnswerWaiting
	AnswerRefused
	AnswerNotice
	AnswerNews
)

// Answer is the message above the footer: the result of an action, or what
// happened to it later.
type Answer struct {
	Kind AnswerKind
	Text string
}

// answerLines draws the answer in as many lines as it needs and the height
// allows.
func (s *Screen) answerLines() []string {
	role := [...]theme.Role{theme.Text, theme.Cooling, theme.Dead, theme.Step4, theme.Ready}[s.Answer.Kind]
	symbol := [...]string{"✓", "◌", "✕", "!", "●"}[s.Answer.Kind]
	w := s.inner() - 2
	words := text.Wrap(strings.TrimSpace(text.Clean(s.Answer.Text, text.MessageLimit)), w)
	if most := max(1, min(s.Height/5, 4)); len(words) > most {
		words = append(words[:most-1:most-1], text.Fit(strings.Join(words[most-1:], " "), w))
	}
	out := make([]string, len(words))
	for i, t := range words {
		l := s.Theme.Line().To(s.margin())
		if i == 0 {
			l.Bold(role, symbol)
		}
		out[i] = l.To(s.margin()+2).Write(role, t).String()
	}
	return out
}
