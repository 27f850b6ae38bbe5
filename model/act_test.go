package model

import (
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/gofrs/flock"

	"pooltop/poolstate"
)

// mixedPool has p with a cooling one (a), a ready one (b), a dead one (c) and a
// held one (d), and q with a single ready one (e).
const mixedPool = `{"credential_pool": {"p": [
	{"id": "a", "label": "cooling-key", "priority": 0, "last_status": "exhausted", "last_status_at": 1795433400.0, "last_error_code": 429, "consecutive_failures": 2, "access_token": "one"},
	{"id": "b", "label": "ready-key", "priority": 1, "consecutive_failures": 0, "access_token": "two"},
	{"id": "c", "label": "dead-key", "priority": 2, "last_status": "dead", "last_status_at": 1795433400.0, "consecutive_failures": 1},
	{"id": "d", "label": "held-key", "priority": 3, "last_status": "exhausted", "last_status_at": 1795433400.0, "last_error_code": 429, "last_error_reason": "operator_hold", "last_error_message": "for the night", "last_error_reset_at": 1795440000.0, "consecutive_failures": 1}],
	"q": [{"id": "e", "label": "only-key", "priority": 0, "consecutive_failures": 0}]}}`

// acting is a dashboard on mixedPool with a credential selected.
func dashboardAt(t *testing.T, id string) *dashboard {
	t.Helper()
	d := startDashboard(t, mixedPool)
	for range "abcde" {
		if d.at() == id {
			break
		}
		d.press("j")
	}
	d.isAt(id)
	return d
}

// do presses keys and lets what follows happen, in a bubble where waiting costs
// no time.
func (d *dashboard) do(keys ...string) {
	d.t.Helper()
	for _, k := range keys {
		d.finish(d.press(k))
	}
}

// inBubble runs a test where waiting takes no time.
func inBubble(t *testing.T, f func(t *testing.T)) { t.Helper(); synctest.Test(t, f) }

func TestASingleResetActsAtOnceAndIsUndone(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.do("r")
		d.isReady("a")
		d.shows("✓ reset cooling-key: cooling, streak 2, until", "→ ready, streak 0; running agents notice", "undoes")
		d.do("u")
		d.isCooling("a")
		d.shows("✓ undo cooling-key: ready, streak 0 → cooling, streak 2")
		d.do("u")
		d.shows("✕ nothing to undo in this session")
	})
}

func TestAKeyThatDoesNothingSaysWhy(t *testing.T) {
	tests := []struct{ at, key, says string }{
		{"b", "r", "✕ reset: nothing changed: ready-key, already clear"},
		{"c", "x", "✕ dead-key is dead: re-auth required before an agent uses it"},
		{"a", "A", "✕ sync: nothing changed: cooling-key, no local token source"},
		{"a", "u", "✕ nothing to undo"},
	}
	for _, tt := range tests {
		t.Run(tt.key+" at "+tt.at, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				d := dashboardAt(t, tt.at)
				d.do(tt.key)
				d.shows(tt.says)
				equal(t, "the file", d.text(), mixedPool)
			})
		})
	}
}

func (d *dashboard) text() string {
	d.t.Helper()
	b, err := os.ReadFile(d.file)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(b)
}

func TestADeadOneIsResetWithAWordOnReAuth(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "c")
		d.do("r")
		d.isReady("c")
		d.shows("it was dead")
	})
}

func TestWhatTouchesMoreThanOneAsks(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "b")
		d.do("R")
		d.shows("reset 2 credentials in ~/.hermes/auth.json?", "p/cooling-key  cooling, streak 2, until",
			"p/held-key", "1 unchanged", "1 skipped: dead", "▌no")
		d.do("R") // the key that asked does not confirm
		d.shows("▌no")
		d.do("enter") // no has the focus
		d.shows("✕ reset cancelled; nothing was written")
		equal(t, "the file", d.text(), mixedPool)

		d.do("R", "tab")
		d.shows("▌yes")
		d.do("enter")
		d.isReady("a", "b", "d")
		d.shows("✓ reset 2 credentials: 1 cooling, 1 held → 2 ready; 1 unchanged")
		d.do("u")
		d.shows("undo 2 credentials in")
		d.do("y")
		d.isCooling("a")
	})
}

