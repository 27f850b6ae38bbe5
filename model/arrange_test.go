package model

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/ui"
	"pooltop/ui/filter"
)

// filter types a filter into the filter field.
func (d *dashboard) filter(text string) {
	d.t.Helper()
	d.do("/")
	d.do(strings.Join(strings.Split(text, ""), " "))
}

func TestFilterTyped(t *testing.T) {
	d := dashboardAt(t, "b")
	d.filter("state:held")
	d.shows("/ state:held▏", "1 of 5 shown", "held-key", "3 hidden")
	d.hides("cooling-key  ", "ready-key", "only-key")
	d.isAt("d")
	d.do("enter", "/ state:held", "1 of 5 shown")
	d.do("r", "nothing matches; esc clears the filter", "0 of 5 shown")
	d.isReady("b d e")
	d.do("esc")
	d.hides("shown", "hidden")
	d.shows("cooling-key", "ready-key")
	d.isAt("b") // the selection before b was hidden

	d.filter("-ready")
	d.do("enter j")
	moved := d.at()
	d.do("esc")
	d.isAt(moved)

	d.filter("streak:x") // an invalid filter
	d.shows("streak", "cooling-key", "only-key")
	d.do("esc")
	d.hides("streak:x")
}

// TestBack_NothingMatches checks what the first esc clears: the status and the filter if
// nothing matches the filter, and otherwise only the status.
func TestBack_NothingMatches(t *testing.T) {
	d := dashboardAt(t, "a")
	d.filter("zzz")
	d.do("enter x", "nothing matches the filter; esc clears it")
	d.do("esc", "cooling-key")
	d.hides("nothing matches", "0 of 5")
	d.filter("key") // matches
	d.do("enter y", "✓ copied")
	d.do("esc", "/ key")
	d.do("esc")
	d.hides("/ key")
}

func TestFilter_FollowsClock(t *testing.T) {
	d := dashboardAt(t, "a")
	d.filter("state:due")
	d.shows("0 of 5 shown")
	d.tick(time.Hour+30*time.Minute, "2 of 5 shown", "cooling-key", "held-key")
}

func TestArrange_Orders(t *testing.T) {
	d := dashboardAt(t, "d")
	d.send(tea.WindowSizeMsg{Width: 160, Height: 50}) // wide enough for the title TIMELINE
	for order := filter.OrderPool; order <= filter.OrderRequests; order++ {
		equal(t, order.String(), strings.Contains(d.screen(), "TIMELINE"), order == filter.OrderDeadline)
		for _, k := range []string{"S", "S", "s"} {
			d.isAt("d")
			d.change(strings.Replace(mixedPool, "ready-key", "renamed", 1))
			d.isAt("d")
			d.change(mixedPool)
			d.do(k)
		}
	}
}

func TestArrange_LastChange(t *testing.T) {
	d := dashboardAt(t, "a")
	d.tick(time.Minute)
	d.change(strings.Replace(mixedPool, `"id": "e", "label": "only-key", "priority": 0, "consecutive_failures": 0`,
		`"id": "e", "label": "only-key", "priority": 0, "consecutive_failures": 1, "last_status": "exhausted", "last_status_at": 1795435260.0`, 1))
	d.do("s s s s s", "▾ change")
	d.do("g")
	d.isAt("e")
}

func TestReselect(t *testing.T) {
	const three = `{"credential_pool": {"p": [{"access_token": "none", "label": "one"}, {"access_token": "none", "label": "two"}, {"access_token": "none", "label": "three"}]}}`
	for _, tt := range []struct {
		name          string
		before, press string
		after, want   string
	}{
		{"reordered", poolOf("p: a b c"), "down", poolOf("p: c a b"), "p/b"},
		{"provider inserted in front", poolOf("p: a b"), "down", poolOf("anthropic: x y", "p: a b"), "p/b"},
		{"same id in another provider", poolOf("p: a b", "q: b c"), "down down", poolOf("p: b a", "q: c b"), "q/b"},
		{"without ids, last removed", three, "G", strings.Replace(three, `, {"access_token": "none", "label": "three"}`, "", 1), "p/#2"},
		{"removed", poolOf("p: a b c"), "down", poolOf("p: a c"), "p/c"},
		{"last removed", poolOf("p: a b c"), "G", poolOf("p: a b"), "p/b"},
		{"first provider removed", poolOf("p: a", "q: c d"), "", poolOf("q: c d"), "q/c"},
		{"moved to another provider", poolOf("p: a b", "q: c"), "down", poolOf("p: a", "q: b c"), "q/b"},
		{"all removed", poolOf("p: a b"), "down", poolOf("p:"), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := startDashboard(t, tt.before)
			d.press(tt.press)
			d.change(tt.after)
			got := ""
			if d.m.selected != nil {
				got = d.m.selected.String()
			}
			equal(t, "the selection", got, tt.want)
		})
	}
}

