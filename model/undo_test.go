package model

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate/journal"
	"pooltop/ui"
)

// TestUndoRecorded checks that after a restart, u offers to undo the last action in the
// journal.
func TestUndoRecorded(t *testing.T) {
	d := dashboardAt(t, "a")
	d.m.stores[0].Operator.User, d.m.stores[0].Operator.Host = "ada", "engine"
	d.do("x 4 h enter")
	d.isReady("b e")
	held := d.text()

	next := d.restart(time.Minute, true)
	next.do("u", "undo the hold of 12:00 by ada@engine: 1 credential in ~/.hermes/auth.json?", "p/cooling-key  held, streak 3, until 16:00 → cooling, streak 2", "▌no")
	next.do("enter", "– undo canceled; nothing was written")
	equal(t, "the file", next.text(), held)
	next.do("u y", "✓ undo cooling-key: held, streak 3")
	equal(t, "the journal", next.journaled(), "a held, a undone")
	next.do("u", "✕ nothing to undo")
}

// TestUndo_NamesAction checks that the confirmation of an undo names the action
// that it reverts.
func TestUndo_NamesAction(t *testing.T) {
	d := dashboardAt(t, "a")
	d.do("r j u", "undo the reset of cooling-key in ~/.hermes/auth.json?")
	d.do("n")
	d.do("x enter j u")
	d.shows("undo the hold of ")
	d = dashboardAt(t, "a")
	d.do("R y u", "undo the reset of 2 credentials in ~/.hermes/auth.json?")
}

// TestUndoRecorded_View checks that in a view with one target, u offers to undo only an
// action on that target.
func TestUndoRecorded_View(t *testing.T) {
	d := dashboardAt(t, "a")
	d.do("r")
	next := d.restart(time.Minute, true)
	next.do("down d u")
	next.refuses("the last action changed p/cooling-key; select that credential, or return to the table, to undo it")
	next.do("up u", "undo the reset of 12:00: 1 credential in")
	next.do("y")
	next.open(ui.PaneDetail)
	next.isReady("b e")
}

func TestUndoRecorded_Refused(t *testing.T) {
	d := startDashboard(t, nousPool)
	d.do("A", "✓ sync portal")
	next := d.restart(time.Minute, true)
	next.do("u", "✕ a sync cannot be undone")

	d = dashboardAt(t, "a") // held-key is held
	d.do("r")
	equal(t, "the error", os.Remove(filepath.Join(filepath.Dir(d.file), "state", "events.jsonl")), nil)
	next = d.restart(time.Minute, true)
	next.do("u", "✕ cannot undo: the last action is not in this user's journal; earlier actions were left alone")

	next.m.stores[0].Operator.Journal = journal.Journal{}
	next.do("u", "✕ nothing to undo in this session")

	d = dashboardAt(t, "a")
	d.do("r")
	d.write(mixedPool) // changed by another program
	next = d.restart(time.Minute, true)
	next.do("u", "✕ undo of cooling-key: changed since the action")
}

// TestUndo_Next checks that u passes over an action that cannot be undone, and says so, in the
// session of the action and in a later one.
func TestUndo_Next(t *testing.T) {
	const refused = "✕ undo of cooling-key: changed since the action; u undoes the one before"
	d := dashboardAt(t, "b")
	d.m.stores[0].Operator.Number = nil // unique identifiers
	d.do("x 2 h enter y")
	d.do("up r", "✓ reset cooling-key")
	d.write(strings.Replace(d.text(), `"status_cleared_at"`, `"status_cleared_by_another"`, 1))
	d.handle(FileChanged{})

	next := d.restart(time.Minute, true)
	next.do("u", refused)
	next.do("u", "undo the hold of 12:00: 1 credential in", "p/ready-key")
	next.do("n u", "undo the hold of 12:00")

	d.do("u y", refused)
	d.do("u", "undo the hold of ready-key in")
	d.do("y", "✓ undo ready-key")
	d.do("u", "✕ nothing to undo")
}

func TestUndo_NextAfterSync(t *testing.T) {
	d := startDashboard(t, nousPool)
	d.m.stores[0].Operator.Number = nil
	d.do("A", "✓ sync portal")
	d.do("u", "✕ a sync cannot be undone: the old tokens are gone; u undoes the one before")
	d.do("u", "✕ nothing to undo")
	d.restart(time.Minute, true).do("u", "✕ a sync cannot be undone", "; u undoes the one before")
}

// TestUndoRecorded_OtherActionMeanwhile checks that no confirmation is shown if the operator
// did something else while the journal was read.
func TestUndoRecorded_OtherActionMeanwhile(t *testing.T) {
	for _, keys := range []string{"x", "p", "r"} {
		d := dashboardAt(t, "a")
		d.do("x 4 h enter")
		next := d.restart(time.Minute, true)
		offer := next.press("u")
		next.do(keys)
		before := next.screen()
		next.finish(offer)
		equal(t, "the screen after "+keys, next.screen(), before)
	}
}
