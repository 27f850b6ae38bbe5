package ui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"charm.land/bubbles/v2/key"

	"pooltop/poolstate"
	"pooltop/ui/filter"
	"pooltop/ui/internal/uitest"
	"pooltop/ui/text"
)

// scene is a screen without a size.
type scene struct {
	name   string
	screen *Screen
}

func scenes(t testing.TB) []scene {
	t.Helper()
	of := func(name, selected string, p providers) scene {
		return scene{name, screenOf(poolOf(t, p)).choose(t, selected)}
	}
	out := []scene{
		{"backoff", backoffScreen(t)},
		{"stock-2026-07", screenOf(sample(t, "stock-2026-07.json")).choose(t, "work-oauth")},
		{"stock-2026-09", screenOf(sample(t, "stock-2026-09.json")).choose(t, "personal-api-key")},
		{"shapes", backoffScreen(t, func(s *Screen) { s.Theme = plainTheme })},
		of("all-ready", "personal-api-key", providers{
			"anthropic":  []entry{readyEntry("personal-api-key"), readyEntry("work-oauth")},
			"openrouter": []entry{readyEntry("primary"), readyEntry("backup-key"), readyEntry("spare-1")},
		}),
		of("held", "team-key", providers{"openrouter": []entry{
			readyEntry("primary"),
			exhaustedEntry("team-key", 5*time.Minute, 2).With(entry{
				"last_error_code": 402, "last_error_reason": poolstate.HoldReason,
				"last_error_message": "topping up the quota, back after lunch", "last_error_reset_at": secondsAt(2 * time.Hour),
			}),
			exhaustedEntry("batch-key", 3*time.Hour, 2).With(entry{"last_error_code": 402, "last_error_reason": "insufficient_credits"}),
		}}),
		{"guarded", guardedScreen(t)},
		{"guarded-detail", guardedScreen(t, func(s *Screen) { s.Pane, s.Short = PaneDetail, paneKeys })},
		{"timeline", timelineScene(t, 4)},
		{"timeline-outlier", timelineScene(t, 6*24)},
		of("no-streaks", "backup", providers{"mistral": []entry{
			readyEntry("primary").With(noStreak), exhaustedEntry("backup", 20*time.Minute, 0).With(noStreak),
			exhaustedEntry("old", 2*time.Hour, 0).With(noStreak),
		}}),
		of("all-out", "seat-1@example.com", providers{
			"anthropic":    []entry{exhaustedEntry("work-oauth", 48*time.Minute, 3), deadEntry("claude_code")},
			"openai-codex": []entry{exhaustedEntry("seat-1@example.com", 22*time.Minute, 4), exhaustedEntry("seat-2@example.com", 20*time.Minute, 1)},
			"openrouter":   []entry{readyEntry("primary").With(entry{"access_token": nil})},
		}),
		of("dead-only", "claude_code", providers{
			"anthropic": []entry{deadEntry("claude_code"), deadEntry("old-seat")}, "mistral": []entry{readyEntry("primary")},
		}),
		of("sole", "only-key", providers{ // the agent retries a sole credential after one minute
			"anthropic": []entry{exhaustedEntry("only-key", 19*time.Second, 0).With(newest), deadEntry("claude_code").With(newest)},
			"mistral":   []entry{readyEntry("primary").With(newest)},
		}),
		of("suspect", "in-40-days", providers{"openrouter": []entry{
			exhaustedEntry("in-40-days", time.Hour, 1).With(resetIn(40 * text.Day)),
			exhaustedEntry("in-5-years", time.Hour, 1).With(resetIn(5 * 365 * text.Day)),
			exhaustedEntry("in-20000-years", time.Hour, 1).With(entry{"last_error_reset_at": 9e11}),
			exhaustedEntry("before-itself", -time.Hour, 1).With(resetIn(10 * time.Minute)),
			exhaustedEntry("no-time", time.Hour, 2).With(entry{"last_status_at": nil}),
		}}),
		{"long-waits", longWaitsScene(t)},
		{"models", modelsScene(t, "")},
		{"models-filtered", modelsScene(t, "big-model")},
		of("shared-expiring", "second-copy", providers{"openrouter": []entry{
			readyEntry("first-copy").With(shared),
			exhaustedEntry("second-copy", 20*time.Minute, 1).With(shared).With(entry{"expires_at": "2026-11-23T09:45:30Z"}),
			readyEntry("token-expired").With(entry{"expires_at": "2026-11-22T09:00:00Z"}),
			readyEntry("token-ends-soon").With(entry{"expires_at": "2026-11-23T09:59:59Z"}),
			readyEntry("token-valid").With(entry{"expires_at": "2026-11-24T09:20:00Z"}),
			readyEntry("a-name-so-long-that-there-is-hardly-any-room-for-its-marks").With(shared).With(entry{"expires_at": "2026-11-22T09:00:00Z"}),
		}}),
		{"long-list", longListScene(t)},
		{"labels-wide", screenOf(wideLabels(t)).chooseFirst()},
		{"labels-hostile", screenOf(hostileLabels(t)).chooseFirst()},
		{"garbage", screenOf(poolOf(t, providers{
			"no list": "SECRET-a-string-not-a-real-token",
			"odd entries": []any{
				7, "SECRET-text-not-a-real-token",
				entry{"source": "env:KEY"},
				entry{"label": "no id", "source": "env:KEY"},
				entry{"id": "twice", "label": "first", "source": "env:KEY"},
				entry{"id": "twice", "label": "second"},
				[]int{1},
			},
			"odd values": []entry{
				{"id": 7, "label": []int{1}, "source": "types are wrong", "priority": "x", "last_status": true, "last_error_code": "429"},
				{"id": "streaks", "access_token": "none", "label": "streak of a million", "last_status": "exhausted", "last_status_at": secondsAt(0), "consecutive_failures": 1000000},
				{"id": "negative", "access_token": "none", "label": "negative streak", "last_status": "exhausted", "last_status_at": secondsAt(0), "consecutive_failures": -1000000},
				{"id": "status", "access_token": "none", "label": "unknown status", "last_status": strings.Repeat("odd ", 20), "last_error_code": -99999},
			},
			"": []entry{{}},
		})).chooseFirst()},
	}
	return slices.Concat(out, otherStates(t), actionScenes(t), eventScenes(t), profileScenes(t))
}

