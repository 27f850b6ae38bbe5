package ui

import (
	"slices"
	"strings"
	"testing"

	"pooltop/ui/internal/uitest"
)

// parts returns the names of the parts found on a screen of the backoff sample.
func parts(screen string) []string {
	var out []string
	for _, part := range [][2]string{
		{"title", "pooltop"},
		{"counts", "4 ready"},
		{"next", "next back"},
		{"titles", "BACK IN"},
		{"forecast", "capacity"},
		{"detail", "1h → 2h → 4h → 8h"},
		{"events", "09:08:20   "},
		{"footer", "↑↓ move"},
	} {
		if strings.Contains(screen, part[1]) {
			out = append(out, part[0])
		}
	}
	return out
}

// TestPlan_Parts checks which parts are shown at several heights.
func TestPlan_Parts(t *testing.T) {
	s := backoffScreen(t)
	for height, want := range map[int]string{
		50: "title counts next titles forecast detail events footer",
		30: "title counts next titles forecast detail events footer",
		29: "title counts next titles detail events footer",
		28: "title counts next titles detail events footer",
		27: "title counts next titles footer",
		10: "title counts next titles footer",
		9:  "title counts titles footer",
		8:  "title counts titles footer",
		7:  "title counts footer",
		6:  "title footer",
		5:  "title",
		4:  "",
	} {
		equal(t, "parts at a height", strings.Join(parts(plain(Render(s.sizedAt(120, height)))), " "), want)
	}
}

// TestPlan_Heights checks that the screen fills the terminal at every height, and that
// no part disappears as the terminal gets taller.
func TestPlan_Heights(t *testing.T) {
	for _, w := range []int{20, 60, 80, 120} {
		s := backoffScreen(t)
		var before []string
		for h := minHeight; h <= 60; h++ {
			drawn := plain(Render(s.sizedAt(w, h)))
			equal(t, "height", strings.Count(drawn, "\n")+1, h)
			now := parts(drawn)
			for _, part := range before {
				if !slices.Contains(now, part) {
					t.Errorf("at %d×%d %s disappears", w, h, part)
				}
			}
			before = now
		}
	}
}

// TestPlan_TableShrinksLast checks that once all rows fit, taller terminals show all.
func TestPlan_TableShrinksLast(t *testing.T) {
	for _, n := range []int{4, 10, 20, 30} {
		s := screenOf(uitest.BigPool(t, n)).chooseFirst()
		fitted := false
		for h := columnsFrom; h <= 70; h++ {
			_, rows := rowsOn(Render(s.sizedAt(120, h)))
			if fitted && len(rows) < n {
				t.Fatalf("%d credentials: at height %d only %d of them", n, h, len(rows))
			}
			fitted = len(rows) == n
		}
		equal(t, "all rows visible", fitted, true)
	}
}
