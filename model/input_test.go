package model

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"pooltop/ui"
)

// twoOut has two providers with ready and cooling credentials. f is dead.
const twoOut = `{"credential_pool": {"p": [
	{"access_token": "none", "id": "a", "label": "label-a", "priority": 0, "consecutive_failures": 0},
	{"access_token": "none", "id": "b", "label": "label-b", "priority": 1, "last_status": "exhausted", "last_status_at": 1795433400, "last_error_code": 429, "consecutive_failures": 2},
	{"access_token": "none", "id": "c", "label": "label-c", "priority": 2, "last_status": "exhausted", "last_status_at": 1795433400, "last_error_code": 429, "consecutive_failures": 1},
	{"access_token": "none", "id": "d", "label": "label-d", "priority": 3, "consecutive_failures": 0}
], "q": [
	{"access_token": "none", "id": "e", "label": "label-e", "last_status": "exhausted", "last_status_at": 1795433400, "last_error_code": 429, "consecutive_failures": 1},
	{"access_token": "none", "id": "f", "label": "label-f", "priority": 1, "last_status": "dead", "last_error_code": 401},
	{"access_token": "none", "id": "g", "label": "label-g", "priority": 2}
]}}`

type keyTest struct {
	keys   string // each key is tested separately
	before string // keys to press first
	does   string
	check  func(d *dashboard)
	says   bool // check requires a status that contains the name of a default key
}

