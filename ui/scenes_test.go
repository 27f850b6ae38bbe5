package ui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/filter"
)

// scene is a screen that people get to see, without a size.
type scene struct {
	name   string
	screen *Screen
}

// scenes are all of them, in the order in which one would review them.
func scenes(t testing.TB) []scene {
	t.Helper()
	out := []scene{
		{"backoff", screenOf(sample(t, "backoff.json")).choose(t, "work-oauth")},
		{"stock-2026-07", screenOf(sample(t, "stock-2026-07.json")).choose(t, "work-oauth")},
		{"stock-2026-09", screenOf(sample(t, "stock-2026-09.json")).choose(t, "personal-api-key")},
		{"few-columns", fewColumnsScene(t)},
		{"shapes", shapesScene(t)},
		{"all-ready", allReadyScene(t)},
		{"held", heldScene(t)},
		{"timeline", timelineScene(t, 4)},
		{"timeline-outlier", timelineScene(t, 6*24)},
		{"no-streaks", noStreaksScene(t)},
		{"all-out", allOutScene(t)},
		{"dead-only", screenOf(poolOf(t, providers{
			"anthropic": []entry{deadEntry("claude_code"), deadEntry("old-seat")},
			"mistral":   []entry{readyEntry("primary")},
		})).chooseFirst()},
		{"sole", soleScene(t)},
		{"suspect", suspectScene(t)},
		{"long-waits", longWaitsScene(t)},
		{"shared-expiring", sharedScene(t)},
		{"read-only", readOnlyScene(t)},
		{"long-list", longListScene(t)},
		{"labels-wide", screenOf(wideLabels(t)).chooseFirst()},
		{"labels-hostile", screenOf(hostileLabels(t)).chooseFirst()},
		{"garbage", garbageScene(t)},
	}
	return slices.Concat(out, otherStates(t), actionScenes(t), eventScenes(t))
}

// fewColumnsScene is what a person sees who does without most columns.
func fewColumnsScene(t testing.TB) *Screen {
	t.Helper()
	s := screenOf(sample(t, "backoff.json")).choose(t, "work-oauth")
	s.Without = AllBut(ColumnStreak, ColumnCooldown)
	return s
}

// otherStates are the screens that are no table of a live file.
func otherStates(t testing.TB) []scene {
	t.Helper()
	waiting := screenOf(nil)
	waiting.Feed = Feed{State: FeedWaiting}
	unreadable := screenOf(nil)
	unreadable.Feed = Feed{State: FeedStale, Reason: "auth.json: permission denied; make it readable for this user", Since: epoch}
	stale := screenOf(sample(t, "backoff.json")).choose(t, "work-oauth")
	stale.Feed = Feed{State: FeedStale, Reason: "auth.json: " + (&poolstate.SyntaxError{Line: 41, Column: 17}).Error(), Since: epoch.Add(-12 * time.Second)}
	polling := screenOf(sample(t, "backoff.json")).chooseFirst()
	polling.Feed = Feed{State: FeedPolling, Interval: 2 * time.Second, Reason: "network file system"}
	demo := screenOf(sample(t, "backoff.json")).chooseFirst()
	demo.Path, demo.Caption = "/tmp/pooltop-demo-1/auth.json", "600×  an outage at openrouter"
	help := screenOf(sample(t, "backoff.json")).chooseFirst()
	help.Pane, help.Short = PaneHelp, paneKeys
	detail := screenOf(sample(t, "backoff.json")).choose(t, "work-oauth")
	detail.Pane, detail.Short = PaneDetail, paneKeys
	clock := screenOf(sample(t, "backoff.json")).choose(t, "work-oauth")
	clock.Clock = true
	clockOut := allOutScene(t)
	clockOut.Clock = true
	return []scene{
		{"clock", clock},
		{"clock-all-out", clockOut},
		{"empty-pool", screenOf(decoded(t, []byte(`{"credential_pool": {}}`)))},
		{"no-pool", screenOf(decoded(t, []byte(`{"version": 1}`)))},
		{"waiting", waiting},
		{"unreadable", unreadable},
		{"stale", stale},
		{"polling", polling},
		{"demo", demo},
		{"help", help},
		{"detail", detail},
	}
}

// shapesScene is the backoff sample where there are no colours.
func shapesScene(t testing.TB) *Screen {
	t.Helper()
	s := screenOf(sample(t, "backoff.json")).choose(t, "work-oauth")
	s.Theme = plainTheme
	return s
}