// Fields shared by several scenes and tests.
var (
	noStreak = entry{"consecutive_failures": nil}
	newest   = entry{"consecutive_failures": nil, "model_cooldowns": entry{}}
	shared   = entry{"access_token": "SECRET-shared-not-a-real-token"}
	heldNow  = entry{"last_error_reason": poolstate.HoldReason}
)

func resetIn(d time.Duration) entry { return entry{"last_error_reset_at": secondsAt(d)} }

// modelsScene returns a screen of providers with different strategies and of credentials that are
// out for some models.
func modelsScene(t testing.TB, model string) *Screen {
	t.Helper()
	limits := entry{
		"model_cooldowns":            entry{"big-model": secondsAt(40 * time.Minute), "new-model": secondsAt(time.Hour)},
		"model_cooldown_observed_at": entry{"big-model": secondsAt(-20 * time.Minute), "new-model": secondsAt(-47 * time.Hour)},
	}
	s := screenOf(poolOf(t, providers{
		"anthropic":  []entry{readyEntry("limited").With(limits), readyEntry("unlimited"), deadEntry("old-seat").With(entry{"auth_type": "oauth"})},
		"mistral":    []entry{readyEntry("one"), readyEntry("two")},
		"openrouter": []entry{readyEntry("busy").With(entry{"request_count": 9}), readyEntry("idle").With(entry{"request_count": 1})},
		"xai-oauth":  []entry{exhaustedEntry("seat-1", 20*time.Minute, 1), exhaustedEntry("seat-2", 20*time.Minute, 2)},
	})).choose(t, "limited")
	s.Strategies = map[string]poolstate.Strategy{
		"mistral": poolstate.Random, "openrouter": poolstate.LeastUsed, "xai-oauth": poolstate.RoundRobin,
	}
	s.Policy = s.Policy.ForModel(model)
	return s
}

// backoffScreen returns a screen of the backoff sample, changed by the functions in set.
func backoffScreen(t testing.TB, set ...func(*Screen)) *Screen {
	t.Helper()
	s := screenOf(sample(t, "backoff.json")).choose(t, "work-oauth")
	for _, set := range set {
		set(s)
	}
	return s
}

