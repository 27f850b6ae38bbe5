package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

func TestTitle(t *testing.T) {
	live := func(s *Screen) {}
	flat08 := func(s *Screen) { s.Policy = poolstate.Flat202608() }
	guard := func(s *Screen) { s.Guard = new(poolstate.Curve) }
	work := func(s *Screen) { s.ActiveProfile = "work" }
	for _, c := range []struct {
		name  string
		set   func(*Screen)
		width int
		want  string
	}{
		{"medium", live, 80, "pooltop ~/.hermes/auth.json ● live backoff (file) Mon 09:20:00"},
		{"narrow, without the weekday", live, 79, "pooltop ~/.hermes/auth.json ● live backoff (file) 09:20:00"},
		{"without the policy", live, 49, "pooltop …/auth.json ● live 09:20:00"},
		{"without the path", live, 32, "pooltop ● live 09:20:00"},
		{"without the clock", live, 20, "pooltop ● live"},
		{"forced", func(s *Screen) { s.Policy = poolstate.Force(poolstate.Flat202610()).Resolve(nil, poolstate.NoEvidence) }, 100, "pooltop ~/.hermes/auth.json ● live flat-2026-10 (forced) Mon 09:20:00"},
		{"without the source", flat08, 60, "pooltop …/auth.json ● live flat-2026-08 09:20:00"},
		{"read-only", func(s *Screen) { s.ReadOnly = true }, 60, "pooltop …/auth.json ● live read-only 09:20:00"},
		{"read-only, tiny", func(s *Screen) { s.ReadOnly = true }, 30, "pooltop ● live read-only"},
		{"no journal", func(s *Screen) { s.NoJournal = true }, 80, "pooltop ~/.hermes/auth.json ● live backoff no journal Mon 09:20:00"},
		{"no journal, narrow", func(s *Screen) { s.NoJournal, s.ReadOnly = true, true }, 53, "pooltop ~/.hermes/auth.json ● live no journal"},
		{"no journal, tiny", func(s *Screen) { s.NoJournal, s.ReadOnly = true, true }, 34, "pooltop ● live no journal"},
		{"flat", flat08, 100, "pooltop ~/.hermes/auth.json ● live flat-2026-08 (file) Mon 09:20:00"},
		{"another active profile", work, 80, "pooltop ~/.hermes/auth.json active: work ● live Mon 09:20:00"},
		{"another active profile, wide", work, 110, "pooltop ~/.hermes/auth.json active: work ● live backoff (file) Mon 09:20:00"},
		{"another active profile, narrow", work, 60, "pooltop …/auth.json active: work ● live 09:20:00"},
		{"another active profile, tiny", work, 40, "pooltop ● live 09:20:00"},
		{"guard", guard, 100, "pooltop ~/.hermes/auth.json ● live backoff (file) guard Mon 09:20:00"},
		{"guard, without the source", guard, 80, "pooltop ~/.hermes/auth.json ● live backoff guard Mon 09:20:00"},
		{"guard, without the policy", guard, 53, "pooltop …/auth.json ● live guard 09:20:00"},
		{"hostile path", func(s *Screen) { s.Path = "~/a\x1b[2J\nb" }, 100, "pooltop ~/a�[2J b ● live backoff (file) Mon 09:20:00"},
	} {
		s := screenOf(sample(t, "backoff.json")).sizedAt(c.width, 30)
		c.set(s)
		equal(t, c.name, strings.Join(strings.Fields(plain(s.title())), " "), c.want)
	}
}

// TestTitle_Width checks that the title ends at the margin for long and wide paths.
func TestTitle_Width(t *testing.T) {
	backoff := backoffScreen(t)
	for _, path := range []string{"~/.hermes/auth.json", strings.Repeat("/long", 60), strings.Repeat("/漢字", 60), "", "🔑"} {
		for w := minWidth; w <= 200; w++ {
			s := backoff.sizedAt(w, 30)
			s.Path = path
			if got := len(cells(s.title())); got != w-s.margin() {
				t.Fatalf("at %d columns the title ends at %d: %q", w, got, plain(s.title()))
			}
		}
	}
}

// countsScreen returns a screen with the given numbers of credentials.
func countsScreen(t *testing.T, ready, cooling, dead int) *Screen {
	t.Helper()
	list := slices.Repeat([]entry{readyEntry("r")}, ready)
	list = append(list, slices.Repeat([]entry{exhaustedEntry("c", time.Minute, 1)}, cooling)...)
	list = append(list, slices.Repeat([]entry{deadEntry("d")}, dead)...)
	s := screenOf(poolOf(t, providers{"p": list}))
	s.Theme = plainTheme
	return s
}

