package model

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"pooltop/ui"
)

// Keys that nobody can take away: whatever a configuration says, one leads out of
// everything that is open and the other ends the program.
const (
	backKey = "esc"
	quitKey = "ctrl+c"
)

// Action is something that a key of the dashboard does.
type Action struct {
	// Name is how a configuration calls it.
	Name string
	// Does is what the help says of it.
	Does string
	// Keys are those that it has when nobody chose others, by their names.
	Keys []string
}

// Actions are all of them, in the order of the help.
func Actions() []Action {
	out := make([]Action, len(actions))
	for i, a := range actions {
		out[i] = Action{a.name, a.does, slices.Clone(a.keys)}
	}
	return out
}

// KeyBindings are the keys of those actions that a person chose others for, by
// the action's name. An action with no key is out of reach. The zero value leaves
// every action its own; [KeyBindings.Bind] fills it and [KeyBindings.Check] looks
// at the whole.
type KeyBindings map[string][]string

// UnknownNameError is the error of a name that means nothing.
type UnknownNameError struct {
	// What it should name: an action, or a key.
	What string
	Name string
	// Known are the names that mean something, for a suggestion.
	Known []string
}

// Error says which name it is.
func (e *UnknownNameError) Error() string { return fmt.Sprintf("unknown %s %q", e.What, e.Name) }

