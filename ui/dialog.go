package ui

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"

	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// Dialog is a form or a confirmation. It is shown below the table, in place of the
// detail.
type Dialog struct {
	Title      string        // the action and its target
	Fields     []Field       // the inputs of a form; a confirmation has none
	Preview    string        // what the form would do with its current values
	Note       string        // further information; dropped first if space is short
	Changes    []Change      // the changes to confirm
	Unaffected []string      // number of targets that do not change, by reason
	Warnings   []string      // risks of the action; each gets its own line
	Problem    string        // why the form or the answer is not accepted
	Choice     *bool         // true if "yes" has the focus; nil for a form
	Keys       []key.Binding // keys shown in the footer
}

// Field is an input of a form.
type Field struct {
	Name, Value string
	Hint        string // examples of valid input; cut after a semicolon if space is short
	Note        string // explains the value; replaces the hint if the field has a value but not the focus
	Cursor      int    // cursor position in characters, if Focused
	Focused     bool
}

// Change describes a change to a credential. Brief describes only the result and is shown if
// Words does not fit.
type Change struct{ Name, Words, Brief string }

const maxChanges = 10 // maximum number of changes that are listed

// dialogLines draws the dialog, w cells wide. To fit into h lines, it omits the
// note, then changes.
func (s *Screen) dialogLines(w, h int) []string {
	d := s.Dialog
	head, tail := []string{s.dialogTitle(w), ""}, []string(nil)
	if len(d.Fields) == 0 { // the title of a confirmation ends with a path, so it is not cut
		head = s.wrapped(theme.Text, theme.Bold, text.Clean(d.Title, text.MessageLimit), w)
	}
	for _, f := range d.Fields {
		head = append(head, s.fieldLine(f, w))
	}
	add := func(role theme.Role, words string) {
		tail = append(tail, s.wrapped(role, theme.Regular, text.Clean(words, text.MessageLimit), w)...)
	}
	for _, words := range d.Unaffected {
		add(theme.Secondary, words)
	}
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

func (s *Screen) dialogTitle(w int) string {
	return s.Theme.Line().Bold(theme.Text, text.Fit(clean(s.Dialog.Title), w)).String()
}

// changeLines lists changes in at most h lines and counts the rest. If any line is too long, all
// lines use the brief description. Names that are still too long are cut, but not to less than
// half of the width.
func (s *Screen) changeLines(w, h int) []string {
	var out []string
	all := s.Dialog.Changes
	listed := min(len(all), maxChanges)
	if listed > h || listed < len(all) {
		listed = max(min(listed, h-1), 0)
	}
	tooLong := func(c Change) bool { return 2+text.Width(clean(c.Name))+2+text.Width(clean(c.Words)) > w }
	brief := slices.ContainsFunc(all[:listed], tooLong)
	for _, c := range all[:listed] {
		l, words := s.Theme.Line().To(2), clean(c.Words)
		if brief && c.Brief != "" {
			words = clean(c.Brief)
		}
		l.Write(theme.Text, text.Fit(clean(c.Name), max(w-l.Col()-2-text.Width(words), w/2)))
		out = append(out, l.To(l.Col()+2).Write(theme.Secondary, text.Fit(words, w-l.Col()-2)).String())
	}
	if rest := len(all) - listed; rest > 0 {
		out = append(out, s.quiet(fmt.Sprintf("and %d more", rest), w)...)
	}
	return out
}

func (s *Screen) fieldLine(f Field, w int) string {
	const nameWidth = 11
	l, role := s.Theme.Line(), theme.Secondary
	if f.Focused {
		l.Bold(theme.Accent, "▌")
		role = theme.Text
	}
	l.To(2).Write(role, f.Name).To(2 + nameWidth)
	drawInput(l, f.Value, f.Cursor, f.Focused, w-l.Col())
	at, hint := max(l.Col()+3, 2+nameWidth+14), s.keyName(f.Hint)
	if !f.Focused && f.Value != "" {
		hint = f.Note
	}
	if brief, _, _ := strings.Cut(hint, ";"); at+text.Width(hint) > w {
		hint = brief
	}
	if at+text.Width(hint) <= w {
		l.To(at).Write(theme.Secondary, hint)
	}
	return l.String()
}

// Widths of the answers, each with its mark and a gap.
const noWidth, yesWidth = len(" no  "), len(" yes  ")

// choiceLine draws "no" and "yes", and marks the one that has the focus.
func (s *Screen) choiceLine(yes bool) string {
	l := s.Theme.Line()
	if yes {
		return l.Write(theme.Secondary, " no  ").Bold(theme.Accent, "▌").Bold(theme.Text, "yes  ").String()
	}
	return l.Bold(theme.Accent, "▌").Bold(theme.Text, "no  ").Write(theme.Secondary, " yes  ").String()
}

func (s *Screen) dialogBlock(h int) []string {
	lines := s.shortened(s.dialogLines(s.inner(), h), h)
	if s.Dialog.Choice != nil && len(lines) > 1 {
		s.addChoice(len(lines)) // the last line, below the rule
	}
	return filled(s.indented(lines), h)
}

// shortened cuts a dialog to room lines. A confirmation keeps its title and its
// last lines, which include the choice. A form keeps its inputs.
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
