package cli

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

// Each sample, as list prints it, is a golden file. Its directory, which is
// another one each time, is that of an agent there.
func TestListPrintsTheSamplesAsReviewed(t *testing.T) {
	for _, name := range sampleNames {
		t.Run(name, func(t *testing.T) {
			file := sampleFile(t, name)
			golden(t, name, at(t, file, "list", "--json"), file)
		})
	}
}

func golden(t *testing.T, name string, o outcome, file string) {
	t.Helper()
	inJSON := strings.Trim(asJSON(t, file), `"`)
	got := []byte(strings.ReplaceAll(done(t, o), inJSON, "/home/me/.hermes/auth.json"))
	path := filepath.Join("testdata", "golden", name)
	if *update {
		writeFile(t, path, got)
	}
	if want := readFile(t, path); !bytes.Equal(got, want) {
		t.Errorf("the output differs from %s; go test . -update writes it anew\n%s", path, firstDifference(string(got), string(want)))
	}
}

// firstDifference shows the first line in which two texts differ.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		a, b := lineAt(g, i), lineAt(w, i)
		if a != b {
			return "got  " + a + "\nwant " + b
		}
	}
	return ""
}

func lineAt(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(nothing)"
}