func allReadyScene(t testing.TB) *Screen {
	t.Helper()
	return screenOf(poolOf(t, providers{
		"anthropic":  []entry{readyEntry("personal-api-key"), readyEntry("work-oauth")},
		"openrouter": []entry{readyEntry("primary"), readyEntry("backup-key"), readyEntry("spare-1")},
	})).chooseFirst()
}

func heldScene(t testing.TB) *Screen {
	t.Helper()
	held := exhaustedEntry("team-key", 5*time.Minute, 2).with(entry{
		"last_error_code": 402, "last_error_reason": poolstate.HoldReason,
		"last_error_message":  "topping up the quota, back after lunch",
		"last_error_reset_at": secondsAt(2 * time.Hour),
	})
	return screenOf(poolOf(t, providers{
		"openrouter": []entry{
			readyEntry("primary"), held,
			exhaustedEntry("batch-key", 3*time.Hour, 2).with(entry{"last_error_code": 402, "last_error_reason": "insufficient_credits"}),
		},
	})).choose(t, "team-key")
}

// timelineScene is sorted by deadline, the last of which is so many hours away.
func timelineScene(t testing.TB, hours int) *Screen {
	t.Helper()
	held := exhaustedEntry("team-key", 5*time.Minute, 2).with(entry{
		"last_error_reason": poolstate.HoldReason, "last_error_reset_at": secondsAt(2 * time.Hour),
	})
	s := screenOf(poolOf(t, providers{
		"anthropic": []entry{
			exhaustedEntry("work-oauth", 48*time.Minute, 3), readyEntry("personal-api-key"), deadEntry("claude_code"),
		},
		"openai-codex": []entry{
			exhaustedEntry("seat-1@example.com", 22*time.Minute, 4).with(entry{
				"last_error_reset_at": secondsAt(time.Duration(hours) * time.Hour),
			}),
			exhaustedEntry("seat-2@example.com", 90*time.Minute, 1),
		},
		"openrouter": []entry{readyEntry("primary"), exhaustedEntry("backup-key", 55*time.Minute, 1), held},
	})).choose(t, "work-oauth")
	s.Timeline = true
	s.Groups = (&filter.Listing{Order: filter.OrderDeadline}).Groups(s.Pool, s.Policy, s.Now)
	s.Filter = &FilterLine{Order: filter.OrderDeadline.String()}
	return s
}

func noStreaksScene(t testing.TB) *Screen {
	t.Helper()
	unknown := entry{"consecutive_failures": nil}
	return screenOf(poolOf(t, providers{
		"mistral": []entry{
			readyEntry("primary").with(unknown),
			exhaustedEntry("backup", 20*time.Minute, 0).with(unknown),
			exhaustedEntry("old", 2*time.Hour, 0).with(unknown),
		},
	})).choose(t, "backup")
}

func allOutScene(t testing.TB) *Screen {
	t.Helper()
	return screenOf(poolOf(t, providers{
		"anthropic": []entry{
			exhaustedEntry("work-oauth", 48*time.Minute, 3),
			deadEntry("claude_code"),
		},
		"openai-codex": []entry{
			exhaustedEntry("seat-1@example.com", 22*time.Minute, 4),
			exhaustedEntry("seat-2@example.com", 20*time.Minute, 1),
		},
		"openrouter": []entry{readyEntry("primary").with(entry{"enabled": false})},
	})).choose(t, "seat-1@example.com")
}

// soleScene is an agent that retries a provider's only credential after a
// minute.
func soleScene(t testing.TB) *Screen {
	t.Helper()
	newest := entry{"consecutive_failures": nil, "enabled": true}
	return screenOf(poolOf(t, providers{
		"anthropic": []entry{exhaustedEntry("only-key", 19*time.Second, 0).with(newest), deadEntry("claude_code").with(newest)},
		"mistral":   []entry{readyEntry("primary").with(newest)},
	})).choose(t, "only-key")
}

func suspectScene(t testing.TB) *Screen {
	t.Helper()
	until := func(d time.Duration) entry { return entry{"last_error_reset_at": secondsAt(d)} }
	return screenOf(poolOf(t, providers{
		"openrouter": []entry{
			exhaustedEntry("in-40-days", time.Hour, 1).with(until(40 * 24 * time.Hour)),
			exhaustedEntry("in-5-years", time.Hour, 1).with(until(5 * 365 * 24 * time.Hour)),
			exhaustedEntry("in-20000-years", time.Hour, 1).with(entry{"last_error_reset_at": 9e11}),
			exhaustedEntry("before-itself", -time.Hour, 1).with(until(10 * time.Minute)),
			exhaustedEntry("no-instant", time.Hour, 2).with(entry{"last_status_at": nil}),
		},
	})).choose(t, "in-40-days")
}