// Bind gives an action keys in place of those that it had. None makes it do
// nothing, which is refused for quit alone. The key that always leads back and
// the one that always quits are added where they belong.
func (b KeyBindings) Bind(name string, keys []string) error {
	if err := KnownAction(name); err != nil {
		return err
	}
	if len(keys) == 0 && name == "quit" {
		return errors.New("quit needs a key")
	}
	var bound []string
	for _, text := range keys {
		k, err := ParseKey(text)
		switch {
		case err != nil:
			return err
		case slices.Contains(bound, k):
			return fmt.Errorf("%s has the key %q twice", name, k)
		case k == backKey && name != "back":
			return fmt.Errorf("%s always goes back and cannot be a key of %s", backKey, name)
		case k == quitKey && name != "quit":
			return fmt.Errorf("%s always quits and cannot be a key of %s", quitKey, name)
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

// KnownAction returns an [UnknownNameError] if no action is called so.
func KnownAction(name string) error {
	if names := actionNames(); !slices.Contains(names, name) {
		return &UnknownNameError{"action", name, names}
	}
	return nil
}

// Keys are those of an action, chosen or its own.
func (b KeyBindings) Keys(name string) []string {
	if keys, chosen := b[name]; chosen {
		return slices.Clone(keys)
	}
	for _, a := range actions {
		if a.name == name {
			return slices.Clone(a.keys)
		}
	}
	return nil
}

// ConflictError is the error of a key that two actions have.
type ConflictError struct {
	Key string
	// Chosen is the action that a person gave the key, Other the one that has it
	// as well.
	Chosen, Other string
}

// Error names both actions and says what to do.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("the key %q cannot mean both %s and %s; give one of them another", e.Key, e.Chosen, e.Other)
}

// Check returns a [ConflictError] if two actions have the same key.
func (b KeyBindings) Check() error {
	owner := map[string]string{}
	for _, a := range actions {
		for _, k := range b.Keys(a.name) {
			other, taken := owner[k]
			if !taken {
				owner[k] = a.name
				continue
			}
			if _, chosen := b[a.name]; chosen {
				return &ConflictError{k, a.name, other}
			}
			return &ConflictError{k, other, a.name}
		}
	}
	return nil
}

func actionNames() []string {
	names := make([]string, len(actions))
	for i, a := range actions {
		names[i] = a.name
	}
	return names
}

// namedKeys are the keys whose name is no character.
var namedKeys = func() map[string]rune {
	names := map[string]rune{
		"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
		"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "home": tea.KeyHome, "end": tea.KeyEnd,
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "space": tea.KeySpace,
		"backspace": tea.KeyBackspace, "insert": tea.KeyInsert, "delete": tea.KeyDelete,
	}
	for i := range 20 { // as many as terminals have sequences for
		names["f"+strconv.Itoa(i+1)] = tea.KeyF1 + rune(i)
	}
	return names
}()

// otherNames are what people call keys as well. The comma needs a word where it
// stands between keys.
var otherNames = map[string]string{
	" ": "space", "escape": "esc", "return": "enter", "pageup": "pgup", "pagedown": "pgdown", "pgdn": "pgdown",
	"ins": "insert", "del": "delete", "comma": ",", "plus": "+",
}

// twins are keys that most terminals send the same bytes for as for another.
var twins = map[string]string{"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+[": "esc"}

// heldKey is what can be held down with another key.
type heldKey struct {
	name string
	mod  tea.KeyMod
}

// heldKeys are all of them, in the order in which a name has them.
var heldKeys = []heldKey{{"ctrl", tea.ModCtrl}, {"alt", tea.ModAlt}, {"shift", tea.ModShift}}

// ParseKey reads the name of a key: a character, or a word such as enter or f5,
// behind ctrl+, alt+ or shift+. It returns the name that a terminal's key is
// compared with.
func ParseKey(text string) (string, error) {
	unknown := &UnknownNameError{"key", text, keyNames()}
	mods, name := heldDown(text)
	if other, ok := otherNames[strings.ToLower(name)]; ok {
		name = other
	}
	if _, named := namedKeys[strings.ToLower(name)]; named {
		return withHeld(mods, strings.ToLower(name)), nil
	}
	r, size := utf8.DecodeRuneInString(name)
	if size == 0 || size != len(name) || !unicode.IsPrint(r) || ui.Clean(name, len(name)) != name {
		return "", unknown
	}
	switch upper, lower := unicode.ToUpper(r), unicode.ToLower(r); {
	case mods == tea.ModShift && upper == lower:
		return "", fmt.Errorf("the key %q has no name of its own; name the character that it types", text)
	case mods == tea.ModShift:
		return string(upper), nil
	case mods == 0:
		return name, nil
	case mods&tea.ModCtrl != 0:
		r = lower // ctrl+R is what people write for ctrl+r, and terminals send the same
	case r != lower:
		r, mods = lower, mods|tea.ModShift
	}
	name = withHeld(mods, string(r))
	if twin, ok := twins[name]; ok {
		return "", fmt.Errorf("terminals cannot tell %s from %s", name, twin)
	}
	return name, nil
}

// heldDown takes what is held down from the front of a key's name.
func heldDown(name string) (tea.KeyMod, string) {
	var mods tea.KeyMod
	for {
		held, rest, found := strings.Cut(name, "+")
		i := slices.IndexFunc(heldKeys, func(h heldKey) bool { return strings.EqualFold(h.name, held) })
		if !found || rest == "" || i < 0 {
			return mods, name
		}
		mods, name = mods|heldKeys[i].mod, rest
	}
}

func withHeld(mods tea.KeyMod, name string) string {
	held := ""
	for _, h := range heldKeys {
		if mods&h.mod != 0 {
			held += h.name + "+"
		}
	}
	return held + name
}

// keyNames are the words that name keys.
func keyNames() []string {
	var names []string
	for name := range namedKeys {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// pressOf is what a terminal sends for a key of a key map.
func pressOf(name string) tea.KeyPressMsg {
	var msg tea.KeyPressMsg
	msg.Mod, name = heldDown(name)
	code, named := namedKeys[name]
	switch {
	case name == "space" && msg.Mod == 0:
		msg.Code, msg.Text = code, " "
	case named:
		msg.Code = code
	default:
		msg.Code, _ = utf8.DecodeRuneInString(name)
		if msg.Mod == 0 {
			msg.Text = name
		}
	}
	return msg
}
