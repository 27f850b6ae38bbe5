package model

import (
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"

	"pooltop/ui"
)

// keyMap is every key of the dashboard. Update acts on it, the footer and the
// help are drawn from it, so a key cannot do what the help does not say.
type keyMap struct {
	Up, Down, PageUp, PageDown, Top, Bottom  key.Binding
	Mark, MarkProvider                       key.Binding
	Reset, ResetProvider, ResetAll           key.Binding
	Exhaust, Sync, Undo                      key.Binding
	Filter, Sort, Direction, Fold, Unfold    key.Binding
	Forecast, Events, Copy                   key.Binding
	Pause, Notify, Times, Mouse              key.Binding
	Detail, Back, Theme, Help, Suspend, Quit key.Binding
	// Move stands for the arrows in the footer; it acts on nothing.
	Move key.Binding
}

// action is something that a key does: its name in a configuration, its place in
// the key map, its words in the help, and its keys unless a person chose others.
type action struct {
	name string
	in   func(*keyMap) *key.Binding
	does string
	keys []string
}

// actions are all of them, in the order of the help.
var actions = []action{
	{"up", func(k *keyMap) *key.Binding { return &k.Up }, "up", []string{"up", "k"}},
	{"down", func(k *keyMap) *key.Binding { return &k.Down }, "down", []string{"down", "j"}},
	{"page-up", func(k *keyMap) *key.Binding { return &k.PageUp }, "a page up", []string{"pgup", "ctrl+b"}},
	{"page-down", func(k *keyMap) *key.Binding { return &k.PageDown }, "a page down", []string{"pgdown", "ctrl+f"}},
	{"first", func(k *keyMap) *key.Binding { return &k.Top }, "first credential", []string{"g", "home"}},
	{"last", func(k *keyMap) *key.Binding { return &k.Bottom }, "last credential", []string{"G", "end"}},

	{"mark", func(k *keyMap) *key.Binding { return &k.Mark }, "mark, for the next action", []string{"space"}},
	{"mark-provider", func(k *keyMap) *key.Binding { return &k.MarkProvider }, "mark all of the provider", []string{"a"}},
	{"reset", func(k *keyMap) *key.Binding { return &k.Reset }, "reset: usable again, streak 0", []string{"r"}},
	{"reset-provider", func(k *keyMap) *key.Binding { return &k.ResetProvider }, "reset the provider", []string{"R"}},
	{"reset-all", func(k *keyMap) *key.Binding { return &k.ResetAll }, "reset everything shown", []string{"ctrl+r"}},
	{"exhaust", func(k *keyMap) *key.Binding { return &k.Exhaust }, "force-exhaust: out of rotation", []string{"x"}},
	{"sync", func(k *keyMap) *key.Binding { return &k.Sync }, "adopt its authority's tokens", []string{"A"}},
	{"undo", func(k *keyMap) *key.Binding { return &k.Undo }, "undo the last action", []string{"u"}},

	{"filter", func(k *keyMap) *key.Binding { return &k.Filter }, "filter: provider: state: code: streak: source: text", []string{"/"}},
	{"sort", func(k *keyMap) *key.Binding { return &k.Sort }, "sort by the next field", []string{"s"}},
	{"sort-direction", func(k *keyMap) *key.Binding { return &k.Direction }, "sort the other way round", []string{"S"}},
	{"fold", func(k *keyMap) *key.Binding { return &k.Fold }, "fold the provider", []string{"left"}},
	{"unfold", func(k *keyMap) *key.Binding { return &k.Unfold }, "unfold the provider", []string{"right"}},

	{"forecast", func(k *keyMap) *key.Binding { return &k.Forecast }, "forecast: all, the provider, closed", []string{"f"}},
	{"events", func(k *keyMap) *key.Binding { return &k.Events }, "events, newest first", []string{"e"}},
	{"detail", func(k *keyMap) *key.Binding { return &k.Detail }, "detail", []string{"enter", "d"}},
	{"copy", func(k *keyMap) *key.Binding { return &k.Copy }, "copy the id", []string{"y"}},
	{"pause", func(k *keyMap) *key.Binding { return &k.Pause }, "pause the picture", []string{"p"}},
	{"notify", func(k *keyMap) *key.Binding { return &k.Notify }, "notifications on or off", []string{"n"}},
	{"back", func(k *keyMap) *key.Binding { return &k.Back }, "back; clears marks and filter", []string{backKey}},
	{"times", func(k *keyMap) *key.Binding { return &k.Times }, "times as clock or as distance", []string{"T"}},
	{"theme", func(k *keyMap) *key.Binding { return &k.Theme }, "theme: dark, light, high contrast", []string{"t"}},
	{"mouse", func(k *keyMap) *key.Binding { return &k.Mouse }, "mouse: on, off", []string{"m"}},
	{"help", func(k *keyMap) *key.Binding { return &k.Help }, "help", []string{"?"}},
	{"suspend", func(k *keyMap) *key.Binding { return &k.Suspend }, "to the shell; fg returns", []string{"ctrl+z"}},
	{"quit", func(k *keyMap) *key.Binding { return &k.Quit }, "quit", []string{"q", quitKey}},
}