func TestCounts(t *testing.T) {
	for _, c := range []struct {
		w, ready, cooling, dead int
		want                    string
	}{
		{60, 4, 3, 1, "4 ready  3 cooling  1 dead"},
		{60, 0, 3, 0, "0 ready  3 cooling"},
		{50, 1, 0, 0, "1 ready"},
		{49, 4, 3, 1, "● 4  ◔ 3  ✕ 1"},
	} {
		equal(t, "counts", strings.TrimSpace(countsScreen(t, c.ready, c.cooling, c.dead).sizedAt(c.w, 30).counts()), c.want)
	}
}

// TestAvailabilityBar checks that each availability with a credential has a segment.
func TestAvailabilityBar(t *testing.T) {
	for _, c := range []struct{ ready, cooling, dead int }{
		{1, 0, 0}, {0, 1, 0}, {1, 1, 1}, {200, 1, 1}, {1, 200, 1}, {1, 1, 200}, {3, 4, 5},
	} {
		s := countsScreen(t, c.ready, c.cooling, c.dead)
		for _, w := range []int{80, 100, 120, 200} {
			bar, _, _ := strings.Cut(strings.TrimSpace(s.sizedAt(w, 30).counts()), "   ")
			want := 0
			for i, n := range []int{c.ready, c.cooling, c.dead} {
				shape := []string{"█", "▒", "·"}[i]
				if has := strings.Contains(bar, shape); has != (n > 0) {
					t.Errorf("%+v at %d: %s in %q is %v", c, w, shape, bar, has)
				}
				want += min(n, 1)
			}
			equal(t, "segments of "+bar, len(strings.Fields(bar)), want)
			equal(t, "all of "+bar+" is visible", text.Width(bar) > 20 && text.Width(bar) <= 65, true)
		}
	}
}

func TestNext(t *testing.T) {
	cooling := exhaustedEntry("backup-key", 20*time.Minute, 1)
	for _, c := range []struct {
		name  string
		width int
		list  []entry
		want  string
	}{
		{"one ready, one cooling", 120, []entry{readyEntry("a"), cooling}, "next back backup-key p  40m00s  at 10:00    all ready by 10:00"},
		{"ready, cooling and dead", 120, []entry{readyEntry("a"), cooling, deadEntry("b")}, "next back backup-key p  40m00s  at 10:00    all but 1 ready by 10:00"},
		{"narrow", 50, []entry{readyEntry("a"), cooling}, "next back backup-key p  40m00s  at 10:00"},
		{"narrower", 34, []entry{readyEntry("a"), cooling}, "next back backup-key p  40m00s"},
		{"all cooling", 120, []entry{cooling}, "every credential is out, first back backup-key p  40m00s  at 10:00    all ready by 10:00"},
		{"all cooling, narrow", 60, []entry{cooling}, "all out, next backup-key p  40m00s  at 10:00"},
		{"all dead", 120, []entry{deadEntry("a")}, "every credential is out, manual action needed"},
		{"one dead", 120, []entry{readyEntry("a"), deadEntry("b")}, "1 dead, re-auth required"},
		{"one due", 120, []entry{readyEntry("a"), exhaustedEntry("b", 9*time.Hour, 1)}, "1 due: retried at the agent's next selection"},
		{"all due", 120, []entry{exhaustedEntry("a", 9*time.Hour, 1)}, "every credential is out, 1 due: retried at the agent's next selection"},
	} {
		s := screenOf(poolOf(t, providers{"p": c.list})).sizedAt(c.width, 30)
		equal(t, c.name, strings.TrimSpace(plain(s.next())), c.want)
	}
}

