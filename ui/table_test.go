package ui

import (
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/chart"
	"pooltop/ui/text"
	"pooltop/ui/theme"
)

// drawnBar draws a cooldown's bar of some cells.
func drawnBar(cells int, remaining, cooldown time.Duration) string {
	tab := &table{theme: plainTheme, cols: columns{barW: cells}}
	l := plainTheme.Line()
	tab.bar(l, poolstate.Assessment{Availability: poolstate.Cooling, Remaining: remaining, Cooldown: cooldown})
	return l.String()
}

func TestBar(t *testing.T) {
	for _, c := range []struct {
		name                string
		cells               int
		remaining, cooldown time.Duration
		want                string
	}{
		{"just begun", 4, time.Hour, time.Hour, "━━━━"},
		{"an eighth gone", 4, 52*time.Minute + 30*time.Second, time.Hour, "╺━━━"},
		{"a quarter gone", 4, 45 * time.Minute, time.Hour, "─━━━"},
		{"half gone", 4, 30 * time.Minute, time.Hour, "──━━"},
		{"less than half left", 4, 30*time.Minute - time.Second, time.Hour, "──╺━"},
		{"an eighth left", 4, 7*time.Minute + 30*time.Second, time.Hour, "───╺"},
		{"a second left", 4, time.Second, time.Hour, "───╺"},
		{"a nanosecond left of years", 4, 1, longest, "───╺"},
		{"over", 4, 0, time.Hour, "────"},
		{"more left than the cooldown is long", 4, 9 * time.Hour, time.Hour, "━━━━"},
		{"all there is of nearly nothing", 4, longest, time.Microsecond, "━━━━"},
		{"years", 4, longest, longest, "━━━━"},
		{"below nothing", 4, -time.Hour, time.Hour, "────"},
		{"one cell", 1, 30 * time.Minute, time.Hour, "╺"},
	} {
		got := drawnBar(c.cells, c.remaining, c.cooldown)
		equal(t, c.name, got, c.want)
		equal(t, c.name+", its width", text.Width(got), c.cells)
	}
}

// TestBarShrinks follows a cooldown to its end: the bar never grows, and takes
// every half cell.
func TestBarShrinks(t *testing.T) {
	seen := map[string]bool{}
	before := 100
	for left := time.Hour; left >= 0; left -= time.Second {
		bar := drawnBar(20, left, time.Hour)
		halves := 2*strings.Count(bar, "━") + strings.Count(bar, "╺")
		if halves > before {
			t.Fatalf("with %v left the bar grows to %s", left, bar)
		}
		before, seen[bar] = halves, true
	}
	equal(t, "number of bars", len(seen), 41)
}

func TestLadder(t *testing.T) {
	for _, c := range []struct {
		streak          int
		shapes, colours string
	}{
		{0, "····", "····"},
		{-7, "▂···", "▂▄▆█"},
		{1, "▂···", "▂▄▆█"},
		{2, "▂▄··", "▂▄▆█"},
		{3, "▂▄▆·", "▂▄▆█"},
		{4, "▂▄▆█", "▂▄▆█"},
		{5, "▂▄▆█", "▂▄▆█"},
		{1 << 40, "▂▄▆█", "▂▄▆█"},
	} {
		for th, want := range map[*theme.Theme]string{plainTheme: c.shapes, darkTheme: c.colours} {
			l := th.Line()
			(&table{theme: th}).ladder(l, c.streak)
			equal(t, "ladder", plain(l.String()), want)
		}
	}
}

// TestLadderWarms checks the colours of the rungs: those up to the step in the
// step's colour, the others unlit.
func TestLadderWarms(t *testing.T) {
	for streak, colour := range map[int]theme.Role{1: theme.Cooling, 2: theme.Cooling, 3: theme.Step4, 4: theme.Dead, 9: theme.Dead} {
		l := darkTheme.Line()
		(&table{theme: darkTheme}).ladder(l, streak)
		lit := min(streak, poolstate.Steps)
		want := darkTheme.Line().
			Write(colour, strings.Join(rungs[:lit], "")).
			Write(theme.Rule, strings.Join(rungs[lit:], ""))
		equal(t, "ladder", l.String(), want.String())
	}
}

// TestStreakColumn lists ladder and number as they stand in a row.
func TestStreakColumn(t *testing.T) {
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
			cred := credentialOf(t, exhaustedEntry("key", time.Minute, 0).with(entry{"consecutive_failures": c.streak}))
			for w, want := range map[int]string{120: c.wide, 60: c.narrow} {
				tab := &table{theme: plainTheme, policy: c.policy, cols: columnsFor(w, 0)}
				l := plainTheme.Line()
				tab.streak(l, cred)
				equal(t, "streak", strings.TrimSpace(l.String()), want)
				equal(t, "it fits", l.Col() <= tab.cols.backEnd-backWidth, true)
			}
		})
	}
}

