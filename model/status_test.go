package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui"
)

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
		{"help", mixedPool, "?", "space a r R ctrl+r x A u s S left right", "✕ press esc to close the help first"},
		{"confirmation", mixedPool, "ctrl+r", "ctrl+r r x j space", "press y or n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, k := range strings.Fields(tt.keys) {
				d := startDashboard(t, tt.pool)
				d.do(tt.before)
				d.hides(tt.want)
				d.do(k, tt.want)
			}
		})
	}
}

func TestSetStatus_Precedence(t *testing.T) {
	kinds := []ui.AnswerKind{ui.AnswerDone, ui.AnswerRefused, ui.AnswerNotice, ui.AnswerNews}
	for shown, keptFrom := range map[ui.AnswerKind][]ui.AnswerKind{
		ui.AnswerDone: {ui.AnswerNews}, ui.AnswerRefused: {ui.AnswerNews}, ui.AnswerNotice: {ui.AnswerDone, ui.AnswerNews}, ui.AnswerNews: nil,
	} {
		for _, kind := range kinds {
			d := startDashboard(t, twoOut)
			d.m.setStatus(shown, "first")
			d.m.setStatus(kind, "second")
			equal(t, "replaced", d.m.status.Text == "second", !slices.Contains(keptFrom, kind))
		}
	}
}

// notified changes the store and returns the notifications that the dashboard sends.
func notified(d *dashboard, content string) string {
	d.t.Helper()
	d.raw = nil
	d.change(content)
	return strings.NewReplacer("\x1b]9;pooltop: ", "", "\x1b\\\a", "").Replace(strings.Join(d.raw, " | "))
}

func dashboardWithNotifications(t *testing.T, content string) *dashboard {
	t.Helper()
	return startDashboard(t, content, func(c *Config) { c.Notify, c.Notifications = true, ui.NotifyOSC9 })
}

func TestNotify(t *testing.T) {
	dead := `{"access_token": "none", "id": "a", "label": "label-a", "last_status": "dead"}`
	for _, tt := range []struct{ name, before, after, want string }{
		{"no failure", pool(ready("a", 0)), pool(ready("a", 1)), ""},
		{"provider out from the start", pool(exhausted("a", 0, 1)), pool(exhausted("a", 0, 1), exhausted("b", 0, 1)), ""},
		{"one of two credentials fails", pool(ready("a", 0), ready("b", 0)), pool(exhausted("a", 0, 1), ready("b", 0)), ""},
		{"last ready credential fails", pool(ready("a", 0)), pool(exhausted("a", 0, 1)), "p out, first back in 1h00m00s"},
		{"last ready credential fails, another is due", pool(ready("a", 0), exhausted("b", -2*time.Hour, 1)), pool(exhausted("a", 0, 1), exhausted("b", -2*time.Hour, 1)), "p out, 1 due now"},
		{"credential dies", pool(ready("a", 0), ready("b", 0)), pool(dead, ready("b", 0)), "p/label-a is dead: re-auth required"},
		{"credential dead from the start", pool(dead, ready("b", 0)), pool(dead, ready("b", 1)), ""},
		{"all credentials recover", pool(exhausted("a", 0, 1), ready("b", 0)), pool(ready("a", 1), ready("b", 0)), "all credentials ready (2)"},
		{"new provider is out", pool(ready("a", 0)), `{"credential_pool": {"p": [` + ready("a", 0) + `], "q": [` + exhausted("b", 0, 1) + `]}}`, ""},
		{"provider removed", `{"credential_pool": {"p": [` + ready("a", 0) + `], "q": [` + ready("b", 0) + `]}}`, pool(ready("a", 0)), ""},
		{
			"long names", `{"credential_pool": {"` + strings.Repeat("p", 1<<16) + `": [{"access_token": "none", "id": "a"}]}}`,
			`{"credential_pool": {"` + strings.Repeat("p", 1<<16) + `": [{"access_token": "none", "id": "a", "last_status": "exhausted"}]}}`,
			strings.Repeat("p", 59) + "… out, 1 due now",
		},
		{
			"control sequences", `{"credential_pool": {"p\u001b]0;x\u0007;": [{"access_token": "none", "id": "a"}]}}`,
			`{"credential_pool": {"p\u001b]0;x\u0007;": [{"access_token": "none", "id": "a", "last_status": "exhausted"}]}}`, "p\uFFFD]0,x\uFFFD, out, 1 due now",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "sent", notified(dashboardWithNotifications(t, tt.before), tt.after), tt.want)
			equal(t, "sent while off", notified(startDashboard(t, tt.before), tt.after), "")
		})
	}
}

