package model

import (
	"strings"
	"testing"
)

// twoSeats has two usable credentials whose authority holds a newer token.
var twoSeats = strings.Replace(nousPool, "[\n", `[
	{"id": "m", "label": "other", "source": "device_code", "access_token": "oldest", "consecutive_failures": 0},`+"\n", 1)

func TestASyncOfMoreThanOneAsks(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := startDashboard(t, twoSeats)
		d.do("a", "A")
		d.shows("sync 2 credentials in ~/.hermes/auth.json?", "nous/other", "nous/portal", "▌no")
		d.do("A", "enter")
		d.shows("✕ sync cancelled; nothing was written")
		equal(t, "the file", d.text(), twoSeats)

		d.do("A", "y")
		d.shows("✓ sync 2 credentials: 2 ready → 2 ready; running agents notice")
		d.do("a", "A")
		d.shows("✕ sync: nothing changed; 2 skipped: already has the tokens of its source")
	})
}

// A sync stands, and is not mistaken for the action before it.
func TestASyncCannotBeTakenBack(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := startDashboard(t, nousPool)
		d.do("x", "enter", "y", "A")
		d.shows("✓ sync portal: held")
		d.shows("undone")
		d.do("u")
		d.shows("✕ a sync cannot be undone: the previous tokens are gone; u undoes the action before it")
		d.do("u")
		d.shows("✕ undo: nothing changed: portal, changed since; left alone")
		d.isReady("n")
	})
}
