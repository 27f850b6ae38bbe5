package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"pooltop/ui"
	"pooltop/ui/text"
)

// backKey closes the open pane or dialog, and quitKey ends the program. Neither can be
// unbound.
const backKey, quitKey = "esc", "ctrl+c"

// keyMap holds the keys of the dashboard, for Update, the footer and the help.
type keyMap struct {
	Up, Down, PageUp, PageDown, Top, Bottom  key.Binding
	Mark, MarkProvider                       key.Binding
	Reset, ResetProvider, ResetAll           key.Binding
	Exhaust, Sync, Undo, Earlier, Later      key.Binding
	Filter, Sort, Direction, Fold, Unfold    key.Binding
	SaveView, Group                          key.Binding
	Forecast, Events, Copy                   key.Binding
	Pause, Notify, ReadOnly, Times, Mouse    key.Binding
	Faster, Slower                           key.Binding
	Detail, Back, Theme, Help, Suspend, Quit key.Binding

	views    []key.Binding // the keys of the configured views
	Commands []key.Binding // of the configured commands
}

// Action is an operation of the dashboard that keys can be bound to.
type Action struct {
	Name, Does string   // Name is used in the configuration, and Does in the help
	Keys       []string // default keys
	binding    *key.Binding
}

// Actions returns all actions, in the order that the help lists them.
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
		{"mark-provider", "mark the whole provider", []string{"a"}, &k.MarkProvider},
		{"reset", "reset: ready again, streak 0", []string{"r"}, &k.Reset},
		{"reset-provider", "reset the provider", []string{"R"}, &k.ResetProvider},
		{"reset-all", "reset everything shown", []string{"ctrl+r"}, &k.ResetAll},
		{"exhaust", "hold: take out of rotation", []string{"x"}, &k.Exhaust},
		{"sync", "import newer tokens from the token source", []string{"A"}, &k.Sync},
		{"move-up", "move up in the rotation order", []string{"K"}, &k.Earlier},
		{"move-down", "move down in the rotation order", []string{"J"}, &k.Later},
		{"undo", "undo your last action", []string{"u"}, &k.Undo},
		{"read-only", "toggle read-only", []string{"w"}, &k.ReadOnly},

		{"filter", "filter by text, state:, code:, provider:, profile:, streak:, model: or source:", []string{"/"}, &k.Filter},
		{"sort", "sort by the next field", []string{"s"}, &k.Sort},
		{"sort-direction", "reverse the order", []string{"S"}, &k.Direction},
		{"save-view", "save the filter and order as a view", []string{"V"}, &k.SaveView},
		{"group", "group by profile or provider", []string{"P"}, &k.Group},
		{"fold", "fold the provider", []string{"left"}, &k.Fold},
		{"unfold", "unfold the provider", []string{"right"}, &k.Unfold},

		{"forecast", "cycle forecast: pool, provider, off", []string{"f"}, &k.Forecast},
		{"events", "show events, newest first", []string{"e"}, &k.Events},
		{"detail", "detail", []string{"enter", "d"}, &k.Detail},
		{"copy", "copy id or login command", []string{"y"}, &k.Copy},
		{"pause", "freeze the display", []string{"p"}, &k.Pause},
		{"faster", "double the speed", []string{"+"}, &k.Faster},
		{"slower", "halve the speed", []string{"-"}, &k.Slower},
		{"notify", "toggle notifications", []string{"n"}, &k.Notify},
		{"back", "go back; clear marks and filter", []string{backKey}, &k.Back},
		{"times", "toggle clock times", []string{"T"}, &k.Times},
		{"theme", "switch to the next theme", []string{"t"}, &k.Theme},
		{"mouse", "toggle mouse support", []string{"m"}, &k.Mouse},
		{"help", "help", []string{"?", "f1"}, &k.Help},
		{"suspend", "suspend (fg resumes)", []string{"ctrl+z"}, &k.Suspend},
		{"quit", "close the view; quit", []string{"q", quitKey}, &k.Quit},
	}
}

// newKeyMap returns the keys in chosen and, for all other actions, the default keys. Only a
// demo has keys for the speed; there, the pause key stops the clock.
func newKeyMap(chosen KeyBindings, demo bool) *keyMap {
	k := &keyMap{}
	for _, a := range k.actions() {
		*a.binding = bind(a.Does, chosen.Keys(a)...)
	}
	k.Faster.SetEnabled(demo)
	k.Slower.SetEnabled(demo)
	if demo {
		k.Pause.SetHelp(k.Pause.Help().Key, "stop the clock")
	}
	return k
}