// keyTests lists the effect of each key.
var keyTests = []keyTest{
	{keys: "down j", does: "moves down", check: func(d *dashboard) { d.isAt("b") }},
	{keys: "down j", before: "G", does: "stays at the last credential", check: func(d *dashboard) { d.isAt("g") }},
	{keys: "up k", before: "down down", does: "moves up", check: func(d *dashboard) { d.isAt("b") }},
	{keys: "up k", does: "stays at the first credential", check: func(d *dashboard) { d.isAt("a") }},
	{keys: "pgdown ctrl+f", does: "moves down a page", check: func(d *dashboard) { d.isAt("g") }},
	{keys: "pgup ctrl+b", before: "G", does: "moves up a page", check: func(d *dashboard) { d.isAt("a") }},
	{keys: "g home", before: "down down", does: "moves to the first credential", check: func(d *dashboard) { d.isAt("a") }},
	{keys: "G end", does: "moves to the last credential", check: func(d *dashboard) { d.isAt("g") }},
	{keys: "space", does: "marks and moves down", check: func(d *dashboard) { d.marks("p/a"); d.isAt("b") }},
	{keys: "space", before: "space up", does: "removes the mark", check: func(d *dashboard) { d.marks() }},
	{keys: "a", before: "down", does: "marks the provider", check: func(d *dashboard) { d.marks("p/a", "p/b", "p/c", "p/d"); d.isAt("b") }},
	{keys: "a", before: "a", does: "unmarks the provider", check: func(d *dashboard) { d.marks() }},
	{keys: "r", before: "down", does: "resets the selected credential", check: func(d *dashboard) { d.isReady("a b d g") }},
	{keys: "r", does: "does not reset a ready credential", check: func(d *dashboard) { d.isReady("a d g"); d.refuses("reset") }},
	{keys: "R", does: "asks before resetting the provider", check: func(d *dashboard) { d.asks(true); d.isReady("a d g") }},
	{keys: "ctrl+r", does: "asks before resetting everything", check: func(d *dashboard) { d.asks(true); d.isReady("a d g") }},
	{keys: "x", does: "opens the hold form", check: func(d *dashboard) { d.asks(true); d.isReady("a d g"); d.shows("duration") }},
	{keys: "A", does: "syncs nothing without a token source", check: func(d *dashboard) { d.refuses("") }},
	{keys: "J", does: "moves the credential down in the rotation order", says: true, check: func(d *dashboard) {
		d.isAt("a")
		d.shows("✓ move label-a: #1 → #2; restart running agents; their next write restores the old order; u undoes")
		equal(d.t, "the position", d.m.position(), 1)
	}},
	{keys: "K", before: "down", does: "moves the credential up in the rotation order", says: true, check: func(d *dashboard) {
		d.isAt("b")
		d.shows("✓ move label-b: #2 → #1; restart running agents; their next write restores the old order; u undoes")
		equal(d.t, "the position", d.m.position(), 0)
	}},
	{keys: "K", does: "does not move the first credential", check: func(d *dashboard) { d.refuses("label-a is already first") }},
	{keys: "J", before: "G", does: "does not move the last credential", check: func(d *dashboard) { d.refuses("label-g is already last") }},
	{keys: "J K", before: "s", does: "does not move if the table is sorted by something else", says: true, check: func(d *dashboard) {
		d.refuses("moving needs the pool order; the table is sorted by another one; s changes it")
	}},
	{keys: "J K", before: "space space", does: "does not move several credentials", check: func(d *dashboard) { d.refuses("only one credential can be moved at a time; esc removes the marks") }},
	{keys: "u", does: "has nothing to undo", check: func(d *dashboard) { d.refuses("nothing to undo") }},
	{keys: "/", does: "opens the filter", check: func(d *dashboard) { d.shows("/ ▏", "7 of 7 shown") }},
	{keys: "s", does: "sorts worst first", check: func(d *dashboard) { d.shows("WHY▾") }},
	{keys: "V", does: "has nothing to save", check: func(d *dashboard) { d.refuses("set a filter or an order first") }},
	{keys: "S", before: "s s", does: "reverses the order", check: func(d *dashboard) { d.shows("BACK IN▴") }},
	{keys: "P", does: "does nothing with one store", check: func(d *dashboard) { equal(d.t, "a status", d.m.status != nil, false) }},
	{keys: "left", does: "folds the provider", check: func(d *dashboard) { d.shows("4 hidden"); d.hides("label-d"); d.isAt("e") }},
	{keys: "right", before: "left", does: "unfolds the provider", check: func(d *dashboard) { d.hides("hidden"); d.isAt("a") }},
	{keys: "f", does: "shows the forecast of the pool", check: func(d *dashboard) { d.open(ui.PaneForecast); d.shows("capacity  ") }},
	{keys: "f", before: "f", does: "shows the forecast of the provider", check: func(d *dashboard) { d.open(ui.PaneForecast); d.shows("capacity of p") }},
	{keys: "f", before: "f f", does: "closes the forecast", check: func(d *dashboard) { d.open(ui.PaneTable) }},
	{keys: "e", does: "opens the events", check: func(d *dashboard) { d.open(ui.PaneEvents); d.shows("events  ") }},
	{keys: "down j", before: "e", does: "moves the cursor of the events", check: func(d *dashboard) { d.isAt("a"); d.isOn("p/c") }},
	{keys: "G end", before: "e", does: "moves to the oldest event", check: func(d *dashboard) { d.isOn("p/b") }},
	{keys: "g home", before: "e G", does: "moves to the newest event", check: func(d *dashboard) { d.isOn("q/e") }},
	{keys: "enter d", before: "e", does: "goes to the credential of the event", check: func(d *dashboard) { d.open(ui.PaneTable); d.isAt("e") }},
	{keys: "y", before: "e", does: "copies the id of the event", check: func(d *dashboard) { equal(d.t, "the message", fmt.Sprint(d.last), "e") }},
	{keys: "space a s S left right", before: "e", does: "does not change the hidden table", check: func(d *dashboard) { d.refuses("works only in the table"); d.marks() }},
	{keys: "/", before: "e", does: "filters the events", check: func(d *dashboard) { d.open(ui.PaneEvents); d.shows("/ ▏") }},
	{keys: "p", does: "freezes the display", check: func(d *dashboard) { d.shows("❚ paused") }},
	{keys: "r", before: "down p", does: "does not act while paused", says: true, check: func(d *dashboard) { d.isReady("a d g"); d.refuses("press p to resume") }},
	{keys: "w", does: "turns read-only on", says: true, check: func(d *dashboard) { d.shows("✓ read-only on:", "w turns it off", "read-only  ") }},
	{keys: "w", before: "w", does: "turns read-only off", check: func(d *dashboard) { d.shows("✓ read-only off"); d.hides("read-only  ") }},
	{keys: "r R ctrl+r x A u", before: "down w", does: "does not act while read-only", says: true, check: func(d *dashboard) {
		d.isReady("a d g")
		d.asks(false)
		d.refuses("read-only; press w to allow changes")
	}},
	{keys: "r", before: "down w w", does: "acts once read-only is off", check: func(d *dashboard) { d.isReady("a b d g") }},
	{keys: "n", does: "turns notifications on", check: func(d *dashboard) {
		d.shows("notifications on")
		equal(d.t, "a progress bar", d.m.View().ProgressBar != nil, true)
	}},
	{keys: "n", before: "n", does: "turns notifications off", check: func(d *dashboard) { d.shows("notifications off") }},
	{keys: "y", does: "copies the id", check: func(d *dashboard) {
		equal(d.t, "the message", fmt.Sprint(d.last), "a")
		d.shows("✓ copied id a")
	}},
	{keys: "y", before: "G up", does: "copies the login command of a dead credential", check: func(d *dashboard) {
		equal(d.t, "the message", fmt.Sprint(d.last), "hermes auth add q --type api-key")
		d.shows("✓ copied: hermes auth add q --type api-key")
	}},
	{keys: "enter d", does: "opens the detail", check: func(d *dashboard) { d.open(ui.PaneDetail) }},
	{keys: "enter d", before: "enter", does: "closes the detail", check: func(d *dashboard) { d.open(ui.PaneTable) }},
	{keys: "esc", before: "space", does: "removes the marks", check: func(d *dashboard) { d.marks() }},
	{keys: "esc", before: "x", does: "closes the form", check: func(d *dashboard) { d.asks(false) }},
	{keys: "esc", does: "does nothing if nothing is open or marked", check: func(d *dashboard) { d.open(ui.PaneTable); d.isAt("a") }},
	{keys: "T", does: "shows the time of day", check: func(d *dashboard) { d.shows("BACK AT"); d.hides("BACK IN") }},
	{keys: "T", before: "T", does: "shows the time left", check: func(d *dashboard) { d.shows("BACK IN"); d.hides("BACK AT") }},
	{keys: "t", does: "switches to the terminal's colors", says: true, check: func(d *dashboard) { d.shows("✓ theme: the terminal's own colors; t switches to dark") }},
	{keys: "m", does: "switches the mouse on", says: true, check: func(d *dashboard) { d.shows("✓ mouse on:", "m turns it off") }},
	{keys: "+ -", does: "does nothing outside a demo", check: func(d *dashboard) { d.hides("speed", "×") }},
	{keys: "? f1", does: "opens the help", check: func(d *dashboard) { d.open(ui.PaneHelp) }},
	{keys: "? f1", before: "d", does: "opens the help over the detail", check: func(d *dashboard) { d.open(ui.PaneHelp) }},
	{keys: "down j", before: "?", does: "does not move the selection behind the help", check: func(d *dashboard) { d.isAt("a") }},
	{keys: "down j", before: "d", does: "moves the selection behind the detail", check: func(d *dashboard) { d.isAt("b"); d.shows("label-b") }},
	{keys: "ctrl+z", does: "suspends", check: func(d *dashboard) { equal(d.t, "the message", fmt.Sprintf("%T", d.last), "tea.SuspendMsg") }},
	{keys: "q esc", before: "d", does: "closes the detail", check: func(d *dashboard) { d.open(ui.PaneTable); d.stays() }},
	{keys: "q esc", before: "e", does: "closes the events", check: func(d *dashboard) { d.open(ui.PaneTable); d.stays() }},
	{keys: "q esc", before: "f", does: "closes the forecast", check: func(d *dashboard) { d.open(ui.PaneTable); d.stays() }},
	{keys: "q esc", before: "?", does: "closes the help", check: func(d *dashboard) { d.open(ui.PaneTable); d.stays() }},
	{keys: "ctrl+c", before: "?", does: "quits from a view", check: func(d *dashboard) { equal(d.t, "the message", fmt.Sprintf("%T", d.last), "tea.QuitMsg") }},
	{keys: "q ctrl+c", does: "quits", check: func(d *dashboard) { equal(d.t, "the message", fmt.Sprintf("%T", d.last), "tea.QuitMsg") }},
}

