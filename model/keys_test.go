package model

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"pooltop/ui"
	"pooltop/ui/theme"
)

// bindings returns every binding of a key map that acts, in its order. Move
// only stands in the footer.
func bindings(keys *keyMap) []key.Binding {
	var all []key.Binding
	v := reflect.ValueOf(keys).Elem()
	for i := range v.NumField() {
		if v.Type().Field(i).Name != "Move" {
			all = append(all, *v.Field(i).Addr().Interface().(*key.Binding))
		}
	}
	return all
}

// twoOut is a pool with a credential to reset, one to hold and a dead one.
const twoOut = `{"credential_pool": {"p": [
	{"id": "a", "label": "label-a", "priority": 0, "consecutive_failures": 0},
	{"id": "b", "label": "label-b", "priority": 1, "last_status": "exhausted", "last_status_at": 1795433400, "last_error_code": 429, "consecutive_failures": 2},
	{"id": "c", "label": "label-c", "priority": 2, "last_status": "exhausted", "last_status_at": 1795433400, "last_error_code": 429, "consecutive_failures": 1},
	{"id": "d", "label": "label-d", "priority": 3, "consecutive_failures": 0}
], "q": [
	{"id": "e", "label": "label-e", "last_status": "exhausted", "last_status_at": 1795433400, "last_error_code": 429, "consecutive_failures": 1},
	{"id": "f", "label": "label-f", "priority": 1, "last_status": "dead", "last_error_code": 401},
	{"id": "g", "label": "label-g", "priority": 2}
]}}`