// longWaitsScene has the widest countdowns beside the longest names.
func longWaitsScene(t testing.TB) *Screen {
	t.Helper()
	name := "/a-name-that-is-longer-than-any-column-that-a-screen-of-this-width-could-have-for-it"
	var list []entry
	for i, wait := range []time.Duration{
		10 * time.Hour, 23*time.Hour + 59*time.Minute + 59*time.Second, 24 * time.Hour, 30*24*time.Hour + 23*time.Hour, 999 * 24 * time.Hour,
	} {
		list = append(list, exhaustedEntry(strconv.Itoa(i)+name, 30*time.Hour, i).with(entry{"last_error_reset_at": secondsAt(wait)}))
	}
	return screenOf(poolOf(t, providers{"a-provider" + name: list})).choose(t, "1"+name)
}

func sharedScene(t testing.TB) *Screen {
	t.Helper()
	shared := entry{"access_token": "SECRET-shared-not-a-real-token"}
	return screenOf(poolOf(t, providers{
		"openrouter": []entry{
			readyEntry("first-copy").with(shared),
			exhaustedEntry("second-copy", 20*time.Minute, 1).with(shared).with(entry{"expires_at": "2026-11-23T09:45:30Z"}),
			readyEntry("token-expired").with(entry{"expires_at": "2026-11-22T09:00:00Z"}),
			readyEntry("token-ends-soon").with(entry{"expires_at": "2026-11-23T09:59:59Z"}),
			readyEntry("token-lives").with(entry{"expires_at": "2026-11-24T09:20:00Z"}),
			readyEntry("a-name-so-long-that-its-marks-have-to-fight-for-their-place").with(shared).with(entry{"expires_at": "2026-11-22T09:00:00Z"}),
		},
	})).choose(t, "second-copy")
}

func readOnlyScene(t testing.TB) *Screen {
	t.Helper()
	s := screenOf(sample(t, "stock-2026-07.json")).chooseFirst()
	s.ReadOnly, s.PolicyForced = true, true
	s.Policy = poolstate.Backoff
	return s
}

// longListScene has two hundred credentials; the selection is in the middle.
func longListScene(t testing.TB) *Screen {
	t.Helper()
	s := screenOf(bigPool(t, 200)).choose(t, "key-1-42")
	s.Offset = 132
	return s
}

// bigPool has n credentials in two providers of equal size.
func bigPool(t testing.TB, n int) *poolstate.Pool {
	t.Helper()
	all := providers{}
	for p := range 2 {
		list := make([]entry, n/2)
		for i := range list {
			label := fmt.Sprintf("key-%d-%d", p, i)
			list[i] = readyEntry(label)
			if i%3 == 1 {
				list[i] = exhaustedEntry(label, time.Duration(i%50)*time.Minute, i%7)
			}
		}
		all[fmt.Sprintf("provider-%d", p)] = list
	}
	return poolOf(t, all)
}

func garbageScene(t testing.TB) *Screen {
	t.Helper()
	return screenOf(poolOf(t, providers{
		"no list": "SECRET-a-string-not-a-real-token",
		"odd entries": []any{
			7, "SECRET-text-not-a-real-token",
			entry{},
			entry{"label": "no id"},
			entry{"id": "twice", "label": "first"},
			entry{"id": "twice", "label": "second"},
			[]int{1},
		},
		"odd values": []entry{
			{"id": 7, "label": []int{1}, "source": "types are wrong", "priority": "x", "last_status": true, "last_error_code": "429"},
			{"id": "streaks", "label": "streak of a million", "last_status": "exhausted", "last_status_at": secondsAt(0), "consecutive_failures": 1000000},
			{"id": "negative", "label": "negative streak", "last_status": "exhausted", "last_status_at": secondsAt(0), "consecutive_failures": -1000000},
			{"id": "status", "label": "status of its own", "last_status": strings.Repeat("odd ", 20), "last_error_code": -99999},
		},
		"": []entry{{}},
	})).chooseFirst()
}
