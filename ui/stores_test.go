package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"pooltop/poolstate"
	"pooltop/ui/filter"
)

// tokenOf returns fields for a secret that was refreshed the given time before epoch.
func tokenOf(name string, refreshed time.Duration) entry {
	return entry{"access_token": "SECRET-" + name + "-not-a-real-token", "auth_type": "oauth", "last_refresh": epoch.Add(-refreshed).Format(time.RFC3339)}
}

// profilesScreen returns a screen of 14 profiles, changed by the functions in set. The profiles
// cron-1 to cron-9 borrow the root's credentials. work has a copy of one of the root's
// credentials and two other credentials. research has a copy that is older than the original.
// night shares an account with the root. staging's store is stale.
func profilesScreen(t testing.TB, set ...func(*Screen)) *Screen {
	t.Helper()
	codex := func(hours int) entry { return tokenOf(fmt.Sprint("codex-", hours), time.Duration(hours)*time.Hour) }
	root := poolOf(t, providers{
		"anthropic":    []entry{readyEntry("personal-api-key"), exhaustedEntry("work-oauth", 48*time.Minute, 3)},
		"openai-codex": []entry{readyEntry("seat-1@example.com").With(codex(1)), exhaustedEntry("seat-2@example.com", 20*time.Minute, 1)},
		"openrouter": []entry{
			readyEntry("primary").With(tokenOf("shared", time.Hour)).With(entry{"auth_type": "api_key"}), exhaustedEntry("backup-key", 55*time.Minute, 1),
			exhaustedEntry("team-key", 5*time.Minute, 2).With(heldNow).With(resetIn(2 * time.Hour)),
		},
	})
	pools := map[string]*poolstate.Pool{
		"work": poolOf(t, providers{
			"anthropic":  []entry{exhaustedEntry("claude-team", 12*time.Minute, 2), exhaustedEntry("claude-spare", 11*time.Minute, 1)},
			"openrouter": []entry{readyEntry("primary").With(tokenOf("shared", time.Hour)).With(entry{"auth_type": "api_key"})},
		}),
		"research": poolOf(t, providers{"openai-codex": []entry{readyEntry("seat-1@example.com").With(codex(9)), readyEntry("seat-3@example.com")}}),
		"night":    poolOf(t, providers{"openai-codex": []entry{readyEntry("night-seat").With(codex(1)).With(entry{"id": "night"})}}),
		"staging":  poolOf(t, providers{"bedrock": []entry{readyEntry("eu-central"), deadEntry("us-east")}}),
	}
	names := []string{"default"}
	for i := range 9 {
		names = append(names, fmt.Sprint("cron-", i+1))
	}
	s := screenOf(root)
	var views []poolstate.View
	for _, name := range append(names, "night", "research", "staging", "work") {
		store := StoreFeed{Profile: name, Path: "~/.hermes/profiles/" + name + "/auth.json", Feed: Feed{State: FeedLive}}
		view := poolstate.View{Profile: name, Pool: poolstate.Borrow(pools[name], root), Policy: poolstate.Backoff()}
		switch name {
		case "default":
			store.Path, view.Pool = "~/.hermes/auth.json", root
		case "staging":
			store.Feed = Feed{
				State: FeedStale, Since: epoch.Add(-90 * time.Second),
				Reason: "auth.json: not valid JSON at line 41, column 17; restore it from a backup; otherwise, an agent starts over with an empty pool",
			}
		}
		s.Stores, views = append(s.Stores, store), append(views, view)
	}
	s.Path, s.Pool = "~/.hermes", poolstate.Merge(views)
	for i := range s.Events {
		s.Events[i].Profile = names[i%2]
	}
	for _, set := range set {
		set(s)
	}
	s.Groups = (&filter.Listing{ByProfile: s.ByProfile}).Groups(s.Pool, s.Policy, s.Now)
	return s.chooseFirst()
}

// chooseIn selects a credential of a profile by name.
func (s *Screen) chooseIn(t testing.TB, profile, name string) *Screen {
	t.Helper()
	for c := range s.Pool.All() {
		if c.Profile == profile && c.Name() == name {
			s.Selected = &c.Ref
			return s
		}
	}
	t.Fatalf("no credential %q in %s", name, profile)
	return nil
}

func grouped(s *Screen) { s.ByProfile = true }

