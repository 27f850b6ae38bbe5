package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"

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
		name                string
		cells               int
		remaining, cooldown time.Duration
		want                string
	}{
		{"just begun", 4, time.Hour, time.Hour, "━━━━"},
		{"an eighth gone", 4, 52*time.Minute + 30*time.Second, time.Hour, "╺━━━"},
		{"half gone", 4, 30 * time.Minute, time.Hour, "──━━"},
		{"less than half left", 4, 30*time.Minute - time.Second, time.Hour, "──╺━"},
		{"a second left", 4, time.Second, time.Hour, "───╺"},
		{"a nanosecond left of years", 4, 1, longest, "───╺"},
		{"over", 4, 0, time.Hour, "────"},
		{"more left than the cooldown is long", 4, 9 * time.Hour, time.Hour, "━━━━"},
		{"the longest time left of the shortest cooldown", 4, longest, time.Microsecond, "━━━━"},
		{"less than nothing left", 4, -time.Hour, time.Hour, "────"},
		{"one cell", 1, 30 * time.Minute, time.Hour, "╺"},
	} {
		equal(t, c.name, draw(c.cells, c.remaining, c.cooldown), c.want)
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
		{-7, "▂···", "▂▄▆█", theme.Cooling},
		{1, "▂···", "▂▄▆█", theme.Cooling},
		{2, "▂▄··", "▂▄▆█", theme.Cooling},
		{3, "▂▄▆·", "▂▄▆█", theme.Step4},
		{4, "▂▄▆█", "▂▄▆█", theme.Dead},
		{1 << 40, "▂▄▆█", "▂▄▆█", theme.Dead},
	} {
		for th, want := range map[*theme.Theme]string{plainTheme: c.shapes, darkTheme: c.colors} {
			r := &row{table: &table{}, Line: th.Line()}
			r.ladder(c.streak)
			equal(t, "ladder", plain(r.String()), want)
			first := th.Line().Write(c.lit, "x").String()
			open, _, _ := strings.Cut(first, "x")
			equal(t, "first step lit", strings.HasPrefix(r.String(), open), true)
		}
	}
}

// TestRow_Streak lists ladder and number in a wide and in a narrow column.
func TestRow_Streak(t *testing.T) {
	for _, c := range []struct {
		name         string
		streak       any
		policy       poolstate.Policy
		wide, narrow string
	}{
		{"none", 0, poolstate.Backoff, "····", "0"},
		{"unknown", nil, poolstate.Backoff, "–", "–"},
		{"three", 3, poolstate.Backoff, "▂▄▆· 3", "3"},
		{"hundreds", 999, poolstate.Backoff, "▂▄▆█ 999", "999"},
		{"a thousand", 1000, poolstate.Backoff, "▂▄▆█ 1k+", "1k+"},
		{"negative", -99, poolstate.Backoff, "▂··· -99", "-99"},
		{"very negative", -100, poolstate.Backoff, "▂··· <0", "<0"},
		{"three, flat", 3, poolstate.Flat, "3", "3"},
		{"none, flat", 0, poolstate.Flat, "", "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cred := credentialOf(t, exhaustedEntry("key", time.Minute, 0).With(entry{"consecutive_failures": c.streak}))
			for width, want := range map[int]string{streakWidth: c.wide, len("STREAK"): c.narrow} {
				r := &row{table: &table{s: &Screen{Policy: c.policy}}, Line: plainTheme.Line(), c: cred, cell: span{0, width}}
				r.streak()
				equal(t, "streak", strings.TrimSpace(r.String()), want)
				equal(t, "it fits", r.Col() <= width, true)
			}
		})
	}
}

// firstRow draws the row of the first credential without colors.
func firstRow(s *Screen) string {
	uncolored := *s
	uncolored.Theme = plainTheme
	return newTable(&uncolored).credential(&s.Pool.Providers[0].Credentials[0])
}

