package model

import (
	"slices"
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"

	"pooltop/ui"
)

// move returns Up and Down as one binding, without unbound keys.
func (k *keyMap) move() key.Binding {
	var keys []string
	for _, b := range []key.Binding{k.Up, k.Down} {
		if b.Enabled() {
			keys = append(keys, shortest(b))
		}
	}
	name := ui.KeyWords(keys)
	if strings.Trim(name, "←↑↓→ ") == "" { // arrows need no space between them
		name = strings.ReplaceAll(name, " ", "")
	}
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(name, "move"))
}

// shortest returns the key of b with the shortest display name.
func shortest(b key.Binding) string {
	if len(b.Keys()) == 0 {
		return ""
	}
	return slices.MinFunc(b.Keys(), func(x, y string) int {
		return utf8.RuneCountInString(ui.KeyWord(x)) - utf8.RuneCountInString(ui.KeyWord(y))
	})
}

// word returns the name of a binding's key for use in a sentence.
func word(b key.Binding) string { return ui.KeyWord(shortest(b)) }

// briefly returns a binding with a short description for the footer.
func briefly(b key.Binding, desc string) key.Binding {
	b.SetHelp(word(b), desc)
	return b
}

// either returns a binding for the footer with one key of each of two bindings.
func either(one, other key.Binding, desc string) key.Binding {
	return bind(desc, shortest(one), shortest(other))
}

// goTo returns a binding for the footer of the events, with the first key of Detail.
func (k *keyMap) goTo() key.Binding {
	keys := k.Detail.Keys()
	return bind("go to", keys[:min(len(keys), 1)]...)
}

// footer returns the keys for the footer, the most important ones first. listed is
// true if the pool has credentials.
func (k *keyMap) footer(pane ui.Pane, listed bool) []key.Binding {
	help, quit, back := briefly(k.Help, "help"), briefly(k.Quit, "quit"), either(k.Back, k.Quit, "back")
	switch {
	case pane == ui.PaneOutput:
		return []key.Binding{k.move(), back}
	case pane == ui.PaneHelp:
		return []key.Binding{k.move(), briefly(k.Filter, "filter"), back}
	case pane == ui.PaneEvents:
		return slices.Concat([]key.Binding{briefly(k.Reset, "reset"), briefly(k.Exhaust, "hold"), briefly(k.Undo, "undo")}, k.Commands, []key.Binding{
			k.goTo(), briefly(k.Filter, "filter"), k.move(), help, back,
		})
	case pane != ui.PaneTable:
		return slices.Concat([]key.Binding{briefly(k.Reset, "reset"), briefly(k.Exhaust, "hold"), briefly(k.Undo, "undo")}, k.Commands, []key.Binding{
			k.move(), help, back,
		})
	case !listed:
		return []key.Binding{help, quit}
	}
	return slices.Concat([]key.Binding{briefly(k.Reset, "reset"), briefly(k.Exhaust, "hold")}, k.Commands, []key.Binding{
		briefly(k.Filter, "filter"), briefly(k.Events, "events"),
		briefly(k.Forecast, "forecast"), briefly(k.Undo, "undo"), briefly(k.Mark, "mark"), briefly(k.Sort, "sort"),
		briefly(k.Group, "group"), briefly(k.Detail, "detail"), k.move(), help, quit,
	})
}
