package ui

import (
	"strings"
)

// keyWords are those keys whose word on screen is not their name.
var keyWords = map[string]string{
	"up": "↑", "down": "↓", "left": "←", "right": "→",
	"pgup": "PgUp", "pgdown": "PgDn", "home": "Home", "end": "End", "insert": "Ins", "delete": "Del",
}

// KeyWord is how a key stands on the screen, by its name: as it is printed on
// keyboards, with the keys that are held down before it.
func KeyWord(name string) string {
	held := ""
	for {
		mod, rest, found := strings.Cut(name, "+")
		if !found || mod == "" || rest == "" {
			break
		}
		held, name = held+mod+"+", rest
	}
	if word, ok := keyWords[name]; ok {
		name = word
	}
	return held + name
}

// KeyWords are the words of several keys that do the same.
func KeyWords(names []string) string {
	words := make([]string, len(names))
	for i, n := range names {
		words[i] = KeyWord(n)
	}
	return strings.Join(words, " ")
}