// writingKeyTests lists the effect of each key that writes, in each view.
var writingKeyTests = []keyTest{
	{keys: "r", before: "e", does: "resets the credential of the event", check: func(d *dashboard) { d.isReady("a d e g"); d.open(ui.PaneEvents); d.isAt("a") }},
	{keys: "R ctrl+r", before: "e", does: "works only in the table", check: func(d *dashboard) { d.isReady("a d g"); d.refuses("works only in the table") }},
	{keys: "x", before: "e", does: "holds the credential of the event", check: func(d *dashboard) { d.shows("hold label-e of q"); d.isAt("e") }},
	{keys: "A", before: "e", does: "syncs the credential of the event", check: func(d *dashboard) { d.refuses("label-e, no local token source") }},
	{keys: "u", before: "e", does: "has nothing to undo", check: func(d *dashboard) { d.refuses("nothing to undo") }},
	{keys: "u", before: "e r", does: "undoes the action on the credential of the event", check: func(d *dashboard) { d.isReady("a d g"); d.open(ui.PaneEvents) }},
	{keys: "u", before: "e r down", does: "does not undo an action on another credential", check: func(d *dashboard) {
		d.isReady("a d e g")
		d.refuses("the last action changed q/label-e; select that credential, or return to the table, to undo it")
	}},
	{keys: "r", before: "down f", does: "resets the credential that the forecast names", check: func(d *dashboard) { d.isReady("a b d g"); d.shows("▲ p/label-b") }},
	{keys: "R ctrl+r", before: "down f", does: "works only in the table", check: func(d *dashboard) { d.isReady("a d g"); d.refuses("works only in the table") }},
	{keys: "x", before: "down f", does: "holds the credential that the forecast names", check: func(d *dashboard) { d.shows("hold label-b of p") }},
	{keys: "A", before: "down f", does: "syncs the credential that the forecast names", check: func(d *dashboard) { d.refuses("label-b, no local token source") }},
	{keys: "u", before: "down r f", does: "undoes the action on the credential that the forecast names", check: func(d *dashboard) { d.isReady("a d g") }},
	{keys: "u", before: "down r down f", does: "does not undo an action on another credential", check: func(d *dashboard) { d.isReady("a b d g"); d.refuses("the last action changed p/label-b") }},
	{keys: "r", before: "down d", does: "resets the credential of the detail", check: func(d *dashboard) { d.isReady("a b d g"); d.open(ui.PaneDetail) }},
	{keys: "r", before: "down space d", does: "resets the credential of the detail, not the marked one", check: func(d *dashboard) { d.isReady("a c d g") }},
	{keys: "R ctrl+r", before: "down d", does: "works only in the table", check: func(d *dashboard) { d.isReady("a d g"); d.refuses("works only in the table") }},
	{keys: "x", before: "down d", does: "holds the credential of the detail", check: func(d *dashboard) { d.shows("hold label-b of p") }},
	{keys: "A", before: "down d", does: "syncs the credential of the detail", check: func(d *dashboard) { d.refuses("label-b, no local token source") }},
	{keys: "u", before: "down r d", does: "undoes the action on the credential of the detail", check: func(d *dashboard) { d.isReady("a d g") }},
	{keys: "u", before: "down r down d", does: "does not undo an action on another credential", check: func(d *dashboard) { d.isReady("a b d g"); d.refuses("the last action changed p/label-b") }},
	{keys: "r R ctrl+r x A u", before: "down ?", does: "has no target in the help", check: func(d *dashboard) { d.isReady("a d g"); d.refuses("to close the help first") }},
	{keys: "u", before: "down r", does: "undoes the action on the selected credential", check: func(d *dashboard) { d.asks(false); d.isReady("a d g") }},
	{keys: "u", before: "down r down", does: "asks before undoing an action on another credential", check: func(d *dashboard) { d.asks(true); d.isReady("a b d g"); d.shows("p/label-b") }},
}

