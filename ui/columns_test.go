package ui

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"pooltop/poolstate"
	"pooltop/ui/theme"
)

// TestColumnsFor_Fit checks every width and choice of columns: columns are in
// order, do not overlap, stay on the screen, and do not shrink as the terminal gets
// wider.
func TestColumnsFor_Fit(t *testing.T) {
	for i := range 4 << columnCount {
		hidden := Hidden(i / 4)
		content := content{leastName + i%2*30, leastWhy + i%4/2*30, 20, 20}
		if !hidden.has(ColumnProfile) && !hidden.has(columnProvider) { // never shown together
			continue
		}
		if hidden.has(columnName) || hidden.has(columnState) || hidden.has(columnBack) {
			continue
		}
		var before columns
		for w := minWidth; w <= 300; w++ {
			c := columnsFor(w, hidden, content)
			last := c.glyph + 1
			for i, at := range c.at {
				if at.width() < before.at[i].width() {
					t.Fatalf("at %d columns without %b, %s narrows from %d to %d", w, hidden, columnSpecs[i].title, before.at[i].width(), at.width())
				}
				if at.width() > 0 && (at.from <= last || hidden.has(Column(i))) {
					t.Fatalf("at %d columns without %b, %s begins at %d, after the end of the last column at %d", w, hidden, columnSpecs[i].title, at.from, last)
				}
				last = max(last, at.to)
			}
			if last > c.end || c.end > w || !c.shows(columnName) || !c.shows(columnBack) {
				t.Fatalf("at %d columns without %b: %+v", w, hidden, c)
			}
			before = c
		}
	}
}

// TestNewTable_Widths checks in every scene that no column is narrower on a wider terminal.
func TestNewTable_Widths(t *testing.T) {
	for _, sc := range scenes(t) {
		if sc.screen.isEmpty() {
			continue
		}
		before := newTable(sc.screen.sizedAt(minWidth, 40)).cols
		for w := minWidth + 1; w <= 220; w++ {
			cols := newTable(sc.screen.sizedAt(w, 40)).cols
			for i, cell := range cols.at {
				if cell.width() < before.at[i].width() {
					t.Errorf("%s: at %d columns, %s is %d wide, at %d columns %d", sc.name, w-1, columnSpecs[i].title, before.at[i].width(), w, cell.width())
				}
			}
			before = cols
		}
	}
}

// TestColumnsFor_Titles checks the narrowest terminal that shows each title, and the
// titles that remain when columns are hidden.
func TestColumnsFor_Titles(t *testing.T) {
	titles := func(width int, hidden Hidden) string {
		s := screenOf(sample(t, "backoff.json")).sizedAt(width, 40)
		s.Hidden = hidden
		return strings.Join(strings.Fields(plain(newTable(s).header())), " ")
	}
	for title, from := range map[string]int{
		"NEXT FAIL": 116, "COOLDOWN": 106, "AT": 87, "WHY": 65, "STREAK": 51, "STATE": 50, "CREDENTIAL": 25,
	} {
		equal(t, title+" is shown", strings.Contains(titles(from, 0)+" ", title+" "), true)
		equal(t, title+" is shown on a narrower terminal", strings.Contains(titles(from-1, 0)+" ", title+" "), false)
	}
	for _, c := range []struct {
		width  int
		shown  []Column
		titles string
	}{
		{120, Columns(), "CREDENTIAL STATE WHY STREAK BACK IN AT COOLDOWN NEXT FAIL"},
		{120, []Column{ColumnWhy, ColumnAt, ColumnCooldown, ColumnNextFail}, "CREDENTIAL STATE WHY BACK IN AT COOLDOWN NEXT FAIL"},
		{120, []Column{ColumnStreak, ColumnNextFail}, "CREDENTIAL STATE STREAK BACK IN NEXT FAIL"},
		{80, []Column{ColumnAt}, "CREDENTIAL STATE BACK IN AT"},
		{80, []Column{ColumnStreak, ColumnCooldown}, "CREDENTIAL STATE STREAK BACK IN COOLDOWN"},
		{120, nil, "CREDENTIAL STATE BACK IN"},
		{minWidth, Columns(), "NAME BACK IN"},
	} {
		equal(t, "titles", titles(c.width, AllBut(c.shown...)), c.titles)
	}
}

