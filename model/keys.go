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

// Action is something that a key of the dashboard does.
type Action struct {
	// Name is its name in the configuration, Does its description in the help.
	Name, Does string
	// Keys are the names of its default keys.
	Keys []string

	binding *key.Binding
}

// Actions returns all actions, in the order of the help.
func Actions() []Action { return new(keyMap).actions() }

func (k *keyMap) actions() []Action {
	return []Action{
		{"up", "up", []string{"up", "k"}, &k.Up},
		{"down", "down", []string{"down", "j"}, &k.Down},
		{"page-up", "page up", []string{"pgup", "ctrl+b"}, &k.PageUp},
		{"page-down", "page down", []string{"pgdown", "ctrl+f"}, &k.PageDown},
		{"first", "first credential", []string{"g", "home"}, &k.Top},
		{"last", "last credential", []string{"G", "end"}, &k.Bottom},

		{"mark", "mark for the next action", []string{"space"}, &k.Mark},
		{"mark-provider", "mark all of the provider", []string{"a"}, &k.MarkProvider},
		{"reset", "reset: ready again, streak 0", []string{"r"}, &k.Reset},
		{"reset-provider", "reset the provider", []string{"R"}, &k.ResetProvider},
		{"reset-all", "reset everything shown", []string{"ctrl+r"}, &k.ResetAll},
		{"exhaust", "hold: take out of rotation", []string{"x"}, &k.Exhaust},
		{"sync", "take newer tokens from where they were issued", []string{"A"}, &k.Sync},
		{"undo", "undo the last action", []string{"u"}, &k.Undo},

		{"filter", "filter: provider: state: code: streak: source: text", []string{"/"}, &k.Filter},
		{"sort", "sort by the next field", []string{"s"}, &k.Sort},
		{"sort-direction", "reverse the order", []string{"S"}, &k.Direction},
		{"fold", "fold the provider", []string{"left"}, &k.Fold},
		{"unfold", "unfold the provider", []string{"right"}, &k.Unfold},

		{"forecast", "forecast: pool, provider, off", []string{"f"}, &k.Forecast},
		{"events", "events, newest first", []string{"e"}, &k.Events},
		{"detail", "detail", []string{"enter", "d"}, &k.Detail},
		{"copy", "copy the id", []string{"y"}, &k.Copy},
		{"pause", "freeze the display", []string{"p"}, &k.Pause},
		{"notify", "notifications on or off", []string{"n"}, &k.Notify},
		{"back", "back; clear marks and filter", []string{backKey}, &k.Back},
		{"times", "clock times or time left", []string{"T"}, &k.Times},
		{"theme", "theme: dark, light, high contrast", []string{"t"}, &k.Theme},
		{"mouse", "mouse on or off", []string{"m"}, &k.Mouse},
		{"help", "help", []string{"?"}, &k.Help},
		{"suspend", "suspend (fg resumes)", []string{"ctrl+z"}, &k.Suspend},
		{"quit", "quit", []string{"q", quitKey}, &k.Quit},
	}
}

// newKeyMap returns the default keys, except for actions in chosen.
func newKeyMap(chosen KeyBindings) *keyMap {
	k := &keyMap{}
	for _, a := range k.actions() {
		*a.binding = bind(a.Does, chosen.Keys(a.Name)...)
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

// help returns all keys, in groups of actions.
func (k *keyMap) help() [][]key.Binding {
	var groups [][]key.Binding
	for _, a := range k.actions() {
		switch a.binding {
		case &k.Up, &k.Mark, &k.Filter, &k.Forecast:
			groups = append(groups, nil)
		}
		last := len(groups) - 1
		groups[last] = append(groups[last], *a.binding)
	}
	return groups
}

// dialogKeys are the keys of dialogs and of the filter. They cannot be
// configured, so that a confirmation is answered by the same keys everywhere.
type dialogKeys struct {
	Accept, Cancel, Next, Previous, Earlier, Later key.Binding
	Yes, No, Toggle, Abort                         key.Binding
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
	}
}