// profileScenes returns screens of several profiles.
func profileScenes(t testing.TB) []scene {
	t.Helper()
	listed := func(text string) func(*Screen) {
		return func(s *Screen) {
			f, err := filter.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			s.Filter, s.Groups = &FilterLine{Text: text}, (&filter.Listing{Filter: f}).Groups(s.Pool, s.Policy, s.Now)
		}
	}
	filtered := profilesScreen(t)
	listed("profile:cron-1,work")(filtered)
	return []scene{
		{"profiles", profilesScreen(t).chooseIn(t, "work", "primary")},
		{"profiles-grouped", profilesScreen(t, grouped).chooseIn(t, "work", "claude-team")},
		{"profiles-filtered", filtered.chooseIn(t, "cron-1", "primary")},
		{"profiles-stale", profilesScreen(t, func(s *Screen) {
			s.Stores[13].Feed, s.Stores[1].Feed = s.Stores[12].Feed, Feed{State: FeedPolling, Interval: 2 * time.Second}
			s.Stores[0].Guard = new(poolstate.DefaultCurve())
		}).chooseIn(t, "staging", "us-east")},
		{"profiles-detail", profilesScreen(t, func(s *Screen) { s.Pane, s.Short = PaneDetail, paneKeys }).chooseIn(t, "default", "seat-1@example.com")},
		{"profiles-help", profilesScreen(t, func(s *Screen) { s.Pane, s.Short = PaneHelp, paneKeys })},
		{"profiles-events", profilesScreen(t, func(s *Screen) {
			s.Pane, s.Short, s.Events = PaneEvents, eventKeys, everyKind()
			for i := range s.Events {
				s.Events[i].Profile = s.Stores[i%14].Profile
			}
		})},
		{"profiles-forecast", profilesScreen(t, func(s *Screen) { s.Pane, s.Short = PaneForecast, paneKeys }).chooseIn(t, "work", "claude-team")},
	}
}

// TestRender_GoldenProfiles compares screens of several profiles in each grouping and in each
// layout that TestRender_Golden does not cover.
func TestRender_GoldenProfiles(t *testing.T) {
	for _, sc := range profileScenes(t)[:2] {
		t.Run(sc.name, func(t *testing.T) {
			golden.RequireEqual(t, renderSizes(sc.screen, [][2]int{{160, 50}, {80, 24}, {50, 15}, {44, 12}}))
		})
	}
}

func TestOutWords_Profiles(t *testing.T) {
	s := profilesScreen(t)
	for c := range s.Pool.All() {
		if c.Provider == "openrouter" { // out in every profile that uses it
			c.Status, c.StatusAt, c.ResetAt = poolstate.StatusExhausted, epoch, epoch.Add(20*time.Minute)
		}
		if c.Provider == "openai-codex" && c.Profile == "research" {
			c.Status = poolstate.StatusDead
		}
	}
	for w, want := range map[int]string{
		160: "work/anthropic out, first back in 49m00s · research/openai-codex out, manual action needed · openrouter out, first back in 20m00s",
		102: "work/anthropic out, 49m00s · research/openai-codex out, manual action needed · openrouter out, 20m00s",
		52:  "work/anthropic, research/openai-codex and 1 more out",
		40:  "work/anthropic and 2 more out",
		15:  "3 providers out",
	} {
		equal(t, fmt.Sprint("words of ", w, " cells"), s.outWords(w), want)
	}
	equal(t, "a provider that is out in its profile", s.isOut(s.Pool.Find(poolstate.Ref{Provider: "anthropic", ID: "id-claude-team", Profile: "work"})), true)
	equal(t, "a provider that is out elsewhere", s.isOut(s.Pool.Find(poolstate.Ref{Provider: "anthropic", ID: "id-work-oauth", Profile: "default"})), false)
}

func TestRelationRemarks(t *testing.T) {
	s := profilesScreen(t)
	for _, c := range []struct{ profile, name, want string }{
		{"default", "primary", "also used by cron-1, cron-2, cron-3 and 9 more; same quota as work"},
		{"default", "seat-1@example.com", "also used by cron-1, cron-2, cron-3 and 8 more; same quota as night"},
		{"work", "primary", "copied from default; same quota as default"},
		{"work", "claude-team", ""},
		{"night", "night-seat", "copied from default: refreshing one of them makes the tokens of the other invalid; same quota as default"},
		{"research", "seat-1@example.com", "copied from default, which has newer tokens: refreshing this copy fails and can revoke both; remove it to use the original"},
		{"cron-9", "backup-key", "borrowed from default, because cron-9 has no credential for openrouter; changes are written to ~/.hermes/auth.json"},
	} {
		cred := s.chooseIn(t, c.profile, c.name).selected()
		equal(t, c.profile+"/"+c.name, strings.Join(append(s.relationRemarks(cred), sharedSentences(cred)...), "; "), c.want)
	}
}

