package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"

	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// FilterLine describes the filter of the table, the events or the help.
type FilterLine struct {
	Text         string // the filter as typed
	Cursor       int    // position in Text, in characters
	Typing       bool
	Problem      string // why the filter is invalid; the previous filter still applies
	Shown, Total int    // Shown of Total credentials or events match the filter
	Of           string // what is counted; "" for credentials
}

// statusLine draws the line above the footer. It shows the answer, or the filter if there
// is no answer or the filter is being typed. If there is neither, it lists the stale stores below a table.
func (s *Screen) statusLine() string {
	switch {
	case s.Filter != nil && (s.Filter.Typing || s.Answer == nil):
		return s.filterLine()
	case s.Answer != nil:
		return s.answerLine()
	case s.Pane == PaneTable:
		return s.staleStoresLine()
	}
	return ""
}

// titleLine draws the title. On a screen without a footer, the status line replaces the title.
func (s *Screen) titleLine() string {
	if s.Height < footerFrom && (s.Answer != nil || s.Filter != nil) {
		return s.statusLine()
	}
	return s.title()
}

func (f *FilterLine) result() string {
	if f.Total == 0 && f.Of == "" {
		return ""
	}
	return fmt.Sprintf("%d of %d %s", f.Shown, f.Total, cmp.Or(f.Of, "shown"))
}

func (s *Screen) filterLine() string {
	f, end := s.Filter, s.Width-s.margin()
	l, result := s.Theme.Line().To(s.margin()), f.result()
	l.Bold(theme.Accent, "/ ")
	drawInput(l, f.Text, f.Cursor, f.Typing, max(end-l.Col()-text.Width(result)-2, 8))
	switch {
	case f.Problem != "" && l.Col()+2 < end:
		l.To(l.Col()+2).Write(theme.Dead, text.Fit(clean(f.Problem), end-l.Col()))
	// In the table, the footer shows the result once the user has finished typing.
	case f.Problem == "" && (f.Typing || s.Pane != PaneTable) && l.Col()+2+text.Width(result) <= end:
		l.Right(end, theme.Secondary, theme.Regular, result)
	}
	return l.String()
}

// drawInput draws typed text and, while typing, the cursor in at most w cells. It
// cuts the end of the text first, then the beginning.
func drawInput(l *theme.Line, typed string, cursor int, typing bool, w int) {
	if !typing {
		l.Write(theme.Text, text.Fit(clean(typed), w))
		return
	}
	value, end := []rune(typed), l.Col()+w
	at := min(max(cursor, 0), len(value))
	l.Write(theme.Text, text.FitLeft(clean(string(value[:at])), w-2)).Write(theme.Accent, "▏")
	l.Write(theme.Text, text.Fit(clean(string(value[at:])), end-l.Col()))
}

// AnswerKind determines how an answer is drawn.
type AnswerKind uint8

// The kinds of answers.
const (
	AnswerDone AnswerKind = iota
	AnswerWaiting
	AnswerRefused // refused or failed
	AnswerNotice  // needs attention
	AnswerNews    // good news, not caused by an action
	AnswerCanceled
)

// Answer is the message above the footer, such as the result of an action. Its clauses are
// separated by "; ", the most important first.
type Answer struct {
	Kind  AnswerKind
	Text  string
	Brief string // if not empty, replaces a first clause that does not fit
}

// answerLine draws the answer in one line: the first clause and any other clauses that fit.
func (s *Screen) answerLine() string {
	role := [...]theme.Role{theme.Text, theme.Cooling, theme.Dead, theme.Step4, theme.Ready, theme.Secondary}[s.Answer.Kind]
	symbol := [...]string{"✓", "◌", "✕", "!", "●", "–"}[s.Answer.Kind]
	w := s.inner() - 2
	clauses := strings.Split(strings.TrimSpace(text.Clean(s.Answer.Text, text.MessageLimit)), "; ")
	words := clauses[0]
	if brief := clean(s.Answer.Brief); brief != "" && text.Width(words) > w {
		words = brief
	}
	for _, c := range clauses[1:] {
		if strings.HasPrefix(c, keyWords["right"]) { // a key, not a transition, which begins with a state
			c = s.keyName(c)
		}
		if more := words + "; " + c; text.Width(more) <= w {
			words = more
		}
	}
	return s.Theme.Line().To(s.margin()).Bold(role, symbol).To(s.margin()+2).Write(role, text.Fit(words, w)).String()
}

// footer draws the keys that fit and, on the right, the position if the table or
// pane scrolls. It always keeps the last two keys, such as help and quit. The help
// component from bubbles would drop them, and it does not report where it draws a key.
func (s *Screen) footer(place string) string {
	const keepLast = 2
	end, gap := s.Width-s.margin(), 2
	if s.Width >= wideFrom {
		gap = 3
	}
	l, room := s.Theme.Line().To(s.margin()), end
	if place != "" {
		room -= text.Width(place) + gap
	}
	keys := slices.DeleteFunc(slices.Clone(s.Short), func(b key.Binding) bool { return !b.Enabled() })
	width := func(b key.Binding) int { return text.Width(s.keyName(b.Help().Key)) + 1 + text.Width(b.Help().Desc) }
	last, reserved := max(len(keys)-keepLast, 0), 0
	for _, b := range keys[last:] {
		reserved += gap + width(b)
	}
	before := 0
	for i, b := range keys {
		if i >= last {
			reserved -= gap + width(b)
		}
		if l.Col()+before+width(b)+reserved > room {
			continue
		}
		name, does := theme.Accent, theme.Secondary
		if slices.Contains(s.Off, b.Help().Key) {
			name, does = theme.Faint, theme.Faint
		}
		l.To(l.Col()+before).Write(name, s.keyName(b.Help().Key)).Write(does, " "+b.Help().Desc)
		s.addKey(l.Col()-width(b), l.Col(), b)
		before = gap
	}
	if place != "" {
		l.Right(end, theme.Secondary, theme.Regular, text.Fit(place, end-l.Col()))
	}
	return l.String()
}

// keyWords maps names of keys to their displayed names, if these differ.
var keyWords = map[string]string{
	"up": "↑", "down": "↓", "left": "←", "right": "→",
	"pgup": "PgUp", "pgdown": "PgDn", "home": "Home", "end": "End", "insert": "Ins", "delete": "Del",
}

// arrowNames replaces arrows in the names of keys.
var arrowNames = strings.NewReplacer("↑↓", "up/down", "←→", "left/right", "↑", "up", "↓", "down", "←", "left", "→", "right")

// keyName returns the displayed name of a key on the screen. In ASCII, arrows are words.
func (s *Screen) keyName(name string) string {
	if s.Theme.ASCII {
		return arrowNames.Replace(name)
	}
	return name
}

// KeyWord returns the displayed name of a key: "ctrl+PgUp" for "ctrl+pgup".
func KeyWord(name string) string {
	at := strings.LastIndex(strings.TrimSuffix(name, "+"), "+") + 1 // after the modifiers
	return name[:at] + cmp.Or(keyWords[name[at:]], name[at:])
}

// KeyWords returns the displayed names of several keys, separated by spaces.
func KeyWords(names []string) string {
	words := make([]string, len(names))
	for i, n := range names {
		words[i] = KeyWord(n)
	}
	return strings.Join(words, " ")
}
