package config

import (
	"fmt"
	"slices"
	"strings"

	"pooltop/cli/internal/suggest"
	"pooltop/ui/text"
)

// Command is a command that a key of the dashboard runs.
type Command struct {
	Key, Name string   // Key is not validated here
	Run       []string // the program and its arguments, which may contain placeholders
	Confirm   bool     // ask before running it
	Output    string   // what happens to the output; see [CommandOutputs]
}

// maxCommandName is the maximum width of a command's name, which the footer shows.
const maxCommandName = 20

// CommandOutputs returns the valid values of Command.Output, the default first: show the
// output in a pane, give the command the terminal, or discard the output.
func CommandOutputs() []string { return []string{"pane", "terminal", "none"} }

// CommandPlaceholders returns the names that arguments of a command may contain in braces.
func CommandPlaceholders() []string {
	return []string{"provider", "id", "label", "profile", "path", "state", "code"}
}

// decodeCommands decodes the [[command]] tables.
func (c *Config) decodeCommands(value any) error {
	known := []string{"key", "name", "run", "confirm", "output"}
	return c.decodeTables("command", value, `a table, such as { key = "F", name = "refresh", run = ["hermes", "auth"] }`, known, func(path string, table map[string]any) error {
		command := Command{Output: CommandOutputs()[0]}
		for _, name := range known {
			if value, given := table[name]; given {
				if err := command.set(name, value); err != nil {
					return c.tableSource(path, name).Errorf("command: %w", err)
				}
			}
		}
		if command.Key == "" || command.Name == "" || command.Run == nil {
			return c.tableSource(path, "").Errorf("command: key, name and run are all required")
		}
		c.Commands = append(c.Commands, command)
		return nil
	})
}

// set sets one value of the command.
func (c *Command) set(name string, value any) (err error) {
	s, isText := value.(string)
	ok := isText && s != ""
	switch name {
	case "key":
		if c.Key = s; !ok {
			err = fmt.Errorf(`key must be the name of a key, such as "F"`)
		}
	case "name":
		if c.Name = s; !ok || text.Width(s) > maxCommandName || text.Clean(s, len(s)) != s || strings.TrimSpace(s) != s {
			err = fmt.Errorf("name must be printable text of at most %d characters", maxCommandName)
		}
	case "run":
		return c.setRun(value)
	case "confirm":
		if c.Confirm, ok = value.(bool); !ok {
			err = fmt.Errorf("confirm must be true or false, not %.60q", fmt.Sprint(value))
		}
	case "output":
		if c.Output = s; !slices.Contains(CommandOutputs(), s) {
			err = fmt.Errorf("output must be %s, not %.60q", OneOf(CommandOutputs()), fmt.Sprint(value))
		}
	}
	return err
}

// setRun checks the arguments. The program must not depend on what the store contains.
func (c *Command) setRun(value any) error {
	words, ok := texts(value)
	if c.Run = words; !ok || words[0] == "" {
		return fmt.Errorf(`run must be a program and its arguments, such as ["hermes", "auth", "refresh", "{id}"]`)
	}
	for i, word := range words {
		for _, name := range placeholders(word) {
			switch known := CommandPlaceholders(); {
			case !slices.Contains(known, name):
				return fmt.Errorf("run: unknown placeholder {%.60s}%s", name, suggest.DidYouMean(name, known))
			case i == 0:
				return fmt.Errorf("run: the program must not contain the placeholder {%s}", name)
			}
		}
	}
	return nil
}

// placeholders returns the words in braces that consist of lower-case letters. Other text in
// braces, such as JSON, is passed on unchanged.
func placeholders(s string) (names []string) {
	for {
		_, after, _ := strings.Cut(s, "{")
		name, rest, found := strings.Cut(after, "}")
		if !found {
			return names
		}
		isLetter := func(r rune) bool { return r >= 'a' && r <= 'z' }
		if name != "" && strings.TrimFunc(name, isLetter) == "" {
			names, s = append(names, name), rest
			continue
		}
		s = after
	}
}
