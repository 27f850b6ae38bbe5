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

// dialogLines draws the dialog, w cells wide.
func (s *Screen) dialogLines(w int) []string { return s.dialogWith(w, maxChanges, s.Dialog.Note) }

// dialogWith draws the dialog with at most some changes listed.
func (s *Screen) dialogWith(w, most int, note string) []string {
	d := s.Dialog
	out := []string{s.dialogTitle(w)}
	if d.Choice != nil {
		out = s.dialogText(theme.Text, theme.Bold, d.Title, w) // not cut: it ends with a path
	}
	if len(d.Fields) > 0 {
		out = append(out, "")
	}
	for _, f := range d.Fields {
		out = append(out, s.fieldLine(f, w))
	}
	add := func(role theme.Role, words string) {
		if words != "" {
			out = append(out, s.dialogText(role, theme.Regular, words, w)...)
		}
	}
	for i, c := range d.Changes {
		if i == most {
			add(theme.Secondary, fmt.Sprintf("and %d more", len(d.Changes)-i))
			break
		}
		out = append(out, s.changeLine(c, w))
	}
	for _, words := range d.Unaffected {
		add(theme.Secondary, words)
	}
	if d.Preview != "" {
		out = append(out, "")
		add(theme.Held, d.Preview)
	}
	add(theme.Secondary, note)
	for _, words := range d.Warnings {
		add(theme.Cooling, "! "+words)
	}
	add(theme.Dead, d.Problem)
	if d.Choice != nil {
		out = append(out, s.choiceLine(*d.Choice))
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
	w, room := s.inner(), max(h-1, 0)
	lines := s.dialogLines(w)
	if over := len(lines) - room; over > 0 {
		listed := min(len(s.Dialog.Changes), maxChanges)
		if listed == len(s.Dialog.Changes) {
			over++ // "and n more" takes a line
		}
		lines = s.dialogWith(w, max(listed-over, 0), "")
	}
	lines = s.shortened(lines, room)
	out = append(out, indented(s, lines)...)
	if s.Dialog.Choice != nil && len(lines) > 1 {
		s.addChoice(len(lines)) // the last line, below the rule
	}
	return filled(out, h)[:h]
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
