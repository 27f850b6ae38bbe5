package model

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"pooltop/ui"
)

// click presses the left button on the first or the last place where words stand
// on the screen, and does what follows from it.
func (d *dashboard) click(words string) {
	d.t.Helper()
	d.clickWith(words, tea.MouseLeft, strings.Index)
}

func (d *dashboard) clickLast(words string) {
	d.t.Helper()
	d.clickWith(words, tea.MouseLeft, strings.LastIndex)
}

func (d *dashboard) clickWith(words string, b tea.MouseButton, find func(string, string) int) {
	d.t.Helper()
	screen := d.screen()
	at := find(screen, words)
	if at < 0 {
		d.t.Fatalf("there is no %q to click on:\n%s", words, screen)
	}
	before := screen[:at]
	y := strings.Count(before, "\n")
	x := ansi.StringWidth(before[strings.LastIndex(before, "\n")+1:])
	d.finish(d.send(tea.MouseClickMsg{X: x, Y: y, Button: b}))
}

func (d *dashboard) wheel(b tea.MouseButton) {
	d.t.Helper()
	d.finish(d.send(tea.MouseWheelMsg{X: 5, Y: 8, Button: b}))
}

// withMouse is a dashboard whose mouse is on; the answer that says so is gone.
func withMouse(t *testing.T, content string) *dashboard {
	t.Helper()
	d := startDashboard(t, content)
	d.do("m", "esc")
	return d
}

// Off, which it is at first, the mouse is the terminal's: nothing is asked of
// it, and what it still sends does nothing.
func TestTheMouseIsOffAtFirst(t *testing.T) {
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

func TestClicks(t *testing.T) {
	for _, c := range []struct {
		name   string
		before string // keys
		click  string
		check  func(d *dashboard)
	}{
		{"a row selects", "", "label-d", func(d *dashboard) { d.isAt("d") }},
		{"anywhere in the row", "", "401", func(d *dashboard) { d.isAt("f") }},
		{"a row after another", "G", "label-b", func(d *dashboard) { d.isAt("b") }},
		{"a title sorts", "", "STREAK", func(d *dashboard) { d.shows("order: streak"); d.hides("reversed") }},
		{"the same again turns round", "s s s", "STREAK", func(d *dashboard) { d.shows("order: streak, reversed") }},
		{"and back", "s s s S", "STREAK", func(d *dashboard) { d.shows("order: streak"); d.hides("reversed") }},
		{"another begins its own way round", "s s s S", "STATE", func(d *dashboard) { d.shows("order: state"); d.hides("reversed") }},
		{"when is by deadline", "", "BACK IN", func(d *dashboard) { d.shows("order: deadline") }},
		{"the clock as well", "", " AT ", func(d *dashboard) { d.shows("order: deadline") }},
		{"the bars as well", "", "COOLDOWN", func(d *dashboard) { d.shows("order: deadline") }},
		{"why is worst first", "", "WHY", func(d *dashboard) { d.shows("order: worst first") }},
		{"names are in the pool's order", "s", "CREDENTIAL", func(d *dashboard) { d.hides("order:") }},
		{"a heading folds", "", "p  2 of 4", func(d *dashboard) { d.shows("4 hidden"); d.isAt("e") }},
		{"a folded one unfolds", "left", "p  2 of 4", func(d *dashboard) { d.hides("hidden"); d.isAt("a") }},
		{"of another provider too", "", "q  1 of 3", func(d *dashboard) { d.shows("3 hidden"); d.isAt("a") }},
		{"a key acts", "down", "r reset", func(d *dashboard) { d.isReady("b"); d.shows("✓ reset label-b") }},
		{"its word too", "", "help", func(d *dashboard) { d.open(ui.PaneHelp) }},
		{"events", "down", "e events", func(d *dashboard) { d.open(ui.PaneEvents) }},
		{"back from it", "d", "esc back", func(d *dashboard) { d.open(ui.PaneTable) }},
		{"the arrow up", "G", "↑", func(d *dashboard) { d.isAt("f") }},
		{"the arrow down", "", "↓", func(d *dashboard) { d.isAt("b") }},
		{"mark", "", "space mark", func(d *dashboard) { d.marks("p/a") }},
		{"quit", "", "q quit", func(d *dashboard) { equal(d.t, "the message", d.last, tea.Msg(tea.QuitMsg{})) }},
		{"the chart is only seen", "", "capacity", func(d *dashboard) { d.isAt("a"); d.open(ui.PaneTable) }},
		{"the filter keeps what was typed", "/ l", "enter keep", func(d *dashboard) { d.shows("/ l "); equal(d.t, "typing", d.m.arrangement.typing, false) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				d := withMouse(t, twoOut)
				d.do(strings.Fields(c.before)...)
				d.click(c.click)
				c.check(d)
			})
		})
	}
}

