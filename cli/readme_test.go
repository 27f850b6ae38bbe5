package cli

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"pooltop/model"
	"pooltop/ui"
)

// section is what stands under a heading of the README.
func section(t *testing.T, title string) string {
	t.Helper()
	readme := strings.ReplaceAll(string(readFile(t, filepath.Join("..", "README.md"))), "\r\n", "\n")
	_, text, found := strings.Cut(readme, "\n## "+title+"\n")
	if !found {
		t.Fatalf("the README has no section %q", title)
	}
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

// rows are the rows of the tables in a text, by their cells, without the titles.
func rows(text string) [][]string {
	var out [][]string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), " | ")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		out = append(out, cells)
	}
	return out
}

var backticked = regexp.MustCompile("`([^`]+)`")

// codes are the words of a cell that stand between backticks, those between two
// commas together.
func codes(cell string) []string {
	var out []string
	for part := range strings.SplitSeq(cell, ", ") {
		var words []string
		for _, m := range backticked.FindAllStringSubmatch(part, -1) {
			words = append(words, m[1])
		}
		out = append(out, strings.Join(words, " "))
	}
	return out
}

// The table of keys and the key map are the same: each action is there once, in
// the order of the help, with exactly its keys.
func TestTheReadmeHasEveryKey(t *testing.T) {
	var told, are []string
	for _, row := range rows(section(t, "Keys")) {
		keys, actions := codes(row[0]), codes(row[1])
		if len(row) != 3 || len(keys) != len(actions) {
			t.Fatalf("a row does not give each action its keys: %q", row)
		}
		for i, action := range actions {
			told = append(told, action+": "+keys[i])
		}
	}
	for _, a := range model.Actions() {
		are = append(are, a.Name+": "+ui.KeyWords(a.Keys))
	}
	equal(t, "the table of keys", strings.Join(told, "\n"), strings.Join(are, "\n"))
}

// The table of commands has every command that there is, and no other; each flag
// that it shows is one of that command.
func TestTheReadmeHasEveryCommand(t *testing.T) {
	root := rootCommand(&options{})
	told := map[string]bool{}
	for _, row := range rows(section(t, "Commands")) {
		for _, m := range backticked.FindAllStringSubmatch(row[0], -1) {
			cmd := root
			if words := strings.Fields(m[1]); len(words) > 1 {
				i := slices.IndexFunc(root.Commands(), func(c *cobra.Command) bool { return c.Name() == words[1] })
				if i < 0 {
					t.Errorf("%q is no command", m[1])
					continue
				}
				cmd = root.Commands()[i]
			}
			told[cmd.Name()] = true
			hasFlags(t, m[1], cmd)
		}
	}
	are := map[string]bool{"pooltop": true}
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			are[c.Name()] = true
		}
	}
	equal(t, "the commands", strings.Join(slices.Sorted(maps.Keys(told)), " "), strings.Join(slices.Sorted(maps.Keys(are)), " "))
}

var flagName = regexp.MustCompile(`--([a-z][a-z-]*)`)

// hasFlags checks that every flag in a text is one of a command, or of any where
// the text does not say of which.
func hasFlags(t *testing.T, text string, of ...*cobra.Command) {
	t.Helper()
	for _, m := range flagName.FindAllStringSubmatch(text, -1) {
		known := slices.ContainsFunc(of, func(c *cobra.Command) bool {
			c.InitDefaultHelpFlag()
			return c.Flags().Lookup(m[1]) != nil || c.InheritedFlags().Lookup(m[1]) != nil
		})
		if !known {
			t.Errorf("%s is no flag, in %q", m[0], text)
		}
	}
}

// Whatever flag of pooltop the README names is there.
func TestTheReadmeNamesNoFlagInVain(t *testing.T) {
	root := rootCommand(&options{})
	all := append(root.Commands(), root)
	for _, m := range backticked.FindAllStringSubmatch(string(readFile(t, filepath.Join("..", "README.md"))), -1) {
		if strings.HasPrefix(m[1], "--") || strings.HasPrefix(m[1], "pooltop") {
			hasFlags(t, m[1], all...)
		}
	}
}

// The example of a configuration has every value and is a good one.
func TestTheReadmeShowsEveryValue(t *testing.T) {
	_, example, found := strings.Cut(section(t, "Configuration"), "```toml\n")
	example, _, closed := strings.Cut(example, "```")
	if !found || !closed {
		t.Fatal("the README has no example of a configuration")
	}
	file := filepath.Join(t.TempDir(), "config.toml")
	writeFile(t, file, []byte(example))
	values := decoded(t, done(t, pooltop(t, "config", "--json", "--config", file)))["values"].(object)
	for name, value := range values {
		equal(t, name+" comes from", value.(object)["origin"].(string), "file")
	}
}
