package model

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"pooltop/ui"
)

// click clicks on the first occurrence of a text on the screen, clickLast on the
// last one.
func (d *dashboard) click(text string) {
	d.t.Helper()
	d.clickAt(strings.Index(d.screen(), text), tea.MouseLeft)
}

func (d *dashboard) clickLast(text string) {
	d.t.Helper()
	d.clickAt(strings.LastIndex(d.screen(), text), tea.MouseLeft)
}

func (d *dashboard) clickAt(index int, b tea.MouseButton) {
	d.t.Helper()
	if index < 0 {
		d.t.Fatalf("nothing to click on:\n%s", d.screen())
	}
	before := d.screen()[:index]
	x := ansi.StringWidth(before[strings.LastIndex(before, "\n")+1:])
	d.finish(d.send(tea.MouseClickMsg{X: x, Y: strings.Count(before, "\n"), Button: b}))
}

func (d *dashboard) wheel(b tea.MouseButton) {
	d.t.Helper()
	d.finish(d.send(tea.MouseWheelMsg{X: 5, Y: 8, Button: b}))
}

// dashboardWithMouse returns a dashboard with the mouse on.
func dashboardWithMouse(t *testing.T, content string) *dashboard {
	t.Helper()
	d := startDashboard(t, content)
	d.do("m", "esc")
	return d
}

func TestToggleMouse(t *testing.T) {
	d := startDashboard(t, twoOut)
	for _, on := range []bool{false, true, false} {
		want := tea.MouseModeNone
		if on {
			want = tea.MouseModeCellMotion
		}
		equal(t, "the mouse mode", d.m.View().MouseMode, want)
		d.click("◔ label-c")
		d.wheel(tea.MouseWheelDown)
		d.wheel(tea.MouseWheelUp)
		equal(t, "the click acts", d.at() == "c", on)
		d.do("g", "m")
	}
}

func TestClicked(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before string // keys
		click  string
		check  func(d *dashboard)
	}{
		{"row", "", "label-d", func(d *dashboard) { d.isAt("d") }},
		{"end of a row", "", "401", func(d *dashboard) { d.isAt("f") }},
		{"title", "", "STREAK", func(d *dashboard) { d.shows("order: streak"); d.hides("reversed") }},
		{"title of the order", "s s s", "STREAK", func(d *dashboard) { d.shows("order: streak, reversed") }},
		{"title of the reversed order", "s s s S", "STREAK", func(d *dashboard) { d.shows("order: streak"); d.hides("reversed") }},
		{"another title", "s s s S", "STATE", func(d *dashboard) { d.shows("order: state"); d.hides("reversed") }},
		{"back in", "", "BACK IN", func(d *dashboard) { d.shows("order: deadline") }},
		{"cooldown", "", "COOLDOWN", func(d *dashboard) { d.shows("order: deadline") }},
		{"why", "", "WHY", func(d *dashboard) { d.shows("order: worst first") }},
		{"credential", "s", "CREDENTIAL", func(d *dashboard) { d.hides("order:") }},
		{"heading", "", "p  2 of 4", func(d *dashboard) { d.shows("4 hidden"); d.isAt("e") }},
		{"heading of a folded provider", "left", "p  2 of 4", func(d *dashboard) { d.hides("hidden"); d.isAt("a") }},
		{"another heading", "", "q  1 of 3", func(d *dashboard) { d.shows("3 hidden"); d.isAt("a") }},
		{"key", "down", "r reset", func(d *dashboard) { d.isReady("b"); d.shows("✓ reset label-b") }},
		{"word of a key", "", "help", func(d *dashboard) { d.open(ui.PaneHelp) }},
		{"key of a pane", "d", "esc back", func(d *dashboard) { d.open(ui.PaneTable) }},
		{"arrow up", "G", "↑", func(d *dashboard) { d.isAt("f") }},
		{"arrow down", "", "↓", func(d *dashboard) { d.isAt("b") }},
		{"space", "", "space mark", func(d *dashboard) { d.marks("p/a") }},
		{"quit", "", "q quit", func(d *dashboard) { equal(d.t, "the message", d.last, tea.Msg(tea.QuitMsg{})) }},
		{"chart", "", "capacity", func(d *dashboard) { d.isAt("a"); d.open(ui.PaneTable) }},
		{"key of the filter", "/ l", "enter keep", func(d *dashboard) { equal(d.t, "typing", d.m.arrangement.typing, false) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				d := dashboardWithMouse(t, twoOut)
				d.do(strings.Fields(tt.before)...)
				d.click(tt.click)
				tt.check(d)
			})
		})
	}
}