// addCommands adds the keys of commands.
func (k *keyMap) addCommands(commands []Command) {
	for i := range commands {
		k.Commands = append(k.Commands, bind(commands[i].Name, commands[i].Key))
	}
}

func bind(does string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(ui.KeyWords(keys), does))
}

// help returns all keys, grouped by purpose.
func (k *keyMap) help() []ui.KeyGroup {
	titles := map[*key.Binding]string{&k.Up: "move", &k.Mark: "act", &k.Filter: "filter and sort", &k.Forecast: "views", &k.Copy: "program"}
	var groups []ui.KeyGroup
	for _, a := range k.actions() {
		if title, begins := titles[a.binding]; begins {
			groups = append(groups, ui.KeyGroup{Title: title})
		}
		last := &groups[len(groups)-1]
		last.Keys = append(last.Keys, *a.binding)
	}
	if len(k.views) > 0 {
		groups = append(groups, ui.KeyGroup{Title: "your views", Keys: k.views})
	}
	if len(k.Commands) > 0 {
		groups = append(groups, ui.KeyGroup{Title: "commands", Keys: k.Commands})
	}
	return groups
}

// all returns all keys.
func (k *keyMap) all() []key.Binding {
	var out []key.Binding
	for _, a := range k.actions() {
		out = append(out, *a.binding)
	}
	return out
}

// dialogKeys are the keys in dialogs and in the filter. They cannot be configured, so
// confirmations are always answered with the same keys.
var dialogKeys = struct {
	Accept, Cancel, Next, Previous, Earlier, Later, Yes, No, Toggle, Abort key.Binding
}{
	Accept:   bind("accept", "enter"),
	Cancel:   bind("cancel", backKey),
	Next:     bind("next field", "down", "tab"),
	Previous: bind("previous field", "up", "shift+tab"),
	Earlier:  bind("previous code", "left"),
	Later:    bind("next code", "right"),
	Yes:      bind("yes", "y"),
	No:       bind("no", "n"),
	Toggle:   key.NewBinding(key.WithKeys("left", "right", "tab", "shift+tab", "h", "l"), key.WithHelp("←→", "choose")),
	Abort:    bind("quit", quitKey),
}

// KeyBindings maps the names of actions to the keys that replace the default keys. An
// action with no keys is unbound. Fill it with [KeyBindings.Bind], then call
// [KeyBindings.Check].
type KeyBindings map[string][]string

// UnknownNameError reports that an action or a key does not exist.
type UnknownNameError struct {
	What, Name string   // "action" or "key", and its name
	Known      []string // the valid names, for a suggestion
}

// Error returns a message with the kind and the name.
func (e *UnknownNameError) Error() string { return fmt.Sprintf("unknown %s %q", e.What, e.Name) }

// ConflictError reports that a key is bound to two actions. Chosen is the action that the
// configuration binds it to.
type ConflictError struct{ Key, Chosen, Other string }

// Error returns a message with the key and both actions.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("the key %q is bound to both %s and %s; choose another for one of them", e.Key, e.Chosen, e.Other)
}

// Bind replaces the keys of an action. If keys is empty, it unbinds the action, which is
// an error for quit. The keys esc and ctrl+c are always bound to back and quit, and cannot
// be bound to any other action.
func (b KeyBindings) Bind(name string, keys []string) error {
	var names, bound []string
	for _, a := range Actions() {
		names = append(names, a.Name)
	}
	switch {
	case !slices.Contains(names, name):
		return &UnknownNameError{"action", name, names}
	case len(keys) == 0 && name == "quit":
		return errors.New("quit needs a key")
	}
	for _, text := range keys {
		k, err := ParseKey(text)
		switch {
		case err != nil:
			return err
		case slices.Contains(bound, k):
			return fmt.Errorf("%s lists the key %q twice", name, k)
		case k == backKey && name != "back":
			return fmt.Errorf("%s always means back and cannot be bound to %s", backKey, name)
		case k == quitKey && name != "quit":
			return fmt.Errorf("%s always quits and cannot be bound to %s", quitKey, name)
		}
		bound = append(bound, k)
	}
	always := map[string]string{"back": backKey, "quit": quitKey}[name]
	if always != "" && !slices.Contains(bound, always) {
		bound = append(bound, always)
	}
	b[name] = bound
	return nil
}

