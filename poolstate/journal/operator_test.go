package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
)

var (
	reset = poolstate.Action{Verb: poolstate.VerbReset}
	hold  = poolstate.Action{Verb: poolstate.VerbHold, Hold: poolstate.Hold{Code: 429, For: 2 * time.Hour, Reason: "until payday"}}
)

// state shows a state in one word.
func state(s poolstate.State) string {
	data, _ := json.Marshal(s) // it is only shown
	return string(data)
}

// An action is written down as one line for each credential that it changed.
func TestAnActionIsWrittenDown(t *testing.T) {
	o := newOperator(t, pool)
	done := do(t, o, hold)
	wantErr(t, done.JournalErr, nil)
	equal(t, "number", done.Number, "n1")
	equal(t, "changed", len(done.Changed), 3)
	equal(t, "refused", done.Refusals(), 1) // the dead one
	list := entries(t, o.Journal)
	equal(t, "lines", len(list), 3)
	wants := []struct{ id, label, before, after string }{
		{"a1", "primary", `{"status":null,"streak":null,"deadline":null}`, `{"status":"exhausted","streak":1,"deadline":"2026-11-23T11:20:06.970596Z"}`},
		{"b2", "backup", `{"status":"exhausted","streak":2,"deadline":"2026-11-23T10:32:03Z"}`, `{"status":"exhausted","streak":3,"deadline":"2026-11-23T11:20:06.970596Z"}`},
		{"", "nameless", `{"status":"exhausted","streak":null,"deadline":"2026-11-23T10:16:40Z"}`, `{"status":"exhausted","streak":1,"deadline":"2026-11-23T11:20:06.970596Z"}`},
	}
	for i, want := range wants {
		e := list[i]
		equal(t, "at", e.At, at)
		equal(t, "action", e.Action, "n1")
		equal(t, "what and who", fmt.Sprint(e.Verb, " ", e.By, " ", e.User, " ", e.Host), "exhaust operator ada engine")
		equal(t, "store", e.Store, o.Store.Path())
		equal(t, "provider", e.Provider, "openrouter")
		equal(t, "id", e.ID, want.id)
		equal(t, "label", e.Label, want.label)
		equal(t, "before", state(e.Before), want.before)
		equal(t, "after", state(e.After), want.after)
		equal(t, "reason", e.Reason, "until payday")
		equal(t, "it can be taken back", e.Undo != nil, true)
	}
}

// Only a hold has words, and only words that somebody gave.
func TestReasons(t *testing.T) {
	o := newOperator(t, pool)
	do(t, o, poolstate.Action{Verb: poolstate.VerbHold, Hold: poolstate.Hold{Code: 429}}, "primary")
	do(t, o, poolstate.Action{Verb: poolstate.VerbReset, Hold: poolstate.Hold{Reason: "left over"}}, "backup")
	for _, e := range entries(t, o.Journal) {
		equal(t, "reason", e.Reason, "")
	}
}

// What changes nothing, or fails, leaves no line.
func TestNothingDoneIsNotWrittenDown(t *testing.T) {
	o := newOperator(t, pool)
	done := do(t, o, reset, "primary")
	equal(t, "unchanged", len(done.Unchanged), 1)
	done = do(t, o, hold, "claude")
	equal(t, "refused", done.Refusals(), 1)
	saw := seen(t, o)
	writeFile(t, o.Store.Path(), `{"credential_pool": 5}`)
	_, err := o.Do(t.Context(), reset, poolstate.Backoff, saw)
	wantErr(t, err, poolstate.ErrNotPool)
	_, err = o.Undo(t.Context(), "n1", poolstate.Backoff, nil)
	wantErr(t, err, poolstate.ErrNotPool)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = o.Do(ctx, reset, poolstate.Backoff, saw)
	wantErr(t, err, context.Canceled)
	equal(t, "lines", len(entries(t, o.Journal)), 0)
}

