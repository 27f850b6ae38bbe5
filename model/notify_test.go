package model

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/ui"
)

// notified is what a dashboard with notifications says when the store changes
// from one content to the next.
func notified(d *dashboard, content string) string {
	d.t.Helper()
	d.write(content)
	var said []string
	var collect func(cmd tea.Cmd)
	collect = func(cmd tea.Cmd) {
		for _, msg := range results(cmd) {
			if raw, ok := msg.(tea.RawMsg); ok {
				text := strings.TrimSuffix(strings.TrimPrefix(fmt.Sprint(raw.Msg), "\x1b]9;pooltop: "), "\x1b\\\a")
				said = append(said, text)
				continue
			}
			collect(d.send(msg))
		}
	}
	collect(d.send(FileChanged{}))
	return strings.Join(said, " | ")
}

func dashboardWithNotifications(t *testing.T, content string) *dashboard {
	t.Helper()
	d := newDashboard(t, content)
	d.m.cfg.Notifications = ui.NotifyOSC9
	d.m.notifier.on = true
	d.finish(d.m.loadPool())
	return d
}

// An edge is told, and what stands so is not.
func TestNotifications(t *testing.T) {
	dead := `{"id": "a", "label": "label-a", "last_status": "dead"}`
	tests := []struct{ name, before, after, want string }{
		{"nothing", pool(ready("a", 0)), pool(ready("a", 1)), ""},
		{"out from the start", pool(exhausted("a", 0, 1)), pool(exhausted("a", 0, 1), exhausted("b", 0, 1)), ""},
		{"one of two", pool(ready("a", 0), ready("b", 0)), pool(exhausted("a", 0, 1), ready("b", 0)), ""},
		{"the last one", pool(ready("a", 0)), pool(exhausted("a", 0, 1)), "p out, first back in 1h00m00s"},
		{"the last one, another due", pool(ready("a", 0), exhausted("b", -2*time.Hour, 1)), pool(exhausted("a", 0, 1), exhausted("b", -2*time.Hour, 1)), "p out, 1 due now"},
		{"dead", pool(ready("a", 0), ready("b", 0)), pool(dead, ready("b", 0)), "p/label-a is dead: re-auth required"},
		{"dead from the start", pool(dead, ready("b", 0)), pool(dead, ready("b", 1)), ""},
		{"a new one that is dead", pool(ready("b", 0)), pool(dead, ready("b", 0)), "p/label-a is dead: re-auth required"},
		{"all back", pool(exhausted("a", 0, 1), ready("b", 0)), pool(ready("a", 1), ready("b", 0)), "all credentials ready (2)"},
		{"a new provider", pool(ready("a", 0)), `{"credential_pool": {"p": [` + ready("a", 0) + `], "q": [` + exhausted("b", 0, 1) + `]}}`, ""},
		{"a provider that goes", `{"credential_pool": {"p": [` + ready("a", 0) + `], "q": [` + ready("b", 0) + `]}}`, pool(ready("a", 0)), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "said", notified(dashboardWithNotifications(t, tt.before), tt.after), tt.want)
			off := newDashboard(t, tt.before)
			off.finish(off.m.loadPool())
			equal(t, "said without being asked", notified(off, tt.after), "")
		})
	}
}

// A provider is out, back and out again; within a minute none of it is said
// twice.
func TestASubjectIsSpokenOfOnceAMinute(t *testing.T) {
	out, back := pool(exhausted("a", 0, 1), exhausted("b", 0, 1)), pool(ready("a", 1), exhausted("b", 0, 1))
	d := dashboardWithNotifications(t, back)
	equal(t, "out", notified(d, out), "p out, first back in 1h00m00s")
	equal(t, "back", notified(d, back), "p: 1 of 2 ready again")
	equal(t, "out at once", notified(d, out), "")
	equal(t, "back at once", notified(d, back), "")
	d.now = d.now.Add(quiet)
	equal(t, "out a minute later", notified(d, out), "p out, first back in 59m00s")
}

// The clock alone brings the first one back, as far as anybody can tell.
func TestDueIsBack(t *testing.T) {
	d := dashboardWithNotifications(t, pool(ready("a", 0)))
	notified(d, pool(exhausted("a", 0, 1)))
	d.now = d.now.Add(time.Hour)
	equal(t, "due", notified(d, pool(exhausted("a", 0, 1))), "p: 1 due, the agent retries at its next selection")
	d.now = d.now.Add(2 * time.Minute)
	equal(t, "ready", notified(d, pool(ready("a", 1))), "all credentials ready (1)")
}

// What the file says reaches the terminal as text and nothing else.
func TestNotificationsAreHarmless(t *testing.T) {
	d := dashboardWithNotifications(t, `{"credential_pool": {"p\u001b]0;x\u0007;": [{"id": "a"}]}}`)
	said := notified(d, `{"credential_pool": {"p\u001b]0;x\u0007;": [{"id": "a", "last_status": "exhausted"}]}}`)
	equal(t, "said", said, "p\uFFFD]0,x\uFFFD, out, 1 due now")
}

// The title and the progress bar say how many are ready, and how bad it is.
func TestTitleAndProgress(t *testing.T) {
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
