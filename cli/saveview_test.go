package cli

import (
	"path/filepath"
	"strings"
	"testing"

	"pooltop/model"
	"pooltop/ui/filter"
)

func TestViewSaver(t *testing.T) {
	view := model.View{Key: "2", Name: `a "b"`, Filter: `label:"x"`, Order: filter.OrderWorst, Descending: true}
	const table = "[[view]]\nkey = \"2\"\nname = \"a \\\"b\\\"\"\nfilter = \"label:\\\"x\\\"\"\nsort = \"-worst\"\n"
	for _, c := range []struct{ text, want, problem string }{
		{"# mine\ntheme = 'dark' # dark", "# mine\ntheme = 'dark' # dark\n\n" + table, ""},
		{"", table, ""},
		{"[keys]\nreset = ['f5']\n", "[keys]\nreset = ['f5']\n\n" + table, ""},
		{"thme = 'dark'\n", "thme = 'dark'\n", `unknown key "thme"`},
		{"[keys]\nreset = ['2']\n", "[keys]\nreset = ['2']\n", "bound to reset"},
		{"view = [{key = '1', name = 'a'}]\n", "view = [{key = '1', name = 'a'}]\n", "view"},
	} {
		s := viewSaver{path: writeConfig(t, c.text)}
		err := s.save(view)
		equal(t, "file after "+c.text, string(readFile(t, s.path)), c.want)
		var printed strings.Builder
		s.printUnsaved(&printed)
		if c.problem == "" {
			must(t, err)
			equal(t, "printed", printed.String(), "")
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.problem) || !strings.Contains(err.Error(), "printed when pooltop ends") {
			t.Errorf("%q: %v", c.text, err)
		}
		equal(t, "printed", printed.String(), "\n"+table)
		files, _ := filepath.Glob(filepath.Join(filepath.Dir(s.path), ".*"))
		equal(t, "temporary files", len(files), 0)
	}
	s := viewSaver{path: filepath.Join(t.TempDir(), "pooltop", "config.toml")}
	must(t, s.save(view))
	equal(t, "a new file", string(readFile(t, s.path)), table)
	equal(t, "without a file", (&viewSaver{}).save(view) != nil, true)
}
