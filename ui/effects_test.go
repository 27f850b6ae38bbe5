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
	reset, reviving := poolstate.Action{Verb: poolstate.VerbReset, SpareDead: true}, poolstate.Action{Verb: poolstate.VerbReset}
	models := ready
	models.ModelCooldowns = make([]poolstate.ModelCooldown, 1)
	observed := failed
	observed.Streak, observed.Observed = poolstate.Streak{}, poolstate.Some(1)
	tests := []struct {
		action poolstate.Action
		of     []poolstate.Credential
		want   string
	}{
		{hold, []poolstate.Credential{ready, failed}, "hold 2 credentials: 1 ready, 1 cooling → 2 held, until 13:00 to 14:00"},
		{night, []poolstate.Credential{ready, ready}, "hold 2 credentials: 2 ready → 2 held, until 21:00"},
		{night, []poolstate.Credential{ready, ready, dead}, "hold 2 credentials: 2 ready → 2 held, until 21:00; 1 skipped: dead, needs re-authentication"},
		{reset, []poolstate.Credential{failed, failed, ready}, "reset 2 credentials: 2 cooling → 2 ready; 1 unchanged"},
		{reviving, []poolstate.Credential{failed, dead}, "reset 2 credentials: 1 cooling, 1 dead → 2 ready; 1 was dead and needs re-authentication"},
		{reviving, []poolstate.Credential{dead, dead}, "reset 2 credentials: 2 dead → 2 ready; 2 were dead and need re-authentication"},
		{reset, []poolstate.Credential{models}, "reset a: 1 model cooldown cleared"},
		{reset, []poolstate.Credential{models, models}, "reset 2 credentials: 2 model cooldowns cleared"},
		{reset, []poolstate.Credential{models, failed}, "reset 2 credentials: 1 ready, 1 cooling → 2 ready"},
		{reset, []poolstate.Credential{observed}, "reset a: cooling, streak 1, until 12:59 → ready, streak 0"},
	}
	for _, tt := range tests {
		out := tt.action.Plan(tt.of, now)
		equal(t, "answer", DoneWords(tt.action.Verb, &out, poolstate.Backoff(), now), tt.want+"; running agents notice at their next reload")
	}
}

func TestShortHoldWords(t *testing.T) {
	cooling := *credentialOf(t, exhaustedEntry("key", 0, 1).With(resetIn(148*time.Hour)))
	held := *credentialOf(t, exhaustedEntry("held", 0, 1).With(heldNow).With(resetIn(5*time.Hour)))
	ready, due := *credentialOf(t, readyEntry("ready")), *credentialOf(t, exhaustedEntry("due", 2*time.Hour, 1))
	for _, c := range []struct {
		name string
		of   []poolstate.Credential
		hold time.Duration
		want string
	}{
		{"cooling", []poolstate.Credential{cooling}, 3 * time.Hour, "the hold ends before the current deadline: cooling until Sun 13:20 (6d04h)"},
		{"held", []poolstate.Credential{held}, time.Hour, "the hold ends before the current deadline: held until 14:20 (5h00m00s)"},
		{"ends at the current deadline", []poolstate.Credential{held}, 5 * time.Hour, ""},
		{"ready and due", []poolstate.Credential{ready, due}, time.Hour, ""},
		{"one of two holds", []poolstate.Credential{ready, held}, time.Hour, "held: the hold ends before the current deadline: held until 14:20 (5h00m00s)"},
		{"both holds", []poolstate.Credential{cooling, held}, time.Hour, "key: the hold ends before the current deadline: cooling until Sun 13:20 (6d04h), and 1 more"},
	} {
		hold := poolstate.Action{Verb: poolstate.VerbHold, Hold: poolstate.Hold{Code: 429, For: c.hold, Shorten: true}}
		out := hold.Plan(c.of, epoch)
		equal(t, c.name, ShortHoldWords(out.Changed, poolstate.Flat(), epoch), c.want)
	}
}

func TestHoldWords(t *testing.T) {
	failed := *credentialOf(t, exhaustedEntry("key", 2*time.Hour, 2))
	later := *credentialOf(t, exhaustedEntry("key", 0, 2).With(resetIn(9*time.Hour)))
	var unknown poolstate.Credential
	observed := poolstate.Credential{Observed: poolstate.Some(1)}
	curve := poolstate.Curve{Schedule: poolstate.Schedule{Factor: 1.5, Cap: 3, Base: map[int]time.Duration{429: 20 * time.Minute}}}
	for _, c := range []struct {
		name string
		of   poolstate.Credential
		hold poolstate.Hold
		want string
	}{
		{"unknown streak", unknown, poolstate.Hold{}, "1h, until 10:20"},
		{"observed streak", observed, poolstate.Hold{}, "2h (×2), until 11:20"},
		{"streak in the file", failed, poolstate.Hold{}, "streak 2 → 3, 4h (×4), until 13:20"},
		{"configured schedule", failed, poolstate.Hold{Curve: curve}, "streak 2 → 3, 45m (×2.25), until 10:05"},
		{"current cooldown is longer", later, poolstate.Hold{}, "streak 2 → 3, 9h, until 18:20"},
		{"duration", failed, poolstate.Hold{For: 4 * time.Hour}, "streak 2 → 3, 4h, until 13:20"},
	} {
		c.hold.Code = 429
		out := poolstate.Action{Verb: poolstate.VerbHold, Hold: c.hold}.Plan([]poolstate.Credential{c.of}, epoch)
		equal(t, c.name, HoldWords(&out.Changed[0], c.hold, epoch), c.want)
	}
}

// TestReloadNote checks that the note for a reset depends on the agent's build if the build is
// known.
func TestReloadNote(t *testing.T) {
	flat := poolstate.Flat202610()
	for _, tt := range []struct {
		verb   poolstate.Verb
		policy poolstate.Policy
		want   string
	}{
		{poolstate.VerbReset, flat, "notice at their next reload"},
		{poolstate.VerbHold, flat, "notice at their next reload"},
		{poolstate.VerbReset, chosen(poolstate.Flat202610()), "pick this up at their next selection"},
		{poolstate.VerbReset, chosen(poolstate.Flat202608()), "pick this up at their next reload, if at all"},
		{poolstate.VerbReset, measured(poolstate.Flat()), "pick this up at their next reload, if at all"},
		{poolstate.VerbReset, chosen(poolstate.Backoff()), "notice at their next reload"},
		{poolstate.VerbHold, chosen(poolstate.Flat202610()), "notice at their next reload"},
		{poolstate.VerbSync, chosen(poolstate.Flat202610()), "notice at their next reload"},
	} {
		got := ReloadNote(tt.verb, tt.policy)
		equal(t, tt.verb.String()+" under "+tt.policy.String(), got, "running agents "+tt.want)
	}
}

// chosen returns p as if it had been set by --policy.
func chosen(p poolstate.Policy) poolstate.Policy {
	return poolstate.Force(p).Resolve(&poolstate.Pool{}, poolstate.NoEvidence)
}

func measured(p poolstate.Policy) poolstate.Policy {
	return poolstate.PolicyChoice{}.WithMeasured(p).Resolve(&poolstate.Pool{}, poolstate.NoEvidence)
}
