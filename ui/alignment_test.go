package ui

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/theme"
)

// credentials lists what a screen shows, in order.
func credentials(s *Screen) []*poolstate.Credential {
	var out []*poolstate.Credential
	for _, g := range s.Groups {
		out = append(out, g.Credentials...)
	}
	return out
}

// heads are the cells at which the titles of the columns begin. The first one
// is the name, whatever its title; those of times are called as they are at
// first.
func heads(header []string) map[string]int {
	line := strings.Join(header, "") // titles are ASCII: a byte is a cell
	line = strings.Replace(line, "BACK AT         IN", "BACK IN         AT", 1)
	line = strings.Replace(line, "BACK AT", "BACK IN", 1)
	out := map[string]int{"NAME": len(line) - len(strings.TrimLeft(line, " "))}
	for _, title := range []string{"STATE", "WHY", "STREAK", "BACK IN", "AT", "COOLDOWN", "THEN"} {
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
	countdownForm = regexp.MustCompile(`^(>999d|\d+d\d\dh|\d+h\d\dm\d\ds|\d+m\d\ds|\d+s)$`)
	clockForm     = regexp.MustCompile(`^([A-Z][a-z][a-z] )?\d\d:\d\d$`)
	spanForm      = regexp.MustCompile(`^(>999d|(\d+d)?(\d+h)?(\d+m)?|\d+s)$`)
	barForm       = regexp.MustCompile(`^─*╺?━*$`)
)

// glyphs are the shapes of all availabilities.
func glyphs() []string {
	var out []string
	for _, a := range poolstate.Availabilities {
		out = append(out, theme.StateGlyph(a))
	}
	return out
}

// TestColumnsAlign looks at the finished picture only: below each title stands
// what belongs there, in every row of every scene.
func TestColumnsAlign(t *testing.T) {
	for _, sc := range scenes(t) {
		if sc.screen.Pane != PaneTable || len(credentials(sc.screen)) == 0 || sc.screen.Dialog != nil || sc.screen.Answer != nil {
			continue
		}
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			for w := 25; w <= 200; w++ {
				if w > 60 && w%7 > 0 {
					continue
				}
				s := sc.screen.sizedAt(w, 10+3*rowCount(sc.screen.Groups, true))
				rowsOfScreen(t, s, func(head map[string]int, row []string) {
					if said := misaligned(head, row); said != "" {
						t.Fatalf("at %d columns: %s in %q", w, said, strings.Join(row, ""))
					}
				})
			}
		})
	}
}

// rowsOfScreen calls see for each credential's row below the titles.
func rowsOfScreen(t *testing.T, s *Screen, see func(head map[string]int, row []string)) {
	t.Helper()
	var head map[string]int
	seen := 0
	for line := range strings.SplitSeq(Render(s), "\n") {
		row := cells(line)
		if head == nil {
			if strings.Contains(strings.Join(row, ""), "BACK ") {
				head = heads(row)
			}
			continue
		}
		glyph := head["NAME"] - 2
		if len(row) > glyph+1 && slices.Contains(glyphs(), row[glyph]) && slices.Contains([]string{" ", "✓", theme.MarkFresh}, row[glyph+1]) {
			seen++
			see(head, row)
		}
	}
	equal(t, "number of rows in sight", seen, s.Pool.Len())
}

// misaligned says what of a row does not stand below its title.
func misaligned(head map[string]int, row []string) string {
	at := func(title string) int { return head[title] }
	for title, cell := range head {
		leftAligned := title == "STATE" || title == "WHY" || title == "COOLDOWN"
		if leftAligned && len(row) > cell && strings.Trim(row[cell-1], " \u00a0") != "" {
			return "no blank before " + title
		}
	}
	if i := at("STATE"); i > 0 {
		word := between(row, i, i+8)
		glyph := row[at("NAME")-2]
		if !slices.ContainsFunc(poolstate.Availabilities[:], func(a poolstate.Availability) bool {
			return a.String() == word && theme.StateGlyph(a) == glyph
		}) {
			return "the state " + word + " beside " + glyph
		}
	}
	backEnd := at("BACK IN") + len("BACK IN")
	back := between(row, backEnd-backWidth, backEnd)
	if back != "" && back != "now" && back != "re-auth" && !countdownForm.MatchString(back) && !clockForm.MatchString(back) {
		return "the time " + back
	}
	if i := backEnd - len(back) - 1; back != "" && row[i] != " " {
		return "no blank before the time " + back
	}
	if len(row) > backEnd && !slices.Contains([]string{" ", "\u00a0", theme.MarkProvider, theme.MarkComputed, theme.MarkOperator, theme.MarkSuspect}, row[backEnd]) {
		return "the mark " + row[backEnd]
	}
	if i := at("AT"); i > 0 && len(row) > i+2 && row[i+2] != " " {
		return "no blank after AT"
	}
	if i := at("COOLDOWN"); i > 0 {
		bar, total, _ := strings.Cut(between(row, i, max(at("THEN")-1, i)), " ")
		if !barForm.MatchString(bar) || !spanForm.MatchString(strings.TrimSpace(total)) {
			return "the bar " + bar + total
		}
	}
	return ""
}

// TestTextMovesNothing changes one text of a credential after the other: what
// stands right of it stays in its cells.
func TestTextMovesNothing(t *testing.T) {
	texts := slices.Concat(wideTexts, hostileTexts)
	draw := func(e entry, w int) []string {
		p := poolOf(t, providers{"p": []entry{e, readyEntry("companion")}})
		s := screenOf(p).sizedAt(w, 20)
		return cells(newTable(s, s.Theme).credential(&p.Providers[0].Credentials[0]))
	}
	plainEntry := exhaustedEntry("x", 20*time.Minute, 2)
	for _, w := range []int{20, 33, 49, 50, 79, 80, 95, 109, 110, 120, 160, 200} {
		col := columnsFor(w, 0)
		want := draw(plainEntry, w)
		for _, text := range texts {
			got := draw(plainEntry.with(entry{"label": text}), w)
			if i := col.name + col.nameW; !slices.Equal(got[i:], want[i:]) {
				t.Fatalf("at %d, label %q moves %s to %s", w, text, strings.Join(want[i:], ""), strings.Join(got[i:], ""))
			}
			if col.why == 0 {
				continue
			}
			got = draw(plainEntry.with(entry{"last_error_reason": text}), w)
			if i := col.why + col.whyW; !slices.Equal(got[i:], want[i:]) {
				t.Fatalf("at %d, reason %q moves %s to %s", w, text, strings.Join(want[i:], ""), strings.Join(got[i:], ""))
			}
		}
	}
}
