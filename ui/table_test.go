package ui

import (
	"testing"
	"time"
)

// TestTable_NoTimeline lists nothing that waits: the bars stay as they are.
func TestTable_NoTimeline(t *testing.T) {
	for _, list := range [][]entry{nil, {readyEntry("a")}, {deadEntry("a"), exhaustedEntry("b", 9*time.Hour, 1)}} {
		s := screenOf(poolOf(t, providers{"p": list})).sizedAt(120, 36)
		without := Render(s)
		s.Timeline = true
		equal(t, "the screen", Render(s), without)
	}
}
