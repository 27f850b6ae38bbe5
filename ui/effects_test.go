package ui

import (
	"testing"
	"time"

	"pooltop/poolstate"
)

func TestDoneWords_Many(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	ready := poolstate.Credential{Ref: poolstate.Ref{Provider: "p", ID: "a"}}
	failed := ready
	failed.Status, failed.StatusText, failed.Streak = poolstate.StatusExhausted, "exhausted", poolstate.KnownStreak(1)
	failed.StatusAt, failed.ErrorCode = now.Add(-time.Minute), poolstate.Some(429)
	dead := ready
	dead.Status, dead.StatusText = poolstate.StatusDead, "dead"

	hold := poolstate.Action{Verb: poolstate.VerbHold, Hold: poolstate.Hold{Code: 429}}
	night := hold
	night.Hold.For = 9 * time.Hour
	reset := poolstate.Action{Verb: poolstate.VerbReset, SpareDead: true}
	tests := []struct {
		action poolstate.Action
		of     []poolstate.Credential
		want   string
	}{
		{hold, []poolstate.Credential{ready, failed}, "hold 2 credentials: 1 ready, 1 cooling → 2 held, until 13:00 to 14:00"},
		{night, []poolstate.Credential{ready, ready}, "hold 2 credentials: 2 ready → 2 held, until 21:00"},
		{night, []poolstate.Credential{ready, ready, dead}, "hold 2 credentials: 2 ready → 2 held, until 21:00; 1 skipped: dead, needs re-authentication"},
		{reset, []poolstate.Credential{failed, failed, ready}, "reset 2 credentials: 2 cooling → 2 ready; 1 unchanged"},
	}
	for _, tt := range tests {
		out := tt.action.Plan(tt.of, now)
		equal(t, "the answer", DoneWords(tt.action.Verb, &out, poolstate.Backoff(), now), tt.want+"; "+ReloadNote)
	}
}
