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

// section returns the text below a heading of the README.
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

// rows returns the cells of the table rows in text that begin with inline code.
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

// fenced matches code blocks, in which backticks are not paired.
var fenced = regexp.MustCompile("(?s)```.*?```")

var backticked = regexp.MustCompile("`([^`]+)`")

// codes splits a cell at commas and returns the inline code of each part.
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

// TestReadme_Keys checks that the table lists every action once, with its default keys.
func TestReadme_Keys(t *testing.T) {
	var documented, actual []string
	for _, row := range rows(section(t, "Keys")) {
		keys, actions := codes(row[0]), codes(row[1])
		if len(row) != 3 || len(keys) != len(actions) {
			t.Fatalf("row %q must list keys for each action", row)
		}
		for i, action := range actions {
			documented = append(documented, action+": "+keys[i])
		}
	}
	for _, a := range model.Actions() {
		actual = append(actual, a.Name+": "+ui.KeyWords(a.Keys))
	}
	slices.Sort(documented)
	slices.Sort(actual)
	equal(t, "the table of keys", strings.Join(documented, "\n"), strings.Join(actual, "\n"))
}

// TestReadme_Commands checks that the table lists every command, with only flags that the
// command has.
func TestReadme_Commands(t *testing.T) {
	root := rootCommand()
	documented := map[string]bool{}
	for _, row := range rows(section(t, "Commands")) {
		for _, m := range backticked.FindAllStringSubmatch(row[0], -1) {
			cmd := root
			if words := strings.Fields(m[1]); len(words) > 1 {
				i := slices.IndexFunc(root.Commands(), func(c *cobra.Command) bool { return c.Name() == words[1] })
				if i < 0 {
					t.Errorf("%q is not a command", m[1])
					continue
				}
				cmd = root.Commands()[i]
			}
			documented[cmd.Name()] = true
			hasFlags(t, m[1], cmd)
		}
	}
	actual := map[string]bool{"pooltop": true}
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			actual[c.Name()] = true
		}
	}
	equal(t, "the commands", strings.Join(slices.Sorted(maps.Keys(documented)), " "), strings.Join(slices.Sorted(maps.Keys(actual)), " "))
}

var flagName = regexp.MustCompile(`--([a-z][a-z-]*)`)

// hasFlags checks that each flag in text belongs to one of the commands.
func hasFlags(t *testing.T, text string, of ...*cobra.Command) {
	t.Helper()
	for _, m := range flagName.FindAllStringSubmatch(text, -1) {
		known := slices.ContainsFunc(of, func(c *cobra.Command) bool {
			c.InitDefaultHelpFlag()
			return c.Flags().Lookup(m[1]) != nil || c.InheritedFlags().Lookup(m[1]) != nil
		})
		if !known {
			t.Errorf("%s is not a flag, in %q", m[0], text)
		}
	}
}

func TestReadme_Flags(t *testing.T) {
	root := rootCommand()
	all := append(root.Commands(), root)
	for _, m := range backticked.FindAllStringSubmatch(fenced.ReplaceAllString(string(readFile(t, filepath.Join("..", "README.md"))), ""), -1) {
		if strings.HasPrefix(m[1], "--") || strings.HasPrefix(m[1], "pooltop") {
			hasFlags(t, m[1], all...)
		}
	}
}

// exampleConfig returns the output of config --json for the example configuration in text.
func exampleConfig(t *testing.T, text string) object {
	t.Helper()
	_, example, found := strings.Cut(text, "```toml\n")
	example, _, closed := strings.Cut(example, "```")
	if !found || !closed {
		t.Fatal("no example of a configuration")
	}
	file := filepath.Join(t.TempDir(), "config.toml")
	writeFile(t, file, []byte(example))
	return decoded(t, done(t, pooltop(t, "config", "--json", "--config", file)))
}

// TestReadme_Configuration checks that the example configurations are valid, and that the one in
// docs/configuration.md sets every value outside the [backoff] and [keys] tables.
func TestReadme_Configuration(t *testing.T) {
	exampleConfig(t, section(t, "Configuration"))
	printed := exampleConfig(t, string(readFile(t, filepath.Join("..", "docs", "configuration.md"))))
	equal(t, "hooks", len(printed["hooks"].([]any)), 1)
	for _, table := range []string{"values", "agent"} {
		for name, value := range printed[table].(object) {
			equal(t, name+" comes from", value.(object)["origin"].(string), "file")
		}
	}
}
