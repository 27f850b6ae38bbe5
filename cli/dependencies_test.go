package cli

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every dependency has a reason, and none that is gone keeps one.
func TestEveryDependencyHasAReason(t *testing.T) {
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
	required := regexp.MustCompile(`(?m)^(?:require )?\s*([\w.-]+\.\w+/\S+) v\S+$`) // "// indirect" does not end so
	for _, m := range required.FindAllStringSubmatch(string(readFile(t, filepath.Join("..", "go.mod"))), -1) {
		if strings.TrimSpace(reasons[m[1]]) == "" {
			t.Errorf("%s is required without a reason in CONTRIBUTING.md", m[1])
		}
		delete(reasons, m[1])
	}
	for module := range reasons {
		t.Errorf("%s has a reason in CONTRIBUTING.md and is not required", module)
	}
}
