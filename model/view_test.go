package model

import (
	"errors"
	"fmt"
	"testing"

	"pooltop/ui"
	"pooltop/ui/filter"
)

// TestViewPressed checks that a view arranges the table, that its key returns to the arrangement
// before the first view, and that the header shows its name only while it is in effect.
func TestViewPressed(t *testing.T) {
	d := startDashboard(t, twoOut, func(cfg *Config) {
		cfg.Views = []View{
			{Key: "1", Name: "failing\x1b[31m", Filter: "-state:ready", Order: filter.OrderWorst, Descending: true, Without: ui.AllBut()},
			{Key: "2", Name: "by streak", Order: filter.OrderStreak},
		}
	})
	d.press("/ r e a d y enter")
	first := d.screen()
	d.press("1", "failing", "-state:ready")
	d.hides("\x1b[31m", "WHY")
	one := d.screen()
	d.press("2", "by streak")
	d.hides("failing", "-state:ready")
	d.press("2")
	equal(t, "after the second view", d.screen(), first)
	d.press("1 1")
	equal(t, "after the first view", d.screen(), first)
	d.press("1 S")
	d.hides("failing")
	d.press("1")
	equal(t, "selected again", d.screen(), one)
	d.press("esc")
	d.hides("failing")
	d.press("1 1")
	equal(t, "after a changed view", d.screen(), first)
	d.press("e 1")
	equal(t, "from the events", d.screen(), one)
	d.press("?", "your views")
}

func TestSaveView(t *testing.T) {
	var saved []View
	var problem error
	d := startDashboard(t, twoOut, func(cfg *Config) {
		cfg.Views = []View{{Key: "1", Name: "a", Order: filter.OrderPool.Next()}}
		cfg.Keys = KeyBindings{"mouse": {"2"}}
		cfg.SaveView = func(v View) error {
			saved = append(saved, v)
			return problem
		}
	})
	d.press("V")
	d.refuses("set a filter or an order first")
	d.do("s V")
	d.refuses("already saved as view 1")
	d.do("S V", "saved as view 3: by worst")
	d.do("/ 4 2 9 enter V", "saved as view 3: 429")
	problem = errors.New("disk full")
	d.do("V", "view not saved: disk full")
	equal(t, "the saved views", fmt.Sprint(saved[:2]), "[{3 by worst  worst first true 0} {3 429 429 worst first true 0}]")
}