// effects is what each key does, pressed after others on a fresh dashboard.
var effects = []struct {
	keys   string // of the binding
	before string // pressed before it
	does   string
	check  func(d *dashboard)
	says   bool // its words name a key
}{
	{keys: "down j", does: "moves down", check: func(d *dashboard) { d.isAt("b") }},
	{keys: "down j", before: "G", does: "stays at the last", check: func(d *dashboard) { d.isAt("g") }},
	{keys: "up k", before: "down down", does: "moves up", check: func(d *dashboard) { d.isAt("b") }},
	{keys: "up k", does: "stays at the first", check: func(d *dashboard) { d.isAt("a") }},
	{keys: "pgdown ctrl+f", does: "moves down a page", check: func(d *dashboard) { d.isAt("g") }},
	{keys: "pgup ctrl+b", before: "G", does: "moves up a page", check: func(d *dashboard) { d.isAt("a") }},
	{keys: "g home", before: "down down", does: "moves to the first", check: func(d *dashboard) { d.isAt("a") }},
	{keys: "G end", does: "moves to the last", check: func(d *dashboard) { d.isAt("g") }},

	{keys: "space", does: "marks and moves on", check: func(d *dashboard) { d.marks("p/a"); d.isAt("b") }},
	{keys: "space", before: "space up", does: "takes the mark away", check: func(d *dashboard) { d.marks() }},
	{keys: "space", before: "space", does: "marks another", check: func(d *dashboard) { d.marks("p/a", "p/b") }},
	{keys: "a", before: "down", does: "marks the provider", check: func(d *dashboard) { d.marks("p/a", "p/b", "p/c", "p/d"); d.isAt("b") }},
	{keys: "a", before: "a", does: "takes all marks of the provider away", check: func(d *dashboard) { d.marks() }},

	{keys: "r", before: "down", does: "resets the selected one", check: func(d *dashboard) { d.isReady("b"); d.isCooling("c", "e") }},
	{keys: "r", does: "has nothing to do for a ready one", check: func(d *dashboard) { d.isCooling("b", "c", "e"); d.refuses("reset") }},
	{keys: "r", before: "down space space", does: "asks about several", check: func(d *dashboard) { d.asks(); d.isCooling("b", "c", "e") }},
	{keys: "R", does: "asks about the provider", check: func(d *dashboard) { d.asks(); d.isCooling("b", "c", "e") }},
	{keys: "ctrl+r", does: "asks about everything", check: func(d *dashboard) { d.asks(); d.isCooling("b", "c", "e") }},
	{keys: "x", does: "opens the form of a hold", check: func(d *dashboard) { d.asks(); d.isReady("a"); d.shows("duration") }},
	{keys: "A", does: "adopts nothing where nothing can be", check: func(d *dashboard) { d.refuses("") }},
	{keys: "u", does: "has nothing to undo at first", check: func(d *dashboard) { d.refuses("nothing to undo") }},
	{keys: "u", before: "down r", does: "takes the reset back", check: func(d *dashboard) { d.isCooling("b", "c", "e") }},

	{keys: "/", does: "opens the filter", check: func(d *dashboard) { d.shows("/ ▏", "7 of 7 shown") }},
	{keys: "s", does: "sorts worst first", check: func(d *dashboard) { d.shows("order: worst first") }},
	{keys: "S", before: "s s", does: "turns the order round", check: func(d *dashboard) { d.shows("order: deadline, reversed") }},
	{keys: "left", does: "folds the provider", check: func(d *dashboard) { d.shows("4 hidden"); d.hides("label-d"); d.isAt("e") }},
	{keys: "right", before: "left", does: "unfolds it again", check: func(d *dashboard) { d.hides("hidden"); d.isAt("a") }},

	{keys: "f", does: "forecasts for all", check: func(d *dashboard) { d.open(ui.PaneForecast); d.shows("capacity  ") }},
	{keys: "f", before: "f", does: "forecasts for the provider", check: func(d *dashboard) { d.open(ui.PaneForecast); d.shows("capacity of p") }},
	{keys: "f", before: "f f", does: "closes the forecast", check: func(d *dashboard) { d.open(ui.PaneTable) }},

	{keys: "e", does: "opens the events", check: func(d *dashboard) { d.open(ui.PaneEvents); d.shows("events  ") }},
	{keys: "e", before: "e", does: "closes the events", check: func(d *dashboard) { d.open(ui.PaneTable) }},
	{keys: "esc", before: "e", does: "closes the events", check: func(d *dashboard) { d.open(ui.PaneTable) }},
	{keys: "down j", before: "e", does: "scrolls the events", check: func(d *dashboard) { d.isAt("a") }},
	{keys: "/", before: "e", does: "filters the events", check: func(d *dashboard) { d.open(ui.PaneEvents); d.shows("/ ▏") }},
	{keys: "p", does: "pauses the picture", check: func(d *dashboard) { d.shows("❚ paused") }},
	{keys: "p", before: "p", does: "lets it go on", check: func(d *dashboard) { d.shows("● live"); d.hides("paused") }},
	{keys: "r", before: "down p", does: "does not act on a picture that stands", says: true, check: func(d *dashboard) { d.isCooling("b"); d.refuses("press p to resume") }},
	{keys: "n", does: "turns notifications on", check: func(d *dashboard) {
		d.shows("notifications on")
		equal(d.t, "a progress bar", d.m.View().ProgressBar != nil, true)
	}},
	{keys: "n", before: "n", does: "turns notifications off", check: func(d *dashboard) {
		d.shows("notifications off")
		equal(d.t, "a progress bar", d.m.View().ProgressBar != nil, false)
	}},

	{keys: "y", does: "copies the id", check: func(d *dashboard) {
		equal(d.t, "the message", fmt.Sprint(d.last), "a")
		d.shows("✓ copied id a")
	}},

	{keys: "enter d", does: "opens the detail", check: func(d *dashboard) { d.open(ui.PaneDetail) }},
	{keys: "enter d", before: "enter", does: "closes the detail", check: func(d *dashboard) { d.open(ui.PaneTable) }},
	{keys: "esc", before: "d", does: "closes the detail", check: func(d *dashboard) { d.open(ui.PaneTable) }},
	{keys: "esc", before: "?", does: "closes the help", check: func(d *dashboard) { d.open(ui.PaneTable) }},
	{keys: "esc", before: "space", does: "takes the marks away", check: func(d *dashboard) { d.marks() }},
	{keys: "esc", before: "x", does: "closes the form", check: func(d *dashboard) { equal(d.t, "an open dialog", d.m.dialog != nil, false) }},
	{keys: "esc", does: "does nothing otherwise", check: func(d *dashboard) { d.open(ui.PaneTable); d.isAt("a") }},
	{keys: "T", does: "shows the clock", check: func(d *dashboard) { d.shows("BACK AT"); d.hides("BACK IN") }},
	{keys: "T", before: "T", does: "shows the distance again", check: func(d *dashboard) { d.shows("BACK IN"); d.hides("BACK AT") }},
	{keys: "t", does: "raises the contrast", says: true, check: func(d *dashboard) { d.shows("✓ theme: high contrast on a dark background; t switches to light") }},
	{keys: "t", before: "t", does: "makes it light", check: func(d *dashboard) { d.shows("✓ theme: light;") }},
	{keys: "t", before: "t t t", does: "makes it dark again", check: func(d *dashboard) { d.shows("✓ theme: dark;") }},
	{keys: "m", does: "switches the mouse on", says: true, check: func(d *dashboard) { d.shows("✓ mouse on:", "m turns it off") }},
	{keys: "m", before: "m", does: "switches the mouse off", check: func(d *dashboard) { d.shows("✓ mouse off:") }},
	{keys: "?", does: "opens the help", check: func(d *dashboard) { d.open(ui.PaneHelp) }},
	{keys: "?", before: "?", does: "closes the help", check: func(d *dashboard) { d.open(ui.PaneTable) }},
	{keys: "?", before: "d", does: "opens the help over the detail", check: func(d *dashboard) { d.open(ui.PaneHelp) }},
	{keys: "d", before: "?", does: "opens the detail over the help", check: func(d *dashboard) { d.open(ui.PaneDetail) }},
	{keys: "down j", before: "?", does: "does not move behind the help", check: func(d *dashboard) { d.isAt("a") }},
	{keys: "down j", before: "d", does: "moves behind the detail", check: func(d *dashboard) { d.isAt("b"); d.shows("label-b") }},
	{keys: "ctrl+z", does: "goes to the shell", check: func(d *dashboard) { equal(d.t, "the message", fmt.Sprintf("%T", d.last), "tea.SuspendMsg") }},
	{keys: "q ctrl+c", does: "quits", check: func(d *dashboard) { equal(d.t, "the message", fmt.Sprintf("%T", d.last), "tea.QuitMsg") }},
	{keys: "q ctrl+c", before: "?", does: "quits from the help", check: func(d *dashboard) { equal(d.t, "the message", fmt.Sprintf("%T", d.last), "tea.QuitMsg") }},
}

