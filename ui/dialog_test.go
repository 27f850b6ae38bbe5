package ui

import (
	"fmt"
	"strings"
	"testing"
)

// TestDialog_Visible checks that the selected row and the dialog's input or choice are
// visible at every size that has a table.
func TestDialog_Visible(t *testing.T) {
	for name, c := range map[string]struct {
		dialog *Dialog
		sign   string
	}{
		"form":         {form("2h"), "2h▏"},
		"confirmation": {confirmation(40), "▌no"},
	} {
		s := backoffScreen(t)
		s.Dialog = c.dialog
		for _, w := range []int{30, 40, 60, 80, 120} {
			for h := minHeight; h <= 50; h++ {
				drawn := Render(s.sizedAt(w, h))
				if !strings.Contains(plain(drawn), c.sign) {
					t.Errorf("%s: no %s at %d×%d:\n%s", name, c.sign, w, h, plain(drawn))
				}
				equal(t, name+": visible selected rows", selectedRows(drawn), 1)
			}
		}
	}
}

// TestDialog_FormFocus checks that the focused input of a form is visible if there is
// room for only one.
func TestDialog_FormFocus(t *testing.T) {
	for focus := range 3 {
		s := backoffScreen(t)
		s.Dialog = form("2h")
		for i := range s.Dialog.Fields {
			s.Dialog.Fields[i].Focused = i == focus
		}
		drawn := plain(Render(s.sizedAt(60, 7)))
		equal(t, "visible cursors", strings.Count(drawn, "▏"), 1)
		equal(t, "cursor in the focused field", strings.Contains(drawn, "▌ "+s.Dialog.Fields[focus].Name), true)
	}
}

func TestFieldLine_Cursor(t *testing.T) {
	for cursor, want := range map[int]string{-1: "▏1d2h", 0: "▏1d2h", 2: "1d▏2h", 4: "1d2h▏", 9: "1d2h▏"} {
		s := screenOf(nil)
		line := s.fieldLine(Field{Name: "for", Value: "1d2h", Cursor: cursor, Focused: true}, 60)
		equal(t, "input", strings.Fields(plain(line))[2], want)
	}
}

// TestDialog_FewLines checks that changes that do not fit are counted.
func TestDialog_FewLines(t *testing.T) {
	for _, n := range []int{5, 10, 11, 40} {
		s := screenOf(sample(t, "backoff.json"))
		s.Dialog = confirmation(n)
		for h := 7; h <= 20; h++ {
			text := ""
			for _, l := range s.sizedAt(50, 50).dialogBlock(h) {
				text += plain(l) + "\n"
			}
			listed, rest := strings.Count(text, "→ ready"), 0
			if _, after, some := strings.Cut(text, "and "); some {
				_, _ = fmt.Sscan(after, &rest)
			}
			equal(t, fmt.Sprintf("of %d in %d lines, listed and counted", n, h), listed+rest, n)
		}
	}
}

// TestChangeLines_Brief checks that the current state is omitted from all changes if any of
// them would not fit.
func TestChangeLines_Brief(t *testing.T) {
	s := screenOf(sample(t, "backoff.json"))
	s.Dialog = &Dialog{Changes: []Change{
		{"p/short", "cooling, streak 1 → ready, streak 0", "→ ready, streak 0"},
		{"p/a-much-longer-name@example.com", "held, streak 2 → ready, streak 0", "→ ready, streak 0"},
	}}
	for w, before := range map[int]int{120: 2, 68: 2, 67: 0, 40: 0} {
		lines := plain(strings.Join(s.changeLines(w, 9), "\n"))
		equal(t, fmt.Sprintf("changes with the current state, in %d cells", w), strings.Count(lines, ", streak 1 →")+strings.Count(lines, ", streak 2 →"), before)
	}
}
