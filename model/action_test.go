package model

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/gofrs/flock"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
)

// mixedPool has credentials in different states: a is cooling, b is ready, c is dead, d
// is held. e is ready and the only credential of its provider.
const mixedPool = `{"credential_pool": {"p": [
	{"id": "a", "label": "cooling-key", "priority": 0, "last_status": "exhausted", "last_status_at": 1795433400.0, "last_error_code": 429, "consecutive_failures": 2, "access_token": "one"},
	{"id": "b", "label": "ready-key", "priority": 1, "consecutive_failures": 0, "access_token": "two"},
	{"access_token": "none", "id": "c", "label": "dead-key", "priority": 2, "last_status": "dead", "last_status_at": 1795433400.0, "consecutive_failures": 1},
	{"access_token": "none", "id": "d", "label": "held-key", "priority": 3, "last_status": "exhausted", "last_status_at": 1795433400.0, "last_error_code": 429, "last_error_reason": "operator_hold", "last_error_message": "for the night", "last_error_reset_at": 1795440000.0, "consecutive_failures": 1}],
	"q": [{"access_token": "none", "id": "e", "label": "only-key", "priority": 0, "consecutive_failures": 0}]}}`

// nousPool has a credential whose token source has a newer token. nousPair has two of
// them.
const nousPool = `{"providers": {"nous": {"access_token": "newer"}}, "credential_pool": {"nous": [
	{"id": "n", "label": "portal", "source": "device_code", "access_token": "older", "consecutive_failures": 0}]}}`

var nousPair = strings.Replace(nousPool, "[\n", `[
	{"id": "m", "label": "other", "source": "device_code", "access_token": "oldest", "consecutive_failures": 0},`+"\n", 1)

func TestAct(t *testing.T) {
	for _, tt := range []struct {
		at, keys string
		ready    string // ready credentials in the file afterwards
		shows    []string
	}{
		{"a", "r", "a b e", []string{"✓ reset cooling-key: cooling, streak 2, until", "→ ready, streak 0; u undoes", "undoes"}},
		{"a", "r u", "b e", []string{"✓ undo cooling-key: ready, streak 0 → cooling, streak 2"}},
		{"a", "r u u", "b e", []string{"✕ nothing to undo"}},
		{"b", "r", "b e", []string{"✕ reset: nothing changed: ready-key, already clear"}},
		{"c", "r", "b c e", []string{"it was dead"}},
		{"c", "x", "b e", []string{"✕ dead-key is dead: re-auth required"}},
		{"a", "A", "b e", []string{"✕ sync: nothing changed: cooling-key, no local token source"}},

		{"a", "space j j space", "b e", []string{"✓◔ cooling-key", "2 marked"}},
		{"a", "space j j space r", "b e", []string{"reset 2 credentials", "p/cooling-key", "p/held-key"}},
		{"a", "space j j r", "a b e", []string{"✓ reset cooling-key"}}, // resets the marked credential, not the selected one
		{"a", "space j j space r y", "a b d e", []string{"✓ reset 2 credentials"}},
		{"a", "/ c o o l i n g enter ctrl+r", "a b e", []string{"✓ reset cooling-key"}},
		{"e", "ctrl+r y", "a b d e", []string{"✓ reset 2 credentials"}},
		{"b", "R", "b e", []string{
			"reset 2 credentials in ~/.hermes/auth.json?", "p/cooling-key  cooling, streak 2, until",
			"p/held-key", "1 unchanged", "1 skipped: dead", "▌no",
		}},
		{"b", "R enter", "b e", []string{"– reset canceled; nothing was written"}},
		{"b", "R tab n", "b e", []string{"– reset canceled"}},
		{"b", "R R", "b e", []string{"▌no", "press y or n"}},
		{"b", "R tab", "b e", []string{"▌yes"}},
		{"b", "R tab enter", "a b d e", []string{"✓ reset 2 credentials: 1 cooling, 1 held → 2 ready; 1 unchanged"}},
		{"b", "R y u", "a b d e", []string{"undo the reset of 2 credentials in"}},
		{"b", "R y u y", "b e", []string{"✓ undo 2 credentials"}},

		{"a", "a x", "b e", []string{"hold 4 marked credentials", "and 2 more", "dead-key: "}},
		{"b", "x", "b e", []string{"! this is the only ready credential of p; the next to recover is held-key, in 1h20m00s"}},
		{"b", "x enter", "b e", []string{"hold 1 credential in ~/.hermes/auth.json?", "▌no", "the only ready credential of p"}},
		{"b", "x enter y", "e", []string{"✓ hold ready-key: ready, streak 0 → held, streak 1"}},
		{"e", "x", "b e", []string{"code       402", "the only ready credential of q"}},
	} {
		t.Run(tt.at+" "+tt.keys, func(t *testing.T) {
			d := dashboardAt(t, tt.at)
			d.do(tt.keys, tt.shows...)
			d.isReady(tt.ready)
		})
	}
}