func TestEverythingShownIsReset(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "e")
		d.do("ctrl+r", "y")
		d.isReady("a", "b", "d", "e")
	})
}

func TestMarks(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.do("space") // which moves on, so that a row of them is quick
		d.isAt("b")
		d.shows("✓◔ cooling-key", "1 marked")
		d.do("a")
		d.shows("4 marked")
		d.do("a")
		d.hides("marked")
		d.do("a", "esc")
		d.hides("marked")
		d.do("k", "space", "j", "j", "space", "r")
		d.shows("reset 2 credentials", "p/cooling-key", "p/held-key")
		d.do("y")
		d.isReady("a", "d")
		d.hides("marked") // an action uses the marks up
	})
}

func TestTheFormOfAHold(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.do("x")
		d.shows("hold cooling-key of p", "code       429", "streak 2 → 3, 4h (×4), until 16:00",
			"running agents notice at their next reload")
		d.do("4", "5", "m")
		d.shows("streak 2 → 3, 45m, until 12:45")
		d.do("q")
		d.shows("duration: not a duration")
		d.do("enter")
		d.shows("▌ duration") // nothing is sent that is wrong
		d.send(keyPress(t, "tab"))
		d.hides("nothing was written")
		d.send(tea.KeyPressMsg{Code: tea.KeyTab, Mod: tea.ModShift})
		d.send(tea.KeyPressMsg{Code: tea.KeyBackspace})
		d.do("tab", "q", "u", "o", "t", "a", "enter") // words are refused on openai-codex only
		d.shows("✓ hold cooling-key: cooling, streak 2, until", "→ held, streak 3, until 12:45", "quota")
	})
}

func TestTheCodeIsChosenOrTyped(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.do("x", "up")
		d.shows("▌ code       429")
		for _, code := range []string{"402", "401", "403", "500", "429"} {
			d.do("down")
			d.shows("▌ code       " + code)
		}
		d.do("down", "down")
		d.shows("streak 2 → 3, 20m (×4), until 12:20") // 401: five minutes
		d.do("esc")
		d.shows("✕ hold cancelled; nothing was written")
		equal(t, "the file", d.text(), mixedPool)
	})
}

func TestTheLastOneStandingAsks(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "b")
		d.do("x")
		d.shows("! this is the only ready credential of p; the next, held-key, is back in 1h20m00s")
		d.do("enter")
		d.shows("hold 1 credential in ~/.hermes/auth.json?", "▌no", "the only ready credential of p")
		d.do("y")
		d.shows("✓ hold ready-key: ready, streak 0 → held, streak 1")

		d = dashboardAt(t, "e")
		d.do("x")
		// The only living one is held with the code that lasts.
		d.shows("code       402", "no other key of it works")
	})
}

func TestWhatSomebodyChangedMeanwhileIsRefused(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.do("x")
		changed := strings.Replace(mixedPool, `"last_status": "exhausted"`, `"last_status": "ok"`, 1)
		d.write(changed)
		d.do("enter")
		d.shows("✕ hold: nothing changed: cooling-key, changed since it was displayed")
		equal(t, "the file", d.text(), changed)
	})
}

func TestAnAgentThatWritesItsOldPictureIsTold(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.do("r")
		d.tick(3 * time.Second)
		d.change(mixedPool)
		d.shows("! reset of cooling-key was overwritten at 12:00:03 by an agent or another pooltop; press r to repeat")
		d.tick(time.Hour)
		d.shows("was overwritten") // until it is read
		d.do("esc")
		d.hides("was overwritten")
		d.change(strings.Replace(mixedPool, "ready-key", "renamed", 1))
		d.hides("was overwritten") // and told once
	})
}

