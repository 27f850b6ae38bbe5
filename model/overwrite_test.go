package model

import (
	"strings"
	"testing"
)

// An agent that is quicker than the dashboard leaves the picture that it has.
func TestAnOldPictureIsToldBeforeTheActionWasSeen(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		done := batch(d.press("r"))[0]()
		d.write(mixedPool)
		d.finish(d.send(done))
		d.shows("! reset of cooling-key was overwritten at 12:00:00 by an agent or another pooltop; press r to repeat")
	})
}

// A look that began before the write says nothing about what became of it.
func TestALookFromBeforeTheActionIsNoOverwriting(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.write(strings.Replace(mixedPool, "ready-key", "renamed", 1))
		seen := results(d.send(FileChanged{}))
		d.send(batch(d.press("r"))[0]())
		d.finish(d.send(seen[0]))
		d.shows("✓ reset cooling-key", "renamed")
		d.hides("was overwritten")
		d.change(mixedPool)
		d.shows("! reset of cooling-key was overwritten")
	})
}

// What an action changes is watched, were it the streak or the tokens alone.
func TestAnOldStreakIsToldAndNewTokensAsWell(t *testing.T) {
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

// nousPool has a usable credential whose authority holds a newer token.
const nousPool = `{"providers": {"nous": {"access_token": "newer"}}, "credential_pool": {"nous": [
	{"id": "n", "label": "portal", "source": "device_code", "access_token": "older", "consecutive_failures": 0}]}}`