// guardedScreen returns a screen of a stock agent's pool with a running guard, changed by the
// functions in set. Guard has pinned two credentials, and pooltop has counted the failures of
// all but one.
func guardedScreen(t testing.TB, set ...func(*Screen)) *Screen {
	t.Helper()
	pinned := func(label string, ago, length time.Duration) entry {
		return exhaustedEntry(label, ago, 0).With(noStreak).With(resetIn(length - ago))
	}
	p := poolOf(t, providers{
		"anthropic": []entry{
			readyEntry("personal-api-key").With(noStreak).With(entry{"model_cooldowns": map[string]any{"claude-opus-5": secondsAt(40 * time.Minute)}}),
			exhaustedEntry("work-oauth", 70*time.Minute, 0).With(noStreak),
		},
		"openrouter": []entry{
			readyEntry("primary").With(noStreak),
			exhaustedEntry("batch-key", 5*time.Minute, 0).With(noStreak),
			pinned("backup-key", 48*time.Minute, 4*time.Hour),
			pinned("team-key", 20*time.Minute, 8*time.Hour).With(entry{"last_error_message": "Too many requests. Slow down and try again in a moment."}),
			readyEntry("no-id").With(noStreak).With(entry{"id": nil}),
		},
	})
	for c := range p.All() {
		n := map[string]int{"work-oauth": 2, "batch-key": 1, "backup-key": 3, "team-key": 4}[c.Label]
		if c.ID != "" {
			c.Observed = poolstate.Some(n)
		}
		if n > 0 {
			c.ObservedSince = c.StatusAt.Add(-time.Duration(n-1) * 2 * time.Hour)
		}
		if c.Pinned = !c.ResetAt.IsZero(); c.Pinned {
			c.AgentDeadline = c.StatusAt.Add(time.Hour)
		}
	}
	s := screenOf(p).choose(t, "team-key")
	s.Guard, s.ResetKey = new(poolstate.DefaultCurve()), "r"
	s.Events = append(s.Events, guardEvents()...)
	for _, set := range set {
		set(s)
	}
	return s
}

// otherStates returns screens in other states of the pool, the feed and the view.
func otherStates(t testing.TB) []scene {
	t.Helper()
	waiting, unreadable := screenOf(nil), screenOf(nil)
	lost := screenOf(decoded(t, []byte(`{"version": 1}`)))
	lost.ActiveProfile, lost.CorruptCopy = "work", "auth.json.corrupt"
	waiting.Feed = Feed{State: FeedWaiting}
	syntax := (&poolstate.SyntaxError{Line: 41, Column: 17}).Error() + "; restore it from a backup; otherwise, an agent starts over with an empty pool"
	unreadable.Feed = Feed{State: FeedStale, Reason: "auth.json: " + syntax, Since: epoch}
	return []scene{
		{"clock", backoffScreen(t, func(s *Screen) { s.Clock = true })},
		{"empty-pool", screenOf(decoded(t, []byte(`{"credential_pool": {}}`)))},
		{"pool-lost", lost},
		{"waiting", waiting},
		{"unreadable", unreadable},
		{"stale", backoffScreen(t, func(s *Screen) {
			s.Feed = Feed{State: FeedStale, Reason: "auth.json: " + syntax, Since: epoch.Add(-12 * time.Second)}
		})},
		{"polling", backoffScreen(t, func(s *Screen) {
			s.Feed = Feed{State: FeedPolling, Interval: 2 * time.Second, Reason: "network file system"}
		})},
		{"demo", backoffScreen(t, func(s *Screen) {
			s.Path, s.Narration = "demo ×1200", "anthropic is up again, but backoff keeps it out: press R, or wait until 01:19"
		})},
		{"help", backoffScreen(t, func(s *Screen) { s.Pane, s.Short = PaneHelp, paneKeys })},
		{"detail", backoffScreen(t, func(s *Screen) { s.Pane, s.Short = PaneDetail, paneKeys })},
	}
}

// timelineScene returns a screen sorted by deadline. The last deadline is the given number of
// hours away.
func timelineScene(t testing.TB, hours int) *Screen {
	t.Helper()
	s := screenOf(poolOf(t, providers{
		"anthropic": []entry{
			exhaustedEntry("work-oauth", 48*time.Minute, 3), readyEntry("personal-api-key"), deadEntry("claude_code"),
		},
		"openai-codex": []entry{
			exhaustedEntry("seat-1@example.com", 22*time.Minute, 4).With(resetIn(time.Duration(hours) * time.Hour)),
			exhaustedEntry("seat-2@example.com", 90*time.Minute, 1),
		},
		"openrouter": []entry{
			readyEntry("primary"), exhaustedEntry("backup-key", 55*time.Minute, 1),
			exhaustedEntry("team-key", 5*time.Minute, 2).With(heldNow).With(resetIn(2 * time.Hour)),
		},
	})).choose(t, "work-oauth")
	s.Timeline = true
	s.Groups = (&filter.Listing{Order: filter.OrderDeadline}).Groups(s.Pool, s.Policy, s.Now)
	s.Order = filter.OrderDeadline
	return s
}

