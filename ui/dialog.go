package ui

import (
	"slices"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"

	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// Dialog is a question to the operator. It takes the place of the detail until
// it is answered; the table stays in sight above it.
type Dialog struct {
	// Title says what will be done, and to what.
	Title string
	// Fields are the inputs of a form; a confirmation has none.
	Fields []Field
	// Preview says what the form comes to, as it stands.
	Preview string
	// Note is what else to know before it is sent; it gives way first.
	Note string
	// Changes are what a confirmation is about.
	Changes []Change
	// Unaffected says of how many targets nothing changes, and why.
	Unaffected []string
	// Warnings are said before anything is written.
	Warnings []string
	// Problem says why the form cannot be sent as it stands.
	Problem string
	// Choice is whether yes has the focus; nil for a dialog without the choice.
	Choice *bool
	// Keys are what the dialog listens to.
	Keys []key.Binding
}

// Field is one input of a form.
type Field struct {
	Name, Value string
	// Hint says what may be typed.
	Hint string
	// Cursor is where typing goes, in characters; it counts with Focused.
	Cursor  int
	Focused bool
}

// Change is one credential that a confirmation is about, and what becomes of it.
type Change struct{ Name, Words string }

// maxChanges is how many changes a confirmation lists one by one.
const maxChanges = 10

// dialogLines draws the dialog, w cells wide.
func (s *Screen) dialogLines(w int) []sized { return s.dialogWith(w, maxChanges, s.Dialog.Note) }

// dialogWith draws the dialog with no more than some changes listed.
func (s *Screen) dialogWith(w, most int, note string) []sized {
	d := s.Dialog
	out := []sized{s.dialogTitle(w)}
	if d.Choice != nil {
		out = nil
		for _, t := range text.Wrap(text.Clean(d.Title, text.MessageLimit), w) { // it names a file, to its end
			out = append(out, sizedLine(s.Theme.Line().Bold(theme.Text, t)))
		}
	}
	if len(d.Fields) > 0 {
		out = append(out, sized{})
	}
	for _, f := range d.Fields {
		out = append(out, s.fieldLine(f, w))
	}
	for i, c := range d.Changes {
		if i == most {
			out = append(out, s.dialogText(theme.Secondary, "and "+strconv.Itoa(len(d.Changes)-i)+" more", w)...)
			break
		}
		out = append(out, s.changeLine(c, w))
	}
	for _, u := range d.Unaffected {
		out = append(out, s.dialogText(theme.Secondary, u, w)...)
	}
	if d.Preview != "" {
		out = append(out, sized{})
		out = append(out, s.dialogText(theme.Held, d.Preview, w)...)
	}
	if note != "" {
		out = append(out, s.dialogText(theme.Secondary, note, w)...)
	}
	for _, warning := range d.Warnings {
		out = append(out, s.dialogText(theme.Cooling, "! "+warning, w)...)
	}
	if d.Problem != "" {
		out = append(out, s.dialogText(theme.Dead, d.Problem, w)...)
	}
	if d.Choice != nil {
		out = append(out, s.choiceLine(*d.Choice))
	}
	return out
}

func (s *Screen) dialogTitle(w int) sized {
	return sizedLine(s.Theme.Line().Bold(theme.Text, text.Fit(text.Clean(s.Dialog.Title, text.RowLimit), w)))
}

// changeLine draws a change. The name gives way before what becomes of it, but
// not beyond half of the line: it has to tell which credential it is.
func (s *Screen) changeLine(c Change, w int) sized {
	l := s.Theme.Line().To(2)
	name, words := text.Clean(c.Name, text.RowLimit), text.Clean(c.Words, text.RowLimit)
	l.Write(theme.Text, text.Fit(name, max(w-l.Col()-2-text.Width(words), w/2)))
	l.To(l.Col()+2).Write(theme.Secondary, text.Fit(words, w-l.Col()-2))
	return sizedLine(l)
}

func (s *Screen) dialogText(colour theme.Role, words string, w int) []sized {
	var out []sized
	for _, l := range text.Wrap(text.Clean(words, text.MessageLimit), w) {
		out = append(out, sizedLine(s.Theme.Line().Write(colour, l)))
	}
	return out
}

// fieldLine draws an input: its name, what was typed, and what may be.
func (s *Screen) fieldLine(f Field, w int) sized {
	const nameWidth = 11
	l := s.Theme.Line()
	colour := theme.Secondary
	if f.Focused {
		l.Bold(theme.Accent, "▌")
		colour = theme.Text
	}
	l.To(2).Write(colour, f.Name).To(2 + nameWidth)
	s.typedText(l, f.Value, f.Cursor, f.Focused, w-l.Col())
	at := max(l.Col()+3, 2+nameWidth+14)
	if hint := f.Hint; at+text.Width(hint) <= w && (f.Focused || f.Value == "") {
		l.To(at).Write(theme.Secondary, hint)
	}
	return sizedLine(l)
}

// optionWidth is how many cells an answer takes: its mark, the word, a gap.
func optionWidth(word string) int { return 1 + len(word) + 2 }

// choiceLine draws no and yes; the one with the focus stands out by a mark, not
// by colour alone.
func (s *Screen) choiceLine(yes bool) sized {
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
	return sizedLine(l)
}

// dialogBlock draws the dialog below the table in h lines, a rule first.
func (s *Screen) dialogBlock(h int) []string {
	out := []string{s.Theme.Line().To(s.margin()).Rule(s.Width - s.margin()).String()}
	w, room := s.Width-2*s.margin(), max(h-1, 0)
	lines := s.dialogLines(w)
	if over := len(lines) - room; over > 0 {
		listed := min(len(s.Dialog.Changes), maxChanges)
		if listed == len(s.Dialog.Changes) {
			over++ // the count of what is left out takes a line
		}
		lines = s.dialogWith(w, max(listed-over, 0), "")
	}
	drawn := s.shortened(indented(s, lines), room)
	out = append(out, drawn...)
	if s.Dialog.Choice != nil && len(drawn) > 1 {
		s.addChoice(len(drawn)) // the last one, below the rule
	}
	for len(out) < h {
		out = append(out, "")
	}
	return out[:h]
}

// shortened cuts the lines of a dialog that has nothing left to leave out. A
// confirmation keeps its title and its end, where the choice is; of a form the
// inputs are seen before all else, since they are typed into.
func (s *Screen) shortened(lines []string, room int) []string {
	if len(lines) <= room {
		return lines
	}
	fields := len(s.Dialog.Fields)
	if fields == 0 {
		title := indented(s, []sized{s.dialogTitle(s.Width - 2*s.margin())})
		return append(title, lines[1+len(lines)-room:]...)
	}
	inputs, rest := lines[2:2+fields], lines[2+fields:]
	if room <= fields {
		focused := slices.IndexFunc(s.Dialog.Fields, func(f Field) bool { return f.Focused })
		return inputs[max(min(focused, fields-room), 0):][:room]
	}
	return slices.Concat(lines[:1], inputs, rest[len(rest)-(room-1-fields):])
}

// AnswerKind is the tone of an answer.
type AnswerKind uint8

// The kinds: something was done, something is under way, an action was refused
// or failed, something happened that the operator has to know, or something
// good happened without the operator.
const (
	AnswerDone AnswerKind = iota
	AnswerWaiting
	AnswerRefused
	AnswerNotice
	AnswerNews
)

// Answer is the one line that an action, or a fact about an earlier one, has.
type Answer struct {
	Kind AnswerKind
	Text string
}

// answerLines draws the answer above the footer, in as many lines as it takes
// and the height allows.
func (s *Screen) answerLines() []string {
	colour := [...]theme.Role{theme.Text, theme.Cooling, theme.Dead, theme.Step4, theme.Ready}[s.Answer.Kind]
	glyph := [...]string{"✓", "◌", "✕", "!", "●"}[s.Answer.Kind]
	w := s.Width - 2*s.margin() - 2
	words := text.Wrap(strings.TrimSpace(text.Clean(s.Answer.Text, text.MessageLimit)), w)
	if most := max(1, min(s.Height/5, 4)); len(words) > most {
		words = append(words[:most-1:most-1], text.Fit(strings.Join(words[most-1:], " "), w))
	}
	out := make([]string, len(words))
	for i, t := range words {
		l := s.Theme.Line().To(s.margin())
		if i == 0 {
			l.Bold(colour, glyph)
		}
		out[i] = l.To(s.margin()+2).Write(colour, t).String()
	}
	return out
}
