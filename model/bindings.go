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

	"pooltop/ui/text"
)

// Keys that cannot be unbound: one leads back out of everything that is open, the
// other ends the program.
const (
	backKey = "esc"
	quitKey = "ctrl+c"
)

// KeyBindings are the keys of the actions that are not bound to their default
// keys, by the action's name. An action without keys cannot be reached. Use
// [KeyBindings.Bind] to fill it and [KeyBindings.Check] when it is complete.
type KeyBindings map[string][]string

// UnknownNameError is the error of an action or a key that does not exist.
type UnknownNameError struct {
	// What is "action" or "key".
	What string
	Name string
	// Known are the valid names, for a suggestion.
	Known []string
}

// Error returns the kind and the name.
func (e *UnknownNameError) Error() string { return fmt.Sprintf("unknown %s %q", e.What, e.Name) }

// Bind binds an action to keys instead of its present ones. Without keys, it is
// unbound, which is an error for quit. The keys esc and ctrl+c are added to back
// and quit and are an error for any other action.
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

// KnownAction returns an [UnknownNameError] if there is no action of that name.
func KnownAction(name string) error {
	var names []string
	for _, a := range Actions() {
		names = append(names, a.Name)
	}
	if !slices.Contains(names, name) {
		return &UnknownNameError{"action", name, names}
	}
	return nil
}

// Keys returns the keys of an action: those in b, or else the default ones.
func (b KeyBindings) Keys(name string) []string {
	if keys, chosen := b[name]; chosen {
		return slices.Clone(keys)
	}
	for _, a := range Actions() {
		if a.Name == name {
			return a.Keys
		}
	}
	return nil
}

// ConflictError is the error of a key that is bound to two actions.
type ConflictError struct {
	Key string
	// Chosen is the action that was bound to the key, Other the one that already
	// has it.
	Chosen, Other string
}

// Error names the key and both actions.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("the key %q is bound to both %s and %s; choose another for one of them", e.Key, e.Chosen, e.Other)
}

// Check returns a [ConflictError] if a key is bound to two actions.
func (b KeyBindings) Check() error {
	owner := map[string]string{}
	for _, a := range Actions() {
		for _, k := range b.Keys(a.Name) {
			other, taken := owner[k]
			if !taken {
				owner[k] = a.Name
				continue
			}
			if _, chosen := b[a.Name]; chosen {
				return &ConflictError{k, a.Name, other}
			}
			return &ConflictError{k, other, a.Name}
		}
	}
	return nil
}

// namedKeys are the keys that are not characters, sorted.
var namedKeys = func() []string {
	names := []string{
		"up", "down", "left", "right", "pgup", "pgdown", "home", "end", "enter", "esc", "tab", "space",
		"backspace", "insert", "delete",
	}
	for i := range 20 { // as many as terminals have sequences for
		names = append(names, "f"+strconv.Itoa(i+1))
	}
	slices.Sort(names)
	return names
}()

// aliases are other names of keys. The comma needs a word, since it separates
// keys.
var aliases = map[string]string{
	" ": "space", "escape": "esc", "return": "enter", "pageup": "pgup", "pagedown": "pgdown", "pgdn": "pgdown",
	"ins": "insert", "del": "delete", "comma": ",", "plus": "+",
}

// ambiguous are keys for which most terminals send the same bytes as for another.
var ambiguous = map[string]string{"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+[": "esc"}

type modifier struct {
	name string
	mod  tea.KeyMod
}

// modifiers are in the order that they have in the name of a key.
var modifiers = []modifier{{"ctrl", tea.ModCtrl}, {"alt", tea.ModAlt}, {"shift", tea.ModShift}}

// ParseKey parses the name of a key: a character or a word such as enter or f5,
// after any of ctrl+, alt+ and shift+. It returns the name that a key press has in
// Bubble Tea.
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
		return "", fmt.Errorf("key %q: name the character that it types instead", s)
	case mods == tea.ModShift:
		return string(upper), nil
	case mods == 0:
		return name, nil
	case mods&tea.ModCtrl != 0:
		r = lower // ctrl+R is common for ctrl+r, and terminals send the same
	case r != lower:
		r, mods = lower, mods|tea.ModShift
	}
	name = withModifiers(mods, string(r))
	if other, ok := ambiguous[name]; ok {
		return "", fmt.Errorf("terminals cannot distinguish %s from %s", name, other)
	}
	return name, nil
}

func cutModifiers(name string) (tea.KeyMod, string) {
	var mods tea.KeyMod
	for {
		first, rest, found := strings.Cut(name, "+")
		i := slices.IndexFunc(modifiers, func(m modifier) bool { return strings.EqualFold(m.name, first) })
		if !found || rest == "" || i < 0 {
			return mods, name
		}
		mods, name = mods|modifiers[i].mod, rest
	}
}

func withModifiers(mods tea.KeyMod, name string) string {
	prefix := ""
	for _, m := range modifiers {
		if mods&m.mod != 0 {
			prefix += m.name + "+"
		}
	}
	return prefix + name
}