func TestAct_SyncSeveral(t *testing.T) {
	d := startDashboard(t, nousPair)
	d.do("a A", "sync 2 credentials in ~/.hermes/auth.json?", "nous/other", "nous/portal", "▌no")
	d.do("A enter", "– sync canceled; nothing was written")
	equal(t, "the file", d.text(), nousPair)
	d.do("A y", "✓ sync 2 credentials: 2 ready → 2 ready; it cannot be undone; running agents notice")
	d.do("a A", "✕ sync: nothing changed; 2 ")
}

// TestUndo_Sync checks that after a sync, u first reports that a sync cannot be undone. Pressing
// u again undoes the previous action.
func TestUndo_Sync(t *testing.T) {
	d := startDashboard(t, nousPool)
	d.do("x enter y A", "✓ sync portal: held", "undone")
	d.do("u", "✕ a sync cannot be ", "u undoes the one before")
	d.do("u", "✕ undo of portal: changed since the action")
	d.isReady("n")
}

func TestAct_ReadOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.m.cfg.ReadOnly = "pooltop was started with --read-only"
		for _, k := range []string{"r", "R", "ctrl+r", "x", "u", "A"} {
			d.do(k, "✕ read-only: pooltop was started with --read-only")
		}
		d.m.cfg.ReadOnly = ""
		d.m.stores[0].unwritable = errors.New("/x/auth.json: not writable by this user")
		d.do("r", "✕ /x/auth.json: not writable by this user")
		d.m.stores[0].unwritable = nil
		d.do("R tab")
		d.change(broken)
		d.do("enter", "✕ the file cannot be read; changes are disabled until it is readable again")
		d.do("esc r", "✕ the file cannot be read; changes are disabled until it is readable again")
		equal(t, "the file", d.text(), broken)
		d = startDashboard(t, "")
		d.do("r", "✕ no pool has been read yet")
	})
}

func TestAct_ChangedMeanwhile(t *testing.T) {
	d := dashboardAt(t, "a")
	d.do("x")
	changed := strings.Replace(mixedPool, `"last_status": "exhausted"`, `"last_status": "ok"`, 1)
	d.write(changed)
	d.do("enter", "✕ hold: nothing changed: cooling-key, changed since it was displayed")
	equal(t, "the file", d.text(), changed)
}

// lockStore acquires the store's lock, as another process would.
func (d *dashboard) lockStore() *flock.Flock {
	d.t.Helper()
	l := flock.New(poolstate.LockPath(d.file))
	if ok, err := l.TryLock(); !ok || err != nil {
		d.t.Fatal(ok, err)
	}
	d.t.Cleanup(func() { _ = l.Close() })
	return l
}

// startReset locks the store, presses r, and checks that the screen shows that the reset is
// waiting. done receives the result of the reset.
func (d *dashboard) startReset() (done <-chan tea.Msg) {
	d.t.Helper()
	d.lockStore()
	cmds := batch(d.press("r"))
	ended := make(chan tea.Msg, 1)
	go func() { ended <- cmds[0]() }()
	d.send(cmds[1]())
	d.shows("◌ reset is waiting for the lock", "of 15s; esc cancels")
	return ended
}

func TestRun_LockWaitCanceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		done := d.startReset()
		d.tick(3*time.Second, "3s of 15s", "Mon 12:00:03")
		d.do("r") // only one action runs at a time
		d.shows("◌ reset is waiting")
		d.do("esc")
		d.handle(<-done, "– reset canceled; nothing was written")
		equal(t, "the file", d.text(), mixedPool)
	})
}

func TestRun_LockTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.lockStore()
		d.do("r", "✕ reset failed: another process has held the lock for 15s; nothing was written; try again")
	})
}

