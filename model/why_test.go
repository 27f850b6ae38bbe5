package model

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// Where there is nothing to act on, every key that would says why there is not.
func TestAKeyWithoutACredentialSaysWhy(t *testing.T) {
	tests := []struct {
		name, pool string
		before     string // keys that lead there
		keys, says string
	}{
		{"no file", "", "", "up G pgdown space a / s S left right d y", "✕ no pool has been read yet"},
		{"an empty pool", `{"credential_pool": {}}`, "", "k j g space a r R ctrl+r x A / s S left right enter y", "✕ the pool has no credentials"},
		{"a filter without a match", mixedPool, "/ z z z enter", "j G a r x left d", "✕ nothing matches the filter; esc clears it"},
		{"all folded", mixedPool, "left left", "j r x left d", "✕ all providers are folded; → unfolds"},
		{"none folded", mixedPool, "", "right", "✕ no provider is folded"},
		{"the help", mixedPool, "?", "space a r R ctrl+r x A u / s S left right", "✕ the help is open; esc closes it"},
		{"a question", mixedPool, "ctrl+r", "ctrl+r r x j space", "press y or n"},
	}
	for _, tt := range tests {
		for _, k := range strings.Fields(tt.keys) {
			t.Run(k+" with "+tt.name, func(t *testing.T) {
				inBubble(t, func(t *testing.T) {
					d := startDashboard(t, tt.pool)
					d.do(strings.Fields(tt.before)...)
					d.hides(tt.says)
					d.do(k)
					d.shows(tt.says)
				})
			})
		}
	}
}

// A question is not left open, unseen, over a pool that has become empty.
func TestAnEmptiedPoolEndsTheQuestion(t *testing.T) {
	for _, k := range []string{"x", "ctrl+r"} {
		inBubble(t, func(t *testing.T) {
			d := dashboardAt(t, "a")
			d.do(k)
			d.change(`{"credential_pool": {}}`)
			d.shows("cancelled, the pool has no credentials; nothing was written")
			d.do("q")
			equal(t, "what q does", d.last, tea.Msg(tea.QuitMsg{}))
		})
	}
}
