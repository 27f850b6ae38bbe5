package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

func TestDrawBar(t *testing.T) {
	draw := func(cells int, remaining, cooldown time.Duration) string {
		l := plainTheme.Line()
		drawBar(l, cells, &poolstate.Assessment{Availability: poolstate.Cooling, Remaining: remaining, Cooldown: cooldown})
		return l.String()
	}
	for _, c := range []struct {
		cells               int
		remaining, cooldown time.Duration
		want                string
	}{
		{4, time.Hour, time.Hour, "━━━━"},
		{4, 52*time.Minute + 30*time.Second, time.Hour, "╺━━━"},
		{4, 30 * time.Minute, time.Hour, "──━━"},
		{4, 30*time.Minute - time.Second, time.Hour, "──╺━"},
		{4, time.Second, time.Hour, "───╺"},
		{4, 1, longest, "───╺"},
		{4, 0, time.Hour, "────"},
		{4, longest, time.Microsecond, "━━━━"}, // remaining time longer than the cooldown
		{1, 30 * time.Minute, time.Hour, "╺"},
	} {
		equal(t, fmt.Sprint(c.remaining, " of ", c.cooldown), draw(c.cells, c.remaining, c.cooldown), c.want)
	}
	seen, before := map[string]bool{}, 100
	for left := time.Hour; left >= 0; left -= time.Second {
		bar := draw(20, left, time.Hour)
		halves := 2*strings.Count(bar, "━") + strings.Count(bar, "╺")
		if halves > before {
			t.Fatalf("with %v left the bar grows to %s", left, bar)
		}
		before, seen[bar] = halves, true
	}
	equal(t, "number of different bars in an hour", len(seen), 41)
}

func TestRow_Ladder(t *testing.T) {
	for _, c := range []struct {
		streak         int
		shapes, colors string
		lit            theme.Role
	}{
		{0, "····", "····", theme.Faint},
		{-7, "▁···", "▁▃▅▇", theme.Cooling},
		{1, "▁···", "▁▃▅▇", theme.Cooling},
		{2, "▁▃··", "▁▃▅▇", theme.Cooling},
		{3, "▁▃▅·", "▁▃▅▇", theme.Step4},
		{4, "▁▃▅▇", "▁▃▅▇", theme.Dead},
		{1 << 40, "▁▃▅▇", "▁▃▅▇", theme.Dead},
	} {
		for th, want := range map[*theme.Theme]string{plainTheme: c.shapes, darkTheme: c.colors} {
			r := &row{table: &table{}, Line: th.Line()}
			r.ladder(c.streak, theme.StepRole(poolstate.Step(c.streak)))
			equal(t, "ladder", plain(r.String()), want)
			first := th.Line().Write(c.lit, "x").String()
			open, _, _ := strings.Cut(first, "x")
			equal(t, "first step lit", strings.HasPrefix(r.String(), open), true)
		}
	}
}

// TestRow_Streak checks the ladder and the number in a wide and in a narrow column.
func TestRow_Streak(t *testing.T) {
	for _, c := range []struct {
		streak       any
		policy       poolstate.Policy
		wide, narrow string
	}{
		{0, poolstate.Backoff(), "····", "0"},
		{nil, poolstate.Backoff(), "–", "–"},
		{999, poolstate.Backoff(), "▁▃▅▇ 999", "999"},
		{1000, poolstate.Backoff(), "▁▃▅▇ 1k+", "1k+"},
		{-99, poolstate.Backoff(), "▁··· -99", "-99"},
		{-100, poolstate.Backoff(), "▁··· <0", "<0"},
		{3, poolstate.Flat(), "3", "3"},
		{0, poolstate.Flat(), "", "0"},
	} {
		cred := credentialOf(t, exhaustedEntry("key", time.Minute, 0).With(entry{"consecutive_failures": c.streak}))
		for width, want := range map[int]string{streakWidth: c.wide, len("STREAK"): c.narrow} {
			r := &row{table: &table{s: &Screen{Policy: c.policy}}, Line: plainTheme.Line(), c: cred, cell: span{0, width}}
			r.streak()
			equal(t, "streak", strings.TrimSpace(r.String()), want)
			equal(t, "it fits", r.Col() <= width, true)
		}
	}
}