// TestFinish_Action checks that Finish completes a running action. Finish waits for the lock for
// a second, or not at all if the screen already showed that the action was waiting.
func TestFinish_Action(t *testing.T) {
	const written = "reset cooling-key: cooling, streak 2, until "
	for _, tt := range []struct {
		name string
		end  func(*dashboard)
		want string // start of the result or of the error
		wait time.Duration
	}{
		{"no action", func(d *dashboard) { d.press("q") }, "", 0},
		{"not started", func(d *dashboard) { d.press("r q") }, written, 0},
		{
			"locked", func(d *dashboard) { d.lockStore(); d.press("r q") },
			"error: reset failed: another process holds the lock; nothing was written; try again", time.Second,
		},
		{"briefly locked", func(d *dashboard) {
			l := d.lockStore()
			time.AfterFunc(120*time.Millisecond, func() { _ = l.Unlock() })
			d.press("r q")
		}, written, 150 * time.Millisecond},
		{"wait shown on the screen", func(d *dashboard) { d.startReset(); d.press("q") }, "error: reset canceled; nothing was written", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := dashboardAt(t, "a")
				tt.end(d)
				began := time.Now()
				got, err := d.m.Finish()
				equal(t, "the wait", time.Since(began), tt.wait)
				if err != nil {
					got += "error: " + err.Error()
				}
				if !strings.HasPrefix(got, tt.want) || (got == "") != (tt.want == "") {
					t.Errorf("the result is %q, want %q", got, tt.want)
				}
				equal(t, "the file has changed", d.text() != mixedPool, tt.want == written)
				equal(t, "ErrLocked", errors.Is(err, poolstate.ErrLocked), tt.wait == time.Second)
			})
		})
	}
}

// TestFinish_WritesEvents checks that Finish writes pending events to the journal. Bubble Tea
// drops commands that have not run when the program ends, and an event may be waiting for an
// earlier write to end.
func TestFinish_WritesEvents(t *testing.T) {
	for name, drop := range map[string]bool{"write was dropped": true, "write has run": false} {
		t.Run(name, func(t *testing.T) {
			d := startDashboard(t, pool(ready("a", 0), ready("b", 0)))
			for _, text := range []string{pool(exhausted("a", 0, 1), ready("b", 0)), pool(exhausted("a", 0, 1), exhausted("b", 0, 1))} {
				d.write(text)
				if cmd := d.send(results(d.m.loadAll())[0]); !drop {
					d.finish(cmd)
				}
			}
			_, err := d.m.Finish()
			equal(t, "the error", err, nil)
			equal(t, "the journal", d.journaled(), "a exhausted, b exhausted")
		})
	}
}

// TestFinish_EventsDuringAction checks that no event is recorded twice if the changed file is
// loaded before the result of the action arrives.
func TestFinish_EventsDuringAction(t *testing.T) {
	d := startDashboard(t, pool(exhausted("a", -time.Minute, 2), ready("b", 0)))
	results(d.press("r"))
	d.handle(FileChanged{})
	d.write(strings.Replace(d.text(), ready("b", 0), exhausted("b", 0, 1), 1))
	d.handle(FileChanged{})
	_, err := d.m.Finish()
	equal(t, "the error", err, nil)
	equal(t, "the journal", d.journaled(), "a reset, b exhausted")
}

// If the journal cannot be written, each action still shows its own answer. The header, and a single
// event, show the failure until the journal can be written again.
func TestActionDone_JournalFails(t *testing.T) {
	d := startDashboard(t, pool(exhausted("a", -time.Minute, 2), ready("b", 0)))
	operator := d.m.stores[0].Operator
	works := operator.Journal
	operator.Journal = journal.At(filepath.Join(d.file, "events.jsonl"))
	for _, tt := range []struct{ keys, want string }{
		{"r", "✓ reset label-a: cooling, streak 2, until 13:59 → ready, streak 0; u undoes"},
		{"u", "✓ undo label-a"},
		{"J", "✓ move label-a: #1 → #2"},
		{"K", "✓ move label-a"},
		{"x enter", "✓ hold label-a"},
		{"u", "✓ undo label-a"},
	} {
		d.later(time.Second).do(tt.keys, tt.want, "no journal")
	}
	before := d.text()
	d.do("r", "✓ reset label-a")
	d.change(before, "! reset of label-a was overwritten at", "no journal")
	d.press("e", "the journal")
	equal(t, "events about the journal", strings.Count(d.screen(), "the journal"), 1)
	d.press("esc")
	operator.Journal = works
	d.do("r", "✓ reset label-a")
	d.hides("no journal")
}
