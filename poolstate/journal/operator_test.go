package journal

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofrs/flock"

	"pooltop/poolstate"
)

// An action is recorded with one line for each changed credential.
func TestDo(t *testing.T) {
	o := newOperator(t, pool)
	done := do(t, o, hold)
	wantErr(t, done.JournalErr, nil)
	equal(t, "number", done.Number, "n1")
	equal(t, "refused", done.Refusals(), 1) // the dead credential
	list := entries(t, o.Journal)
	equal(t, "lines", toJSON(t, list), toJSON(t, done.Entries))
	wants := []struct{ id, label, before, after string }{
		{"a1", "primary", `{"status":null,"streak":null,"deadline":null}`, `{"status":"exhausted","streak":1,"deadline":"2026-11-23T11:20:06.970596Z"}`},
		{"b2", "backup", `{"status":"exhausted","streak":2,"deadline":"2026-11-23T10:32:03Z"}`, `{"status":"exhausted","streak":3,"deadline":"2026-11-23T11:20:06.970596Z"}`},
		{"", "nameless", `{"status":"exhausted","streak":null,"deadline":"2026-11-23T10:16:40Z"}`, `{"status":"exhausted","streak":1,"deadline":"2026-11-23T11:20:06.970596Z"}`},
	}
	if len(list) != len(wants) {
		t.Fatalf("%d lines, want %d", len(list), len(wants))
	}
	for i, want := range wants {
		e := list[i]
		equal(t, "line", fmt.Sprintln(e.At, e.Action, e.Verb, e.By, e.User, e.Host, e.Provider, e.ID, e.Label, e.Reason),
			fmt.Sprintln(at, "n1 exhaust operator ada engine openrouter", want.id, want.label, "until payday"))
		equal(t, "store", e.Store, o.Store.Identity())
		equal(t, "before", toJSON(t, e.Before), want.before)
		equal(t, "after", toJSON(t, e.After), want.after)
		equal(t, "undo", toJSON(t, e.Undo), toJSON(t, done.Changed[i].Undo))
	}
}

func TestDo_NothingChanged(t *testing.T) {
	o := newOperator(t, pool)
	equal(t, "unchanged", len(do(t, o, reset, "primary").Unchanged), 1)
	done := do(t, o, hold, "claude")
	equal(t, "refused", done.Refusals(), 1)
	task := Task{Action: reset, Seen: seen(t, o)}
	writeFile(t, o.Store.Path(), `{"credential_pool": 5}`)
	_, err := o.Do(t.Context(), task)
	wantErr(t, err, poolstate.ErrNotPool)
	_, err = o.Do(t.Context(), undoTask("n1", nil))
	wantErr(t, err, poolstate.ErrNotPool)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = o.Do(ctx, task)
	wantErr(t, err, context.Canceled)
	equal(t, "lines", len(entries(t, o.Journal)), 0)
}

// An Operator with only a Store records nothing and generates action numbers.
func TestDo_Defaults(t *testing.T) {
	store := newOperator(t, pool).Store
	o := &Operator{Store: store}
	first := do(t, o, reset, "backup")
	wantErr(t, first.JournalErr, nil)
	equal(t, "changed", len(first.Changed), 1)
	second := do(t, o, hold, "backup")
	equal(t, "distinct numbers", first.Number != "" && first.Number != second.Number, true)
	_, _, err := lastAction(o)
	wantErr(t, err, ErrUnrecorded)
}

