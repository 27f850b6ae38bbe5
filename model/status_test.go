package model

import (
	"strings"
	"testing"
	"time"

	"pooltop/ui"
)

// A key that cannot do anything says why.
func TestWhyNoSelection(t *testing.T) {
	for _, tt := range []struct {
		name, pool string
		before     string
		keys, want string
	}{
		{"no file", "", "", "up G pgdown space a / s S left right d y f", "✕ no pool has been read yet"},
		{"empty pool", `{"credential_pool": {}}`, "", "k j g space a r R ctrl+r x A / s S left right enter y f", "✕ the pool has no credentials"},
		{"no match", mixedPool, "/ z z z enter", "j G a r x left d", "✕ nothing matches the filter; esc clears it"},
		{"all folded", mixedPool, "left left", "j r x left d", "✕ all providers are folded; → unfolds"},
		{"none folded", mixedPool, "", "right", "✕ no provider is folded"},
		{"help", mixedPool, "?", "space a r R ctrl+r x A u / s S left right", "✕ the help is open; esc closes it"},
		{"confirmation", mixedPool, "ctrl+r", "ctrl+r r x j space", "press y or n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, k := range strings.Fields(tt.keys) {
				d := startDashboard(t, tt.pool)
				d.do(strings.Fields(tt.before)...)
				d.hides(tt.want)
				d.do(k)
				d.shows(tt.want)
			}
		})
	}
}

func TestSetStatus_Precedence(t *testing.T) {
	kinds := []ui.AnswerKind{ui.AnswerDone, ui.AnswerRefused, ui.AnswerNotice, ui.AnswerNews}
	for _, tt := range []struct {
		shown    ui.AnswerKind
		replaces []bool // by each of kinds
	}{
		{ui.AnswerDone, []bool{true, true, true, false}},
		{ui.AnswerRefused, []bool{true, true, true, false}},
		{ui.AnswerNotice, []bool{false, true, true, false}},
		{ui.AnswerNews, []bool{true, true, true, true}},
	} {
		for i, kind := range kinds {
			d := startDashboard(t, twoOut)
			d.m.setStatus(tt.shown, "first")
			d.m.setStatus(kind, "second")
			equal(t, "replaced", d.m.status.Text == "second", tt.replaces[i])
		}
	}
}

func TestExpireStatus(t *testing.T) {
	for kind, stays := range map[ui.AnswerKind]bool{ui.AnswerDone: false, ui.AnswerRefused: false, ui.AnswerNotice: true} {
		d := startDashboard(t, twoOut)
		d.m.setStatus(kind, "text")
		d.tick(statusStays)
		d.shows("text")
		d.tick(time.Second)
		equal(t, "shown", d.m.status != nil, stays)
	}
}