// longWaitsScene returns a screen with the widest countdowns and the longest names.
func longWaitsScene(t testing.TB) *Screen {
	t.Helper()
	name := "/a-name-that-is-longer-than-any-column-that-a-screen-of-this-width-could-have-for-it"
	var list []entry
	for i, wait := range []time.Duration{10 * time.Hour, text.Day - time.Second, text.Day, 30*text.Day + 23*time.Hour, 999 * text.Day} {
		list = append(list, exhaustedEntry(strconv.Itoa(i)+name, 30*time.Hour, i).With(resetIn(wait)))
	}
	return screenOf(poolOf(t, providers{"a-provider" + name: list})).choose(t, "1"+name)
}

// longListScene returns a screen with 200 credentials and the selection in the middle.
func longListScene(t testing.TB) *Screen {
	t.Helper()
	s := screenOf(uitest.BigPool(t, 200)).choose(t, "key-1-42")
	s.Offset = 132
	return s
}

// actionScenes returns screens with dialogs and answers.
func actionScenes(t testing.TB) []scene {
	t.Helper()
	with := func(set func(*Screen)) *Screen { return backoffScreen(t, set) }
	answer := func(name string, kind AnswerKind, words string) scene {
		return scene{name, with(func(s *Screen) { s.Answer = &Answer{Kind: kind, Text: words} })}
	}
	return []scene{
		{"marked", with(func(s *Screen) {
			s.Marked = map[poolstate.Ref]bool{}
			for i, c := range credentials(s) {
				if i%3 == 1 {
					s.Marked[c.Ref] = true
				}
			}
		})},
		{"confirm", with(func(s *Screen) { s.Dialog, s.Short = confirmation(4), dialogKeys })},
		{"confirm-many", with(func(s *Screen) { s.Dialog, s.Short = confirmation(40), dialogKeys })},
		{"form", with(func(s *Screen) { s.Dialog, s.Short = form("2h"), dialogKeys })},
		{"form-problem", with(func(s *Screen) {
			s.Dialog, s.Short = form(strings.Repeat("日本", 40)), dialogKeys
			s.Dialog.Problem = `"日本" is not a duration; try 45m, 2h30m, 1d or until 18:00`
		})},
		answer("answer", AnswerDone, "reset work-oauth: cooling, streak 3, until 12:31 → ready, streak 0; "+
			"running agents notice at their next reload; u undoes"),
		answer("answer-refused", AnswerRefused, "~/.hermes/auth.json: another process holds the lock"),
		answer("answer-canceled", AnswerCanceled, "hold canceled; nothing was written"),
		{"answer-in-help", with(func(s *Screen) {
			s.Pane, s.Short = PaneHelp, paneKeys
			s.Answer = &Answer{Kind: AnswerNews, Text: "work-oauth refreshed by its agent at 09:19:00: streak 3 → 0"}
		})},
		{"answer-over-empty", with(func(s *Screen) {
			s.Pool, s.Groups, s.Selected, s.Short, s.Feed = nil, nil, nil, emptyKeys, Feed{}
			s.Answer = &Answer{Kind: AnswerRefused, Text: strings.Repeat("there is nothing here to act on. ", 9)}
		})},
		answer("overwritten", AnswerNotice, "reset of backup-key was overwritten at 14:07:03; press r to repeat; an agent or another pooltop wrote the file"),
		answer("waiting-for-lock", AnswerWaiting, "reset is waiting for the lock held by python3 (process 4242): 3s of 15s; esc cancels"),
		answer("answer-hostile", AnswerNotice, strings.Join(hostileStrings, " ")),
	}
}

var eventKeys = []key.Binding{
	binding("r", "reset"), binding("x", "hold"), binding("u", "undo"), binding("enter", "go to"),
	binding("/", "filter"), binding("↑↓", "move"), binding("?", "help"), binding("esc q", "back"),
}

var dialogKeys = []key.Binding{binding("tab", "next field"), binding("enter", "hold"), binding("esc", "cancel")}

// confirmation returns a dialog that asks to confirm n changes. "No" has the focus.
func confirmation(n int) *Dialog {
	no := false
	d := &Dialog{
		Title:      "reset 4 credentials in ~/work/agents/of-the-night-shift/.hermes/profiles/spare/auth.json?",
		Unaffected: []string{"1 unchanged"},
		Warnings:   []string{"this is the only ready credential of anthropic, which has no other usable credential"},
		Choice:     &no,
	}
	for i := range n {
		d.Changes = append(d.Changes, Change{wideStrings[i%len(wideStrings)], "cooling, streak 3, until 12:31 → ready, streak 0", "→ ready, streak 0"})
	}
	return d
}