// If the last action is missing from the journal, or an unreadable line may be part of it,
// undo must not fall back to an earlier action.
func TestLastUndo_Unrecorded(t *testing.T) {
	appended := func(text string) func(*testing.T, *Operator) {
		return func(t *testing.T, o *Operator) { writeFile(t, o.Journal.path, readFile(t, o.Journal.path)+text) }
	}
	unjournaled := func(a poolstate.Action, after time.Duration, labels ...string) func(*testing.T, *Operator) {
		return func(t *testing.T, o *Operator) {
			store := poolstate.Open(o.Store.Path(), poolstate.WithClock(func() time.Time { return at.Add(after) }))
			do(t, &Operator{Store: store}, a, labels...)
		}
	}
	for _, tt := range []struct {
		name   string
		change func(*testing.T, *Operator)
		want   error
	}{
		{"nothing", func(*testing.T, *Operator) {}, nil},
		{"an unjournaled hold", unjournaled(hold, time.Minute, "primary"), ErrUnrecorded},
		{"an unjournaled reset", unjournaled(reset, time.Minute, "nameless"), ErrUnrecorded},
		{"an unjournaled hold at the same time", unjournaled(hold, 0, "primary"), ErrUnrecorded},
		{"an unjournaled reset at the same time", unjournaled(reset, 0, "nameless"), ErrUnrecorded},
		{"an unjournaled hold of the same credential", unjournaled(hold, 0, "backup"), ErrUnrecorded},
		{"an unjournaled hold like one that was undone", func(t *testing.T, o *Operator) {
			do(t, o, hold, "primary")
			doTask(t, o, lastUndo(t, o))
			unjournaled(hold, 0, "primary")(t, o)
		}, ErrUnrecorded},
		{"an unjournaled hold after the clock was set back", func(t *testing.T, o *Operator) {
			early := poolstate.Open(o.Store.Path(), poolstate.WithClock(func() time.Time { return at.Add(-time.Hour) }))
			doTask(t, o, lastUndo(t, o))
			do(t, &Operator{Store: early, Journal: o.Journal, Number: o.Number}, hold, "nameless")
			do(t, o, reset, "backup")
			unjournaled(hold, -time.Minute, "primary")(t, o)
		}, ErrUnrecorded},
		{"a hold that was observed after the action", func(t *testing.T, o *Operator) {
			unjournaled(hold, 0, "primary")(t, o)
			must(t, o.RecordSeen([]poolstate.Record{{At: at, Kind: poolstate.EventHeld, Provider: "openrouter", ID: "a1"}}))
		}, ErrUnrecorded},
		{"incomplete line of an action that was not performed", appended(`{"at":"2026-11-23T09:21:00Z","action":"n2","ver`), nil},
		{"incomplete line in the middle", appended(`{"at":"2026-11-23T09:21:00Z","action":"n2","ver` + "\n"), ErrUnrecorded},
		{"garbage", appended("\x00\xff\n"), ErrUnrecorded},
		{"a line that is too long", appended(`{"action":"n2","label":"` + strings.Repeat("x", maxLine) + "\"}\n"), ErrUnrecorded},
		{"an action of a later version", appended(`{"action":"n2","event":"unheard of"}` + "\n"), ErrUnrecorded},
		{"an event of a later version", appended(`{"at":"2026-11-23T09:21:00Z","event":"unheard of"}` + "\n"), nil},
		{"an action on another store", appended(`{"action":"n2","store":"/other","event":"unheard of"}` + "\n"), nil},
		{"only the rotated file", func(t *testing.T, o *Operator) {
			must(t, os.Rename(o.Journal.path, o.Journal.rotated()))
		}, ErrUnrecorded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := newOperator(t, pool)
			do(t, o, reset, "backup")
			tt.change(t, o)
			action, _, err := lastAction(o)
			wantErr(t, err, tt.want)
			equal(t, "number", action.Action, map[bool]string{true: "n1"}[tt.want == nil])
		})
	}
}

// An unjournaled action that is known to be earlier does not prevent an undo.
func TestLastUndo_UnrecordedEarlier(t *testing.T) {
	o := newOperator(t, pool)
	early := poolstate.Open(o.Store.Path(), poolstate.WithClock(func() time.Time { return at.Add(-time.Second) }))
	do(t, &Operator{Store: early}, reset, "nameless")
	do(t, &Operator{Store: o.Store}, hold, "primary")
	must(t, o.RecordSeen([]poolstate.Record{{At: at, Kind: poolstate.EventHeld, Provider: "openrouter", ID: "a1"}}))
	do(t, o, reset, "backup")
	equal(t, "number", lastUndo(t, o).Undoes, "n1")
}

