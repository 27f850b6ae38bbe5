package ui

import (
	"strings"
	"testing"
)

// everyHidden are all sets of columns that a table can do without.
func everyHidden() []Hidden {
	all := make([]Hidden, 1<<len(Columns()))
	for i := range all {
		all[i] = Hidden(i)
	}
	return all
}

// span is the cells of a column, from its first to the one after its last.
type cellSpan struct {
	what     string
	from, to int
}

// spans are the columns in their order, those included that are not there.
func (c *columns) spans() []cellSpan {
	return []cellSpan{
		{"cursor", c.cursor, c.cursor + 1},
		{"glyph", c.glyph, c.glyph + 1},
		{"name", c.name, c.name + c.nameW},
		{"state", c.state, c.state + stateWidth},
		{"why", c.why, c.why + c.whyW},
		{"ladder", c.ladder, c.ladder + ladderWidth},
		{"number", c.number, c.number + 3},
		{"back in", c.backEnd - backWidth, c.backEnd},
		{"at", c.atEnd - atWidth, c.atEnd},
		{"bar", c.bar, c.bar + c.barW},
		{"total", c.total, c.total + totalWidth},
		{"then", c.thenEnd - thenWidth, c.thenEnd},
	}
}

// Every width and every choice of columns: none meets another, the last ends on
// the screen, and a name stays one.
func TestColumnsNeverOverlap(t *testing.T) {
	for _, without := range everyHidden() {
		for w := minWidth; w <= 300; w++ {
			c := columnsFor(w, without)
			last, before := -1, "nothing"
			for _, col := range c.spans() {
				if col.to <= 0 || col.from <= 0 && col.what != "cursor" && col.what != "glyph" {
					continue // not there
				}
				if col.from < last || col.to <= col.from {
					t.Fatalf("at %d columns without %b, %s [%d,%d) meets %s, which ends at %d",
						w, without, col.what, col.from, col.to, before, last)
				}
				last, before = col.to, col.what
			}
			if last > w {
				t.Fatalf("at %d columns without %b, %s ends at %d", w, without, before, last)
			}
			if c.nameW < 5 {
				t.Errorf("at %d columns without %b a name has %d cells", w, without, c.nameW)
			}
		}
	}
}

// What a person does without is not there, and never makes another leave: the
// breakpoints stay.
func TestColumnsToDoWithout(t *testing.T) {
	for _, c := range []struct {
		shown  string
		width  int
		titles string
	}{
		{"why streak at cooldown then", 120, "CREDENTIAL STATE WHY STREAK BACK IN AT COOLDOWN THEN"},
		{"why at cooldown then", 120, "CREDENTIAL STATE WHY BACK IN AT COOLDOWN THEN"},
		{"streak at cooldown then", 120, "CREDENTIAL STATE STREAK BACK IN AT COOLDOWN THEN"},
		{"why streak then", 120, "CREDENTIAL STATE WHY STREAK BACK IN THEN"},
		{"streak then", 200, "CREDENTIAL STATE STREAK BACK IN THEN"},
		{"at", 110, "CREDENTIAL STATE BACK IN AT"},
		{"", 120, "CREDENTIAL STATE BACK IN"},

		{"why streak at cooldown then", 109, "CREDENTIAL STATE WHY STREAK BACK IN COOLDOWN"},
		{"at then", 109, "CREDENTIAL STATE BACK IN"},
		{"streak cooldown", 80, "CREDENTIAL STATE STREAK BACK IN COOLDOWN"},
		{"why cooldown", 80, "CREDENTIAL STATE WHY BACK IN"},
		{"why cooldown", 85, "CREDENTIAL STATE WHY BACK IN COOLDOWN"},
		{"why streak", 100, "CREDENTIAL STATE WHY STREAK BACK IN"},

		{"why streak at cooldown then", 79, "CREDENTIAL STATE STREAK BACK IN"},
		{"why at cooldown then", 79, "CREDENTIAL STATE BACK IN"},
		{"streak", 50, "CREDENTIAL STATE STREAK BACK IN"},
		{"why", 49, "CREDENTIAL BACK IN"},
	} {
		s := screenOf(sample(t, "backoff.json")).choose(t, "work-oauth").sizedAt(c.width, 40)
		s.Without = AllBut(named(t, c.shown)...)
		titles := strings.Join(strings.Fields(plain(newTable(s, plainTheme).header())), " ")
		if titles != c.titles {
			t.Errorf("%q at %d columns: %s, want %s", c.shown, c.width, titles, c.titles)
		}
	}
}

// named are the columns of names between blanks.
func named(t *testing.T, names string) []Column {
	t.Helper()
	var out []Column
	for _, name := range strings.Fields(names) {
		for _, c := range Columns() {
			if c.Name() == name {
				out = append(out, c)
			}
		}
	}
	equal(t, "the columns of "+names, len(out), len(strings.Fields(names)))
	return out
}

// Another choice is drawn anew, also where rows were kept from before.
func TestAnotherChoiceOfColumns(t *testing.T) {
	s := screenOf(sample(t, "backoff.json")).choose(t, "work-oauth").sizedAt(120, 40)
	all := Render(s)
	s.Without = AllBut(ColumnStreak)
	few := Render(s)
	equal(t, "the rows that were kept are not used", few, Render(s))
	s.Without = 0
	equal(t, "all columns", Render(s), all)
}

func TestKeyWords(t *testing.T) {
	for name, want := range map[string]string{
		"up": "↑", "down": "↓", "left": "←", "right": "→", "pgup": "PgUp", "pgdown": "PgDn", "home": "Home", "end": "End",
		"k": "k", "G": "G", "space": "space", "enter": "enter", "esc": "esc", "f5": "f5", "?": "?", "ä": "ä",
		"ctrl+r": "ctrl+r", "alt+up": "alt+↑", "ctrl+alt+pgdown": "ctrl+alt+PgDn", "shift+tab": "shift+tab",
		"+": "+", "ctrl++": "ctrl++",
	} {
		equal(t, "the word for "+name, KeyWord(name), want)
	}
	equal(t, "several", KeyWords([]string{"up", "k", "ctrl+p"}), "↑ k ctrl+p")
}