// TestKeyPressed_WritingKeysTested checks that every key that writes has a test in every
// view.
func TestKeyPressed_WritingKeysTested(t *testing.T) {
	writing := strings.Fields("reset reset-provider reset-all exhaust sync undo")
	for _, a := range Actions() {
		if !slices.Contains(writing, a.Name) {
			continue
		}
		for _, view := range strings.Fields("e f d ?") {
			for _, k := range a.Keys {
				if !slices.ContainsFunc(writingKeyTests, func(tt keyTest) bool {
					return slices.Contains(strings.Fields(tt.keys), k) && slices.Contains(strings.Fields(tt.before), view)
				}) {
					t.Errorf("no test for %q after %q", k, view)
				}
			}
		}
	}
}

func TestKeyPressed(t *testing.T) {
	chosen, replacement := remapped(t)
	for _, tt := range slices.Concat(keyTests, writingKeyTests) {
		for _, k := range strings.Fields(tt.keys) {
			keys := append(strings.Fields(tt.before), k)
			t.Run(strings.Join(keys, " ")+" "+tt.does, func(t *testing.T) {
				d := startDashboard(t, twoOut)
				d.do(strings.Join(keys, " "))
				tt.check(d)
				if tt.says {
					return
				}
				d = startDashboard(t, twoOut, func(c *Config) { c.Keys = chosen })
				for _, k := range keys {
					d.do(replacement[k])
				}
				tt.check(d)
			})
		}
	}
}