// An action records earlier holds and resets of others that the store shows, so that it can be
// undone, even if the clock was set back in between. Actions before those cannot be undone.
func TestLastUndo_AfterOthers(t *testing.T) {
	for _, later := range []time.Duration{time.Minute, time.Hour} {
		o := newOperator(t, pool)
		do(t, o, reset, "backup")
		other := poolstate.Open(o.Store.Path(), poolstate.WithClock(func() time.Time { return at.Add(later) }))
		do(t, &Operator{Store: other}, reset, "nameless")
		do(t, &Operator{Store: other}, hold, "primary")
		_, _, err := lastAction(o)
		wantErr(t, err, ErrUnrecorded)
		own := poolstate.Open(o.Store.Path(), poolstate.WithClock(func() time.Time { return at.Add(10 * time.Minute) }))
		second := do(t, &Operator{Store: own, Journal: o.Journal}, hold, "backup")
		undo := lastUndo(t, o)
		equal(t, "number", undo.Undoes, second.Number)
		doTask(t, o, undo)
		_, _, err = lastAction(o)
		wantErr(t, err, ErrUnrecorded)
	}
}

// Long strings in an entry are cut so that the entry can be read. The action can be undone
// unless its undo is too long to be recorded. A string that is too long to be searched for
// secrets is not recorded.
func TestLastUndo_LongText(t *testing.T) {
	withMessage := func(length int) *Operator {
		return newOperator(t, strings.Replace(pool, `"last_error_code": 429`, `"last_error_code": 429, "last_error_message": "`+strings.Repeat("x", length)+`"`, 1))
	}
	for length, want := range map[int]error{1 << 10: nil, 600 << 10: nil, 1 << 20: ErrUnrecorded} {
		o := withMessage(length)
		do(t, o, hold, "primary")
		done := do(t, o, reset, "backup")
		wantErr(t, done.JournalErr, nil)
		equal(t, "records", actions(entries(t, o.Journal)), "n1 n2")
		_, _, err := lastAction(o)
		wantErr(t, err, want)
		if want == nil {
			equal(t, "undone", len(doTask(t, o, lastUndo(t, o)).Changed), 1)
			equal(t, "message restored", len(seen(t, o, "backup")[0].ErrorMessage), length)
		}
	}
	o := withMessage(3 << 20)
	do(t, o, reset, "backup")
	equal(t, "lost", fmt.Sprint(doTask(t, o, lastUndo(t, o)).Changed[0].Lost), "[last_error_message]")
	o = newOperator(t, strings.Replace(pool, `"backup"`, `"`+strings.Repeat("x", 2<<20)+`"`, 1))
	done := do(t, o, reset)
	equal(t, "undone with a long label", len(doTask(t, o, lastUndo(t, o)).Changed), len(done.Changed))
}

// A deadline after the year 9999 is recorded as the last time that RFC 3339 can
// express.
func TestDo_DistantDeadline(t *testing.T) {
	o := newOperator(t, `{"credential_pool": {"p": [{"id": "a", "label": "x", "last_status": "exhausted", "last_error_reset_at": 999999999999}]}}`)
	done := do(t, o, reset)
	wantErr(t, done.JournalErr, nil)
	equal(t, "before", toJSON(t, entries(t, o.Journal)[0].Before), `{"status":"exhausted","streak":null,"deadline":"9999-12-31T23:59:59.999Z"}`)
	equal(t, "undone", len(doTask(t, o, lastUndo(t, o)).Changed), 1)
}

// If the journal cannot be written, the change is still made and can be undone.
func TestDo_JournalError(t *testing.T) {
	o := newOperator(t, pool)
	must(t, os.MkdirAll(o.Journal.path, 0o700))
	done := do(t, o, hold, "primary")
	if done.JournalErr == nil || !strings.Contains(done.JournalErr.Error(), o.Journal.path) {
		t.Errorf("error is %v, want one with the journal's path", done.JournalErr)
	}
	equal(t, "held", seen(t, o, "primary")[0].Held(), true)
	back := doTask(t, o, undoTask(done.Number, done.Undos()))
	equal(t, "undone", len(back.Changed), 1)
	equal(t, "second error", back.JournalErr != nil, true)
	equal(t, "store", beforeUpdatedAt(readFile(t, o.Store.Path())), beforeUpdatedAt(pool))
}

func beforeUpdatedAt(content string) string {
	before, _, _ := strings.Cut(content, `"updated_at"`)
	return before
}

