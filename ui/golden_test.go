package ui

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
)

var update = flag.Bool("update", false, "write the golden screens anew")

// goldenSizes are one size per layout: roomy, as designed, without the last
// columns, narrow, a single column, too small for a table.
var goldenSizes = [][2]int{{160, 50}, {120, 36}, {80, 24}, {60, 20}, {40, 12}, {18, 4}}

// compareGolden compares with testdata/golden, or writes it with -update.
func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; go test ./ui -run %s -update writes it", err, t.Name())
	}
	want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))
	if diff := firstDifference(got, string(want)); diff != "" {
		t.Errorf("%s: %s\nif it is meant: go test ./ui -run TestGolden -update, and review the difference", path, diff)
	}
}

// firstDifference shows the first lines that differ, and in which section.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	section := ""
	for i := range max(len(g), len(w)) {
		gl, wl := "(nothing)", "(nothing)"
		if i < len(g) {
			gl = g[i]
		}
		if i < len(w) {
			wl = w[i]
		}
		if strings.HasPrefix(wl, "=== ") {
			section = wl[4:]
		}
		if gl != wl {
			return fmt.Sprintf("line %d, %s\n got %q\nwant %q", i+1, section, gl, wl)
		}
	}
	return ""
}

// TestGoldenScreens compares every scene at every layout. The files hold what
// a person sees, without colours.
func TestGoldenScreens(t *testing.T) {
	for _, sc := range scenes(t) {
		t.Run(sc.name, func(t *testing.T) {
			var b strings.Builder
			for _, size := range goldenSizes {
				fmt.Fprintf(&b, "=== %d×%d\n%s\n", size[0], size[1], plain(Render(sc.screen.sizedAt(size[0], size[1]))))
			}
			compareGolden(t, sc.name+".txt", b.String())
		})
	}
}

// TestGoldenColours compares the sequences of one picture for each palette.
// cat of such a file shows it.
func TestGoldenColours(t *testing.T) {
	for name, scheme := range map[string]Scheme{
		"dark": SchemeDark, "light": SchemeLight, "contrast-dark": SchemeContrastDark, "contrast-light": SchemeContrastLight,
	} {
		for depth, profile := range map[string]colorprofile.Profile{
			"": colorprofile.TrueColor, "-256": colorprofile.ANSI256, "-16": colorprofile.ANSI,
		} {
			t.Run(name+depth, func(t *testing.T) {
				s := screenOf(sample(t, "backoff.json")).choose(t, "work-oauth")
				s.Theme = scheme.Theme(profile)
				compareGolden(t, "colours-"+name+depth+".txt", Render(s.sizedAt(120, 36))+"\n")
			})
		}
	}
}

// TestGoldenLists compares what is printed once, for output that does not
// move.
func TestGoldenLists(t *testing.T) {
	for _, name := range []string{"backoff", "stock-2026-07", "stock-2026-09"} {
		t.Run(name, func(t *testing.T) {
			s := screenOf(sample(t, name+".json"))
			s.Theme = plainTheme
			var b strings.Builder
			for _, width := range []int{120, 80, 60, 40} {
				s.Width = width
				fmt.Fprintf(&b, "=== %d\n%s\n", width, List(s))
			}
			compareGolden(t, "list-"+name+".txt", b.String())
		})
	}
}