func TestAHoldThatAnAgentLiftedIsTold(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.do("x", "enter")
		d.change(strings.Replace(mixedPool, `"last_status": "exhausted", "last_status_at": 1795433400.0, "last_error_code": 429`, `"last_status": "ok", "last_status_at": null, "last_error_code": null`, 1))
		d.shows("! the hold of cooling-key was lifted at 12:00:00 by an agent or another pooltop; press x to repeat")
	})
}

func TestASuccessOfTheAgentIsGoodNews(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "b")
		text := strings.Replace(mixedPool, `"last_status": "exhausted"`, `"last_status": "ok"`, 1)
		text = strings.Replace(text, `"consecutive_failures": 2, "access_token": "one"`, `"consecutive_failures": 0, "access_token": "three"`, 1)
		d.change(text)
		d.shows("● cooling-key refreshed by its agent at 12:00:00: streak 2 → 0")
	})
}

// TestABusyLock shows the wait after 200 ms, keeps the screen alive, and ends
// with esc, with the lock, or after 15 s with a sentence.
func TestABusyLock(t *testing.T) {
	hold := func(t *testing.T, d *dashboard) {
		l := flock.New(poolstate.LockPath(d.file))
		if ok, err := l.TryLock(); !ok || err != nil {
			t.Fatal(ok, err)
		}
		t.Cleanup(func() { _ = l.Unlock() })
	}
	t.Run("esc cancels", func(t *testing.T) {
		inBubble(t, func(t *testing.T) {
			d := dashboardAt(t, "a")
			hold(t, d)
			cmds := batch(d.press("r"))
			ended := make(chan tea.Msg, 1)
			go func() { ended <- cmds[0]() }()
			next := d.send(cmds[1]())
			d.shows("◌ reset waits for the lock", "of 15s; esc cancels")
			d.tick(3 * time.Second)
			if msg, ok := results(next)[0].(lockBusy); !ok {
				t.Errorf("the next message is %T", msg)
			}
			d.shows("3s of 15s", "Mon 12:00:03")
			d.do("r")
			d.shows("◌ reset waits") // one action at a time
			d.do("esc")
			d.finish(d.send(<-ended))
			d.shows("✕ reset cancelled; nothing was written")
			equal(t, "the file", d.text(), mixedPool)
		})
	})
	t.Run("it gives up", func(t *testing.T) {
		inBubble(t, func(t *testing.T) {
			d := dashboardAt(t, "a")
			hold(t, d)
			d.do("r")
			d.shows("✕ reset failed: another process has held the lock for 15s; nothing was written, try again")
		})
	})
}

func batch(cmd tea.Cmd) []tea.Cmd {
	cmds, _ := cmd().(tea.BatchMsg)
	return cmds
}

func TestNothingIsWrittenWhereNothingMayBe(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.m.cfg.ReadOnly = "pooltop was started with --read-only"
		for _, k := range []string{"r", "R", "ctrl+r", "x", "u", "A"} {
			d.do(k)
			d.shows("✕ read-only: pooltop was started with --read-only")
		}
		d.m.cfg.ReadOnly = ""
		d.m.unwritable = "/x/auth.json: read-only for this user"
		d.do("r")
		d.shows("✕ /x/auth.json: read-only for this user")
		d.m.unwritable = ""
		d.change("{")
		d.do("r")
		d.shows("✕ the file cannot be read; nothing is written until it can")
	})
	inBubble(t, func(t *testing.T) {
		d := startDashboard(t, "")
		d.do("r")
		d.shows("✕ no pool to act on")
	})
}

func TestATerminalTooSmallIsNotAsked(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.do("R")
		d.send(tea.WindowSizeMsg{Width: 18, Height: 4})
		d.do("y")
		equal(t, "the file", d.text(), mixedPool)
		d.do("esc", "x")
		d.send(tea.WindowSizeMsg{Width: 120, Height: 36})
		d.shows("✕ the terminal is too small for a dialog")
	})
}