// TestRow lists whole rows as they are meant to be read.
func TestRow(t *testing.T) {
	for _, c := range []struct {
		name string
		e    entry
		want string
	}{
		{"ready", readyEntry("key"), "● key ready ····"},
		{
			"cooling", exhaustedEntry("key", 15*time.Minute, 3),
			"◔ key cooling 429 rate limit ▂▄▆· 3 3h45m00s· 13:05 ─╺━━━━━━━━━━━━━━━━ 4h 8h",
		},
		{
			"the provider's word", exhaustedEntry("key", 0, 1).with(entry{"last_error_reset_at": secondsAt(6*text.Day + 6*time.Hour)}),
			"◔ key cooling 429 rate limit ▂··· 1 6d06h* Sun 15:20 ━━━━━━━━━━━━━━━━━━ 6d6h 2h",
		},
		{
			"held", exhaustedEntry("key", 0, 1).with(entry{"last_error_reason": poolstate.HoldReason, "last_error_message": "mine"}),
			"◑ key held mine ▂··· 1 1h00m00s^ 10:20 ━━━━━━━━━━━━━━━━━━ 1h 2h",
		},
		{
			"due", exhaustedEntry("key", 2*time.Hour, 1),
			"◌ key due 429 rate limit ▂··· 1 now 08:20 ────────────────── 1h 2h",
		},
		{
			"due to the second", exhaustedEntry("key", time.Hour, 1),
			"◌ key due 429 rate limit ▂··· 1 now 09:20 ────────────────── 1h 2h",
		},
		{
			"the last second", exhaustedEntry("key", time.Hour-time.Second, 1),
			"◔ key cooling 429 rate limit ▂··· 1 1s· 09:20 ─────────────────╺ 1h 2h",
		},
		{"due, no instant", exhaustedEntry("key", 0, 1).with(entry{"last_status_at": nil}), "◌ key due 429 rate limit ▂··· 1 now 2h"},
		{"dead", deadEntry("key"), "✕ key dead 401 token revoked ···· re-auth"},
		{"disabled", readyEntry("key").with(entry{"enabled": false}), "○ key disabled out of rotation ····"},
	} {
		s := screenOf(poolOf(t, providers{"p": []entry{c.e, readyEntry("companion")}})).sizedAt(120, 20)
		row := newTable(s, plainTheme).credential(&s.Pool.Providers[0].Credentials[0])
		equal(t, c.name, strings.Join(strings.Fields(row), " "), c.want)
	}
}

// TestRowTurnsDueByItself moves the clock alone.
func TestRowTurnsDueByItself(t *testing.T) {
	s := screenOf(poolOf(t, providers{"p": []entry{exhaustedEntry("key", 0, 1), readyEntry("companion")}})).sizedAt(120, 20)
	for after, want := range map[time.Duration]string{
		59*time.Minute + 59*time.Second: "cooling",
		time.Hour - 1:                   "cooling",
		time.Hour:                       "due",
	} {
		s.Now = epoch.Add(after)
		row := newTable(s, plainTheme).credential(&s.Pool.Providers[0].Credentials[0])
		equal(t, "state", strings.Fields(row)[2], want)
	}
}

func TestMarksAlwaysFit(t *testing.T) {
	both := entry{"access_token": "SECRET-same-not-a-real-token", "expires_at": secondsAt(0)}
	long := strings.Repeat("long", 50)
	s := screenOf(poolOf(t, providers{"p": []entry{readyEntry(long).with(both), readyEntry("other").with(both)}}))
	for w := minWidth; w <= 200; w++ {
		sized := s.sizedAt(w, 20)
		row := newTable(sized, plainTheme).credential(&s.Pool.Providers[0].Credentials[0])
		if !strings.Contains(row, "… "+theme.MarkShared+theme.MarkExpiry) {
			t.Fatalf("at %d columns no marks in %q", w, row)
		}
	}
}

// TestNoTimeline is for lists in which nothing waits: bars are as they were.
func TestNoTimeline(t *testing.T) {
	for _, list := range [][]entry{nil, {readyEntry("a")}, {deadEntry("a"), exhaustedEntry("b", 9*time.Hour, 1)}} {
		p := poolOf(t, providers{"p": list})
		equal(t, "a timeline", chart.NewTimeline(p.All(), poolstate.Backoff, epoch, 20) != nil, false)
		s := screenOf(p).sizedAt(120, 36)
		with := *s
		with.Timeline = true
		equal(t, "the screen", Render(&with), Render(s))
	}
}

// TestTimelineFits draws whatever can be listed on one scale.
func TestTimelineFits(t *testing.T) {
	for salt, sc := range scenes(t) {
		for _, size := range sizes(salt)[:70] {
			if size[0] < mediumFrom {
				continue
			}
			s := sc.screen.sizedAt(size[0], size[1])
			s.Timeline = true
			if said := flaw(Render(s), size[0], size[1]); said != "" {
				t.Fatalf("%s at %d×%d %s", sc.name, size[0], size[1], said)
			}
		}
	}
}
