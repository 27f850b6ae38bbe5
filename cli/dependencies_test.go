package cli

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDependencies checks that CONTRIBUTING.md has a row for every direct dependency, and no
// other rows.
func TestDependencies(t *testing.T) {
	_, table, found := strings.Cut(string(readFile(t, filepath.Join("..", "CONTRIBUTING.md"))), "## Dependencies\n")
	if !found {
		t.Fatal("CONTRIBUTING.md has no table of dependencies")
	}
	table, _, _ = strings.Cut(table, "\n## ")
	row := regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (.+) \\|$")
	reasons := map[string]string{}
	for _, m := range row.FindAllStringSubmatch(table, -1) {
		reasons[m[1]] = m[2]
	}
	required := regexp.MustCompile(`(?m)^(?:require )?\s*([\w.-]+\.\w+/\S+) v\S+$`) // excludes lines that end with "// indirect"
	for _, m := range required.FindAllStringSubmatch(string(readFile(t, filepath.Join("..", "go.mod"))), -1) {
		if strings.TrimSpace(reasons[m[1]]) == "" {
			t.Errorf("CONTRIBUTING.md has no row for %s", m[1])
		}
		delete(reasons, m[1])
	}
	for module := range reasons {
		t.Errorf("CONTRIBUTING.md has a row for %s, which is not required", module)
	}
}