// Repeated undos revert the actions in the journal, the last one first, until none is left.
func TestLastUndo(t *testing.T) {
	o := newOperator(t, pool)
	states := []string{beforeUpdatedAt(pool)}
	for _, a := range []poolstate.Action{reset, hold, reset} {
		do(t, o, a, "primary", "backup", "nameless")
		states = append(states, beforeUpdatedAt(readFile(t, o.Store.Path())))
	}
	for i, want := range []string{"n3", "n2", "n1"} {
		task := lastUndo(t, o)
		equal(t, "number", task.Undoes, want)
		done := doTask(t, o, task)
		wantErr(t, done.JournalErr, nil)
		equal(t, "unchanged", len(done.Unchanged), 0)
		equal(t, "undos of an undo", len(done.Undos()), 0)
		equal(t, "store", beforeUpdatedAt(readFile(t, o.Store.Path())), states[2-i])
		line := done.Entries[0]
		equal(t, "line", fmt.Sprint(line.Kind, " ", line.Verb, " ", line.Undoes, " ", line.Undo == nil), "undone undo "+want+" true")
	}
	_, _, err := lastAction(o)
	wantErr(t, err, poolstate.ErrNothingToUndo)
}

// A refused undo is not recorded and can be repeated.
func TestLastUndo_Refused(t *testing.T) {
	o := newOperator(t, pool)
	do(t, o, hold, "primary")
	held := readFile(t, o.Store.Path())
	writeFile(t, o.Store.Path(), strings.Replace(held, "until payday", "until then", 1))
	done := doTask(t, o, lastUndo(t, o))
	equal(t, "refused", done.Refusals(), 1)
	writeFile(t, o.Store.Path(), held)
	equal(t, "undone", len(doTask(t, o, lastUndo(t, o)).Changed), 1)
}

// Each store has its own last action, which can also be found through a symbolic link to
// the store.
func TestLastUndo_Store(t *testing.T) {
	o, other := newOperator(t, pool), newOperator(t, pool)
	other.Journal = o.Journal
	other.Number = func() string { return "m1" }
	do(t, o, reset, "backup")
	do(t, other, hold)
	equal(t, "last action, this store", lastUndo(t, o).Undoes, "n1")
	equal(t, "last action, other store", lastUndo(t, other).Undoes, "m1")

	link := filepath.Join(t.TempDir(), "link.json")
	if err := os.Symlink(o.Store.Path(), link); err != nil {
		t.Skip("no symlinks: ", err)
	}
	linked := &Operator{Store: poolstate.Open(link), Journal: o.Journal, Number: func() string { return "l1" }}
	equal(t, "last action by symlink", lastUndo(t, linked).Undoes, "n1")
	do(t, linked, hold, "primary")
	equal(t, "last action by path", lastUndo(t, o).Undoes, "l1")
}

// A sync cannot be undone, because a journal must not contain tokens. Actions before it
// cannot be undone either.
func TestLastUndo_Sync(t *testing.T) {
	o := newOperator(t, pool)
	do(t, o, reset, "backup")
	path := filepath.Join(t.TempDir(), ".credentials.json")
	writeFile(t, path, `{"claudeAiOauth": {"accessToken": "SECRET-fresh-5d81-not-a-real-token"}}`)
	done := do(t, o, poolstate.Action{Verb: poolstate.VerbSync, ClaudeFile: path}, "claude")
	equal(t, "changed", len(done.Changed), 1)
	equal(t, "undos", len(done.Undos()), 0)
	_, _, err := lastAction(o)
	wantErr(t, err, ErrNotUndoable)
	equal(t, "secret in the journal", strings.Contains(readFile(t, o.Journal.path), "SECRET-"), false)
}

func TestRun(t *testing.T) {
	o := newOperator(t, pool)
	silent := func(holder string) { t.Errorf("reported waiting for %q while the lock was free", holder) }
	task := Task{Action: hold, Seen: seen(t, o, "primary")}
	for range 2 {
		plan, err := o.Plan(task)
		must(t, err)
		equal(t, "planned changes", len(plan.Changed), 1)
		done, err := o.Run(t.Context(), task, silent)
		must(t, err)
		equal(t, "changes", len(done.Changed), 1)
		task = undoTask(done.Number, done.Undos())
	}
	equal(t, "actions in the journal", actions(entries(t, o.Journal)), "n1 n2")
}