// form returns the form for a hold with the given duration.
func form(length string) *Dialog {
	return &Dialog{
		Title: "hold work-oauth of anthropic",
		Fields: []Field{
			{Name: "code", Value: "429", Hint: "←→ 429, 402, 401"},
			{Name: "duration", Value: length, Hint: "90m, 3 hours, 18:00; empty: backoff decides", Cursor: len([]rune(length)), Focused: true},
			{Name: "reason", Hint: "optional; shown to others"},
		},
		Preview:  "streak 3 → 4, 2h, until 11:20",
		Note:     ReloadNote(poolstate.VerbHold, poolstate.Backoff()),
		Warnings: []string{"this is the only ready credential of anthropic, which has no other usable credential"},
	}
}

// recordOf returns a record of an event at the given time before epoch.
func recordOf(kind poolstate.EventKind, by poolstate.Actor, name string, ago time.Duration) poolstate.Record {
	return poolstate.Record{At: epoch.Add(-ago), Kind: kind, By: by, Provider: "openrouter", ID: "id-" + name, Label: name}
}

// streaks returns r with the given streaks before and after the event.
func streaks(r poolstate.Record, before, after int) poolstate.Record {
	r.Before.Streak, r.After.Streak = &before, &after
	return r
}

// guardEvents returns one event of each kind that can result only from guard or from counting
// failures.
func guardEvents() []poolstate.Record {
	pin := streaks(recordOf(poolstate.EventPinned, poolstate.ByGuard, "team-key", 20*time.Minute), 3, 4)
	pin.After.Deadline = new(epoch.Add(7*time.Hour + 40*time.Minute))
	return []poolstate.Record{
		streaks(recordOf(poolstate.EventForgotten, poolstate.ByClock, "primary", 3*time.Hour), 2, 0),
		streaks(recordOf(poolstate.EventReleased, poolstate.ByGuard, "batch-key", 2*time.Hour), 3, 3), pin,
	}
}

// everyKind returns an event of each kind, with all details.
func everyKind() []poolstate.Record {
	failed := streaks(recordOf(poolstate.EventExhausted, poolstate.ByAgent, "primary", 100*time.Minute), 2, 3)
	failed.Code, failed.Reason, failed.Message, failed.Cooldown = new(429), "rate_limit_error", "Too many requests", 4*3600
	first := recordOf(poolstate.EventExhausted, poolstate.ByAgent, "spare", 50*time.Hour)
	first.Code, first.After.Streak = new(500), new(1)
	held := streaks(recordOf(poolstate.EventHeld, poolstate.ByOperator, "batch-key", 90*time.Minute), 0, 1)
	held.Before.Streak, held.Before.Status, held.Reason = nil, new("ok"), "kept for the night"
	held.After.Deadline = new(epoch.Add(9 * time.Hour))
	undone := streaks(recordOf(poolstate.EventUndone, poolstate.ByOperator, "primary", 69*time.Minute), 0, 3)
	undone.After.Status, undone.After.Deadline = new("exhausted"), new(epoch.Add(time.Hour))
	due := streaks(recordOf(poolstate.EventDue, poolstate.ByClock, "backup-key", 80*time.Minute), 2, 2)
	due.Cooldown = 2 * 3600
	dead := recordOf(poolstate.EventDead, poolstate.ByAgent, "claude_code", 40*time.Minute)
	dead.Code, dead.Reason = new(401), "token_revoked"
	hostile := recordOf(poolstate.EventExhausted, poolstate.ByAgent, "\x1b]0;title\x07\u202eevil\n\tkey", 5*time.Minute)
	hostile.Provider, hostile.Message = "prov\x1b[31mider", "\x1b]52;c;aGk=\x07"
	unreadable := poolstate.Record{At: epoch.Add(-20 * time.Minute), Kind: poolstate.EventFileUnreadable, Message: "auth.json: not valid JSON at line 41, column 17"}
	return append(guardEvents(), []poolstate.Record{
		first, failed, held, due,
		streaks(recordOf(poolstate.EventReady, poolstate.ByAgent, "backup-key", 79*time.Minute), 2, 2),
		streaks(recordOf(poolstate.EventReset, poolstate.ByOperator, "primary", 70*time.Minute), 3, 0),
		undone,
		streaks(recordOf(poolstate.EventRefreshed, poolstate.ByAgent, "portal", 60*time.Minute), 4, 0),
		recordOf(poolstate.EventAdded, poolstate.ByAgent, "new-key", 55*time.Minute),
		recordOf(poolstate.EventRemoved, poolstate.ByAgent, "old-key", 50*time.Minute),
		dead,
		{At: epoch.Add(-30 * time.Minute), Kind: poolstate.EventFileMissing},
		unreadable,
		{At: epoch.Add(-10 * time.Minute), Kind: poolstate.EventFileRecovered},
		hostile,
		recordOf(poolstate.EventAdded, poolstate.ByAgent, "日本-チーム 👨‍👩‍👧 é", time.Minute),
	}...)
}

