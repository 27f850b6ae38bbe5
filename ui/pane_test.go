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

func TestHelpLines_NotTruncated(t *testing.T) {
	s := backoffScreen(t)
	for w := 40; w <= 200; w++ {
		lines := strings.Join(s.sizedAt(w, 60).helpLines(), "\n")
		equal(t, fmt.Sprint("truncated at ", w), strings.Contains(lines, text.Ellipsis), false)
	}
}

func TestHelpLines_Guard(t *testing.T) {
	s := backoffScreen(t)
	const words = "guard is running"
	says := func() bool { return strings.Contains(plain(strings.Join(s.sizedAt(200, 60).helpLines(), "\n")), words) }
	equal(t, "without a guard", says(), false)
	s.Guard = new(poolstate.Curve)
	equal(t, "with a guard", says(), true)
}

// TestTiny checks terminals that are too small for a table.
func TestTiny(t *testing.T) {
	s := screenOf(sample(t, "backoff.json"))
	waiting, unreadable, stale, clock := screenOf(nil), screenOf(nil), screenOf(s.Pool), screenOf(s.Pool)
	waiting.Feed.State, unreadable.Feed.State, clock.Clock = FeedWaiting, FeedStale, true
	stale.Feed = Feed{State: FeedStale, Since: epoch.Add(-12 * time.Second)}
	for _, c := range []struct {
		s    *Screen
		w, h int
		want string
	}{
		{s, 19, 40, "4/10 ready 12m03s"},
		{s, 120, 4, "4/10 ready 12m03s"},
		{clock, 120, 1, "4/10 ready 09:32"},
		{s, 10, 3, "4/10 ready"},
		{s, 9, 3, "9×3|needs|20×5"},
		{s, 9, 2, "9×2|needs"},
		{s, 4, 9, "4×9|nee…|20×5"},
		{s, 1, 1, "…"},
		{s, 0, 24, ""},
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

// TestHelpLines_Legend checks that the help explains every state, mark and column.
func TestHelpLines_Legend(t *testing.T) {
	for _, w := range []int{50, 80, 120} {
		lines := plain(strings.Join(backoffScreen(t).sizedAt(w, 60).helpLines(), "\n"))
		want := []string{"states", "columns", "marks", "policy backoff"}
		for _, c := range columnHelp {
			want = append(want, c[0]+" ")
		}
		for _, a := range poolstate.Availabilities() {
			want = append(want, theme.StateGlyph(a)+" "+a.String())
		}
		for _, m := range markWords {
			want = append(want, m[0]+" ")
		}
		for _, g := range fullKeys {
			want = append(want, g.Title, g.Keys[0].Help().Desc)
		}
		for _, words := range want {
			equal(t, words, strings.Contains(lines, words), true)
		}
	}
}

func TestHelpLines_Filter(t *testing.T) {
	for _, c := range []struct{ filter, want string }{
		{"GUARD", "marks|+   deadline pinned by guard"},
		{"deadline operator", "marks|^   deadline set by an operator"},
		{"dead re-auth", "states|✕ dead      needs re-authentication"},
		{"next fail", "columns|NEXT FAIL   cooldown if it fails now"},
		{"zebra", "nothing matches; esc clears the filter"},
	} {
		s := backoffScreen(t).sizedAt(60, 40)
		s.Filter = &FilterLine{Text: c.filter}
		var got []string
		for _, line := range s.helpLines() {
			got = append(got, strings.TrimSpace(plain(line)))
		}
		equal(t, c.filter, strings.Join(got, "|"), c.want)
	}
}