// titleCells returns the cell at which each title begins. The keys of the map do not depend
// on the layout: the first column is NAME, and the time columns are BACK IN and AT.
func titleCells(header []string) map[string]int {
	line := strings.Join(header, "") // titles are ASCII, so a byte offset is a cell
	line = strings.NewReplacer("▾", " ", "▴", " ").Replace(line)
	line = strings.Replace(line, "BACK AT         IN", "BACK IN         AT", 1)
	line = strings.Replace(line, "BACK AT", "BACK IN", 1)
	out := map[string]int{"NAME": len(line) - len(strings.TrimLeft(line, " "))}
	for _, title := range []string{"PROFILE", "PROVIDER", "STATE", "WHY", "STREAK", "BACK IN", "AT", "COOLDOWN", "NEXT FAIL"} {
		from := 0
		if title == "AT" {
			from = max(strings.Index(line, "BACK IN"), 0)
		}
		if i := strings.Index(line[from:], title); i >= 0 {
			out[title] = from + i
		}
	}
	return out
}

var (
	cellTime = regexp.MustCompile(`^(now|re-auth|never|>999d|\d+d\d\dh|(\d+h)?(\d+m)?\d+s|([A-Z][a-z]{2} )?\d\d:\d\d|(\d+ )?[A-Z][a-z]{2}( \d{4})?)?$`)
	spanForm = regexp.MustCompile(`^(>999d|(\d+d)?(\d+h)?(\d+m)?|\d+s)$`)
	barForm  = regexp.MustCompile(`^─*╺?━*$`)
)

// TestColumns_Align checks in every scene that values are below their column titles.
func TestColumns_Align(t *testing.T) {
	for _, sc := range scenes(t) {
		s := sc.screen
		if s.Pane != PaneTable || len(credentials(s)) == 0 || s.Dialog != nil || s.Answer != nil {
			continue
		}
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			for w := 25; w <= 200; w += 1 + w/25 {
				sized := s.sizedAt(w, 10+3*len(s.lines(true)))
				head, rows := rowsOn(Render(sized))
				equal(t, "number of rows", len(rows), len(credentials(s)))
				for _, row := range rows {
					if problem := misaligned(head, row); problem != "" {
						t.Fatalf("at %d columns: %s in %q", w, problem, strings.Join(row, ""))
					}
				}
			}
		})
	}
}

// rowsOn returns the title cells of a drawn screen and the cells of each row.
func rowsOn(drawn string) (head map[string]int, rows [][]string) {
	for line := range strings.SplitSeq(drawn, "\n") {
		row := cells(line)
		if head == nil {
			if strings.Contains(strings.Join(row, ""), "BACK ") {
				head = titleCells(row)
			}
			continue
		}
		glyph := head["NAME"] - 2
		if len(row) > glyph+1 && stateOf(row[glyph]) != "" && slices.Contains([]string{" ", markTarget, theme.MarkFresh, theme.MarkNext}, row[glyph+1]) {
			rows = append(rows, row)
		}
	}
	return head, rows
}

func stateOf(glyph string) string {
	for _, a := range poolstate.Availabilities() {
		if theme.StateGlyph(a) == glyph || a == poolstate.Ready && glyph == theme.GlyphPartly {
			return a.String()
		}
	}
	return ""
}

// misaligned describes a value that is not below its title. It returns "" if there is
// none.
func misaligned(head map[string]int, row []string) string {
	for _, title := range []string{"PROFILE", "PROVIDER", "STATE", "WHY", "COOLDOWN"} {
		if i, ok := head[title]; ok && len(row) > i && strings.Trim(row[i-1], " \u00a0") != "" {
			return "no space before " + title
		}
	}
	if i := head["STATE"]; i > 0 {
		if word := between(row, i, i+8); word != stateOf(row[head["NAME"]-2]) {
			return "state " + word
		}
	}
	end := head["BACK IN"] + len("BACK IN")
	back := between(row, end-9, end)
	if !cellTime.MatchString(back) || back != "" && row[end-len(back)-1] != " " {
		return "time " + back
	}
	if mark := between(row, end, end+1); !slices.Contains([]string{"", "*", "·", "^", "+", "?", theme.MarkModel}, mark) {
		return "mark " + mark
	}
	if i := head["AT"]; i > 0 {
		if at := between(row, i+2-9, i+2); !cellTime.MatchString(at) || len(row) > i+2 && strings.Trim(row[i+2], " \u00a0") != "" {
			return "time " + at
		}
	}
	if i := head["COOLDOWN"]; i > 0 {
		bar, total, _ := strings.Cut(between(row, i, max(head["NEXT FAIL"], i)), " ")
		if !barForm.MatchString(bar) || !spanForm.MatchString(strings.TrimSpace(total)) {
			return "bar " + bar + total
		}
	}
	return ""
}
