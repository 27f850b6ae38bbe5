package model

import (
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
)

func TestCheckWrites_Overwritten(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.do("r")
		d.tick(3 * time.Second)
		d.change(mixedPool)
		d.shows("! reset of cooling-key was overwritten at 12:00:03 by an agent or another pooltop; press r to repeat")
		d.tick(time.Hour)
		d.press("m")
		d.shows("was overwritten") // until esc
		d.do("esc")
		d.hides("was overwritten")
		d.change(strings.Replace(mixedPool, "ready-key", "renamed", 1))
		d.hides("was overwritten") // and only once
	})
}

// What an action writes may be the streak or the tokens alone.
func TestCheckWrites_StreakAndTokens(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		pool := strings.Replace(mixedPool, `"priority": 1, "consecutive_failures": 0`, `"priority": 1, "consecutive_failures": 3`, 1)
		d := startDashboard(t, pool)
		d.do("j", "r")
		d.change(pool)
		d.shows("! reset of ready-key was overwritten at")

		d = startDashboard(t, nousPool)
		d.do("A")
		d.shows("✓ sync portal: ready, streak 0 → ready, streak 0")
		d.change(nousPool)
		d.shows("! sync of portal was overwritten at 12:00:00 by an agent or another pooltop; press A to repeat")
	})
}

func TestCheckWrites_LiftedHold(t *testing.T) {
	lifted := strings.Replace(mixedPool, `"last_status": "exhausted", "last_status_at": 1795433400.0, "last_error_code": 429`, `"last_status": "ok", "last_status_at": null, "last_error_code": null`, 1)
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.do("x", "enter")
		d.change(lifted)
		d.shows("! the hold of cooling-key was lifted at 12:00:00 by an agent or another pooltop; press x to repeat")

		d = dashboardAt(t, "a")
		d.do("x", "enter")
		d.tick(5 * time.Hour) // after its deadline
		d.change(lifted)
		d.hides("lifted")
	})
}

// An agent may overwrite a credential before the first load after the action.
func TestCheckWrites_OverwrittenBeforeLoad(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		done := batch(d.press("r"))[0]()
		d.write(mixedPool)
		d.finish(d.send(done))
		d.shows("! reset of cooling-key was overwritten at 12:00:00 by an agent or another pooltop; press r to repeat")
	})
}

// A load that began before the write may have read the older state.
func TestCheckWrites_OlderLoad(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.write(strings.Replace(mixedPool, "ready-key", "renamed", 1))
		loaded := results(d.send(FileChanged{}))
		d.send(batch(d.press("r"))[0]())
		d.finish(d.send(loaded[0]))
		d.shows("✓ reset cooling-key", "renamed")
		d.hides("was overwritten")
		d.change(mixedPool)
		d.shows("! reset of cooling-key was overwritten")
	})
}

func TestHowToRepeat_BoundKey(t *testing.T) {
	for keys, want := range map[string]string{
		"reset f5": "press f5 to repeat", "reset": "repeat it by hand", "undo": "press r to repeat",
	} {
		d := startDashboard(t, twoOut, func(c *Config) { c.Keys = bound(t, keys) })
		equal(t, keys, d.m.howToRepeat(poolstate.VerbReset, d.m.listed()[0]), want)
		equal(t, keys, d.m.howToRepeat(poolstate.VerbUndo, d.m.listed()[0]), "repeat it by hand")
	}
}

func TestReportSuccess(t *testing.T) {
	d := dashboardAt(t, "b")
	text := strings.Replace(mixedPool, `"last_status": "exhausted"`, `"last_status": "ok"`, 1)
	d.change(strings.Replace(text, `"consecutive_failures": 2, "access_token": "one"`, `"consecutive_failures": 0, "access_token": "three"`, 1))
	d.shows("● cooling-key refreshed by its agent at 12:00:00: streak 2 → 0")
}