// TestNotify_QuietPeriod checks that the same notification is not sent twice within a minute.
func TestNotify_QuietPeriod(t *testing.T) {
	out, back := pool(exhausted("a", 0, 1), exhausted("b", 0, 1)), pool(ready("a", 1), exhausted("b", 0, 1))
	d := dashboardWithNotifications(t, back)
	equal(t, "out", notified(d, out), "p out, first back in 1h00m00s")
	equal(t, "back", notified(d, back), "p: 1 of 2 ready again")
	equal(t, "out at once", notified(d, out), "")
	equal(t, "back at once", notified(d, back), "")
	equal(t, "out a minute later", notified(d.later(poolstate.QuietPeriod), out), "p out, first back in 59m00s")
}

func TestNotify_DueByClock(t *testing.T) {
	d := dashboardWithNotifications(t, pool(ready("a", 0)))
	notified(d, pool(exhausted("a", 0, 1)))
	equal(t, "due", notified(d.later(time.Hour), pool(exhausted("a", 0, 1))), "p: 1 due (retried at the agent's next selection)")
	equal(t, "ready", notified(d.later(2*time.Minute), pool(ready("a", 1))), "p: 1 of 1 ready againall credentials ready (1)")
}

func TestAnnounce_TitleAndProgress(t *testing.T) {
	for content, want := range map[string]tea.ProgressBarState{
		pool(ready("a", 0), ready("b", 0)):               tea.ProgressBarDefault,
		pool(ready("a", 0), exhausted("b", 0, 1)):        tea.ProgressBarWarning,
		pool(exhausted("a", 0, 1), exhausted("b", 0, 1)): tea.ProgressBarError,
	} {
		d := dashboardWithNotifications(t, content)
		v := d.m.View()
		equal(t, "state", v.ProgressBar.State, want)
		equal(t, "title", v.WindowTitle, fmt.Sprintf("%d/2 ready · pooltop", v.ProgressBar.Value/50))
	}
	if v := dashboardWithNotifications(t, `{"credential_pool": {}}`).m.View(); v.ProgressBar != nil || v.WindowTitle != "pooltop" {
		t.Errorf("an empty pool has the title %q and the bar %v", v.WindowTitle, v.ProgressBar)
	}
}

func TestToggleReadOnly_Always(t *testing.T) {
	d := startDashboard(t, twoOut, func(c *Config) { c.ReadOnly = "pooltop was started with --read-only" })
	d.do("w", "✕ read-only stays on: pooltop was started with --read-only")
	d.do("down r")
	d.refuses("read-only")

	d = startDashboard(t, twoOut)
	d.m.stores[0].unwritable = errors.New("auth.json: not writable by this user")
	d.do("w", "✕ read-only stays on: auth.json: not writable by this user")
}

func TestKeysOff(t *testing.T) {
	for _, tt := range []struct{ keys, want string }{
		{"", ""},
		{"w", "r x u"},
		{"p", "r x u"},
		{"w w", ""},
		{"e", ""},
		{"?", "r x u"},
	} {
		d := startDashboard(t, twoOut)
		d.do(tt.keys)
		equal(t, "keys that are off after "+tt.keys, strings.Join(d.m.screen().Off, " "), tt.want)
	}
	synctest.Test(t, func(t *testing.T) {
		d := startDashboard(t, twoOut)
		d.finish(d.fail())
		equal(t, "keys that are off while the file is unreadable", strings.Join(d.m.screen().Off, " "), "r x u")
		d.change(twoOut)
		d.do("e") // the event at the cursor is about the file
		equal(t, "keys that are off without a credential", strings.Join(d.m.screen().Off, " "), "r x u enter")
	})
}

// TestOnEvent checks that events of credentials and providers are passed on, also while the
// display is frozen.
func TestOnEvent(t *testing.T) {
	var got []string
	d := startDashboard(t, pool(ready("a", 0), ready("b", 0)), func(c *Config) {
		c.OnEvent = func(_ string, _ *journal.Operator, r *poolstate.Record) {
			got = append(got, strings.TrimSpace(fmt.Sprint(r.Kind, " ", r.Provider, " ", r.ID)))
		}
	})
	d.do("p")
	d.change(pool(exhausted("a", 0, 1), exhausted("b", 0, 1)))
	d.later(time.Hour)
	d.change(pool(ready("a", 1), ready("b", 1)))
	equal(t, "events", strings.Join(got, ", "), "exhausted p a, exhausted p b, provider_out p, "+
		"due p a, due p b, ready p a, ready p b, provider_back p, all_back")
}