func TestKeys(t *testing.T) {
	for _, e := range effects {
		for _, k := range strings.Fields(e.keys) {
			t.Run(strings.TrimSpace(e.before+" "+k)+" "+e.does, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					d := startDashboard(t, twoOut)
					for _, b := range strings.Fields(e.before) {
						d.act(b)
					}
					d.act(k)
					e.check(d)
				})
			})
		}
	}
}

// Every key of the key map has its place in the table above.
func TestEveryKeyHasAnEffect(t *testing.T) {
	known := map[string]bool{}
	for _, e := range effects {
		for _, k := range strings.Fields(e.keys) {
			known[k] = true
		}
	}
	keys := newKeyMap(nil)
	for _, b := range bindings(keys) {
		for _, k := range b.Keys() {
			if !known[k] {
				t.Errorf("no test says what %q does (%s)", k, b.Help().Desc)
			}
		}
	}
}

func TestNoKeyMeansTwoThings(t *testing.T) {
	keys, owner := newKeyMap(nil), map[string]string{}
	for _, b := range bindings(keys) {
		for _, k := range b.Keys() {
			if other, taken := owner[k]; taken {
				t.Errorf("%q means %q and %q", k, other, b.Help().Desc)
			}
			owner[k] = b.Help().Desc
		}
	}
}

func TestAKeyThatMeansNothingDoesNothing(t *testing.T) {
	d := startDashboard(t, twoOut)
	before := d.screen()
	for _, k := range []string{"z", "Q", "ctrl+x", "tab"} {
		if cmd := d.press(k); cmd != nil {
			t.Errorf("%q does something", k)
		}
	}
	equal(t, "the screen", d.screen(), before)
}