// TestRow lists whole rows.
func TestRow(t *testing.T) {
	for _, c := range []struct {
		name string
		e    entry
		want string
	}{
		{"ready", readyEntry("key"), "● key ready ····"},
		{
			"cooling", exhaustedEntry("key", 15*time.Minute, 3),
			"◔ key cooling 429 rate limit ▂▄▆· 3 3h45m00s· 13:05 ─━━━━━━━━━━ 4h 8h",
		},
		{
			"deadline of the provider", exhaustedEntry("key", 0, 1).With(entry{"last_error_reset_at": secondsAt(6*text.Day + 6*time.Hour)}),
			"◔ key cooling 429 rate limit ▂··· 1 6d06h* Sun 15:20 ━━━━━━━━━━━ 6d6h 2h",
		},
		{
			"held", exhaustedEntry("key", 0, 1).With(entry{"last_error_reason": poolstate.HoldReason, "last_error_message": "mine"}),
			"◑ key held mine ▂··· 1 1h00m00s^ 10:20 ━━━━━━━━━━━ 1h 2h",
		},
		{
			"due to the second", exhaustedEntry("key", time.Hour, 1),
			"◌ key due 429 rate limit ▂··· 1 now 09:20 ─────────── 1h 2h",
		},
		{
			"the last second", exhaustedEntry("key", time.Hour-time.Second, 1),
			"◔ key cooling 429 rate limit ▂··· 1 1s· 09:20 ──────────╺ 1h 2h",
		},
		{"due, no instant", exhaustedEntry("key", 0, 1).With(entry{"last_status_at": nil}), "◌ key due 429 rate limit ▂··· 1 now 2h"},
		{"dead", deadEntry("key"), "✕ key dead 401 token revoked ···· re-auth"},
		{"disabled", readyEntry("key").With(entry{"enabled": false}), "○ key disabled out of rotation ····"},
	} {
		s := screenOf(poolOf(t, providers{"p": []entry{c.e, readyEntry("companion")}})).sizedAt(120, 20)
		row := firstRow(s)
		equal(t, c.name, strings.Join(strings.Fields(row), " "), c.want)
	}
}

// TestRow_BecomesDue moves the clock alone.
func TestRow_BecomesDue(t *testing.T) {
	s := screenOf(poolOf(t, providers{"p": []entry{exhaustedEntry("key", 0, 1), readyEntry("companion")}})).sizedAt(120, 20)
	for after, want := range map[time.Duration]string{time.Hour - 1: "cooling", time.Hour: "due"} {
		s.Now = epoch.Add(after)
		row := firstRow(s)
		equal(t, "state", strings.Fields(row)[2], want)
	}
}

func TestRow_MarksFit(t *testing.T) {
	both := entry{"access_token": "SECRET-same-not-a-real-token", "expires_at": secondsAt(0)}
	long := strings.Repeat("long", 50)
	s := screenOf(poolOf(t, providers{"p": []entry{readyEntry(long).With(both), readyEntry("other").With(both)}}))
	for w := minWidth; w <= 200; w++ {
		sized := s.sizedAt(w, 20)
		row := firstRow(sized)
		if !strings.Contains(row, "… "+theme.MarkShared+theme.MarkExpiry) {
			t.Fatalf("at %d columns no marks in %q", w, row)
		}
	}
}

// TestRow_Selected checks that the background of the selected row, and of no
// other, begins at the margin and ends one cell beyond the text.
func TestRow_Selected(t *testing.T) {
	for _, w := range []int{20, 40, 60, 80, 109, 120, 200} {
		drawn := Render(backoffScreen(t).sizedAt(w, 40))
		for line := range strings.SplitSeq(drawn, "\n") {
			if selectedRows(line) > 0 {
				row, col := cells(line), columnsFor(w, 0)
				equal(t, "bar at the margin", row[col.cursor], "▌")
				equal(t, "width of the background", len(row), min(col.end+1, w))
				equal(t, "last cell", row[len(row)-1], "\u00a0")
			}
		}
		equal(t, "number of selected rows", selectedRows(drawn), 1)
	}
}

// TestRow_UnlitSteps are dots if the terminal's gray may be as loud as the lit
// ones.
func TestRow_UnlitSteps(t *testing.T) {
	for _, s := range theme.Schemes() {
		for profile, want := range map[colorprofile.Profile]bool{
			colorprofile.ASCII: true, colorprofile.ANSI: s >= theme.SchemeLight, colorprofile.ANSI256: false, colorprofile.TrueColor: false,
		} {
			r := &row{table: &table{}, Line: s.Theme(profile).Line()}
			r.ladder(1)
			equal(t, s.String()+" in "+profile.String(), strings.HasSuffix(plain(r.String()), "···"), want)
		}
	}
}