func TestOnlyTheLeftButtonClicks(t *testing.T) {
	d := withMouse(t, twoOut)
	for _, b := range []tea.MouseButton{tea.MouseRight, tea.MouseMiddle, tea.MouseNone, tea.MouseBackward} {
		d.clickWith("label-c", b, strings.Index)
		d.isAt("a")
	}
}

func TestTheWheelMovesTheSelection(t *testing.T) {
	d := withMouse(t, twoOut)
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
}

func TestTheWheelScrollsThePane(t *testing.T) {
	d := withMouse(t, twoOut)
	d.send(tea.WindowSizeMsg{Width: 60, Height: 12})
	d.press("?")
	first := d.screen()
	d.wheel(tea.MouseWheelDown)
	wheeled := d.screen()
	d.press("up", "up", "up")
	equal(t, "three lines up", d.screen(), first)
	d.press("down", "down", "down")
	equal(t, "three lines down", d.screen(), wheeled)
	for range 50 {
		d.wheel(tea.MouseWheelDown)
	}
	end := d.screen()
	d.press("G")
	equal(t, "the end", d.screen(), end)
	d.isAt("a")
}

// A click on an answer moves the focus there, one on what has it answers.
func TestClicksAnswerAQuestion(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := withMouse(t, twoOut)
		d.do("R")
		d.asks()
		d.clickLast("no  ")
		equal(t, "an open dialog", d.m.dialog != nil, false)
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

// Neither rows nor titles nor the wheel act through a dialog.
func TestNothingActsThroughADialog(t *testing.T) {
	for _, open := range []string{"R", "x"} {
		d := withMouse(t, twoOut)
		d.press(open)
		before := d.screen()
		for _, words := range []string{"label-b", "STREAK", "q  1 of 3", "next back", "pooltop"} {
			d.click(words)
			equal(t, "the screen after a click on "+words, d.screen(), before)
		}
		d.wheel(tea.MouseWheelDown)
		equal(t, "the screen after the wheel", d.screen(), before)
		d.click("esc cancel")
		equal(t, "an open dialog", d.m.dialog != nil, false)
	}
}

// Clicks where the key was that asked answer nothing, however many they are,
// until another place was clicked on.
func TestTheClickThatAskedNeverAnswers(t *testing.T) {
	for x := range 120 {
		inBubble(t, func(t *testing.T) {
			d := withMouse(t, twoOut)
			d.do("a")
			d.isCooling("b", "c")
			for range 5 {
				d.finish(d.send(tea.MouseClickMsg{X: x, Y: 35, Button: tea.MouseLeft}))
			}
			d.isCooling("b", "c")
		})
	}
	inBubble(t, func(t *testing.T) {
		d := withMouse(t, twoOut)
		d.do("a")
		d.click("r reset")
		before := d.screen()
		d.click("ter accept") // where r was
		equal(t, "the screen", d.screen(), before)
		d.click("yes")
		d.click("ter accept")
		d.isReady("b", "c")
	})
}

// A form that goes on to a question does not have its place answer that either.
func TestTheClickThatSentTheFormNeverAnswers(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		d := withMouse(t, mixedPool)
		d.do("G", "x") // the only one of its provider
		line := d.screen()[strings.LastIndex(d.screen(), "\n")+1:]
		before, _, _ := strings.Cut(line, "enter hold")
		x := ansi.StringWidth(before)
		d.click("enter hold")
		d.asks()
		question := d.screen()
		for range 3 {
			d.finish(d.send(tea.MouseClickMsg{X: x, Y: 35, Button: tea.MouseLeft}))
		}
		equal(t, "the screen", d.screen(), question)
		d.isReady("e")
	})
}
