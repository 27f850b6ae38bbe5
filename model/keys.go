package model

import (
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

func newKeyMap() keyMap {
	return keyMap{
		Up:       bind("↑ k", "up", "up", "k"),
		Down:     bind("↓ j", "down", "down", "j"),
		PageUp:   bind("PgUp", "a page up", "pgup", "ctrl+b"),
		PageDown: bind("PgDn", "a page down", "pgdown", "ctrl+f"),
		Top:      bind("g Home", "first credential", "g", "home"),
		Bottom:   bind("G End", "last credential", "G", "end"),

		Mark:          bind("space", "mark, for the next action", "space"),
		MarkProvider:  bind("a", "mark all of the provider", "a"),
		Reset:         bind("r", "reset: usable again, streak 0", "r"),
		ResetProvider: bind("R", "reset the provider", "R"),
		ResetAll:      bind("ctrl+r", "reset everything shown", "ctrl+r"),
		Exhaust:       bind("x", "force-exhaust: out of rotation", "x"),
		Sync:          bind("A", "adopt its authority's tokens", "A"),
		Undo:          bind("u", "undo the last action", "u"),

		Filter:    bind("/", "filter: provider: state: code: streak: source: text", "/"),
		Sort:      bind("s", "sort by the next field", "s"),
		Direction: bind("S", "sort the other way round", "S"),
		Fold:      bind("←", "fold the provider", "left"),
		Unfold:    bind("→", "unfold the provider", "right"),

		Forecast: bind("f", "forecast: all, the provider, closed", "f"),

		Events: bind("e", "events, newest first", "e"),
		Pause:  bind("p", "pause the picture", "p"),
		Notify: bind("n", "notifications on or off", "n"),

		Copy:    bind("y", "copy the id", "y"),
		Detail:  bind("enter d", "detail", "enter", "d"),
		Back:    bind("esc", "back; clears marks and filter", "esc"),
		Times:   bind("T", "times as clock or as distance", "T"),
		Theme:   bind("t", "theme: dark, light, high contrast", "t"),
		Mouse:   bind("m", "mouse: on, off", "m"),
		Help:    bind("?", "help", "?"),
		Suspend: bind("ctrl+z", "to the shell; fg returns", "ctrl+z"),
		Quit:    bind("q ctrl+c", "quit", "q", "ctrl+c"),
		Move:    bind("↑↓", "move", "up", "down"),
	}
}

func bind(help, desc string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, desc))
}

// briefly is a binding with fewer words, for the footer.
func briefly(b key.Binding, name, desc string) key.Binding {
	b.SetHelp(name, desc)
	return b
}

// short is the footer: the keys that do something now, in the order of the
// screen's work.
func (k keyMap) short(pane ui.Pane, listed bool) []key.Binding {
	quit := briefly(k.Quit, "q", "quit")
	switch {
	case pane == ui.PaneEvents:
		return []key.Binding{k.Move, briefly(k.Filter, "/", "filter"), briefly(k.Back, "esc", "back"), quit}
	case pane != ui.PaneTable:
		return []key.Binding{k.Move, briefly(k.Back, "esc", "back"), quit}
	case !listed:
		return []key.Binding{k.Help, quit}
	}
	return []key.Binding{
		k.Move, briefly(k.Reset, "r", "reset"), briefly(k.Exhaust, "x", "exhaust"),
		briefly(k.Undo, "u", "undo"), briefly(k.Mark, "space", "mark"),
		briefly(k.Filter, "/", "filter"), briefly(k.Sort, "s", "sort"),
		briefly(k.Forecast, "f", "forecast"), briefly(k.Events, "e", "events"), briefly(k.Detail, "d", "detail"), k.Help, quit,
	}
}

// full is the help: every key, in groups.
func (k keyMap) full() [][]key.Binding {
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
// fields.
type dialogKeys struct {
	Accept, Cancel, Next, Previous, Earlier, Later key.Binding
	Yes, No, Toggle, Abort                         key.Binding
	// Keep and Clear end the typing of a filter.
	Keep, Clear key.Binding
}

func newDialogKeys() dialogKeys {
	return dialogKeys{
		Accept:   bind("enter", "accept", "enter"),
		Cancel:   bind("esc", "cancel", "esc"),
		Next:     bind("tab", "next field", "tab"),
		Previous: bind("shift+tab", "previous field", "shift+tab"),
		Earlier:  bind("↑", "code before", "up"),
		Later:    bind("↓", "code after", "down"),
		Yes:      bind("y", "yes", "y"),
		No:       bind("n", "no", "n"),
		Toggle:   bind("←→", "choose", "left", "right", "tab", "shift+tab", "h", "l"),
		Abort:    bind("ctrl+c", "quit", "ctrl+c"),
		Keep:     bind("enter", "keep", "enter"),
		Clear:    bind("esc", "clear", "esc"),
	}
}
