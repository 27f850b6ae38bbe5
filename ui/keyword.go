package ui

import (
	"strings"
)

// keyWords are the words on screen for keys that are not called by their name.
var keyWords = map[string]string{
	"up": "↑", "down": "↓", "left": "←", "right": "→",
	"pgup": "PgUp", "pgdown": "PgDn", "home": "Home", "end": "End", "insert": "Ins", "delete": "Del",
}

// KeyWord returns the word on screen for the name of a key, as printed on
// keyboards: "pgup" is PgUp, "ctrl+up" is ctrl+↑.
func KeyWord(name string) string {
	modifiers := ""
	for {
		mod, rest, found := strings.Cut(name, "+")
		if !found || mod == "" || rest == "" {
			break
		}
		modifiers, name = modifiers+mod+"+", rest
	}
	if word, ok := keyWords[name]; ok {
		name = word
	}
	return modifiers + name
}

// KeyWords returns the words for several keys, separated by blanks.
func KeyWords(names []string) string {
	words := make([]string, len(names))
	for i, n := range names {
		words[i] = KeyWord(n)
	}
	return strings.Join(words, " ")
}
