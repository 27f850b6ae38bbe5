package ui

import (
	"fmt"
	"testing"
	"time"

	"pooltop/poolstate"
)

// recordOf is a record of the sample's credentials, a while before the epoch.
func recordOf(kind poolstate.EventKind, by poolstate.Actor, name string, ago time.Duration) poolstate.Record {
	return poolstate.Record{At: epoch.Add(-ago), Kind: kind, By: by, Provider: "openrouter", ID: "id-" + name, Label: name}
}

// everyKind is one event of each kind, with everything that one can tell.
func everyKind() []poolstate.Record {
	streaks := func(r poolstate.Record, before, after int) poolstate.Record {
		r.Before.Streak, r.After.Streak = &before, &after
		return r
	}
	failed := streaks(recordOf(poolstate.EventExhausted, poolstate.ByAgent, "primary", 100*time.Minute), 2, 3)
	failed.Code, failed.Reason, failed.Message, failed.Cooldown = new(429), "rate_limit_error", "Too many requests", 4*3600
	first := recordOf(poolstate.EventExhausted, poolstate.ByAgent, "spare", 50*time.Hour)
	first.Code, first.After.Streak = new(500), new(1)
	held := streaks(recordOf(poolstate.EventHeld, poolstate.ByOperator, "batch-key", 90*time.Minute), 0, 1)
	held.Before.Streak, held.Before.Status, held.Reason = nil, new("ok"), "kept for the night"
	held.After.Deadline = new(epoch.Add(9 * time.Hour))
	due := streaks(recordOf(poolstate.EventDue, poolstate.ByClock, "backup-key", 80*time.Minute), 2, 2)
	due.Cooldown = 2 * 3600
	dead := recordOf(poolstate.EventDead, poolstate.ByAgent, "claude_code", 40*time.Minute)
	dead.Code, dead.Reason = new(401), "token_revoked"
	hostile := recordOf(poolstate.EventExhausted, poolstate.ByAgent, "\x1b]0;title\x07\u202eevil\n\tkey", 5*time.Minute)
	hostile.Provider, hostile.Message = "prov\x1b[31mider", "\x1b]52;c;aGk=\x07"
	unreadable := poolstate.Record{At: epoch.Add(-20 * time.Minute), Kind: poolstate.EventFileUnreadable, Message: "auth.json: not valid JSON at line 41, column 17"}
	return []poolstate.Record{
		first, failed, held, due,
		streaks(recordOf(poolstate.EventReady, poolstate.ByAgent, "backup-key", 79*time.Minute), 2, 2),
		streaks(recordOf(poolstate.EventReset, poolstate.ByOperator, "primary", 70*time.Minute), 3, 0),
		streaks(recordOf(poolstate.EventRefreshed, poolstate.ByAgent, "portal", 60*time.Minute), 4, 0),
		recordOf(poolstate.EventAdded, poolstate.ByAgent, "new-key", 55*time.Minute),
		recordOf(poolstate.EventRemoved, poolstate.ByAgent, "old-key", 50*time.Minute),
		recordOf(poolstate.EventDisabled, poolstate.ByAgent, "spare", 49*time.Minute),
		recordOf(poolstate.EventEnabled, poolstate.ByAgent, "spare", 48*time.Minute),
		dead,
		{At: epoch.Add(-30 * time.Minute), Kind: poolstate.EventFileMissing},
		unreadable,
		{At: epoch.Add(-10 * time.Minute), Kind: poolstate.EventFileRecovered},
		hostile,
		recordOf(poolstate.EventAdded, poolstate.ByAgent, "日本-チーム 👨‍👩‍👧 é", time.Minute),
	}
}

// eventScenes are the screens of what happened.
func eventScenes(t testing.TB) []scene {
	t.Helper()
	pane := func() *Screen {
		s := screenOf(sample(t, "backoff.json")).choose(t, "work-oauth")
		s.Pane, s.Short, s.Events = PaneEvents, paneKeys, everyKind()
		return s
	}
	none := pane()
	none.Events = nil
	filtered := pane()
	filtered.Events = filtered.Events[:2]
	filtered.Filter = &FilterLine{Text: "state:cooling", Shown: 4, Total: 10}
	ago := pane()
	ago.Clock = true
	many := pane()
	for i := range 1000 {
		many.Events = append(many.Events, recordOf(poolstate.EventAdded, poolstate.ByAgent, fmt.Sprint("key-", i), -time.Duration(i)*time.Second))
	}
	many.Offset = 500
	paused := screenOf(sample(t, "backoff.json")).choose(t, "work-oauth")
	paused.Paused, paused.Missed = true, 3
	fresh := screenOf(sample(t, "backoff.json")).choose(t, "work-oauth")
	fresh.Fresh = map[poolstate.Ref]int{}
	for i, c := range credentials(fresh) {
		fresh.Fresh[c.Ref] = i % 3
	}
	fresh.Events, fresh.Evidence = everyKind(), &Evidence{Counts: true, Name: "backup-key", At: epoch}
	stale := pane()
	stale.Feed = Feed{State: FeedStale, Reason: "auth.json: not valid JSON at line 41, column 17", Since: epoch.Add(-12 * time.Second)}
	seen := screenOf(sample(t, "backoff.json")).chooseFirst()
	seen.Pane, seen.Short, seen.Policy = PaneHelp, paneKeys, poolstate.Flat
	seen.Evidence = &Evidence{Name: "backup-key", At: epoch.Add(-time.Hour)}
	return []scene{
		{"events", pane()},
		{"events-none", none},
		{"events-filtered", filtered},
		{"events-ago", ago},
		{"events-many", many},
		{"events-stale", stale},
		{"paused", paused},
		{"fresh", fresh},
		{"policy-seen", seen},
	}
}
