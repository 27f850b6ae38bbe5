package model

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
)

func TestWatchResets(t *testing.T) {
	failAt := func(text, id string, since time.Duration) string {
		return strings.Replace(text, ready(id, 0), exhausted(id, since, 1), 1)
	}
	for _, tt := range []struct {
		name    string
		wait    time.Duration
		fails   string // ids, in the order of the pool
		want    string
		isShown bool
	}{
		{"one", 9 * time.Minute, "a", "! label-a failed again 9m after the reset: 429, cooling 1h", true},
		{"several", 9 * time.Minute, "ab", "! label-a failed again 9m after the reset: 429, cooling 1h; 1 other failed again too", true},
		{"credential that was not reset", 9 * time.Minute, "c", "failed again", false},
		{"a day later", 25 * time.Hour, "a", "failed again", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := startDashboard(t, pool(exhausted("a", -time.Minute, 1), exhausted("b", -time.Minute, 1), ready("c", 0), ready("d", 0)))
			d.do("R y", "✓ reset 2 credentials")
			d.tick(tt.wait)
			after := pool(ready("a", 0), ready("b", 0), ready("c", 0), ready("d", 0))
			for _, id := range strings.Split(tt.fails, "") {
				after = failAt(after, id, tt.wait)
			}
			d.change(after)
			d.contains(tt.isShown, []string{tt.want})
		})
	}
}

// TestWatchResets_Undo checks that no new failure is reported if an undo restores a failure.
func TestWatchResets_Undo(t *testing.T) {
	d := startDashboard(t, pool(exhausted("a", -time.Minute, 1), ready("b", 0)))
	d.do("r u", "✓ undo label-a")
	d.hides("failed again")
}

// TestWatchOutages checks that an outage is shown until a credential is ready, even if
// retries fail at different times.
func TestWatchOutages(t *testing.T) {
	d := startDashboard(t, pool(exhausted("a", -time.Minute, 1), exhausted("b", -time.Minute, 1)))
	d.shows("looks like an outage at the provider, not 2 bad credentials")
	d.tick(2 * time.Hour)
	apart := pool(exhausted("a", 2*time.Hour, 2), exhausted("b", -time.Minute, 1))
	d.change(apart, "looks like an outage at the provider, not 2 bad credentials")
	d.change(pool(exhausted("a", 2*time.Hour, 2), ready("b", 0)))
	d.hides("outage")
	d.change(apart)
	d.hides("outage")
}

// TestArrange_OutFirst checks that providers that are out come first if the table does not
// fit.
func TestArrange_OutFirst(t *testing.T) {
	d := startDashboard(t, `{"credential_pool": {"a": [`+ready("1", 0)+","+ready("2", 0)+","+ready("3", 0)+`], "z": [`+exhausted("4", -time.Minute, 1)+"]}}")
	outFirst := func() bool {
		return strings.Index(d.screen(), " z  none ready") < strings.Index(d.screen(), " a  3 of 3 ready")
	}
	for height, want := range map[int]bool{36: false, 12: false, 11: true} {
		d.send(tea.WindowSizeMsg{Width: 80, Height: height})
		equal(t, "out first", outFirst(), want)
		d.contains(want, []string{"▾ out first"})
	}
	d.do("s S s s s s s s") // back to the default order
	equal(t, "out first after sorting", d.m.outFirst, d.m.height == 11)
}

// TestWatchOutages_Profiles checks that no outage is shown, or remembered, because one profile
// was loaded before another.
func TestWatchOutages_Profiles(t *testing.T) {
	h := startHome(t, "default work", map[string]string{
		poolstate.RootProfile: pool(exhausted("a", -time.Minute, 1), exhausted("b", -time.Minute, 1)),
		"work":                pool(exhausted("c", -20*time.Minute, 1)),
	})
	h.shows("none ready")
	h.hides("outage")
}