// The help lists every binding of the key map that is enabled, once.
func TestTheHelpListsEveryKeyOnce(t *testing.T) {
	d := startDashboard(t, twoOut)
	d.send(tea.WindowSizeMsg{Width: 160, Height: 80})
	d.press("?")
	lines := strings.Split(d.screen(), "\n")
	help := strings.Join(lines[:len(lines)-1], "\n") // without the footer
	for _, b := range bindings(d.m.keys) {
		h := b.Help()
		if !b.Enabled() || h.Key == "" || h.Desc == "" {
			t.Errorf("%q is not for the help: enabled %v, help %+v", b.Keys(), b.Enabled(), h)
		}
		line := regexp.MustCompile(`(?m)(?:^|  ) *` + regexp.QuoteMeta(h.Key) + ` +` + regexp.QuoteMeta(h.Desc) + `(  |$)`)
		if n := len(line.FindAllString(help, -1)); n != 1 {
			t.Errorf("the help lists %s %q %d times:\n%s", h.Key, h.Desc, n, help)
		}
	}
}

// What is disabled acts on nothing, and neither help nor footer tells of it.
func TestADisabledKeyIsNowhere(t *testing.T) {
	d := startDashboard(t, twoOut)
	d.m.keys.Theme.SetEnabled(false)
	d.press("t")
	equal(t, "the scheme", d.m.scheme, theme.SchemeDark)
	d.press("?")
	d.hides(d.m.keys.Theme.Help().Desc)
}

// The footer only offers what there is: keys of the key map, with words of
// their own.
func TestTheFooterIsFromTheKeyMap(t *testing.T) {
	keys := newKeyMap(nil)
	known := map[string]bool{}
	for _, b := range append(bindings(keys), keys.Move) {
		known[strings.Join(b.Keys(), " ")] = true
	}
	for _, open := range []bool{true, false} {
		for _, listed := range []bool{true, false} {
			for _, b := range keys.footer(map[bool]ui.Pane{false: ui.PaneTable, true: ui.PaneDetail}[open], listed) {
				if !known[strings.Join(b.Keys(), " ")] {
					t.Errorf("the footer offers %q, which the key map does not", b.Keys())
				}
			}
		}
	}
}

// On a small terminal the help is scrolled, to its end and not beyond.
func TestTheHelpScrolls(t *testing.T) {
	d := startDashboard(t, twoOut)
	d.send(tea.WindowSizeMsg{Width: 60, Height: 12})
	d.press("?")
	d.shows("up", "↓ more")
	first := d.screen()
	for _, k := range []string{"up", "pgup", "g"} {
		d.press(k)
		equal(t, "the help after "+k, d.screen(), first)
	}
	d.press("G")
	end := d.screen()
	d.hides("↓ more")
	d.shows("policy")
	for _, k := range []string{"down", "pgdown", "j", "end"} {
		d.press(k)
		equal(t, "the help after "+k, d.screen(), end)
	}
	for range 100 {
		d.press("up")
	}
	equal(t, "the help at its top", d.screen(), first)
	d.press("down", "esc", "?")
	equal(t, "the help opened again", d.screen(), first)
}

// act presses a key and does what follows from it. Messages for the program
// are remembered.
func (d *dashboard) act(k string) {
	d.t.Helper()
	d.finish(d.press(k))
}

func (d *dashboard) open(p ui.Pane) {
	d.t.Helper()
	equal(d.t, "the open pane", d.m.pane, p)
}

func (d *dashboard) asks() {
	d.t.Helper()
	if d.m.dialog == nil {
		d.t.Errorf("no dialog is open:\n%s", d.screen())
	}
}

// refuses checks the answer to a key that can do nothing.
func (d *dashboard) refuses(words string) {
	d.t.Helper()
	if d.m.status == nil || d.m.status.Kind != ui.AnswerRefused || !strings.Contains(d.m.status.Text, words) {
		d.t.Errorf("the answer is %+v, want a refusal that says %q", d.m.status, words)
		return
	}
	d.shows(strings.Fields(ansi.Strip(d.m.status.Text))[0])
}

// marks checks which credentials are marked.
func (d *dashboard) marks(refs ...string) {
	d.t.Helper()
	got := map[string]bool{}
	for ref, on := range d.m.marked {
		if on {
			got[ref.String()] = true
		}
	}
	want := map[string]bool{}
	for _, r := range refs {
		want[r] = true
	}
	if !reflect.DeepEqual(got, want) {
		d.t.Errorf("marked are %v, want %v", got, want)
	}
}
