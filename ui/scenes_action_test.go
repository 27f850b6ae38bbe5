package ui

import (
	"strings"
	"testing"

	"charm.land/bubbles/v2/key"

	"pooltop/poolstate"
)

// actionScenes are the screens of somebody who acts.
func actionScenes(t testing.TB) []scene {
	t.Helper()
	with := func(set func(*Screen)) *Screen {
		s := screenOf(sample(t, "backoff.json")).choose(t, "work-oauth")
		set(s)
		return s
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
			s.Dialog.Problem = "no length of time: write 90s, 20m, 2h or 1d12h"
		})},
		{"answer", with(func(s *Screen) {
			s.Answer = &Answer{AnswerDone, "reset work-oauth: cooling, streak 3, until 12:31 → ready, streak 0; a running agent sees it at its next pool load; u undoes it"}
		})},
		{"answer-refused", with(func(s *Screen) {
			s.Answer = &Answer{AnswerRefused, "~/.hermes/auth.json: another process holds the lock"}
		})},
		{"answer-in-help", with(func(s *Screen) {
			s.Pane, s.Short = PaneHelp, paneKeys
			s.Answer = &Answer{AnswerNews, "work-oauth: the agent had a success with it; streak 3 → 0"}
		})},
		{"answer-over-nothing", with(func(s *Screen) {
			s.Pool, s.Groups, s.Selected, s.Short, s.Feed = nil, nil, nil, emptyKeys, Feed{}
			s.Answer = &Answer{AnswerRefused, strings.Repeat("there is nothing here to act on. ", 9)}
		})},
		{"overwritten", with(func(s *Screen) {
			s.Answer = &Answer{AnswerNotice, "reset of backup-key was overwritten at 14:07:03 by an agent or another pooltop; press r to repeat"}
		})},
		{"waiting-for-lock", with(func(s *Screen) {
			s.Answer = &Answer{AnswerWaiting, "reset waits for the lock, which python3 (process 4242) holds: 3s of 15s; esc cancels"}
		})},
		{"answer-hostile", with(func(s *Screen) { s.Answer = &Answer{AnswerNotice, strings.Join(hostileTexts, " ")} })},
	}
}

var dialogKeys = []key.Binding{binding("tab", "next"), binding("enter", "do it"), binding("esc", "leave")}

// confirmation asks about n changes; no has the focus.
func confirmation(n int) *Dialog {
	no := false
	d := &Dialog{
		Title:      "reset 4 credentials of ~/.hermes/auth.json?",
		Unaffected: []string{"1 is ready already"},
		Warnings:   []string{"claude_code is dead: re-auth is what helps"},
		Choice:     &no,
	}
	for i := range n {
		d.Changes = append(d.Changes, Change{wideTexts[i%len(wideTexts)], "cooling, streak 3, until 12:31 → ready, streak 0"})
	}
	return d
}

// form is the one of force-exhaust, with a duration as it was typed.
func form(length string) *Dialog {
	return &Dialog{
		Title: "force-exhaust anthropic/work-oauth",
		Fields: []Field{
			{Name: "code", Value: "429", Hint: "429, 402 or 401"},
			{Name: "for", Value: length, Hint: "empty: by the policy", Cursor: len([]rune(length)), Focused: true},
			{Name: "reason", Hint: "your words"},
		},
		Preview:  "out until 11:20, streak 3 → 4, deadline set by you",
		Note:     "a running agent may use it until its next pool load",
		Warnings: []string{"anthropic has 1 ready then"},
	}
}
