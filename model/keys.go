package model

import (
	"slices"
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"

	"pooltop/ui"
)

// keyMap is the keys of the dashboard. Update acts on it, and footer and help are
// drawn from it.
type keyMap struct {
	Up, Down, PageUp, PageDown, Top, Bottom  key.Binding
	Mark, MarkProvider                       key.Binding
	Reset, ResetProvider, ResetAll           key.Binding
	Exhaust, Sync, Undo                      key.Binding
	Filter, Sort, Direction, Fold, Unfold    key.Binding
	Forecast, Events, Copy                   key.Binding
	Pause, Notify, Times, Mouse              key.Binding
	Detail, Back, Theme, Help, Suspend, Quit key.Binding
	// Move is Up and Down together, for the footer only.
	Move key.Binding
}

// action is what a key does: its name in the configuration, its binding, its
// description in the help, and its default keys.
type action struct {
	name    string
	binding *key.Binding
	does    string
	keys    []string
}

// actions returns all actions, in the order of the help.
func (k *keyMap) actions() []action {
	return []action{
		{"up", &k.Up, "up", []string{"up", "k"}},
		{"down", &k.Down, "down", []string{"down", "j"}},
		{"page-up", &k.PageUp, "page up", []string{"pgup", "ctrl+b"}},
		{"page-down", &k.PageDown, "page down", []string{"pgdown", "ctrl+f"}},
		{"first", &k.Top, "first credential", []string{"g", "home"}},
		{"last", &k.Bottom, "last credential", []string{"G", "end"}},

		{"mark", &k.Mark, "mark for the next action", []string{"space"}},
		{"mark-provider", &k.MarkProvider, "mark all of the provider", []string{"a"}},
		{"reset", &k.Reset, "reset: ready again, streak 0", []string{"r"}},
		{"reset-provider", &k.ResetProvider, "reset the provider", []string{"R"}},
		{"reset-all", &k.ResetAll, "reset everything shown", []string{"ctrl+r"}},
		{"exhaust", &k.Exhaust, "hold: take out of rotation", []string{"x"}},
		{"sync", &k.Sync, "take newer tokens from where they were issued", []string{"A"}},
		{"undo", &k.Undo, "undo the last action", []string{"u"}},

		{"filter", &k.Filter, "filter: provider: state: code: streak: source: text", []string{"/"}},
		{"sort", &k.Sort, "sort by the next field", []string{"s"}},
		{"sort-direction", &k.Direction, "reverse the order", []string{"S"}},
		{"fold", &k.Fold, "fold the provider", []string{"left"}},
		{"unfold", &k.Unfold, "unfold the provider", []string{"right"}},

		{"forecast", &k.Forecast, "forecast: pool, provider, off", []string{"f"}},
		{"events", &k.Events, "events, newest first", []string{"e"}},
		{"detail", &k.Detail, "detail", []string{"enter", "d"}},
		{"copy", &k.Copy, "copy the id", []string{"y"}},
		{"pause", &k.Pause, "freeze the display", []string{"p"}},
		{"notify", &k.Notify, "notifications on or off", []string{"n"}},
		{"back", &k.Back, "back; clear marks and filter", []string{backKey}},
		{"times", &k.Times, "clock times or time left", []string{"T"}},
		{"theme", &k.Theme, "theme: dark, light, high contrast", []string{"t"}},
		{"mouse", &k.Mouse, "mouse on or off", []string{"m"}},
		{"help", &k.Help, "help", []string{"?"}},
		{"suspend", &k.Suspend, "suspend (fg resumes)", []string{"ctrl+z"}},
		{"quit", &k.Quit, "quit", []string{"q", quitKey}},
	}
}

// newKeyMap returns the default keys, except for actions in chosen.
func newKeyMap(chosen KeyBindings) *keyMap {
	k := &keyMap{}
	for _, a := range k.actions() {
		keys, ok := chosen[a.name]
		if !ok {
			keys = a.keys
		}
		*a.binding = bind(a.does, keys...)
	}
	k.Move = k.move()
	return k
}

func bind(does string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(ui.KeyWords(keys), does))
}

// move returns Up and Down as one binding, without a key that was unbound.
func (k *keyMap) move() key.Binding {
	var keys []string
	for _, b := range []key.Binding{k.Up, k.Down} {
		if b.Enabled() {
			keys = append(keys, shortest(b))
		}
	}
	name := ui.KeyWords(keys)
	if utf8.RuneCountInString(name) == 3 { // two arrows need no gap
		name = strings.ReplaceAll(name, " ", "")
	}
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(name, "move"))
}

// shortest returns the key of a binding that has the shortest name on screen.
func shortest(b key.Binding) string {
	if len(b.Keys()) == 0 {
		return ""
	}
	return slices.MinFunc(b.Keys(), func(x, y string) int {
		return utf8.RuneCountInString(ui.KeyWord(x)) - utf8.RuneCountInString(ui.KeyWord(y))
	})
}

// word returns the name of a binding in a sentence.
func word(b key.Binding) string { return ui.KeyWord(shortest(b)) }

// briefly returns a binding with another description, for the footer.
func briefly(b key.Binding, desc string) key.Binding {
	b.SetHelp(word(b), desc)
	return b
}

// footer returns the keys for the footer, the most important ones first. listed is
// true if the pool has credentials.
func (k *keyMap) footer(pane ui.Pane, listed bool) []key.Binding {
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
		k.Move, briefly(k.Reset, "reset"), briefly(k.Exhaust, "hold"), briefly(k.Undo, "undo"), briefly(k.Mark, "mark"),
		briefly(k.Filter, "filter"), briefly(k.Sort, "sort"),
		briefly(k.Forecast, "forecast"), briefly(k.Events, "events"), briefly(k.Detail, "detail"), help, quit,
	}
}

// help returns all keys, in groups.
func (k *keyMap) help() [][]key.Binding {
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

// dialogKeys are the keys of dialogs and of the filter. They cannot be
// configured, so that a confirmation is answered by the same keys everywhere.
type dialogKeys struct {
	Accept, Cancel, Next, Previous, Earlier, Later key.Binding
	Yes, No, Toggle, Abort                         key.Binding
	// Keep and Clear end the typing of the filter.
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
		Earlier:  bind("previous code", "up"),
		Later:    bind("next code", "down"),
		Yes:      bind("yes", "y"),
		No:       bind("no", "n"),
		Toggle:   toggle,
		Abort:    bind("quit", quitKey),
		Keep:     bind("keep", "enter"),
		Clear:    bind("clear", backKey),
	}
}
