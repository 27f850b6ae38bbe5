package ui

import (
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/filter"
)

// nextRows returns the names of the rows with an arrow and, if any heading names strategies,
// the heading.
func nextRows(tb testing.TB, s *Screen) string {
	var out []string
	t := newTable(s)
	for _, g := range s.Groups {
		if words := s.strategyWords(&g); words != "" {
			equal(tb, "heading names "+words, strings.Contains(plain(t.heading(&g)), " "+words+" "), true)
			out = append(out, g.Name+" "+words)
		}
		for _, c := range g.Credentials {
			if _, name, found := strings.Cut(plain(t.credential(c)), "→"); found {
				out = append(out, strings.Fields(name)[0])
			}
		}
	}
	return strings.Join(out, ", ")
}

func TestTable_Next(t *testing.T) {
	pool := poolOf(t, providers{"mistral": []entry{
		exhaustedEntry("cooling", time.Minute, 1).With(entry{"request_count": 0}),
		readyEntry("first").With(entry{"request_count": 9, "model_cooldowns": entry{"big": secondsAt(time.Hour)}}),
		readyEntry("second").With(entry{"request_count": 7}),
		readyEntry("third").With(entry{"request_count": 3}),
	}})
	for _, c := range []struct {
		strategy    poolstate.Strategy
		model, want string
	}{
		{poolstate.FillFirst, "", "second"},
		{poolstate.FillFirst, "small", "first"},
		{poolstate.FillFirst, "big", "second"},
		{poolstate.RoundRobin, "", "mistral round_robin, second"},
		{poolstate.LeastUsed, "", "mistral least_used, third"},
		{poolstate.Random, "", "mistral random"},
	} {
		for _, w := range []int{50, 80, 120} {
			s := screenOf(pool).sizedAt(w, 24)
			s.Strategies = map[string]poolstate.Strategy{"mistral": c.strategy}
			s.Policy = s.Policy.ForModel(c.model)
			equal(t, c.strategy.String()+" "+c.model, nextRows(t, s), c.want)
		}
	}
}

// TestTable_NextMarked checks that an arrow does not hide a mark at any width.
func TestTable_NextMarked(t *testing.T) {
	for w, want := range map[int]string{50: "●✓key", 120: "✓●→key"} {
		s := screenOf(poolOf(t, providers{"mistral": []entry{readyEntry("key")}})).chooseFirst().sizedAt(w, 24)
		s.Marked = map[poolstate.Ref]bool{*s.Selected: true}
		equal(t, "the row", strings.Contains(plain(newTable(s).credential(s.selected())), want), true)
	}
}

func TestTable_NextInProfiles(t *testing.T) {
	root := poolOf(t, providers{"mistral": []entry{readyEntry("a").With(entry{"request_count": 2}), readyEntry("b").With(entry{"request_count": 1})}})
	work := poolOf(t, providers{"mistral": []entry{readyEntry("c"), readyEntry("d")}})
	pool := poolstate.Merge([]poolstate.View{
		{Profile: poolstate.RootProfile, Pool: root}, {Profile: "cron", Pool: poolstate.Borrow(nil, root)}, {Profile: "work", Pool: work},
	})
	s := screenOf(pool).sizedAt(120, 36)
	for _, name := range pool.Profiles {
		s.Stores = append(s.Stores, StoreFeed{Profile: name})
	}
	equal(t, "same strategy", nextRows(t, s), "a, c")
	s.choose(t, "a")
	_, users := s.selectedNext(s.selected())
	equal(t, "agents", users, "agents of default, cron")

	s.Stores[1].Strategies = map[string]poolstate.Strategy{"mistral": poolstate.LeastUsed}
	equal(t, "different strategies", nextRows(t, s), "mistral least_used in cron, a, b, c")
	s.choose(t, "b")
	equal(t, "the detail", strings.Contains(plain(strings.Join(s.detailLines(), "\n")), "selected next by the agents of cron"), true)

	s.ByProfile, s.Groups = true, (&filter.Listing{ByProfile: true}).Groups(pool, s.Policy, s.Now)
	equal(t, "by profile", nextRows(t, s), "a, c, cron mistral least_used, b")
}