// TestNext_Out checks how providers that are out are described at several widths.
func TestNext_Out(t *testing.T) {
	cooling := func(d time.Duration) entry { return exhaustedEntry("c", time.Hour-d, 1) }
	two := providers{"bedrock": []entry{cooling(56 * time.Minute)}, "openai-codex": []entry{cooling(-time.Minute)}, "a": []entry{readyEntry("r")}}
	one := providers{"bedrock": []entry{cooling(56 * time.Minute)}, "openai-codex": []entry{cooling(5 * time.Minute), readyEntry("r")}}
	many := providers{"a": []entry{readyEntry("r")}}
	for _, name := range []string{"anthropic", "bedrock", "mistral", "openai-codex", "openrouter"} {
		many[name] = []entry{deadEntry("d")}
	}
	for _, c := range []struct {
		pool  providers
		width int
		want  string
	}{
		{two, 120, "bedrock out, first back in 56m00s · openai-codex out, due now    all ready by 10:16"},
		{two, 80, "bedrock out, first back in 56m00s · openai-codex out, due now"},
		{two, 60, "bedrock out, 56m00s · openai-codex out, due now"},
		{two, 40, "bedrock, openai-codex out"},
		{two, 24, "bedrock and 1 more out"},
		{two, 20, "2 providers out"},
		{one, 120, "bedrock out, first back in 56m00s    next back c openai-codex  5m00s  at 09:25    all ready by 10:16"},
		{one, 80, "bedrock out, first back in 56m00s    next back c openai-codex  5m00s"},
		{many, 80, "anthropic, bedrock, mistral, openai-codex, openrouter out"},
		{many, 50, "anthropic, bedrock, mistral and 2 more out"},
		{many, 40, "anthropic, bedrock and 3 more out"},
		{many, 20, "5 providers out"},
	} {
		s := screenOf(poolOf(t, c.pool)).sizedAt(c.width, 30)
		drawn := s.next()
		equal(t, "summary", strings.TrimSpace(plain(drawn)), c.want)
		equal(t, "is red", strings.Contains(drawn, "38;2;237;122;135"), true)
	}
}

// TestNarrationLine checks that every view shows the narration on its second line if there is
// room, and keeps the title and the footer.
func TestNarrationLine(t *testing.T) {
	for _, pane := range []Pane{PaneTable, PaneDetail, PaneHelp, PaneForecast, PaneEvents} {
		for _, size := range [][2]int{{120, 36}, {80, 24}, {72, 22}, {50, 15}, {80, narrationFrom}, {80, narrationFrom - 1}, {80, 6}} {
			s := backoffScreen(t).sizedAt(size[0], size[1])
			s.Pane = pane
			without := strings.Split(plain(Render(s)), "\n")
			s.Narration = "a story"
			lines := strings.Split(plain(Render(s)), "\n")
			equal(t, "the height", len(lines) <= size[1], true)
			equal(t, "the title", lines[0], without[0])
			equal(t, "the footer", strings.Fields(lines[len(lines)-1])[0], strings.Fields(without[len(without)-1])[0])
			if size[1] >= narrationFrom {
				equal(t, "the narration", strings.TrimSpace(lines[1]), "a story")
			} else {
				equal(t, "the screen without room for it", strings.Join(lines, "\n"), strings.Join(without, "\n"))
			}
		}
	}
}

// TestCounts_NoneReady checks that the number of ready credentials is red only if it is 0.
func TestCounts_NoneReady(t *testing.T) {
	const red = "38;2;237;122;135m"
	for _, w := range []int{40, 120} {
		for ready := range 2 {
			s := countsScreen(t, ready, 3, 0).sizedAt(w, 30)
			s.Theme = darkTheme
			equal(t, "is red", strings.Contains(s.counts(), red), ready == 0)
		}
	}
}

func TestStaleWords(t *testing.T) {
	const problem, advice, details = "not valid JSON at line 2, column 1", "; restore it from a backup", "; otherwise, an agent starts over with an empty pool"
	for w, want := range map[int]string{
		130: "auth.json: " + problem + advice + details,
		78:  "auth.json: " + problem + advice,
		70:  problem + advice,
		48:  "not valid JSON" + advice,
		38:  "restore it from a backup",
		20:  "restore it from a b…",
	} {
		equal(t, fmt.Sprintf("in %d cells", w), staleWords("auth.json: "+problem+advice+details, w), want)
	}
	equal(t, "without advice", staleWords("auth.json: input/output error", 20), "auth.json: input/ou…")
}

// TestPaneHead_Stale checks that a pane with enough room shows the complete reason why the
// file cannot be read.
func TestPaneHead_Stale(t *testing.T) {
	s := screenOf(sample(t, "backoff.json")).sizedAt(80, 24)
	s.Pane, s.Feed = PaneEvents, Feed{State: FeedStale, Reason: "auth.json: not valid JSON at line 2; restore it from a backup; otherwise, an agent starts over with an empty pool"}
	equal(t, "the end is visible", strings.Contains(plain(Render(s)), "an empty pool"), true)
	equal(t, "lines of the head in 5 lines", len(s.sizedAt(80, 5).paneHead()), 2)
}