func TestKeyPressed_AllKeysTested(t *testing.T) {
	tested := " "
	for _, tt := range keyTests {
		tested += tt.keys + " "
	}
	for _, a := range Actions() {
		for _, k := range a.Keys {
			if !strings.Contains(tested, " "+k+" ") {
				t.Errorf("no test for %q (%s)", k, a.Name)
			}
		}
	}
}

// remapped binds every action to a different key. It also returns the replacement for
// each key.
func remapped(t *testing.T) (KeyBindings, map[string]string) {
	t.Helper()
	b, key := KeyBindings{}, map[string]string{}
	free := strings.Fields("1 2 3 4 5 6 7 8 9 0 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 alt+a alt+b alt+c alt+d ctrl+alt+a ctrl+alt+b ctrl+alt+d alt+up ! ; ä ü ( ) & % ö ß ñ")
	for i, a := range Actions() {
		equal(t, "the error", b.Bind(a.Name, free[i:i+1]), nil)
		for _, old := range a.Keys {
			key[old] = free[i]
		}
	}
	equal(t, "the error", b.Check(), nil)
	key[backKey], key[quitKey] = backKey, quitKey
	return b, key
}

// TestKeyPressed_Unbound checks that unbound keys, including default keys that were replaced,
// do nothing.
func TestKeyPressed_Unbound(t *testing.T) {
	chosen, replacement := remapped(t)
	unbound := []string{"z", "ctrl+x", "tab"}
	for old := range replacement {
		if old != backKey && old != quitKey {
			unbound = append(unbound, old)
		}
	}
	d := startDashboard(t, twoOut, func(c *Config) { c.Keys = chosen })
	before := d.screen()
	for _, k := range unbound {
		equal(t, k+" does nothing", d.press(k) == nil, true)
		equal(t, "the screen after "+k, d.screen(), before)
	}
}