func TestClicked_OtherButtons(t *testing.T) {
	d := dashboardWithMouse(t, twoOut)
	for _, b := range []tea.MouseButton{tea.MouseRight, tea.MouseMiddle, tea.MouseNone} {
		d.clickAt(strings.Index(d.screen(), "label-c"), b)
		d.isAt("a")
	}
}

func TestWheeled(t *testing.T) {
	d := dashboardWithMouse(t, twoOut)
	for _, step := range []struct {
		button tea.MouseButton
		at     string
	}{
		{tea.MouseWheelDown, "d"},
		{tea.MouseWheelDown, "g"},
		{tea.MouseWheelDown, "g"},
		{tea.MouseWheelUp, "d"},
		{tea.MouseWheelLeft, "d"},
		{tea.MouseWheelUp, "a"},
		{tea.MouseWheelUp, "a"},
	} {
		d.wheel(step.button)
		d.isAt(step.at)
	}

	d.send(tea.WindowSizeMsg{Width: 60, Height: 12})
	d.press("?", "down", "down", "down")
	down := d.screen()
	d.press("g")
	d.wheel(tea.MouseWheelDown)
	equal(t, "the help three lines down", d.screen(), down)
	for range 50 {
		d.wheel(tea.MouseWheelDown)
	}
	end := d.screen()
	d.press("G")
	equal(t, "the end of the help", d.screen(), end)
}

// One click moves the focus and the next one answers.
func TestDialogClicked(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := dashboardWithMouse(t, twoOut)
		d.do("R")
		d.clickLast("no  ")
		d.refuses("cancelled")

		d.do("R")
		d.clickLast("yes")
		d.asks()
		d.isCooling("b", "c")
		d.clickLast("no  ")
		d.asks()
		d.clickLast("yes")
		d.clickLast("yes")
		equal(t, "an open dialog", d.m.dialog != nil, false)
		d.isReady("b", "c")
	})
}

// Nothing behind a dialog can be clicked.
func TestClicked_BehindDialog(t *testing.T) {
	for _, open := range []string{"R", "x"} {
		d := dashboardWithMouse(t, twoOut)
		d.press(open)
		before := d.screen()
		for _, text := range []string{"label-b", "STREAK", "q  1 of 3", "next back", "pooltop"} {
			d.click(text)
			equal(t, "the screen after a click on "+text, d.screen(), before)
		}
		d.wheel(tea.MouseWheelDown)
		equal(t, "the screen after the wheel", d.screen(), before)
		d.click("esc cancel")
		equal(t, "an open dialog", d.m.dialog != nil, false)
	}
}

// Further clicks on the key that opened a dialog do not answer it.
func TestClicked_DoubleClick(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		for x := range 120 {
			d := dashboardWithMouse(t, twoOut)
			d.do("a")
			for range 5 {
				d.finish(d.send(tea.MouseClickMsg{X: x, Y: 35, Button: tea.MouseLeft}))
			}
			d.isCooling("b", "c")
		}
		d := dashboardWithMouse(t, twoOut)
		d.do("a")
		d.click("r reset")
		before := d.screen()
		d.click("ter accept") // at the place of "r reset"
		equal(t, "the screen", d.screen(), before)
		d.click("yes")
		d.click("ter accept")
		d.isReady("b", "c")

		d = dashboardWithMouse(t, mixedPool)
		d.do("G", "x") // the only credential of its provider
		left, _, _ := strings.Cut(d.screen()[strings.LastIndex(d.screen(), "\n")+1:], "enter hold")
		d.click("enter hold")
		d.asks()
		before = d.screen()
		for range 3 {
			d.finish(d.send(tea.MouseClickMsg{X: ansi.StringWidth(left), Y: 35, Button: tea.MouseLeft}))
		}
		equal(t, "the screen", d.screen(), before)
		d.isReady("e")
	})
}
