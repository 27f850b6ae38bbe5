package model

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/ui/filter"
)

// filter types a filter.
func (d *dashboard) filter(text string) {
	d.t.Helper()
	d.do("/")
	d.do(strings.Split(text, "")...)
}

func TestFilterTyped(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "b")
		d.filter("state:held")
		d.shows("/ state:held▏", "1 of 5 shown", "held-key", "3 hidden")
		d.hides("cooling-key  ", "ready-key", "only-key")
		d.isAt("d")
		d.do("enter")
		d.shows("/ state:held ", "1 of 5 shown")
		d.do("r")
		d.shows("nothing matches; esc clears the filter", "0 of 5 shown")
		d.isReady("d")
		d.do("esc", "esc")
		d.hides("shown", "hidden")
		d.shows("cooling-key", "ready-key")
		d.isAt("b") // as before it was hidden

		d.filter("-ready")
		d.do("enter", "j")
		moved := d.at()
		d.do("esc")
		d.isAt(moved)

		d.filter("streak:x") // is invalid
		d.shows("streak", "cooling-key", "only-key")
		d.do("esc")
		d.hides("streak:x")
	})
}

func TestFilter_LimitsResetAll(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.filter("label:cooling")
		d.do("enter", "ctrl+r")
		d.isReady("a")
		d.do("esc")
		d.shows("held-key", "held ")
	})
}

func TestFilter_FollowsClock(t *testing.T) {
	d := dashboardAt(t, "a")
	d.filter("state:due")
	d.shows("0 of 5 shown")
	d.tick(time.Hour + 30*time.Minute)
	d.shows("2 of 5 shown", "cooling-key", "held-key")
}

func TestArrange_Orders(t *testing.T) {
	d := dashboardAt(t, "d")
	d.send(tea.WindowSizeMsg{Width: 160, Height: 50}) // has room for the title TIMELINE
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
	d.do("s", "s", "s", "s", "s")
	d.shows("order: last change")
	d.do("g")
	d.isAt("e")
}
