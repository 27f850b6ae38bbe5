package uitest

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

var update = flag.Bool("update", false, "write the golden files")

// Golden compares with a file of testdata/golden, or writes it with -update.
func Golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n")
	for i, line := range strings.Split(got, "\n") {
		if i >= len(want) || line != want[i] {
			t.Fatalf("%s:%d differs: %q\nif this is intended, run go test -update and review the diff", path, i+1, line)
		}
	}
	if n := strings.Count(got, "\n") + 1; n < len(want) {
		t.Fatalf("%s: %d lines are missing at the end", path, len(want)-n)
	}
}

// Plain returns drawn text without escape sequences and trailing blanks.
func Plain(drawn string) string {
	lines := strings.Split(ansi.Strip(drawn), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \u00a0")
	}
	return strings.Join(lines, "\n")
}

// Cells splits a drawn line into the cells of the terminal: each character in
// the cell where it begins, "" in the second cell of a wide one.
func Cells(line string) []string {
	var out []string
	for text := ansi.Strip(line); text != ""; {
		cluster, w := ansi.FirstGraphemeCluster(text, ansi.GraphemeWidth)
		text = text[len(cluster):]
		if w == 0 && len(out) > 0 {
			out[len(out)-1] += cluster
			continue
		}
		out = append(out, cluster)
		for range w - 1 {
			out = append(out, "")
		}
	}
	return out
}