// withoutStamp is a store whose time stamp is no matter.
func withoutStamp(content string) string {
	before, _, _ := strings.Cut(content, `"updated_at"`)
	return before
}

// Another process takes the last action back from the journal alone, then the
// one before, until nothing is left.
func TestTheJournalIsEnoughToTakeActionsBack(t *testing.T) {
	o := newOperator(t, pool)
	states := []string{withoutStamp(pool)}
	for _, a := range []poolstate.Action{reset, hold, reset} {
		do(t, o, a, "primary", "backup", "nameless")
		states = append(states, withoutStamp(readFile(t, o.Store.Path())))
	}
	for i, want := range []string{"n3", "n2", "n1"} {
		number, undos, err := o.LastUndo()
		wantErr(t, err, nil)
		equal(t, "the last action", number, want)
		done := takeBack(t, o, number, undos)
		wantErr(t, done.JournalErr, nil)
		equal(t, "left alone", len(done.Unchanged), 0)
		equal(t, "undo of an undo", len(done.Undos()), 0)
		equal(t, "store", withoutStamp(readFile(t, o.Store.Path())), states[2-i])
		last := entries(t, o.Journal)[len(entries(t, o.Journal))-1]
		equal(t, "undoes", last.Undoes, want)
		equal(t, "verb", last.Verb, "undo")
		equal(t, "it cannot be taken back", last.Undo == nil, true)
	}
	_, _, err := o.LastUndo()
	wantErr(t, err, poolstate.ErrNothingToUndo)
}

// What the journal gives is what the outcome gave.
func TestLastUndoIsTheOutcomesOwn(t *testing.T) {
	o := newOperator(t, pool)
	done := do(t, o, hold)
	_, undos, err := o.LastUndo()
	wantErr(t, err, nil)
	want, _ := json.Marshal(done.Undos())
	got, _ := json.Marshal(undos)
	equal(t, "undos", string(got), string(want))
}

// An undo of which nothing could be done leaves no line: it may be tried again.
func TestAnUndoThatDidNothingCanBeTriedAgain(t *testing.T) {
	o := newOperator(t, pool)
	do(t, o, hold, "primary")
	held := readFile(t, o.Store.Path())
	writeFile(t, o.Store.Path(), strings.Replace(held, "until payday", "until then", 1))
	number, undos, err := o.LastUndo()
	wantErr(t, err, nil)
	equal(t, "refused", func() int { d := takeBack(t, o, number, undos); return d.Refusals() }(), 1)
	again, _, err := o.LastUndo()
	wantErr(t, err, nil)
	equal(t, "the last action", again, number)
	writeFile(t, o.Store.Path(), held)
	equal(t, "taken back", len(takeBack(t, o, number, undos).Changed), 1)
	_, _, err = o.LastUndo()
	wantErr(t, err, poolstate.ErrNothingToUndo)
}

// Actions on other stores are not ours to take back.
func TestLastUndoIsOfThisStore(t *testing.T) {
	o, other := newOperator(t, pool), newOperator(t, pool)
	other.Journal = o.Journal
	do(t, o, reset, "backup")
	other.Number = func() string { return "m1" }
	do(t, other, hold)
	number, undos, err := o.LastUndo()
	wantErr(t, err, nil)
	equal(t, "the last action here", number, "n1")
	equal(t, "credentials", len(undos), 1)
	number, _, err = other.LastUndo()
	wantErr(t, err, nil)
	equal(t, "the last action there", number, "m1")
}