// TestRow_StreakObserved checks streaks that pooltop has counted. Their ladders are dimmer.
func TestRow_StreakObserved(t *testing.T) {
	for _, c := range []struct {
		file         any
		observed     int
		wide, narrow string
	}{
		{nil, 0, "····", "~0"},
		{nil, 3, "▁▃▅· ~3", "~3"},
		{nil, 1000, "▁▃▅▇ ~99", "~99"},
		{2, 3, "2", "2"}, // the file's streak takes precedence
	} {
		cred := credentialOf(t, exhaustedEntry("key", time.Minute, 0).With(entry{"consecutive_failures": c.file}))
		cred.Observed = poolstate.Some(c.observed)
		for width, want := range map[int]string{streakWidth: c.wide, len("STREAK"): c.narrow} {
			r := &row{table: &table{s: &Screen{Policy: poolstate.Flat()}}, Line: plainTheme.Line(), c: cred, cell: span{0, width}}
			r.streak()
			equal(t, "streak", strings.TrimSpace(r.String()), want)
			equal(t, "it fits", r.Col() <= width, true)
		}
		r := &row{table: &table{s: &Screen{Policy: poolstate.Backoff()}}, Line: darkTheme.Line(), c: cred, cell: span{0, streakWidth}}
		r.streak()
		lit, _, _ := strings.Cut(darkTheme.Line().Write(theme.Secondary, "▂").String(), "▂")
		equal(t, "dim", strings.HasPrefix(r.String(), lit), c.file == nil && c.observed > 0)
	}
}

// firstRow draws the row of the first credential without colors.
func firstRow(s *Screen) string {
	uncolored := *s
	uncolored.Theme = plainTheme
	return newTable(&uncolored).credential(&s.Pool.Providers[0].Credentials[0])
}

func TestRow(t *testing.T) {
	for _, c := range []struct {
		e    entry
		want string
	}{
		{exhaustedEntry("key", 15*time.Minute, 3), "◔ key cooling 429 rate limit ▁▃▅· 3 3h45m00s· 13:05 ─╺━━━━━━━━━━━━━━━━ 4h 8h"},
		{
			exhaustedEntry("key", 0, 1).With(resetIn(6*text.Day + 6*time.Hour)),
			"◔ key cooling 429 rate limit ▁··· 1 6d06h* Sun 15:20 ━━━━━━━━━━━━━━━━━━ 6d6h 2h",
		},
		{
			exhaustedEntry("key", 0, 1).With(heldNow).With(entry{"last_error_message": "mine"}),
			"◑ key held mine ▁··· 1 1h00m00s^ 10:20 ━━━━━━━━━━━━━━━━━━ 1h 2h",
		},
		{exhaustedEntry("key", time.Hour-time.Second, 1), "◔ key cooling 429 rate limit ▁··· 1 1s· 09:20 ─────────────────╺ 1h 2h"},
		{exhaustedEntry("key", time.Hour, 1), "◌→key due 429 rate limit ▁··· 1 now 09:20 ────────────────── 1h 2h"},
		{exhaustedEntry("key", 0, 1).With(entry{"last_status_at": nil}), "◌→key due 429 rate limit ▁··· 1 now 2h"},
		{deadEntry("key"), "✕ key dead 401 token revoked re-auth"},
		{readyEntry("key").With(entry{"access_token": nil}), "○ key unusable no token ····"},
	} {
		s := screenOf(poolOf(t, providers{"p": []entry{c.e, readyEntry("companion")}})).sizedAt(120, 20)
		equal(t, "a row", strings.Join(strings.Fields(firstRow(s)), " "), c.want)
	}
}

// TestRow_Selected checks that only the selected row has a background, from the
// margin to one cell past the text.
func TestRow_Selected(t *testing.T) {
	for _, w := range []int{20, 40, 60, 80, 109, 120, 200} {
		sized := backoffScreen(t).sizedAt(w, 40)
		drawn := Render(sized)
		for line := range strings.SplitSeq(drawn, "\n") {
			if selectedRows(line) > 0 {
				row, col := cells(line), newTable(sized).cols
				equal(t, "bar at the margin", row[col.cursor], "▌")
				equal(t, "width of the background", len(row), min(col.end+1, w))
				equal(t, "last cell", row[len(row)-1], "\u00a0")
			}
		}
		equal(t, "number of selected rows", selectedRows(drawn), 1)
	}
}