func (d *dashboard) open(p ui.Pane) { d.t.Helper(); equal(d.t, "the open pane", d.m.pane, p) }

// stays checks that the program has not been asked to quit.
func (d *dashboard) stays() {
	d.t.Helper()
	equal(d.t, "the last message is a tea.QuitMsg", d.last == tea.Msg(tea.QuitMsg{}), false)
}

func (d *dashboard) asks(want bool) {
	d.t.Helper()
	equal(d.t, "an open dialog", d.m.dialog != nil, want)
}

// refuses checks that the status is a refusal with the given words.
func (d *dashboard) refuses(words string) {
	d.t.Helper()
	if d.m.status == nil || d.m.status.Kind != ui.AnswerRefused || !strings.Contains(d.m.status.Text, words) {
		d.t.Errorf("the status is %+v, want a refusal with %q", d.m.status, words)
	}
}

// isOn checks the credential of the event at the cursor.
func (d *dashboard) isOn(ref string) {
	d.t.Helper()
	r := d.m.log.current()
	equal(d.t, "the event at the cursor", r.Provider+"/"+r.ID, ref)
}

// marks checks that exactly the given credentials are marked.
func (d *dashboard) marks(refs ...string) {
	d.t.Helper()
	var got []string
	for ref := range d.m.marked {
		got = append(got, ref.String())
	}
	slices.Sort(got)
	equal(d.t, "the marks", strings.Join(got, " "), strings.Join(refs, " "))
}

// click clicks on the first occurrence of s on the screen, and clickLast on the last
// one.
func (d *dashboard) click(s string) {
	d.t.Helper()
	d.clickAt(strings.Index(d.screen(), s), tea.MouseLeft)
}

func (d *dashboard) clickLast(s string) {
	d.t.Helper()
	d.clickAt(strings.LastIndex(d.screen(), s), tea.MouseLeft)
}

func (d *dashboard) clickAt(index int, b tea.MouseButton) {
	d.t.Helper()
	if index < 0 {
		d.t.Fatalf("nothing to click on:\n%s", d.screen())
	}
	before := d.screen()[:index]
	x := ansi.StringWidth(before[strings.LastIndex(before, "\n")+1:])
	d.handle(tea.MouseClickMsg{X: x, Y: strings.Count(before, "\n"), Button: b})
}

func (d *dashboard) wheel(b tea.MouseButton) {
	d.t.Helper()
	d.handle(tea.MouseWheelMsg{X: 5, Y: 8, Button: b})
}

func dashboardWithMouse(t *testing.T, content string) *dashboard {
	t.Helper()
	d := startDashboard(t, content)
	d.do("m esc")
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
		for _, b := range []tea.MouseButton{tea.MouseRight, tea.MouseMiddle, tea.MouseNone} {
			d.clickAt(strings.Index(d.screen(), "label-b"), b)
			d.isAt("a")
		}
		d.click("◔ label-c")
		d.wheel(tea.MouseWheelDown)
		d.wheel(tea.MouseWheelUp)
		equal(t, "the click acts", d.at() == "c", on)
		d.do("g m")
	}
}