func TestRun_Waiting(t *testing.T) {
	for _, tt := range []struct {
		name    string
		held    time.Duration
		cancel  time.Duration // 0 means never
		notices int
		err     error
	}{
		{"released before the first notice", 170 * time.Millisecond, 0, 0, nil},
		{"released within a second", 990 * time.Millisecond, 0, 4, nil},
		{"canceled", time.Minute, 500 * time.Millisecond, 2, context.Canceled},
		{"never released", time.Minute, 0, 74, poolstate.ErrLocked},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOperator(t, pool)
				l := flock.New(poolstate.LockPath(o.Store.Path()))
				if ok, err := l.TryLock(); !ok || err != nil {
					t.Fatal(ok, err)
				}
				defer func() { _ = l.Close() }()
				time.AfterFunc(tt.held, func() { _ = l.Unlock() })
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tt.cancel > 0 {
					time.AfterFunc(tt.cancel, cancel)
				}
				notices := 0
				_, err := o.Run(ctx, Task{Action: hold, Seen: seen(t, o, "primary")}, func(holder string) {
					notices++ // not synchronized, so that the race detector reports a call after Run has returned
					equal(t, "holder described", holder != "", true)
				})
				wantErr(t, err, tt.err)
				if notices < tt.notices || notices > tt.notices+1 {
					t.Errorf("%d notices, want %d", notices, tt.notices)
				}
			})
		})
	}
}

// leaked returns eight consecutive characters of secret that appear in text, or "".
func leaked(text, secret string) string {
	for i := 0; i+8 <= len(secret); i++ {
		if strings.Contains(text, secret[i:i+8]) {
			return secret[i : i+8]
		}
	}
	return ""
}

// If the store or the reason of a hold quotes a secret, no part of the secret appears in the
// journal or in formatted results.
func TestDo_Secrets(t *testing.T) {
	const a, b = "sk-or-v1-7d0c2a55e1f94b", "oat01:Zm9vYmFyYmF6cXV4é\\\"end"
	entry := func(id, secret, other string) string {
		q := func(s string) string { return toJSON(t, s) }
		return fmt.Sprintf(`{"id": %q, "label": %s, "source": %s, "api_key": %s, "last_status": %s, "last_error_reason": %s,
			"last_error_message": %s, "failure_reason": %s, "model_cooldowns": {%s: 1795429000.0, "deep": [{"x": %s}]},
			"last_error_code": %s, "last_status_at": %s, "status_cleared_at": %s, "consecutive_failures": %s, "note": %s}`,
			id, q("key "+secret), q(secret), q(secret), q(secret), q("bad key "+secret[2:]),
			q("Incorrect API key provided: "+secret+"; see "+other), q(secret[:12]), q(secret), q(secret+secret),
			q(secret), q(secret), q(secret), q(secret), q(secret))
	}
	content := `{"credential_pool": {"p": [` + entry("1", a, "x") + `, ` + entry("2", b, "y") + `]}}`
	for _, reason := range []string{"", "leaked: " + a + " and " + b, a, strings.ToUpper(a) + b[4:20]} {
		for _, verb := range []poolstate.Verb{poolstate.VerbReset, poolstate.VerbHold} {
			o := newOperator(t, content)
			done := do(t, o, poolstate.Action{Verb: verb, Hold: poolstate.Hold{Code: 429, Reason: reason}})
			back := doTask(t, o, lastUndo(t, o))
			equal(t, "changed", len(done.Changed), 2)
			equal(t, "undone", len(back.Changed), 2)
			texts := []string{fmt.Sprintf("%+v", done), fmt.Sprintf("%+v", back), readFile(t, o.Journal.path), toJSON(t, done.Undos())}
			for _, text := range texts {
				for _, secret := range []string{a, b} {
					if leak := leaked(text, secret); leak != "" {
						t.Errorf("%s with %q: %q appears in %s", verb, reason, leak, text)
					}
				}
			}
			if strings.Contains(reason, a) && verb == poolstate.VerbHold {
				equal(t, "placeholder in the reason", strings.Contains(entries(t, o.Journal)[0].Reason, "[secret]"), true)
			}
		}
	}
}

func TestSign(t *testing.T) {
	var o Operator
	o.Sign()
	host, _ := os.Hostname()
	equal(t, "host", o.Host, host)
	equal(t, "signed", o.User != "" || o.Host != "", true)
}