// Keys returns the keys of an action: the keys in b, or otherwise the default keys.
func (b KeyBindings) Keys(a Action) []string {
	if keys, chosen := b[a.Name]; chosen {
		return keys
	}
	return a.Keys
}

// Owner returns the name of the action that a key is bound to, or "".
func (b KeyBindings) Owner(key string) string {
	for _, a := range Actions() {
		if slices.Contains(b.Keys(a), key) {
			return a.Name
		}
	}
	return ""
}

// Check returns a [ConflictError] if a key is bound to two actions.
func (b KeyBindings) Check() error {
	owner := map[string]string{}
	for _, a := range Actions() {
		_, chosen := b[a.Name]
		for _, k := range b.Keys(a) {
			switch other, taken := owner[k]; {
			case !taken:
				owner[k] = a.Name
			case chosen:
				return &ConflictError{k, a.Name, other}
			default:
				return &ConflictError{k, other, a.Name}
			}
		}
	}
	return nil
}

// namedKeys are the keys that have names, in alphabetical order. Terminals have no
// sequences for function keys above f20.
var namedKeys = strings.Fields("backspace delete down end enter esc f1 f10 f11 f12 f13 f14 f15 f16 f17 f18 f19 " +
	"f2 f20 f3 f4 f5 f6 f7 f8 f9 home insert left pgdown pgup right space tab up")

// aliases maps alternative names of keys to the names that Bubble Tea uses. The comma
// needs an alias because it separates keys.
var aliases = map[string]string{
	" ": "space", "escape": "esc", "return": "enter", "pageup": "pgup", "pagedown": "pgdown", "pgdn": "pgdown",
	"ins": "insert", "del": "delete", "comma": ",", "plus": "+",
}

// ambiguous maps keys to keys that send the same byte in most terminals.
var ambiguous = map[string]string{"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+[": "esc"}

// ParseKey parses the name of a key: a character or a word such as enter or f5,
// optionally preceded by ctrl+, alt+ and shift+. It returns Bubble Tea's name for the
// key.
func ParseKey(s string) (string, error) {
	mods, name := cutModifiers(s)
	if other, ok := aliases[strings.ToLower(name)]; ok {
		name = other
	}
	if named := strings.ToLower(name); slices.Contains(namedKeys, named) {
		return withModifiers(mods, named), nil
	}
	r, size := utf8.DecodeRuneInString(name)
	if size == 0 || size != len(name) || !unicode.IsPrint(r) || text.Clean(name, len(name)) != name {
		return "", &UnknownNameError{"key", s, namedKeys}
	}
	switch upper, lower := unicode.ToUpper(r), unicode.ToLower(r); {
	case mods == tea.ModShift && upper == lower:
		return "", fmt.Errorf("key %q: use the character that it types instead", s)
	case mods == tea.ModShift:
		return string(upper), nil
	case mods == 0:
		return name, nil
	case mods&tea.ModCtrl != 0:
		r = lower // ctrl+r is often written as ctrl+R, and terminals send the same byte for both
	case r != lower:
		r, mods = lower, mods|tea.ModShift
	}
	name = withModifiers(mods, string(r))
	if other, ok := ambiguous[name]; ok {
		return "", fmt.Errorf("terminals cannot distinguish %s from %s", name, other)
	}
	return name, nil
}

func cutModifiers(name string) (mods tea.KeyMod, key string) {
	known := map[string]tea.KeyMod{"ctrl": tea.ModCtrl, "alt": tea.ModAlt, "shift": tea.ModShift}
	for {
		first, rest, _ := strings.Cut(name, "+")
		mod := known[strings.ToLower(first)]
		if mod == 0 || rest == "" {
			return mods, name
		}
		mods, name = mods|mod, rest
	}
}

func withModifiers(mods tea.KeyMod, name string) string {
	for _, m := range []struct {
		name string
		mod  tea.KeyMod
	}{{"shift", tea.ModShift}, {"alt", tea.ModAlt}, {"ctrl", tea.ModCtrl}} {
		if mods&m.mod != 0 {
			name = m.name + "+" + name
		}
	}
	return name
}
