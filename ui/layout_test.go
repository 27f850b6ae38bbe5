package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
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
		31: "title counts next titles forecast detail events footer",
		30: "title counts next titles detail events footer",
		29: "title counts next titles detail events footer",
		28: "title counts next titles events footer",
		27: "title counts next titles events footer",
		22: "title counts next titles events footer",
		21: "title counts next titles footer",
		10: "title counts next titles footer",
		9:  "title counts titles footer",
		8:  "title counts titles footer",
		7:  "title counts footer",
		6:  "title footer",
		5:  "title",
		4:  "",
	} {
		equal(t, fmt.Sprint("the list of parts at height ", height), strings.Join(parts(plain(Render(s.sizedAt(120, height)))), " "), want)
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

// TestPlan_TableShrinksLast checks that once all rows fit, taller terminals show them all.
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

// TestRender_StatusLine checks in every scene, at many sizes, that an answer of any kind
// changes only the status line, which shows at least the beginning of the answer.
func TestRender_StatusLine(t *testing.T) {
	words := []string{"done", "reset work-oauth: cooling, streak 3, until 12:31 → ready, streak 0; u undoes; " + strings.Repeat("日本 ", 80)}
	for salt, sc := range scenes(t) {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			for i, size := range sizes(salt) {
				if !Legible(size[0], size[1]) {
					continue
				}
				s := *sc.screen.sizedAt(size[0], size[1])
				s.Answer = nil
				before := strings.Split(Render(&s), "\n")
				s.Answer = &Answer{Kind: AnswerKind(i % 6), Text: words[i%2]}
				s = *s.sizedAt(s.Width, s.Height) // must not scroll
				after := strings.Split(Render(&s), "\n")
				equal(t, "number of lines", len(after), len(before))
				at := len(after) - 2
				if s.Height < footerFrom && s.Pane == PaneTable && !s.isEmpty() {
					at = 0
				}
				for y := range after {
					if y != at && after[y] != before[y] {
						t.Fatalf("%v: an answer changes line %d from %q to %q", size, y, plain(before[y]), plain(after[y]))
					}
				}
				if typing := s.Filter != nil && s.Filter.Typing; !typing && !strings.Contains(plain(after[at]), words[i%2][:4]) {
					t.Fatalf("%v: no answer in %q", size, plain(after[at]))
				}
			}
		})
	}
}

// TestAnswerLine_Clauses checks which clauses of an answer are shown at several widths.
func TestAnswerLine_Clauses(t *testing.T) {
	a := &Answer{Text: "reset spare: cooling, streak 3 → ready; u undoes; agents notice", Brief: "reset spare: ready"}
	for width, want := range map[int]string{
		80: "✓ reset spare: cooling, streak 3 → ready; u undoes; agents notice",
		60: "✓ reset spare: cooling, streak 3 → ready; u undoes",
		44: "✓ reset spare: cooling, streak 3 → ready",
		40: "✓ reset spare: ready; u undoes",
		20: "✓ reset spare: re…",
	} {
		s := &Screen{Theme: darkTheme, Width: width, Answer: a}
		equal(t, "answer", strings.TrimSpace(plain(s.answerLine())), want)
	}
}

// TestPlan_Stable checks at many sizes that filters, marks and missing events do not move any
// part of the screen, and that a dialog does not move anything above the table if there is room.
func TestPlan_Stable(t *testing.T) {
	for w := minWidth; w <= 200; w += 7 {
		for h := minHeight; h <= 60; h++ {
			s := *backoffScreen(t).sizedAt(w, h)
			before := s.plan()
			s.Groups = s.Groups[1:2]
			s.Filter = &FilterLine{Text: "custom", Shown: 1, Total: 10}
			s.Marked = map[poolstate.Ref]bool{*s.Selected: true}
			equal(t, fmt.Sprintf("plan with a filter at %d×%d", w, h), s.plan(), before)
			s.Events = nil
			without := s.plan()
			without.eventsBeside = before.eventsBeside // without events, the forecast is next to the detail
			equal(t, fmt.Sprintf("plan without events at %d×%d", w, h), without, before)
			if s.Dialog = form("2h"); h < 36 {
				continue
			}
			with := s.plan()
			equal(t, "height above the table", with.fixedHeight(), before.fixedHeight())
			equal(t, "blank lines between providers", with.spaced, before.spaced)
			equal(t, "height of the table and below", with.table+with.below(), before.table+before.below())
		}
	}
}

// TestRender_FlatForecast checks that the list of events does not repeat the events that
// replace a flat forecast.
func TestRender_FlatForecast(t *testing.T) {
	for _, w := range []int{60, 90, 120} {
		s := screenOf(poolOf(t, providers{"p": []entry{readyEntry("a"), readyEntry("b")}})).chooseFirst()
		for i := range 40 {
			s.Events = append(s.Events, recordOf(poolstate.EventReset, poolstate.ByOperator, fmt.Sprintf("key-%02d", i), time.Hour))
		}
		drawn := plain(Render(s.sizedAt(w, 40)))
		equal(t, "the newest event", strings.Count(drawn, "key-39"), 1)
		last := 40 - strings.Count(drawn, "openrouter/key-")
		equal(t, "the oldest event that is shown", strings.Contains(drawn, fmt.Sprintf("key-%02d", last)), true)
	}
}

// TestPlan_NoneCooling checks at many sizes that when nothing is cooling, events replace the
// chart and the table does not move.
func TestPlan_NoneCooling(t *testing.T) {
	pool := func(first entry) *Screen {
		return screenOf(poolOf(t, providers{"p": []entry{first, readyEntry("b"), readyEntry("c")}})).choose(t, "b")
	}
	cooling, ready := pool(exhaustedEntry("a", time.Minute, 1)), pool(readyEntry("a"))
	for w := minWidth; w <= 200; w += 7 {
		for h := minHeight; h <= 60; h++ {
			want, at := cooling.sizedAt(w, h).plan(), fmt.Sprintf(" at %d×%d", w, h)
			want.chart, want.events = 0, want.chart+want.events
			beside := w >= wideFrom && want.detail > 0
			if beside {
				want.detail, want.events = want.detail+want.events, 0
			}
			equal(t, "plan"+at, ready.sizedAt(w, h).plan(), want)
			drawn := plain(Render(ready.sizedAt(w, h)))
			equal(t, "events in place of the chart"+at, strings.Contains(drawn, "capacity  all 3 ready") && strings.Contains(drawn, "no events yet"), beside)
		}
	}
}
