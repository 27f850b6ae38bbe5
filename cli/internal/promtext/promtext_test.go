package promtext

import (
	"math"
	"strings"
	"testing"
	"time"

	"pooltop/cli/internal/testkit"
)

var metrics = []Metric{
	{Name: "b_total", Type: "counter", Help: "B \\ with\na second line.", Labels: []string{"x", "y"}, Combine: Sum},
	{Name: "a", Type: "gauge", Help: "A.", Combine: Sum},
	{Name: "unused", Type: "gauge", Help: "Unused."},
}

func TestPage(t *testing.T) {
	p := NewPage(metrics)
	p.Add("a", math.Inf(1))
	p.Add("b_total", 2, "z", "1")
	p.Add("b_total", 1.5, "a\"b\\c\nd", "é\xff")
	p.Add("b_total", 3, "z", "1")
	want := "# HELP b_total B \\\\ with\\na second line.\n# TYPE b_total counter\n" +
		"b_total{x=\"a\\\"b\\\\c\\nd\",y=\"é\uFFFD\"} 1.5\nb_total{x=\"z\",y=\"1\"} 5\n" +
		"# HELP a A.\n# TYPE a gauge\na +Inf\n"
	if got := string(p.Bytes()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestPage_Add_Values(t *testing.T) {
	p := NewPage([]Metric{{Name: "v", Type: "gauge", Help: "V.", Labels: []string{"of"}}})
	p.AddTime("v", time.UnixMilli(1795426258325), "time")
	p.AddBool("v", true, "true")
	p.AddBool("v", false, "false")
	p.Add("v", 1e21, "large")
	p.Add("v", math.Inf(-1), "-inf")
	for _, line := range []string{`{of="time"} 1795426258.325`, `{of="true"} 1`, `{of="false"} 0`, `{of="large"} 1000000000000000000000`, `{of="-inf"} -Inf`} {
		if text := string(p.Bytes()); !strings.Contains(text, "\nv"+line+"\n") {
			t.Errorf("no line %q in\n%s", line, text)
		}
	}
}

// FuzzPage checks that every value of a label is read back unchanged, except for invalid UTF-8.
func FuzzPage(f *testing.F) {
	f.Add("plain", "with \"quotes\"")
	f.Add("a\\nb\n", "\\")
	f.Add("\xff\xfe", "} 1\nb_total{")
	f.Fuzz(func(t *testing.T, x, y string) {
		p := NewPage(metrics)
		p.Add("b_total", 1, x, y)
		p.Add("b_total", 1, y, x)
		text := string(p.Bytes())
		samples, err := testkit.ParseMetrics(text)
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		clean := func(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
		sum := 0.0
		for _, s := range samples {
			sum += s.Value
			if a, b := s.Labels["x"], s.Labels["y"]; a != clean(x) && a != clean(y) || b != clean(x) && b != clean(y) {
				t.Errorf("read %q and %q, want %q and %q in any order", a, b, x, y)
			}
		}
		if sum != 2 {
			t.Errorf("the sum is %v", sum)
		}
	})
}