// The tokens that a sync replaced are gone, so it is not taken back, nor is
// anything before it as if it had not been.
func TestASyncCannotBeTakenBack(t *testing.T) {
	const fresh = "SECRET-fresh-5d81-not-a-real-token"
	o := newOperator(t, pool)
	do(t, o, reset, "backup")
	path := filepath.Join(t.TempDir(), ".credentials.json")
	writeFile(t, path, `{"claudeAiOauth": {"accessToken": "`+fresh+`"}}`)
	done := do(t, o, poolstate.Action{Verb: poolstate.VerbSync, ClaudeFile: path}, "claude")
	equal(t, "changed", len(done.Changed), 1)
	equal(t, "undos", len(done.Undos()), 0)
	_, _, err := o.LastUndo()
	wantErr(t, err, ErrNotUndoable)
	if strings.Contains(readFile(t, o.Journal.path), "SECRET-") {
		t.Error("there is a secret in the journal")
	}
}

// A journal that cannot be written is told of; what was done is done, and can be
// taken back as long as somebody remembers it.
func TestAnActionStandsWithoutItsAccount(t *testing.T) {
	o := newOperator(t, pool)
	if err := os.MkdirAll(o.Journal.path, 0o700); err != nil {
		t.Fatal(err)
	}
	done := do(t, o, hold, "primary")
	if done.JournalErr == nil || !strings.Contains(done.JournalErr.Error(), o.Journal.path) {
		t.Errorf("the account is %v, want an error that names the journal", done.JournalErr)
	}
	equal(t, "held", seen(t, o, "primary")[0].Held(), true)
	back := takeBack(t, o, done.Number, done.Undos())
	equal(t, "taken back", len(back.Changed), 1)
	equal(t, "told of again", back.JournalErr != nil, true)
	equal(t, "store", withoutStamp(readFile(t, o.Store.Path())), withoutStamp(pool))
	if _, _, err := o.LastUndo(); err != nil {
		wantErr(t, err, poolstate.ErrNothingToUndo)
	}
}

// Without a journal one acts all the same.
func TestAnOperatorWithoutAJournal(t *testing.T) {
	o := newOperator(t, pool)
	o.Journal = Journal{}
	done := do(t, o, reset)
	wantErr(t, done.JournalErr, nil)
	equal(t, "changed", len(done.Changed), 3)
	_, _, err := o.LastUndo()
	wantErr(t, err, poolstate.ErrNothingToUndo)
}

// A reset time after the year 9999, as a garbled file has it, can be written
// down: as the last instant that can be named.
func TestInstantsThatNobodyCanName(t *testing.T) {
	o := newOperator(t, `{"credential_pool": {"p": [{"id": "a", "label": "x", "last_status": "exhausted", "last_error_reset_at": 999999999999}]}}`)
	done := do(t, o, reset)
	wantErr(t, done.JournalErr, nil)
	list := entries(t, o.Journal)
	if len(list) != 1 {
		t.Fatalf("there are %d lines, want one", len(list))
	}
	equal(t, "before", state(list[0].Before), `{"status":"exhausted","streak":null,"deadline":"9999-12-31T23:59:59.999Z"}`)
	number, undos, err := o.LastUndo()
	wantErr(t, err, nil)
	equal(t, "taken back", len(takeBack(t, o, number, undos).Changed), 1)
}

func TestStateOf(t *testing.T) {
	o := newOperator(t, pool)
	c := seen(t, o, "backup")[0]
	equal(t, "under backoff", state(poolstate.StateOf(&c, poolstate.Backoff, at)), `{"status":"exhausted","streak":2,"deadline":"2026-11-23T10:32:03Z"}`)
	equal(t, "under flat", state(poolstate.StateOf(&c, poolstate.Flat, at)), `{"status":"exhausted","streak":2,"deadline":"2026-11-23T09:32:03Z"}`)
	c = poolstate.Credential{Streak: poolstate.KnownStreak(0)}
	equal(t, "of a ready one", state(poolstate.StateOf(&c, poolstate.Backoff, at)), `{"status":null,"streak":0,"deadline":null}`)
}

func TestSign(t *testing.T) {
	var o Operator
	o.Sign()
	host, _ := os.Hostname()
	equal(t, "host", o.Host, host)
	equal(t, "somebody signs", o.User != "" || o.Host != "", true)
}