// newKeyMap gives each action the keys that a person chose, or else its own.
func newKeyMap(chosen KeyBindings) *keyMap {
	k := &keyMap{}
	for _, a := range actions {
		keys, ok := chosen[a.name]
		if !ok {
			keys = a.keys
		}
		*a.in(k) = bind(a.does, keys...)
	}
	k.Move = k.move()
	return k
}

// bind makes a binding, which stands on screen as its keys do.
func bind(does string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(ui.KeyWords(keys), does))
}

// move is up and down in one, as far as there are keys for them.
func (k *keyMap) move() key.Binding {
	var keys []string
	for _, b := range []key.Binding{k.Up, k.Down} {
		if b.Enabled() {
			keys = append(keys, briefest(b))
		}
	}
	name := ui.KeyWords(keys)
	if utf8.RuneCountInString(name) == 3 { // two arrows need no gap
		name = strings.ReplaceAll(name, " ", "")
	}
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(name, "move"))
}

// briefest is the key of a binding whose word is the shortest.
func briefest(b key.Binding) string {
	best := ""
	for i, name := range b.Keys() {
		if i == 0 || utf8.RuneCountInString(ui.KeyWord(name)) < utf8.RuneCountInString(ui.KeyWord(best)) {
			best = name
		}
	}
	return best
}

// word is what a binding is called in a sentence, by one of its keys.
func word(b key.Binding) string { return ui.KeyWord(briefest(b)) }

// briefly is a binding with fewer words, for the footer.
func briefly(b key.Binding, desc string) key.Binding {
	b.SetHelp(word(b), desc)
	return b
}

// short is the footer: the keys that do something now, in the order of the
// screen's work.
func (k *keyMap) short(pane ui.Pane, listed bool) []key.Binding {
	help, quit, back := briefly(k.Help, "help"), briefly(k.Quit, "quit"), briefly(k.Back, "back")
	switch {
	case pane == ui.PaneEvents:
		return []key.Binding{k.Move, briefly(k.Filter, "filter"), back, quit}
	case pane != ui.PaneTable:
		return []key.Binding{k.Move, back, quit}
	case !listed:
		return []key.Binding{help, quit}
	}
	return []key.Binding{
		k.Move, briefly(k.Reset, "reset"), briefly(k.Exhaust, "exhaust"), briefly(k.Undo, "undo"), briefly(k.Mark, "mark"),
		briefly(k.Filter, "filter"), briefly(k.Sort, "sort"),
		briefly(k.Forecast, "forecast"), briefly(k.Events, "events"), briefly(k.Detail, "detail"), help, quit,
	}
}

// full is the help: every key, in groups.
func (k *keyMap) full() [][]key.Binding {
	return [][]key.Binding{
		{k.Up, k.Down, k.PageUp, k.PageDown, k.Top, k.Bottom},
		{k.Mark, k.MarkProvider, k.Reset, k.ResetProvider, k.ResetAll, k.Exhaust, k.Sync, k.Undo},
		{k.Filter, k.Sort, k.Direction, k.Fold, k.Unfold},
		{
			k.Forecast, k.Events, k.Detail, k.Copy, k.Pause, k.Notify, k.Back,
			k.Times, k.Theme, k.Mouse, k.Help, k.Suspend, k.Quit,
		},
	}
}

// dialogKeys are the keys while a dialog is open; letters are typed into its
// fields. No configuration changes them: a question is answered by the same keys
// everywhere.
type dialogKeys struct {
	Accept, Cancel, Next, Previous, Earlier, Later key.Binding
	Yes, No, Toggle, Abort                         key.Binding
	// Keep and Clear end the typing of a filter.
	Keep, Clear key.Binding
}

func newDialogKeys() *dialogKeys {
	toggle := bind("choose", "left", "right", "tab", "shift+tab", "h", "l")
	toggle.SetHelp("←→", "choose")
	return &dialogKeys{
		Accept:   bind("accept", "enter"),
		Cancel:   bind("cancel", backKey),
		Next:     bind("next field", "tab"),
		Previous: bind("previous field", "shift+tab"),
		Earlier:  bind("code before", "up"),
		Later:    bind("code after", "down"),
		Yes:      bind("yes", "y"),
		No:       bind("no", "n"),
		Toggle:   toggle,
		Abort:    bind("quit", quitKey),
		Keep:     bind("keep", "enter"),
		Clear:    bind("clear", backKey),
	}
}
