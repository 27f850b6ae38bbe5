package model

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/ui/filter"
)

func TestTheFilterActsWhileItIsTyped(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.do(strings.Split("/state:held", "")...)
		d.shows("/ state:held▏", "1 of 5 shown", "held-key", "3 hidden")
		d.hides("cooling-key  ", "ready-key", "only-key")
		d.isAt("d")
		d.do("enter")
		d.shows("/ state:held ", "1 of 5 shown")
		d.do("r") // keys act again, on what is shown
		d.shows("nothing matches; esc clears the filter", "0 of 5 shown")
		d.isReady("d")
		d.do("esc", "esc")
		d.hides("shown", "hidden")
		d.shows("cooling-key", "ready-key")
	})
}

func TestTheSelectionComesBackWithItsCredential(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "b")
		d.do(strings.Split("/held", "")...)
		d.isAt("d")
		d.do("esc")
		d.isAt("b") // it was only hidden
		d.do(strings.Split("/-ready", "")...)
		d.do("enter", "j")
		moved := d.at()
		d.do("esc")
		d.isAt(moved) // the operator has moved on
	})
}

func TestTheSelectionStaysThroughEveryOrder(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "d")
		for range 8 {
			d.do("s")
			d.isAt("d")
			d.do("S")
			d.isAt("d")
			d.change(strings.Replace(mixedPool, "ready-key", "renamed", 1))
			d.isAt("d")
			d.change(mixedPool)
		}
	})
}

func TestAFilterThatCannotBeReadSaysWhyAndKeepsTheList(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.do(strings.Split("/streak:x", "")...)
		d.shows("streak", "cooling-key", "only-key")
		d.do("esc")
		d.hides("streak:x")
	})
}

func TestWhatIsFilteredFollowsTheClock(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.do(strings.Split("/state:due", "")...)
		d.shows("0 of 5 shown")
		d.tick(time.Hour + 30*time.Minute)
		d.shows("2 of 5 shown", "cooling-key", "held-key")
	})
}

func TestEverythingShownIsWhatTheFilterShows(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.do(strings.Split("/label:cooling", "")...)
		d.do("enter", "ctrl+r")
		d.isReady("a")
		d.do("esc")
		d.shows("held-key", "held ")
	})
}

func TestAnOrderByTheLastChange(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.tick(time.Minute)
		d.change(strings.Replace(mixedPool, `"id": "e", "label": "only-key", "priority": 0, "consecutive_failures": 0`,
			`"id": "e", "label": "only-key", "priority": 0, "consecutive_failures": 1, "last_status": "exhausted", "last_status_at": 1795435260.0`, 1))
		d.do("s", "s", "s", "s", "s")
		d.shows("order: last change")
		d.do("g")
		d.isAt("e")
	})
}

func TestByDeadlineTheBarsShareOneScale(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardAt(t, "a")
		d.send(tea.WindowSizeMsg{Width: 160, Height: 50}) // wide enough for the title
		for order := filter.OrderPool; order <= filter.OrderRequests; order++ {
			equal(t, order.String(), strings.Contains(d.screen(), "TIMELINE"), order == filter.OrderDeadline)
			d.do("s")
		}
	})
}