// eventScenes returns screens with events.
func eventScenes(t testing.TB) []scene {
	t.Helper()
	pane := func(set func(*Screen)) *Screen {
		return backoffScreen(t, func(s *Screen) {
			s.Pane, s.Short, s.Events = PaneEvents, eventKeys, everyKind()
			set(s)
		})
	}
	return []scene{
		{"events", pane(func(*Screen) {})},
		{"events-none", pane(func(s *Screen) { s.Events = nil })},
		{"events-filtered", pane(func(s *Screen) {
			s.Events, s.Filter = nil, &FilterLine{Text: "state:due", Total: 19, Of: "events"}
		})},
		{"events-ago", pane(func(s *Screen) { s.Clock = true })},
		{"events-many", pane(func(s *Screen) {
			for i := range 1000 {
				s.Events = append(s.Events, recordOf(poolstate.EventAdded, poolstate.ByAgent, fmt.Sprint("key-", i), -time.Duration(i)*time.Second))
			}
			s.Offset, s.Cursor, s.Filter = 500, 503, &FilterLine{Text: "openrouter", Shown: len(s.Events), Total: 2000, Of: "events"}
		})},
		{"events-stale", pane(func(s *Screen) {
			s.Feed = Feed{State: FeedStale, Reason: "auth.json: not valid JSON at line 41, column 17", Since: epoch.Add(-12 * time.Second)}
		})},
		{"paused", backoffScreen(t, func(s *Screen) { s.Paused, s.Missed = true, 3 })},
		{"fresh", backoffScreen(t, func(s *Screen) {
			s.Fresh = map[poolstate.Ref]int{}
			for i, c := range credentials(s) {
				s.Fresh[c.Ref] = i % 3
			}
			s.Events, s.Evidence = everyKind(), &Evidence{Counts: true, Name: "backup-key", At: epoch}
		})},
		{"policy-seen", backoffScreen(t, func(s *Screen) {
			s.Pane, s.Short, s.Policy = PaneHelp, paneKeys, poolstate.PolicyChoice{}.Resolve(s.Pool, poolstate.EvidenceNoCount)
			s.Evidence = &Evidence{Name: "backup-key", At: epoch.Add(-time.Hour)}
		})},
	}
}

var (
	wideStrings    = uitest.WideStrings
	hostileStrings = uitest.HostileStrings
)

// wideLabels returns a pool with names whose width depends on the terminal.
func wideLabels(t testing.TB) *poolstate.Pool {
	t.Helper()
	var list []entry
	for i, label := range wideStrings {
		e := readyEntry(label)
		if i%2 == 0 {
			e = exhaustedEntry(label, time.Duration(i)*time.Minute, i%5)
		}
		list = append(list, e.With(entry{"id": fmt.Sprintf("wide-%d", i)}))
	}
	return poolOf(t, providers{"日本 提供者 🔑": list})
}

// hostileLabels returns a pool with hostile text in every displayed field.
func hostileLabels(t testing.TB) *poolstate.Pool {
	t.Helper()
	all := providers{}
	for i, label := range hostileStrings {
		name := fmt.Sprintf("p%d%s", i/7, hostileStrings[i-i%7])
		list, _ := all[name].([]entry)
		all[name] = append(list, exhaustedEntry(label, time.Duration(i)*time.Minute, i%5).With(entry{
			"id": fmt.Sprintf("%d%s", i, label), "source": label, "auth_type": label, "base_url": label,
			"last_error_reason": label, "last_error_message": label, "failure_reason": label, "secret_fingerprint": label,
			"model_cooldowns": map[string]any{label: secondsAt(time.Hour)},
		}))
	}
	return poolOf(t, all)
}
