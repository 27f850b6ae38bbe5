package cli

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestList_Golden(t *testing.T) {
	for _, name := range sampleNames {
		t.Run(name, func(t *testing.T) {
			file := sampleFile(t, name)
			quoted := strings.Trim(asJSON(t, file), `"`)
			got := strings.ReplaceAll(done(t, at(t, file, "list", "--json")), quoted, "/home/me/.hermes/auth.json")
			path := filepath.Join("testdata", "golden", name)
			if *update {
				writeFile(t, path, []byte(got))
			}
			if got != string(readFile(t, path)) {
				t.Errorf("the output differs from %s; go test ./cli -update rewrites it:\n%s", path, got)
			}
		})
	}
}

func contains(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%q is missing in:\n%s", w, text)
		}
	}
}

func lacks(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(text, w) {
			t.Errorf("%q occurs in:\n%s", w, text)
		}
	}
}