func TestReselect_DuplicateID(t *testing.T) {
	const twice = `{"credential_pool": {"p": [{"access_token": "none", "id": "a", "label": "one"}, {"access_token": "none", "id": "a", "label": "two"}]}}`
	d := startDashboard(t, twice)
	d.press("down")
	d.change(strings.Replace(twice, "one", "1", 1))
	equal(t, "the position", d.m.selected.Position, 1)
}

// TestSelection_EmptyPool checks that no key causes a panic on an empty pool.
func TestSelection_EmptyPool(t *testing.T) {
	for _, empty := range []string{`{}`, `{"credential_pool": {}}`, poolOf("p:"), poolOf("p:", "q:"), `{"credential_pool": {"p": 7}}`} {
		d := startDashboard(t, poolOf("p: a b"))
		d.press("down")
		d.change(empty)
		d.isAt("")
		for _, a := range Actions() {
			if !slices.Contains([]string{"quit", "suspend", "pause"}, a.Name) {
				d.do(strings.Join(a.Keys, " "))
			}
		}
		d.press("esc esc esc")
		d.isAt("")
		d.change(poolOf("p: a b"))
		d.isAt("b")
	}
}

func TestUpdate_ScrollsToSelection(t *testing.T) {
	long := "p:"
	for i := range 60 {
		long += fmt.Sprintf(" id%02d", i)
	}
	d := startDashboard(t, poolOf(long))
	d.send(tea.WindowSizeMsg{Width: 100, Height: 20}) // too small for the detail pane
	for _, k := range []string{"G", "g", "pgdown", "pgdown", "down", "pgup", "end", "up", "home", "G"} {
		d.press(k)
		d.shows("label-" + d.at())
	}
	d.change(poolOf(long+" x y z", "aaa: 1 2 3"))
	for range 63 {
		d.shows("label-" + d.at())
		d.press("up")
	}
	d.isAt("1")
}

// TestFilterTyped_Help checks that the help has a separate filter, which esc clears before it
// closes the help.
func TestFilterTyped_Help(t *testing.T) {
	d := startDashboard(t, mixedPool)
	d.do("?", "filter and sort", "/ filter")
	d.filter("undo")
	d.shows("/ undo▏", "undo your last action")
	d.hides("filter and sort")
	d.do("enter esc", "filter and sort")
	d.do("/ x esc", "filter and sort")
	d.do("esc")
	d.open(ui.PaneTable)
	d.shows("ready-key")
	d.hides("/ undo", "shown")
}

func TestViewPolicy(t *testing.T) {
	content := strings.Replace(poolOf("p: a b"), `"id": "a",`, `"id": "a", "model_cooldowns": {"Big": 1795437000},`, 1)
	d := startDashboard(t, content, func(c *Config) { c.Model = "big" })
	d.shows("1 ready   1 cooling   for Big", "next back label-a", "model cooling", "→label-b", "/ model:big", "p  1 of 2 ready")
	equal(t, "the title", d.m.View().WindowTitle, "1/2 ready · pooltop")
	d.do("esc")
	d.shows("2 ready", "◕ label-a", "→label-b", "every credential is ready")
	d.filter("model:small")
	d.shows("2 ready   for small", "→label-a", "● label-b")
	d.press("esc")
	d.filter("model:big")
	d.press("space s t a t e : r e a d y")
	d.shows("1 of 2 shown")
}