func TestGuardOf(t *testing.T) {
	s := profilesScreen(t)
	curve := new(poolstate.DefaultCurve())
	s.Stores[0].Guard = curve
	equal(t, "guard of the root", s.guardOf(s.chooseIn(t, "default", "primary").selected()), curve)
	equal(t, "guard of a borrowed credential", s.guardOf(s.chooseIn(t, "cron-1", "primary").selected()), curve)
	equal(t, "guard of another store", s.guardOf(s.chooseIn(t, "work", "claude-team").selected()), nil)
	equal(t, "words for the title", s.guardWords(), "guard on 1")
	for i := range s.Stores {
		s.Stores[i].Guard = curve
	}
	equal(t, "words for the title", s.guardWords(), "guard")
	one := backoffScreen(t, func(s *Screen) { s.Guard = curve })
	equal(t, "guard of a single store", one.guardOf(one.selected()), curve)
}

// TestPlan_Profiles checks that the parts of the screen keep their places if a store becomes
// stale, and that each grouping fills the screen.
func TestPlan_Profiles(t *testing.T) {
	for h := minHeight; h <= 60; h += 1 + h/10 {
		for _, w := range []int{50, 80, 120, 160} {
			for _, set := range []func(*Screen){func(*Screen) {}, grouped} {
				stale := profilesScreen(t, set).sizedAt(w, h)
				live := profilesScreen(t, set, func(s *Screen) { s.Stores[12].Feed = Feed{State: FeedLive} }).sizedAt(w, h)
				equal(t, fmt.Sprintf("plan at %d×%d", w, h), stale.plan(), live.plan())
				equal(t, fmt.Sprintf("height at %d×%d", w, h), strings.Count(Render(stale), "\n")+1, h)
			}
		}
	}
}

// TestRender_SingleProfile checks that a single profile is drawn like a store without profiles.
func TestRender_SingleProfile(t *testing.T) {
	s := backoffScreen(t)
	s.Pool = poolstate.Merge([]poolstate.View{{Pool: s.Pool, Policy: s.Policy}})
	s.ByProfile, s.Stores = true, []StoreFeed{{Feed: s.Feed}}
	equal(t, "screen", Render(s.sizedAt(120, 36)), Render(backoffScreen(t).sizedAt(120, 36)))
}

func TestMatchRecord_Profile(t *testing.T) {
	r := recordOf(poolstate.EventAdded, poolstate.ByAgent, "key", 0)
	file := poolstate.Record{Kind: poolstate.EventFileMissing, Profile: "cron-1"}
	r.Profile = "work"
	for text, want := range map[string][2]bool{
		"profile:work": {true, false}, "profile:cron": {false, true}, "-profile:work": {false, true}, "work": {true, true}, "": {true, true},
	} {
		f, err := filter.Parse(text)
		equal(t, "error", err, nil)
		equal(t, text+" matches", [2]bool{MatchRecord(f, &r, poolstate.Backoff()), MatchRecord(f, &file, poolstate.Backoff())}, want)
	}
}

// TestLineOf checks that rows of a stale store and rows that repeat a credential are dimmed.
func TestLineOf(t *testing.T) {
	s := profilesScreen(t)
	for ref, want := range map[[2]string]bool{
		{"default", "primary"}: false, {"cron-1", "primary"}: true, {"work", "primary"}: false, {"staging", "us-east"}: true,
	} {
		c := s.chooseIn(t, ref[0], ref[1]).selected()
		equal(t, ref[0]+" is dimmed", s.lineOf(c).Theme == s.Theme.Dimmed(), want)
	}
	alone := screenOf(poolstate.Borrow(nil, sample(t, "backoff.json"))).chooseFirst()
	equal(t, "a borrowed credential without its original is dimmed", alone.lineOf(alone.selected()).Theme == alone.Theme.Dimmed(), false)
}

func TestStaleStoresLine(t *testing.T) {
	s := profilesScreen(t, grouped).sizedAt(80, 24)
	line := func(want string) {
		t.Helper()
		equal(t, "status line", strings.TrimSpace(ansi.Strip(s.statusLine())), want)
	}
	line("! staging: not valid JSON at line 41, column 17; restore it from a backup")
	s.Stores[13].Feed = s.Stores[12].Feed
	line("! staging, work: last known state")
	s.Stores = append(s.Stores, StoreFeed{Profile: "broken", Feed: s.Stores[12].Feed}) // this store has never been read
	line("! staging, work, broken: unreadable")
}