func TestClicked(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before string // keys to press first
		click  string
		check  func(d *dashboard)
	}{
		{"row", "", "label-d", func(d *dashboard) { d.isAt("d") }},
		{"end of row", "", "401", func(d *dashboard) { d.isAt("f") }},
		{"title", "", "STREAK", func(d *dashboard) { d.shows("STREAK▾") }},
		{"title of the sort column", "s s s", "STREAK", func(d *dashboard) { d.shows("STREAK▴") }},
		{"title of the sort column, order reversed", "s s s S", "STREAK", func(d *dashboard) { d.shows("STREAK▾") }},
		{"title of another column", "s s s S", "STATE", func(d *dashboard) { d.shows("STATE▾") }},
		{"title of the deadline column", "", "BACK IN", func(d *dashboard) { d.shows("BACK IN▾") }},
		{"credential", "s", "CREDENTIAL", func(d *dashboard) { d.hides("▾") }},
		{"heading", "", "p  2 of 4", func(d *dashboard) { d.shows("4 hidden"); d.isAt("e") }},
		{"heading of a folded provider", "left", "p  2 of 4", func(d *dashboard) { d.hides("hidden"); d.isAt("a") }},
		{"heading of a provider that is not selected", "", "q  1 of 3", func(d *dashboard) { d.shows("3 hidden"); d.isAt("a") }},
		{"key", "down", "r reset", func(d *dashboard) { d.isReady("a b d g"); d.shows("✓ reset label-b") }},
		{"description of a key", "", "help", func(d *dashboard) { d.open(ui.PaneHelp) }},
		{"footer key of the detail", "d", "esc q back", func(d *dashboard) { d.open(ui.PaneTable) }},
		{"footer key, arrow up", "G d", "↑", func(d *dashboard) { d.isAt("f") }},
		{"event", "e", "p/label-b", func(d *dashboard) { d.isOn("p/b"); d.isAt("a") }},
		{"footer key of the events", "e down", "r reset", func(d *dashboard) { d.isReady("a c d g") }},
		{"chart", "", "capacity", func(d *dashboard) { d.isAt("a"); d.open(ui.PaneTable) }},
		{"footer key of the filter", "/ l", "enter keep", func(d *dashboard) { equal(d.t, "typing", d.m.arrangement.typing, false) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := dashboardWithMouse(t, twoOut)
			d.do(tt.before)
			d.click(tt.click)
			tt.check(d)
		})
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

	d.do("e")
	d.wheel(tea.MouseWheelDown)
	d.isOn("p/b")
	d.wheel(tea.MouseWheelUp)
	d.isOn("q/e")
	d.do("esc")

	d.send(tea.WindowSizeMsg{Width: 60, Height: 12})
	d.press("? down down down")
	down := d.screen()
	d.press("g")
	d.wheel(tea.MouseWheelDown)
	equal(t, "the help three lines down", d.screen(), down)
}

// TestDialogClicked checks that a click on the focused answer chooses it, and that a click on
// the other answer only moves the focus.
func TestDialogClicked(t *testing.T) {
	d := dashboardWithMouse(t, twoOut)
	d.do("R")
	d.clickLast("no  ")
	d.shows("– reset canceled")

	d.do("R")
	d.clickLast("yes")
	d.asks(true)
	d.isReady("a d g")
	d.clickLast("no  ")
	d.asks(true)
	d.clickLast("yes")
	d.clickLast("yes")
	d.asks(false)
	d.isReady("a b c d g")
}

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
		d.asks(false)
	}
}

// TestClicked_DoubleClick checks that a dialog that was opened by a click on a footer key is not
// answered by further clicks at the same position.
func TestClicked_DoubleClick(t *testing.T) {
	for x := range 120 {
		d := dashboardWithMouse(t, twoOut)
		d.do("a")
		for range 5 {
			d.handle(tea.MouseClickMsg{X: x, Y: 35, Button: tea.MouseLeft})
		}
		d.isReady("a d g")
	}
	d := dashboardWithMouse(t, twoOut)
	d.do("a")
	d.click("r reset")
	before := d.screen()
	d.click("choose") // this is where "r reset" was
	equal(t, "the screen", d.screen(), before)
	d.click("yes")
	d.click("ter accept")
	d.isReady("a b c d g")

	d = dashboardWithMouse(t, mixedPool)
	d.do("G x") // the only credential of its provider
	left, _, _ := strings.Cut(d.screen()[strings.LastIndex(d.screen(), "\n")+1:], "enter hold")
	d.click("enter hold")
	d.asks(true)
	before = d.screen()
	for range 3 {
		d.handle(tea.MouseClickMsg{X: ansi.StringWidth(left), Y: 35, Button: tea.MouseLeft})
	}
	equal(t, "the screen", d.screen(), before)
	d.isReady("b e")
}
