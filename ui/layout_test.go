package ui

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestColumnsLeaveWithTheWidth lists the titles at both sides of each
// breakpoint: AT and THEN leave first, then the bar, then the reason and the
// ladder, then all but name and countdown.
func TestColumnsLeaveWithTheWidth(t *testing.T) {
	const (
		everything = "CREDENTIAL STATE WHY STREAK BACK IN AT COOLDOWN THEN"
		medium     = "CREDENTIAL STATE WHY STREAK BACK IN COOLDOWN"
		barless    = "CREDENTIAL STATE WHY STREAK BACK IN"
		narrow     = "CREDENTIAL STATE STREAK BACK IN"
		single     = "CREDENTIAL BACK IN"
	)
	s := screenOf(sample(t, "backoff.json"))
	for _, c := range []struct {
		width  int
		titles string
	}{
		{200, everything},
		{120, everything},
		{110, everything},
		{109, medium},
		{96, medium},
		{80, barless},
		{79, narrow},
		{50, narrow},
		{49, single},
		{25, single},
		{24, "NAME BACK IN"},
		{20, "NAME BACK IN"},
	} {
		var header string
		for line := range strings.SplitSeq(plain(Render(s.sizedAt(c.width, 40))), "\n") {
			if strings.Contains(line, "BACK IN") {
				header = strings.Join(strings.Fields(line), " ")
			}
		}
		if header != c.titles {
			t.Errorf("at %d columns: %s, want %s", c.width, header, c.titles)
		}
	}
}

// parts lists what is on a screen of the backoff sample, from its text.
func parts(screen string) []string {
	var out []string
	for _, part := range []struct{ name, sign string }{
		{"title", "pooltop"},
		{"counts", "4 ready"},
		{"next", "next back"},
		{"titles", "BACK IN"},
		{"forecast", "capacity"},
		{"detail", "1h → 2h → 4h → 8h"},
		{"events", "09:08:20   "},
		{"footer", "↑↓ move"},
	} {
		if strings.Contains(screen, part.sign) {
			out = append(out, part.name)
		}
	}
	return out
}

// TestPartsLeaveWithTheHeight lists what is there on both sides of each
// height. The table always wins.
func TestPartsLeaveWithTheHeight(t *testing.T) {
	s := screenOf(sample(t, "backoff.json")).choose(t, "work-oauth")
	for _, c := range []struct {
		height int
		parts  string
	}{
		{50, "title counts next titles forecast detail events footer"},
		{36, "title counts next titles forecast detail events footer"},
		{30, "title counts next titles forecast detail events footer"},
		{29, "title counts next titles detail events footer"},
		{28, "title counts next titles detail events footer"},
		{27, "title counts next titles footer"},
		{24, "title counts next titles footer"},
		{10, "title counts next titles footer"},
		{9, "title counts titles footer"},
		{8, "title counts titles footer"},
		{7, "title counts footer"},
		{6, "title footer"},
		{5, "title"},
		{4, ""},
	} {
		got := strings.Join(parts(plain(Render(s.sizedAt(120, c.height)))), " ")
		equal(t, "parts at a height", got, c.parts)
	}
}

// TestHeightsAreUsed renders at every height: parts that came stay, and the
// screen is exactly as high as the terminal, so that the footer stands at its
// end.
func TestHeightsAreUsed(t *testing.T) {
	for _, w := range []int{20, 40, 60, 80, 120} {
		s := screenOf(sample(t, "backoff.json")).choose(t, "work-oauth")
		var before []string
		for h := minHeight; h <= 60; h++ {
			drawn := plain(Render(s.sizedAt(w, h)))
			equal(t, "height", strings.Count(drawn, "\n")+1, h)
			now := parts(drawn)
			for _, part := range before {
				if !slices.Contains(now, part) {
					t.Errorf("at %d×%d %s has gone again", w, h, part)
				}
			}
			before = now
		}
	}
}

// TestTableShrinksLast looks for the rows of a pool that fits: once all of them
// are in sight, a higher terminal never hides one.
func TestTableShrinksLast(t *testing.T) {
	for _, n := range []int{4, 10, 20, 30} {
		s := screenOf(bigPool(t, n)).chooseFirst()
		fitted := false
		for h := minHeight; h <= 70; h++ {
			rows := rowsInSight(Render(s.sizedAt(120, h)), 120)
			if fitted && rows < n {
				t.Errorf("%d credentials: at height %d only %d of them, though all were in sight before", n, h, rows)
				break
			}
			fitted = rows == n
		}
		equal(t, "all in sight in the end", fitted, true)
	}
}

// rowsInSight counts the credentials in a drawn table.
func rowsInSight(drawn string, w int) int {
	n, glyph := 0, columnsFor(w, 0).glyph
	for line := range strings.SplitSeq(drawn, "\n") {
		if row := cells(line); len(row) > glyph+1 && slices.Contains(glyphs(), row[glyph]) && row[glyph+1] == " " {
			n++
		}
	}
	return n
}

// TestSelectedRowIsTinted checks that the tint begins left of the glyph and
// ends one cell beyond the text, on the selected row alone.
func TestSelectedRowIsTinted(t *testing.T) {
	for _, w := range []int{20, 40, 60, 80, 109, 120, 200} {
		s := screenOf(sample(t, "backoff.json")).choose(t, "work-oauth").sizedAt(w, 40)
		for line := range strings.SplitSeq(Render(s), "\n") {
			if tintedRows(line) == 0 {
				continue
			}
			row := cells(line)
			col := columnsFor(w, 0)
			equal(t, "bar at the margin", row[col.cursor], "▌")
			equal(t, "width of the tint", len(row), min(col.end+1, w))
			equal(t, "last cell", row[len(row)-1], "\u00a0")
		}
		equal(t, "number of tinted rows", tintedRows(Render(s)), 1)
	}
}

// tintedRows counts the lines with the tint of the dark theme's selected row.
func tintedRows(drawn string) int {
	n := 0
	for line := range strings.SplitSeq(drawn, "\n") {
		if strings.Contains(line, ";48;2;38;42;58m") {
			n++
		}
	}
	return n
}

// TestTiny lists what a terminal says that is too small for a table.
func TestTiny(t *testing.T) {
	s := screenOf(sample(t, "backoff.json"))
	waiting, unreadable := screenOf(nil), screenOf(nil)
	unreadable.Feed.State = FeedStale
	stale := screenOf(sample(t, "backoff.json"))
	stale.Feed = Feed{State: FeedStale, Since: epoch.Add(-12 * time.Second)}
	for _, c := range []struct {
		s    *Screen
		w, h int
		want string
	}{
		{s, 19, 40, "4/10 ready 12m03s"},
		{s, 18, 4, "4/10 ready 12m03s"},
		{s, 120, 4, "4/10 ready 12m03s"},
		{s, 120, 1, "4/10 ready 12m03s"},
		{s, 16, 3, "4/10 ready"},
		{s, 10, 3, "4/10 ready"},
		{s, 9, 3, "9×3|needs|20×5"},
		{s, 9, 2, "9×2|needs"},
		{s, 4, 9, "4×9|nee…|20×5"},
		{s, 1, 1, "…"},
		{waiting, 18, 4, "waiting for file"},
		{waiting, 12, 4, "waiting for…"},
		{unreadable, 18, 4, "file unreadable"},
		{stale, 18, 4, "4/10 stale 12s"},
		{stale, 10, 4, "4/10 stal…"},
	} {
		got := strings.ReplaceAll(plain(Render(c.s.sizedAt(c.w, c.h))), "\n", "|")
		equal(t, "a tiny screen", got, c.want)
	}
}
